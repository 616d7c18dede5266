"""The polyhedral complex of a network on a domain: its cells with their vertices and edges, in arrays.

Made by `regions`. What shapes it (which cells there are, how they touch) is exact where `certified`;
coordinates, areas and affine maps are float64, with a bound on the error of each vertex and map. Memory is
that of the output: some 110 bytes a cell, and a bit for each unit and cell.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from .analysis import integrals
from .analysis.extrema import Extrema, extrema
from .analysis.integrals import Moments
from .analysis.lipschitz import Lipschitz, lipschitz
from .analysis.statistics import RegionStatistics, statistics
from .balls import cells_meeting_ball
from .boundaries import level_sets
from .boundaries.creases import UnitCrease, creases
from .boundaries.level_sets import DecisionPartition, LevelSet
from .boundaries.preimages import Preimage, preimage
from .cells.cells import Cells
from .cells.edges import adjacency, border_vertices, to_networkx
from .cells.linear_regions import label_linear_regions
from .cells.locate import locate_points
from .writing.summaries import summary

if TYPE_CHECKING:
    from scipy import sparse

__all__ = ["PolyhedralComplex"]


@dataclass(frozen=True, eq=False, repr=False)
class PolyhedralComplex(Cells):
    """The cells (activation regions) of a network on a domain. Made by `leadlight.regions`.

    ``len(complex)`` is the number of cells. Cells are open, full-dimensional and convex; their order is fixed
    by the network and the domain alone.

    Attributes
    ----------
    network : Network
        As given; on a slice: of the whole input space.
    domain : Domain
    slice : Slice or None
        If there is one, all coordinates are the slice's.
    certified : bool
        Whether every sign that shapes the complex was proven.
    vertices : ndarray (V, dim) float64
    vertex_errors : ndarray (V,) float64
        No coordinate of the vertex is farther than this from the exact one; 0 everywhere if not certified.
    cell_starts, cell_vertices : ndarray (C + 1,) int64, (n,) int32
        The vertices of cell i, counter-clockwise: ``cell_vertices[cell_starts[i]:cell_starts[i + 1]]``.
    cell_edges : ndarray (n,) int32
        The edge from each of these vertices to the next.
    edges : Edges
    packed_patterns : ndarray (C, bytes) uint8
    layer_counts : ndarray (depth + 1,) int64
        Cells of the first 0, 1, ... hidden layers alone.
    signs : dict of str to int
        How many signs were decided by float64 with its bound, by double-double with its, and exactly.

    Examples
    --------
    >>> import leadlight as ll
    >>> net = ll.Network.from_arrays([[[1, 0], [1, 0], [0, 1]], [[1, -1, 1]]], [[0, 0, 0], [0]])
    >>> cx = ll.regions(net, [(-1, 1), (-1, 1)])
    >>> len(cx), cx.n_linear_regions  # the first two units cancel: they cut, and bend nothing
    (4, 2)
    """

    # -- who is where -----------------------------------------------------------------------------------

    def adjacency(self) -> sparse.csr_array:
        """Which cells share an edge: a symmetric sparse (C, C) array of bool."""
        return adjacency(self.edges, len(self))

    def to_networkx(self) -> Any:
        """The adjacency as a `networkx.Graph`, each edge with its ``layer`` and ``unit``.

        Raises
        ------
        MissingExtraError
            networkx is not installed.
        """
        return to_networkx(self.edges, len(self))

    def locate(self, X: Any) -> np.ndarray:
        """The cell that each point lies in, (n,) int64, or -1 outside the domain.

        Parameters
        ----------
        X : array_like (n, dim)
            In slice coordinates on a slice. Taken as exact numbers: a point on a crease goes to the side of
            the piece that the breakpoint belongs to, decided exactly.

        Notes
        -----
        Points descend the binary tree of the creases that made the cells; a sign that float64 cannot prove is
        decided in rational numbers.
        """
        return locate_points(self, X)

    @cached_property
    def border_vertices(self) -> np.ndarray:
        """The vertices on the border at which cells meet: (n,) int64, the domain's own corners left out.

        A line that crosses the domain meets its border twice: in one layer, half their number is the number
        of lines seen, if no two of them meet on the border and none in a corner.

        Raises
        ------
        ParameterError
            The complex is on an interval.
        """
        return border_vertices(self.edges, len(self.vertices))

    def cells_meeting_ball(self, center: Any, radius: float) -> np.ndarray:
        """The cells that meet an open ball, exactly; see `geometry.balls.cells_meeting_ball`."""
        return cells_meeting_ball(self, center, radius)

    # -- linear regions ---------------------------------------------------------------------------------

    @cached_property
    def _labels(self) -> np.ndarray:
        return label_linear_regions(self)

    def linear_regions(self) -> np.ndarray:
        """The linear region of each cell, (C,) int64: labels 0, 1, ... in the order of their first cells.

        Cells joined across edges of positive length on which the whole output map (before an output
        activation) is the same, which is decided exactly.
        """
        return self._labels

    @property
    def n_linear_regions(self) -> int:
        """Number of linear regions, at most the number of cells."""
        return int(self._labels.max()) + 1

    # -- what one asks of it ----------------------------------------------------------------------------

    @property
    def is_continuous(self) -> bool:
        """Whether the network is: all activations but the step are."""
        return all(unit.pieces.is_continuous for act in self.network.activations for unit in act.units())

    def creases(self, layer: int | None = None, unit: int | None = None) -> list[UnitCrease]:
        """Where each unit changes its piece, with its bends; see `geometry.boundaries.creases.creases`."""
        return creases(self, layer, unit)

    def level_set(self, value: float = 0.0, output: int = 0) -> LevelSet:
        """Where an output passes through a value: exact polylines; see `geometry.boundaries.level_sets.level_set`."""
        return level_sets.level_set(self, value, output)

    def preimage(self, value: float = 0.0, output: int = 0) -> Preimage:
        """All inputs at which an output takes a value, flat cells too; see `geometry.boundaries.preimages.preimage`."""
        return preimage(self, value, output)

    def decision_partition(self) -> DecisionPartition:
        """The domain parted by class, exactly; see `geometry.boundaries.level_sets.DecisionPartition`."""
        return level_sets.decision_partition(self)

    def decision_boundary(self) -> LevelSet:
        """Where the decision changes: the zero set of one output, the borders of the argmax of several."""
        return level_sets.decision_partition(self).boundary

    def extrema(self, output: int = 0) -> Extrema:
        """The exact least and greatest value of an output, and where; see `geometry.analysis.extrema.extrema`."""
        return extrema(self, output)

    def lipschitz(self, norm: float = 2) -> Lipschitz:
        """The Lipschitz constant on the domain and its cell; see `geometry.analysis.lipschitz.lipschitz`."""
        return lipschitz(self, norm)

    def statistics(self) -> RegionStatistics:
        """Areas, numbers of sides and gradients; see `geometry.analysis.statistics.RegionStatistics`."""
        return statistics(self)

    def integral(self) -> np.ndarray:
        """The integral of each output over the domain, (n_outputs,); see `geometry.analysis.integrals.integral`."""
        return integrals.integral(self)

    def mean(self) -> np.ndarray:
        """The mean of each output over the domain, (n_outputs,)."""
        return integrals.moments(self).mean

    def moments(self) -> Moments:
        """Means and second moments for an input uniform on the domain; see `geometry.analysis.integrals.Moments`."""
        return integrals.moments(self)

    # -- files and pictures -----------------------------------------------------------------------------

    def save(self, path: str | os.PathLike[str], **options: Any) -> None:
        """Write a .npz, .json, .svg or .png file, by the name's end; see `geometry.writing.files.save`."""
        from .writing import files

        files.save(self, path, **options)

    @staticmethod
    def load(path: str | os.PathLike[str]) -> PolyhedralComplex:
        """Read a complex from a .npz file that `save` wrote; see `geometry.writing.files.load`."""
        from .writing import files

        return files.load(path)

    def plot(self, ax: Any = None, **options: Any) -> Any:
        """Draw the cells, or the graph over an interval; see `plots.RegionsDisplay` and `plots.GraphDisplay`."""
        from .. import plots

        display = plots.GraphDisplay if self.dim == 1 else plots.RegionsDisplay
        return display(self).plot(ax, **options)

    def _repr_html_(self) -> str:
        from .writing.notebook import complex_html

        return complex_html(self)

    def summary(self) -> str:
        """Counts, areas and how they were decided, a few lines of text."""
        return summary(self)
