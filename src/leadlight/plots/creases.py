"""The creases of a network in the plane, each in the colour of the layer that makes it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np

from ..errors import ParameterError
from ..geometry.polyhedral import PolyhedralComplex
from . import legends, style
from ._complex_display import ComplexDisplay, plane
from ._outlines import MANY, crease_lines
from .colours import layer_colours, layer_names

__all__ = ["CreaseDisplay", "draw_bends", "draw_creases"]


@dataclass(eq=False)
class CreaseDisplay(ComplexDisplay):
    """The creases: where units change their piece. Those of the first layer are straight, deeper ones bend.

    Parameters
    ----------
    complex : PolyhedralComplex
        Two-dimensional.

    Examples
    --------
    >>> from leadlight import mlp
    >>> display = CreaseDisplay.from_network(mlp(2, [8, 8], 1), [(-1, 1), (-1, 1)]).plot()
    >>> [text.get_text() for text in display.figure_.legends[0].get_texts()]
    ['layer 1', 'layer 2']
    """

    def plot(
        self,
        ax: Any = None,
        *,
        unit: tuple[int, int] | None = None,
        bends: bool = False,
        legend: bool = True,
        title: str | None = None,
        names: Sequence[str] | None = None,
    ) -> Self:
        """Draw the creases.

        Parameters
        ----------
        unit : (layer, unit), optional
            Draw the crease of one unit thick and the others pale; both are counted from 0.
        bends : bool
            Mark where creases of deeper layers bend, or that unit's.
        ax, legend, title, names
            As of every `plots.Display`.

        Returns
        -------
        self

        Raises
        ------
        ParameterError
            There is no such unit.
        """
        cx = self.complex
        widths = cx.network.widths
        if unit is not None and not (0 <= unit[0] < len(widths) and 0 <= unit[1] < widths[unit[0]]):
            raise ParameterError(f"There is no unit {unit!r}: the hidden layers have {list(widths)} units.")
        with plane(self, ax, cx, title=title, names=names, beside=0.7 * legend) as ax:
            if unit is None:
                draw_creases(ax, cx)
            else:
                found = cx.creases(*unit)  # of this unit, where earlier ones coincide too
                mine = np.concatenate([np.empty(0, np.int64), *(e for crease in found for e in crease.edges)])
                crease_lines(ax, cx, np.setdiff1d(cx.edges.interior, mine), style.GRID, 0.7)
                shade = layer_colours(cx.network.depth)[unit[0]] / 255
                label = f"layer {unit[0] + 1}, unit {unit[1] + 1}"
                crease_lines(ax, cx, np.unique(mine), shade, 2.0, label)
            if bends:
                draw_bends(ax, cx, unit)
            if legend:
                legends.legend_beside(ax)
        return self


def draw_creases(ax: Any, cx: PolyhedralComplex) -> None:
    """Draw all creases, the first layer's on top, and label them for a legend."""
    chosen = cx.edges.interior
    layers = cx.edges.layer[chosen]
    width = 1.3 if len(chosen) < 500 else 0.8 if len(chosen) < 5000 else 0.3
    shades = layer_colours(cx.network.depth) / 255
    for layer, name in layer_names(np.unique(layers).tolist()).items():
        mine = chosen[layers == layer]
        crease_lines(ax, cx, mine, shades[layer], width, name, zorder=3 - layer / len(cx.network.widths))


def draw_bends(ax: Any, cx: PolyhedralComplex, unit: tuple[int, int] | None = None) -> None:
    """Mark where creases bend, or those of one unit, and label the marks for a legend."""
    found = np.unique(
        [bend.vertex for crease in cx.creases(*unit or ()) for part in crease.bends for bend in part]
    ).astype(np.int64)
    if len(found):
        ax.scatter(
            *cx.vertices[found].T, s=16 if len(found) < 500 else 3, facecolors="#ffffff",
            edgecolors=style.BLACK, linewidths=0.8 if len(found) < 500 else 0.3, zorder=3.5, label="bend",
            rasterized=len(found) > MANY,
        )  # fmt: skip
