"""`count_regions`: how many cells a network has, without building those of its last hidden layer.

In a cell of the layers before, k creases make 1 + k + (the crossing points inside, each times the creases that
meet there less 1) cells. Pairs that cross are told by the order of their ends on the border, in O(k log k).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import total_ordering
from typing import Any

import numpy as np

from ... import _core
from ..._progress import check_progress
from ...network import Network
from .._arguments import STAGES, flag, problem_of, thread_count
from ..slices import Slice

__all__ = ["RegionCount", "count_regions"]

MAX_PAIRS = 10**8
"""Crossings in one polygon up to which concurrent creases are looked for: about 14,000 creases, some seconds."""


@total_ordering
@dataclass(frozen=True, eq=False)
class RegionCount:
    """A number of cells (activation regions); ``int(count)`` is the number itself, and it compares like one.

    Attributes
    ----------
    n_cells : int
    proven : bool
        Whether it is the exact number. If not, it is exact if no three creases of the last layer meet in a
        point of one cell of the layers before, and an upper bound otherwise.
    layer_counts : ndarray (depth + 1,) int64
        Cells of the first 0, 1, ... hidden layers; on a slice its own two layers come first.
    signs : dict of str to int
        How many signs float64, double-double and exact arithmetic decided.
    """

    n_cells: int
    proven: bool
    layer_counts: np.ndarray
    signs: dict[str, int]

    def __repr__(self) -> str:
        return f"RegionCount({self.statement})"

    def __int__(self) -> int:
        return self.n_cells

    __index__ = __int__

    def __eq__(self, other: object) -> bool:
        if isinstance(other, RegionCount | int | np.integer):
            return self.n_cells == int(other)
        return NotImplemented

    def __lt__(self, other: RegionCount | int) -> bool:
        if isinstance(other, RegionCount | int | np.integer):
            return self.n_cells < int(other)
        return NotImplemented

    def __hash__(self) -> int:
        return hash(self.n_cells)

    @property
    def statement(self) -> str:
        """What the number is, in words."""
        if self.proven:
            return f"{self.n_cells:,} cell{'s' * (self.n_cells != 1)}, exactly"
        return f"{self.n_cells:,} cells if no three creases meet in a point, at most that many otherwise"


def count_regions(
    net: Network,
    domain: Any,
    *,
    slice: Slice | None = None,
    certified: bool = True,
    threads: int | None = None,
    progress: Callable[[int], None] | None = None,
) -> RegionCount:
    """Count the cells of a piecewise-linear network on a domain, building as little as that takes.

    Linear regions cannot be counted without building: see `regions` for those.

    Parameters
    ----------
    net, domain, slice, threads, progress
        As of `regions`.
    certified : bool
        Prove every sign, and look for creases that meet in a point. False takes the signs that float64 gives;
        the count is then not proven.

    Returns
    -------
    RegionCount

    Raises
    ------
    ModelError, ShapeError, ParameterError, KeyboardInterrupt
        As `regions`.

    Examples
    --------
    >>> import leadlight as ll
    >>> net = ll.mlp(2, [100, 100], 1, seed=0)
    >>> count_regions(net, [(-5, 5), (-5, 5)]) == len(ll.regions(net, [(-5, 5), (-5, 5)]))
    True
    """
    _, given = problem_of(net, domain, slice)
    certified = flag("certified", certified)
    check_progress(progress, "cells_so_far")
    found = _core.count_cells(
        given.problem,
        threads=thread_count(threads),
        certified=certified,
        max_pairs=MAX_PAIRS,
        progress=progress,
    )
    return RegionCount(
        n_cells=int(found["n_cells"]),
        proven=certified and bool(found["proven"]),
        layer_counts=found["layer_counts"],
        signs=dict(zip(STAGES, found["signs"])),
    )
