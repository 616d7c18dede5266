"""Where the creases of a complex end and bend: its points on the border, and each unit's corners inside.

The crease of a first-layer unit is straight. A deeper unit's bends where it crosses an earlier crease, on whose
two sides the unit is two different affine forms. Cost: linear in the edges and in the units that change there,
and rational arithmetic for pairs of edges whose angle the rounded vertices leave open.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ..errors import ParameterError

__all__ = ["bends", "border_vertices", "surely_bent"]

_BLOCK = 65536  # edges looked at together


def border_vertices(cx: Any) -> np.ndarray:
    """See `PolyhedralComplex.border_vertices`."""
    _in_the_plane(cx, "border_vertices")
    sides = np.flatnonzero(cx.edges.cells[:, 1] < 0)
    ends = cx.edges.vertices[sides].ravel()
    side = np.repeat(cx.edges.unit[sides], 2)
    first, last = np.full(len(cx.vertices), -1), np.full(len(cx.vertices), -1)
    first[ends[::-1]], last[ends] = side[::-1], side  # a corner lies on two sides of the domain
    return np.flatnonzero((first >= 0) & (first == last))


def bends(cx: Any) -> np.ndarray:
    """See `PolyhedralComplex.bends`."""
    _in_the_plane(cx, "bends")
    units = np.array(cx.network.widths, np.int64)
    layers = np.repeat(np.arange(len(units)), units)
    edge, unit = _changes(cx, len(units) and int(units[0]))  # from the second layer on
    ends = cx.edges.vertices[edge]
    edge, unit, here, there = (
        np.concatenate(parts)
        for parts in ((edge, edge), (unit, unit), (ends[:, 0], ends[:, 1]), (ends[:, 1], ends[:, 0]))
    )
    order = np.lexsort((edge, here, unit))
    edge, unit, here, there = (part[order] for part in (edge, unit, here, there))
    starts = np.flatnonzero(
        np.concatenate([[True], (np.diff(unit) != 0) | (np.diff(here) != 0)])[: len(unit)]
    )
    group = np.repeat(np.arange(len(starts)), np.diff(np.append(starts, len(unit))))
    one, other = starts[group], np.arange(len(unit))  # each edge with the first of its unit at its vertex
    pairs = np.flatnonzero(one != other)
    one, other = one[pairs], other[pairs]
    bent = surely_bent(cx, here[one], there[one], there[other])
    open_ = np.flatnonzero(~bent)
    open_ = open_[~_same_form(cx, edge[one[open_]], edge[other[open_]], layers[unit[one[open_]]])]
    for i in open_.tolist():
        bent[i] = _exact_turn(cx, *(int(v) for v in (here[one[i]], there[one[i]], there[other[i]]))) != 0
    found = np.unique(group[pairs[bent]])
    at = starts[found]
    first_units = np.cumsum(units) - units
    return np.column_stack([layers[unit[at]], unit[at] - first_units[layers[unit[at]]], here[at]])


def _changes(cx: Any, first_unit: int) -> tuple[np.ndarray, np.ndarray]:
    """Each interior edge with each unit, numbered through the layers, that changes its piece there."""
    chosen = cx.edges.interior
    edges, units = [np.empty(0, np.int64)], [np.empty(0, np.int64)]
    skip = first_unit + sum(cx._sliced.widths[: cx._n_slice_layers])
    for start in range(0, len(chosen), _BLOCK):
        block = chosen[start : start + _BLOCK]
        left, right = (cx._unpack(cells)[:, skip:] for cells in cx.edges.cells[block].T)
        row, unit = np.nonzero(left != right)
        edges.append(block[row])
        units.append(unit + first_unit)
    return np.concatenate(edges), np.concatenate(units)


def surely_bent(cx: Any, at: np.ndarray, one: np.ndarray, other: np.ndarray) -> np.ndarray:
    """Whether two edges from a vertex are not on one line by more than the vertices' errors allow, (n,) bool."""
    (ax, ay), (bx, by) = ((cx.vertices[end] - cx.vertices[at]).T for end in (one, other))
    with np.errstate(over="ignore", invalid="ignore"):
        error_a, error_b = (
            (cx.vertex_errors[end] + cx.vertex_errors[at]) * (1 + 1e-12) for end in (one, other)
        )
        size_a, size_b = np.abs(ax) + np.abs(ay), np.abs(bx) + np.abs(by)
        # Differences, products and their difference round once each: 8 units in the last place are plenty.
        bound = size_a * error_b + size_b * error_a + 2 * error_a * error_b + 2.0**-50 * size_a * size_b
        return np.abs(ax * by - ay * bx) > bound * (1 + 1e-12) + 2.0**-1060


def _same_form(cx: Any, one: np.ndarray, other: np.ndarray, layers: np.ndarray) -> np.ndarray:
    """Whether no unit of an earlier layer changes on two edges nor between them, (n,) bool: then they are one line."""
    same = (cx.edges.layer[one] == layers) & (cx.edges.layer[other] == layers)
    for layer in np.unique(layers):
        mine = np.flatnonzero(same & (layers == layer))
        before = cx.packed_patterns[:, : cx._pattern_starts[layer + cx._n_slice_layers]]
        first, second = (before[cx.edges.cells[edges[mine], 0]] for edges in (one, other))
        same[mine] = (first == second).all(axis=1)
    return same


def _exact_turn(cx: Any, at: int, one: int, other: int) -> Any:
    (x, y), (px, py), (qx, qy) = (cx.vertex_exact(vertex) for vertex in (at, one, other))
    return (px - x) * (qy - y) - (py - y) * (qx - x)


def _in_the_plane(cx: Any, name: str) -> None:
    if cx.dim != 2:
        raise ParameterError(f"{name} are those of a complex in the plane; this one is on an interval.")
