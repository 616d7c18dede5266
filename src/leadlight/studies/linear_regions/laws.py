"""How torch's default draws directions and biases: the laws, and Kolmogorov-Smirnov tests against them.

A weight vector uniform in a square has the angle density 1/(8 cos^2 phi) for |phi| <= 45 degrees, and the
same in the other three quarters: folded into one quarter, tan phi is uniform on [-1, 1]. Directions crowd
towards the diagonals, where the square reaches out furthest.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import stats

from leadlight.network import Network

__all__ = ["Fit", "angle_cdf", "angle_density", "first_layers", "fits", "fold"]


def fold(angles: np.ndarray) -> np.ndarray:
    """Bring angles into [-pi/4, pi/4) by quarter turns, which the law of a square does not notice."""
    return (np.asarray(angles) + np.pi / 4) % (np.pi / 2) - np.pi / 4


def angle_density(angles: np.ndarray) -> np.ndarray:
    """Return the density of the angle of a vector uniform in a square, over the full circle."""
    return 1 / (8 * np.cos(fold(angles)) ** 2)


def angle_cdf(folded: np.ndarray) -> np.ndarray:
    """Return the distribution function of the folded angle: (1 + tan phi) / 2.

    Examples
    --------
    >>> angle_cdf(np.array([-np.pi / 4, 0.0, np.pi / 4])).round(12).tolist()
    [0.0, 0.5, 1.0]
    """
    return (1 + np.tan(folded)) / 2


@dataclass(frozen=True)
class Fit:
    """A Kolmogorov-Smirnov test: the greatest distance of distribution functions, and its p-value."""

    quantity: str
    law: str
    distance: float
    p_value: float


def fits(weights: np.ndarray, biases: np.ndarray, bound: float) -> tuple[Fit, Fit, Fit, Fit]:
    """Test directions against the square's law and the uniform one, biases against uniform and Gaussian.

    Parameters
    ----------
    weights : ndarray, shape (n, 2)
    biases : ndarray, shape (n,)
    bound : float
        Of the uniform law of the biases; the Gaussian has the same standard deviation, bound / sqrt 3.
    """
    folded = fold(np.arctan2(weights[:, 1], weights[:, 0]))
    uniform = stats.uniform(-bound, 2 * bound).cdf
    gaussian = stats.norm(0, bound / np.sqrt(3)).cdf
    cases = (
        ("direction", "uniform in the square", folded, angle_cdf),
        ("direction", "evenly spaced", folded, lambda phi: 2 * phi / np.pi + 0.5),
        ("bias", "uniform", biases, uniform),
        ("bias", "Gaussian", biases, gaussian),
    )
    results = []
    for quantity, law, values, cdf in cases:
        test = stats.kstest(values, cdf)
        results.append(Fit(quantity, law, float(test.statistic), float(test.pvalue)))
    return results[0], results[1], results[2], results[3]


def first_layers(nets: Sequence[Network]) -> tuple[np.ndarray, np.ndarray]:
    """Return the first-layer weights (n, 2) and biases (n,) of many networks, one below the other."""
    return np.concatenate([n.weights[0] for n in nets]), np.concatenate([n.biases[0] for n in nets])
