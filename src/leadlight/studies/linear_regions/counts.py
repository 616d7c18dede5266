"""Exact counts over many seeds: cells, linear regions, lines along the border, in boxes of growing size.

For one hidden layer the number of cells in an open box is 1 + (lines that meet it) + (crossings in it) as
long as no three lines meet in a point and no two are parallel (Zaslavsky 1975): counted here from the lines
alone, in rational numbers, beside the certified count of `leadlight.regions`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from leadlight.geometry import line_crossings, regions, unit_lines
from leadlight.network import Network
from leadlight.random_network import mlp

from .far import FAR, FarCells, far_cells

__all__ = [
    "DEEP",
    "KINDS",
    "SHALLOW",
    "Counts",
    "arrangement_counts",
    "count_many",
    "full_view",
    "lines_and_crossings",
    "networks",
    "short",
    "square",
]

SHALLOW, DEEP = (20,), (5, 5, 5, 5)
KINDS = {
    "shallow ReLU": (SHALLOW, "relu"),
    "shallow Abs": (SHALLOW, "abs"),
    "deep ReLU": (DEEP, "relu"),
    "deep Abs": (DEEP, "abs"),
}


def square(half_width: float) -> list[tuple[float, float]]:
    """Return the domain of a square about the origin."""
    return [(-half_width, half_width), (-half_width, half_width)]


def short(half_width: float) -> str:
    """Return a half-width for a table.

    Examples
    --------
    >>> short(500.0), short(1e6), short(1e10)
    ('500', '1e6', '1e10')
    """
    return f"{half_width:g}".replace("e+0", "e").replace("e+", "e")


def networks(kind: str, seeds: Sequence[int]) -> list[Network]:
    """Return the networks of a kind, with torch's default initialisation, one a seed."""
    widths, activation = KINDS[kind]
    return [mlp(2, widths, 1, activation=activation, init="torch", seed=seed) for seed in seeds]


def lines_and_crossings(
    lines: np.ndarray, points: Sequence[tuple[Fraction, Fraction]], half_width: float | Fraction
) -> tuple[int, int]:
    """Return how many lines meet the open square of a half-width, and how many crossings lie in it."""
    h = Fraction(half_width)
    seen = 0
    for a, b, c in lines.tolist():  # the form ranges over c -+ (|a| + |b|) h on the square
        seen += abs(Fraction(c)) < (abs(Fraction(a)) + abs(Fraction(b))) * h
    return seen, sum(max(abs(x), abs(y)) < h for x, y in points)


def full_view(points: Sequence[tuple[Fraction, Fraction]]) -> Fraction:
    """Return the half-width of the smallest closed square that holds all crossings."""
    return max(max(abs(x), abs(y)) for x, y in points)


@dataclass(frozen=True)
class Counts:
    """Counts of one kind of network over seeds; arrays (n_boxes, n_seeds) unless said otherwise."""

    half_widths: tuple[float, ...]
    cells: np.ndarray
    linear_regions: np.ndarray
    border_lines: np.ndarray  # end points on the border / 2
    far: tuple[FarCells, ...]  # one a seed, in the square of half-width FAR

    def at(self, half_width: float) -> int:
        """Return the row of a half-width."""
        return self.half_widths.index(half_width)


def count_many(
    nets: Sequence[Network], half_widths: Sequence[float], done: Callable[[], None] | None = None
) -> Counts:
    """Count cells, linear regions and border lines of each network in each square, and its far cells.

    The square of half-width `FAR` is always among them, last.
    """
    boxes = tuple(sorted({*map(float, half_widths), FAR}))
    table = np.zeros((3, len(boxes), len(nets)), dtype=np.int64)
    ends = np.zeros(table.shape[1:])
    far = []
    for j, net in enumerate(nets):
        for i, half_width in enumerate(boxes):
            cx = regions(net, square(half_width))
            table[0, i, j] = len(cx)
            table[1, i, j] = cx.n_linear_regions
            ends[i, j] = len(cx.border_vertices) / 2
            if half_width == FAR:
                far.append(far_cells(net, cx))
        if done is not None:
            done()
    return Counts(boxes, table[0], table[1], ends, tuple(far))


def arrangement_counts(net: Network, half_widths: Sequence[float]) -> tuple[np.ndarray, np.ndarray, float]:
    """Count lines seen and cells of a shallow network in each square from its lines alone.

    Returns
    -------
    lines, cells : ndarray of int, shape (n_boxes,)
    full : float
        The half-width beyond which every crossing is in view.
    """
    lines = unit_lines(net)
    points = line_crossings(lines)
    pairs = [lines_and_crossings(lines, points, h) for h in half_widths]
    seen = np.array([n for n, _ in pairs])
    return seen, seen + np.array([m for _, m in pairs]) + 1, float(full_view(points))
