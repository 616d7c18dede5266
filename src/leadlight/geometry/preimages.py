"""Everywhere an output takes a value: where it passes through, where it only touches, where it is flat.

On the complex cut at the value (see `level_sets`) the output less the value has one sign on each open cell, or is 0
there; what remains are sides and corners of cells. An affine map is 0 along a side if it is so at both its ends, so
vertices decide: by float64 with error bounds, then in rational numbers. Cost: three enumerations.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from ..errors import ParameterError
from . import exact_cell
from .extrema import corner_values
from .level_sets import LevelSet, borders, cut_at

__all__ = ["Preimage", "preimage"]


@dataclass(frozen=True, eq=False, repr=False)
class Preimage:
    """The set of inputs of the closed domain at which an output takes a value.

    It is the union of `level_set`, the closed `flat_cells`, the edges `touched_edges` and the `touched_vertices`.

    Attributes
    ----------
    complex : PolyhedralComplex
        The cells, cut where the output passes through the value. Its network has one output, the output meant
        less the value.
    states : ndarray (C,) int64
        On each of its cells the output is below the value (-1), equal to it (0) or above (1).
    level_set : LevelSet
        Where it passes through, and the borders of where it is flat.
    touched_edges : ndarray (n,) int64
        Edges of the complex along which the output is the value, and not on either side, where it is above on
        both or below on both; or on the border of the domain.
    touched_vertices : ndarray (m,) int64
        Vertices at which it is the value, and nowhere else nearby.
    """

    complex: Any
    states: np.ndarray
    level_set: LevelSet
    touched_edges: np.ndarray
    touched_vertices: np.ndarray

    def __repr__(self) -> str:
        return (
            f"Preimage({len(self.level_set)} polylines, {len(self.flat_cells)} flat cells, "
            f"{len(self.touched_edges)} touched edges, {len(self.touched_vertices)} touched points)"
        )

    @cached_property
    def flat_cells(self) -> np.ndarray:
        """Cells of the complex on which the output is the value throughout, (k,) int64."""
        return np.flatnonzero(self.states == 0)

    @property
    def flat_area(self) -> float:
        """Their area, length in one dimension."""
        return float(self.complex.areas[self.flat_cells].sum())

    @property
    def touching(self) -> list[np.ndarray]:
        """What is touched, for drawing: segments (2, dim), then points (1, dim)."""
        vertices = self.complex.vertices
        segments = (
            [] if self.complex.dim == 1 else list(vertices[self.complex.edges.vertices[self.touched_edges]])
        )
        return segments + list(vertices[self.touched_vertices][:, None])


def preimage(cx: Any, value: float = 0.0, output: int = 0) -> Preimage:
    """Find everywhere an output (before an output activation) takes a value, exactly.

    Parameters
    ----------
    cx : PolyhedralComplex
        Of a continuous network.
    value : float
        Taken as an exact number.
    output : int

    Raises
    ------
    ParameterError
        There is no such output, the value is not finite, or the network jumps: then `level_set` has the edges where
        it jumps over the value.

    Examples
    --------
    >>> import leadlight as ll
    >>> net = ll.Network.from_arrays([[[1, 0], [-1, 0]], [[1, 1]]], [[-1, -1], [0]])  # 0 where |x| <= 1
    >>> preimage(ll.regions(net, [(-2, 2), (0, 1)])).flat_area
    2.0
    >>> net = ll.Network.from_arrays([[[1, 0], [-1, 0]], [[1, 1]]], [[0, 0], [0]])  # |x|
    >>> preimage(ll.regions(net, [(-2, 2), (0, 1)]))
    Preimage(0 polylines, 0 flat cells, 1 touched edges, 0 touched points)
    """
    if not cx.is_continuous:
        raise ParameterError(
            "preimage() is for continuous networks, and this one has steps: its level_set() has the jumps over a value."
        )
    cut, states = cut_at(cx, value, output)
    zero = _zero_vertices(cut, states)
    edges = cut.edges
    left, right = states[edges.cells].T
    right = np.where(edges.cells[:, 1] < 0, left, right)
    along = zero[edges.vertices].all(axis=1)
    if cut.dim == 1:  # an edge is a point, and touched as a vertex
        touched = np.zeros(len(edges), bool)
    else:
        touched = along & (left == right) & (left != 0)
    covered = np.zeros(len(cut.vertices), bool)
    covered[edges.vertices[touched | (left != right)]] = True
    covered[cut.cell_vertices[np.repeat(states == 0, cut.n_corners)]] = True
    return Preimage(
        cut, states, borders(cut, states), np.flatnonzero(touched), np.flatnonzero(zero & ~covered)
    )


def _zero_vertices(cut: Any, states: np.ndarray) -> np.ndarray:
    """Whether the output of the cut complex is 0 at each vertex, (V,) bool."""
    cell, values, errors = corner_values(cut, 0)
    away = np.zeros(len(cut.vertices), bool)
    away[cut.cell_vertices[np.abs(values) > errors]] = True
    zero = np.zeros(
        len(cut.vertices), bool
    )  # first those known: on a border between states, or of a flat cell
    between = cut.edges.interior
    left, right = states[cut.edges.cells[between]].T
    zero[cut.edges.vertices[between[left != right]]] = True
    zero[cut.cell_vertices[np.repeat(states == 0, cut.n_corners)]] = True
    open_ = np.flatnonzero(~away & ~zero)
    place = cut._corner_of[open_]
    for vertex, owner in zip(open_.tolist(), cell[place].tolist()):
        form = exact_cell.output_forms(cut._sliced, cut._full_pattern(owner))[0]
        zero[vertex] = exact_cell.value_at(form, cut.vertex_exact(vertex)) == 0
    return zero
