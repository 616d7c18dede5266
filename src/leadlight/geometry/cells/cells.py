"""The arrays of a complex, and its cells and vertices in exact numbers."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

import numpy as np

from ...errors import ParameterError
from ..exact.vertices import vertex_exact
from . import measures
from .cell_arrays import CellArrays, number
from .details import Details, FoundDetails
from .edges import Edges

__all__ = ["Cells"]


@dataclass(frozen=True, eq=False, repr=False)
class Cells(CellArrays):
    """The arrays of a `PolyhedralComplex`, which says what is in them."""

    vertex_errors: np.ndarray
    cell_edges: np.ndarray
    edges: Edges
    layer_counts: np.ndarray
    signs: dict[str, int]
    _lines: np.ndarray  # (3, n): layer, unit, breakpoint of each line the core knows by number
    _details: Details | FoundDetails

    def area_exact(self, cell: int) -> Fraction:
        """The exact area of a cell, which is positive; its length in one dimension."""
        return measures.area_exact(self, cell)

    @cached_property
    def breakpoints(self) -> np.ndarray:
        """In one dimension: where cells meet, ascending, (C - 1,) float64.

        Raises
        ------
        ParameterError
            The complex is two-dimensional.
        """
        if self.dim != 1:
            raise ParameterError(
                "breakpoints are those of a complex on an interval; this one is in the plane."
            )
        return self.vertices[: len(self) - 1, 0]

    def affine_maps(self) -> tuple[np.ndarray, np.ndarray]:
        """The network on each cell: f(x) = A x + c.

        Returns
        -------
        A : ndarray (C, n_outputs, dim) float64
        c : ndarray (C, n_outputs) float64
            Before an output activation (logits); in slice coordinates on a slice.

        Notes
        -----
        Found when first asked for, in up to twice the time that the complex took, and kept. If certified, a map is
        right to 2^-24 of its size (the largest entry of a row of A; for c its values on the domain), and each number
        to 1/16 of its own, whatever sums of floats lose: where their bounds leave more open, the map is made exactly
        and rounded, which takes 0.01 to 1 ms for each such cell; infinite beyond the range of float64.
        """
        maps = self._details.maps
        return maps[:, :, : self.dim], maps[:, :, 2]

    def affine_map_errors(self) -> tuple[np.ndarray, np.ndarray]:
        """How far the numbers of `affine_maps` may be from the exact ones.

        Returns
        -------
        A_errors, c_errors : ndarray (C, n_outputs) float64
            Bounds for each entry of a row of A, and for c; infinite where there is none: where the number is, and
            everywhere if not certified.

        Examples
        --------
        >>> import leadlight as ll
        >>> cx = ll.regions(ll.mlp(2, [8, 8], 1, seed=0), [(-1, 1), (-1, 1)])
        >>> bool((cx.affine_map_errors()[0] < 1e-12).all())
        True
        """
        if not self.certified:
            nothing = np.full(self._details.maps.shape[:2], np.inf)
            return nothing, nothing.copy()
        errors = self._details.map_errors
        return errors[:, :, 0], errors[:, :, 1]

    def vertex_exact(self, vertex: int) -> tuple[Fraction, ...]:
        """The exact coordinates of a vertex.

        Raises
        ------
        ParameterError
            There is no such vertex.
        """
        return vertex_exact(self, number(vertex, "vertex", "vertices", len(self.vertices)))

    @cached_property
    def _corner_of(self) -> np.ndarray:
        """A place in cell_vertices for each vertex."""
        places = np.empty(len(self.vertices), np.int64)
        places[self.cell_vertices] = np.arange(len(self.cell_vertices))
        return places

    def polygon_exact(self, cell: int) -> list[tuple[Fraction, ...]]:
        """The exact corners of a cell."""
        cell = self._cell(cell)
        corners = self.cell_vertices[self.cell_starts[cell] : self.cell_starts[cell + 1]]
        return [self.vertex_exact(int(vertex)) for vertex in corners]
