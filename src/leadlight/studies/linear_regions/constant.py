"""How often a random network's picture is one constant: sampled first, then confirmed exactly.

Thousands of networks are evaluated together on a coarse grid. Two different values prove that a picture is
not constant; where all are equal, the certified cells decide: they must be one linear region, whose gradient
is exactly zero.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from leadlight.geometry import PolyhedralComplex, regions
from leadlight.network import Network

from .counts import square

__all__ = ["constant_on_grid", "constant_seeds", "is_constant"]


def is_constant(cx: PolyhedralComplex) -> bool:
    """Return whether the network has the same value everywhere in the box, exactly."""
    return cx.n_linear_regions == 1 and not any(map(any, cx.affine_map_exact(0)[0]))


def constant_on_grid(nets: Sequence[Network], half_width: float, resolution: int = 11) -> np.ndarray:
    """Return which of many networks of the same shape and activation take one value on a grid: bool (n,).

    Equal means up to rounding, so that this errs on the side of too many.
    """
    axis = np.linspace(-half_width, half_width, resolution)
    values = np.stack(np.meshgrid(axis, axis)).reshape(1, 2, -1)
    layers = list(zip(*(net.weights for net in nets))), list(zip(*(net.biases for net in nets)))
    for k, (weights, biases) in enumerate(zip(*layers)):
        values = np.stack(weights) @ values + np.stack(biases)[:, :, None]
        if k < len(layers[0]) - 1:
            values = nets[0].activations[k].forward(values)
    spread = np.ptp(values, axis=2).max(axis=1)
    return spread <= 1e-12 * (1 + np.abs(values).max(axis=(1, 2)))


def constant_seeds(nets: Sequence[Network], half_width: float, block: int = 1000) -> list[int]:
    """Return the positions of the networks whose picture is constant on a square, confirmed exactly."""
    found = []
    for start in range(0, len(nets), block):
        suspects = np.flatnonzero(constant_on_grid(nets[start : start + block], half_width))
        found += [i for i in (start + suspects).tolist() if is_constant(regions(nets[i], square(half_width)))]
    return found
