"""Pictures of any number of cells, drawn batch by batch from a stream, with NumPy alone.

Each cell is filled between its borders on every row of sample points that it crosses; cells that hold no sample
leave nothing behind. What is kept is one number for each sample, so a hundred million cells take no more memory
than a hundred. Colours of a continuous scale are chosen at the end, when the limits are known.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from ..errors import ParameterError
from .colours import CellColours, cell_colours
from .raster import picture_height, shrunk

__all__ = ["StreamPicture"]


class StreamPicture:
    """A picture of the cells of a stream, to which batches are added in any order.

    Parameters
    ----------
    stream : RegionStream
        Whose network and domain it shows; nothing is taken from it.
    width : int
        Pixels; the height follows.
    colour, output
        As of `leadlight.plots.raster.picture`; ``"linear_region"`` needs to know neighbours, so it is not had.
    smooth : int
        Samples across a pixel.

    Examples
    --------
    >>> import leadlight as ll
    >>> stream = ll.iter_regions(ll.mlp(2, [30], 1, seed=0), [(-1, 1), (-1, 1)])
    >>> drawn = StreamPicture(stream, 40)
    >>> for cells in stream:
    ...     drawn.add(cells)
    >>> drawn.pixels().shape
    (40, 40, 4)
    """

    def __init__(
        self, stream: Any, width: int = 1200, *, colour: str = "pattern", output: int = 0, smooth: int = 3
    ) -> None:
        if colour == "linear_region":
            raise ParameterError(
                "The cells of a stream do not know their linear regions: choose another colouring, or find the "
                "whole complex."
            )
        if isinstance(smooth, bool) or not isinstance(smooth, int | np.integer) or not 1 <= smooth <= 16:
            raise ParameterError(f"smooth must be a number of samples, 1 to 16, not {smooth!r}.")
        self._of = stream
        self._colour, self._output, self._smooth = colour, output, int(smooth)
        height = picture_height(stream.domain, width, None)
        self._height = picture_height(stream.domain, smooth * width, smooth * height)
        shape = (1 if stream.dim == 1 else self._height, smooth * width)
        self._values = np.zeros(shape)
        self._is_drawn = np.zeros(shape, bool)
        self._shades: CellColours | None = None

    def add(self, cells: Any) -> None:
        """Draw some cells.

        Raises
        ------
        ParameterError
            There is no such output, or the stream was made without what the colours are about.
        """
        shades = cell_colours(cells, self._colour, self._output)
        self._widen(shades)
        cell, samples = _samples(self._to_samples(cells), cells.cell_starts, self._values.shape)
        if self._colour == "output":
            A, c = (part[cell, self._output] for part in cells.affine_maps())
            values = np.einsum("ij,ij->i", A, self._points(samples)) + c
        else:
            values = (shades.index if shades.values is None else shades.values)[cell]
        self._values.reshape(-1)[samples] = values
        self._is_drawn.reshape(-1)[samples] = True

    def _widen(self, shades: CellColours) -> None:
        """Take what a batch of cells adds to the limits of the scale."""
        is_known = shades.values is None or self._colour == "direction" or np.isfinite(shades.values).any()
        if not is_known:
            return
        if self._shades is not None:
            (low, high), (lower, higher) = self._shades.limits, shades.limits
            shades = replace(shades, limits=(min(low, lower), max(high, higher)))
        self._shades = replace(shades, index=shades.index[:0], values=None)

    def pixels(self) -> np.ndarray:
        """The picture so far, (height, width, 4) uint8: red, green, blue, and 0 where no cell was drawn."""
        if self._of.is_complete:
            self._close_gaps()
        pixels = np.zeros((*self._values.shape, 4), np.uint8)
        pixels[..., :3] = 255
        if self._shades is not None:
            for row, (values, is_drawn) in enumerate(zip(self._values, self._is_drawn)):
                drawn = values[is_drawn]
                table = self._shades.table
                is_hash = self._colour == "pattern"
                pixels[row, is_drawn, :3] = (
                    table[drawn.astype(int)] if is_hash else self._shades.of_values(drawn)
                )
                pixels[row, is_drawn, 3] = 255
        return shrunk(np.broadcast_to(pixels, (self._height, *pixels.shape[1:])), self._smooth)

    def _close_gaps(self) -> None:
        """Samples that the roundings of two neighbours leave between them go to that on the left, or the right."""
        outline = self._scaled(self._of.domain.corners)
        if self._of.dim == 1:
            outline = np.column_stack([outline, [0.0, 1.0]])
        inside = np.zeros(self._values.shape, bool)
        inside.reshape(-1)[_samples(outline, np.array([0, len(outline)]), inside.shape)[1]] = True
        for row in np.flatnonzero((inside & ~self._is_drawn).any(axis=1)).tolist():
            there = np.flatnonzero(self._is_drawn[row])
            missing = np.flatnonzero(inside[row] & ~self._is_drawn[row])
            if len(there):
                nearest = there[np.maximum(np.searchsorted(there, missing) - 1, 0)]
                self._values[row, missing] = self._values[row, nearest]
                self._is_drawn[row, missing] = True

    def _to_samples(self, cells: Any) -> np.ndarray:
        """The corners of the cells in samples, (n, 2): x to the right, y down."""
        corners = self._scaled(cells.vertices[cells.cell_vertices])
        if cells.dim == 1:  # a band of one row
            corners = np.column_stack([corners[:, 0], np.tile([0.0, 1.0], len(cells))])
        return corners

    def _scaled(self, points: np.ndarray) -> np.ndarray:
        low, high = self._of.domain.bounds.T
        part = (points - low) / (high - low)
        if part.shape[1] == 2:
            part[:, 1] = 1.0 - part[:, 1]
        return part * np.array(self._values.shape[::-1])[: part.shape[1]]

    def _points(self, samples: np.ndarray) -> np.ndarray:
        """Where samples are, (n, dim)."""
        row, column = np.divmod(samples, self._values.shape[1])
        low, high = self._of.domain.bounds.T
        part = np.column_stack([column, self._values.shape[0] - 1 - row])[:, : len(low)] + 0.5
        return low + (high - low) * part / np.array(self._values.shape[::-1])[: len(low)]


def _samples(
    corners: np.ndarray, starts: np.ndarray, shape: tuple[int, ...]
) -> tuple[np.ndarray, np.ndarray]:
    """The sample points in convex polygons: (n,) int64 polygon, (n,) int64 index into the flat image.

    Sample (row, column) is at (column + 0.5, row + 0.5). One on a border belongs to the polygon on its right, or
    below.
    """

    def first_from(values: np.ndarray, size: int) -> np.ndarray:
        return np.clip(np.ceil(values - 0.5), 0, size).astype(np.int64)

    lowest, highest = np.minimum.reduceat(corners, starts[:-1]), np.maximum.reduceat(corners, starts[:-1])
    first, stop = (
        np.column_stack([first_from(ends[:, 0], shape[1]), first_from(ends[:, 1], shape[0])])
        for ends in (lowest, highest)
    )
    chosen = np.flatnonzero((first < stop).all(axis=1))  # of most small cells there are no samples
    top, n_rows = first[chosen, 1], (stop - first)[chosen, 1]
    if corners.shape[0] == 2 * (len(starts) - 1):  # an interval: a band between two ends
        left, right = (ends[chosen, 0] for ends in (first, stop))
        polygon, row = chosen, top
    else:
        polygon, row = np.repeat(chosen, n_rows), _counted(n_rows) + np.repeat(top, n_rows)
        left, right = (
            first_from(x, shape[1]) for x in _borders(corners, starts, chosen, top, n_rows, shape[0])
        )
    counts = np.maximum(right - left, 0)
    return np.repeat(polygon, counts), np.repeat(row * shape[1] + left, counts) + _counted(counts)


def _borders(
    corners: np.ndarray,
    starts: np.ndarray,
    chosen: np.ndarray,
    top: np.ndarray,
    n_rows: np.ndarray,
    height: int,
) -> tuple[np.ndarray, np.ndarray]:
    """Where rows of samples enter and leave the chosen polygons: (sum of n_rows,) float64 each."""
    n_sides = np.diff(starts)[chosen]
    own = np.repeat(np.arange(len(chosen)), n_sides)
    place = _counted(n_sides)
    here = np.repeat(starts[chosen], n_sides)
    a, b = corners[here + place], corners[here + (place + 1) % np.repeat(n_sides, n_sides)]
    downwards = a[:, 1] < b[:, 1]
    upper, lower = np.where(downwards[:, None], a, b), np.where(downwards[:, None], b, a)
    row, stop = (np.clip(np.ceil(y - 0.5), 0, height).astype(np.int64) for y in (upper[:, 1], lower[:, 1]))
    side = np.repeat(np.arange(len(own)), stop - row)
    rows = np.repeat(row, stop - row) + _counted(stop - row)
    part = (rows + 0.5 - upper[side, 1]) / (lower[side, 1] - upper[side, 1])
    x = upper[side, 0] + part * (lower[side, 0] - upper[side, 0])
    slot = (np.cumsum(n_rows) - n_rows)[own[side]] + rows - top[own[side]]
    ends = np.empty((2, n_rows.sum()))
    ends[downwards[side].astype(int), slot] = x  # down on one side and up on the other, once each
    return ends.min(axis=0), ends.max(axis=0)


def _counted(counts: np.ndarray) -> np.ndarray:
    """0, 1, ..., n - 1 for each n, one after another."""
    return np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts)
