"""Data points on a map of classes, and the names of the classes beside it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from ..errors import ShapeError
from . import legends, style

__all__ = ["checked_labels", "draw_points", "name_classes"]

MANY = 500  # points from which on they are drawn as pixels, in SVG and PDF files too


def checked_labels(points: Any, labels: Any) -> np.ndarray | None:
    """The labels (n,) int64 of points (n, 2), or None where there are none.

    Raises
    ------
    ShapeError
        The points are not (n, 2), or there is not one label for each.
    """
    shape = None if points is None else np.shape(points)
    if shape is not None and (len(shape) != 2 or shape[1] != 2):
        raise ShapeError(f"points had the shape {shape}; expected (n, 2).")
    if labels is None:
        return None
    labels = np.asarray(labels).reshape(-1).astype(np.int64)
    n = 0 if shape is None else shape[0]
    if len(labels) != n:
        raise ShapeError(f"{len(labels)} labels came with {n} points; give one label a point.")
    return labels


def draw_points(
    ax: Any,
    points: Any,
    labels: np.ndarray | None,
    colours: Sequence[Any],
    size: float,
    bare: str = style.BLACK,
) -> None:
    """Draw points in the order given, so that no class hides another; all in `bare` if they have no labels."""
    points = np.asarray(points, dtype=np.float64)
    shades = bare if labels is None else [colours[label] for label in labels]
    ax.scatter(
        *points.T, s=size, c=shades, edgecolors="#ffffff", linewidths=0.25, rasterized=len(points) > MANY, zorder=4,
    )  # fmt: skip


def name_classes(
    ax: Any, colours: Sequence[Any], class_names: Sequence[str] | None, which: Iterable[int] | None = None
) -> None:
    """Name the classes 0, 1, ... beside the map, or `which` of them."""
    names = list(class_names or ())
    names += [f"class {c}" for c in range(len(names), len(colours))]
    for c in range(len(colours)) if which is None else which:
        ax.scatter([], [], s=26, marker="s", color=colours[c], label=names[c])
    legends.legend_beside(ax, handletextpad=0.3)
