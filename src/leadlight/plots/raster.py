"""Pictures of a complex as pixels, and as PNG files, with NumPy and zlib alone.

Each row of pixel centres is crossed by edges; between two crossings lies the cell that the left one of them
says. So the image of cell numbers costs one pass over the edges and one over the pixels, for a million cells
a few seconds. A pixel centre gets the cell it lies in, up to the rounding of a crossing (about 1e-16 of the
domain); cells that no pixel centre hits are not in the image.
"""

from __future__ import annotations

import os
import struct
import zlib
from typing import Any

import numpy as np

from .._writing import write_atomically
from ..errors import ParameterError, TooLargeError
from .colours import cell_colours, layer_colours, output_ranges

__all__ = ["cell_image", "encode_png", "picture", "picture_height", "shrunk", "write_png"]

BAND = 0.12  # height of the picture of an interval, in widths
MOST_PIXELS = 200_000_000
_ROWS = 256  # rows coloured together
_SAMPLES = 4_000_000  # points of edges drawn together
EDGE = (16, 20, 26)


def cell_image(cx: Any, width: int = 1200, height: int | None = None) -> np.ndarray:
    """The cell at each pixel centre, over the bounding box of the domain.

    Parameters
    ----------
    cx : PolyhedralComplex
    width : int
    height : int, optional
        Default: square pixels; for an interval a band.

    Returns
    -------
    ndarray (height, width) int32
        -1 outside the domain. Row 0 is the top: the greatest second coordinate.

    Raises
    ------
    ParameterError, TooLargeError

    Examples
    --------
    >>> import leadlight as ll
    >>> net = ll.Network.from_arrays([[[1, 0]], [[1]]], [[0], [0]])
    >>> cell_image(ll.regions(net, [(-1, 1), (-1, 1)]), 4, 2)
    array([[0, 0, 1, 1],
           [0, 0, 1, 1]], dtype=int32)
    """
    height = picture_height(cx.domain, width, height)
    if cx.dim == 1:
        (low, high) = cx.domain.bounds[0]
        centres = low + (high - low) * (np.arange(width) + 0.5) / width
        row = np.searchsorted(cx.breakpoints, centres, side="left").astype(np.int32)
        return np.broadcast_to(row, (height, width)).copy()
    start, end = _to_pixels(cx, width, height)[cx.edges.vertices].transpose(1, 0, 2)
    downwards = start[:, 1] < end[:, 1]
    # The left hand of one who walks down the image is on its right.
    cells_right_of = np.where(downwards, cx.edges.cells[:, 0], cx.edges.cells[:, 1])
    top = np.where(downwards[:, None], start, end)
    bottom = np.where(downwards[:, None], end, start)
    first = np.clip(np.ceil(top[:, 1] - 0.5), 0, height).astype(np.int64)
    stop = np.clip(np.ceil(bottom[:, 1] - 0.5), 0, height).astype(np.int64)
    edge = np.repeat(np.arange(len(top)), stop - first)
    row = (
        np.arange(len(edge)) - np.repeat(np.cumsum(stop - first) - (stop - first), stop - first) + first[edge]
    )
    part = (row + 0.5 - top[edge, 1]) / (bottom[edge, 1] - top[edge, 1])
    x = top[edge, 0] + part * (bottom[edge, 0] - top[edge, 0])
    order = np.lexsort((x, row))
    column = np.clip(np.ceil(x[order] - 0.5), 0, width).astype(np.int64)
    place = row[order] * (width + 1) + column  # one more column, for what begins beyond the last centre
    last = np.append(place[1:] != place[:-1], True)  # of the crossings before one centre, the nearest counts
    begins = np.zeros(height * (width + 1), np.int32)  # 0: nothing begins here
    begins[place[last]] = np.arange(1, len(order) + 1, dtype=np.int32)[last]
    image = np.empty((height, width), np.int32)
    cells = np.concatenate([[-1], cells_right_of[edge[order]]]).astype(np.int32)
    for a in range(0, height, _ROWS):
        rows = begins.reshape(height, width + 1)[a : a + _ROWS, :width]
        image[a : a + _ROWS] = cells[np.maximum.accumulate(rows, axis=1)]
    return image


