"""What theory says of signals in wide random networks: second moments from layer to layer, and chi.

With weights N(0, sigma_w^2 / fan_in) and biases N(0, sigma_b^2) the preactivations of a wide layer are normal
with variance q, and q' = sigma_w^2 E[phi(sqrt(q) z)^2] + sigma_b^2 (Poole et al. 2016). A gradient's second
moment grows per layer by chi = sigma_w^2 E[phi'(sqrt(q*) z)^2] at the fixed point q*; chi = 1 is the edge
of chaos (Schoenholz et al. 2017). Exact in the limit of infinite width only.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import numpy as np

from ...activations import Activation

__all__ = ["backward_factors", "chi", "critical_line", "fixed_point", "forward_factors", "length_map"]


def length_map(activation: Activation, q: float, sigma_w: float, sigma_b: float) -> float:
    """Variance of the next layer's preactivations when this layer's is `q`."""
    return sigma_w**2 * activation.second_moment(q) + sigma_b**2


def fixed_point(
    activation: Activation, sigma_w: float, sigma_b: float, *, start: float = 1.0, layers: int = 2000
) -> float:
    """The preactivation variance q* that a deep network settles at (inf if it grows without bound).

    Examples
    --------
    >>> from leadlight import activation
    >>> round(fixed_point(activation("tanh"), 1.0, 0.5), 3)  # tanh is bounded: always finite
    0.535
    >>> fixed_point(activation("relu"), 2.0, 0.0)
    inf
    """
    q = start
    for _ in range(layers):
        following = length_map(activation, q, sigma_w, sigma_b)
        if following > 1e12:
            return float("inf")
        if abs(following - q) <= 1e-13 * max(q, 1e-13):
            return following
        q = following
    return q


def chi(activation: Activation, sigma_w: float, q: float) -> float:
    """Factor by which a gradient's second moment grows per layer where the preactivation variance is `q`."""
    return sigma_w**2 * activation.derivative_second_moment(q)


def critical_line(activation: Activation, q: Sequence[float] | np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The edge of chaos chi = 1, traced by its fixed point q* > 0.

    For a given q* there is one sigma_w with chi = 1, and one sigma_b that makes q* the fixed point. Points
    with sigma_b^2 < 0 are left out.

    Returns
    -------
    sigma_w, sigma_b : ndarray, shape (k,)
    """
    q = np.asarray(q, dtype=np.float64)
    sigma_w2 = np.array([1.0 / activation.derivative_second_moment(v) for v in q])
    sigma_b2 = np.array([v - s * activation.second_moment(v) for v, s in zip(q, sigma_w2)])
    kept = sigma_b2 >= -1e-12  # rounding, where the line begins at sigma_b = 0
    return np.sqrt(sigma_w2[kept]), np.sqrt(np.maximum(sigma_b2[kept], 0.0))


def forward_factors(sizes: Sequence[int], activation: Activation, gain: float) -> list[float]:
    """Growth of a preactivation's second moment through each layer: Xavier's weights, zero biases.

    For preactivations of variance 1 the factor is n_in s^2 E[phi(z)^2] with s^2 = 2 gain^2 / (n_in + n_out):
    at the theoretical gain 2 n_in / (n_in + n_out). The first layer sees data instead of activations; its
    entry is what it would be for activations.

    Examples
    --------
    >>> from leadlight import activation
    >>> leaky = activation("leaky_relu(0.1)")
    >>> [round(f, 2) for f in forward_factors((3072, 128, 64, 32, 3), leaky, leaky.gain)]
    [1.92, 1.33, 1.33, 1.83]
    """
    kept = (gain / activation.gain) ** 2
    return [kept * 2 * n_in / (n_in + n_out) for n_in, n_out in itertools.pairwise(sizes)]


def backward_factors(sizes: Sequence[int], activation: Activation, gain: float) -> list[float]:
    """Growth of a gradient's second moment back through each layer: n_out s^2 E[phi'(z)^2], s as forwards."""
    kept = gain**2 * activation.derivative_second_moment(1.0)
    return [kept * 2 * n_out / (n_in + n_out) for n_in, n_out in itertools.pairwise(sizes)]
