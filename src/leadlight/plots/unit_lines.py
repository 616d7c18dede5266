"""The lines where the units of a first layer switch, over the data, with the side on which each is on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib import patheffects

from ..errors import ShapeError
from ..geometry.lines import clip_line, unit_lines
from . import legends, style
from .grid import box

__all__ = ["UnitLinesDisplay"]


@dataclass(eq=False)
class UnitLinesDisplay(style.Display):
    """Lines w1 x1 + w2 x2 + b = 0 in the plane.

    Parameters
    ----------
    lines : ndarray, shape (n_units, 3)
        Rows w1, w2, b.

    Examples
    --------
    >>> display = UnitLinesDisplay([[1.0, 0.0, -0.5], [1.0, 1.0, 0.0]]).plot(half_width=2)
    >>> [text.get_text() for text in display.ax_.texts]
    ['1', '2']
    """

    lines: np.ndarray

    def __post_init__(self) -> None:
        self.lines = np.asarray(self.lines, dtype=np.float64)
        if self.lines.ndim != 2 or self.lines.shape[1] != 3:
            raise ShapeError(f"lines had the shape {self.lines.shape}; expected (n_units, 3): w1, w2, b.")

    @classmethod
    def from_network(cls, net: Any) -> UnitLinesDisplay:
        """Take the units of the first layer of a network of two inputs."""
        return cls(unit_lines(net))

    def plot(
        self,
        ax: Any = None,
        *,
        half_width: float | None = None,
        domain: Sequence[Sequence[float]] | None = None,
        points: np.ndarray | None = None,
        labels: np.ndarray | None = None,
        class_names: Sequence[str] | None = None,
        sides: bool = True,
        numbers: bool = True,
        point_size: float = 5.0,
        title: str | None = None,
        names: Sequence[str] = ("$x_1$", "$x_2$"),
    ) -> UnitLinesDisplay:
        """Draw the lines.

        Parameters
        ----------
        half_width : float, optional
            Half the side of a square about the origin; or give `domain`; by default the data's box.
        domain : [(x0, x1), (y0, y1)], optional
        points, labels : ndarray, shapes (n, 2) and (n,), optional
            Data to draw beneath, and its classes.
        class_names : sequence of str, optional
        sides : bool, default True
            Shade a narrow strip on the side where the unit is on (its preactivation is above 0).
        numbers : bool, default True
            Number the units from 1 at the ends of their lines.
        point_size : float
        ax, title, names
            As of every `plots.Display`.

        Returns
        -------
        self
        """
        if half_width is None and domain is None:
            greatest = 1.0 if points is None or not len(points) else 1.15 * float(np.abs(points).max())
            half_width = greatest or 1.0
        extent = box(half_width, domain)
        domain = [extent[:2], extent[2:]]
        with style.drawing(self, ax, figsize=(4.4, 3.4), title=title) as ax:
            if points is not None:
                self._points(ax, np.asarray(points), labels, class_names, point_size)
            for number, line in enumerate(self.lines):
                ends = clip_line(line, domain)
                if ends is None:
                    continue
                halo = [patheffects.withStroke(linewidth=3.0, foreground="#ffffff", alpha=0.6)]
                ax.plot(
                    *ends.T, color=style.BLACK, linewidth=1.5, zorder=3, path_effects=halo
                )  # on map or page
                if sides:
                    width = 0.022 * min(extent[1] - extent[0], extent[3] - extent[2])
                    shift = line[:2] / np.hypot(*line[:2]) * width
                    strip = np.concatenate([ends, ends[::-1] + shift])
                    ax.fill(*strip.T, color=style.MUTED, alpha=0.45, linewidth=0, zorder=2.5)
                if numbers:
                    at = ends[1] + 0.06 * (ends[0] - ends[1])
                    ax.text(
                        *at, str(number + 1), ha="center", va="center", fontsize=8, zorder=4, color=style.BLACK,
                        bbox={"boxstyle": "circle,pad=0.2", "facecolor": "#ffffff", "edgecolor": style.BLACK},
                    )  # fmt: skip
            style.label_plane(ax, extent, names)
            if points is not None and labels is not None:
                legends.legend_beside(ax, handletextpad=0.2, markerscale=2.0)
        return self

    @staticmethod
    def _points(
        ax: Any, points: np.ndarray, labels: Any, class_names: Sequence[str] | None, size: float
    ) -> None:
        labels = np.zeros(len(points), dtype=np.int64) if labels is None else np.asarray(labels).reshape(-1)
        if points.ndim != 2 or points.shape[1] != 2 or len(labels) != len(points):
            raise ShapeError(
                f"points had the shape {points.shape} with {len(labels)} labels; expected (n, 2), n."
            )
        classes = np.unique(labels.astype(np.int64))
        colours = style.class_colours(int(classes.max(initial=0)) + 1)
        for c in classes:
            chosen = points[labels == c]
            name = class_names[c] if class_names is not None else f"class {c}"
            ax.scatter(
                *chosen.T, s=size, color=colours[c], alpha=0.8, linewidths=0, label=name,
                rasterized=len(points) > 500, zorder=1,
            )  # fmt: skip
