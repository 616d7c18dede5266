"""Discs in the plane and on slices: polygons around them, and the cells that meet them, exactly.

On a slice a ball of the input space is an ellipse in the slice's coordinates; its shape is the Gram matrix of the
slice's directions, in rational numbers. Whether a polygon contains a disc, and whether a cell comes closer to the
centre than the radius, is a comparison of squares: no root is taken of anything that decides. Cost: linear in the
corners, and rational arithmetic for cells at the radius up to rounding.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from fractions import Fraction
from typing import Any

import numpy as np

from ..errors import ParameterError, ShapeError
from .cells.measures import following_corner
from .domain import Domain, domain, read_numbers
from .exact.cell_forms import rounded
from .slices import Slice

__all__ = ["ball", "cells_meeting_ball"]

_TOO_LARGE = "A ball of radius {!r} reaches beyond the range of float64: take a smaller one."

Gram = tuple[tuple[Fraction, ...], ...]
"""The squared length of coordinates x is the sum over i, j of gram[i][j] x_i x_j."""


def ball(center: Any, radius: float, n: int = 64, *, slice: Slice | None = None) -> Domain:
    """A polygon around a disc, each side touching the circle from outside, or an interval.

    Parameters
    ----------
    center : array_like (2,), or (1,) or a number for an interval
    radius : float
        Positive.
    n : int
        Sides of the polygon, at least 3. It contains the disc, which is checked exactly, and reaches
        1 / cos(pi / n) times as far: 0.12 % further with 64 sides.
    slice : Slice, optional
        The center is in its coordinates, the radius a distance in its input space, and the disc an ellipse.

    Raises
    ------
    ShapeError, ParameterError
        Not of these forms; or the radius is so small that floats have no room for the polygon.

    Examples
    --------
    >>> disc = ball((0, 0), 1.0)
    >>> len(disc.corners), round(disc.volume / np.pi, 4)
    (64, 1.0008)
    """
    middle, radius = _disc(center, radius)
    gram = _gram(slice, len(middle))
    exact, squared = [Fraction(v) for v in middle.tolist()], Fraction(radius) ** 2
    if len(middle) == 1:
        length = _root(gram[0][0])
        reach = radius / length * (1.0 if length == 1.0 else 1.0 + 2.0**-50)
        ends = float(middle[0]) - reach, float(middle[0]) + reach
        if not all(map(math.isfinite, ends)):
            raise ParameterError(_TOO_LARGE.format(radius))
        while gram[0][0] * min(exact[0] - Fraction(ends[0]), Fraction(ends[1]) - exact[0]) ** 2 < squared:
            ends = math.nextafter(ends[0], -math.inf), math.nextafter(ends[1], math.inf)
        return domain(ends)
    if isinstance(n, bool) or not isinstance(n, int | np.integer) or n < 3:
        raise ParameterError(f"n must be an integer of at least 3, not {n!r}.")
    angle = 2.0 * np.pi * (np.arange(n) + 0.5) / n
    directions = _unit_directions(gram, np.column_stack([np.cos(angle), np.sin(angle)]))
    for slack in 10.0 ** np.arange(-12, -2):  # rounding must leave no side inside the disc
        with np.errstate(over="ignore"):
            corners = middle + radius / math.cos(math.pi / n) * (1.0 + slack) * directions
        if not np.isfinite(corners).all():
            raise ParameterError(_TOO_LARGE.format(radius))
        if _contains(corners, exact, squared, gram):
            return domain(corners)
    raise ParameterError(
        f"A ball of radius {radius!r} around {middle.tolist()} is too small for a polygon in floats: "
        "take a larger radius."
    )


def cells_meeting_ball(cx: Any, center: Any, radius: float) -> np.ndarray:
    """Find the cells that meet an open ball, exactly.

    Parameters
    ----------
    cx : PolyhedralComplex
    center : array_like (dim,), or a number in one dimension
        In the complex's coordinates. Taken as exact numbers, as is the radius.
    radius : float
        Positive. On a slice: a distance in the input space.

    Returns
    -------
    ndarray (k,) int64
        Ascending. A cell that only touches the sphere is not among them. What of the ball lies outside the
        complex's domain is not looked at: `ball` makes a domain that contains it.

    Raises
    ------
    ShapeError, ParameterError

    Examples
    --------
    >>> import leadlight as ll
    >>> net = ll.Network.from_arrays([np.eye(2), [[1, 1]]], [[-1, -0.5], [0]])  # creases x = 1 and y = 1/2
    >>> cx = ll.regions(net, ball((0, 0), 1.0))
    >>> len(cx), len(cells_meeting_ball(cx, (0, 0), 1.0)), len(cells_meeting_ball(cx, (0, 0), 1.001))
    (3, 2, 3)
    """
    middle, radius = _disc(center, radius)
    if len(middle) != cx.dim:
        raise ShapeError(f"center has {len(middle)} coordinates, and the complex {cx.dim}.")
    gram = _gram(cx.slice, cx.dim)
    squared, error = _squared_distances(cx, middle, gram)
    with np.errstate(over="ignore"):
        limit = radius * radius
        meets = squared + error < limit * (1.0 - 2.0**-50)
        open_ = ~meets & ~(squared - error > limit * (1.0 + 2.0**-50))
    around = int(cx.locate(middle[None])[0])
    if around >= 0:
        meets[around], open_[around] = True, False
    center_exact, limit_exact = [Fraction(v) for v in middle.tolist()], Fraction(radius) ** 2
    for cell in np.flatnonzero(open_).tolist():
        corners = [[x - c for x, c in zip(point, center_exact)] for point in cx.polygon_exact(cell)]
        meets[cell] = _comes_closer(corners, gram, limit_exact)
    return np.flatnonzero(meets)


def _disc(center: Any, radius: Any) -> tuple[np.ndarray, float]:
    middle = np.atleast_1d(read_numbers(center, "center", "one number or two"))
    if middle.shape not in ((1,), (2,)):
        raise ParameterError(
            f"center has shape {middle.shape}; expected one number or two: on a slice, its coordinates "
            "(Slice.coordinates finds them)."
        )
    real = isinstance(radius, int | float | np.number) and not isinstance(radius, bool | np.complexfloating)
    if not (real and math.isfinite(radius) and radius > 0):
        raise ParameterError(f"radius must be a positive number, not {radius!r}.")
    return middle, float(radius)


def _gram(slice: Slice | None, dim: int) -> Gram:
    if slice is None:
        return tuple(tuple(Fraction(int(i == j)) for j in range(dim)) for i in range(dim))
    if not isinstance(slice, Slice):
        raise ParameterError(f"slice must come from ll.slice_line or ll.slice_plane, not {slice!r}.")
    if slice.dim != dim:
        raise ShapeError(f"center has {dim} coordinates and the slice {slice.dim}.")
    origin, *points = ([Fraction(v) for v in point] for point in slice.through.tolist())
    axes = [[x - o for x, o in zip(point, origin)] for point in points]
    return tuple(tuple(sum((x * y for x, y in zip(u, v)), Fraction(0)) for v in axes) for u in axes)


def _unit_directions(gram: Gram, unit: np.ndarray) -> np.ndarray:
    """Unit vectors (n, 2) of the plane in coordinates of which `gram` tells the lengths."""
    (a, b), (_, c) = gram
    first, second = _root(a), _root(c - b * b / a)  # on the diagonal of the Cholesky factor
    y = unit[:, 1] / second
    return np.column_stack([unit[:, 0] / first - rounded(b / a) * y, y])


def _root(square: Fraction) -> float:
    root = math.sqrt(rounded(square))
    if not 0.0 < root < math.inf:
        raise ParameterError(
            "The points that span the slice lie too close together, or too far apart, for a ball."
        )
    return root


def _contains(corners: np.ndarray, center: Sequence[Fraction], squared: Fraction, gram: Gram) -> bool:
    """Whether each side of a polygon, counter-clockwise, is at least a squared radius away from the centre."""
    (a, b), (_, c) = gram
    area = a * c - b * b  # of the parallelogram of the axes, squared
    points = [[Fraction(v) - o for v, o in zip(corner, center)] for corner in corners.tolist()]
    for (px, py), (qx, qy) in zip(points, points[1:] + points[:1]):
        twice = px * qy - py * qx  # of the triangle with the centre
        if twice <= 0 or twice * twice * area < squared * _inner(
            gram, (qx - px, qy - py), (qx - px, qy - py)
        ):
            return False
    return True


def _inner(gram: Gram, u: Sequence[Fraction], v: Sequence[Fraction]) -> Fraction:
    return sum((g * x * y for row, x in zip(gram, u) for g, y in zip(row, v)), Fraction(0))


def _comes_closer(corners: list[list[Fraction]], gram: Gram, limit: Fraction) -> bool:
    """Whether the border of a cell, given from the centre, comes closer to it than a squared distance."""
    if any(_inner(gram, p, p) < limit for p in corners):
        return True
    if len(gram) == 1:
        return False
    for p, q in zip(corners, corners[1:] + corners[:1]):
        side = [y - x for x, y in zip(p, q)]
        length, along = _inner(gram, side, side), -_inner(gram, p, side)
        if 0 < along < length and _inner(gram, p, p) * length - along * along < limit * length:
            return True
    return False


def _squared_distances(cx: Any, middle: np.ndarray, gram: Gram) -> tuple[np.ndarray, np.ndarray]:
    """From the centre to each cell's border, (C,) float64, and bounds on their errors; not finite: open."""
    G = np.array([[float(g) for g in row] for row in gram])
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        p = cx.vertices[cx.cell_vertices] - middle
        squares = ((p @ G) * p).sum(axis=1)
        if cx.dim == 2:
            side = p[following_corner(cx)] - p
            weighted = side @ G
            length, along = (weighted * side).sum(axis=1), -(weighted * p).sum(axis=1)
            share = np.where(length > 0.0, along / length, 0.0).clip(0.0, 1.0)
            foot = p + share[:, None] * side
            squares = np.minimum(squares, ((foot @ G) * foot).sum(axis=1))
        distance = np.minimum.reduceat(squares, cx.cell_starts[:-1])
        reach = np.maximum.reduceat(np.abs(p).max(axis=1), cx.cell_starts[:-1])
        shift = np.maximum.reduceat(cx.vertex_errors[cx.cell_vertices], cx.cell_starts[:-1])
        # A squared length changes by at most size (2 |x| |d| + |d|^2) with x, which here is at most 2 reach long,
        # and is rounded by some units in the last place of size |x|^2.
        shift = 2.0 * shift + 2.0**-51 * (reach + np.abs(middle).max())
        size = 2.0 * np.abs(G).max()
        error = size * (8.0 * reach * shift + 4.0 * shift * shift + 2.0**-46 * reach * reach) + 2.0**-1060
    known = np.isfinite(distance) & np.isfinite(error)
    return np.where(known, distance, 0.0), np.where(known, error, np.inf)
