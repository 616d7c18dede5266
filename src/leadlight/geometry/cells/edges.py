"""The edges of a complex: the graph of cells that they make, and where they end on the border."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from ...errors import MissingExtraError, ParameterError

if TYPE_CHECKING:
    from scipy import sparse

__all__ = ["Edges", "adjacency", "border_vertices", "to_networkx"]


@dataclass(frozen=True, eq=False)
class Edges:
    """The edges of a complex, each a maximal segment between two cells or on the border.

    In one dimension an "edge" is the point between two cells.

    Attributes
    ----------
    cells : ndarray (E, 2) int32
        The cell on the left of the way from the first vertex to the second, and the one on the right, or -1
        on the border. In one dimension: the cell below the point and the one above.
    vertices : ndarray (E, 2) int32; (E, 1) in one dimension
    creases : ndarray (E,) int32
        What the edge lies on: a column of `lines`, or -1 - k for side k of the domain, from corner k to the
        next. Where creases of several units coincide: the earliest.
    lines : ndarray (3, n) int32
        Layer, unit and breakpoint of every crease there can be.
    n_slice_layers : int
        Layers among those that are the slice's, not the network's.
    """

    cells: np.ndarray
    vertices: np.ndarray
    creases: np.ndarray
    lines: np.ndarray
    n_slice_layers: int = 0

    def __repr__(self) -> str:
        return f"Edges({len(self):,}, {len(self.interior):,} of them between cells)"

    def __len__(self) -> int:
        return len(self.cells)

    @cached_property
    def layer(self) -> np.ndarray:
        """Hidden layer, from 0, of the unit that changes its piece here, (E,) int32; -1 on the border."""
        return np.where(self.creases < 0, np.int32(-1), self._names(0) - np.int32(self.n_slice_layers))

    @cached_property
    def unit(self) -> np.ndarray:
        """That unit, (E,) int32; on the border: the side of the domain."""
        return np.where(self.creases < 0, -1 - self.creases, self._names(1))

    @cached_property
    def breakpoint(self) -> np.ndarray:
        """The breakpoint of its activation, (E,) int32; 0 on the border."""
        return np.where(self.creases < 0, np.int32(0), self._names(2))

    def _names(self, row: int) -> np.ndarray:
        if not self.lines.shape[1]:
            return np.zeros(len(self), np.int32)
        return self.lines[row, np.maximum(self.creases, 0)]

    @cached_property
    def interior(self) -> np.ndarray:
        """Indices of the edges between two cells, int64."""
        return np.flatnonzero(self.cells[:, 1] >= 0)


def adjacency(edges: Edges, n_cells: int) -> sparse.csr_array:
    """See `PolyhedralComplex.adjacency`."""
    from scipy import sparse

    i, j = edges.cells[edges.interior].T
    ones = np.ones(2 * len(i), bool)
    both = np.concatenate([i, j]), np.concatenate([j, i])
    return sparse.csr_array((ones, both), shape=(n_cells, n_cells))


def to_networkx(edges: Edges, n_cells: int) -> Any:
    """See `PolyhedralComplex.to_networkx`."""
    try:
        import networkx
    except ImportError:
        raise MissingExtraError("networkx", "all", "A graph of the cells") from None
    graph = networkx.Graph()
    graph.add_nodes_from(range(n_cells))
    chosen = edges.interior
    rows = zip(edges.cells[chosen].tolist(), edges.layer[chosen].tolist(), edges.unit[chosen].tolist())
    graph.add_edges_from((i, j, {"layer": layer, "unit": unit}) for (i, j), layer, unit in rows)
    return graph


def border_vertices(edges: Edges, n_vertices: int) -> np.ndarray:
    """See `PolyhedralComplex.border_vertices`."""
    if edges.vertices.shape[1] == 1:
        raise ParameterError(
            "border_vertices are those of a complex in the plane; this one is on an interval."
        )
    sides = np.flatnonzero(edges.cells[:, 1] < 0)
    ends = edges.vertices[sides].ravel()
    side = np.repeat(edges.unit[sides], 2)
    first, last = np.full(n_vertices, -1), np.full(n_vertices, -1)
    first[ends[::-1]], last[ends] = side[::-1], side  # a corner lies on two sides of the domain
    return np.flatnonzero((first >= 0) & (first == last))
