"""Measured signals: second moments forward and backward through deep random networks, layer by layer.

One random network of equal widths at a time, a batch of normal inputs, a normal gradient at the output;
averages over units and batch. Cost: depth x width^2 x batch multiply-adds for each network and direction.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ...activations import Activation

__all__ = ["Signals", "gradient_growth", "propagate"]


@dataclass(frozen=True)
class Signals:
    """Second moments in one deep random network.

    Attributes
    ----------
    forward : ndarray, shape (depth + 1,)
        Mean square of the input, then of each layer's activations.
    backward : ndarray, shape (depth + 1,)
        Mean square of the gradient with respect to the same: index depth is the output's, 1 by definition.
    """

    forward: np.ndarray
    backward: np.ndarray


def propagate(
    activation: Activation,
    depth: int,
    width: int,
    sigma_w: float,
    sigma_b: float,
    rng: np.random.Generator,
    *,
    batch: int = 32,
) -> Signals:
    """Send `batch` standard normal inputs forward and standard normal gradients back through one network.

    Weights are N(0, sigma_w^2 / width), biases N(0, sigma_b^2). Computed in float64, which overflows only
    beyond 1e308: keep depth times log(growth) below that.
    """
    weights, slopes = [], []
    h = rng.standard_normal((batch, width))
    forward = [float(np.mean(h * h))]
    for _ in range(depth):
        w = rng.standard_normal((width, width)) * (sigma_w / np.sqrt(width))
        z = h @ w.T + sigma_b * rng.standard_normal(width)
        h = activation.forward(z)
        weights.append(w)
        slopes.append(activation.derivative(z))
        forward.append(float(np.mean(h * h)))
    g = rng.standard_normal((batch, width))
    backward = [float(np.mean(g * g))]
    for w, slope in zip(reversed(weights), reversed(slopes)):
        g = (g * slope) @ w
        backward.append(float(np.mean(g * g)))
    scale = backward[0]
    return Signals(np.array(forward), np.array(backward[::-1]) / scale)


def gradient_growth(signals: Sequence[Signals], settled: int) -> float:
    """Mean factor per layer by which gradients grow on their way back, over the layers after `settled`.

    The geometric mean over networks and layers: an estimate of chi at the fixed point.
    """
    logs = [np.log(s.backward[settled] / s.backward[-1]) / (len(s.backward) - 1 - settled) for s in signals]
    return float(np.exp(np.mean(logs)))
