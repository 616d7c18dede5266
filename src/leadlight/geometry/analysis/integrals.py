"""Integrals of a network over its domain: cell by cell, where it is affine, in closed form.

Cells are parted into triangles from a corner. On a triangle the mean of an affine map is that of its values at
the corners, and the mean of a product of two follows from the same values. Float64 throughout: the formulas are
exact, the arithmetic rounds. Cost: linear in the corners.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from ..cells.measures import following_corner, size_unit, triangles
from .corner_values import outputs_at_corners

__all__ = ["Moments", "integral", "moments"]


@dataclass(frozen=True, eq=False)
class Moments:
    """Moments of the outputs for an input uniform on the domain.

    Attributes
    ----------
    mean : ndarray (n_outputs,)
    second : ndarray (n_outputs, n_outputs)
        E[f_i f_j].
    covariance : ndarray (n_outputs, n_outputs)
        E[(f_i - E f_i)(f_j - E f_j)]: not from `second`, of which it may be the last digits.
    """

    mean: np.ndarray
    second: np.ndarray
    covariance: np.ndarray


def integral(cx: Any) -> np.ndarray:
    """The integral of each output (before an output activation) over the domain, (n_outputs,) float64.

    Infinite or NaN where it, or a part of it, is beyond the range of float64.

    Examples
    --------
    >>> import leadlight as ll
    >>> net = ll.Network.from_arrays([[[1.0], [-1.0]], [[1.0, 1.0]]], [[0.0, 0.0], [0.0]])  # |x|
    >>> ll.regions(net, (-1, 2)).integral()
    array([2.5])
    """
    weight, parts = _simplices(cx)
    with np.errstate(over="ignore", invalid="ignore"):
        result = weight @ _mean(parts)
        for _ in range(cx.dim):  # one by one: the square may be out of range where the integral is not
            result = result * size_unit(cx)
        return result


def moments(cx: Any) -> Moments:
    """The mean and the second moments of the outputs for an input uniform on the domain; see `Moments`."""
    weight, parts = _simplices(cx)
    weight = weight / weight.sum()
    with np.errstate(over="ignore", invalid="ignore"):
        mean = weight @ _mean(parts)
        return Moments(mean, _second(parts, weight), _second([part - mean for part in parts], weight))


def _second(parts: list[np.ndarray], weight: np.ndarray) -> np.ndarray:
    """The means of the products of two of the numbers whose values at the corners are given."""
    n = len(parts)
    total = n * _mean(parts)
    # The mean of f g over a simplex of n corners: (sum f sum g + sum of f g) / (n (n + 1)).
    return sum((_gram(part, weight) for part in parts), _gram(total, weight)) / (n * (n + 1))


def _mean(parts: list[np.ndarray]) -> np.ndarray:
    return sum(part / len(parts) for part in parts[1:]) + parts[0] / len(parts)


def _simplices(cx: Any) -> tuple[np.ndarray, list[np.ndarray]]:
    """The cells as intervals or triangles: sizes (m,), in units, and the outputs at each corner (m, n_outputs)."""
    values = np.column_stack([outputs_at_corners(cx, output) for output in range(cx.network.n_outputs)])
    if cx.dim == 1:
        left = np.arange(0, len(values), 2)
        ends = cx.vertices[cx.cell_vertices, 0] / size_unit(cx)
        size, places = ends[left + 1] - ends[left], [left, left + 1]
    else:
        first = np.repeat(cx.cell_starts[:-1], cx.n_corners)
        size, places = triangles(cx)[2] / 2.0, [first, np.arange(len(values)), following_corner(cx)]
    kept = size != 0.0
    return size[kept], [values[place[kept]] for place in places]


def _gram(f: np.ndarray, weight: np.ndarray) -> np.ndarray:
    return f.T @ (weight[:, None] * f)
