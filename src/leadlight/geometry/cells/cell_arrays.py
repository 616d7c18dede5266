"""Convex cells in arrays, and what follows from them directly: polygons, patterns, sizes, affine maps.

The cells of a complex, or a batch of them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import Any

import numpy as np

from ...errors import ParameterError
from ..domain import Domain
from ..exact import cell_forms
from ..slices import Slice
from . import measures
from .patterns import unpack_layers

__all__ = ["CellArrays", "number"]


@dataclass(frozen=True, eq=False, repr=False)
class CellArrays:
    """What a `PolyhedralComplex` and a `CellBatch` share; they say what is in the arrays."""

    network: Any
    domain: Domain
    slice: Slice | None
    certified: bool
    vertices: np.ndarray
    cell_starts: np.ndarray
    cell_vertices: np.ndarray
    packed_patterns: np.ndarray
    _sliced: Any  # the network of the cells' own coordinates
    _pattern_starts: np.ndarray
    _pattern_bits: np.ndarray

    def __len__(self) -> int:
        return len(self.cell_starts) - 1

    def __repr__(self) -> str:
        doubt = "" if self.certified else ", not certified"
        return f"{type(self).__name__}({len(self):,} cell{'s' * (len(self) != 1)} on {self.domain}{doubt})"

    @property
    def n_cells(self) -> int:
        """Number of cells."""
        return len(self)

    @property
    def dim(self) -> int:
        """1 or 2."""
        return self.domain.dim

    def polygon(self, cell: int) -> np.ndarray:
        """The corners of a cell, (k, 2) counter-clockwise; the two ends (2, 1) in one dimension."""
        cell = self._cell(cell)
        return self.vertices[self.cell_vertices[self.cell_starts[cell] : self.cell_starts[cell + 1]]]

    def polygons(self) -> Iterator[np.ndarray]:
        """The corners of each cell in turn."""
        return iter(np.split(self.vertices[self.cell_vertices], self.cell_starts[1:-1]))

    # -- patterns ---------------------------------------------------------------------------------------

    @cached_property
    def patterns(self) -> np.ndarray:
        """Index of the linear piece that each hidden unit is on, (C, n_units) uint8; a relu's are 0 and 1.

        Computed when first asked for, and kept: a byte for each unit and cell.
        """
        everything = np.arange(len(self))
        return self._unpack(everything)[:, sum(self._sliced.widths[: self._n_slice_layers]) :]

    def pattern(self, cell: int) -> list[np.ndarray]:
        """The pattern of one cell, layer by layer: a list of (units,) uint8."""
        return self._full_pattern(cell)[self._n_slice_layers :]

    def _unpack(self, rows: np.ndarray) -> np.ndarray:
        return np.concatenate([np.empty((len(rows), 0), np.uint8), *self._unpack_layers(rows)], axis=1)

    def _unpack_layers(self, rows: np.ndarray) -> list[np.ndarray]:
        return unpack_layers(self, rows)

    @property
    def _n_slice_layers(self) -> int:
        return 0 if self.slice is None else 2

    # -- measures ---------------------------------------------------------------------------------------

    @cached_property
    def areas(self) -> np.ndarray:
        """Area of each cell, lengths in one dimension: (C,) float64, from the rounded vertices.

        0 where the cell is thinner than their rounding; see `area_exact`.
        """
        return measures.areas(self)

    @cached_property
    def perimeters(self) -> np.ndarray:
        """Length of each cell's border, (C,) float64; 2 in one dimension."""
        return measures.perimeters(self)

    @cached_property
    def centroids(self) -> np.ndarray:
        """Centre of mass of each cell, (C, dim) float64; the mean of the corners where the area rounds to 0."""
        return measures.centroids(self)

    @property
    def n_corners(self) -> np.ndarray:
        """Number of corners of each cell, (C,) int64."""
        return np.diff(self.cell_starts)

    def affine_map_exact(self, cell: int) -> tuple[list[list[Fraction]], list[Fraction]]:
        """The network on one cell in exact rational numbers: A (n_outputs rows of dim) and c (n_outputs)."""
        forms = cell_forms.output_forms(self._sliced, self._full_pattern(cell))
        return [list(form[: self.dim]) for form in forms], [form[2] for form in forms]

    def _full_pattern(self, cell: int) -> list[np.ndarray]:
        """The pattern with the slice's own layers, of the network of the cells' coordinates."""
        return [pieces[0] for pieces in self._unpack_layers(np.array([self._cell(cell)]))]

    def _cell(self, cell: int) -> int:
        return number(cell, "cell", "cells", len(self))


def number(given: int, name: str, names: str, n: int) -> int:
    """One of 0 to n - 1, from the end if negative, or a `ParameterError`."""
    if isinstance(given, bool) or not isinstance(given, int | np.integer) or not -n <= given < n:
        raise ParameterError(f"There is no {name} {given!r}: {names} are numbered 0 to {n - 1}.")
    return int(given) % n
