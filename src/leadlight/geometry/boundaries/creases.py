"""The creases of single units: polylines along which a unit changes its linear piece, with their bends.

Edges name one unit each, the earliest; here every unit has all of its edges, found by comparing the patterns on
the two sides, so that coincident creases are complete. A crease can bend only where an earlier layer's unit
changes its piece; whether it does is decided exactly. Cost: linear in the edges times the bytes of a pattern.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from ...errors import ParameterError
from ..cells.patterns import differences
from .bends import Bend, bends_along
from .paths import join_segments

__all__ = ["UnitCrease", "creases"]

_BLOCK = 65536  # edges compared together


@dataclass(frozen=True, eq=False, repr=False)
class UnitCrease:
    """Where one unit passes one breakpoint of its activation, in the domain.

    Attributes
    ----------
    complex : PolyhedralComplex
    layer, unit, breakpoint : int
        Counted from 0.
    paths : list of ndarray (k,) int64
        Vertices of the complex along each part, the higher piece on the left; a closed path ends where it
        starts. Parts end on the border, at a jump, where the crease crosses itself, or where the unit is on
        the breakpoint throughout a cell. In one dimension each is a point, (1,).
    edges : list of ndarray (k - 1,) int64
        The edges of the complex along each; in one dimension the point's own, (1,).
    """

    complex: Any
    layer: int
    unit: int
    breakpoint: int
    paths: list[np.ndarray]
    edges: list[np.ndarray]

    def __repr__(self) -> str:
        name = f"layer {self.layer}, unit {self.unit}, breakpoint {self.breakpoint}"
        return f"UnitCrease({name}: {len(self.paths)} parts, length {self.length:.6g})"

    @property
    def length(self) -> float:
        """Total length, float64; in one dimension the number of points."""
        if self.complex.dim == 1:
            return float(len(self.paths))
        with np.errstate(over="ignore"):
            return float(
                sum(np.hypot(*np.diff(self.complex.vertices[path], axis=0).T).sum() for path in self.paths)
            )

    @property
    def is_closed(self) -> np.ndarray:
        """Whether each part comes back to its start, (n,) bool."""
        return np.array([len(path) > 2 and path[0] == path[-1] for path in self.paths], bool)

    @cached_property
    def bends(self) -> list[list[Bend]]:
        """For each part, its bends in order; where a closed one bends at its start, that comes first."""
        return [
            bends_along(self.complex, self.layer, path, along) for path, along in zip(self.paths, self.edges)
        ]

    @property
    def n_bends(self) -> int:
        """Number of bends of all parts."""
        return sum(map(len, self.bends))

    @property
    def polylines(self) -> list[np.ndarray]:
        """For each part its two ends and its bends, (k, dim) float64, without the straight points between."""
        lines = []
        for path, bends in zip(self.paths, self.bends):
            kept = np.isin(path, [bend.vertex for bend in bends])
            kept[[0, -1]] = True
            lines.append(self.complex.vertices[path[kept]])
        return lines


def creases(cx: Any, layer: int | None = None, unit: int | None = None) -> list[UnitCrease]:
    """Find the creases of units: those of a layer or of one unit where these are given.

    Parameters
    ----------
    cx : PolyhedralComplex
    layer, unit : int, optional
        Counted from 0; a unit needs its layer.

    Returns
    -------
    list of UnitCrease
        By layer, unit and breakpoint; only those that there are in the domain. A unit that is on its breakpoint
        throughout a cell is on the piece below it there, and has a crease where it leaves that piece.

    Examples
    --------
    >>> import leadlight as ll
    >>> net = ll.Network.from_arrays([[[1, 0]], [[1], [0]], [[1, 1]]], [[0], [-0.5, 1], [0]])
    >>> cx = ll.regions(net, [(-1, 1), (-1, 1)])
    >>> [(crease.layer, crease.unit, crease.length) for crease in creases(cx)]
    [(0, 0, 2.0), (1, 0, 2.0)]
    """
    _check(cx, layer, unit)
    edge, of_layer, of_unit, index, higher_left = _changes(cx, layer, unit)
    order = np.lexsort((edge, index, of_unit, of_layer))
    edge, higher_left = edge[order], higher_left[order]
    names = np.stack([of_layer, of_unit, index], axis=1)[order]
    fresh = np.ones(len(names), bool)
    fresh[1:] = (names[1:] != names[:-1]).any(axis=1)
    line = np.cumsum(fresh) - 1  # which crease each is part of
    if cx.dim == 1:
        paths = [cx.edges.vertices[e] for e in edge.tolist()]
        along = [np.array([e]) for e in edge.tolist()]
        owner = np.arange(len(names))
    else:
        ends = cx.edges.vertices[edge].astype(np.int64)
        ends = np.where(higher_left[:, None], ends, ends[:, ::-1])
        apart = line[:, None] * len(cx.vertices)  # each crease has points of its own
        joined, segments = join_segments(ends + apart, line[:, None])
        paths = [path % len(cx.vertices) for path in joined]
        along = [edge[part] for part in segments]
        owner = np.array([part[0] for part in segments], np.int64)
    found = [UnitCrease(cx, *name, paths=[], edges=[]) for name in names[fresh].tolist()]
    for path, part, crease in zip(paths, along, line[owner].tolist()):
        found[crease].paths.append(path)
        found[crease].edges.append(part)
    return found


def _check(cx: Any, layer: Any, unit: Any) -> None:
    widths = cx.network.widths
    if layer is None:
        if unit is not None:
            raise ParameterError(f"unit={unit!r} was given without its layer: give both.")
        return
    if isinstance(layer, bool) or not isinstance(layer, int | np.integer) or not 0 <= layer < len(widths):
        raise ParameterError(f"There is no hidden layer {layer!r}: they are numbered 0 to {len(widths) - 1}.")
    if unit is None:
        return
    if isinstance(unit, bool) or not isinstance(unit, int | np.integer) or not 0 <= unit < widths[layer]:
        raise ParameterError(
            f"There is no unit {unit!r} in hidden layer {layer}: its units are 0 to {widths[layer] - 1}."
        )


def _changes(cx: Any, layer: int | None, unit: int | None) -> tuple[np.ndarray, ...]:
    """Edge, layer, unit, breakpoint of each crossing of a breakpoint, and whether the higher piece is on the left."""
    skipped = cx._n_slice_layers
    wanted = range(cx.network.depth) if layer is None else [int(layer)]
    parts = []
    for start in range(0, len(cx.edges.interior), _BLOCK):
        edges = cx.edges.interior[start : start + _BLOCK]
        left, right = cx.edges.cells[edges].T
        for k in wanted:
            units, low, high, place = differences(cx, k + skipped, left, right)
            if unit is not None:
                units, low, high, place = (part[units == unit] for part in (units, low, high, place))
            lower = np.minimum(low, high)
            crossed = np.maximum(low, high) - lower  # more than one where the network jumps
            repeated = np.repeat(np.arange(len(units)), crossed)
            step = np.arange(len(repeated)) - np.repeat(np.cumsum(crossed) - crossed, crossed)
            parts.append(
                (
                    edges[place[repeated]],
                    np.full(len(repeated), k),
                    units[repeated],
                    lower[repeated] + step,
                    (low > high)[repeated],
                )
            )
    if not parts:
        return (*(np.empty(0, np.int64) for _ in range(4)), np.empty(0, bool))
    return tuple(np.concatenate(column) for column in zip(*parts))
