"""The figures of the study: networks near and far, their gradients, exact cells, counts and laws."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import matplotlib
import numpy as np
from matplotlib.figure import Figure

from leadlight.geometry import PolyhedralComplex
from leadlight.network import Network
from leadlight.plots import FieldDisplay, GradientFieldDisplay, RegionsDisplay, SweepDisplay, UnitLinesDisplay
from leadlight.plots.legends import legend
from leadlight.plots.style import CLASS_COLOURS, INK, MUTED, rc, subplots

from .laws import angle_density

__all__ = [
    "cells",
    "deviation_and_windows",
    "gradients",
    "growth",
    "images",
    "laws",
    "line_examples",
    "one_image",
    "power",
]


# solid contours: the sign of a value means nothing here
IN_STYLE = matplotlib.rc_context({**rc(), "contour.negative_linestyle": "solid"})


def power(value: float) -> str:
    """Return a half-width as it is, or as a power of ten for matplotlib once it is large.

    Examples
    --------
    >>> power(500), power(1e6)
    ('500', '$10^{6}$')
    """
    exponent = round(np.log10(max(value, 1.0)))
    return f"$10^{{{exponent}}}$" if exponent >= 4 and value == 10.0**exponent else f"{value:g}"


@IN_STYLE
def images(
    nets: Mapping[str, Network], half_widths: Sequence[float], resolution: int, powers: bool = False
) -> Figure:
    """Draw each network (a row) in squares of each half-width (a column), colours scaled panel by panel."""
    rows, cols = len(nets), len(half_widths)
    figure, axes = subplots(rows, cols, figsize=(1.6 * cols + 0.4, 1.82 * rows + 0.2))
    for row, (name, net) in zip(axes, nets.items(), strict=True):
        for ax, half_width in zip(row, half_widths, strict=True):
            label = f"$10^{{{round(np.log10(half_width))}}}$" if powers else f"{half_width:g}"
            FieldDisplay.from_function(net, half_width, resolution).plot(
                ax, colourbar=False, title=f"± {label}", contours=8
            )
            for lines in ax.collections:
                lines.set_rasterized(True)
            _bare(ax)
        row[0].set_ylabel(name)
    return figure


def one_image(net: Network, half_width: float, resolution: int, transposed: bool = False) -> Figure:
    """Draw one network with its axes labelled; `transposed` makes the sheet's mistake."""
    figure, axes = subplots(1, 1, figsize=(3.9, 3.2))
    display = FieldDisplay.from_function(net, half_width, resolution, name="output")
    if transposed:
        display = FieldDisplay(display.values.T, display.extent, "output")
    display.plot(axes[0, 0])
    return figure


def gradients(nets: Mapping[str, Network], half_widths: Sequence[float], resolution: int) -> Figure:
    """Draw both components of each network's exact gradient (a row) at each half-width (two columns)."""
    rows, cols = len(nets), 2 * len(half_widths)
    figure, axes = subplots(rows, cols, figsize=(2.3 * cols + 0.4, 2.5 * rows))
    for row, (name, net) in zip(axes, nets.items(), strict=True):
        for k, half_width in enumerate(half_widths):
            pair = row[2 * k : 2 * k + 2]
            GradientFieldDisplay.from_network(net, half_width, resolution).plot(pair, colourbar=False)
            for i, ax in enumerate(pair):
                ax.set_title(rf"$\partial f / \partial x_{i + 1}$, ± {half_width:g}")
                _bare(ax)
        row[0].set_ylabel(name)
    return figure


def cells(complexes: Mapping[str, Sequence[tuple[str, PolyhedralComplex, bool]]]) -> Figure:
    """Draw exact cells with creases by layer: rows of (title, complex, whether bends are marked)."""
    n_cols = max(map(len, complexes.values()))
    figure, axes = subplots(len(complexes), n_cols, figsize=(3.1 * n_cols + 1.0, 3.05 * len(complexes)))
    handles: dict[str, Any] = {}
    for row, (name, panels) in zip(axes, complexes.items(), strict=True):
        for ax, (title, cx, bends) in zip(row, panels, strict=True):
            RegionsDisplay(cx).plot(ax, creases=True, bends=bends, legend=False, title=title)
            _bare(ax)
            handles |= dict(zip(*reversed(ax.get_legend_handles_labels())))
        row[0].set_ylabel(name)
    with matplotlib.rc_context(rc()):
        figure.legend(list(handles.values()), list(handles), loc="outside right upper")
    return figure


