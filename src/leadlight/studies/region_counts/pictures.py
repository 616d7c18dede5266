"""The figures of the study: counts against units and depth, cones, sawtooths, training."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import matplotlib
import numpy as np
from matplotlib.figure import Figure

from leadlight.data import Dataset
from leadlight.geometry import PolyhedralComplex, regions
from leadlight.network import Network
from leadlight.plots import RegionsDisplay, legends, style
from leadlight.plots.style import BLACK, CLASS_COLOURS, INK, MUTED

from .families import Counts
from .sawtooth import UNIT
from .theory import all_pairs

__all__ = [
    "along_a_line", "cells_against_units", "cones", "courses", "sawtooth_counts", "sawtooths", "trained_cells",
]  # fmt: skip

IN_STYLE = matplotlib.rc_context(style.rc())
MARKERS = "os^Dv"


def _plain(ax: Any, x: str, y: str, title: str) -> None:
    ax.set_xlabel(x)
    ax.set_ylabel(y)
    ax.set_title(title)
    ax.grid(True)
    ax.spines[["top", "right"]].set_visible(False)


def _log_units(ax: Any, units: Sequence[int]) -> None:
    ax.set_xscale("log")
    ax.set_yscale("log")
    ax.set_xticks(units, [str(n) for n in units])
    ax.minorticks_off()


def _means(ax: Any, c: Counts, values: np.ndarray, expected: np.ndarray) -> None:
    """Draw means with quartiles over the seeds at each depth, and the theory's lines."""
    for k, depth in enumerate(c.depths):
        colour, marker = CLASS_COLOURS[k % 8], MARKERS[k % 5]
        low, high = np.percentile(values[:, k], [25, 75], axis=1)
        ax.vlines(c.units, low, high, color=colour, linewidth=1.2, alpha=0.6)
        label = f"{depth} layer{'s' * (depth > 1)}"
        ax.plot(c.units, values[:, k].mean(axis=1), marker, color=colour, markersize=4, label=label)
        ax.plot(c.units, expected[:, k], color=colour, linewidth=0.9)
    _log_units(ax, c.units)


def _against_depth(
    ax: Any, measured: Sequence[Counts], rows: Sequence[tuple[np.ndarray, np.ndarray]], hollow: bool = False
) -> None:
    """Draw ratios over depth, one colour an initialisation: (one value a depth and seed, the theory)."""
    for number, (c, (values, expected)) in enumerate(zip(measured, rows)):
        colour, mean = CLASS_COLOURS[5 + number], values.mean(axis=1)
        error = values.std(axis=1, ddof=1) / np.sqrt(values.shape[1])
        ax.vlines(c.depths, mean - 2 * error, mean + 2 * error, color=colour, linewidth=1.2)
        label, face = (None, "none") if hollow else (c.law.name, colour)
        ax.plot(c.depths, mean, MARKERS[number], color=colour, mfc=face, markersize=4.5, label=label)
        ax.plot(c.depths, expected, color=colour, linewidth=1)
    ax.set_xticks(measured[0].depths)


@IN_STYLE
def cells_against_units(measured: Sequence[Counts], expected: Mapping[str, np.ndarray]) -> Figure:
    """Draw cells against units for each law, and at the greatest N against depth."""
    figure, axes = style.subplots(1, len(measured) + 1, figsize=(9.6, 3.4))
    for ax, c in zip(axes[0], measured):
        _means(ax, c, c.cells, expected[c.law.name])
        ax.plot(c.units, np.square(c.units) / 2.0, "--", color=INK, linewidth=1, label="N²/2")
        _plain(ax, "units N", "cells", c.law.name)
    legends.legend(axes[0, 0], loc="upper left")
    ax, every = axes[0, -1], all_pairs(measured[0].units[-1])
    _against_depth(ax, measured, [(c.cells[-1] / every, expected[c.law.name][-1] / every) for c in measured])
    every = all_pairs(measured[0].units[measured[0].middle])
    _against_depth(ax, measured, [(c.plane / every, np.ones(len(c.depths))) for c in measured], hollow=True)
    ax.set_ylim(bottom=0)
    _plain(ax, "hidden layers", "cells over 1 + N + N(N − 1)/2", "depth at a fixed N")
    legends.legend(ax, loc="center right", bbox_to_anchor=(1, 0.64))
    return figure


