"""A grid of pixel centres on a piece of the plane, and functions evaluated on it the right way up.

Row i of the values belongs to the i-th height from the bottom, column j to the j-th abscissa from the left,
so that ``imshow(values, origin="lower", extent=extent)`` shows x to the right and y up, never transposed.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from ..errors import ParameterError, ShapeError

__all__ = ["box", "evaluate", "pixel_centres"]

Extent = tuple[float, float, float, float]


def box(half_width: float | None = None, domain: Sequence[Sequence[float]] | None = None) -> Extent:
    """Return ``(x0, x1, y0, y1)`` from a half-width about the origin or from ``[(x0, x1), (y0, y1)]``.

    Examples
    --------
    >>> box(5)
    (-5.0, 5.0, -5.0, 5.0)
    >>> box(domain=[(0, 1), (2, 3)])
    (0.0, 1.0, 2.0, 3.0)
    """
    if (half_width is None) == (domain is None):
        raise ParameterError("Give either half_width or domain=[(x0, x1), (y0, y1)], and not both.")
    if domain is None:
        domain = [(-float(half_width or 0.0), float(half_width or 0.0))] * 2
    try:
        (x0, x1), (y0, y1) = domain
        extent = float(x0), float(x1), float(y0), float(y1)
    except (TypeError, ValueError) as error:
        raise ParameterError(f"domain was {domain!r}; expected [(x0, x1), (y0, y1)].") from error
    if not (np.isfinite(extent).all() and extent[0] < extent[1] and extent[2] < extent[3]):
        raise ParameterError(f"domain was {domain!r}; expected finite x0 < x1 and y0 < y1.")
    return extent


def pixel_centres(extent: Extent, resolution: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the abscissae and the heights, both (resolution,), of the centres of the pixels."""
    if int(resolution) != resolution or resolution < 1:
        raise ParameterError(f"resolution was {resolution!r}; expected a whole number of at least 1.")
    steps = (np.arange(resolution) + 0.5) / resolution
    x0, x1, y0, y1 = extent
    return x0 + (x1 - x0) * steps, y0 + (y1 - y0) * steps


def evaluate(function: Callable[[np.ndarray], Any], extent: Extent, resolution: int) -> np.ndarray:
    """Evaluate a function of the plane at pixel centres.

    Parameters
    ----------
    function : callable
        Takes points (n, 2), gives (n,) or (n, k).
    extent : (x0, x1, y0, y1)
    resolution : int
        Pixels a side.

    Returns
    -------
    ndarray, shape (resolution, resolution) or (resolution, resolution, k)
        Indexed by row from the bottom, then by column from the left.
    """
    x, y = pixel_centres(extent, resolution)
    rows_at_once = max(1, 65536 // resolution)  # keeps the layers of a wide network in cache
    parts = []
    for start in range(0, resolution, rows_at_once):
        grid = np.stack(np.meshgrid(x, y[start : start + rows_at_once]), axis=-1).reshape(-1, 2)
        part = np.asarray(function(grid))
        if part.ndim not in (1, 2) or len(part) != len(grid):
            raise ShapeError(
                f"The function gave an array of shape {part.shape} for {len(grid)} points; "
                f"expected ({len(grid)},) or ({len(grid)}, k)."
            )
        parts.append(part)
    values = np.concatenate(parts)
    return values.reshape(resolution, resolution, *values.shape[1:])
