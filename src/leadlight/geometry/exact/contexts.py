"""The core's exact arithmetic on some cells of a complex: their contexts, and lines and vertices as it names them.

A context is what the core calls a cell of the layers before one layer. Cells share those of the layers in which their
patterns agree, so that neighbours cost little. Cost: an exact form for each unit that an answer needs.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from ... import _core
from .._flat import flat_corners

__all__ = ["ExactContexts", "in_blocks"]

Line = tuple[int, int, int]
"""A context (-1: a side of the domain), unit and breakpoint."""


class ExactContexts:
    """Contexts of some cells of a complex, which keep what is computed in them: for some hundred cells at once.

    Parameters
    ----------
    cx : PolyhedralComplex or CellBatch
    cells : ndarray (n,) of int
        The only ones that may be asked for.

    Attributes
    ----------
    core : _core.ExactCells
    """

    def __init__(self, cx: Any, cells: np.ndarray) -> None:
        self.core = _core.ExactCells(_layers(cx._sliced), flat_corners(cx.domain))
        self._cx = cx
        cells = np.unique(cells)
        self._place = {cell: place for place, cell in enumerate(cells.tolist())}
        self._patterns = cx._unpack_layers(cells)
        self._contexts: dict[tuple[int, bytes], int] = {}

    def context(self, cell: int, layer: int | None = None) -> int:
        """The number of a cell's context of a layer, a slice's own layers counted; by default of the outputs."""
        at, place = 0, self._place[cell]
        for patterns in self._patterns[:layer]:
            pieces = patterns[place]
            key = (at, pieces.tobytes())
            if key not in self._contexts:
                self._contexts[key] = self.core.context(at, np.ascontiguousarray(pieces))
            at = self._contexts[key]
        return at

    def vertex(self, cell: int, corner: int) -> tuple[Line, Line]:
        """The two lines that cross in a corner of a cell, by its place in ``cell_vertices``."""
        cx = self._cx
        if cx.dim == 1:
            return self._end(cell, cx.cell_vertices[corner]), (-1, 0, 0)
        first, last = int(cx.cell_starts[cell]), int(cx.cell_starts[cell + 1]) - 1
        before = last if corner == first else corner - 1
        return self.edge(cell, cx.cell_edges[before]), self.edge(cell, cx.cell_edges[corner])

    def edge(self, cell: int, edge: int) -> Line:
        """The line that an edge of a cell lies on."""
        edges = self._cx.edges
        layer, unit = int(edges.layer[edge]), int(edges.unit[edge])
        if layer < 0:
            return -1, unit, 0
        return self.context(cell, layer + edges.n_slice_layers), unit, int(edges.breakpoint[edge])

    def _end(self, cell: int, vertex: int) -> Line:
        """Of an interval's strip (`_flat.flat_corners`): sides 3 and 1 are above the interval's ends."""
        line = self.edge(cell, vertex)  # vertex and edge have the same number
        return line if line[0] >= 0 else (-1, (3, 1)[line[1]], 0)


def in_blocks(numbers: np.ndarray, size: int) -> Iterator[np.ndarray]:
    """An array in parts of at most so many."""
    return (numbers[start : start + size] for start in range(0, len(numbers), size))


def _layers(net: Any) -> list[tuple]:
    weights = list(net.weights)
    if net.n_inputs == 1:
        weights[0] = np.column_stack([weights[0], np.zeros(len(weights[0]))])
    tables = [[unit.pieces for unit in act.units()] for act in net.activations]
    pieces = [
        [(t.breakpoints, t.slopes, t.intercepts) for t in (units * width)[:width]]
        if len(units[0]) > 1
        else None
        for units, width in zip(tables, net.widths)
    ]
    return list(zip(weights, net.biases, [*pieces, None]))
