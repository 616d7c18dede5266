"""Deep networks for tests: so deep that the errors of floats would pile up."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from leadlight import Network

__all__ = ["CASES", "deep_network"]

# Activation, width, number of layers, variance of weights times width, half of the domain's width.
CASES = [
    ("relu", 8, 70, 2.0, 0.4),
    ("relu", 24, 16, 2.0, 0.05),
    ("leaky_relu(0.5)", 8, 48, 1.6, 0.4),
    ("leaky_relu(0.1)", 5, 30, 1.6, 0.7),
    ("hardtanh", 6, 20, 1.5, 1.0),
    ("abs", 4, 30, 1.0, 0.2),
]


def deep_network(act, width, depth, gain, seed=1, scale=1.0):
    """Of normal weights and biases, each layer's weights times `scale` and then its inverse in turns."""
    rng = np.random.default_rng(seed)
    widths = [2] + [width] * depth + [1]
    weights = [
        rng.normal(0, np.sqrt(gain / n_in), (n_out, n_in)) * scale ** (-1) ** layer
        for layer, (n_in, n_out) in enumerate(pairwise(widths))
    ]
    biases = [
        rng.normal(0, 0.5, n_out) * (scale if layer % 2 == 0 else 1) for layer, n_out in enumerate(widths[1:])
    ]
    return Network.from_arrays(weights, biases, act)