def growth(half_widths: Sequence[float], counts: Mapping[str, Sequence[Any]], bound: int) -> Figure:
    """Draw the number of cells against the half-width, one point a seed."""
    figure, axes = subplots(1, 1, figsize=(7.0, 3.6))
    SweepDisplay(half_widths, counts, xlabel="half-width of the square", ylabel="cells, exact count").plot(
        axes[0, 0], levels={f"{bound}, the most for 20 lines": bound}
    )
    axes[0, 0].set_ylim(bottom=0)
    return figure


def deviation_and_windows(
    radii: Sequence[float],
    measured: Mapping[str, tuple[np.ndarray, float]],
    distances: Sequence[float],
    windows: Mapping[str, Sequence[np.ndarray]],
    window: float,
) -> Figure:
    """Draw |f(r u)/r - f0(u)| under its bound C/r, and cells in a window that moves away."""
    figure, axes = subplots(1, 2, figsize=(10.2, 3.5))
    left, right = axes[0]
    r = np.asarray(radii)
    for colour, (name, (values, bound)) in zip(CLASS_COLOURS, measured.items()):
        left.plot(r, values, "o-", color=colour, markersize=4, label=f"{name}, measured")
        left.plot(r, bound / r, "--", color=colour, linewidth=1, label=f"{name}, bound {bound:.2f}/r")
    left.set_xscale("log")
    left.set_yscale("log")
    left.set_xlabel("distance r from the origin")
    left.set_ylabel("max over u of |f(ru)/r − f₀(u)|")
    left.grid(True)
    left.spines[["top", "right"]].set_visible(False)
    legend(left)
    names = [power(d) for d in distances]
    SweepDisplay(
        names, windows, xlabel="distance of the window's centre", ylabel=f"cells in a window of ± {window:g}"
    ).plot(right)
    right.set_yscale("log")
    right.set_yticks([1, 2, 5, 10, 20, 50, 100, 200], ["1", "2", "5", "10", "20", "50", "100", "200"])
    right.minorticks_off()
    return figure


def laws(angles: np.ndarray, biases: np.ndarray, bound: float) -> Figure:
    """Draw histograms of directions and biases with the laws that they are tested against."""
    figure, axes = subplots(1, 2, figsize=(9.4, 3.3))
    left, right = axes[0]
    left.hist(np.degrees(angles), bins=72, range=(-180, 180), density=True, color=CLASS_COLOURS[5])
    grid = np.linspace(-180, 180, 721)
    density = angle_density(np.radians(grid)) * np.pi / 180
    left.plot(grid, density, color=INK, label="vector uniform in a square")
    left.axhline(1 / 360, color=CLASS_COLOURS[3], linestyle="--", label="evenly spaced")
    left.set_xticks(range(-180, 181, 45), [f"{v}°".replace("-", "−") for v in range(-180, 181, 45)])
    left.set_xlabel("direction of a unit's weights")
    left.set_ylim(0, density.max() * 1.45)
    right.hist(biases, bins=42, range=(-1.5 * bound, 1.5 * bound), density=True, color=CLASS_COLOURS[5])
    grid, sd = np.linspace(-1.5 * bound, 1.5 * bound, 601), bound / np.sqrt(3)
    right.plot(grid, np.where(np.abs(grid) <= bound, 1 / (2 * bound), 0), color=INK, label="uniform")
    gaussian = np.exp(-((grid / sd) ** 2) / 2) / (sd * np.sqrt(2 * np.pi))
    right.plot(grid, gaussian, color=CLASS_COLOURS[3], linestyle="--", label="Gaussian of the same spread")
    right.set_xlabel("bias of a unit")
    right.set_ylim(0, gaussian.max() * 1.45)
    for ax in (left, right):
        ax.set_ylabel("density")
        ax.spines[["top", "right"]].set_visible(False)
        legend(ax, loc="upper right")
    return figure


def line_examples(examples: Sequence[tuple[str, np.ndarray, int]]) -> Figure:
    """Draw a few lines each, with the number of regions in the title."""
    figure, axes = subplots(1, len(examples), figsize=(2.7 * len(examples), 2.9))
    for ax, (name, lines, regions) in zip(axes[0], examples, strict=True):
        UnitLinesDisplay(lines).plot(ax, half_width=4, sides=False, numbers=False)
        ax.set_title(f"{name}:\n{regions} regions")
        _bare(ax)
    return figure


def _bare(ax: Any) -> None:
    """Take ticks and labels off a small panel whose title says its size."""
    ax.set_xticks([])
    ax.set_yticks([])
    ax.set_xlabel("")
    ax.set_ylabel("")
    ax.yaxis.label.set_color(INK)
    ax.tick_params(colors=MUTED)
