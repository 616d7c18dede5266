"""Three lines in the plane, exactly: seven coded regions, the code that is missing, and why.

In general position three lines make one bounded region, a triangle, and six outer ones. They are the cells of a
ReLU network whose units have these lines, certified by `leadlight.regions` on a square that holds all crossings:
patterns are codes, edges the pieces of the lines, and what does not reach the border is bounded.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product
from typing import Any

import numpy as np

from leadlight.geometry import PolyhedralComplex, general_position, line_crossings, regions
from leadlight.network import Network

__all__ = ["Triangle", "cells_of_lines", "holds_origin", "relation", "triangle_of"]

Code = tuple[int, ...]


@dataclass(frozen=True)
class Triangle:
    """The regions of three lines in general position."""

    regions: dict[Code, bool]  # code of each region -> whether it is bounded
    crossings: list[tuple[Code, Code]]  # the codes on both sides of each piece of a line
    inside: Code  # code of the bounded region
    missing: Code  # the one code that no region has

    @property
    def opposite(self) -> Code:
        """The complement of the triangle's code."""
        return tuple(1 - bit for bit in self.inside)


def cells_of_lines(lines: Any, half_width: float) -> PolyhedralComplex:
    """Return the cells into which lines (k, 3) cut a square: those of a ReLU network whose units have them."""
    lines = np.asarray(lines, dtype=np.float64)
    net = Network.from_arrays([lines[:, :2], np.ones((1, len(lines)))], [lines[:, 2], np.zeros(1)])
    return regions(net, [(-half_width, half_width)] * 2)


def triangle_of(lines: Any) -> Triangle | None:
    """Return the regions of three lines (3, 3), or None if the lines are not in general position.

    Examples
    --------
    >>> found = triangle_of([[1, 0, 0], [0, 1, 0], [-1, -1, 1]])
    >>> found.inside, found.missing, len(found.crossings)
    ((1, 1, 1), (0, 0, 0), 9)
    """
    if not general_position(lines).holds:
        return None
    farthest = max(max(abs(x), abs(y)) for x, y in line_crossings(lines))
    cx = cells_of_lines(lines, 2.0 * float(farthest) + 1.0)
    codes = [tuple(pattern) for pattern in cx.patterns.tolist()]
    outer = np.isin(np.arange(len(cx)), cx.edges.cells[cx.edges.cells[:, 1] < 0, 0])
    found = {code: not reaches for code, reaches in zip(codes, outer.tolist(), strict=True)}
    (inside,) = [code for code, bounded in found.items() if bounded]
    (missing,) = [code for code in product((0, 1), repeat=3) if code not in found]
    beside = cx.edges.cells[cx.edges.interior].tolist()
    return Triangle(found, [(codes[i], codes[j]) for i, j in beside], inside, missing)


def holds_origin(lines: Any) -> bool:
    """Return whether three lines are in general position and the origin lies in their triangle."""
    triangle = triangle_of(lines)
    return triangle is not None and triangle.inside == tuple(int(row[2] > 0) for row in lines)


def relation(lines: Any) -> tuple[np.ndarray, float, float]:
    """Return positive a and K with a_1 m_1 + a_2 m_2 + a_3 m_3 = K, the m_i being positive in the triangle.

    Parameters
    ----------
    lines : array_like, shape (3, 3)
        Rows w1, w2, b of lines in general position.

    Returns
    -------
    a : ndarray, shape (3,)
        Weights, the greatest of them 1.
    K : float
        What the weighted sum is at every point of the plane.
    error : float
        Greatest gradient of that sum, relative to its terms: 0 but for rounding.
    """
    triangle = triangle_of(lines)
    assert triangle is not None
    signs = np.where(np.array(triangle.inside) == 1, 1.0, -1.0)
    m = signs[:, None] * np.asarray(lines, dtype=np.float64)
    pairs = ((1, 2), (2, 0), (0, 1))
    a = np.array([m[j, 0] * m[k, 1] - m[j, 1] * m[k, 0] for j, k in pairs])  # Cramer's rule
    a = a / a[np.argmax(np.abs(a))]
    terms = a[:, None] * m
    error = float(np.abs(terms[:, :2].sum(axis=0)).max() / np.abs(terms[:, :2]).max())
    return a, float(terms[:, 2].sum()), error
