"""Level sets of a network in the plane, exactly: contour lines with their true corners."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from matplotlib.cm import ScalarMappable
from matplotlib.colors import ListedColormap, Normalize

from ..errors import ParameterError
from ..geometry.boundaries.level_sets import LevelSet
from ..geometry.polyhedral import PolyhedralComplex
from ..geometry.regions import regions
from . import legends, style
from ._complex_display import ComplexDisplay, check_given, plane
from ._outlines import crease_lines, polylines
from .colours import check_output, corner_outputs, ramp

__all__ = ["LevelSetDisplay"]

MOST_NAMED = 12  # levels with their value beside the colour bar


@dataclass(eq=False)
class LevelSetDisplay(ComplexDisplay):
    """Contour lines of one output of a network.

    Parameters
    ----------
    complex : PolyhedralComplex
        Two-dimensional.
    values : sequence of float
        The levels, ascending.
    level_sets : list of LevelSet
        One for each.

    Examples
    --------
    >>> from leadlight import mlp
    >>> display = LevelSetDisplay.from_network(mlp(2, [8], 1), [(-1, 1), (-1, 1)], values=4).plot()
    >>> len(display.level_sets)
    4
    """

    values: Sequence[float]
    level_sets: list[LevelSet]

    @classmethod
    def from_network(
        cls, net: Any, domain: Any, values: int | Sequence[float] = 8, output: int = 0, **options: Any
    ) -> Self:
        """Find the cells with `leadlight.regions`, which takes the options; see `from_complex`."""
        return cls.from_complex(regions(net, domain, **options), values, output)

    @classmethod
    def from_complex(
        cls, complex: PolyhedralComplex, values: int | Sequence[float] = 8, output: int = 0
    ) -> Self:
        """Find level sets, one enumeration each.

        Parameters
        ----------
        complex : PolyhedralComplex
        values : int or sequence of float
            How many levels, equally far apart between the output's extrema (none where it is constant), or which.
        output : int
        """
        check_given(cls, complex, PolyhedralComplex)
        check_output(complex, output)
        if isinstance(values, int | np.integer):
            levels = _between(corner_outputs(complex, output), values)
        else:
            levels = sorted(map(float, values))
        return cls(complex, levels, [complex.level_set(value, output) for value in levels])

    def plot(
        self,
        ax: Any = None,
        *,
        edges: bool = True,
        colourbar: bool = True,
        title: str | None = None,
        names: Sequence[str] | None = None,
    ) -> Self:
        """Draw the lines.

        Parameters
        ----------
        edges : bool, default True
            Draw the borders of the cells too, pale: where the lines bend.
        colourbar : bool, default True
            Name the levels; a single one in a legend.
        ax, title, names
            As of every `plots.Display`.

        Returns
        -------
        self
        """
        cx, values = self.complex, np.asarray(self.values, dtype=np.float64)
        # The scale's brightest end would be lost on white, its darkest on black.
        shades = ramp("viridis")[np.linspace(45, 230, len(values)).astype(int)] / 255
        with plane(self, ax, cx, title=title, names=names, beside=0.5 * colourbar) as ax:
            if edges:
                crease_lines(ax, cx, cx.edges.interior, style.GRID, 0.6)
            for shade, found in zip(shades, self.level_sets):
                polylines(ax, found.polylines, colors=[shade])
            if colourbar and len(values) == 1:
                ax.plot([], [], color=shades[0], label=f"output = {_written(values)[0]}")
                legends.legend_beside(ax)
            elif colourbar and len(values):
                scale = ScalarMappable(Normalize(-0.5, len(values) - 0.5), ListedColormap(shades))
                named = np.arange(0, len(values), -(-len(values) // MOST_NAMED))
                legends.colour_bar(ax, scale, "output").set_ticks(named, labels=_written(values)[named])
        return self


def _between(reached: np.ndarray, n: int) -> list[float]:
    """n levels between the least and the greatest number; none where these are equal up to rounding."""
    if isinstance(n, bool) or n < 0:
        raise ParameterError(f"values must be a number of levels, or the levels themselves, not {n!r}.")
    low, high = float(reached.min()), float(reached.max())
    if not math.isfinite(high - low):
        raise ParameterError(
            "The output leaves the range of float64 on this domain: say which levels to draw."
        )
    if high - low <= 2.0**-40 * max(abs(low), abs(high)):
        return []
    return np.linspace(low, high, n + 2)[1:-1].tolist()


def _written(values: np.ndarray) -> np.ndarray:
    """The levels in digits enough to tell them apart, as many after the point for all."""
    gaps = np.diff(np.unique(values))
    least = float(gaps.min()) if len(gaps) else abs(float(values[0]))
    decimals = next((d for d in range(6) if np.abs(np.round(values, d) - values).max() <= 0.05 * least), None)
    form = ".4g" if decimals is None or np.abs(values).max() >= 1e5 else f".{decimals}f"
    return np.array([f"{value:{form}}".replace("-", "−") for value in values])
