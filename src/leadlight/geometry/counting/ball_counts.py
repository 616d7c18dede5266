"""`count_in_ball`: how many cells of a network meet a ball, exactly."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ...network import Network
from ..balls import ball, cells_meeting_ball
from ..regions import regions
from ..slices import Slice

__all__ = ["count_in_ball"]


def count_in_ball(
    net: Network,
    center: Any,
    radius: float,
    *,
    slice: Slice | None = None,
    threads: int | None = None,
    max_cells: int | None = None,
    progress: Callable[[int], None] | None = None,
) -> int:
    """Count the cells of a network that meet an open ball, exactly.

    Parameters
    ----------
    net : Network
        As `regions` takes it.
    center : array_like (dim,), or a number in one dimension
        On a slice: in its coordinates.
    radius : float
        Positive. On a slice: a distance in the input space, so that the ball is an ellipse in its coordinates.
    slice, threads, max_cells, progress
        As of `regions`.

    Returns
    -------
    int
        Cells that only touch the sphere are not counted.

    Raises
    ------
    ModelError, ShapeError, ParameterError, TooLargeError, KeyboardInterrupt
        As `regions`.

    Notes
    -----
    The cells on a polygon around the ball (`geometry.ball`) are found, then those of them that are closer to the
    centre than the radius, by floats with error bounds and by rational numbers where these leave it open. For the
    cells themselves, ask the complex: ``regions(net, ball(center, radius)).cells_meeting_ball(center, radius)``.

    Examples
    --------
    >>> import leadlight as ll
    >>> net = ll.mlp(2, [32, 32], 1, seed=0)
    >>> count_in_ball(net, (0, 0), 1.0) <= int(ll.count_regions(net, [(-1, 1), (-1, 1)]))
    True
    """
    around = ball(center, radius, slice=slice)
    cx = regions(net, around, slice=slice, threads=threads, max_cells=max_cells, progress=progress)
    return len(cells_meeting_ball(cx, center, radius))
