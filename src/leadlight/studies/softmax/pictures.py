"""The figures of the softmax study: maps of the plane, the gap above max, and all temperatures."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import matplotlib
import numpy as np
from matplotlib.figure import Figure

from leadlight.functions import logsumexp, onehot_argmax, softmax
from leadlight.plots import FieldDisplay, LossCurvesDisplay
from leadlight.plots.legends import legend
from leadlight.plots.style import CLASS_COLOURS, INK, rc, subplots

__all__ = ["components", "contours", "gap_along_a_line", "maps", "temperatures"]

HALF_WIDTH = 1.0
# solid contours: the sign of a value means nothing here
IN_STYLE = matplotlib.rc_context(rc())


@IN_STYLE
def contours(inverse_temperatures: Sequence[float], resolution: int) -> Figure:
    """Draw lse for each inverse temperature, and max, with the same contour levels and colours."""
    panels: list[tuple[str, Callable[[np.ndarray], Any]]] = [
        (f"lse, k = {k:g}", lambda points, k=k: logsumexp(points, inverse_temperature=k))
        for k in inverse_temperatures
    ]
    panels.append(("max", lambda points: points.max(axis=1)))
    displays = [FieldDisplay.from_function(f, HALF_WIDTH, resolution, name="value") for _, f in panels]
    low, high = min(d.values.min() for d in displays), max(d.values.max() for d in displays)
    figure, axes = subplots(1, len(panels), figsize=(2.55 * len(panels) + 0.8, 2.9), sharey=True)
    step = 0.25 if high - low < 5 else (high - low) / 16  # a small k lifts lse far above max
    levels = np.arange(np.floor(low / step) * step, high, step)
    for ax, (title, _), display in zip(axes[0], panels, displays, strict=True):
        display.plot(ax, limits=(low, high), contours=levels.tolist(), colourbar=False, title=title)
        ax.label_outer()
    figure.colorbar(
        axes[0, -1].images[0], ax=axes[0].tolist(), shrink=0.8, label=f"value; a contour every {step:.3g}"
    )
    return figure


@IN_STYLE
def components(inverse_temperatures: Sequence[float], resolution: int) -> Figure:
    """Draw both components of softmax for each inverse temperature, and both of the one-hot argmax."""
    columns: list[tuple[str, Callable[[np.ndarray], np.ndarray]]] = [
        (f"softmax, k = {k:g}", lambda points, k=k: softmax(points, inverse_temperature=k))
        for k in inverse_temperatures
    ]
    columns.append(("one-hot argmax", onehot_argmax))
    figure, axes = subplots(
        2, len(columns), figsize=(2.55 * len(columns) + 0.8, 6.0), sharex=True, sharey=True
    )
    for row, pair in enumerate(axes):
        for ax, (title, f) in zip(pair, columns, strict=True):
            display = FieldDisplay.from_function(f, HALF_WIDTH, resolution, component=row)
            display.plot(ax, limits=(0, 1), colourbar=False, title=f"{title}\ncomponent {row + 1}")
            ax.label_outer()
    figure.colorbar(axes[0, 0].images[0], ax=axes.ravel().tolist(), shrink=0.6, label="share")
    return figure


@IN_STYLE
def maps(panels: Sequence[tuple[str, Callable[[np.ndarray], np.ndarray]]], resolution: int) -> Figure:
    """Draw functions of the plane with values in [0, 1] side by side."""
    figure, axes = subplots(1, len(panels), figsize=(2.55 * len(panels) + 0.8, 2.9), sharey=True)
    for ax, (title, f) in zip(axes[0], panels, strict=True):
        display = FieldDisplay.from_function(f, HALF_WIDTH, resolution)
        display.plot(ax, limits=(0, 1), colourbar=False, title=title)
        ax.label_outer()
    figure.colorbar(axes[0, -1].images[0], ax=axes[0].tolist(), shrink=0.8, label="share")
    return figure


@IN_STYLE
def gap_along_a_line(inverse_temperatures: Sequence[float]) -> Figure:
    """Draw lse - max from (-1, 1) to (1, -1), and the bound log(2)/k that it meets at the tie."""
    t = np.linspace(-1, 1, 401)
    line = np.stack([t, -t], axis=1)
    gaps = {f"k = {k:g}": logsumexp(line, inverse_temperature=k) - np.abs(t) for k in inverse_temperatures}
    figure, axes = subplots(1, 1, figsize=(5.6, 3.4))
    ax = axes[0, 0]
    LossCurvesDisplay(gaps, t, xlabel="t, at the point (t, -t)", ylabel="lse - max").plot(ax)
    for i, k in enumerate(inverse_temperatures):
        label = "bound log(2)/k" if i == 0 else None
        ax.axhline(np.log(2) / k, color=CLASS_COLOURS[i % 8], linestyle="--", linewidth=1, label=label)
    ax.set_ylim(1e-6, 3 * np.log(2) / min(inverse_temperatures))
    legend(ax, loc="lower left")
    return figure


@IN_STYLE
def temperatures(vectors: Sequence[Sequence[float]], inverse_temperatures: np.ndarray) -> Figure:
    """Draw the shares of each vector, and lse of the first, against the inverse temperature."""
    figure, axes = subplots(1, len(vectors) + 1, figsize=(3.3 * (len(vectors) + 1), 3.1))
    for ax, vector in zip(axes[0], vectors):
        shares = np.array([softmax(vector, inverse_temperature=k) for k in inverse_temperatures])
        dashes = ("-", "--", ":", "-.")
        for j, value in enumerate(vector):
            ax.plot(inverse_temperatures, shares[:, j], dashes[j % 4], label=f"entry {j + 1}: {value:g}")
        ax.axhline(1 / len(vector), color=INK, linewidth=0.8, linestyle=(0, (1, 3)), label=f"1/{len(vector)}")
        ax.set_title(f"softmax of {_tuple(vector)}")
        ax.set_ylabel("share")
        ax.set_ylim(-0.03, 1.03)
    vector = np.asarray(vectors[0], dtype=float)
    values = np.array([logsumexp(vector, inverse_temperature=k) for k in inverse_temperatures])
    ax = axes[0, -1]
    ax.plot(inverse_temperatures, values, label="lse")
    ax.plot(inverse_temperatures, values - np.log(len(vector)) / inverse_temperatures, label="lse - log(n)/k")
    ax.axhline(vector.max(), color=INK, linewidth=0.8, linestyle="--", label=f"max = {vector.max():g}")
    ax.axhline(vector.mean(), color=INK, linewidth=0.8, linestyle=":", label=f"mean = {vector.mean():g}")
    ax.set_ylim(vector.min() - 0.5, vector.max() + 2)
    ax.set_title(f"lse of {_tuple(vector)}")
    ax.set_ylabel("value")
    for ax in axes[0]:
        ax.set_xscale("log")
        ax.set_xlabel("inverse temperature k")
        ax.spines[["top", "right"]].set_visible(False)
        legend(ax)
    return figure


def _tuple(vector: Sequence[float] | np.ndarray) -> str:
    return "(" + ", ".join(f"{v:g}" for v in vector) + ")"
