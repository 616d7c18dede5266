"""The polyhedral complex of a network on a domain: its cells with their vertices and edges, in arrays.

Made by `regions`. What shapes it (which cells there are, how they touch) is exact where `certified`;
coordinates, areas and affine maps are float64, with a bound on the error of each vertex and map. Memory is
that of the output: some 200 bytes a cell, and a bit for each unit and cell.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from ..errors import ParameterError
from . import exact_cell, integrals, level_sets, measures
from .domain import Domain
from .extrema import Extrema, extrema
from .integrals import Moments
from .level_sets import DecisionPartition, LevelSet
from .linear_regions import label_linear_regions
from .lipschitz import Lipschitz, lipschitz
from .locate import locate_points
from .slices import Slice

if TYPE_CHECKING:
    from scipy import sparse

__all__ = ["Edges", "PolyhedralComplex"]


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


@dataclass(frozen=True, eq=False, repr=False)
class PolyhedralComplex:
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

    network: Any
    domain: Domain
    slice: Slice | None
    certified: bool
    vertices: np.ndarray
    vertex_errors: np.ndarray
    cell_starts: np.ndarray
    cell_vertices: np.ndarray
    cell_edges: np.ndarray
    edges: Edges
    packed_patterns: np.ndarray
    layer_counts: np.ndarray
    signs: dict[str, int]
    _sliced: Any  # the network of the complex's own coordinates
    _pattern_starts: np.ndarray
    _pattern_bits: np.ndarray
    _maps: np.ndarray
    _map_errors: np.ndarray
    _lines: np.ndarray  # (3, n): layer, unit, breakpoint of each line the core knows by number
    _tree: tuple[np.ndarray, ...] = ()  # lines, errors, children, creases

    def __len__(self) -> int:
        return len(self.cell_starts) - 1

    def __repr__(self) -> str:
        return f"PolyhedralComplex({len(self):,} cells on {self.domain}{'' if self.certified else ', not certified'})"

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
        packed = self.packed_patterns[rows]
        parts = []
        for units, start, bits in zip(self._sliced.widths, self._pattern_starts, self._pattern_bits):
            if bits == 0:
                parts.append(np.zeros((len(packed), units), np.uint8))
                continue
            stop = start + (units * bits + 7) // 8
            unpacked = np.unpackbits(packed[:, start:stop], axis=1, count=units * bits, bitorder="little")
            weights = (1 << np.arange(bits)).astype(np.uint8)
            values = unpacked if bits == 1 else unpacked.reshape(len(packed), units, bits) @ weights
            parts.append(values)
        return np.concatenate([np.empty((len(packed), 0), np.uint8), *parts], axis=1)

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

    def area_exact(self, cell: int) -> Fraction:
        """The exact area of a cell, which is positive; its length in one dimension."""
        return measures.area_exact(self, cell)

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

    # -- the maps ---------------------------------------------------------------------------------------

    def affine_maps(self) -> tuple[np.ndarray, np.ndarray]:
        """The network on each cell: f(x) = A x + c.

        Returns
        -------
        A : ndarray (C, n_outputs, dim) float64
        c : ndarray (C, n_outputs) float64
            Before an output activation (logits); in slice coordinates on a slice.
        """
        return self._maps[:, :, : self.dim], self._maps[:, :, 2]

    def affine_map_exact(self, cell: int) -> tuple[list[list[Fraction]], list[Fraction]]:
        """The network on one cell in exact rational numbers: A (n_outputs rows of dim) and c (n_outputs)."""
        forms = exact_cell.output_forms(self._sliced, self._full_pattern(cell))
        return [list(form[: self.dim]) for form in forms], [form[2] for form in forms]

    def vertex_exact(self, vertex: int) -> tuple[Fraction, ...]:
        """The exact coordinates of a vertex.

        Raises
        ------
        ParameterError
            There is no such vertex.
        """
        vertex = _number(vertex, "vertex", "vertices", len(self.vertices))
        corner = int(self._corner_of[vertex])
        cell = int(np.searchsorted(self.cell_starts, corner, side="right")) - 1
        if self.dim == 1:
            if self.edges.layer[vertex] < 0:  # vertex and edge have the same number
                return (Fraction(float(self.vertices[vertex, 0])),)
            a, _, c = self._line(cell, vertex)
            return (-c / a,)
        first, last = int(self.cell_starts[cell]), int(self.cell_starts[cell + 1]) - 1
        before = last if corner == first else corner - 1
        lines = [self._line(cell, int(self.cell_edges[side])) for side in (before, corner)]
        return exact_cell.crossing(*lines)

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

    def _line(self, cell: int, edge: int) -> exact_cell.Affine:
        """The exact form that is zero on an edge, seen from a cell beside it."""
        layer, unit = int(self.edges.layer[edge]), int(self.edges.unit[edge])
        if layer < 0:
            corners = [[Fraction(v) for v in corner] for corner in self.domain.corners.tolist()]
            (px, py), (qx, qy) = corners[unit], corners[(unit + 1) % len(corners)]
            return py - qy, qx - px, px * qy - py * qx
        layer += self._n_slice_layers
        a, b, c = exact_cell.preactivation_forms(self._sliced, self._full_pattern(cell), layer)[unit]
        at = self._sliced.activations[layer].pieces.breakpoints[self.edges.breakpoint[edge]]
        return a, b, c - Fraction(float(at))

    def _full_pattern(self, cell: int) -> list[np.ndarray]:
        """The pattern with the slice's own layers, of the network of the complex's coordinates."""
        flat = self._unpack(np.array([self._cell(cell)]))[0]
        return np.split(flat, np.cumsum(self._sliced.widths))[:-1]

    # -- who is where -----------------------------------------------------------------------------------

    def adjacency(self) -> sparse.csr_array:
        """Which cells share an edge: a symmetric sparse (C, C) array of bool."""
        from scipy import sparse

        i, j = self.edges.cells[self.edges.interior].T
        ones = np.ones(2 * len(i), bool)
        n = len(self)
        return sparse.csr_array((ones, (np.concatenate([i, j]), np.concatenate([j, i]))), shape=(n, n))

    def to_networkx(self) -> Any:
        """The adjacency as a `networkx.Graph`, each edge with its ``layer`` and ``unit``.

        Raises
        ------
        MissingExtraError
            networkx is not installed.
        """
        try:
            import networkx
        except ImportError:
            from ..errors import MissingExtraError

            raise MissingExtraError("networkx", "all", "A graph of the cells") from None
        graph = networkx.Graph()
        graph.add_nodes_from(range(len(self)))
        chosen = self.edges.interior
        rows = zip(
            self.edges.cells[chosen].tolist(),
            self.edges.layer[chosen].tolist(),
            self.edges.unit[chosen].tolist(),
        )
        graph.add_edges_from((i, j, {"layer": layer, "unit": unit}) for (i, j), layer, unit in rows)
        return graph

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
        return all(act.pieces.is_continuous for act in self.network.activations)

    def level_set(self, value: float = 0.0, output: int = 0) -> LevelSet:
        """Where an output passes through a value: exact polylines; see `geometry.level_sets.level_set`."""
        return level_sets.level_set(self, value, output)

    def decision_partition(self) -> DecisionPartition:
        """The domain parted by class, exactly; see `geometry.level_sets.DecisionPartition`."""
        return level_sets.decision_partition(self)

    def decision_boundary(self) -> LevelSet:
        """Where the decision changes: the zero set of one output, the borders of the argmax of several."""
        return level_sets.decision_partition(self).boundary

    def extrema(self, output: int = 0) -> Extrema:
        """The exact least and greatest value of an output, and where; see `geometry.extrema.extrema`."""
        return extrema(self, output)

    def lipschitz(self, norm: float = 2) -> Lipschitz:
        """The Lipschitz constant on the domain and its cell; see `geometry.lipschitz.lipschitz`."""
        return lipschitz(self, norm)

    def integral(self) -> np.ndarray:
        """The integral of each output over the domain, (n_outputs,); see `geometry.integrals.integral`."""
        return integrals.integral(self)

    def mean(self) -> np.ndarray:
        """The mean of each output over the domain, (n_outputs,)."""
        return integrals.moments(self).mean

    def moments(self) -> Moments:
        """Means and second moments for an input uniform on the domain; see `geometry.integrals.Moments`."""
        return integrals.moments(self)

    # -- files and pictures -----------------------------------------------------------------------------

    def save(self, path: str | os.PathLike[str], **options: Any) -> None:
        """Write a .npz, .json, .svg or .png file, by the name's end; see `geometry.files.save`."""
        from . import files

        files.save(self, path, **options)

    @staticmethod
    def load(path: str | os.PathLike[str]) -> PolyhedralComplex:
        """Read a complex from a .npz file that `save` wrote; see `geometry.files.load`."""
        from . import files

        return files.load(path)

    def plot(self, ax: Any = None, **options: Any) -> Any:
        """Draw the cells, or the graph over an interval; see `plots.RegionsDisplay` and `plots.GraphDisplay`."""
        from .. import plots

        display = plots.GraphDisplay if self.dim == 1 else plots.RegionsDisplay
        return display(self).plot(ax, **options)

    def summary(self) -> str:
        """Counts, areas and how they were decided, a few lines of text."""
        interior = self.areas
        what = "length of a cell" if self.dim == 1 else "area of a cell"
        decided = ", ".join(f"{count:,} {stage}" for stage, count in self.signs.items())
        lines = [
            f"{self.network!r} on {self.domain}" + (f", {self.slice}" if self.slice else ""),
            f"cells (activation regions)  {len(self):,}",
            f"linear regions              {self.n_linear_regions:,}",
            f"cells after each layer      {' '.join(f'{count:,}' for count in self._own_layer_counts())}",
            f"vertices, edges             {len(self.vertices):,}, {len(self.edges):,}",
            f"{what:<28}min {interior.min():.3g}, median {np.median(interior):.3g}, max {interior.max():.3g}",
            f"signs decided by            {decided}"
            if self.certified
            else "not certified: float64 signs as they came",
        ]
        return "\n".join(lines)

    def _own_layer_counts(self) -> list[int]:
        return self.layer_counts[1 + self._n_slice_layers :].tolist()

    def _cell(self, cell: int) -> int:
        return _number(cell, "cell", "cells", len(self))


def _number(given: int, name: str, names: str, n: int) -> int:
    if isinstance(given, bool) or not isinstance(given, int | np.integer) or not -n <= given < n:
        raise ParameterError(f"There is no {name} {given!r}: {names} are numbered 0 to {n - 1}.")
    return int(given) % n
