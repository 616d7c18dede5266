"""The figures of the line-fit study: data and lines, losses, the bowl of the loss and the ways down it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import matplotlib
import numpy as np
from matplotlib.figure import Figure

from leadlight.plots import FieldDisplay, LossCurvesDisplay
from leadlight.plots.legends import legend
from leadlight.plots.style import BLACK, CLASS_COLOURS, INK, MUTED, rc, subplots

from .descent import Descent, loss

__all__ = ["bowl", "curves", "draw_bowl", "fit"]

RESOLUTION = 160  # pixels a side of the bowl: it is smooth
IN_STYLE = matplotlib.rc_context(rc())


@IN_STYLE
def fit(x: np.ndarray, y: np.ndarray, lines: Mapping[str, Any]) -> Figure:
    """Draw the points and some named lines (slope, intercept)."""
    figure, axes = subplots(1, 1, figsize=(5.4, 3.4))
    ax = axes[0, 0]
    ax.plot(x, y, "o", color=MUTED, markersize=3, alpha=0.7, label="data")
    ends = np.array([x.min(), x.max()])
    dashes = ("-", "--", (0, (1, 1.2)), "-.", (0, (5, 1, 1, 1)))
    for i, (name, (slope, intercept)) in enumerate(lines.items()):
        ax.plot(ends, slope * ends + intercept, linestyle=dashes[i % 5], color=CLASS_COLOURS[i], label=name)
    ax.set_xlabel("x")
    ax.set_ylabel("y")
    ax.spines[["top", "right"]].set_visible(False)
    legend(ax)
    return figure


@IN_STYLE
def curves(losses: Mapping[str, np.ndarray], levels: Mapping[str, float], excess_over: float) -> Figure:
    """Draw losses (epochs + 1,) against the epoch, and beside them how far they are above `excess_over`."""
    figure, axes = subplots(1, 2, figsize=(8.6, 3.3))
    steps = {name: np.arange(len(values)) for name, values in losses.items()}
    shown = {name: np.maximum(values, 1e-32) for name, values in losses.items()}  # 0 has no logarithm
    LossCurvesDisplay(shown, steps, xlabel="epoch").plot(axes[0, 0], title="loss")
    for (name, value), dash in zip(levels.items(), ("--", ":")):
        axes[0, 0].axhline(value, color=INK, linestyle=dash, linewidth=1, label=f"{name}: {value:.5f}")
    legend(axes[0, 0])
    above = {name: np.maximum(values - excess_over, 1e-16) for name, values in losses.items()}
    LossCurvesDisplay(above, steps, xlabel="epoch", ylabel="loss - least loss").plot(
        axes[0, 1], title="distance from the least loss", legend=False
    )
    for value, dash in zip(levels.values(), ("--", ":")):
        if value > excess_over:
            axes[0, 1].axhline(value - excess_over, color=INK, linestyle=dash, linewidth=1)
    return figure


@IN_STYLE
def draw_bowl(
    ax: Any,
    x: np.ndarray,
    y: np.ndarray,
    descents: Sequence[Descent],
    best: np.ndarray,
    names: Sequence[str] = (),
    title: str | None = None,
) -> None:
    """Draw the loss over (slope, intercept) with contours, the paths of the descents, and the minimum."""
    points = np.concatenate([best[None], *[d.lines for d in descents]])
    centre = (points.min(axis=0) + points.max(axis=0)) / 2
    reach = 0.6 * float(np.ptp(points, axis=0).max()) + 0.3
    domain = [(float(c - reach), float(c + reach)) for c in centre]
    display = FieldDisplay.from_function(
        lambda lines: np.log10(loss(lines, x, y) + 1e-30),
        resolution=RESOLUTION,
        domain=domain,
        name="log10 of the loss",
    )
    display.plot(ax, contours=9, colourbar=False, names=("slope", "intercept"), cmap="Blues_r", title=title)
    for i, descent in enumerate(descents):
        name = names[i] if names else None
        colour = CLASS_COLOURS[(3, 1)[i % 2]]
        ax.plot(*descent.lines.T, "-", color=colour, linewidth=1.6, label=name)
        ax.plot(*descent.lines[::10].T, ".", color=colour, markersize=4)
        ax.plot(*descent.lines[0], "s", color=colour, markeredgecolor=BLACK, markersize=5)
    ax.plot(*best, "*", color="#ffffff", markeredgecolor=BLACK, markersize=10, zorder=4)


@IN_STYLE
def bowl(
    x: np.ndarray, y: np.ndarray, descents: Mapping[str, Descent], best: np.ndarray, true: Sequence[float]
) -> Figure:
    """Draw the bowl with all paths; beside it, the neighbourhood of its lowest point."""
    figure, axes = subplots(1, 2, figsize=(8.6, 3.9))
    draw_bowl(axes[0, 0], x, y, list(descents.values()), best, list(descents), "two ways down the bowl")
    reach = 1.6 * float(np.max(np.abs(np.asarray(true) - best))) + 1e-3
    domain = [(float(c - reach), float(c + reach)) for c in best]
    near = FieldDisplay.from_function(
        lambda lines: loss(lines, x, y), resolution=RESOLUTION, domain=domain, name="loss"
    )
    near.plot(axes[0, 1], contours=7, names=("slope", "intercept"), cmap="Blues_r", title="near the minimum")
    near.ax_.plot(*best, "*", color="#ffffff", markeredgecolor=BLACK, markersize=11, label="least squares")
    near.ax_.plot(*true, "X", color="#e69f00", markeredgecolor=BLACK, markersize=9, label="true parameters")
    for ax in axes[0]:
        legend(ax, loc="upper center", bbox_to_anchor=(0.5, -0.17), ncols=2)
    return figure
