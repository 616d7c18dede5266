"""Everywhere an output takes a value: where it passes through, where it only touches, where it is flat.

On the complex cut at the value (see `level_sets`) the output less the value has one sign on each open cell, or is 0
there; what remains are sides and corners of cells. Of a continuous network an affine map is 0 along a side if it is so
at both its ends, so vertices decide: by float64 with error bounds, then exactly. A network with steps is
asked on each side and at each corner by itself (see `step_values`). Cost: three enumerations, and an exact sign in
the core for each vertex that floats leave open.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from ..analysis.corner_values import corner_values
from ..analysis.step_values import values_on_faces
from ..exact.contexts import ExactContexts, in_blocks
from .level_sets import LevelSet, borders, cut_at

__all__ = ["Preimage", "preimage"]

_TOGETHER = 512  # vertices whose cells' exact forms are held at once


@dataclass(frozen=True, eq=False, repr=False)
class Preimage:
    """The set of inputs of the closed domain at which an output takes a value.

    It is the disjoint union of parts of `complex`: the open cells `flat_cells`, the `edges` without their ends, and
    the `vertices`. Of a continuous network that is a closed set: `level_set`, the closed flat cells, and what is only
    touched. Of a network with steps it need be neither open nor closed, and `level_set` has the places where it jumps
    over the value too: a unit exactly on a breakpoint holds the piece on the left, so ``step(x)`` is 0 on the closed
    half-plane of x <= 0, 1 on the open one of x > 0, and ``step(x) + step(-x)`` is 0 on the line x = 0 alone.

    Attributes
    ----------
    complex : PolyhedralComplex
        The cells, cut where the output passes through the value. Its network has one output, the output meant
        less the value.
    states : ndarray (C,) int64
        On each of its cells the output is below the value (-1), equal to it (0) or above (1).
    level_set : LevelSet
        Where it passes through or jumps over the value, and the borders of where it is flat.
    edges : ndarray (n,) int64
        Edges of the complex along which the output is the value, ends aside. Empty in one dimension, where an edge is
        a vertex.
    vertices : ndarray (m,) int64
        Vertices of the complex at which it is the value.
    """

    complex: Any
    states: np.ndarray
    level_set: LevelSet
    edges: np.ndarray
    vertices: np.ndarray

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

    @cached_property
    def touched_edges(self) -> np.ndarray:
        """Those of the `edges` that lie between two cells above the value, two below, or on the domain's border."""
        left, right = self._beside
        return self.edges[((left == right) & (left != 0))[self.edges]]

    @cached_property
    def touched_vertices(self) -> np.ndarray:
        """Those of the `vertices` beside which the output is the value nowhere nearby, (m,) int64."""
        cut = self.complex
        covered = np.zeros(len(cut.vertices), bool)
        covered[cut.cell_vertices[np.repeat(self.states == 0, cut.n_corners)]] = True
        left, right = self._beside
        covered[cut.edges.vertices[self.edges if cut.dim == 2 else left != right]] = True
        return self.vertices[~covered[self.vertices]]

    @property
    def touching(self) -> list[np.ndarray]:
        """What is touched, for drawing: segments (2, dim), then points (1, dim)."""
        vertices = self.complex.vertices
        segments = list(vertices[self.complex.edges.vertices[self.touched_edges]])
        return segments + list(vertices[self.touched_vertices][:, None])

    @property
    def _beside(self) -> tuple[np.ndarray, np.ndarray]:
        """The states on the two sides of each edge; that of the one cell, on the border."""
        cells = self.complex.edges.cells
        left, right = self.states[cells].T
        return left, np.where(cells[:, 1] < 0, left, right)


def preimage(cx: Any, value: float = 0.0, output: int = 0) -> Preimage:
    """Find everywhere an output (before an output activation) takes a value, exactly.

    Parameters
    ----------
    cx : PolyhedralComplex
    value : float
        Taken as an exact number.
    output : int

    Raises
    ------
    ParameterError
        There is no such output, or the value is not finite.

    Examples
    --------
    >>> import leadlight as ll
    >>> net = ll.Network.from_arrays([[[1, 0], [-1, 0]], [[1, 1]]], [[-1, -1], [0]])  # 0 where |x| <= 1
    >>> preimage(ll.regions(net, [(-2, 2), (0, 1)])).flat_area
    2.0
    >>> net = ll.Network.from_arrays([[[1, 0], [-1, 0]], [[1, 1]]], [[0, 0], [0]])  # |x|
    >>> preimage(ll.regions(net, [(-2, 2), (0, 1)]))
    Preimage(0 polylines, 0 flat cells, 1 touched edges, 0 touched points)

    Steps: 1 beside the line x = 0, and 0 on it

    >>> net = ll.Network.from_arrays([[[1, 0], [-1, 0]], [[1, 1]]], [[0, 0], [0]], "step")
    >>> found = preimage(ll.regions(net, [(-2, 2), (0, 1)]))
    >>> len(found.flat_cells), len(found.edges), len(found.vertices)
    (0, 1, 2)
    """
    cut, states = cut_at(cx, value, output)
    if not cx.is_continuous:
        on_edges, at_vertices = (values == 0 for values in values_on_faces(cut, 0))
        return Preimage(
            cut, states, borders(cut, states), np.flatnonzero(on_edges), np.flatnonzero(at_vertices)
        )
    zero = _zero_vertices(cut, states)
    along = zero[cut.edges.vertices].all(axis=1) & (cut.dim == 2)
    return Preimage(cut, states, borders(cut, states), np.flatnonzero(along), np.flatnonzero(zero))


def _zero_vertices(cut: Any, states: np.ndarray) -> np.ndarray:
    """Whether the output of the cut complex is 0 at each vertex, (V,) bool."""
    _, values, errors = corner_values(cut, 0)
    away = np.zeros(len(cut.vertices), bool)
    away[cut.cell_vertices[np.abs(values) > errors]] = True
    if not cut.certified:
        return ~away
    zero = np.zeros(
        len(cut.vertices), bool
    )  # those known first: on a border between states, or of a flat cell
    between = cut.edges.interior
    left, right = states[cut.edges.cells[between]].T
    zero[cut.edges.vertices[between[left != right]]] = True
    zero[cut.cell_vertices[np.repeat(states == 0, cut.n_corners)]] = True
    corners = np.sort(cut._corner_of[~away & ~zero])
    for block in in_blocks(corners, _TOGETHER):
        owners = np.searchsorted(cut.cell_starts, block, side="right") - 1
        exact = ExactContexts(cut, owners)
        for corner, owner in zip(block.tolist(), owners.tolist()):
            output = (exact.context(owner), 0, 0)
            is_zero = exact.core.sign_at(output, exact.vertex(owner, corner)) == 0
            zero[cut.cell_vertices[corner]] = is_zero
    return zero
