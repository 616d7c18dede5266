"""What is measured of a network at one step of a training: counts, lengths of creases and borders, areas.

`evolution` asks for it snapshot by snapshot, `RegionCallback` within a training loop, where a budget of cells
or seconds bounds it: what does not fit into the budget is counted only, or left out, and the row says so.
Cost: one enumeration for the cells, another of the network with one layer more for the decision boundary.
"""

from __future__ import annotations

import math
import time
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from ...errors import ParameterError, TooLargeError, UnknownNameError
from ...network import Network
from .._arguments import STAGES, flag, thread_count
from ..boundaries.level_sets import decision_partition
from ..counting.count import count_regions
from ..domain import domain
from ..polyhedral import PolyhedralComplex
from ..regions import regions
from ..slices import Slice

__all__ = ["DEFAULT_MEASURES", "MEASURES", "NetworkMeasures", "StepMeasures"]

MEASURES = ("areas", "boundary", "creases", "linear_regions")
DEFAULT_MEASURES = ("areas", "boundary", "creases")


@dataclass(frozen=True, eq=False)
class StepMeasures:
    """One row of an `Evolution`; what was not measured is -1 (counts), NaN (lengths and areas) or None."""

    step: int
    n_cells: int = -1
    proven: bool = False
    layer_counts: np.ndarray | None = None  # (depth,): cells of the first 1, 2, ... hidden layers
    n_linear_regions: int = -1
    crease_length: float = math.nan
    crease_lengths: np.ndarray | None = None  # (depth,): by the layer that makes the crease
    boundary_length: float = math.nan
    area_min: float = math.nan
    area_median: float = math.nan
    area_mean: float = math.nan
    area_max: float = math.nan
    n_small: int = -1
    signs: tuple[int, ...] = (-1, -1, -1)  # decided by each of `STAGES`
    note: str = ""  # why something is not there
    network: Network | None = None
    complex: PolyhedralComplex | None = None


@dataclass(frozen=True, eq=False)
class NetworkMeasures:
    """Measure networks on one domain, within a budget.

    Parameters
    ----------
    domain, slice, certified, threads
        As of `regions`.
    measures : str or sequence of str
        Of `MEASURES`; a single string is one of them, or ``"all"``. None of them: count the cells only.
    max_cells : int, optional
        Beyond so many, count only. Default: what half of the free memory holds.
    max_seconds : float, optional
        For one network. Cells are then counted first, the rest is measured as far as time allows.
    small : float
        A cell is small whose area is less than this part of the domain's.

    Raises
    ------
    ParameterError, ShapeError, UnknownNameError
    """

    domain: Any
    slice: Slice | None = None
    measures: str | Iterable[str] = DEFAULT_MEASURES
    certified: bool = True
    threads: int | None = None
    max_cells: int | None = None
    max_seconds: float | None = None
    small: float = 1e-6

    def __post_init__(self) -> None:
        object.__setattr__(self, "domain", domain(self.domain))
        object.__setattr__(self, "measures", _names(self.measures))
        if self.slice is not None and not isinstance(self.slice, Slice):
            raise ParameterError(f"slice must come from ll.slice_line or ll.slice_plane, not {self.slice!r}.")
        flag("certified", self.certified)
        thread_count(self.threads)
        if self.max_cells is not None and (
            isinstance(self.max_cells, bool)
            or not isinstance(self.max_cells, int | np.integer)
            or self.max_cells < 1
        ):
            raise ParameterError(f"max_cells must be an integer of at least 1, not {self.max_cells!r}.")
        _positive("max_seconds", self.max_seconds)
        _positive("small", self.small)

    def __call__(self, step: int, net: Network) -> StepMeasures:
        """Measure one network.

        Raises
        ------
        ModelError, ShapeError
            As `regions`: a curved activation, or another number of inputs than the domain or slice has.
        """
        watch = _Watch(self.max_seconds)
        row, cx = StepMeasures(step, network=net), None
        how: dict[str, Any] = {"threads": self.threads, "progress": watch}
        where: dict[str, Any] = {"slice": self.slice, "certified": self.certified, **how}
        try:
            if not self.measures or self.max_seconds is not None:
                row = self._counted(row, where)
            if not self.measures:
                return row
            try:
                if self.max_cells is not None and row.n_cells > self.max_cells:
                    raise TooLargeError(f"more than {self.max_cells:,} cells")
                cx = regions(net, self.domain, max_cells=self.max_cells, **where)
            except TooLargeError:
                most = "memory holds" if self.max_cells is None else f"{self.max_cells:,}"
                row = row if row.n_cells >= 0 else self._counted(row, where)
                return replace(row, note=f"counted only: more cells than {most}")
            row = self._of_cells(row, cx)
            watch()
            if "linear_regions" in self.measures:
                row = replace(row, n_linear_regions=cx.n_linear_regions)
                watch()
            if "boundary" in self.measures:
                row = replace(row, boundary_length=decision_partition(cx, **how).boundary.length)
        except _TimeIsUpError:
            done = "not counted" if row.n_cells < 0 else "counted only" if cx is None else "not all measured"
            row = replace(row, note=f"{done}: the {self.max_seconds:g} s were up")
        except TooLargeError:
            row = replace(row, note="the decision boundary has more cells beside it than memory holds")
        return row

    def _counted(self, row: StepMeasures, where: dict[str, Any]) -> StepMeasures:
        found = count_regions(row.network, self.domain, **where)  # pyright: ignore[reportArgumentType]
        return replace(
            row,
            n_cells=found.n_cells,
            proven=found.proven,
            layer_counts=found.layer_counts[1 + self._n_slice_layers :],
            signs=tuple(found.signs[stage] for stage in STAGES),
        )

    def _of_cells(self, row: StepMeasures, cx: PolyhedralComplex) -> StepMeasures:
        row = replace(
            row,
            n_cells=len(cx),
            proven=cx.certified,
            layer_counts=cx.layer_counts[1 + self._n_slice_layers :],
            signs=tuple(cx.signs[stage] for stage in STAGES),
            complex=cx,
        )
        if "areas" in self.measures:
            areas = cx.areas
            row = replace(
                row,
                area_min=float(areas.min()),
                area_median=float(np.median(areas)),
                area_mean=float(areas.mean()),
                area_max=float(areas.max()),
                n_small=int((areas < self.small * self.domain.volume).sum()),
            )
        if "creases" in self.measures:
            lengths = crease_lengths(cx)
            row = replace(row, crease_length=float(lengths.sum()), crease_lengths=lengths)
        return row

    @property
    def _n_slice_layers(self) -> int:
        return 0 if self.slice is None else 2


