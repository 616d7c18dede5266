"""A network on an interval, exactly: its graph in pieces, and the layer that each breakpoint comes from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Self

import numpy as np

from ..geometry.analysis.step_values import values_on_faces
from ..geometry.exact.cell_forms import rounded
from . import legends, style
from ._complex_display import ComplexDisplay, names_of
from .colours import check_output, corner_outputs, layer_colours, layer_names

__all__ = ["GraphDisplay"]


@dataclass(eq=False)
class GraphDisplay(ComplexDisplay):
    """The graph of one output over an interval, or a line through input space.

    Parameters
    ----------
    complex : PolyhedralComplex
        One-dimensional.

    Examples
    --------
    >>> from leadlight import mlp
    >>> display = GraphDisplay.from_network(mlp(1, [8, 8], 1), (-2, 2)).plot()
    >>> display.ax_.get_xlabel(), len(display.complex.breakpoints) > 0
    ('$x$', True)
    """

    _dim: ClassVar[int] = 1

    def plot(
        self,
        ax: Any = None,
        *,
        output: int = 0,
        breakpoints: bool = True,
        legend: bool = True,
        title: str | None = None,
        names: Sequence[str] | None = None,
    ) -> Self:
        """Draw the graph.

        Parameters
        ----------
        output : int, default 0
        breakpoints : bool, default True
            Mark where two cells meet, at the network's value there, in the colour of the layer that makes it.
        ax, legend, title, names
            As of every `plots.Display`.

        Returns
        -------
        self
        """
        cx = self.complex
        check_output(cx, output)
        ends = cx.vertices[cx.cell_vertices].reshape(-1, 2)
        heights = corner_outputs(cx, output).reshape(-1, 2)
        # A gap between two pieces keeps a jump from being drawn as a slope.
        jumps = ~np.isclose(heights[1:, 0], heights[:-1, 1], rtol=1e-9, atol=1e-9 * np.ptp(heights))
        x, y = ends.ravel(), heights.ravel()
        cuts = 2 * np.flatnonzero(jumps) + 2
        with style.drawing(self, ax, figsize=(6.4, 3.2), title=title) as ax:
            ax.plot(np.insert(x, cuts, np.nan), np.insert(y, cuts, np.nan), color=style.CLASS_COLOURS[0])
            if breakpoints:
                own = heights[:-1, 1]
                if not cx.is_continuous:  # at a jump the network has a value of its own
                    met = cx.edges.vertices[cx.edges.interior, 0]
                    own = np.array([rounded(value) for value in values_on_faces(cx, output)[1][met]])
                layers = cx.edges.layer[cx.edges.interior]
                shades = layer_colours(cx.network.depth) / 255
                for layer, name in layer_names(np.unique(layers).tolist()).items():
                    mine = np.flatnonzero(layers == layer)
                    at = {"s": 14 if len(layers) < 100 else 4, "color": [shades[layer]], "zorder": 3}
                    ax.scatter(ends[mine, 1], own[mine], label=name, **at)
            ax.set_xlim(*cx.domain.bounds[0])
            across, up = names_of(cx, names)
            ax.set_xlabel(across)
            ax.set_ylabel(up)
            ax.spines[["top", "right"]].set_visible(False)
            if legend and len(cx) > 1 and breakpoints:
                legends.legend_beside(ax, title="breakpoint of")
        return self
