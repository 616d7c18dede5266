"""The domain looked at: an interval, a box or a convex polygon, its floats taken as exact numbers.

Whether corners turn the same way is decided in exact rational arithmetic: a polygon that is convex only up to
rounding is refused, one that is convex by a hair is taken. Cost: linear in the corners.
"""

from __future__ import annotations

import itertools
import reprlib
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from math import inf
from typing import Any

import numpy as np

from .._reading import as_array
from ..errors import ParameterError
from .exact.cell_forms import rounded

__all__ = ["Domain", "domain", "read_numbers"]

_FORMS = "(a, b), [(x0, x1), (y0, y1)] or the corners (m, 2) of a convex polygon"


@dataclass(frozen=True, eq=False)
class Domain:
    """A bounded closed convex set of one or two dimensions. Make one with `domain` or `balls.ball`.

    Parameters
    ----------
    corners : ndarray (m, dim) float64
        In 1-D the two ends, ascending; in 2-D the corners, counter-clockwise, none of them straight.

    Examples
    --------
    >>> domain([(0, 1), (0, 2)]).corners.tolist()
    [[0.0, 0.0], [1.0, 0.0], [1.0, 2.0], [0.0, 2.0]]
    """

    corners: np.ndarray

    @property
    def dim(self) -> int:
        """1 for an interval, 2 for a polygon."""
        return self.corners.shape[1]

    @property
    def bounds(self) -> np.ndarray:
        """The bounding box, (dim, 2)."""
        return np.stack([self.corners.min(axis=0), self.corners.max(axis=0)], axis=1)

    @property
    def is_box(self) -> bool:
        """Whether the domain fills its bounding box."""
        if self.dim == 1:
            return True
        return len(self.corners) == 4 and all(
            bool(np.isin(self.corners[:, axis], self.bounds[axis]).all()) for axis in (0, 1)
        )

    @property
    def volume(self) -> float:
        """Length or area, correctly rounded; infinite beyond the range of float64."""
        return rounded(self.exact_volume)

    @property
    def exact_volume(self) -> Fraction:
        """Length or area, exact."""
        points = [[Fraction(v) for v in corner] for corner in self.corners.tolist()]
        if self.dim == 1:
            return points[1][0] - points[0][0]
        turned = points[1:] + points[:1]
        return sum((p[0] * q[1] - p[1] * q[0] for p, q in zip(points, turned)), Fraction(0)) / 2

    def __repr__(self) -> str:
        if self.is_box:
            sides = " x ".join(f"[{low:g}, {high:g}]" for low, high in self.bounds)
            return f"Domain({sides})"
        return f"Domain(polygon of {len(self.corners)} corners)"


def domain(given: Any) -> Domain:
    """Read a domain.

    Parameters
    ----------
    given : Domain or array_like
        ``(a, b)`` or ``[(a, b)]``: the interval from a to b. ``[(x0, x1), (y0, y1)]``: a box. Three or more
        points (m, 2): a convex polygon, in either orientation; corners with a straight angle are dropped.

    Returns
    -------
    Domain

    Raises
    ------
    ParameterError
        Not of these forms, not finite, empty, reversed, or not convex.

    Examples
    --------
    >>> domain((-1, 1))
    Domain([-1, 1])
    >>> domain([(0, 0), (0, 1), (1, 0)]).corners.tolist()  # given clockwise
    [[1.0, 0.0], [0.0, 1.0], [0.0, 0.0]]
    """
    if isinstance(given, Domain):
        return given
    box = plain_box(given)
    if box is not None:
        return box
    array = read_numbers(given, "domain", _FORMS)
    if array.shape in ((2,), (1, 2)):
        return Domain(_frozen(_interval(array.ravel(), "domain")[:, None]))
    if array.shape == (2, 2):
        (x0, x1), (y0, y1) = (
            _interval(array[0], "domain, first side"),
            _interval(array[1], "domain, second side"),
        )
        return Domain(_frozen(np.array([(x0, y0), (x1, y0), (x1, y1), (x0, y1)])))
    if array.ndim == 2 and array.shape[1] == 2 and len(array) >= 3:
        return Domain(_frozen(_convex(array)))
    raise ParameterError(f"domain has shape {array.shape}; expected {_FORMS}.")


