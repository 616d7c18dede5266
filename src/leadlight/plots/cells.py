"""The exact cells of a network on a box: polygons coloured by what they are, and the creases between."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import matplotlib
import numpy as np
from matplotlib.collections import LineCollection, PolyCollection
from matplotlib.colors import LogNorm, Normalize

from ..errors import ParameterError
from ..geometry.complex import ReferenceComplex
from ..geometry.reference import enumerate_cells
from . import style

__all__ = ["CellsDisplay"]

FINEST = 4000  # corners and creases nearer than this part of the box's side are drawn as one, or not at all
COLOURINGS = ("pattern", "linear_region", "area", "output", "slope", "direction")


@dataclass(eq=False)
class CellsDisplay:
    """The cells of a network in the plane.

    Parameters
    ----------
    complex : ReferenceComplex

    Attributes
    ----------
    ax_, figure_ : Axes, Figure
        Set by `plot`.

    Examples
    --------
    >>> from leadlight import mlp
    >>> display = CellsDisplay.from_network(mlp(2, [3], 1), [(-5, 5), (-5, 5)]).plot(creases=True)
    >>> display.ax_.get_aspect()
    1.0
    """

    complex: ReferenceComplex
    ax_: Any = field(init=False, default=None, repr=False)
    figure_: Any = field(init=False, default=None, repr=False)

    @classmethod
    def from_network(cls, net: Any, domain: Sequence[Sequence[float]]) -> CellsDisplay:
        """Enumerate the cells of a network on ``[(x0, x1), (y0, y1)]``."""
        return cls(enumerate_cells(net, domain))

    def plot(
        self,
        ax: Any = None,
        *,
        colour: str = "pattern",
        component: int = 0,
        edges: bool = True,
        creases: bool = False,
        bends: bool = False,
        cmap: Any = None,
        colourbar: bool = True,
        legend: bool = True,
        title: str | None = None,
        names: Sequence[str] = ("$x_1$", "$x_2$"),
    ) -> CellsDisplay:
        """Draw the cells.

        Parameters
        ----------
        ax : Axes, optional
        colour : str, default "pattern"
            What the colours show: ``"pattern"`` (neighbours differ, no further meaning), ``"linear_region"``
            (likewise; cells of one region alike), ``"area"``, ``"output"`` (exactly, as a shaded surface),
            ``"slope"`` (the length of the gradient) or ``"direction"`` (of the gradient, as an angle).
        component : int, default 0
            The output that the last three are about.
        edges : bool, default True
            Draw the borders of the cells, thin.
        creases : bool
            Draw each crease in the colour of its unit's layer instead.
        bends : bool
            Mark where creases of deeper layers bend.
        cmap : colour map, optional
        colourbar, legend : bool, default True
        title : str, optional
        names : two str
            What is on the axes.

        Returns
        -------
        self
        """
        if colour not in COLOURINGS:
            raise ParameterError(f"colour was {colour!r}; expected one of {', '.join(COLOURINGS)}.")
        cells = self.complex.cells
        if not 0 <= component < len(cells[0].output):
            raise ParameterError(
                f"component was {component}; the network has {len(cells[0].output)} outputs, counted from 0."
            )
        extent = tuple(float(v) for side in self.complex.domain for v in side)
        with_bar = colourbar and colour not in ("pattern", "linear_region")
        with_legend = legend and (creases or bends)
        with style.drawing(self, ax, figsize=(4.0 + 0.5 * with_bar + 0.7 * with_legend, 3.4)) as ax:
            style.label_plane(ax, extent, names)
            shown = self._fill(ax, colour, component, cmap, 0.7 if creases else 0.5)
            if creases:
                self._creases(ax)
            elif edges:
                width = 0.5 if len(cells) < 500 else 0.25
                polygons = PolyCollection(
                    self._polygons(), facecolors="none", edgecolors=style.BLACK, linewidths=width
                )
                polygons.set_rasterized(len(cells) > 2000)
                ax.add_collection(polygons, autolim=False)
            if bends:
                points = np.array([[float(v) for v in point] for _, _, point in self.complex.bends()])
                if len(points):
                    ax.scatter(
                        *points.T, s=16, facecolors="#ffffff", edgecolors=style.BLACK, linewidths=0.8, zorder=3,
                        label="bend",
                    )  # fmt: skip
            if shown is not None and with_bar:
                bar = self.figure_.colorbar(shown[0], ax=ax, shrink=0.9, label=shown[1])
                if colour == "direction":
                    bar.set_ticks(
                        [-np.pi, -np.pi / 2, 0, np.pi / 2, np.pi],
                        labels=["−180°", "−90°", "0°", "90°", "180°"],
                    )
            if with_legend:
                style.legend_beside(ax)
            if title is not None:
                ax.set_title(title)
        return self

    def _polygons(self) -> list[np.ndarray]:
        """The corners of each cell, without those that no eye could tell apart; empty for a mere speck.

        Browsers leave holes in long wedges whose corners nearly coincide at the apex.
        """
        polygons = []
        for cell in self.complex.cells:
            corners = np.array([[float(x), float(y)] for x, y in cell.polygon])
            marks = self._marks(corners)
            corners = corners[np.any(marks != np.roll(marks, 1, axis=0), axis=1)]
            polygons.append(corners if len(corners) >= 3 else corners[:0])
        return polygons

    def _marks(self, points: np.ndarray) -> np.ndarray:
        """The squares of a fine grid over the box in which points (n, 2) lie."""
        low, high = np.array([[float(v) for v in side] for side in self.complex.domain]).T
        return np.round((points - low) / (high - low) * FINEST)

    def _fill(
        self, ax: Any, colour: str, component: int, cmap: Any, paleness: float
    ) -> tuple[Any, str] | None:
        """Fill the cells; return what a colour bar needs and its label, if there should be one."""
        cells, polygons = self.complex.cells, self._polygons()
        if colour in ("pattern", "linear_region"):
            numbers = _map_colours(self.complex, whole_regions=colour == "linear_region")
            palette = [style.tint(c, paleness) for c in style.class_colours(max(numbers) + 1)]
            faces = PolyCollection(
                polygons, facecolors=[palette[n] for n in numbers], edgecolors="face", linewidths=0.2
            )
            ax.add_collection(faces, autolim=False)
            return None
        if colour == "output":
            return _shaded(ax, self.complex, polygons, component, cmap), "output"
        gradients = np.array([[float(v) for v in cell.affine[0][component]] for cell in cells])
        if colour == "area":
            values, label, norm = np.array([float(a) for a in self.complex.areas]), "area", LogNorm()
        elif colour == "slope":
            values, label, norm = np.hypot(*gradients.T), "length of the gradient", Normalize()
        else:
            values, label = np.arctan2(gradients[:, 1], gradients[:, 0]), "direction of the gradient"
            norm, cmap = Normalize(-np.pi, np.pi), cmap or style.CYCLIC
        faces = PolyCollection(
            polygons,
            array=values,
            cmap=cmap or style.SEQUENTIAL,
            norm=norm,
            edgecolors="face",
            linewidths=0.2,
        )
        ax.add_collection(faces, autolim=False)
        return faces, label

    def _creases(self, ax: Any) -> None:
        creases = self.complex.creases()
        layers = sorted({crease.layer for crease in creases})
        shades = matplotlib.colormaps["inferno"](np.linspace(0.28, 0.76, max(2, len(layers))))
        for shade, layer in zip(shades, layers):
            segments = np.array(
                [
                    [[float(v) for v in point] for point in crease.segment]
                    for crease in creases
                    if crease.layer == layer
                ]
            )
            start, end = self._marks(segments[:, 0]), self._marks(segments[:, 1])
            segments = segments[np.any(start != end, axis=1)]
            lines = LineCollection(list(segments), colors=[shade], linewidths=1.3, label=f"layer {layer + 1}")
            lines.set_capstyle("round")
            lines.set_rasterized(len(segments) > 2000)
            ax.add_collection(lines, autolim=False)


def _map_colours(complex: ReferenceComplex, whole_regions: bool) -> list[int]:
    """Number the cells so that neighbours differ (greedily, the most constrained first)."""
    regions = complex.linear_regions() if whole_regions else [[i] for i in range(len(complex))]
    region_of = {cell: number for number, region in enumerate(regions) for cell in region}
    beside: list[set[int]] = [set() for _ in regions]
    for i, j in complex.adjacency():
        if region_of[i] != region_of[j]:
            beside[region_of[i]].add(region_of[j])
            beside[region_of[j]].add(region_of[i])
    colour: dict[int, int] = {}
    for number in sorted(range(len(regions)), key=lambda n: -len(beside[n])):
        taken = {colour[other] for other in beside[number] if other in colour}
        colour[number] = next(c for c in range(len(taken) + 1) if c not in taken)
    return [colour[region_of[i]] for i in range(len(complex))]


def _shaded(ax: Any, complex: ReferenceComplex, polygons: list[np.ndarray], component: int, cmap: Any) -> Any:
    """Shade each cell linearly between its corners, which for an affine map is exact."""
    points, values, triangles, start = [], [], [], 0
    for cell, polygon in zip(complex.cells, polygons):
        matrix, offset = cell.affine
        points.append(polygon)
        values.append(polygon @ [float(v) for v in matrix[component]] + float(offset[component]))
        triangles += [(start, start + k, start + k + 1) for k in range(1, len(polygon) - 1)]
        start += len(polygon)
    points, values = np.concatenate(points), np.concatenate(values)
    shown = ax.tripcolor(
        points[:, 0], points[:, 1], triangles, values, shading="gouraud", cmap=cmap or style.SEQUENTIAL
    )
    shown.set_rasterized(True)
    return shown
