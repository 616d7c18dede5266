"""Lines and planes through an input space of any dimension, as networks of their own coordinates.

A network on a slice is the same network behind an affine map. The map is written as two layers without
activation, so that no float is ever rounded: first the barycentric coordinates of the points that span the
slice (weights 0, 1 and -1), then the points themselves as columns. The regions on the slice are then exactly
those of the network that the floats denote.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np

from ..errors import ParameterError, ShapeError
from ..network import Network

__all__ = ["Slice", "slice_line", "slice_plane"]


@dataclass(frozen=True, eq=False)
class Slice:
    """An affine line or plane in input space. Make one with `slice_line` or `slice_plane`.

    Parameters
    ----------
    through : ndarray (dim + 1, n_inputs) float64
        The points that span it: slice coordinates 0 mean the first, and the i-th coordinate is 1, the others
        0, at the i-th further one.
    """

    through: np.ndarray

    @property
    def dim(self) -> int:
        """1 for a line, 2 for a plane."""
        return len(self.through) - 1

    @property
    def n_inputs(self) -> int:
        """Dimension of the space it lies in."""
        return self.through.shape[1]

    def points(self, coordinates: Any) -> np.ndarray:
        """Inputs at slice coordinates: (n, dim) to (n, n_inputs), rounded to float64.

        Examples
        --------
        >>> slice_line([0, 0, 0], [2, 4, 6]).points([[0.5]])
        array([[1., 2., 3.]])
        """
        S = np.asarray(coordinates, dtype=np.float64)
        if S.ndim != 2 or S.shape[1] != self.dim:
            raise ShapeError(f"Slice coordinates have shape {S.shape}; expected (n, {self.dim}).")
        return (1.0 - S.sum(axis=1, keepdims=True)) * self.through[0] + S @ self.through[1:]

    def coordinates(self, points: Any) -> np.ndarray:
        """Slice coordinates of the points' orthogonal projections: (n, n_inputs) to (n, dim)."""
        X = np.asarray(points, dtype=np.float64)
        if X.ndim != 2 or X.shape[1] != self.n_inputs:
            raise ShapeError(f"Points have shape {X.shape}; expected (n, {self.n_inputs}).")
        directions = self.through[1:] - self.through[0]
        return np.linalg.lstsq(directions.T, (X - self.through[0]).T, rcond=None)[0].T

    def network(self, net: Network) -> Network:
        """The network of slice coordinates: two more layers in front, exact.

        Raises
        ------
        ShapeError
            The network has another number of inputs than the slice's points.
        """
        if net.n_inputs != self.n_inputs:
            raise ShapeError(
                f"The slice goes through points of {self.n_inputs} coordinates, but the network has "
                f"{net.n_inputs} inputs."
            )
        barycentric = np.vstack([-np.ones(self.dim), np.eye(self.dim)])
        first = np.eye(self.dim + 1)[0]
        return Network(
            weights=(barycentric, self.through.T, *net.weights),
            biases=(first, np.zeros(self.n_inputs), *net.biases),
            activations=("identity", "identity", *net.activations),  # pyright: ignore[reportArgumentType]
            output_activation=net.output_activation,
        )

    def __repr__(self) -> str:
        what = "line" if self.dim == 1 else "plane"
        return f"Slice({what} in {self.n_inputs} dimensions)"


def slice_line(a: Any, b: Any) -> Slice:
    """The line t -> a + t (b - a) through two points.

    Parameters
    ----------
    a, b : array_like (n_inputs,)
        Finite, and not the same.

    Raises
    ------
    ShapeError, ParameterError

    Examples
    --------
    >>> slice_line([0.0, 0.0, 1.0], [1.0, 0.0, 1.0])
    Slice(line in 3 dimensions)
    """
    through = _points(a=a, b=b)
    if (through[0] == through[1]).all():
        raise ParameterError("slice_line was given the same point twice: give two different points.")
    return Slice(through)


def slice_plane(p0: Any, p1: Any, p2: Any) -> Slice:
    """The plane (s, t) -> p0 + s (p1 - p0) + t (p2 - p0) through three points.

    Parameters
    ----------
    p0, p1, p2 : array_like (n_inputs,)
        Finite, and not on one line (decided exactly).

    Raises
    ------
    ShapeError, ParameterError

    Examples
    --------
    >>> plane = slice_plane([0, 0, 0], [1, 0, 0], [0, 1, 0])
    >>> plane.points([(0.25, 0.5)])
    array([[0.25, 0.5 , 0.  ]])
    """
    through = _points(p0=p0, p1=p1, p2=p2)
    exact = [[Fraction(v) for v in point] for point in through.tolist()]
    u, v = ([x - o for x, o in zip(point, exact[0])] for point in exact[1:])
    k = next((i for i, value in enumerate(u) if value), None)
    if k is None or all(u[k] * y == v[k] * x for x, y in zip(u, v)):
        raise ParameterError("slice_plane was given points on one line: give three that span a plane.")
    return Slice(through)


def _points(**given: Any) -> np.ndarray:
    arrays = []
    for name, value in given.items():
        try:
            point = np.array(value, dtype=np.float64)
        except (TypeError, ValueError):
            raise ParameterError(f"{name} must be a sequence of numbers, not {value!r}.") from None
        if point.ndim != 1 or point.size == 0:
            raise ShapeError(f"{name} has shape {point.shape}; expected one point, (n_inputs,).")
        if not np.isfinite(point).all():
            raise ParameterError(f"{name} holds a number that is not finite.")
        if arrays and point.shape != arrays[0].shape:
            raise ShapeError(
                f"{name} has {point.size} coordinates and {next(iter(given))} has {arrays[0].size}: "
                "give points of one space."
            )
        arrays.append(point)
    through = np.stack(arrays)
    through.setflags(write=False)
    return through