def read_numbers(given: Any, name: str, expected: str) -> np.ndarray:
    try:
        array = as_array(given)
    except (TypeError, ValueError, OverflowError):
        array = None
    if array is None or given is None:  # which NumPy reads as NaN
        raise ParameterError(f"{name} was {reprlib.repr(given)}; expected {expected}.")
    if not np.isfinite(array).all():
        raise ParameterError(f"{name} was {reprlib.repr(given)}; expected finite numbers.")
    return array


def plain_box(given: Any) -> Domain | None:
    """A box given as plain numbers, if it is one: most are, and small networks take no longer than this.

    One given like the latest is the same object.
    """
    if type(given) is not list and type(given) is not tuple:
        return None
    try:
        (x0, x1), (y0, y1) = given
        return _box(x0, x1, y0, y1)
    except (TypeError, ValueError, OverflowError):
        return None


@lru_cache(maxsize=16, typed=True)
def _box(x0: Any, x1: Any, y0: Any, y1: Any) -> Domain | None:
    if not {type(x0), type(x1), type(y0), type(y1)} <= {int, float}:
        return None
    x0, x1, y0, y1 = float(x0), float(x1), float(y0), float(y1)
    if not (-inf < x0 < x1 < inf and -inf < y0 < y1 < inf):
        return None
    # No negative zeros, which are equal to the others.
    x0, x1, y0, y1 = x0 + 0.0, x1 + 0.0, y0 + 0.0, y1 + 0.0
    return Domain(_frozen([(x0, y0), (x1, y0), (x1, y1), (x0, y1)]))


def _interval(ends: np.ndarray, what: str) -> np.ndarray:
    low, high = ends.tolist()
    if not low < high:
        raise ParameterError(
            f"{what} was ({low!r}, {high!r}); expected the lower end first, and below the upper."
        )
    return ends


def _convex(points: np.ndarray) -> np.ndarray:
    """The corners counter-clockwise without straight ones; refuses what is not convex, exactly."""
    exact = [(Fraction(x), Fraction(y)) for x, y in points.tolist()]
    far = max(exact, key=lambda p: abs(p[0] - exact[0][0]) + abs(p[1] - exact[0][1]))
    if not any(_turn(exact[0], far, p) for p in exact):
        raise ParameterError("The domain's corners lie on one line: give a polygon with a positive area.")
    distinct = [i for i, p in enumerate(exact) if p != exact[i - 1]]
    corners = [exact[i] for i in distinct]
    around = list(zip(corners[-1:] + corners[:-1], corners, corners[1:] + corners[:1]))
    if any(_turn(*three) == 0 and _turns_back(*three) for three in around):
        raise ParameterError(
            "The domain's polygon turns back on itself: give the corners of a convex polygon."
        )
    kept = [i for i, three in zip(distinct, around) if _turn(*three) != 0]
    turns = [turn for three in around if (turn := _turn(*three)) != 0]
    if len({turn > 0 for turn in turns}) > 1:
        raise ParameterError(
            "The domain's polygon is not convex: give the corners of a convex one, in order."
        )
    corners = [exact[i] for i in kept]
    if turns[0] < 0:
        kept, corners = kept[::-1], corners[::-1]
    # A star turns one way too, but more than once around: seen from the first corner, its others go to and fro.
    if any(_turn(corners[0], p, q) <= 0 for p, q in itertools.pairwise(corners[1:])):
        raise ParameterError(
            "The domain's polygon crosses itself: give the corners of a convex one, in order."
        )
    return points[kept]


def _turn(p: tuple, q: tuple, r: tuple) -> Fraction:
    return (q[0] - p[0]) * (r[1] - q[1]) - (q[1] - p[1]) * (r[0] - q[0])


def _turns_back(p: tuple, q: tuple, r: tuple) -> bool:
    return (q[0] - p[0]) * (r[0] - q[0]) + (q[1] - p[1]) * (r[1] - q[1]) < 0


def _frozen(corners: Any) -> np.ndarray:
    corners = np.array(corners, dtype=np.float64)
    corners.setflags(write=False)
    return corners
