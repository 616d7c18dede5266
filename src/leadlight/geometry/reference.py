"""The exact cells of a piecewise-linear network on a box in the plane: the readable oracle.

Layer by layer, each polygon is cut by the lines on which its units change their linear piece (layer-wise
polygon splitting). Weights, biases and slopes are the exact rational numbers that the floats denote, cleared to
integers, so that no sign is ever in doubt. Cells are open and full-dimensional: a line that only touches a
polygon, or a unit that is identically zero on it, does not cut it. Linear regions are cells joined across
shared facets of positive length where the whole output is the same affine map. Cost: cells x units sign tests
on integers whose length grows with depth; for networks of up to some thousand cells.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from math import lcm
from typing import Any

from ..errors import ModelError
from .polygon import Form, Point, Polygon, area, box_polygon, line_through, primitive, split, to_fractions

__all__ = ["Cell", "Crease", "Facet", "ReferenceComplex", "enumerate_cells"]

Coordinates = tuple[Fraction, Fraction]


@dataclass(frozen=True)
class Cell:
    """One activation region: an open convex polygon on which no hidden unit changes its linear piece."""

    pattern: tuple[tuple[int, ...], ...]  # per layer, per unit: the index of its linear piece
    corners: Polygon  # counter-clockwise, homogeneous integers
    output: tuple[Form, ...]  # scale * (the output) as forms a x + b y + c, one an output
    scale: int  # the same in all cells of a complex

    @property
    def polygon(self) -> tuple[Coordinates, ...]:
        """The corners, counter-clockwise, exact."""
        return to_fractions(self.corners)

    @property
    def affine(self) -> tuple[tuple[tuple[Fraction, ...], ...], tuple[Fraction, ...]]:
        """The matrix (n_outputs rows of 2) and the offset (n_outputs) of the network on this cell, exact."""
        matrix = tuple((Fraction(a, self.scale), Fraction(b, self.scale)) for a, b, _ in self.output)
        return matrix, tuple(Fraction(c, self.scale) for _, _, c in self.output)

    @property
    def area(self) -> Fraction:
        """The exact area."""
        return area(self.corners)

    @property
    def interior_point(self) -> Coordinates:
        """The mean of the corners, which lies inside."""
        points = self.polygon
        return sum(x for x, _ in points) / Fraction(len(points)), sum(y for _, y in points) / Fraction(
            len(points)
        )


@dataclass(frozen=True)
class Facet:
    """A segment of positive length between two cells."""

    cells: tuple[int, int]
    start: Point  # homogeneous integers
    end: Point

    @property
    def segment(self) -> tuple[Coordinates, Coordinates]:
        """The two ends, exact."""
        start, end = to_fractions((self.start, self.end))
        return start, end


@dataclass(frozen=True)
class Crease:
    """A segment on which one unit changes its linear piece; layers and units are counted from 0."""

    layer: int
    unit: int
    facet: Facet

    @property
    def segment(self) -> tuple[Coordinates, Coordinates]:
        """The two ends, exact."""
        return self.facet.segment


@dataclass(frozen=True)
class ReferenceComplex:
    """The cells of a network on a box, and how they lie beside one another.

    Made by `enumerate_cells`. ``len(complex)`` is the number of cells (activation regions).
    """

    cells: tuple[Cell, ...]
    domain: tuple[tuple[Fraction, Fraction], tuple[Fraction, Fraction]]

    def __len__(self) -> int:
        return len(self.cells)

    @property
    def patterns(self) -> list[tuple[tuple[int, ...], ...]]:
        """The activation pattern of each cell."""
        return [cell.pattern for cell in self.cells]

    @property
    def areas(self) -> list[Fraction]:
        """The exact area of each cell; they sum to the box's."""
        return [cell.area for cell in self.cells]

    @cached_property
    def facets(self) -> tuple[Facet, ...]:
        """All maximal segments that two cells share, T-junctions included (an edge may have several)."""
        sides: dict[Form, tuple[list, list]] = {}  # line -> edges with their cell on its left, on its right
        for index, cell in enumerate(self.cells):
            for p, q in zip(cell.corners, cell.corners[1:] + cell.corners[:1]):
                a, b, c = line_through(p, q)
                right = (a, b) < (0, 0)
                line = (-a, -b, -c) if right else (a, b, c)
                key = (lambda r: Fraction(r[0], r[2])) if b else (lambda r: Fraction(r[1], r[2]))
                ends = sorted((key(r), r) for r in (p, q))
                sides.setdefault(line, ([], []))[right].append((*ends, index))
        return tuple(
            facet for left, right in sides.values() for facet in _overlaps(sorted(left), sorted(right))
        )

    def adjacency(self) -> list[tuple[int, int]]:
        """Return the pairs i < j of cells that share a facet."""
        return sorted({facet.cells for facet in self.facets})

    def linear_regions(self) -> list[list[int]]:
        """Return the linear regions, each the sorted list of its cells; ordered by their first cell."""
        root = list(range(len(self.cells)))

        def find(i: int) -> int:
            while root[i] != i:
                root[i] = i = root[root[i]]
            return i

        for i, j in self.adjacency():
            if self.cells[i].output == self.cells[j].output:
                root[max(find(i), find(j))] = min(find(i), find(j))
        regions: dict[int, list[int]] = {}
        for i in range(len(self.cells)):
            regions.setdefault(find(i), []).append(i)
        return list(regions.values())

    def count_linear_regions(self) -> int:
        """Return the number of linear regions."""
        return len(self.linear_regions())

    def creases(self) -> list[Crease]:
        """Return every facet once for each unit whose linear piece differs between its two sides."""
        found = []
        for facet in self.facets:
            first, second = (self.cells[i].pattern for i in facet.cells)
            for layer, (ones, others) in enumerate(zip(first, second)):
                found += [Crease(layer, u, facet) for u, (s, t) in enumerate(zip(ones, others)) if s != t]
        return found

    def bends(self) -> list[tuple[int, int, Coordinates]]:
        """Return (layer, unit, point) wherever a unit's crease changes its direction inside the box.

        The creases of the first layer are straight; a deeper unit's bend where they cross an earlier crease.
        """
        lines: dict[tuple[int, int, Point], set[Form]] = {}
        for crease in self.creases():
            start, end = crease.facet.start, crease.facet.end
            line = line_through(start, end)
            for point in (start, end):
                lines.setdefault((crease.layer, crease.unit, point), set()).add(max(line, _negated(line)))
        return [(k, u, to_fractions([p])[0]) for (k, u, p), through in lines.items() if len(through) > 1]

    def border_points(self) -> list[Coordinates]:
        """Return the points of the box's border (corners aside) at which two cells meet.

        A line that crosses the box meets its border twice: in one layer, half their number is the number
        of lines seen, if no two of them meet on the border.
        """
        (x0, x1), (y0, y1) = self.domain
        points = {point for cell in self.cells for point in cell.polygon}
        border = {(x, y) for x, y in points if x in (x0, x1) or y in (y0, y1)}
        return sorted(border - {(x, y) for x in (x0, x1) for y in (y0, y1)})


