"""The figures of the rings study."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.figure import Figure

from leadlight.data import Dataset
from leadlight.network import Network
from leadlight.plots import (
    BoundaryDisplay,
    DecisionMapDisplay,
    HiddenCubeDisplay,
    LossCurvesDisplay,
    SweepDisplay,
    UnitLinesDisplay,
)
from leadlight.plots.legends import legend, legend_beside
from leadlight.plots.style import (
    BLACK,
    CLASS_COLOURS,
    INK,
    MUTED,
    class_colours,
    subplots,
    tint,
)
from leadlight.studies.result import Interval

from .monotone import falling_cone
from .separable import Separation
from .triangle import cells_of_lines

__all__ = ["cone", "cube", "cubes", "logits", "losses", "maps", "regions", "relu", "shown"]

HALF_WIDTH = 4.6
SHOWN = 400  # points of each class drawn where all would hide one another


def logits(
    reach: np.ndarray, target_0: Mapping[str, np.ndarray], target_1: Mapping[str, np.ndarray]
) -> Figure:
    """Draw loss and size of the gradient of wrong answers, both ways of computing."""
    figure, axes = subplots(1, 2, figsize=(8.6, 3.2))
    for ax, what in zip(axes[0], ("loss", "gradient")):
        straight = np.abs(target_0[f"{what} by logit"])
        ax.plot(reach, straight, color=CLASS_COLOURS[0], linewidth=3, alpha=0.6, label="from the logit")
        for name, values, i, dash in (("target 0", target_0, 1, "-"), ("target 1", target_1, 3, "--")):
            ax.plot(reach, np.abs(values[f"{what} by p"]), dash, color=CLASS_COLOURS[i],
                    label=f"through p, {name}")  # fmt: skip
        ax.set_xlabel("size of the wrong logit")
        ax.set_ylabel("loss" if what == "loss" else "size of the gradient by the logit")
        ax.spines[["top", "right"]].set_visible(False)
    legend(axes[0, 0])
    return figure


def losses(curves: Mapping[int, np.ndarray], course: Mapping[int, float], at: int) -> Figure:
    """Draw losses against epochs by width, and single values of the sheet as crosses."""
    figure, axes = subplots(1, 1, figsize=(6.8, 3.9))
    named = {f"{w} unit{'s' if w > 1 else ''}": values for w, values in curves.items()}
    colours = dict(zip(named, class_colours(len(named))))
    LossCurvesDisplay(named, xlabel="epoch", ylabel="cross-entropy").plot(
        axes[0, 0], colours=colours, legend=False
    )
    for (width, _), name in zip(curves.items(), named):
        if width in course:
            axes[0, 0].plot(at, course[width], "X", markersize=8, color=colours[name],
                            markeredgecolor=INK, markeredgewidth=0.8, zorder=5)  # fmt: skip
    if course:
        axes[0, 0].plot([], [], "X", color=MUTED, markersize=7, label="sheet")
    legend_beside(axes[0, 0])
    return figure


def maps(data: Dataset, networks: Mapping[Any, Network], show_data: bool = True) -> Figure:
    """Draw decision maps with unit lines, at most three in a row; first the data alone, if wanted."""
    panels: list[tuple[str, Network | None]] = [("the data", None)] if show_data else []
    panels += [
        (f"{n} unit{'s' if n > 1 else ''}" if isinstance(n, int) else str(n), net)
        for n, net in networks.items()
    ]
    columns = min(3, len(panels))
    rows = -(-len(panels) // columns)
    figure, axes = subplots(rows, columns, figsize=(3.3 * columns + 0.8, 3.2 * rows))
    for ax, (title, net) in zip(axes.ravel(), panels):
        X, y = _some(data)
        if net is None:
            UnitLinesDisplay(np.zeros((0, 3))).plot(
                ax, half_width=HALF_WIDTH, points=X, labels=y, class_names=data.class_names, title=title
            )
            continue
        look = {"points": X, "labels": y, "point_size": 4, "title": title}
        if net.activations[0].pieces is None:
            DecisionMapDisplay.from_network(net, HALF_WIDTH, 220, class_names=data.class_names).plot(
                ax, **look
            )
        else:  # exactly, as there are cells
            BoundaryDisplay.from_network(net, [(-HALF_WIDTH, HALF_WIDTH)] * 2).plot(
                ax, class_names=data.class_names, **look
            )
        UnitLinesDisplay.from_network(net).plot(ax, half_width=HALF_WIDTH)
    for ax in axes.ravel()[len(panels) :]:
        ax.set_visible(False)
    return figure


def regions(data: Dataset, arrangements: Mapping[str, np.ndarray]) -> Figure:
    """Draw the coded regions of three lines each; the data beneath those that were learned."""
    figure, axes = subplots(1, len(arrangements), figsize=(4.4 * len(arrangements), 4.2))
    tints = [tint(c, 0.72) for c in class_colours(8)]
    for ax, (title, lines) in zip(axes[0], arrangements.items()):
        cx = cells_of_lines(lines, HALF_WIDTH)
        codes = ["".join(map(str, pattern)) for pattern in cx.patterns]
        for code, polygon in zip(codes, cx.polygons()):
            ax.fill(*polygon.T, color=tints[int(code, 2)], linewidth=0, zorder=0)
        if title == "learned":
            X, y = _some(data)
            for c in (0, 1):
                ax.scatter(*X[y == c].T, s=3, color=class_colours(2)[c], linewidths=0, zorder=1,
                           rasterized=True)  # fmt: skip
        UnitLinesDisplay(lines).plot(ax, half_width=HALF_WIDTH, title=title)
        for code, centre in zip(codes, cx.centroids):
            ax.text(
                *centre, code, ha="center", va="center",
                fontsize=10, color=BLACK, zorder=5, clip_on=True,
                bbox={"boxstyle": "round,pad=0.15", "facecolor": "#ffffff", "edgecolor": "none", "alpha": 0.75},
            )  # fmt: skip
    return figure


def cone(data: Dataset, net: Network) -> Figure:
    """Draw the falling cone of a two-unit network over its decision, and the output along it."""
    figure, axes = subplots(1, 2, figsize=(8.8, 3.6))
    left, right = axes[0]
    falling = falling_cone(net)
    assert falling is not None
    X, y = _some(data)
    DecisionMapDisplay.from_network(net, 6.0, 220, class_names=data.class_names).plot(
        left, points=X, labels=y, point_size=3
    )
    UnitLinesDisplay.from_network(net).plot(left, half_width=6.0)
    disc = data.X[data.y == 0]
    inside = disc[net(disc)[:, 0] < 0]
    across = np.array([-falling.axis[1], falling.axis[0]])
    for start in _spread(inside, across, 3):
        corners = [start, *(start + 40 * falling.directions(24))]
        left.fill(*np.array(corners).T, facecolor=BLACK, alpha=0.35, linewidth=0.8, edgecolor=BLACK,
                  zorder=3.5)  # fmt: skip
        left.plot(*start, "o", color=BLACK, markersize=4, zorder=4)
    t = np.linspace(0, 8, 200)
    for start in _spread(inside, across, 10):
        walk = start + t[:, None] * falling.axis
        right.plot(t, net(walk)[:, 0], color=CLASS_COLOURS[0], alpha=0.7, linewidth=1)
    right.axhline(0, color=INK, linestyle="--", linewidth=1)
    right.set_xlabel("distance along the cone")
    right.set_ylabel("logit (above 0: ring)")
    right.spines[["top", "right"]].set_visible(False)
    return figure


def cube(hidden: np.ndarray, data: Dataset, plane: Separation, missing: Sequence[int] | None) -> Figure:
    """Draw three hidden activations from two sides, with the plane and the missing corner."""
    figure, axes = subplots(1, 2, figsize=(9.0, 4.2), subplot_kw={"projection": "3d"})
    chosen = _chosen(data)
    for ax, azimuth in zip(axes[0], (-60.0, -130.0)):
        if missing is not None:
            ax.plot(*[[v] for v in missing], "x", color=CLASS_COLOURS[3], markersize=6, markeredgewidth=2.2,
                    label="missing code")  # fmt: skip
        HiddenCubeDisplay(hidden[chosen], data.y[chosen], class_names=data.class_names).plot(
            ax, plane=_plane(plane), azimuth=azimuth, point_size=7
        )
    return figure


def cubes(hidden: np.ndarray, data: Dataset, planes: Mapping[tuple[int, ...], Separation]) -> Figure:
    """Draw several triples of hidden activations, with their planes."""
    figure, axes = subplots(2, 5, figsize=(13.0, 5.6), subplot_kw={"projection": "3d"})
    chosen = _chosen(data)
    for ax, (units, plane) in zip(axes.ravel(), planes.items()):
        name = "units " + ", ".join(str(u + 1) for u in units)
        HiddenCubeDisplay(hidden[chosen][:, units], data.y[chosen], units, data.class_names).plot(
            ax,
            plane=_plane(plane),
            point_size=4,
            title=f"{name}: {'parted' if plane.separable else 'not parted'}",
        )
    return figure


def relu(
    shares: Mapping[str, Mapping[int, Interval]], final: Mapping[str, Mapping[int, np.ndarray]], level: float
) -> Figure:
    """Draw shares of successful seeds with intervals, and final losses, by width."""
    figure, axes = subplots(1, 2, figsize=(9.2, 3.6))
    ax = axes[0, 0]
    for i, (name, by_width) in enumerate(shares.items()):
        x = np.array(list(by_width)) + (i - 0.5) * 0.12
        middle = np.array([s.median for s in by_width.values()])
        low, high = np.array([[s.low, s.high] for s in by_width.values()]).T
        ax.errorbar(x, middle, yerr=np.maximum([middle - low, high - middle], 0), fmt="os"[i] + "-",
                    color=CLASS_COLOURS[i], capsize=3, label=shown(name))  # fmt: skip
    ax.set_ylim(-0.04, 1.04)
    ax.set_xlabel("hidden units")
    ax.set_ylabel("share of seeds with zero loss")
    ax.spines[["top", "right"]].set_visible(False)
    legend(ax, loc="upper left")
    values = sorted({w for by_width in final.values() for w in by_width})
    metrics = {name: [by_width.get(w, np.zeros(0)) for w in values] for name, by_width in final.items()}
    SweepDisplay(values, metrics, xlabel="hidden units", ylabel="final cross-entropy").plot(
        axes[0, 1], log_x=False, log_y=True, levels={f"counts as zero: {level:g}": level}
    )
    return figure


def shown(name: str) -> str:
    """Return the name of an activation as it is written in text."""
    return "ReLU" if name == "relu" else name


def _chosen(data: Dataset) -> np.ndarray:
    """Indices of the first points of each class, in turn, so that neither class hides the other."""
    both = [np.flatnonzero(data.y == c)[:SHOWN] for c in (0, 1)]
    return np.stack(both, axis=1).ravel()


def _some(data: Dataset) -> tuple[np.ndarray, np.ndarray]:
    chosen = _chosen(data)
    return data.X[chosen], data.y[chosen]


def _plane(found: Separation) -> tuple[list[float], float] | None:
    return (found.normal.tolist(), found.offset) if found.separable else None


def _spread(points: np.ndarray, across: np.ndarray, n: int) -> np.ndarray:
    """Take n of the points, evenly in their order along a direction."""
    if not len(points):
        return points
    order = np.argsort(points @ across, kind="stable")
    return points[order[np.linspace(0, len(points) - 1, n).round().astype(int)]]
