"""Which cell a point lies in: down the binary tree of creases, by exact signs.

A float64 value beyond its error bound decides a node; where it does not, the unit's form on the cells below
is made in rational numbers. Cost: the tree's depth a point, some 1 to 2 log2(cells).
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np

from ... import _core
from ..._reading import as_array
from ...errors import DataError, ShapeError
from ..exact import cell_forms

__all__ = ["locate_points"]


def locate_points(cx: Any, X: Any) -> np.ndarray:
    """See `PolyhedralComplex.locate`."""
    points = _points(X, cx.dim)
    inside = _inside(cx.domain, points)
    result = np.full(len(points), -1, np.int64)
    lines, errors, children, _ = cx._details.tree
    if len(lines) == 0:
        result[inside] = 0
        return result
    waiting = np.flatnonzero(inside)
    forms: dict[int, cell_forms.Affine] = {}  # of the nodes met in doubt
    planar = np.full((len(points), 2), 0.5)
    planar[:, : cx.dim] = points
    nodes = np.zeros(len(waiting), np.int32)
    while len(waiting):
        found, doubtful = _core.locate_cells(
            tree_lines=lines, tree_errors=errors, tree_children=children, points=planar[waiting], start=nodes
        )
        result[waiting] = found
        open_ = np.flatnonzero(doubtful >= 0)
        waiting, nodes = waiting[open_], doubtful[open_]
        if len(waiting) == 0:
            break
        for node in set(nodes.tolist()) - forms.keys():
            forms[node] = _exact_form(cx, node)
        steps = [
            children[node, int(cell_forms.sign_at(forms[node], planar[point].tolist()) > 0)]
            for point, node in zip(waiting.tolist(), nodes.tolist())
        ]
        nodes = np.array(steps, np.int32)
        arrived = nodes < 0
        result[waiting[arrived]] = -1 - nodes[arrived]
        waiting, nodes = waiting[~arrived], nodes[~arrived]
    return result


def _exact_form(cx: Any, node: int) -> cell_forms.Affine:
    """The form of whose sign a node asks, from the pattern of a cell below it."""
    _, _, children, creases = cx._details.tree
    below = node
    while below >= 0:
        below = int(children[below, 0])
    layer, unit, index = cx._lines[:, creases[node]].tolist()
    a, b, c = cell_forms.preactivation_form(cx._sliced, cx._full_pattern(-1 - below), layer, unit)
    at = Fraction(float(cx._sliced.activations[layer].of_unit(unit).pieces.breakpoints[index]))
    return a, b, c - at


def _points(X: Any, dim: int) -> np.ndarray:
    try:
        points = as_array(X)
    except (TypeError, ValueError):
        raise DataError("locate() takes numbers, of shape (n, dim).") from None
    if points.ndim != 2 or points.shape[1] != dim:
        raise ShapeError(f"locate() was given points of shape {points.shape}; expected (n, {dim}).")
    if not np.isfinite(points).all():
        raise DataError("locate() was given a point that is not finite.")
    return points


def _inside(domain: Any, points: np.ndarray) -> np.ndarray:
    """Whether each point lies in the closed domain, exactly."""
    if domain.dim == 1 or domain.is_box:
        return ((points >= domain.bounds[:, 0]) & (points <= domain.bounds[:, 1])).all(axis=1)
    inside = np.ones(len(points), bool)
    for p, q in zip(domain.corners, np.roll(domain.corners, -1, axis=0)):
        with np.errstate(over="ignore", invalid="ignore"):  # what is not finite is doubtful
            side, reach = q - p, points - p
            terms = side[0] * reach[:, 1], side[1] * reach[:, 0]
            value = terms[0] - terms[1]
            # Differences, products and their difference round once each: 8 units in the last place are plenty.
            bound = 2.0**-50 * (np.abs(terms[0]) + np.abs(terms[1])) + 2.0**-1060
            doubtful = ~(np.abs(value) > bound)
        left = value >= 0.0
        for i in np.flatnonzero(doubtful).tolist():
            (px, py), (qx, qy), (x, y) = (
                [Fraction(v) for v in point.tolist()] for point in (p, q, points[i])
            )
            left[i] = (qx - px) * (y - py) >= (qy - py) * (x - px)
        inside &= left
    return inside
