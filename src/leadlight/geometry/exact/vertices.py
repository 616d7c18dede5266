"""Vertices in exact rational numbers: each is the crossing of the lines of two sides of a cell."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np

from . import cell_forms

__all__ = ["edge_line", "vertex_exact"]


def edge_line(cx: Any, cell: int, edge: int) -> cell_forms.Affine:
    """The exact form that is zero on an edge, seen from a cell beside it."""
    layer, unit = int(cx.edges.layer[edge]), int(cx.edges.unit[edge])
    if layer < 0:
        corners = [[Fraction(v) for v in corner] for corner in cx.domain.corners.tolist()]
        (px, py), (qx, qy) = corners[unit], corners[(unit + 1) % len(corners)]
        return py - qy, qx - px, px * qy - py * qx
    layer += cx._n_slice_layers
    a, b, c = cell_forms.preactivation_form(cx._sliced, cx._full_pattern(cell), layer, unit)
    at = cx._sliced.activations[layer].of_unit(unit).pieces.breakpoints[cx.edges.breakpoint[edge]]
    return a, b, c - Fraction(float(at))


def vertex_exact(cx: Any, vertex: int) -> tuple[Fraction, ...]:
    """The exact coordinates of a vertex: where the lines of two sides of a cell cross.

    Not certified, these need not cross where the floats say, nor at all: then the floats themselves.
    """
    if not cx.certified:
        return tuple(Fraction(float(v)) for v in cx.vertices[vertex])
    corner = int(cx._corner_of[vertex])
    cell = int(np.searchsorted(cx.cell_starts, corner, side="right")) - 1
    if cx.dim == 1:
        if cx.edges.layer[vertex] < 0:  # vertex and edge have the same number
            return (Fraction(float(cx.vertices[vertex, 0])),)
        a, _, c = edge_line(cx, cell, vertex)
        return (-c / a,)
    first, last = int(cx.cell_starts[cell]), int(cx.cell_starts[cell + 1]) - 1
    before = last if corner == first else corner - 1
    return cell_forms.crossing(*(edge_line(cx, cell, int(cx.cell_edges[side])) for side in (before, corner)))
