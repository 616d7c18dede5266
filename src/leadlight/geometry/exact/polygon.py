"""Convex polygons with exact rational corners, and their splitting by a line.

A corner (x, y) is held as three integers (X, Y, W) with W > 0, greatest common divisor 1 and
(x, y) = (X/W, Y/W); a line as the integer form a x + b y + c. The sign of the form at a corner is then the
sign of one integer, the crossing of an edge with the line is a combination of its ends, and equal points have
equal triples: no divisions, no tolerances. Corners run counter-clockwise and none is straight; a split costs
one pass over them.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from itertools import pairwise
from math import gcd

from ...errors import ParameterError

__all__ = [
    "Form",
    "Point",
    "Polygon",
    "area",
    "box_polygon",
    "line_through",
    "primitive",
    "split",
    "to_fractions",
]

Point = tuple[int, int, int]
Form = tuple[int, int, int]
Polygon = tuple[Point, ...]


def box_polygon(domain: Sequence[Sequence[float | Fraction]]) -> Polygon:
    """Return the corners of a box ``[(x0, x1), (y0, y1)]``, its floats taken as exact numbers.

    Raises
    ------
    ParameterError
        The box is empty, not finite, or not of this form.
    """
    try:
        (x0, x1), (y0, y1) = [[Fraction(v) for v in side] for side in domain]
    except (TypeError, ValueError, OverflowError) as error:
        raise ParameterError(f"domain was {domain!r}; expected [(x0, x1), (y0, y1)], all finite.") from error
    if not (x0 < x1 and y0 < y1):
        raise ParameterError(f"domain was {domain!r}; expected x0 < x1 and y0 < y1.")
    return tuple(_point(x, y) for x, y in ((x0, y0), (x1, y0), (x1, y1), (x0, y1)))


def split(polygon: Polygon, form: Form) -> tuple[Polygon | None, Polygon | None]:
    """Cut a polygon by the line where a form is zero.

    Parameters
    ----------
    polygon : Polygon
    form : (a, b, c)
        Not all zero.

    Returns
    -------
    below, above : Polygon or None
        The parts where the form is negative and positive; None if there is no such part. A line that only
        touches the polygon does not cut it.

    Examples
    --------
    >>> below, above = split(box_polygon([(0, 1), (0, 1)]), (2, 0, -1))  # x = 1/2
    >>> to_fractions(below)[1]
    (Fraction(1, 2), Fraction(0, 1))
    >>> split(box_polygon([(0, 1), (0, 1)]), (1, 1, 0))[0] is None  # touches the corner (0, 0)
    True
    """
    a, b, c = form
    values = [a * x + b * y + c * w for x, y, w in polygon]
    if min(values) >= 0:
        return None, polygon
    if max(values) <= 0:
        return polygon, None
    below, above = [], []
    p, s = polygon[-1], values[-1]
    for q, t in zip(polygon, values):
        if s < 0 < t or t < 0 < s:
            crossing = _crossing(p, s, q, t)
            below.append(crossing)
            above.append(crossing)
        if t <= 0:
            below.append(q)
        if t >= 0:
            above.append(q)
        p, s = q, t
    return tuple(below), tuple(above)


def area(polygon: Polygon) -> Fraction:
    """Return the exact area (the shoelace formula, in triangles from the first corner).

    Examples
    --------
    >>> area(box_polygon([(0, 1), (0, 0.5)]))
    Fraction(1, 2)
    """
    p, total = polygon[0], Fraction(0)
    for q, r in pairwise(polygon[1:]):
        total += Fraction(_determinant(p, q, r), 2 * p[2] * q[2] * r[2])
    return total


def to_fractions(polygon: Sequence[Point]) -> tuple[tuple[Fraction, Fraction], ...]:
    """Return points as pairs of fractions."""
    return tuple((Fraction(x, w), Fraction(y, w)) for x, y, w in polygon)


def line_through(p: Point, q: Point) -> Form:
    """Return the primitive form of the line through two points, positive to the left of the way p to q."""
    return primitive((p[1] * q[2] - p[2] * q[1], p[2] * q[0] - p[0] * q[2], p[0] * q[1] - p[1] * q[0]))


def primitive(form: Form) -> Form:
    """Divide a form, or a point, by its greatest common divisor."""
    divisor = gcd(*form)
    return form if divisor <= 1 else (form[0] // divisor, form[1] // divisor, form[2] // divisor)


def _point(x: Fraction, y: Fraction) -> Point:
    w = x.denominator * y.denominator
    return primitive((int(x * w), int(y * w), w))


def _crossing(p: Point, s: int, q: Point, t: int) -> Point:
    """Where a form with value s at p and t at q, of opposite signs, is zero on the edge."""
    s, t = abs(s), abs(t)
    return primitive((t * p[0] + s * q[0], t * p[1] + s * q[1], t * p[2] + s * q[2]))


def _determinant(p: Point, q: Point, r: Point) -> int:
    return (
        p[0] * (q[1] * r[2] - q[2] * r[1])
        - p[1] * (q[0] * r[2] - q[2] * r[0])
        + p[2] * (q[0] * r[1] - q[1] * r[0])
    )
