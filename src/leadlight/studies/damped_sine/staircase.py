"""The step skeleton of a trained network, and its facts without rounding.

The skeleton is a network itself, with steps for sigmoids: `leadlight.regions` finds its constant pieces on an
interval that holds all thresholds -b/w. Where the pieces meet, and their levels, are exact rational numbers.
"""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from leadlight.geometry import StepSkeleton, regions, step_skeleton
from leadlight.network import Network

__all__ = ["SPACING", "Staircase", "rise_widths", "staircase", "thresholds_inside", "zero_distances"]

SPACING = math.pi / 3  # sin(3x) is 0 at its multiples


@dataclass(frozen=True)
class Staircase:
    """The skeleton of one network, exactly."""

    thresholds: list[Fraction]  # distinct, ascending
    levels: list[Fraction]  # one more: the values between them
    n_pieces: int  # constant pieces: thresholds where nothing jumps part none
    jumps_agree: bool  # whether every rise is exactly the sum of v sign(w) over the units of its threshold


def staircase(skeleton: StepSkeleton) -> Staircase:
    """Find pieces and jumps of a skeleton exactly.

    Examples
    --------
    >>> one, two = np.array([2.0, -1.0]), np.array([-2.0, 3.0])
    >>> found = staircase(StepSkeleton(one, two, heights=np.array([3.0, 5.0]), offset=1.0))
    >>> [str(t) for t in found.thresholds], [str(v) for v in found.levels], found.jumps_agree
    (['1', '3'], ['6', '9', '4'], True)
    """
    reach = 2.0 * np.abs(skeleton.thresholds).max(initial=1.0, where=skeleton.weights != 0)
    cx = regions(skeleton.network, (-reach, reach))
    levels = [cx.affine_map_exact(cell)[1][0] for cell in range(len(cx))]
    rises = [Fraction(v) for v in skeleton.jumps.tolist()]
    switched = [np.flatnonzero(change) for change in cx.patterns[1:] != cx.patterns[:-1]]
    return Staircase(
        thresholds=[cx.vertex_exact(vertex)[0] for vertex in range(len(cx) - 1)],
        levels=levels,
        n_pieces=cx.n_linear_regions,
        jumps_agree=all(
            right - left == sum(rises[unit] for unit in units)
            for (left, right), units in zip(itertools.pairwise(levels), switched, strict=True)
        ),
    )


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
