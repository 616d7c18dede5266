"""The random networks that are counted: how initial weights are drawn, and N units shared out over layers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from leadlight.geometry import count_regions, slice_line
from leadlight.network import Network
from leadlight.random_network import mlp
from leadlight.studies.page import Page

__all__ = [
    "TORCH", "WHOLE", "Counts", "Law", "count_all", "even_widths", "he", "in_square", "networks", "on_line",
]  # fmt: skip

WHOLE = 1e6  # half-width of the square and of the segment that stand for the whole plane and line
AXIS = slice_line((0.0, 0.0), (1.0, 0.0))


@dataclass(frozen=True)
class Law:
    """How initial weights and biases are drawn.

    Attributes
    ----------
    name, short : str
        On the page, and where there is little room.
    init, bias : str, str or None
        As `leadlight.mlp` takes them.
    weight : float
        Variance of a weight, times its layer's fan-in.
    bias_constant, bias_per_input : float
        A bias has the variance bias_constant + bias_per_input / fan-in.
    """

    name: str
    short: str
    init: str
    bias: str | None
    weight: float
    bias_constant: float = 0.0
    bias_per_input: float = 0.0

    def bias_variance(self, fan_in: int) -> float:
        """Return the variance of the biases of a layer."""
        return self.bias_constant + self.bias_per_input / fan_in


TORCH = Law("torch's default", "torch", "torch", None, 1 / 3, bias_per_input=1 / 3)


def he(sigma: float) -> Law:
    """Return He's normal weights with normal biases of standard deviation `sigma`; 0: no biases."""
    if sigma == 0:
        return Law("He, no biases", "He", "he_normal", "zeros", 2.0)
    return Law("He, normal biases", "He", "he_normal", f"normal({sigma!r})", 2.0, bias_constant=sigma**2)


def even_widths(n_units: int, depth: int) -> list[int]:
    """Share out units over layers as evenly as whole numbers allow, wider layers first.

    Examples
    --------
    >>> even_widths(20, 3)
    [7, 7, 6]
    """
    return [n_units // depth + (layer < n_units % depth) for layer in range(depth)]


def networks(page: Page, law: Law, widths: Sequence[int], n: int) -> list[Network]:
    """Return `n` networks on the plane; each architecture and law has seeds of its own."""
    seeds = page.seed_sequence(f"{law.name} {'-'.join(map(str, widths))}").spawn(n)
    return [mlp(2, widths, 1, init=law.init, bias=law.bias, seed=seed) for seed in seeds]


def in_square(net: Network, half_width: float) -> int:
    """Return the exact number of cells in the square of that half-width about the origin."""
    return int(count_regions(net, [(-half_width, half_width)] * 2))


def on_line(net: Network, half_length: float) -> int:
    """Return the exact number of pieces on the first axis, within that distance of the origin."""
    return int(count_regions(net, (-half_length, half_length), slice=AXIS))


@dataclass(frozen=True)
class Counts:
    """Exact counts of one law: arrays (number of units, depth, seed)."""

    law: Law
    units: tuple[int, ...]
    depths: tuple[int, ...]
    cells: np.ndarray  # in the square
    pieces: np.ndarray  # on the axis, within the square
    whole: np.ndarray  # on the whole axis
    plane: np.ndarray  # in the whole plane, (depth, seed), at the size `middle`

    @property
    def middle(self) -> int:
        """Which of the sizes is counted in the whole plane, where counting the largest would take long."""
        return len(self.units) // 2

    def widths(self, i: int, k: int) -> list[int]:
        """Return the architecture of row `i`, column `k`."""
        return even_widths(self.units[i], self.depths[k])

    def wide(self, k: int, least: int = 8) -> np.ndarray:
        """Return which numbers of units make layers of at least `least` units at depth `k`: bool (n,)."""
        return np.array([min(self.widths(i, k)) >= least for i in range(len(self.units))])


def count_all(
    page: Page, law: Law, units: Sequence[int], depths: Sequence[int], n: int, half_width: float
) -> Counts:
    """Count the cells in the square and the pieces on a line of `n` networks of each architecture."""
    units, depths = tuple(sorted(set(units))), tuple(sorted(set(depths)))
    found = np.zeros((3, len(units), len(depths), n), dtype=np.int64)
    middle, plane = len(units) // 2, np.zeros((len(depths), n), dtype=np.int64)
    report = page.progress(f"counting at the start, {law.name}", len(units) * len(depths))
    for i, n_units in enumerate(units):
        for k, depth in enumerate(depths):
            for j, net in enumerate(networks(page, law, even_widths(n_units, depth), n)):
                found[:, i, k, j] = in_square(net, half_width), on_line(net, half_width), on_line(net, WHOLE)
                if i == middle:
                    plane[k, j] = in_square(net, WHOLE)
            report(i * len(depths) + k + 1)
    return Counts(law, units, depths, found[0], found[1], found[2], plane)
