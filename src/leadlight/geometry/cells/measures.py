"""Areas, perimeters and centres of mass of the cells of a complex, from its rounded vertices.

Each cell is a fan of triangles from its first corner, seen from there, so that small cells far from the origin
lose no digits; lengths are in units of a power of two near the domain's size, so that no product leaves the
range of float64. Cost: linear in the corners.
"""

from __future__ import annotations

import math
from fractions import Fraction
from typing import Any

import numpy as np

__all__ = ["area_exact", "areas", "centroids", "following_corner", "perimeters", "size_unit", "triangles"]


def size_unit(cx: Any) -> float:
    """A power of two of which the domain's greatest coordinate is one to two."""
    return 2.0 ** (math.frexp(float(np.abs(cx.domain.corners).max()))[1] - 1)


def triangles(cx: Any) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The triangles between the first corner of each cell, any of its corners and the next.

    Returns
    -------
    here, there : ndarray (n, 2) float64
        The corner and the next, relative to the first, in `size_unit`.
    twice : ndarray (n,) float64
        Twice the area, in `size_unit` squared.
    """
    corners = cx.vertices[cx.cell_vertices] / size_unit(cx)
    here = corners - np.repeat(corners[cx.cell_starts[:-1]], cx.n_corners, axis=0)
    there = here[following_corner(cx)]
    return here, there, here[:, 0] * there[:, 1] - here[:, 1] * there[:, 0]


def following_corner(cx: Any) -> np.ndarray:
    """The place in ``cell_vertices`` of the corner after each."""
    following = np.arange(1, len(cx.cell_vertices) + 1)
    following[cx.cell_starts[1:] - 1] = cx.cell_starts[:-1]
    return following


def areas(cx: Any) -> np.ndarray:
    """See `PolyhedralComplex.areas`."""
    with np.errstate(over="ignore"):  # of a domain whose area is beyond the range
        if cx.dim == 1:
            ends = cx.vertices[cx.cell_vertices, 0].reshape(-1, 2)
            return ends[:, 1] - ends[:, 0]
        unit = size_unit(cx)
        return np.maximum(_twice_areas(cx), 0.0) / 2.0 * unit * unit


def _twice_areas(cx: Any) -> np.ndarray:
    return np.add.reduceat(triangles(cx)[2], cx.cell_starts[:-1])


def area_exact(cx: Any, cell: int) -> Fraction:
    """See `PolyhedralComplex.area_exact`."""
    points = cx.polygon_exact(cell)
    if cx.dim == 1:
        return points[1][0] - points[0][0]
    following = points[1:] + points[:1]
    return sum((p[0] * q[1] - p[1] * q[0] for p, q in zip(points, following)), Fraction(0)) / 2


def perimeters(cx: Any) -> np.ndarray:
    """See `PolyhedralComplex.perimeters`."""
    if cx.dim == 1:
        return np.full(len(cx), 2.0)
    here, there, _ = triangles(cx)
    with np.errstate(over="ignore"):
        return np.add.reduceat(np.hypot(*(there - here).T), cx.cell_starts[:-1]) * size_unit(cx)


def centroids(cx: Any) -> np.ndarray:
    """See `PolyhedralComplex.centroids`."""
    unit, starts = size_unit(cx), cx.cell_starts[:-1]
    corners = cx.vertices[cx.cell_vertices] / unit
    means = np.add.reduceat(corners, starts) / cx.n_corners[:, None]
    lower, upper = np.minimum.reduceat(corners, starts), np.maximum.reduceat(corners, starts)
    if cx.dim == 2:
        here, there, twice = triangles(cx)
        moment = np.add.reduceat(twice[:, None] * (here + there), starts)
        area = np.add.reduceat(twice, starts)
        with np.errstate(divide="ignore", invalid="ignore", over="ignore"):  # slivers
            centres = corners[starts] + moment / (3.0 * area[:, None])
        inside = (area > 0.0) & ((centres >= lower) & (centres <= upper)).all(axis=1)
        means = np.where(inside[:, None], centres, means)
    return np.clip(means, lower, upper) * unit
