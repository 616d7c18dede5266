"""Three histograms of the cells of a network: their sizes, their numbers of sides, their gradients."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from matplotlib.ticker import FormatStrFormatter, LogLocator, MaxNLocator, NullFormatter

from ..errors import ParameterError
from ..geometry.analysis.distribution import Distribution
from ..geometry.analysis.statistics import RegionStatistics
from ..geometry.polyhedral import PolyhedralComplex
from ..geometry.regions import regions
from . import legends, style
from ._complex_display import check_given

__all__ = ["StatisticsDisplay"]

FEW_BINS = 10


@dataclass(eq=False)
class StatisticsDisplay(style.Display):
    """Histograms of areas, numbers of sides and gradient norms; on an interval lengths and gradient norms.

    Parameters
    ----------
    statistics : RegionStatistics

    Attributes
    ----------
    axes_ : list of Axes
        Set by `plot`; `ax_` is the first of them.

    Examples
    --------
    >>> from leadlight import mlp
    >>> display = StatisticsDisplay.from_network(mlp(2, [16, 16], 1), [(-3, 3), (-3, 3)]).plot()
    >>> [axes.get_xlabel() for axes in display.axes_]
    ['area of a cell', 'sides of a cell', 'norm of the gradient']
    """

    statistics: RegionStatistics
    axes_: Any = field(init=False, default=None, repr=False)

    def __post_init__(self) -> None:
        check_given(type(self), self.statistics, RegionStatistics)

    @classmethod
    def from_network(cls, net: Any, domain: Any, **options: Any) -> StatisticsDisplay:
        """Find the cells with `leadlight.regions`, which takes the options."""
        return cls(regions(net, domain, **options).statistics())

    @classmethod
    def from_complex(cls, complex: Any) -> StatisticsDisplay:
        """Take the statistics of a complex."""
        check_given(cls, complex, PolyhedralComplex)
        return cls(complex.statistics())

    def plot(
        self,
        axes: Sequence[Any] | None = None,
        *,
        by: str = "cell",
        per_doubling: int | None = None,
        title: str | None = None,
    ) -> StatisticsDisplay:
        """Draw the histograms.

        Parameters
        ----------
        axes : three Axes, two on an interval; optional
        by : {"cell", "area"}
            Count each cell once, or as much as its area; numbers of sides are counted by cell always.
        per_doubling : {1, 2, 4, 8}, optional
            Bins to each doubling of an area or a norm. Default: as few as make ten bins.
        title : str, optional

        Returns
        -------
        self
        """
        found = self.statistics
        n = 2 if found.dim == 1 else 3
        if axes is None:
            self.figure_, grid = style.subplots(1, n, figsize=(3.0 * n, 2.7))
            axes = list(grid[0])
        elif len(axes) != n:
            raise ParameterError(f"StatisticsDisplay was given {len(axes)} axes; expected {n}.")
        self.axes_, self.ax_, self.figure_ = list(axes), axes[0], axes[0].get_figure()
        size = "length" if found.dim == 1 else "area"
        share = "cells" if by == "cell" else f"share of the {size}"
        self._logarithmic(axes[0], found.areas, by, per_doubling, f"{size} of a cell", share)
        self._logarithmic(axes[-1], found.gradients, by, per_doubling, "norm of the gradient", share)
        if n == 3:
            there = np.flatnonzero(found.sides)
            axes[1].bar(there, found.sides[there], color=style.CLASS_COLOURS[0], width=0.9)
            _dress(axes[1], "sides of a cell", "cells")
            axes[1].set_xlim(there.min() - 0.6, there.max() + 0.6)
            axes[1].xaxis.set_major_locator(MaxNLocator("auto", integer=True, min_n_ticks=1))
        if title is not None:
            self.figure_.suptitle(title)
        return self

    def _logarithmic(
        self, ax: Any, some: Distribution, by: str, per_doubling: int | None, name: str, share: str
    ) -> None:
        mass, edges = some.histogram(_per_doubling(some) if per_doubling is None else per_doubling, by)
        if by == "area":
            mass = mass / some.weight
        ax.stairs(mass, edges, fill=True, color=style.CLASS_COLOURS[0])
        median = float(some.quantile(0.5, by))
        if median > 0.0:  # else beyond a logarithmic axis
            ax.axvline(median, color=style.INK, linewidth=1.0, linestyle="--", label="median")
        ax.set_xscale("log")
        # Powers of 10 would say little on less than two decades.
        if edges[0] >= 1e-3 and edges[-1] <= 1e4 and edges[-1] / 64.0 <= edges[0]:
            ax.xaxis.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0)))
            ax.xaxis.set_major_formatter(FormatStrFormatter("%g"))
            ax.xaxis.set_minor_formatter(NullFormatter())
        _dress(ax, name, share)
        if some.n_zero:
            zero = f"{some.n_zero:,}" if by == "cell" else f"{some.zero_weight / some.weight:.3g}"
            ax.set_title(f"and {zero} where it is 0", fontsize=8)
        legends.legend(ax, loc="best", frameon=True, edgecolor="none")  # there may be bars everywhere


def _per_doubling(some: Distribution) -> int:
    """The least number that makes `FEW_BINS` of them, if any does."""
    return next((n for n in (1, 2, 4) if len(some.histogram(n)[0]) >= FEW_BINS), 8)


def _dress(ax: Any, name: str, count: str) -> None:
    ax.set_xlabel(name)
    ax.set_ylabel(count)
    ax.set_ylim(bottom=0)
    ax.grid(True, axis="y")
    ax.set_axisbelow(True)
    ax.spines[["top", "right"]].set_visible(False)
