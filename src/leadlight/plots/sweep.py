"""A metric against a swept value: one point a seed, the median, and the interquartile range."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..errors import ShapeError
from . import legends, style

__all__ = ["SweepDisplay"]

ROOM = 0.5  # of the least distance between two values, for the points of all series at one value
LEVELS = 60  # points within a sixtieth of the range would lie on one another
ABREAST = 12  # points of a level that stand side by side before they crowd


@dataclass(eq=False)
class SweepDisplay(style.Display):
    """Results of a sweep over one value, several seeds each.

    Parameters
    ----------
    values : sequence of float or str, length k
        The swept value; strings are put at equal distances.
    metrics : array-like, shape (k, n_seeds), or mapping of str to such
        One row a value (rows may differ in length); a mapping draws several series. NaN is left out.
    xlabel, ylabel : str

    Examples
    --------
    >>> display = SweepDisplay([1, 10, 100], [[0.5, 0.6], [0.8, 0.9], [0.9, 0.9]], xlabel="width").plot()
    >>> display.ax_.get_xscale()
    'log'
    """

    values: Sequence[Any]
    metrics: Any
    xlabel: str = "value"
    ylabel: str = "metric"

    def __post_init__(self) -> None:
        series = self.metrics if isinstance(self.metrics, Mapping) else {"": self.metrics}
        self.values = list(self.values)
        self.metrics = {
            str(name): [np.asarray(row, dtype=np.float64).reshape(-1) for row in rows]
            for name, rows in series.items()
        }
        for name, rows in self.metrics.items():
            if len(rows) != len(self.values):
                raise ShapeError(
                    f"The series {name!r} has {len(rows)} rows for {len(self.values)} values; give one each."
                )

    def plot(
        self,
        ax: Any = None,
        *,
        log_x: bool = True,
        log_y: bool = False,
        points: bool = True,
        marks: Mapping[str, float] | None = None,
        levels: Mapping[str, float] | None = None,
        colours: Mapping[str, Any] | None = None,
        legend: bool = True,
        title: str | None = None,
    ) -> SweepDisplay:
        """Draw the sweep.

        Parameters
        ----------
        log_x, log_y : bool
            Logarithmic axes; the value's is so by default (not for strings or values of zero or less).
        points : bool, default True
            Draw each seed as a small point, side by side where several have about the same value.
        marks : mapping of str to float, optional
            Named vertical lines, such as a theoretical optimum.
        levels : mapping of str to float, optional
            Named horizontal lines, such as chance.
        colours : mapping of series to colour, optional
        ax, legend, title
            As of every `plots.Display`.

        Returns
        -------
        self
        """
        named = any(isinstance(v, str) for v in self.values)
        x = np.arange(len(self.values), dtype=float) if named else np.asarray(self.values, dtype=np.float64)
        log_x = log_x and not named and bool((x > 0).all())
        palette = style.class_colours(max(1, len(self.metrics)))
        finite = [row[np.isfinite(row)] for rows in self.metrics.values() for row in rows]
        with style.drawing(self, ax, figsize=(5.0, 3.2), title=title) as ax:
            for number, (name, rows) in enumerate(self.metrics.items()):
                colour = (colours or {}).get(name, palette[number])
                place = _beside(x, number, len(self.metrics), log_x)
                room = ROOM * _least_gap(x, log_x) / len(self.metrics)
                rows = [row[np.isfinite(row)] for row in rows]
                low, middle, high = np.column_stack(
                    [np.percentile(r, [25, 50, 75]) if len(r) else np.full(3, np.nan) for r in rows]
                )
                if points:
                    away = np.concatenate(_swarm(rows, np.concatenate(finite), log_y)) * room
                    centre = np.repeat(place, [len(r) for r in rows])
                    px = centre * np.exp(away) if log_x else centre + away
                    ax.scatter(px, np.concatenate(rows), s=9, color=colour, alpha=0.4, linewidths=0)
                ax.vlines(place, low, high, color=colour, linewidth=2.6, alpha=0.8)
                ax.plot(
                    place, middle, "o-", color=colour, markersize=5.5, markeredgecolor="white",
                    markeredgewidth=0.7, label=name or "median",
                )  # fmt: skip
            # guide lines differ by dash as well as by name, since all are drawn in the neutral ink
            for (name, value), dash in zip((marks or {}).items(), ("--", ":", "-.", (0, (1, 3))) * 9):
                ax.axvline(value, color=style.INK, linestyle=dash, linewidth=1.0, label=name)
            for (name, value), dash in zip(
                (levels or {}).items(), ((0, (5, 4)), (0, (1, 2)), (0, (6, 2, 1, 2))) * 9
            ):
                ax.axhline(value, color=style.MUTED, linestyle=dash, linewidth=1.0, label=name)
            if log_x:
                ax.set_xscale("log")
                if len(x) <= 10:
                    ax.set_xticks(x, [f"{v:g}" for v in x])
                    ax.minorticks_off()
            elif named:
                ax.set_xticks(x, [str(v) for v in self.values])
            if log_y:
                ax.set_yscale("log")
            ax.set_xlabel(self.xlabel)
            ax.set_ylabel(self.ylabel)
            ax.grid(True)
            ax.set_axisbelow(True)
            ax.spines[["top", "right"]].set_visible(False)
            if legend and (len(self.metrics) > 1 or marks or levels):
                legends.legend(ax)
        return self


def _least_gap(x: np.ndarray, log_x: bool) -> float:
    gaps = np.diff(np.unique(np.log(x) if log_x else x))
    return float(gaps.min()) if len(gaps) else 1.0


def _beside(x: np.ndarray, number: int, n: int, log_x: bool) -> np.ndarray:
    """Shift series a little so that their bars stand beside one another, not on one another."""
    if n == 1 or len(x) == 0:
        return x
    away = (number - (n - 1) / 2) * ROOM / n * _least_gap(x, log_x)
    return x * np.exp(away) if log_x else x + away


def _swarm(rows: Sequence[np.ndarray], everything: np.ndarray, log_y: bool) -> list[np.ndarray]:
    """How far aside to put each point, within -1/2 to 1/2, so that equal values lie side by side.

    Values are counted in `LEVELS` bins over the range of `everything`; those of one bin stand at 0, 1, -1, 2, ...
    steps from the middle. A step is 1 / `ABREAST`, or less where a bin holds more points than that.
    """
    scaled = [np.log(np.maximum(row, np.finfo(float).tiny)) if log_y else row for row in (*rows, everything)]
    *scaled, whole = scaled
    low, span = (whole.min(), np.ptp(whole) or 1.0) if len(whole) else (0.0, 1.0)
    aside = []
    for row in scaled:
        bins = np.round((row - low) / span * LEVELS).astype(np.int64)
        order = np.lexsort((row, bins))
        counts = np.bincount(bins, minlength=LEVELS + 1)
        rank = np.empty(len(row), dtype=np.int64)
        rank[order] = np.arange(len(row)) - np.repeat(np.cumsum(counts) - counts, counts)
        steps = (rank + 1) // 2 * np.where(rank % 2, 1, -1)
        aside.append(steps / np.maximum(ABREAST, counts[bins]))
    return aside
