"""Loss, or any metric, against step or epoch: per group of runs the median and the interquartile band."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..errors import ShapeError
from . import legends, style

__all__ = ["LossCurvesDisplay"]

MOST_POINTS = 600  # a curve wider than its picture has pixels only makes the file larger


@dataclass(eq=False)
class LossCurvesDisplay(style.Display):
    """Curves of many runs, grouped.

    Parameters
    ----------
    curves : mapping of str to ndarray, shape (n_runs, n_steps) or (n_steps,)
        One entry a group; NaN after a run diverged is left out.
    steps : ndarray, shape (n_steps,), or mapping of str to such, optional
        The abscissae; 1, 2, 3, ... by default.
    xlabel, ylabel : str

    Examples
    --------
    >>> curves = {"lr 0.1": 1 / np.arange(1, 51) * np.ones((3, 1))}
    >>> LossCurvesDisplay(curves, xlabel="epoch").plot().ax_.get_xlabel()
    'epoch'
    """

    curves: Mapping[str, np.ndarray]
    steps: Any = None
    xlabel: str = "step"
    ylabel: str = "loss"

    def __post_init__(self) -> None:
        self.curves = {str(k): np.atleast_2d(np.asarray(v, dtype=np.float64)) for k, v in self.curves.items()}
        for name, values in self.curves.items():
            if values.ndim != 2 or len(self._steps(name)) != values.shape[1]:
                raise ShapeError(
                    f"The curves {name!r} have the shape {values.shape} and {len(self._steps(name))} steps; "
                    "expected (n_runs, n_steps) and one abscissa a step."
                )

    @classmethod
    def from_runs(cls, runs: Any, labels: Any = None, **kw: Any) -> LossCurvesDisplay:
        """Take the losses of a `Runs`, or of a mapping of str to `Runs`.

        `labels`, one a run, groups the runs of a single `Runs`.
        """
        if isinstance(runs, Mapping):
            groups = {name: r.losses for name, r in runs.items()}
            record = next(iter(runs.values())).record
        elif labels is not None:
            names = [str(label) for label in labels]
            groups = {
                n: runs.losses[[i for i, m in enumerate(names) if m == n]] for n in dict.fromkeys(names)
            }
            record = runs.record
        else:
            groups, record = {"loss": runs.losses}, runs.record
        return cls(groups, **{"xlabel": record, **kw})

    def plot(
        self,
        ax: Any = None,
        *,
        log_x: bool = False,
        log_y: bool = True,
        individual: bool = False,
        examples: int = 0,
        smooth: int = 1,
        colours: Mapping[str, Any] | None = None,
        styles: Mapping[str, str] | None = None,
        legend: bool = True,
        title: str | None = None,
    ) -> LossCurvesDisplay:
        """Draw the curves.

        Parameters
        ----------
        log_x, log_y : bool
            Logarithmic axes; the loss's is so by default.
        individual : bool
            Draw each run as a thin line instead of the interquartile band.
        examples : int, default 0
            Draw so many runs, the first ones, as thin lines upon the band.
        smooth : int, default 1
            Average over this many steps (for losses of batches, which are noisy); say so in the caption.
        colours, styles : mapping of group to colour or line style, optional
        legend : bool, default True
            Name the groups, if there are several.
        ax, title
            As of every `plots.Display`.

        Returns
        -------
        self
        """
        palette = style.class_colours(max(1, len(self.curves)))
        with style.drawing(self, ax, figsize=(5.0, 3.2), title=title) as ax:
            for number, (name, values) in enumerate(self.curves.items()):
                colour = (colours or {}).get(name, palette[number])
                line = (styles or {}).get(name, "-")
                steps, values = _smoothed(np.asarray(self._steps(name)), values, smooth)
                keep = _thinned(steps, log_x)
                steps, values = steps[keep], values[:, keep]
                thin = len(values) if individual else examples
                if thin and len(values) > 1:
                    ax.plot(steps, values[:thin].T, line, color=colour, linewidth=0.6, alpha=0.45)
                low, middle, high = _quartiles(values)
                if not individual and len(values) > 1:
                    ax.fill_between(steps, low, high, color=colour, alpha=0.22, linewidth=0)
                ax.plot(steps, middle, line, color=colour, label=name)
            if log_x:
                ax.set_xscale("log")
            if log_y:
                ax.set_yscale("log")
            ax.set_xlabel(self.xlabel)
            ax.set_ylabel(self.ylabel)
            ax.grid(True, which="major")
            ax.set_axisbelow(True)
            ax.spines[["top", "right"]].set_visible(False)
            if legend and len(self.curves) > 1:
                legends.legend(ax)
        return self

    def _steps(self, name: str) -> Any:
        if self.steps is None:
            return np.arange(1, self.curves[name].shape[-1] + 1)
        return self.steps[name] if isinstance(self.steps, Mapping) else self.steps


def _smoothed(steps: np.ndarray, values: np.ndarray, window: int) -> tuple[np.ndarray, np.ndarray]:
    """Average over windows of equal length that do not overlap."""
    window = max(1, min(int(window), values.shape[1]))
    if window == 1:
        return steps, values
    n = values.shape[1] // window
    return (
        steps[: n * window].reshape(n, window).mean(axis=1),
        values[:, : n * window].reshape(len(values), n, window).mean(axis=2),
    )


def _thinned(steps: np.ndarray, log_x: bool) -> np.ndarray:
    n = len(steps)
    if n <= MOST_POINTS:
        return np.arange(n)
    even = np.geomspace(1, n, MOST_POINTS) - 1 if log_x else np.linspace(0, n - 1, MOST_POINTS)
    return np.unique(even.round().astype(np.int64))


def _quartiles(values: np.ndarray) -> np.ndarray:
    """Quartiles over the runs that are still finite, NaN where none is; shape (3, n_steps)."""
    finite = np.where(np.isfinite(values), values, np.nan)
    result = np.full((3, values.shape[1]), np.nan)
    some = ~np.isnan(finite).all(axis=0)
    if some.any():
        result[:, some] = np.nanpercentile(finite[:, some], [25, 50, 75], axis=0)
    return result
