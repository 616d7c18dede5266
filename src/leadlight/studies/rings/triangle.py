"""Three lines in the plane, exactly: seven coded regions, the code that is missing, and why.

In general position three lines make one bounded region, a triangle, and six outer ones. Codes, crossings and
bounded regions are decided in rational arithmetic (`leadlight.geometry.arrangement_regions_by_code`).
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise, product
from typing import Any

import numpy as np

from leadlight.geometry import CodedRegion, arrangement_regions_by_code, general_position

__all__ = ["Triangle", "crossings", "holds_origin", "relation", "triangle_of"]

Code = tuple[int, ...]


@dataclass(frozen=True)
class Triangle:
    """The regions of three lines in general position."""

    regions: list[CodedRegion]
    inside: Code  # code of the bounded region
    missing: Code  # the one code that no region has

    @property
    def opposite(self) -> Code:
        """The complement of the triangle's code."""
        return tuple(1 - bit for bit in self.inside)


def triangle_of(lines: Any) -> Triangle | None:
    """Return the regions of three lines (3, 3), or None if the lines are not in general position.

    Examples
    --------
    >>> found = triangle_of([[1, 0, 0], [0, 1, 0], [-1, -1, 1]])
    >>> found.inside, found.missing
    ((1, 1, 1), (0, 0, 0))
    """
    if not general_position(lines).holds:
        return None
    regions = arrangement_regions_by_code(lines)
    codes = {region.code for region in regions}
    (inside,) = [region.code for region in regions if region.bounded]
    (missing,) = [code for code in product((0, 1), repeat=3) if code not in codes]
    return Triangle(regions, inside, missing)


def holds_origin(lines: Any) -> bool:
    """Return whether three lines are in general position and the origin lies in their triangle."""
    triangle = triangle_of(lines)
    return triangle is not None and triangle.inside == tuple(int(row[2] > 0) for row in lines)


def crossings(lines: Any) -> list[tuple[Code, Code]]:
    """Return the pairs of regions that share a piece of a line, for lines in general position.

    Each line is cut by the others into pieces; a point of each piece, found exactly, says on which sides of
    the others it lies, and the line itself parts the two regions beside the piece.

    Examples
    --------
    >>> pairs = crossings([[1, 0, 0], [0, 1, 0], [-1, -1, 1]])
    >>> len(pairs), pairs[0]
    (9, ((0, 0, 1), (1, 0, 1)))
    """
    exact = [[Fraction(v) for v in row] for row in np.asarray(lines, dtype=np.float64).tolist()]
    pairs = []
    for i, (a, b, c) in enumerate(exact):
        # points of line i are foot + t direction; where the others cut it, t is one number each
        foot = (-c * a / (a * a + b * b), -c * b / (a * a + b * b))
        along = {
            j: (-d * b + e * a, d * foot[0] + e * foot[1] + f) for j, (d, e, f) in enumerate(exact) if j != i
        }
        cuts = sorted(-value / slope for slope, value in along.values())
        middles = [(s + t) / 2 for s, t in pairwise(cuts)]
        for t in [cuts[0] - 1, *middles, cuts[-1] + 1]:
            bits = {j: int(slope * t + value > 0) for j, (slope, value) in along.items()}
            pairs.append(tuple(tuple({**bits, i: own}[j] for j in range(len(exact))) for own in (0, 1)))
    return pairs


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
