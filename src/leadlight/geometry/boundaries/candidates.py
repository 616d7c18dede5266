"""Which classes may be decided for on each cell: the others are certainly below one of these.

On a cell outputs are affine, so that one which is below another at all corners is below it throughout. Values at
corners come with error bounds: what these leave open stays a candidate. Cost: linear in the corners and outputs.
"""

from __future__ import annotations

from typing import Any

import numpy as np

__all__ = ["candidates"]

_BLOCK_NUMBERS = 2**19  # cells go in blocks of about so many values at corners
_RIVALS = 8  # corners of a cell whose largest outputs the others are compared with


def candidates(cx: Any) -> np.ndarray:
    """Whether each output may be the largest one, or among equal ones, somewhere on each cell: (C, n_outputs) bool.

    Examples
    --------
    >>> import leadlight as ll
    >>> net = ll.Network.from_arrays([[[1, 0], [0, 1], [0, 0], [0, 0]]], [[0, 0, 0.5, 0.25]])
    >>> candidates(ll.regions(net, [(0, 1), (0, 1)]))
    array([[ True,  True,  True, False]])
    """
    result = np.ones((len(cx), cx.network.n_outputs), bool)
    corners = max(1, _BLOCK_NUMBERS // cx.network.n_outputs)
    starts = cx.cell_starts
    first = 0
    while first < len(cx):
        stop = max(first + 1, int(np.searchsorted(starts, starts[first] + corners, side="right")) - 1)
        result[first:stop] = _candidates_of(cx, first, stop)
        first = stop
    return result


def _candidates_of(cx: Any, first: int, stop: int) -> np.ndarray:
    counts = cx.n_corners[first:stop]
    starts = np.cumsum(counts) - counts
    cell = np.repeat(np.arange(stop - first), counts)
    low, high = _values(cx, first, stop, cell)
    result = np.ones((stop - first, low.shape[1]), bool)
    for part in np.linspace(0.0, 1.0, _RIVALS):
        rival = low[starts + (part * (counts - 1)).astype(np.int64)].argmax(axis=1)
        with np.errstate(invalid="ignore"):  # of what is not finite: left open
            above = high - low[np.arange(len(cell)), rival[cell]][:, None]
            result &= ~(np.maximum.reduceat(above, starts, axis=0) < 0.0)
    return result


def _values(cx: Any, first: int, stop: int, cell: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The outputs at the corners of some cells, (n, n_outputs): no less and no more than these."""
    maps, bounds = cx._details.maps[first:stop][cell], cx._details.map_errors[first:stop][cell]
    vertices = cx.cell_vertices[cx.cell_starts[first] : cx.cell_starts[stop]]
    corners, shifts = cx.vertices[vertices], cx.vertex_errors[vertices][:, None]
    slopes, offsets = np.abs(maps[:, :, : cx.dim]), np.abs(maps[:, :, 2])
    with np.errstate(over="ignore", invalid="ignore"):
        values = (maps[:, :, : cx.dim] * corners[:, None]).sum(axis=2) + maps[:, :, 2]
        sizes = (slopes * np.abs(corners)[:, None]).sum(axis=2) + offsets
        reach = np.abs(corners).sum(axis=1, keepdims=True) + cx.dim * shifts
        errors = slopes.sum(axis=2) * shifts + bounds[:, :, 0] * reach + bounds[:, :, 1]
        errors += 2.0**-50 * (sizes + errors) + 2.0**-1060
        known = np.isfinite(values) & np.isfinite(errors)
        return np.where(known, values - errors, -np.inf), np.where(known, values + errors, np.inf)