@IN_STYLE
def along_a_line(measured: Sequence[Counts], expected: Mapping[str, np.ndarray]) -> Figure:
    """Draw pieces on a segment against units for each law, and on the whole line against depth."""
    figure, axes = style.subplots(1, len(measured) + 1, figsize=(9.6, 3.2))
    for ax, c in zip(axes[0], measured):
        _means(ax, c, c.pieces, expected[c.law.name])
        ax.plot(c.units, np.array(c.units) + 1, "--", color=INK, linewidth=1, label="N + 1")
        _plain(ax, "units N", "pieces on the segment", c.law.name)
    legends.legend(axes[0, 0], loc="upper left")
    ax, last = axes[0, -1], measured[0].units[-1] + 1
    _against_depth(ax, measured, [(c.whole[-1] / last, np.ones(len(c.depths))) for c in measured])
    ax.set_ylim(bottom=0)
    _plain(ax, "hidden layers", "pieces over N + 1", f"the whole line, N = {last - 1}")
    legends.legend(ax, loc="lower left")
    return figure


@IN_STYLE
def cones(
    biased: PolyhedralComplex,
    plain: PolyhedralComplex,
    units: Sequence[int],
    depths: Sequence[int],
    means: np.ndarray,
) -> Figure:
    """Draw a network's cells with biases and without, and cones against units."""
    figure, axes = style.subplots(1, 3, figsize=(9.6, 3.1))
    for ax, complex, name in zip(axes[0], (biased, plain), ("with biases", "without biases")):
        RegionsDisplay(complex).plot(ax, title=f"{name}: {len(complex)} cells")
    ax = axes[0, 2]
    for k, depth in enumerate(depths):
        label = f"{depth} layer{'s' * (depth > 1)}"
        ratio = means[:, k] / (2 * np.array(units))
        ax.plot(
            units,
            ratio,
            MARKERS[k % 5] + "-",
            color=CLASS_COLOURS[k % 8],
            markersize=4,
            linewidth=1,
            label=label,
        )
    ax.set_xscale("log")
    ax.set_xticks(units, [str(n) for n in units])
    ax.minorticks_off()
    ax.set_ylim(bottom=0)
    _plain(ax, "units N", "cells over 2 N", "no biases")
    legends.legend(ax, loc="lower right")
    return figure


@IN_STYLE
def sawtooths(shown: Sequence[tuple[str, Network]]) -> Figure:
    """Draw the exact graphs of networks of one input on [0, 1], with their breakpoints."""
    figure, axes = style.subplots(1, len(shown), figsize=(9.6, 2.5), sharey=True)
    for ax, (name, net) in zip(axes[0], shown):
        bends = regions(net, UNIT).breakpoints
        x = np.concatenate([[UNIT[0]], bends, [UNIT[1]]])
        y = net(x[:, None])[:, 0]
        ax.plot(x, y, color=CLASS_COLOURS[0], linewidth=1.1)
        ax.plot(bends, y[1:-1], ".", color=CLASS_COLOURS[3], markersize=3.5)
        _plain(ax, "x", "", f"{name}: {len(bends) + 1} pieces")
    axes[0, 0].set_ylabel("output")
    return figure


