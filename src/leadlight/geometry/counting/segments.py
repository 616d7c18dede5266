"""`count_along`: how many cells each of many segments of the input space meets, exactly.

Mostly by float64 with proven error bounds, all segments at once (`_segment_cuts`); where these leave a segment open,
by the core on the segment's own slice, which decides every sign.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np

from ... import _core
from ..._progress import check_progress
from ..._reading import as_array
from ...errors import DataError, ModelError, ParameterError, ShapeError
from ...network import Network
from .._arguments import thread_count
from .._flat import check_activations, flat_network
from ..slices import slice_line
from ._segment_cuts import count_on_segments

__all__ = ["count_along", "random_segments"]

_STRIP = np.array([(0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0)])
_BLOCK_NUMBERS = 2**18  # segments go in blocks of about so many of their cells' forms


def count_along(
    net: Network,
    A: Any,
    B: Any,
    *,
    threads: int | None = None,
    progress: Callable[[int], None] | None = None,
) -> np.ndarray:
    """Count the cells that segments of the input space meet, exactly.

    Parameters
    ----------
    net : Network
        Every hidden activation piecewise linear; of any number of inputs.
    A, B : array_like (m, n_inputs)
        The ends of the segments; taken as exact numbers, those of a segment different.
    threads : int, optional
        Default: the environment variable OMP_NUM_THREADS, or else all cores. The result does not depend on it.
    progress : callable, optional
        Called now and then as ``progress(segments_so_far)``.

    Returns
    -------
    ndarray (m,) int64
        For each segment the number of its parts with one activation pattern: what
        ``len(ll.regions(net, (0, 1), slice=ll.slice_line(a, b)))`` is. One more than the points at which units
        change their piece (Hanin and Rolnick 2019 count these on lines through data).

    Raises
    ------
    ModelError
        A hidden activation is curved.
    ShapeError, DataError, ParameterError
        The ends are not of these shapes, or not finite, or those of a segment are the same point.

    Examples
    --------
    >>> import leadlight as ll
    >>> net = ll.mlp(10, [32, 32], 3, seed=0)
    >>> A, B = ll.geometry.random_segments(np.random.default_rng(0).normal(size=(50, 10)), 100)
    >>> counts = count_along(net, A, B)
    >>> counts.shape, int(counts[0]) == len(ll.regions(net, (0, 1), slice=ll.slice_line(A[0], B[0])))
    ((100,), True)
    """
    if not isinstance(net, Network):
        raise ModelError(
            f"count_along() takes a leadlight network, not {type(net).__name__}: convert it with ll.Network.of."
        )
    check_activations(net)
    check_progress(progress, "segments_so_far")
    A, B = _ends(net, A, B)
    threads = thread_count(threads)
    if len(A) == 0:
        return np.zeros(0, np.int64)
    template = flat_network(slice_line(A[0], B[0]).network(net))
    counts = np.empty(len(A), np.int64)
    with ThreadPoolExecutor(threads) as pool:
        blocks = _blocks(net, len(A))
        try:
            done = 0
            work = pool.map(lambda block: _count_block(net, template, A[block], B[block]), blocks)
            for block, found in zip(_blocks(net, len(A)), work):
                counts[block] = found
                done += len(found)
                if progress is not None:
                    progress(done)
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise
    return counts


def random_segments(X: Any, m: int, seed: int | np.random.Generator = 0) -> tuple[np.ndarray, np.ndarray]:
    """The ends of segments between random pairs of different data points.

    Parameters
    ----------
    X : array_like (n, d)
        At least two different points.
    m : int
        Number of segments.
    seed : int or Generator

    Returns
    -------
    A, B : ndarray (m, d) float64

    Raises
    ------
    ShapeError, DataError, ParameterError
        X is no such array, or all of its points are the same.

    Examples
    --------
    >>> A, B = random_segments([[0.0, 0.0], [1.0, 0.0], [0.0, 1.0]], 5)
    >>> A.shape, bool((A != B).any(axis=1).all())
    ((5, 2), True)
    """
    points = _points("X", X)
    if isinstance(m, bool) or not isinstance(m, int | np.integer) or m < 0:
        raise ParameterError(f"m must be an integer of at least 0, not {m!r}.")
    distinct, place = np.unique(points, axis=0, return_inverse=True)
    if len(distinct) < 2:
        raise DataError("Segments need data with at least two different points.")
    rng = np.random.default_rng(seed)
    first = rng.integers(len(points), size=m)
    second = rng.integers(len(points), size=m)
    while len(same := np.flatnonzero(place.ravel()[first] == place.ravel()[second])):
        second[same] = rng.integers(len(points), size=len(same))
    return points[first], points[second]


def _points(name: str, given: Any) -> np.ndarray:
    try:
        points = as_array(given)
    except (TypeError, ValueError):
        raise DataError(f"{name} cannot be read as an array of numbers.") from None
    if points.ndim != 2:
        raise ShapeError(f"{name} has shape {points.shape}; expected (m, n_inputs).")
    if not np.isfinite(points).all():
        raise DataError(f"{name} has a value that is not finite: remove NaN and infinity first.")
    return points


def _ends(net: Network, A: Any, B: Any) -> tuple[np.ndarray, np.ndarray]:
    A, B = _points("A", A), _points("B", B)
    for name, points in (("A", A), ("B", B)):
        if points.shape[1] != net.n_inputs:
            raise ShapeError(f"{name} has shape {points.shape}, but the network takes {net.n_inputs} inputs.")
    if len(A) != len(B):
        raise ShapeError(f"A has {len(A)} points and B has {len(B)}: give two ends for each segment.")
    same = np.flatnonzero((A == B).all(axis=1))
    if len(same):
        raise ParameterError(f"Segment {same[0]} has the same point at both ends: give two different ones.")
    return A, B


def _blocks(net: Network, m: int) -> Iterator[slice]:
    size = max(1, _BLOCK_NUMBERS // max(1, net.n_units * max((*net.widths, 1))))
    return (slice(start, start + size) for start in range(0, m, size))


def _count_block(net: Network, template: dict[str, np.ndarray], A: np.ndarray, B: np.ndarray) -> np.ndarray:
    if net.depth == 0:
        return np.ones(len(A), np.int64)
    counts = count_on_segments(net, A, B)
    flat = None
    for i in np.flatnonzero(counts < 0).tolist():
        flat = flat or {**template, "weights": template["weights"].copy()}
        # After the 4 weights of the barycentric layer: the two ends, as columns.
        flat["weights"][4 : 4 + 2 * net.n_inputs] = np.stack([A[i], B[i]], axis=1).ravel()
        given = _core.Problem(**flat, corners=_STRIP)
        found = _core.count_cells(given, threads=1, certified=True, max_pairs=0, progress=None)
        counts[i] = found["n_cells"]
    return counts
