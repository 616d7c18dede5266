"""A batch of cells out of a stream."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from ...errors import ParameterError
from .cell_arrays import CellArrays

__all__ = ["CellBatch", "ends_of_strip"]


@dataclass(frozen=True, eq=False, repr=False)
class CellBatch(CellArrays):
    """Some cells of a network on a domain, one after another. Made by `leadlight.iter_regions`.

    It answers what a `PolyhedralComplex` does of single cells: ``polygon(i)``, ``polygons()``, ``patterns``,
    ``areas``, ``perimeters``, ``centroids``, ``n_corners``, ``affine_maps()``, ``affine_map_exact(i)``; here i
    counts from the first cell of the batch. Cells do not know their neighbours.

    Attributes
    ----------
    network : Network
        As given; on a slice: of the whole input space.
    domain : Domain
    slice : Slice or None
        If there is one, all coordinates are the slice's.
    certified : bool
        Whether every sign that shapes the cells was proven.
    first : int
        The number of the first cell: ``first + i`` is the number that `leadlight.regions` gives to cell i.
    vertices : ndarray (n, dim) float64
        The corners of one cell after another, counter-clockwise, the two ends on an interval; coordinates are
        rounded for each cell on its own, so those of neighbours may differ in the last digits.
    cell_starts : ndarray (C + 1,) int64
        The corners of cell i are ``vertices[cell_starts[i]:cell_starts[i + 1]]``.
    cell_vertices : ndarray (n,) int64
        0, 1, ..., n - 1, as no vertex is shared: the counterpart of the array of a complex.
    packed_patterns : ndarray (C, bytes) uint8
    """

    first: int
    _maps: np.ndarray
    _areas: np.ndarray

    @property
    def numbers(self) -> range:
        """The cells' numbers among all of the stream."""
        return range(self.first, self.first + len(self))

    @cached_property
    def areas(self) -> np.ndarray:
        """Area of each cell, lengths in one dimension: (C,) float64, from the rounded vertices."""
        return super().areas if self.dim == 1 else self._areas

    def affine_maps(self) -> tuple[np.ndarray, np.ndarray]:
        """The network on each cell: f(x) = A x + c.

        Returns
        -------
        A : ndarray (C, n_outputs, dim) float64
        c : ndarray (C, n_outputs) float64
            Before an output activation (logits); in slice coordinates on a slice. As right as those of a complex.

        Raises
        ------
        ParameterError
            The stream was made with ``maps=False``.
        """
        if len(self._maps) == 0:
            raise ParameterError("The stream was made without affine maps: leave maps=False out.")
        return self._maps[:, :, : self.dim], self._maps[:, :, 2]

    def _unpack_layers(self, rows: np.ndarray) -> list[np.ndarray]:
        if len(self.packed_patterns) == 0:
            raise ParameterError("The stream was made without patterns: leave patterns=False out.")
        return super()._unpack_layers(rows)

    def __repr__(self) -> str:
        return f"CellBatch(cells {self.first:,} to {self.first + len(self) - 1:,} on {self.domain})"


def ends_of_strip(vertices: np.ndarray, starts: np.ndarray) -> np.ndarray:
    """From the cells of a strip over an interval, (n, 2) and their starts, the ends of the interval's, (2 C, 1)."""
    x, below = vertices[:, 0], vertices[:, 1] == 0.0
    if (np.add.reduceat(below, starts[:-1], dtype=np.int64) == 2).all():
        return np.sort(x[below].reshape(-1, 2), axis=1).reshape(-1, 1)
    # Not certified, signs at the foot and at the top may contradict one another, and cells be triangles.
    low, high = np.minimum.reduceat(x, starts[:-1]), np.maximum.reduceat(x, starts[:-1])
    return np.stack([low, high], axis=1).reshape(-1, 1)
