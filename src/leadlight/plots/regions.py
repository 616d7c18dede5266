"""The exact cells of a network in the plane, coloured by what they are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from matplotlib.cm import ScalarMappable
from matplotlib.colors import ListedColormap, LogNorm, Normalize

from ..geometry.polyhedral import PolyhedralComplex
from . import legends, style
from ._complex_display import ComplexDisplay, plane
from ._outlines import crease_lines, fill_groups
from .colours import LEVELS, CellColours, cell_colours, corner_outputs
from .creases import draw_bends, draw_creases

__all__ = ["RegionsDisplay"]


@dataclass(eq=False)
class RegionsDisplay(ComplexDisplay):
    """The cells of a complex, 100,000 in half a second.

    Parameters
    ----------
    complex : PolyhedralComplex
        Two-dimensional.

    Examples
    --------
    >>> from leadlight import mlp
    >>> display = RegionsDisplay.from_network(mlp(2, [8], 1), [(-1, 1), (-1, 1)]).plot(colour="slope")
    >>> [bar.get_ylabel() for bar in display.ax_.child_axes]
    ['length of the gradient']
    """

    def plot(
        self,
        ax: Any = None,
        *,
        colour: str = "pattern",
        output: int = 0,
        limits: tuple[float, float] | None = None,
        edges: bool | None = None,
        creases: bool = False,
        bends: bool = False,
        colourbar: bool = True,
        legend: bool = True,
        title: str | None = None,
        names: Sequence[str] | None = None,
    ) -> Self:
        """Draw the cells.

        Parameters
        ----------
        colour : str, default "pattern"
            ``"pattern"`` and ``"linear_region"`` (the colours only tell apart), ``"output"`` (shaded exactly),
            ``"slope"`` (length of the gradient), ``"direction"`` (of the gradient) or ``"area"``.
        output : int, default 0
            The output that those are about.
        limits : (low, high), optional
            Values of the first and the last colour (for ``"area"`` logarithms to base 10), to compare pictures.
            Default: the extremes on these cells.
        edges : bool, optional
            Draw the borders of the cells. Default: up to 20,000 cells, finer the more there are.
        creases : bool
            Draw each border in the colour of the layer that makes it.
        bends : bool
            Mark where creases of deeper layers bend.
        ax, colourbar, legend, title, names
            As of every `plots.Display`.

        Returns
        -------
        self

        Raises
        ------
        ParameterError
            No such colouring or output.
        """
        cx = self.complex
        colours = cell_colours(cx, colour, output, pale=creases, limits=limits)
        with_bar = colourbar and colours.values is not None
        with_legend = legend and (creases or bends)
        beside = 0.5 * with_bar + 0.7 * with_legend
        with plane(self, ax, cx, title=title, names=names, beside=beside) as ax:
            if colour == "output":
                _shade(ax, cx, colours, output)
            else:
                fill_groups(ax, cx, colours.index, colours.table / 255)
            if creases:
                draw_creases(ax, cx)
            elif edges or (edges is None and len(cx) <= 20_000):
                width = 0.5 if len(cx) < 500 else 0.25 if len(cx) < 5000 else 0.1
                crease_lines(ax, cx, cx.edges.interior, style.BLACK, width)
            if bends:
                draw_bends(ax, cx)
            if with_bar:
                _colour_bar(ax, colours, colour)
            if with_legend:
                legends.legend_beside(ax)
        return self


def _shade(ax: Any, cx: PolyhedralComplex, colours: CellColours, output: int) -> None:
    """Shade each cell linearly between its corners, which for an affine map is exact."""
    counts = cx.n_corners
    corners, values = cx.vertices[cx.cell_vertices], corner_outputs(cx, output)
    fans = counts - 2
    first = np.repeat(cx.cell_starts[:-1], fans)
    number = np.arange(fans.sum()) - np.repeat(np.cumsum(fans) - fans, fans)
    triangles = np.stack([first, first + number + 1, first + number + 2], axis=1)
    scale = {"cmap": ListedColormap(colours.table[:LEVELS] / 255), "norm": Normalize(*colours.limits)}
    shown = ax.tripcolor(corners[:, 0], corners[:, 1], triangles, values, shading="gouraud", **scale)
    shown.set_rasterized(True)


def _colour_bar(ax: Any, colours: CellColours, colour: str) -> None:
    scale, label = Normalize(*colours.limits), colours.label
    if colour == "area" and 0.0 < 10.0 ** colours.limits[0] < 10.0 ** colours.limits[1] < np.inf:
        scale, label = LogNorm(*(10.0**end for end in colours.limits)), label.removesuffix(" (log10)")
    bar = legends.colour_bar(ax, ScalarMappable(scale, ListedColormap(colours.table[:LEVELS] / 255)), label)
    if colour == "direction":
        quarter = np.pi / 2 * np.arange(-2, 3)
        bar.set_ticks(quarter, labels=["−180°", "−90°", "0°", "90°", "180°"])
