"""The edges of a complex, and the graph of cells that they make."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from ..errors import MissingExtraError

if TYPE_CHECKING:
    from scipy import sparse

__all__ = ["Edges", "adjacency", "to_networkx"]


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
    layer : ndarray (E,) int32
        Hidden layer, from 0, of the unit that changes its piece here; -1 on the border. Where creases of
        several units coincide: of the earliest.
    unit : ndarray (E,) int32
        That unit; on the border: the side of the domain, from corner k to the next.
    breakpoint : ndarray (E,) int32
        The breakpoint of its activation; 0 on the border.
    """

    cells: np.ndarray
    vertices: np.ndarray
    layer: np.ndarray
    unit: np.ndarray
    breakpoint: np.ndarray

    def __len__(self) -> int:
        return len(self.cells)

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