def picture(
    cx: Any,
    width: int = 1200,
    *,
    colour: str = "pattern",
    output: int = 0,
    edges: bool | None = None,
    creases: bool = False,
    line_width: float = 1.0,
    smooth: int = 3,
) -> np.ndarray:
    """Draw a complex as pixels.

    Parameters
    ----------
    cx : PolyhedralComplex
    width : int
        Pixels; the height follows.
    colour, output
        See `leadlight.plots.colours.cell_colours`; ``"output"`` is shaded at every pixel, exactly.
    edges : bool, optional
        Draw the borders of the cells. Default: if they leave something to see, at most one cell for 60 pixels.
    creases : bool
        Draw each border in the colour of the layer that makes it.
    line_width : float
        In pixels.
    smooth : int
        Samples across a pixel.

    Returns
    -------
    ndarray (height, width, 4) uint8
        Red, green, blue, and 0 outside the domain.
    """
    for name, value in (("line_width", line_width), ("smooth", smooth)):
        if isinstance(value, bool) or not isinstance(value, int | float | np.number) or not 0 < value <= 16:
            raise ParameterError(f"{name} must be a positive number up to 16, not {value!r}.")
    smooth = int(np.ceil(smooth))
    height = picture_height(cx.domain, width, None)
    colours = cell_colours(cx, colour, output, pale=creases)
    ids = cell_image(cx, smooth * width, smooth * height)
    ranges = output_ranges(cx, output) if colour == "output" else None
    pixels = np.empty((*ids.shape, 4), np.uint8)
    for a in range(0, len(ids), _ROWS):
        block = ids[a : a + _ROWS]
        shades = colours.table[colours.index][block]
        if ranges is not None:
            values = _values_at_centres(cx, output, block, a, ids.shape)
            shades = colours.of_values(np.fmax(np.fmin(values, ranges[1][block]), ranges[0][block]))
        pixels[a : a + _ROWS, :, :3] = np.where(block[:, :, None] >= 0, shades, 255)
        pixels[a : a + _ROWS, :, 3] = np.where(block >= 0, 255, 0)
    if edges is None:
        edges = creases or len(cx) * 60 <= width * height
    if edges or creases:
        _draw_edges(cx, pixels, creases, line_width * smooth)
    return shrunk(pixels, smooth)


def write_png(cx: Any, path: str | os.PathLike[str], width: int = 1200, **options: Any) -> None:
    """Draw a complex into a PNG file; options as in `picture`.

    Raises
    ------
    FileError, ParameterError, TooLargeError
    """
    write_atomically(path, encode_png(picture(cx, width, **options)))


def encode_png(pixels: np.ndarray) -> bytes:
    """A PNG file of pixels (height, width, 3 or 4) uint8; full opacity is left out."""
    if pixels.shape[2] == 4 and (pixels[:, :, 3] == 255).all():
        pixels = pixels[:, :, :3]
    height, width, channels = pixels.shape
    rows = np.empty((height, 1 + width * channels), np.uint8)
    rows[:, 0] = 2  # filter "up": the difference to the row above, small where columns are alike
    rows[:, 1:] = pixels.reshape(height, -1)
    rows[1:, 1:] -= pixels.reshape(height, -1)[:-1]
    header = struct.pack(">IIBBBBB", width, height, 8, {3: 2, 4: 6}[channels], 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(rows.tobytes(), 6)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in chunks
    )


def picture_height(domain: Any, width: Any, height: Any) -> int:
    """The height given, or that of square pixels (a band for an interval), if pixels are not too many."""
    for name, value in (("width", width), ("height", height)):
        if value is not None and (
            isinstance(value, bool) or not isinstance(value, int | np.integer) or value < 1
        ):
            raise ParameterError(f"{name} must be a number of pixels, at least 1, not {value!r}.")
    if height is None:
        sides = np.diff(domain.bounds, axis=1).ravel()
        ratio = BAND if domain.dim == 1 else float(sides[1] / sides[0])
        height = max(1, round(width * min(ratio, MOST_PIXELS)))
    if width * height > MOST_PIXELS:
        raise TooLargeError(
            f"The picture would have {width:,} x {height:,} pixels; at most {MOST_PIXELS:,} are drawn: "
            "give a smaller width, or a domain that is less tall."
        )
    return int(height)


