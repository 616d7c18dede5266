"""The networks N1 to N6 whose regions are benchmarked: float32 weights from torch's generator, with known counts.

Cells of the hidden units in the open square of half-width B. The counts are proven in exact integer arithmetic,
N5's apart, on which four independent programs agree.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

import leadlight as ll

__all__ = ["NETWORKS", "Case", "he_network", "one_layer"]


@dataclass(frozen=True)
class Case:
    """A network, its domain, and what is known of both."""

    name: str
    sizes: tuple[int, ...]
    init: str  # torch: nn.Linear's default; he: weights N(0, 2 / fan in), biases N(0, 0.5^2)
    half_width: float
    n_cells: int
    n_linear_regions: int | None = None  # where another number is known than that of the cells
    regioncam_cells: int | None = None  # where it is known to count another number of cells
    regioncam_gigabytes: float = 0.0  # that it needs

    @property
    def domain(self) -> list[tuple[float, float]]:
        """The square."""
        return [(-self.half_width, self.half_width)] * 2

    def network(self) -> ll.Network:
        """Made anew from seed 0, the same bits each time."""
        return he_network(self.sizes) if self.init == "he" else _torch_network(self.sizes)


def he_network(sizes: tuple[int, ...]) -> ll.Network:
    """Layer by layer `torch.randn` of the weights, then of the biases, from seed 0."""
    import torch

    generator = torch.Generator().manual_seed(0)
    weights, biases = [], []
    for n_in, n_out in pairwise(sizes):
        weights.append((torch.randn(n_out, n_in, generator=generator) * (2 / n_in) ** 0.5).numpy())
        biases.append((torch.randn(n_out, generator=generator) * 0.5).numpy())
    return ll.Network.from_arrays(weights, biases)


def _torch_network(sizes: tuple[int, ...]) -> ll.Network:
    import torch

    with torch.random.fork_rng():
        torch.manual_seed(0)
        layers = [torch.nn.Linear(n_in, n_out) for n_in, n_out in pairwise(sizes)]
    return ll.Network.from_arrays(
        [layer.weight.detach().numpy() for layer in layers], [layer.bias.detach().numpy() for layer in layers]
    )


def one_layer(width: int) -> ll.Network:
    """2-width-1 with He weights by NumPy, which draws a million units in less time than torch is imported."""
    rng = np.random.default_rng(0)
    return ll.Network.from_arrays(
        [
            rng.standard_normal((width, 2), np.float32),
            rng.standard_normal((1, width), np.float32) * (2 / width) ** 0.5,
        ],
        [rng.standard_normal(width, np.float32) / 2, np.zeros(1, np.float32)],
    )


NETWORKS = {
    case.name: case
    for case in (
        Case("N1", (2, 20, 1), "torch", 5, 185),
        Case("N2", (2, 5, 5, 5, 5, 1), "torch", 10, 81, n_linear_regions=77),
        Case("N3", (2, 64, 64, 1), "he", 3, 6_492),
        Case("N4", (2, 128, 128, 128, 1), "he", 3, 63_578, regioncam_gigabytes=0.9),
        Case("N5", (2, 256, 256, 256, 1), "he", 3, 225_733, regioncam_gigabytes=5.5),
        Case("N6", (2, 1000, 1), "he", 3, 424_300, regioncam_cells=424_299, regioncam_gigabytes=13.5),
    )
}
