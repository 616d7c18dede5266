"""The step skeleton of a trained network, and its facts in rational arithmetic.

Floats are rationals, so thresholds -b/w, pieces and jumps can be found without rounding: the staircase is
evaluated between neighbouring thresholds and beyond the outer ones, O(h^2) operations on fractions.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from leadlight.geometry import StepSkeleton, step_skeleton
from leadlight.network import Network

__all__ = ["SPACING", "Staircase", "rise_widths", "staircase", "thresholds_inside", "zero_distances"]

SPACING = math.pi / 3  # sin(3x) is 0 at its multiples


@dataclass(frozen=True)
class Staircase:
    """The skeleton of one network, exactly."""

    thresholds: list[Fraction]  # distinct, ascending
    levels: list[Fraction]  # one more: the values between them, by evaluation
    jumps_agree: bool  # whether every rise is exactly the sum of v sign(w) over the units of its threshold

    @property
    def n_pieces(self) -> int:
        """How many constant pieces: thresholds where nothing jumps part none."""
        return 1 + sum(left != right for left, right in zip(self.levels, self.levels[1:]))


def staircase(skeleton: StepSkeleton) -> Staircase:
    """Find pieces and jumps of a skeleton exactly.

    Examples
    --------
    >>> one, two = np.array([2.0, -1.0]), np.array([-2.0, 3.0])
    >>> found = staircase(StepSkeleton(one, two, heights=np.array([3.0, 5.0]), offset=1.0))
    >>> [str(t) for t in found.thresholds], [str(v) for v in found.levels], found.jumps_agree
    (['1', '3'], ['6', '9', '4'], True)
    """
    w, b, v = (_fractions(a) for a in (skeleton.weights, skeleton.biases, skeleton.heights))
    rises: dict[Fraction, Fraction] = {}
    for weight, bias, height in zip(w, b, v):
        if weight != 0:
            rise = height if weight > 0 else -height
            rises[-bias / weight] = rises.get(-bias / weight, Fraction(0)) + rise
    edges = sorted(rises)
    between = [(left + right) / 2 for left, right in itertools.pairwise(edges)]
    points = [edges[0] - 1, *between, edges[-1] + 1] if edges else [Fraction(0)]
    levels = [
        Fraction(skeleton.offset) + sum((h for k, c, h in zip(w, b, v) if k * x + c > 0), start=Fraction(0))
        for x in points
    ]
    agree = all(
        right - left == rises[edge] for edge, left, right in zip(edges, levels, levels[1:], strict=False)
    )
    return Staircase(edges, levels, agree)


def _fractions(values: Iterable[float]) -> list[Fraction]:
    return [Fraction(float(value)) for value in values]


def thresholds_inside(net: Network, low: float, high: float) -> np.ndarray:
    """Return the thresholds -b/w of a 1-h-1 network that lie in [low, high], ascending."""
    found = np.sort(step_skeleton(net).thresholds)  # NaN, of a unit with w = 0, is inside no interval
    return found[(found >= low) & (found <= high)]


def zero_distances(thresholds: np.ndarray) -> np.ndarray:
    """Return how far each threshold is from the nearest zero of sin(3x); at most pi/6.

    Examples
    --------
    >>> zero_distances(np.array([0.0, -np.pi / 3 + 0.1])).round(6).tolist()
    [0.0, 0.1]
    """
    return np.abs(thresholds - SPACING * np.round(thresholds / SPACING))


def rise_widths(net: Network) -> np.ndarray:
    """Return over which length of x each sigmoid unit goes from 10 % to 90 %: 2 ln 9 / |w|, (h,)."""
    with np.errstate(divide="ignore"):  # a unit with w = 0 never rises
        return 2 * math.log(9) / np.abs(net.weights[0][:, 0])
