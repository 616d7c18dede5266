"""A small matrix as coloured squares with its numbers in them: kernels, patches, filter responses."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import matplotlib
import numpy as np
from matplotlib.colors import Normalize
from matplotlib.patches import Rectangle

from ..errors import ShapeError
from . import legends, style

__all__ = ["MatrixDisplay"]


@dataclass(eq=False)
class MatrixDisplay(style.Display):
    """A matrix, row 0 at the top as it is written.

    Parameters
    ----------
    values : ndarray, shape (rows, columns)
    name : str
        What the values are, written beside the colour bar if there is one.

    Examples
    --------
    >>> display = MatrixDisplay([[-1, -1, -1], [2, 2, 2], [-1, -1, -1]]).plot()
    >>> [text.get_text() for text in display.ax_.texts][3:6]
    ['2', '2', '2']
    """

    values: np.ndarray
    name: str = "value"

    def __post_init__(self) -> None:
        self.values = np.asarray(self.values, dtype=np.float64)
        if self.values.ndim != 2:
            raise ShapeError(f"values had the shape {self.values.shape}; expected (rows, columns).")

    def plot(
        self,
        ax: Any = None,
        *,
        numbers: bool | None = None,
        fmt: str = "{:.3g}",
        cmap: Any = None,
        limits: tuple[float, float] | None = None,
        marks: np.ndarray | None = None,
        mark_colour: Any = "#d55e00",
        colourbar: bool = False,
        ticks: bool = True,
        title: str | None = None,
    ) -> MatrixDisplay:
        """Draw the matrix.

        Parameters
        ----------
        numbers : bool, optional
            Write the values in; by default if there are at most 12 rows and columns.
        fmt : str, default ``"{:.3g}"``
        cmap : colour map, optional
            Diverging about zero if values of both signs occur, else from white to black.
        limits : (low, high), optional
            The values at the ends of the colour map.
        marks : ndarray of bool, shape (rows, columns), optional
            Squares to frame.
        mark_colour : colour
        colourbar : bool, default False
        ticks : bool, default True
            Number the rows and columns.
        ax, title
            As of every `plots.Display`.

        Returns
        -------
        self
        """
        rows, columns = self.values.shape
        if marks is not None and np.shape(marks) != self.values.shape:
            raise ShapeError(f"marks had the shape {np.shape(marks)}; expected {self.values.shape}.")
        numbers = max(rows, columns) <= 12 if numbers is None else numbers
        low, high = float(self.values.min()), float(self.values.max())
        signed = low < 0 < high
        if limits is None:
            limits = (-max(-low, high), max(-low, high)) if signed else (min(low, 0.0), max(high, 0.0))
            limits = limits if limits[0] < limits[1] else (0.0, 1.0)
        colours = matplotlib.colormaps[cmap] if isinstance(cmap, str) else cmap
        colours = (
            colours or matplotlib.colormaps[style.DIVERGING if signed else "Greys" if high > 0 else "Greys_r"]
        )
        norm = Normalize(*limits, clip=True)
        figsize = (min(6.0, 0.45 * columns + 0.9), min(6.0, 0.45 * rows + 0.9))
        with style.drawing(self, ax, figsize=figsize, title=title) as ax:
            image = ax.imshow(self.values, cmap=colours, norm=norm, origin="upper", aspect="equal")
            # square borders, so that a white square is seen on a white page
            ax.set_xticks(np.arange(columns + 1) - 0.5, minor=True)
            ax.set_yticks(np.arange(rows + 1) - 0.5, minor=True)
            ax.grid(True, which="minor", color=style.GRID, linewidth=0.6)
            ax.tick_params(which="minor", length=0)
            ax.tick_params(which="major", length=0)
            if numbers:
                for (i, j), value in np.ndenumerate(self.values):
                    colour = style.readable_on(colours(norm(value))[:3])
                    ax.text(j, i, fmt.format(value), ha="center", va="center", color=colour, fontsize=8)
            if marks is not None:
                for i, j in np.argwhere(marks):
                    frame = Rectangle(
                        (j - 0.5, i - 0.5), 1, 1, fill=False, edgecolor=mark_colour, linewidth=1.6
                    )
                    ax.add_patch(frame)
            if ticks:
                step = 1 if max(rows, columns) <= 12 else 5
                ax.set_xticks(np.arange(0, columns, step))
                ax.set_yticks(np.arange(0, rows, step))
                ax.set_xlabel("column")
                ax.set_ylabel("row")
            else:
                ax.set_xticks([])
                ax.set_yticks([])
            if colourbar:
                legends.colour_bar(ax, image, self.name)
        return self
