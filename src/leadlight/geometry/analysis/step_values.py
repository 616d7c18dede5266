"""What a network with jumps takes on the sides and corners of its cells, exactly.

Layers before the first with steps are continuous, and after it there are only finitely many values: the network
is constant on each open cell, each open side and at each corner, and may take on a side what it takes on neither
cell beside it. A unit exactly on a breakpoint holds the piece on its left, so the pieces at a point inside the side,
or at the corner, say what it takes there. A piece that float64 with an error bound leaves open is decided in
rational numbers. Cost: a forward pass for each side and corner, and an exact one for each pattern of pieces.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np

from ..exact import cell_forms

__all__ = ["face", "values_on_faces"]


def values_on_faces(cx: Any, output: int) -> tuple[np.ndarray, np.ndarray]:
    """An output of a network with jumps on each open edge and at each vertex of its complex, exactly.

    Returns
    -------
    edges : ndarray (E,) object, of Fraction
        In one dimension empty: an edge is a vertex.
    vertices : ndarray (V,) object, of Fraction
    """
    net = cx._sliced
    layer = next(k for k, act in enumerate(net.activations) if not _is_continuous(act))
    ends = _ends(cx)
    n_edges = len(ends)
    cells = np.concatenate([cx.edges.cells[:n_edges, 0], _cell_of_vertex(cx)])
    corners, shifts = cx.vertices[ends], cx.vertex_errors[ends]
    points = np.concatenate([corners.sum(axis=1) / 2, cx.vertices])
    errors = np.concatenate(
        [
            shifts.max(axis=1, initial=0.0) + 2.0**-52 * np.abs(corners).max(axis=(1, 2), initial=0.0),
            cx.vertex_errors,
        ]
    )
    z, bounds = _preactivations(net, layer, points, errors)
    tables = [net.activations[layer].of_unit(unit).pieces for unit in range(z.shape[1])]
    breakpoints = np.array([table.breakpoints for table in tables])  # one for each unit: of a step
    pieces = (z > breakpoints[:, 0]).astype(np.uint8)
    open_ = ~(np.abs(z - breakpoints[:, 0]) > bounds)
    for i, unit in _on_their_creases(cx, layer, n_edges):
        pieces[i, unit], open_[i, unit] = 0, False
    for i, unit in np.argwhere(open_).tolist():
        form = cell_forms.preactivation_form(net, cx._full_pattern(int(cells[i])), layer, unit)
        at = _point(cx, ends, i)
        pieces[i, unit] = cell_forms.value_at(form, at) > Fraction(float(breakpoints[unit, 0]))
    patterns, which = np.unique(pieces, axis=0, return_inverse=True)
    values = np.empty(len(patterns), object)
    for i, pattern in enumerate(patterns):
        held = [Fraction(float(table.intercepts[k])) for table, k in zip(tables, pattern.tolist())]
        values[i] = cell_forms.network_from(net, layer + 1, held)[output]
    values = values[which.reshape(-1)]
    return values[:n_edges], values[n_edges:]


def face(cx: Any, index: int) -> tuple[tuple[Fraction, ...], int]:
    """A point on a face, edges before vertices as of `values_on_faces`: of an edge its middle; and a cell beside it."""
    ends = _ends(cx)
    cell = cx.edges.cells[index, 0] if index < len(ends) else _cell_of_vertex(cx)[index - len(ends)]
    return _point(cx, ends, index), int(cell)


def _ends(cx: Any) -> np.ndarray:
    """The vertices of each edge, (E, 2); none in one dimension, where an edge is a vertex."""
    return np.zeros((0, 2), np.int64) if cx.dim == 1 else cx.edges.vertices


def _is_continuous(act: Any) -> bool:
    return all(unit.pieces.is_continuous for unit in act.units())


def _cell_of_vertex(cx: Any) -> np.ndarray:
    """A closed cell that each vertex is a corner of."""
    return np.searchsorted(cx.cell_starts, cx._corner_of, side="right") - 1


def _preactivations(
    net: Any, layer: int, points: np.ndarray, errors: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """What a layer after continuous ones holds before its activation, (n, units), with error bounds.

    Sums round by at most n + 1 units in the last place of the sum of the terms' sizes; a continuous activation
    stretches an error by its steepest slope at most.
    """
    values, bounds = points, np.repeat(errors[:, None], points.shape[1], axis=1)
    with np.errstate(over="ignore", invalid="ignore"):  # what is not finite stays open
        for k in range(layer + 1):
            W, b = net.weights[k], net.biases[k]
            sizes = np.abs(values) @ np.abs(W).T + np.abs(b)
            rounding = 2.0**-52 * (W.shape[1] + 2)
            bounds = (bounds @ np.abs(W).T) * (1 + rounding) + rounding * sizes + 2.0**-1000
            values = values @ W.T + b
            if k < layer:
                steepest = np.array([np.abs(unit.pieces.slopes).max() for unit in net.activations[k].units()])
                values = net.activations[k].forward(values)
                bounds = bounds * steepest * (1 + 2.0**-50) + 2.0**-50 * np.abs(values) + 2.0**-1000
    return values, np.where(np.isfinite(values), bounds, np.inf)


def _on_their_creases(cx: Any, layer: int, n_edges: int) -> set[tuple[int, int]]:
    """Faces, edges before vertices, with the unit of the layer whose crease they are known to lie on."""
    of_layer = np.flatnonzero(cx.edges.layer + cx._n_slice_layers == layer)
    units, ends = cx.edges.unit[of_layer].tolist(), cx.edges.vertices[of_layer].tolist()
    along = set(zip(of_layer.tolist(), units)) if n_edges else set()
    return along | {(n_edges + vertex, unit) for unit, pair in zip(units, ends) for vertex in pair}


def _point(cx: Any, ends: np.ndarray, face: int) -> tuple[Fraction, ...]:
    """The middle of an edge, or a vertex."""
    if face >= len(ends):
        return cx.vertex_exact(face - len(ends))
    start, end = (cx.vertex_exact(int(vertex)) for vertex in ends[face])
    return tuple((p + q) / 2 for p, q in zip(start, end))
