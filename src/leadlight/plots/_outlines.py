"""Cells and edges of a complex as matplotlib's paths, many at a time: what makes 100,000 cells quick to draw."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.collections import LineCollection, PathCollection
from matplotlib.path import Path

from . import style

__all__ = [
    "MANY",
    "compound_paths",
    "crease_lines",
    "fill_groups",
    "polylines",
]

FINEST = 4000  # corners nearer to one another than this part of the domain's side are drawn as one
MANY = 2000  # cells from which on they are drawn as pixels, in SVG and PDF files too


def compound_paths(cx: Any, groups: np.ndarray) -> tuple[list[Path], np.ndarray]:
    """One path for the cells of each group.

    Parameters
    ----------
    cx : PolyhedralComplex
    groups : ndarray (C,) int

    Returns
    -------
    paths : list of Path
    numbers : ndarray
        The groups there are, ascending, one for each path.
    """
    corners, counts = _visible_corners(cx)
    order = np.argsort(groups, kind="stable")
    order = order[counts[order] > 0]
    if not len(order):  # a domain that is a mere line to the eye
        return [], order
    numbers, starts = np.unique(groups[order], return_index=True)
    lengths = counts[order] + 1  # and once more to the first corner
    ends = np.cumsum(lengths)
    first = (np.cumsum(counts) - counts)[order]
    place = np.repeat(first - (ends - lengths), lengths) + np.arange(ends[-1])
    place[ends - 1] = first
    vertices = cx.vertices[corners[place]]
    codes = np.full(len(vertices), Path.LINETO, Path.code_type)
    codes[ends - lengths] = Path.MOVETO
    codes[ends - 1] = Path.CLOSEPOLY
    cuts = (ends - lengths)[starts[1:]]
    pieces = zip(np.split(vertices, cuts), np.split(codes, cuts))
    return [Path(points, code) for points, code in pieces], numbers


def _visible_corners(cx: Any) -> tuple[np.ndarray, np.ndarray]:
    """The corners to draw, cell after cell, and how many each cell has; none for a mere speck.

    In vector graphics corners that no eye could tell apart are one: browsers leave holes in long wedges whose
    corners nearly coincide at the apex.
    """
    if len(cx) > MANY:
        return cx.cell_vertices, cx.n_corners
    low, high = cx.domain.bounds.T
    marks = np.round((cx.vertices[cx.cell_vertices] - low) / (high - low) * FINEST)
    before = np.arange(len(marks)) - 1
    before[cx.cell_starts[:-1]] = cx.cell_starts[1:] - 1
    starts = cx.cell_starts[:-1]
    seen = (marks != marks[before]).any(axis=1)
    seen &= np.repeat(np.add.reduceat(seen, starts) >= 3, cx.n_corners)
    return cx.cell_vertices[seen], np.add.reduceat(seen, starts)


def fill_groups(ax: Any, cx: Any, groups: np.ndarray, table: np.ndarray) -> None:
    """Fill each cell with its group's row of a table of colours (k, 3), floats in [0, 1]."""
    paths, numbers = compound_paths(cx, groups)
    # A border of the fill's own colour closes the gaps that anti-aliasing leaves between neighbours.
    filled = PathCollection(paths, facecolors=table[numbers], edgecolors="face", linewidths=0.2)
    filled.set_rasterized(len(cx) > MANY)
    ax.add_collection(filled, autolim=False)


def crease_lines(
    ax: Any, cx: Any, chosen: np.ndarray, colour: Any, width: float, label: str | None = None, **look: Any
) -> None:
    """Draw some edges, given by number, as one path, with a line in a legend if there is a label."""
    ends = cx.vertices[cx.edges.vertices[chosen]]
    if not len(ends):
        return
    codes = np.tile(np.array([Path.MOVETO, Path.LINETO], Path.code_type), len(ends))
    path = Path(ends.reshape(-1, 2), codes)
    lines = PathCollection([path], facecolors="none", edgecolors=[colour], linewidths=width, **look)
    lines.set_capstyle("round")
    lines.set_rasterized(len(ends) > MANY)
    ax.add_collection(lines, autolim=False)
    if label is not None:
        ax.plot([], [], color=colour, linewidth=max(width, 1.0), label=label)


def polylines(ax: Any, lines: list[np.ndarray], **look: Any) -> None:
    """Draw polylines (k, 2)."""
    drawn = LineCollection(lines, **{"colors": [style.BLACK], "linewidths": 1.4, **look})
    drawn.set_capstyle("round")
    drawn.set_joinstyle("round")
    ax.add_collection(drawn, autolim=False)
