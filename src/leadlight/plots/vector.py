"""Pictures of a complex as SVG, written directly: one path for each colour, coordinates in whole units.

The longer side of the domain is `UNITS` units; cells thinner than a unit leave no polygon. A million cells
take some 1.5 seconds and 45 MB. NumPy and strings alone.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from functools import cache
from typing import Any

import numpy as np

from .._writing import replacing
from ..errors import ParameterError
from .colours import cell_colours, layer_colours
from .raster import BAND, EDGE

__all__ = ["fills", "head", "picture_size", "svg_parts", "write_svg"]

UNITS = 20_000


def write_svg(cx: Any, path: str | os.PathLike[str], width: int = 800, **options: Any) -> None:
    """Draw a complex into an SVG file; options as in `svg_parts`.

    Raises
    ------
    FileError, ParameterError
    """
    parts = svg_parts(cx, width, **options)
    with replacing(path) as stream:
        for part in parts:
            stream.write(part.encode())


def svg_parts(
    cx: Any,
    width: int = 800,
    *,
    colour: str = "pattern",
    output: int = 0,
    edges: bool | None = None,
    creases: bool = False,
    line_width: float = 1.0,
) -> Iterator[str]:
    """The pieces of an SVG file, one after another.

    Parameters
    ----------
    cx : PolyhedralComplex
    width : int
        In CSS pixels; the height follows.
    colour, output
        See `leadlight.plots.colours.cell_colours`; ``"output"`` is that of the centroid.
    edges : bool, optional
        Draw the borders of the cells. Default: up to 20,000 cells.
    creases : bool
        Draw each border in the colour of the layer that makes it.
    line_width : float
        In CSS pixels.
    """
    for name, value in (("width", width), ("line_width", line_width)):
        if isinstance(value, bool) or not isinstance(value, int | float | np.number) or not 0 < value < 1e6:
            raise ParameterError(f"{name} must be a positive number of pixels, not {value!r}.")
    colours = cell_colours(cx, colour, output, pale=creases)
    return _parts(cx, width, colours, len(cx) <= 20_000 if edges is None else edges, creases, line_width)


def _parts(
    cx: Any, width: float, colours: Any, edges: bool, creases: bool, line_width: float
) -> Iterator[str]:
    points, size = _points(cx)
    unit = size[0] / width  # of a pixel
    yield head(size, width, f"{len(cx):,} cells")
    yield from fills(cx, colours)
    yield "</g>\n"
    if edges or creases:
        shades = layer_colours(cx.network.depth) if creases else np.array([EDGE] * cx.network.depth)
        yield f'<g fill="none" stroke-width="{line_width * unit:.4g}" stroke-linecap="round">\n'
        chosen = cx.edges.interior
        for layer in reversed(np.unique(cx.edges.layer[chosen]).tolist()):
            ends = points[cx.edges.vertices[chosen[cx.edges.layer[chosen] == layer]]]
            if cx.dim == 1:
                ends = np.concatenate([ends, ends + np.array([0, size[1]])], axis=1)
            ends = ends[(ends[:, 0] != ends[:, 1]).any(axis=1)].reshape(-1, 4).tolist()
            data = "".join([f"M{a} {b} {c} {d}" for a, b, c, d in ends])
            yield f'<path stroke="{_code(shades[layer])}" d="{data}"/>\n'
        yield "</g>\n"
    yield "</svg>\n"


def head(size: tuple[int, int], width: float, title: str) -> str:
    """How the file begins, up to the fills of the cells."""
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width:g}" height="{width * size[1] / size[0]:.6g}" '
        f'viewBox="0 0 {size[0]} {size[1]}">\n<title>{title}</title>\n'
        # A border of its own colour closes the gaps that anti-aliasing leaves between neighbours.
        f'<g stroke-width="{0.3 * size[0] / width:.4g}" stroke-linejoin="round">\n'
    )


def fills(cells: Any, colours: Any) -> Iterator[str]:
    """A path for each colour that the cells of a complex, or of a batch, have."""
    points, size = _points(cells)
    order = np.argsort(colours.index, kind="stable")
    rows, starts = np.unique(colours.index[order], return_index=True)
    for row, some in zip(rows, np.split(order, starts[1:])):
        code = _code(colours.table[row])
        data = "".join(_outlines(cells, points, some, size))
        if data:
            yield f'<path fill="{code}" stroke="{code}" d="{data}"/>\n'


def picture_size(domain: Any) -> tuple[int, int]:
    """Width and height of the picture in whole units."""
    if domain.dim == 1:
        return UNITS, round(BAND * UNITS)
    sides = np.diff(domain.bounds, axis=1)[:, 0]
    width, height = np.maximum(1, np.rint(sides * (UNITS / sides.max()))).astype(np.int64).tolist()
    return width, height


def _points(cx: Any) -> tuple[np.ndarray, tuple[int, int]]:
    """The vertices in whole units (V, 2), x to the right and y down; the picture's width and height."""
    low, high = cx.domain.bounds.T
    at = np.rint((cx.vertices - low) * (UNITS / (high - low).max())).astype(np.int64)
    size = picture_size(cx.domain)
    if cx.dim == 1:
        return np.column_stack([at[:, 0], np.zeros_like(at[:, 0])]), size
    at[:, 1] = size[1] - at[:, 1]
    return at, size


def _outlines(cx: Any, points: np.ndarray, cells: np.ndarray, size: tuple[int, int]) -> Iterator[str]:
    """The outlines of cells as path data; nothing of those that have no area in whole units."""
    for start in range(0, len(cells), 65536):
        some = cells[start : start + 65536]
        counts = cx.n_corners[some]
        ends = np.cumsum(counts)
        firsts = ends - counts
        corner = np.repeat(cx.cell_starts[some] - firsts, counts) + np.arange(ends[-1])
        at = points[cx.cell_vertices[corner]]
        if cx.dim == 1:
            sides = zip(at[::2, 0].tolist(), at[1::2, 0].tolist())
            yield "".join([f"M{a} 0H{b}V{size[1]}H{a}Z" for a, b in sides if a != b])
            continue
        before = np.arange(len(at)) - 1
        before[firsts] = ends - 1
        new = (at != at[before]).any(axis=1)
        lengths = np.add.reduceat(new, firsts)
        new &= np.repeat(lengths > 2, counts)
        # One format for all: some 5 times as fast as one for each cell.
        yield "".join(map(_outline, lengths[lengths > 2].tolist())) % tuple(at[new].ravel().tolist())


@cache
def _outline(n_corners: int) -> str:
    return "M" + " ".join(["%d %d"] * n_corners) + "Z"


def _code(colour: Any) -> str:
    return "#{:02x}{:02x}{:02x}".format(*(int(channel) for channel in colour))
