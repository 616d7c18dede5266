"""A scalar field on the plane as an image, with contour lines on request."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..errors import ParameterError, ShapeError
from . import legends, style
from .grid import Extent, box, evaluate

__all__ = ["FieldDisplay"]


@dataclass(eq=False)
class FieldDisplay(style.Display):
    """A function of the plane as an image.

    Parameters
    ----------
    values : ndarray, shape (rows, columns)
        The values at the pixel centres, row 0 at the bottom.
    extent : (x0, x1, y0, y1)
        The outer edges of the image.
    name : str
        What the values are, written beside the colour bar.

    Examples
    --------
    >>> display = FieldDisplay.from_function(lambda X: X[:, 0] - X[:, 1], 1, resolution=4).plot()
    >>> display.values[0]
    array([0. , 0.5, 1. , 1.5])
    """

    values: np.ndarray
    extent: Extent
    name: str = "value"

    def __post_init__(self) -> None:
        self.values = np.asarray(self.values, dtype=np.float64)
        if self.values.ndim != 2:
            raise ShapeError(f"values had the shape {self.values.shape}; expected (rows, columns).")

    @classmethod
    def from_function(
        cls,
        function: Callable[[np.ndarray], Any],
        half_width: float | None = None,
        resolution: int = 500,
        *,
        domain: Sequence[Sequence[float]] | None = None,
        component: int = 0,
        name: str = "value",
    ) -> FieldDisplay:
        """Evaluate a function, or a network, on a square about the origin or on a box.

        Parameters
        ----------
        function : callable
            Takes (n, 2), gives (n,) or (n, k).
        half_width : float
            Half the side of a square about the origin; or give `domain`.
        resolution : int, default 500
            Pixels a side.
        domain : [(x0, x1), (y0, y1)], optional
        component : int, default 0
            Which of the k outputs to show.
        name : str
        """
        extent = box(half_width, domain)
        values = evaluate(function, extent, resolution)
        if values.ndim == 3:
            if not 0 <= component < values.shape[2]:
                raise ParameterError(
                    f"component was {component}; the function has {values.shape[2]} outputs, counted from 0."
                )
            values = values[..., component]
        return cls(values, extent, name)

    def plot(
        self,
        ax: Any = None,
        *,
        cmap: Any = style.SEQUENTIAL,
        symmetric: bool = False,
        limits: tuple[float, float] | None = None,
        contours: int | Sequence[float] | None = None,
        contour_labels: bool = False,
        colourbar: bool = True,
        title: str | None = None,
        names: Sequence[str] = ("$x_1$", "$x_2$"),
    ) -> FieldDisplay:
        """Draw the image.

        Parameters
        ----------
        cmap : colour map, default `style.SEQUENTIAL`
        symmetric : bool
            Centre the colours on zero (and use `style.DIVERGING` unless `cmap` says otherwise).
        limits : (low, high), optional
            The values at the two ends of the colour map.
        contours : int or sequence of float, optional
            How many contour lines, or their levels.
        contour_labels : bool
        ax, colourbar, title, names
            As of every `plots.Display`.

        Returns
        -------
        self
        """
        low, high = limits or _range(self.values)
        if symmetric:
            high = max(abs(low), abs(high))
            low = -high
            cmap = style.DIVERGING if cmap == style.SEQUENTIAL else cmap
        with style.drawing(self, ax, title=title) as ax:
            image = ax.imshow(
                self.values,
                extent=self.extent,
                origin="lower",
                cmap=cmap,
                vmin=low,
                vmax=high,
                aspect="equal",
            )
            image.set_rasterized(True)
            if contours is not None and self.values.min() < self.values.max():
                _contours(ax, self, contours, contour_labels)
            style.label_plane(ax, self.extent, names)
            if colourbar:
                legends.colour_bar(ax, image, self.name)
        return self


def _range(values: np.ndarray) -> tuple[float, float]:
    finite = values[np.isfinite(values)]
    if not len(finite):
        return 0.0, 1.0
    low, high = float(finite.min()), float(finite.max())
    return (low, high) if low < high else (low - 0.5, high + 0.5)  # a constant map gets the middle colour


def _contours(ax: Any, display: FieldDisplay, levels: int | Sequence[float], labels: bool) -> None:
    rows, columns = display.values.shape
    x0, x1, y0, y1 = display.extent
    x = x0 + (x1 - x0) * (np.arange(columns) + 0.5) / columns
    y = y0 + (y1 - y0) * (np.arange(rows) + 0.5) / rows
    if not isinstance(levels, int):
        low, high = np.nanmin(display.values), np.nanmax(display.values)
        levels = sorted(float(v) for v in levels if low <= v <= high)
        if not levels:
            return
    lines = ax.contour(x, y, display.values, levels=levels, colors=style.BLACK, linewidths=0.7, alpha=0.75)
    if labels:
        ax.clabel(lines, fontsize=7, colors=style.BLACK)
