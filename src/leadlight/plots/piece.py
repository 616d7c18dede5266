"""A network of one input beside its target, with its units' thresholds and its step skeleton."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from ..errors import ShapeError
from ..geometry.skeleton import StepSkeleton, step_skeleton
from . import legends, style

__all__ = ["PieceDisplay"]


@dataclass(eq=False)
class PieceDisplay(style.Display):
    """A function of one variable in pieces.

    Parameters
    ----------
    x : ndarray, shape (n,)
        Ascending.
    prediction : ndarray, shape (n,)
    target : ndarray, shape (n,), optional
    skeleton : StepSkeleton, optional

    Examples
    --------
    >>> from leadlight import mlp
    >>> x = np.linspace(-1, 1, 50)
    >>> display = PieceDisplay.from_network(mlp(1, [3], 1, activation="sigmoid"), x, np.sin(x)).plot()
    >>> len(display.skeleton.thresholds)
    3
    """

    x: np.ndarray
    prediction: np.ndarray
    target: Any = None
    skeleton: StepSkeleton | None = None

    def __post_init__(self) -> None:
        self.x = np.asarray(self.x, dtype=np.float64).reshape(-1)
        self.prediction = np.asarray(self.prediction, dtype=np.float64).reshape(-1)
        self.target = None if self.target is None else np.asarray(self.target, dtype=np.float64).reshape(-1)
        lengths = {len(v) for v in (self.x, self.prediction, self.target) if v is not None}
        if len(lengths) != 1:
            raise ShapeError(
                f"x, prediction and target had the lengths {sorted(lengths)}; expected one length."
            )

    @classmethod
    def from_network(cls, net: Any, x: np.ndarray, y: Any = None) -> PieceDisplay:
        """Evaluate a 1-h-1 network at x, (n,) or (n, 1), and take its step skeleton."""
        x = np.asarray(x, dtype=np.float64).reshape(-1)
        return cls(x, net(x[:, None])[:, 0], y, step_skeleton(net))

    def plot(
        self,
        ax: Any = None,
        *,
        thresholds: bool = True,
        skeleton: bool = True,
        legend: bool = True,
        title: str | None = None,
        names: tuple[str, str] = ("$x$", "$y$"),
    ) -> PieceDisplay:
        """Draw the function.

        Parameters
        ----------
        thresholds : bool, default True
            Mark each unit's threshold in range by a tick on the axis and a thin line.
        skeleton : bool, default True
            Draw the staircase (cut to the picture if it leaves it).
        ax, legend, title, names
            As of every `plots.Display`.

        Returns
        -------
        self
        """
        low, high = float(self.x.min()), float(self.x.max())
        with style.drawing(self, ax, figsize=(6.4, 3.2)) as ax:
            if self.target is not None:
                ax.plot(self.x, self.target, ".", color=style.CLASS_COLOURS[6], markersize=4, label="target")
            ax.plot(self.x, self.prediction, color=style.CLASS_COLOURS[0], label="network")
            shown = [self.prediction] if self.target is None else [self.prediction, self.target]
            if self.skeleton is not None:
                edges, levels = self.skeleton.pieces()
                inside = (edges > low) & (edges < high)
                if skeleton:
                    first = int(np.searchsorted(edges, low, side="right"))
                    ax.stairs(
                        levels[first : first + int(inside.sum()) + 1], [low, *edges[inside], high], baseline=None,
                        color=style.CLASS_COLOURS[3], linewidth=1.2, label="step skeleton",
                    )  # fmt: skip
                if thresholds:
                    for i, edge in enumerate(edges[inside]):
                        label = "threshold" if i == 0 else None
                        ax.axvline(edge, color=style.MUTED, linestyle=":", linewidth=0.9, label=label)
            bottom, top = min(v.min() for v in shown), max(v.max() for v in shown)
            margin = 0.25 * (top - bottom) or 1.0
            ax.set_ylim(bottom - margin, top + margin)
            ax.set_xlim(low, high)
            ax.set_xlabel(names[0])
            ax.set_ylabel(names[1])
            ax.spines[["top", "right"]].set_visible(False)
            if legend:
                legends.legend(ax, ncols=4, loc="lower center", bbox_to_anchor=(0.5, 1.0))
            if title is not None:
                ax.set_title(title, pad=20 if legend else None)
        return self
