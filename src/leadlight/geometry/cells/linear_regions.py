"""Linear regions: cells joined across edges on which the whole output map is exactly the same.

Float maps with their error bounds tell most neighbours apart. What they leave open is decided exactly: mostly
by structure alone, where no path of nonzero weights and slopes leads to an output from the units that change
their piece; else by exact arithmetic in the core. Cost: linear in the edges, and an exact forward pass for
each cell beside a pair that structure leaves open too.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy import sparse
from scipy.sparse.csgraph import connected_components

from ..exact.contexts import ExactContexts, in_blocks

__all__ = ["label_linear_regions"]

_BLOCK = 65536  # pairs looked at together
_EXACT_PAIRS = 256  # pairs whose exact forms are held together


def label_linear_regions(cx: Any) -> np.ndarray:
    """The linear region of each cell, (C,) int64, numbered in the order of their first cells."""
    n = len(cx)
    pairs = cx.edges.cells[cx.edges.interior]
    pairs = pairs[_may_be_equal(cx._details.maps, cx._details.map_errors, pairs)]
    if cx.certified and len(pairs):
        equal = np.concatenate(
            [_same_structure(cx, pairs[start : start + _BLOCK]) for start in range(0, len(pairs), _BLOCK)]
        )
        for block in in_blocks(np.flatnonzero(~equal), _EXACT_PAIRS):
            equal[block] = _exactly_equal(cx, pairs[block])
        pairs = pairs[equal]
    joined = sparse.coo_array((np.ones(len(pairs), bool), (pairs[:, 0], pairs[:, 1])), shape=(n, n))
    labels = connected_components(joined, directed=False)[1]
    _, first, place = np.unique(labels, return_index=True, return_inverse=True)
    rank = np.empty(len(first), np.int64)
    rank[np.argsort(first)] = np.arange(len(first))
    return rank[place]


def _may_be_equal(maps: np.ndarray, errors: np.ndarray, pairs: np.ndarray) -> np.ndarray:
    """Whether the bounds allow the maps of two cells to be the same, (m,) bool."""
    result = np.empty(len(pairs), bool)
    for start in range(0, len(pairs), _BLOCK):
        i, j = pairs[start : start + _BLOCK].T
        with np.errstate(invalid="ignore", over="ignore"):  # infinities: left open
            apart = np.abs(maps[i] - maps[j])
            allowed = (errors[i] + errors[j])[:, :, [0, 0, 1]] * (1.0 + 1e-12)
            result[start : start + _BLOCK] = ~(apart > allowed).any(axis=(1, 2))
    return result


def _same_structure(cx: Any, pairs: np.ndarray) -> np.ndarray:
    """Whether two cells differ only in units from which no path leads to an output, (m,) bool.

    A path goes along nonzero weights, through units on a piece of nonzero slope.
    """
    net = cx._sliced
    cells, place = np.unique(pairs, return_inverse=True)
    first, second = place.reshape(pairs.shape).T
    patterns = np.split(cx._unpack(cells), np.cumsum(net.widths), axis=1)
    same = np.ones(len(pairs), bool)
    matters = np.broadcast_to((net.weights[-1] != 0).any(axis=0), (len(cells), net.weights[-1].shape[1]))
    for layer in reversed(range(net.depth)):
        differs = patterns[layer][first] != patterns[layer][second]
        same &= ~(differs & (matters[first] | matters[second])).any(axis=1)
        bends = np.stack([unit.pieces.slopes != 0 for unit in net.activations[layer].units()])
        passes = matters & bends[np.arange(net.widths[layer]) % len(bends), patterns[layer]]
        matters = passes.astype(np.float32) @ (net.weights[layer] != 0).astype(np.float32) > 0
    return same


def _exactly_equal(cx: Any, pairs: np.ndarray) -> np.ndarray:
    """Whether the output maps of two cells are the same, by exact arithmetic, (m,) bool."""
    exact = ExactContexts(cx, pairs)
    context = exact.context
    return np.array([exact.core.equal_outputs(context(i), context(j)) for i, j in pairs.tolist()], bool)