def crease_lengths(cx: PolyhedralComplex) -> np.ndarray:
    """Total length of the edges between cells that each hidden layer makes, (depth,) float64.

    Where creases coincide they count once, for the earliest layer. In one dimension: numbers of points.

    Examples
    --------
    >>> import leadlight as ll
    >>> net = ll.Network.from_arrays([[[1, 0], [0, 1]], [[1, 1]]], [[0, 0], [0]])
    >>> crease_lengths(ll.regions(net, [(-1, 1), (-1, 1)]))  # a cross
    array([4.])
    """
    inner = cx.edges.interior
    if cx.dim == 1:
        lengths = np.ones(len(inner))
    else:
        ends = cx.vertices[cx.edges.vertices[inner]]
        with np.errstate(over="ignore"):
            lengths = np.hypot(*(ends[:, 1] - ends[:, 0]).T)
    return np.bincount(cx.edges.layer[inner], lengths, minlength=cx.network.depth)


class _TimeIsUpError(Exception):
    """More seconds than the budget has."""


class _Watch:
    """A progress function, called about 20 times a second, that stops what it watches when time is up."""

    def __init__(self, seconds: float | None) -> None:
        self.end = math.inf if seconds is None else time.perf_counter() + seconds

    def __call__(self, n_cells: int = 0) -> None:
        if time.perf_counter() > self.end:
            raise _TimeIsUpError


def _names(given: Any) -> tuple[str, ...]:
    if isinstance(given, str):
        given = MEASURES if given == "all" else (given,)
    if not isinstance(given, Iterable):
        raise ParameterError(f"measures must list some of {', '.join(MEASURES)}, not {given!r}.")
    given = list(given)
    for name in given:
        if name not in MEASURES:
            raise UnknownNameError("measure", name, MEASURES)
    return tuple(name for name in MEASURES if name in given)


def _positive(name: str, value: Any) -> None:
    if value is None:
        return
    if isinstance(value, bool) or not isinstance(value, int | float | np.number) or not 0 < value < math.inf:
        raise ParameterError(f"{name} must be a finite number above 0, not {value!r}.")
