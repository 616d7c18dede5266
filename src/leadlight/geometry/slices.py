"""Lines and planes through an input space of any dimension, as networks of their own coordinates.

A network on a slice is the same network behind an affine map. The map is written as two layers without
activation, so that no float is ever rounded: first the barycentric coordinates of the points that span the
slice (weights 0, 1 and -1), then the points themselves as columns. The regions on the slice are then exactly
those of the network that the floats denote.
"""

from __future__ import annotations

import reprlib
from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import Any

import numpy as np

from .._reading import as_array
from ..errors import DataError, ParameterError, ShapeError
from ..network import Network
from .exact.cell_forms import rounded

__all__ = ["Slice", "slice_line", "slice_plane"]

_BLOCK_NUMBERS = 2**18  # points go in blocks of about so many coordinates


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

        Raises
        ------
        ShapeError, DataError

        Examples
        --------
        >>> slice_line([0, 0, 0], [2, 4, 6]).points([[0.5]])
        array([[1., 2., 3.]])
        """
        S = _rows(coordinates, "Slice coordinates", self.dim)
        return (1.0 - S.sum(axis=1, keepdims=True)) * self.through[0] + S @ self.through[1:]

    def coordinates(self, points: Any) -> np.ndarray:
        """Slice coordinates of the points' orthogonal projections: (n, n_inputs) to (n, dim).

        Raises
        ------
        ShapeError, DataError

        Examples
        --------
        >>> slice_line([0, 0, 0], [2, 0, 0]).coordinates([(1, 5, 7)])
        array([[0.5]])
        """
        X = _rows(points, "Points", self.n_inputs)
        found = np.empty((len(X), self.dim))
        block = max(1, _BLOCK_NUMBERS // self.n_inputs)
        for start in range(0, len(X), block):
            found[start : start + block] = self._coordinates(X[start : start + block])
        return found

    def _coordinates(self, X: np.ndarray) -> np.ndarray:
        origin, axes, inverse = self._exact
        dual, first = self._dual.T, self.through[0]
        with np.errstate(over="ignore", invalid="ignore"):
            found = (X - first) @ dual
            rounding = (np.abs(X) + np.abs(first)) @ (2.0**-50 * np.abs(dual))
            doubtful = ~(rounding <= 1e-12 * (1.0 + np.abs(found))).all(axis=1)
        # The slice's points nearly lie on one line, or this one lies far away.
        for i in np.flatnonzero(doubtful).tolist():
            from_origin = [Fraction(x) - o for x, o in zip(X[i].tolist(), origin)]
            along = [_product(axis, from_origin) for axis in axes]
            found[i] = [rounded(_product(row, along)) for row in inverse]
        return found

    @cached_property
    def _exact(self) -> tuple[list[Fraction], list[list[Fraction]], list[list[Fraction]]]:
        """The first point, the directions to the others, and the inverse of the matrix of these' products."""
        origin, *others = ([Fraction(v) for v in point] for point in self.through.tolist())
        axes = [[x - o for x, o in zip(point, origin)] for point in others]
        a, c = (_product(axis, axis) for axis in (axes[0], axes[-1]))
        if self.dim == 1:
            return origin, axes, [[1 / a]]
        b = _product(*axes)
        size = a * c - b * b
        return origin, axes, [[c / size, -b / size], [-b / size, a / size]]

    @cached_property
    def _dual(self) -> np.ndarray:
        """The rows whose products with a point, seen from the first one, are its coordinates: (dim, n_inputs)."""
        _, axes, inverse = self._exact
        return np.array([[rounded(_product(row, values)) for values in zip(*axes)] for row in inverse])

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


def _product(u: Iterable[Fraction], v: Iterable[Fraction]) -> Fraction:
    return sum((x * y for x, y in zip(u, v)), Fraction(0))


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
            point = np.array(as_array(value))
        except (TypeError, ValueError, OverflowError):
            raise ParameterError(
                f"{name} must be a sequence of numbers, not {reprlib.repr(value)}."
            ) from None
        if point.ndim != 1 or point.size == 0:
            how = ": flatten it first" if point.ndim > 1 else ""
            raise ShapeError(f"{name} has shape {point.shape}; expected one point, (n_inputs,){how}.")
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


def _rows(given: Any, what: str, n: int) -> np.ndarray:
    try:
        rows = as_array(given)
    except (TypeError, ValueError, OverflowError):
        raise DataError(f"{what} cannot be read as an array of numbers, (n, {n}).") from None
    if rows.ndim != 2 or rows.shape[1] != n:
        raise ShapeError(f"{what} have shape {rows.shape}; expected (n, {n}).")
    if not np.isfinite(rows).all():
        raise DataError(f"{what} hold a number that is not finite.")
    return rows
