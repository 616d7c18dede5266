"""The lines w1 x1 + w2 x2 + b = 0 of a first layer's units: clipped to a box, and the regions they code.

Clipping is Liang and Barsky's (1984) in floating point, for pictures. The regions of an arrangement, which of
them are bounded, and whether the lines are in general position are decided exactly: floats denote exact
rational numbers here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations
from math import lcm
from typing import Any

import numpy as np

from ..errors import ModelError, ShapeError
from .exact.polygon import Form, Polygon, box_polygon, primitive, split, to_fractions

__all__ = [
    "CodedRegion",
    "GeneralPosition",
    "arrangement_regions_by_code",
    "clip_line",
    "general_position",
    "line_crossings",
    "unit_lines",
]


def unit_lines(net: Any) -> np.ndarray:
    """Return the lines of the units of the first layer of a network of two inputs.

    Parameters
    ----------
    net : Network

    Returns
    -------
    ndarray, shape (n_units, 3)
        Rows w1, w2, b: the unit's preactivation is zero where w1 x1 + w2 x2 + b = 0.
    """
    weights, bias = np.asarray(net.weights[0]), np.asarray(net.biases[0])
    if weights.shape[1] != 2:
        raise ModelError(
            f"The network has {weights.shape[1]} inputs; unit lines exist for networks of 2 inputs."
        )
    return np.column_stack([weights, bias])


def clip_line(line: Sequence[float], domain: Sequence[Sequence[float]]) -> np.ndarray | None:
    """Return the segment of a line inside a box, or None if it misses the box or is no line.

    Parameters
    ----------
    line : (w1, w2, b)
    domain : [(x0, x1), (y0, y1)]

    Returns
    -------
    ndarray, shape (2, 2), or None
        The two end points.

    Examples
    --------
    >>> clip_line((1.0, 0.0, -0.5), [(-1, 1), (-2, 2)])  # vertical: x1 = 1/2
    array([[ 0.5, -2. ],
           [ 0.5,  2. ]])
    """
    w, b = np.asarray(line[:2], dtype=np.float64), float(line[2])
    box = np.asarray(domain, dtype=np.float64)
    scale = np.abs(w).max()
    if not scale > 0:
        return None
    w, b = w / scale, b / scale  # so that no square below overflows
    centre = box.mean(axis=1)
    point = centre - (w @ centre + b) / (w @ w) * w  # the foot of the perpendicular from the centre
    direction = np.array([-w[1], w[0]])
    low, high = -np.inf, np.inf
    for axis in range(2):
        if direction[axis] == 0.0:
            if not box[axis, 0] <= point[axis] <= box[axis, 1]:
                return None
            continue
        ends = (box[axis] - point[axis]) / direction[axis]
        low, high = max(low, ends.min()), min(high, ends.max())
    if not low <= high:
        return None
    ends = np.stack([point + low * direction, point + high * direction])
    return np.clip(ends, box[:, 0], box[:, 1])[np.lexsort((ends[:, 1], ends[:, 0]))]


@dataclass(frozen=True)
class CodedRegion:
    """One region of an arrangement of lines."""

    code: tuple[int, ...]  # per line: 1 where w1 x1 + w2 x2 + b > 0, else 0
    bounded: bool  # whether the region of the whole plane is bounded
    polygon: np.ndarray  # (k, 2) its corners inside the box, counter-clockwise


def arrangement_regions_by_code(
    lines: Any, domain: Sequence[Sequence[float]] | None = None
) -> list[CodedRegion]:
    """Return the regions into which lines cut the plane, each coded by on which sides of them it lies.

    Parameters
    ----------
    lines : array-like, shape (k, 3)
        Rows w1, w2, b; floats taken as exact numbers. A row with w1 = w2 = 0 cuts nothing.
    domain : [(x0, x1), (y0, y1)], optional
        Return only the regions that meet this box, cut to it. By default a box that holds all crossings, so
        that every region of the plane is returned.

    Returns
    -------
    list of CodedRegion
        Sorted by code.

    Examples
    --------
    Three lines in general position leave one of the eight codes out: the complement of the triangle's.

    >>> regions = arrangement_regions_by_code([[1, 0, 0], [0, 1, 0], [-1, -1, 1]])
    >>> len(regions), [r.code for r in regions if r.bounded]
    (7, [(1, 1, 1)])
    >>> (0, 0, 0) in {r.code for r in regions}
    False
    """
    forms = _forms(lines)
    low, border = _reach(forms)
    whole = _coded(box_polygon([(low, border)] * 2), forms)
    bounded = {
        code: all(max(abs(x), abs(y)) < border for x, y in to_fractions(part)) for code, part in whole.items()
    }
    shown = whole if domain is None else _coded(box_polygon(domain), forms)
    return [
        CodedRegion(
            code, bounded[code], np.array([[float(x), float(y)] for x, y in to_fractions(shown[code])])
        )
        for code in sorted(shown)
    ]


@dataclass(frozen=True)
class GeneralPosition:
    """What keeps lines from being in general position, decided exactly; lines counted from 0."""

    parallel: list[tuple[int, int]]  # pairs with proportional weights, equal lines included
    concurrent: list[tuple[int, int, int]]  # triples through one point, no two of them parallel

    @property
    def holds(self) -> bool:
        """Whether no two lines are parallel and no three meet in one point."""
        return not self.parallel and not self.concurrent


def general_position(lines: Any) -> GeneralPosition:
    """Find the parallel pairs and the concurrent triples among lines, exactly.

    Examples
    --------
    >>> general_position([[1, 0, 0], [0, 1, 0], [1, 1, 0], [2, 0, 5]])
    GeneralPosition(parallel=[(0, 3)], concurrent=[(0, 1, 2)])
    """
    forms = _forms(lines)

    def cross(i: int, j: int) -> int:
        return forms[i][0] * forms[j][1] - forms[i][1] * forms[j][0]

    parallel = [pair for pair in combinations(range(len(forms)), 2) if cross(*pair) == 0]
    skip = set(parallel)
    concurrent = [
        (i, j, k)
        for i, j, k in combinations(range(len(forms)), 3)
        if skip.isdisjoint({(i, j), (i, k), (j, k)})
        and forms[i][2] * cross(j, k) - forms[j][2] * cross(i, k) + forms[k][2] * cross(i, j) == 0
    ]
    return GeneralPosition(parallel, concurrent)


def line_crossings(lines: Any) -> list[tuple[Fraction, Fraction]]:
    """Return the points where two of the lines (k, 3) cross, exactly, pair by pair; parallel ones do not.

    Examples
    --------
    >>> line_crossings([[1.0, 0.0, -0.5], [0.0, 2.0, 1.0], [1.0, 0.0, 7.0]])
    [(Fraction(1, 2), Fraction(-1, 2)), (Fraction(-7, 1), Fraction(-1, 2))]
    """
    found = []
    for (a, b, c), (d, e, f) in combinations(_forms(lines), 2):
        if determinant := a * e - b * d:
            found.append((Fraction(b * f - c * e, determinant), Fraction(c * d - a * f, determinant)))
    return found


def _forms(lines: Any) -> list[Form]:
    array = np.asarray(lines, dtype=np.float64)
    if array.ndim != 2 or array.shape[1] != 3 or not np.isfinite(array).all():
        raise ShapeError(f"lines had the shape {array.shape}; expected (k, 3) finite numbers: w1, w2, b.")
    forms = []
    for row in array.tolist():
        exact = [Fraction(v) for v in row]
        common = lcm(*(v.denominator for v in exact))
        a, b, c = (int(v * common) for v in exact)
        forms.append(primitive((a, b, c)))
    return forms


def _reach(forms: list[Form]) -> tuple[int, int]:
    """The interval whose square holds every crossing and a piece of every line in its interior."""
    reach = 1
    for a, b, c in forms:
        if a or b:  # the foot of the perpendicular from the origin
            reach = max(reach, abs(a * c) // (a * a + b * b) + 2, abs(b * c) // (a * a + b * b) + 2)
    for (a, b, c), (d, e, f) in combinations(forms, 2):
        if determinant := abs(a * e - b * d):
            reach = max(reach, abs(b * f - c * e) // determinant + 2, abs(c * d - a * f) // determinant + 2)
    return -reach, reach


def _coded(box: Polygon, forms: list[Form]) -> dict[tuple[int, ...], Polygon]:
    parts: dict[tuple[int, ...], Polygon] = {(): box}
    for form in forms:
        after: dict[tuple[int, ...], Polygon] = {}
        for code, part in parts.items():
            if form[:2] == (0, 0):
                after[(*code, int(form[2] > 0))] = part
                continue
            for side, piece in enumerate(split(part, form)):
                if piece is not None:
                    after[(*code, side)] = piece
        parts = after
    return parts
