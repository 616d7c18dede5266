"""Integrals of a network over its domain: cell by cell, where it is affine, in closed form.

The integral of an affine map over a cell is its value at the centre of mass times the area; that of a product
of two is taken over triangles from a corner (their edge rule is exact for degree 2). Float64 throughout: the
formulas are exact, the arithmetic rounds. Cost: linear in the corners.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

__all__ = ["Moments", "integral", "moments"]


@dataclass(frozen=True, eq=False)
class Moments:
    """Moments of the outputs for an input uniform on the domain.

    Attributes
    ----------
    mean : ndarray (n_outputs,)
    second : ndarray (n_outputs, n_outputs)
        E[f_i f_j].
    """

    mean: np.ndarray
    second: np.ndarray

    @property
    def covariance(self) -> np.ndarray:
        """E[(f_i - E f_i)(f_j - E f_j)], (n_outputs, n_outputs)."""
        return self.second - np.outer(self.mean, self.mean)


def integral(cx: Any) -> np.ndarray:
    """The integral of each output (before an output activation) over the domain, (n_outputs,) float64.

    Examples
    --------
    >>> import leadlight as ll
    >>> net = ll.Network.from_arrays([[[1.0], [-1.0]], [[1.0, 1.0]]], [[0.0, 0.0], [0.0]])  # |x|
    >>> ll.regions(net, (-1, 2)).integral()
    array([2.5])
    """
    A, c = cx.affine_maps()
    at_centre = np.einsum("cod,cd->co", A, cx.centroids) + c
    return cx.areas @ at_centre


def moments(cx: Any) -> Moments:
    """The mean and the second moments of the outputs for an input uniform on the domain; see `Moments`."""
    A, c = cx.affine_maps()
    volume = cx.domain.volume
    corner_cell = np.repeat(np.arange(len(cx)), cx.n_corners)
    corners = cx.vertices[cx.cell_vertices]
    values = np.einsum("cod,cd->co", A[corner_cell], corners) + c[corner_cell]
    if cx.dim == 1:
        here, there = values[0::2], values[1::2]
        weight = cx.areas / 6.0
        second = _gram(here, here, 2 * weight) + _gram(there, there, 2 * weight)
        second += _gram(here, there, weight) + _gram(there, here, weight)
        return Moments(integral(cx) / volume, second / volume)
    first = cx.cell_starts[corner_cell]
    following = np.arange(1, len(corners) + 1)
    following[cx.cell_starts[1:] - 1] = cx.cell_starts[:-1]
    p, q = corners - corners[first], corners[following] - corners[first]
    weight = (p[:, 0] * q[:, 1] - p[:, 1] * q[:, 0]) / 24.0  # area / 12 of the triangle first, this, next
    parts = values[first], values, values[following]
    total = parts[0] + parts[1] + parts[2]
    second = _gram(total, total, weight) + sum(_gram(part, part, weight) for part in parts)
    return Moments(integral(cx) / volume, second / volume)


def _gram(f: np.ndarray, g: np.ndarray, weight: np.ndarray) -> np.ndarray:
    return f.T @ (weight[:, None] * g)