def enumerate_cells(net: Any, domain: Sequence[Sequence[float | Fraction]]) -> ReferenceComplex:
    """Find all cells of a network of two inputs on a box, exactly.

    Parameters
    ----------
    net : Network
        Two inputs; every hidden activation piecewise linear (relu, leaky_relu, abs, hardtanh, identity,
        step). The output is taken before its own activation: the logits.
    domain : [(x0, x1), (y0, y1)]
        The box, its floats taken as exact numbers.

    Returns
    -------
    ReferenceComplex

    Raises
    ------
    ModelError
        The network has not two inputs, or a hidden activation is not piecewise linear.
    ParameterError
        The box is empty or not finite.

    Notes
    -----
    The pattern of a unit that sits exactly on a breakpoint throughout a cell holds the piece that the
    breakpoint belongs to (`leadlight.activations.Pieces`).

    Examples
    --------
    >>> from leadlight import Network
    >>> W0, W1 = [[1.0, 0.0], [1.0, 0.0], [0.0, 1.0]], [[1.0, -1.0, 1.0]]
    >>> net = Network.from_arrays([W0, W1], [[0.0] * 3, [0.0]])
    >>> cx = enumerate_cells(net, [(-1, 1), (-1, 1)])
    >>> len(cx), cx.count_linear_regions()  # the first two units cancel: they cut, and bend nothing
    (4, 2)
    """
    if net.n_inputs != 2:
        raise ModelError(
            f"The network has {net.n_inputs} inputs; cells in the plane exist for networks of 2 inputs."
        )
    corners = box_polygon(domain)
    states: list[_State] = [(corners, (), ((1, 0, 0), (0, 1, 0)))]
    scale = 1
    for weights, bias, act in zip(net.weights[:-1], net.biases[:-1], net.activations):
        layer = _IntegerLayer(weights, bias, scale)
        bend = _IntegerPieces(act, layer.scale)
        states = [after for state in states for after in _through_layer(state, layer, bend)]
        scale = bend.scale
    last = _IntegerLayer(net.weights[-1], net.biases[-1], scale)
    cells = tuple(Cell(pattern, polygon, last(forms), last.scale) for polygon, pattern, forms in states)
    box = to_fractions(corners)
    return ReferenceComplex(cells, ((box[0][0], box[2][0]), (box[0][1], box[2][1])))