@IN_STYLE
def sawtooth_counts(
    counts: Mapping[str, Sequence[int]], levels: Sequence[float], found: np.ndarray, layers: int
) -> Figure:
    """Draw pieces against layers, and pieces and swings against noise: found is (levels, draws, 2)."""
    figure, axes = style.subplots(1, 2, figsize=(9.6, 3.3))
    ax = axes[0, 0]
    depths = np.arange(1, 1 + len(next(iter(counts.values()))))
    ax.plot(depths, 3.0**depths, ":", color=MUTED, label="bound for two ReLU units, $3^L$")
    ax.plot(depths, 2.0**depths, "--", color=INK, linewidth=1, label="$2^L$")
    for number, (name, row) in enumerate(counts.items()):
        size = (6, 3, 4)[number]
        ax.plot(depths, row, MARKERS[number], color=CLASS_COLOURS[number], markersize=size, label=name)
    ax.plot(depths, 2 * depths + 1, color=CLASS_COLOURS[2], linewidth=0.9, label="N + 1")
    ax.set_yscale("log")
    ax.minorticks_off()
    ax.xaxis.get_major_locator().set_params(integer=True)  # type: ignore[union-attr]
    _plain(ax, "layers L", "pieces on [0, 1]", "The construction and chance")
    legends.legend(ax, loc="upper left")
    ax = axes[0, 1]
    for number, name in enumerate(("pieces", "swings through 1/2")):
        low, middle, high = np.percentile(found[:, :, number], [25, 50, 75], axis=1)
        ax.plot(levels, middle, MARKERS[number] + "-", color=CLASS_COLOURS[number], markersize=4, label=name)
        ax.fill_between(levels, low, high, color=CLASS_COLOURS[number], alpha=0.2, linewidth=0)
    ax.axhline(2**layers, color=INK, linestyle="--", linewidth=1, label="without noise")
    ax.set_xscale("log")
    ax.minorticks_off()
    ax.set_ylim(bottom=0)
    _plain(ax, "standard deviation of the noise", "number on [0, 1]", f"{layers} layers with noise")
    legends.legend(ax, loc="lower left")
    return figure


@IN_STYLE
def courses(runs: Sequence[Any], scale: float, n: int) -> Figure:
    """Draw counts and accuracy against epochs; epoch 0 stands at the left edge of the log axis."""
    figure, axes = style.subplots(1, len(runs) + 1, figsize=(9.6, 3.3))
    for number, (ax, run) in enumerate(zip(axes[0], runs)):
        x = np.array([0.5, *run.epochs[1:]])
        for j, name in enumerate(("spirals", "random labels")):
            colour = CLASS_COLOURS[(0, 3)[j]]
            low, middle, high = np.percentile(run.cells[j], [25, 50, 75], axis=1)
            ax.plot(x, middle, MARKERS[j] + "-", color=colour, markersize=3.5, label=name)
            ax.fill_between(x, low, high, color=colour, alpha=0.2, linewidth=0)
            axes[0, -1].plot(x, run.accuracy[j].mean(axis=1), ("-", "--")[number % 2], color=colour)
        ax.axhline(scale, color=INK, linestyle="--", linewidth=1, label="N²/2")
        ax.set_ylim(bottom=0)
        _plain(ax, "epoch", "cells", run.law.name)
    legends.legend(axes[0, 0], loc="lower right")
    _plain(axes[0, -1], "epoch", "accuracy in %", "training points")
    for ax in axes[0]:
        ax.set_xscale("log")
        powers = [10**k for k in range(len(str(runs[0].epochs[-1])))]
        ax.set_xticks([0.5, *powers], ["0", *(f"$10^{k}$" for k in range(len(powers)))])
        ax.minorticks_off()
    return figure


@IN_STYLE
def trained_cells(
    shown: Sequence[tuple[str, PolyhedralComplex]], data: Dataset, random: np.ndarray
) -> Figure:
    """Draw cells before and after training, with the points that each was trained on."""
    figure, axes = style.subplots(1, len(shown), figsize=(9.6, 3.4))
    for ax, (name, complex), labels in zip(axes[0], shown, (None, data.y, random)):
        RegionsDisplay(complex).plot(ax, title=f"{name}: {len(complex):,} cells")
        for artist in ax.collections:
            artist.set_rasterized(True)
        if labels is not None:
            for value, colour in enumerate((CLASS_COLOURS[1], "white")):
                ax.scatter(
                    *data.X[labels == value].T, s=9, color=colour, edgecolors=BLACK, linewidths=0.5, zorder=3
                )
    return figure
