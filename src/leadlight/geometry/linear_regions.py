"""Linear regions: cells joined across edges on which the whole output map is exactly the same.

Float maps with their error bounds tell most neighbours apart. What they leave open is decided exactly, in the
core: mostly by the structure alone, where no path of active units leads from the unit that bends to an
output. Cost: linear in the edges, and an exact forward pass for each cell beside a pair that structure
leaves open too.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy import sparse
from scipy.sparse.csgraph import connected_components

from .. import _core
from ._flat import flat_network

__all__ = ["label_linear_regions"]


def label_linear_regions(cx: Any) -> np.ndarray:
    """The linear region of each cell, (C,) int64, numbered in the order of their first cells."""
    n = len(cx)
    pairs = cx.edges.cells[cx.edges.interior]
    pairs = pairs[_may_be_equal(cx._maps, cx._map_errors, pairs)]
    if cx.certified and len(pairs):
        equal = _core.equal_outputs(
            **flat_network(cx._sliced),
            patterns=cx.packed_patterns,
            pattern_starts=cx._pattern_starts,
            pattern_bits=cx._pattern_bits,
            pairs=np.ascontiguousarray(pairs),
        )
        pairs = pairs[equal.astype(bool)]
    joined = sparse.coo_array((np.ones(len(pairs), bool), (pairs[:, 0], pairs[:, 1])), shape=(n, n))
    labels = connected_components(joined, directed=False)[1]
    _, first, place = np.unique(labels, return_index=True, return_inverse=True)
    rank = np.empty(len(first), np.int64)
    rank[np.argsort(first)] = np.arange(len(first))
    return rank[place]


def _may_be_equal(maps: np.ndarray, errors: np.ndarray, pairs: np.ndarray) -> np.ndarray:
    """Whether the bounds allow the maps of two cells to be the same, (m,) bool."""
    result = np.empty(len(pairs), bool)
    for start in range(0, len(pairs), 65536):
        i, j = pairs[start : start + 65536].T
        with np.errstate(invalid="ignore"):  # infinities: left open
            apart = np.abs(maps[i] - maps[j])
            allowed = (errors[i] + errors[j])[:, :, [0, 0, 1]] * (1.0 + 1e-12)
            result[start : start + 65536] = ~(apart > allowed).any(axis=(1, 2))
    return result
