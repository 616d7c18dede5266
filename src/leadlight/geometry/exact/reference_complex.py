"""The cells of a network, exactly: how they lie beside one another, and the linear regions they make up.

Two cells are neighbours if they share a segment of positive length. Edges are gathered by the line that
carries them (equal lines have equal integer forms); on each line the edges of the cells on either side are
sorted and swept, so that T-junctions, where one side is split and the other not, need no care. A linear
region joins neighbours on which the whole output is the same affine map. Cost: n log n in the edges.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

from .polygon import Form, Point, Polygon, area, line_through, to_fractions

__all__ = ["Cell", "Coordinates", "Crease", "Facet", "ReferenceComplex"]

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
        x, y = (sum((p[axis] for p in points), Fraction(0)) / len(points) for axis in (0, 1))
        return x, y


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
