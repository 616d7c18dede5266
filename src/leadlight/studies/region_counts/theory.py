"""How many cells to expect of random networks: exact for one layer of normal weights, else for wide layers.

Where preactivations are normal, the expected number of their zeros, and of points where two of them vanish, hangs
on the joint law of value and gradient at each point alone (Kac 1943, Rice 1945). For a unit of layer l of a wide
network that law is the one of a random affine function w.x + b with b at the scale s_l: in the mean its crease
meets a border, and crosses other creases, as often as a random line does. Cells are 1 + ends on the
border / 2 + crossings (Euler). Cost: one two-dimensional quadrature a pair of layers.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy.integrate import quad
from scipy.special import ellipe

from .families import Law

__all__ = [
    "all_pairs", "cells", "crossing_in_square", "line_meets_square", "pair_density", "pieces", "scales",
    "share_in_plane", "share_of_pairs",
]  # fmt: skip

NODES = 48  # of the Gauss-Legendre rule along each side; enough for scales down to a twentieth of the square


def scales(law: Law, widths: Sequence[int]) -> np.ndarray:
    """Return s_l of each hidden layer: the preactivations' variance at x is proportional to |x|^2 + s_l^2.

    A ReLU halves the second moment, so q_l(x) = a_l |x|^2 + b_l with a_{l+1} = v a_l / 2 and
    b_{l+1} = v b_l / 2 + (variance of the biases), v the law's weight variance times fan-in; s_l^2 = b_l / a_l.

    Examples
    --------
    >>> from leadlight.studies.region_counts.families import he
    >>> scales(he(0.5), [64, 64, 64, 64]).tolist()[::3]  # sigma sqrt(l)
    [0.5, 1.0]
    """
    slope, offset, fan_in = law.weight / 2, law.bias_variance(2), 2
    squares = []
    for layer, width in enumerate(widths):
        if layer:
            slope, offset = law.weight * slope / 2, law.weight * offset / 2 + law.bias_variance(fan_in)
        squares.append(offset / slope)
        fan_in = width
    return np.sqrt(squares)


def all_pairs(n_units: int) -> int:
    """Return 1 + N + N (N - 1) / 2: the cells of N creases of which every two cross once.

    Examples
    --------
    >>> all_pairs(20)
    211
    """
    return 1 + n_units + n_units * (n_units - 1) // 2


def line_meets_square(half_width: float, s: float | np.ndarray) -> np.ndarray:
    """Return the probability that a random line meets the square: (4/pi) arctan(h / sqrt(h^2 + s^2))."""
    h = half_width
    return 4 / np.pi * np.arctan(h / np.sqrt(h * h + np.square(s)))


def crossing_in_square(half_width: float, s: float) -> float:
    """Return the probability that two random lines of one scale cross inside the square.

    (2/pi) arctan(h^2 / (s sqrt(2 h^2 + s^2))): the share of a hemisphere that the square covers when seen from the
    height s above its centre.
    """
    h = half_width
    return float(2 / np.pi * np.arctan(h * h / (s * np.sqrt(2 * h * h + s * s))))


def pair_density(squared_radius: np.ndarray | float, s: float, t: float) -> np.ndarray:
    """Return the density of crossings of two creases of the scales `s` and `t` at a distance from the origin.

    E|det(u, v)| / (2 pi sqrt((r^2 + s^2)(r^2 + t^2))), u and v the two gradients given that both preactivations
    vanish: normal, of variance 1 across the radius and s^2 / (r^2 + s^2) along it.
    """
    first, second = squared_radius + s * s, squared_radius + t * t
    large, small = np.maximum(s * s / first, t * t / second), np.minimum(s * s / first, t * t / second)
    determinant = 2 / np.pi * np.sqrt(large) * ellipe(1 - small / large)
    return determinant / (2 * np.pi * np.sqrt(first * second))


def share_of_pairs(half_width: float, s: float, t: float) -> float:
    """Return the expected number of crossings in the square of two creases of the scales `s` and `t`.

    Examples
    --------
    >>> abs(share_of_pairs(1.0, 0.5, 0.5) - crossing_in_square(1.0, 0.5)) < 1e-9
    True
    """
    x, weight = np.polynomial.legendre.leggauss(NODES)
    x, weight = half_width * (x + 1) / 2, half_width * weight / 2
    density = pair_density(x[:, None] ** 2 + x[None, :] ** 2, s, t)
    return float(4 * weight @ density @ weight)  # the square is four times its positive quarter


def share_in_plane(s: float, t: float) -> float:
    """Return the integral of the density over the whole plane: 1, since two random lines cross once.

    Examples
    --------
    >>> round(share_in_plane(0.5, 7.0), 9)
    1.0
    """
    return float(quad(lambda r: 2 * np.pi * r * pair_density(r * r, s, t), 0, np.inf)[0])


def cells(law: Law, widths: Sequence[int], half_width: float) -> float:
    """Return the expected number of cells in the square; exact for one layer of normal weights and biases."""
    s = scales(law, widths)
    total = 1 + float(np.dot(widths, line_meets_square(half_width, s)))
    for k, n in enumerate(widths):
        total += n * (n - 1) / 2 * crossing_in_square(half_width, s[k])
        total += sum(n * m * share_of_pairs(half_width, s[k], t) for m, t in zip(widths[:k], s[:k]))
    return total


def pieces(law: Law, widths: Sequence[int], half_length: float) -> float:
    """Return the expected number of pieces on a segment centred at the origin: 1 + sum n_l (2/pi) arctan(h / s_l).

    Examples
    --------
    >>> from leadlight.studies.region_counts.families import he
    >>> round(pieces(he(0.5), [10, 10], 1e9), 6)  # each unit bends once on a whole line
    21.0
    """
    return 1 + float(np.dot(widths, 2 / np.pi * np.arctan(half_length / scales(law, widths))))