def _to_pixels(cx: Any, width: int, height: int) -> np.ndarray:
    """The vertices in pixels, (V, 2): x to the right, y down."""
    low, high = cx.domain.bounds.T
    part = (cx.vertices - low) / (high - low)
    if cx.dim == 1:
        return np.column_stack([part[:, 0] * width, np.zeros(len(part))])
    return np.column_stack([part[:, 0] * width, (1.0 - part[:, 1]) * height])


def _values_at_centres(cx: Any, output: int, ids: np.ndarray, top: int, shape: tuple) -> np.ndarray:
    """The output at the centres of some rows of pixels, as far as the cells' maps say."""
    A, c = (part[:, output] for part in cx.affine_maps())
    low, high = cx.domain.bounds.T
    x = low[0] + (high[0] - low[0]) * (np.arange(shape[1]) + 0.5) / shape[1]
    with np.errstate(over="ignore", invalid="ignore"):
        values = A[ids, 0] * x + c[ids]
        if cx.dim == 2:
            y = high[1] - (high[1] - low[1]) * (np.arange(top, top + len(ids)) + 0.5) / shape[0]
            values += A[ids, 1] * y[:, None]
    return values


def _draw_edges(cx: Any, pixels: np.ndarray, creases: bool, line_width: float) -> None:
    """Lines along the edges between cells, the first layer's last so that they lie on top."""
    height, width = pixels.shape[:2]
    at = _to_pixels(cx, width, height)
    chosen = cx.edges.interior
    layers = cx.edges.layer[chosen]
    chosen = chosen[np.argsort(-layers, kind="stable")]
    shades = np.array([EDGE] * cx.network.depth, np.uint8)
    if creases:
        shades = layer_colours(cx.network.depth)
    ends = at[cx.edges.vertices[chosen]]
    if cx.dim == 1:
        ends = np.concatenate([ends, ends + np.array([0.0, height])], axis=1)
    start, step = ends[:, 0], ends[:, 1] - ends[:, 0]
    counts = np.ceil(np.abs(step).max(axis=1)).astype(np.int64) + 1
    reach = np.arange(round(line_width)) - (round(line_width) - 1) / 2 if line_width >= 1 else np.zeros(1)
    total = np.cumsum(counts)
    groups = np.searchsorted(total, np.arange(0, total[-1] if len(total) else 0, _SAMPLES), side="right")
    for a, b in zip(groups, [*groups[1:], len(chosen)]):
        edge = np.repeat(np.arange(a, b), counts[a:b])
        number = np.arange(len(edge)) - np.repeat(
            total[a:b] - counts[a:b] - (total[a - 1] if a else 0), counts[a:b]
        )
        points = start[edge] + (number / np.maximum(1, counts[edge] - 1))[:, None] * step[edge]
        shade = shades[cx.edges.layer[chosen[edge]]]
        for dx in reach:
            for dy in reach:
                column = np.floor(points[:, 0] + dx).astype(np.int64)
                row = np.floor(points[:, 1] + dy).astype(np.int64)
                seen = (column >= 0) & (column < width) & (row >= 0) & (row < height)
                pixels[row[seen], column[seen], :3] = shade[seen]


def shrunk(pixels: np.ndarray, by: int) -> np.ndarray:
    """The mean of each square of by x by pixels."""
    if by == 1:
        return pixels
    height, width = pixels.shape[0] // by, pixels.shape[1] // by
    total = np.zeros((height, width, 4), np.uint16)
    for dy in range(by):
        for dx in range(by):
            total += pixels[dy::by, dx::by]
    return ((total + by * by // 2) // (by * by)).astype(np.uint8)
