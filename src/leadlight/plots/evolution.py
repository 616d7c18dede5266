"""Counts, lengths and areas of the cells against the step of a training."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import matplotlib
import numpy as np

from ..errors import ParameterError, ShapeError
from ..geometry.through_training.evolution import Evolution
from . import legends, style
from .colours import layer_colours, layer_names

__all__ = ["EvolutionDisplay"]

PANELS = ("counts", "creases", "boundary", "areas")


@dataclass(eq=False)
class EvolutionDisplay(style.Display):
    """The rows of an `Evolution` as curves: a panel each for counts, creases, decision boundary and areas.

    Parameters
    ----------
    evolution : Evolution

    Attributes
    ----------
    axes_ : list of Axes
        One for each panel.
    ax_, figure_ : Axes, Figure
        The first of them, and their figure. Set by `plot`.

    Examples
    --------
    >>> import leadlight as ll
    >>> found = ll.evolution([ll.mlp(2, [8], 1, seed=seed) for seed in range(3)], [(-1, 1), (-1, 1)])
    >>> [ax.get_ylabel() for ax in found.plot().axes_]
    ['number', 'length of the creases', 'length of the boundary']
    """

    evolution: Evolution
    axes_: Any = field(init=False, default=None, repr=False)

    def plot(
        self,
        ax: Any = None,
        *,
        panels: str | Sequence[str] | None = None,
        log_x: bool = False,
        log_y: bool = False,
        legend: bool = True,
        title: str | None = None,
    ) -> EvolutionDisplay:
        """Draw the curves.

        Parameters
        ----------
        ax : Axes or sequence of Axes, optional
            One for each panel.
        panels : str or sequence of str, optional
            Some of ``"counts"``, ``"creases"``, ``"boundary"`` and ``"areas"``. Default: of the first three those
            that were measured; counts alone if one `ax` is given.
        log_x, log_y : bool
            Logarithmic axes. Areas always are.
        legend, title
            As of every `plots.Display`.

        Returns
        -------
        self

        Raises
        ------
        ParameterError, ShapeError
            No such panel, or nothing to draw on it; another number of axes than panels.
        """
        names = self._panels(panels, ax)
        axes, figure = _axes(ax, len(names))
        self.axes_, self.ax_, self.figure_ = axes, axes[0], figure
        with matplotlib.rc_context(style.rc()):
            for name, panel in zip(names, axes):
                getattr(self, f"_draw_{name}")(panel)
                if log_x:
                    panel.set_xscale("symlog" if (self.evolution.steps <= 0).any() else "log")
                heights = np.concatenate([line.get_ydata() for line in panel.get_lines()])
                if (log_y or name == "areas") and (heights > 0).any():
                    panel.set_yscale("log")
                else:
                    panel.set_ylim(bottom=0)
                    whole = name == "counts" or self.evolution.domain.dim == 1
                    panel.yaxis.get_major_locator().set_params(integer=whole)
                panel.grid(True, which="major")
                panel.set_axisbelow(True)
                panel.spines[["top", "right"]].set_visible(False)
                if legend:
                    legends.legend(panel, loc="upper left", bbox_to_anchor=(1.0, 1.0))
            axes[-1].set_xlabel("step")
            if title is not None:
                axes[0].set_title(title)
        return self

    def _panels(self, given: Any, ax: Any) -> list[str]:
        found = self.evolution
        there = {
            "counts": bool((found.n_cells >= 0).any()),
            "creases": bool(np.isfinite(found.crease_length).any()),
            "boundary": bool(np.isfinite(found.boundary_length).any()),
            "areas": bool(np.isfinite(found.area_median).any()),
        }
        if given is None:
            one = ax is not None and not isinstance(ax, Sequence | np.ndarray)
            given = ["counts", *(name for name in ("creases", "boundary") if there[name] and not one)]
        names = [given] if isinstance(given, str) else list(given)
        for name in names:
            if name not in PANELS:
                raise ParameterError(f"The panel was {name!r}; expected some of {', '.join(PANELS)}.")
            if not there[name]:
                raise ParameterError(f"There are no {name} to draw: this Evolution did not measure them.")
        return names

    def _draw_counts(self, ax: Any) -> None:
        found = self.evolution
        depth = found.layer_counts.shape[1]
        shades = layer_colours(depth) / 255
        for layer, name in layer_names(range(depth - 1), "cells up to layer {}").items():
            counts = _known(found.layer_counts[:, layer])
            ax.plot(found.steps, counts, color=shades[layer], lw=1.0, label=name)
        ax.plot(found.steps, _known(found.n_cells), "o-", ms=3, color=style.CLASS_COLOURS[0], label="cells")
        doubtful = (found.n_cells >= 0) & ~found.proven
        if doubtful.any():
            ax.plot(
                found.steps[doubtful], found.n_cells[doubtful], "o", ms=6, mfc="none",
                color=style.INK, label="not proven",
            )  # fmt: skip
        if (found.n_linear_regions >= 0).any():
            ax.plot(
                found.steps, _known(found.n_linear_regions), "s--", ms=3,
                color=style.CLASS_COLOURS[1], label="linear regions",
            )  # fmt: skip
        ax.set_ylabel("number")

    def _draw_creases(self, ax: Any) -> None:
        found = self.evolution
        depth = found.crease_lengths.shape[1]
        shades = layer_colours(depth) / 255
        for layer, name in layer_names(range(depth) if depth > 1 else (), "of layer {}").items():
            ax.plot(found.steps, found.crease_lengths[:, layer], color=shades[layer], lw=1.0, label=name)
        ax.plot(found.steps, found.crease_length, "o-", ms=3, color=style.CLASS_COLOURS[0], label="creases")
        ax.set_ylabel(self._length_of("creases"))

    def _draw_boundary(self, ax: Any) -> None:
        found = self.evolution
        colour = style.CLASS_COLOURS[2]
        ax.plot(found.steps, found.boundary_length, "o-", ms=3, color=colour, label="decision boundary")
        ax.set_ylabel(self._length_of("boundary"))

    def _length_of(self, what: str) -> str:
        if self.evolution.domain.dim == 1:
            return "number of breakpoints" if what == "creases" else "number of points"
        return f"length of the {what}" + ("" if self.evolution.slice is None else "\n(slice coordinates)")

    def _draw_areas(self, ax: Any) -> None:
        found = self.evolution
        low = np.where(found.area_min > 0, found.area_min, np.nan)  # thinner than rounding
        label, colour = "least to greatest", style.CLASS_COLOURS[0]
        ax.fill_between(found.steps, low, found.area_max, color=colour, alpha=0.22, linewidth=0, label=label)
        ax.plot(found.steps, found.area_median, "o-", ms=3, color=colour, label="median")
        ax.plot(found.steps, found.area_mean, "--", color=style.INK, lw=1.0, label="mean")
        ax.set_ylabel("length of a cell" if found.domain.dim == 1 else "area of a cell")


def _axes(ax: Any, n: int) -> tuple[list[Any], Any]:
    if ax is None:
        figure, axes = style.subplots(n, 1, figsize=(5.6, 0.8 + 2.0 * n), sharex=True)
        return list(axes[:, 0]), figure
    axes = list(np.ravel(ax))
    if len(axes) != n:
        raise ShapeError(f"{len(axes)} axes were given for {n} panels: give one for each.")
    return axes, axes[0].get_figure()


def _known(counts: np.ndarray) -> np.ndarray:
    return np.where(counts < 0, np.nan, counts)