# polygon, pattern so far, and the current layer's values as integer forms (a common scale apart)
_State = tuple[Polygon, tuple[tuple[int, ...], ...], tuple[Form, ...]]


class _IntegerLayer:
    """z = W h + b on integer forms: given scale_in * h it returns scale * z."""

    def __init__(self, weights: Any, bias: Any, scale_in: int) -> None:
        rows = [[Fraction(w) for w in row] for row in weights.tolist()]
        offsets = [Fraction(b) for b in bias.tolist()]
        common = lcm(*(v.denominator for row in [*rows, offsets] for v in row))
        self.rows = [[int(w * common) for w in row] for row in rows]
        self.offsets = [int(b * common) * scale_in for b in offsets]
        self.scale = common * scale_in

    def __call__(self, forms: tuple[Form, ...]) -> tuple[Form, ...]:
        result = []
        for row, offset in zip(self.rows, self.offsets):
            a = b = 0
            c = offset
            for w, (fa, fb, fc) in zip(row, forms):
                if w and (fa or fb or fc):
                    a, b, c = a + w * fa, b + w * fb, c + w * fc
            result.append((a, b, c))
        return tuple(result)


class _IntegerPieces:
    """A piecewise-linear activation on integer forms: given scale_in * z it returns scale * phi(z)."""

    def __init__(self, act: Any, scale_in: int) -> None:
        if act.pieces is None:
            raise ModelError(
                f"The activation {act.spec!r} is not piecewise linear, so it has no cells; "
                "use relu, leaky_relu, abs, hardtanh, step or identity."
            )
        breakpoints = [Fraction(v) for v in act.pieces.breakpoints.tolist()]
        slopes = [Fraction(v) for v in act.pieces.slopes.tolist()]
        intercepts = [Fraction(v) for v in act.pieces.intercepts.tolist()]
        common = lcm(*(v.denominator for v in slopes + intercepts))
        self.breakpoints = [(v.denominator, v.numerator * scale_in) for v in breakpoints]
        self.slopes = [int(v * common) for v in slopes]
        self.intercepts = [int(v * common) * scale_in for v in intercepts]
        self.scale = common * scale_in

    def switches(self, form: Form) -> list[Form]:
        """The forms, one a breakpoint, that are zero where scale_in * z sits on it."""
        return [primitive((a_ * form[0], a_ * form[1], a_ * form[2] - at)) for a_, at in self.breakpoints]

    def value(self, form: Form, piece: int) -> Form:
        slope = self.slopes[piece]
        return slope * form[0], slope * form[1], slope * form[2] + self.intercepts[piece]


def _through_layer(state: _State, layer: _IntegerLayer, bend: _IntegerPieces) -> list[_State]:
    """Cut one cell of the layers before by all units of a layer; return the cells it falls into."""
    polygon, pattern, forms = state
    preactivations = layer(forms)
    parts: list[tuple[Polygon, tuple[int, ...]]] = [(polygon, ())]
    for form in preactivations:
        switches = bend.switches(form)
        parts = [(piece, (*chosen, k)) for part, chosen in parts for piece, k in _cut(part, switches)]
    return [
        (part, (*pattern, chosen), tuple(bend.value(z, k) for z, k in zip(preactivations, chosen)))
        for part, chosen in parts
    ]


def _cut(polygon: Polygon, switches: Sequence[Form]) -> list[tuple[Polygon, int]]:
    """Cut a polygon by parallel lines; return the strips with the number of lines that lie below each."""
    strips: list[tuple[Polygon, int]] = []
    rest = polygon
    for k, switch in enumerate(switches):
        if switch[:2] == (0, 0):  # the unit is constant here: it cuts nothing
            below, above = (None, rest) if switch[2] > 0 else (rest, None)
        else:
            below, above = split(rest, switch)
        if below is not None:
            strips.append((below, k))
        if above is None:
            return strips
        rest = above
    strips.append((rest, len(switches)))
    return strips


def _overlaps(left: list, right: list) -> list[Facet]:
    """Return what edges on the two sides of one line share; each list is sorted and without overlaps."""
    found, i, j = [], 0, 0
    while i < len(left) and j < len(right):
        start, end = max(left[i][0], right[j][0]), min(left[i][1], right[j][1])
        if start[0] < end[0]:
            cells = sorted((left[i][2], right[j][2]))
            found.append(Facet((cells[0], cells[1]), start[1], end[1]))
        if left[i][1] == end:
            i += 1
        else:
            j += 1
    return found


def _negated(form: Form) -> Form:
    return -form[0], -form[1], -form[2]
