"""`regions`: the exact polyhedral complex of a piecewise-linear network on an interval, a polygon or a slice."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from .. import _core
from .._machine import available_memory
from .._progress import check_progress
from ..errors import ParameterError, TooLargeError
from ..network import Network
from ._arguments import MOST_THREADS, flag, problem_of, thread_count
from ._flat import Prepared
from ._strip import interval_of_strip
from .cells.details import Details, FoundDetails
from .cells.edges import Edges
from .cells.of_fields import of_fields
from .polyhedral import PolyhedralComplex
from .slices import Slice

__all__ = ["regions"]


def regions(
    net: Network,
    domain: Any,
    *,
    slice: Slice | None = None,
    certified: bool = True,
    threads: int | None = None,
    max_cells: int | None = None,
    progress: Callable[[int], None] | None = None,
) -> PolyhedralComplex:
    """Find all cells of a piecewise-linear network on a domain, exactly.

    Parameters
    ----------
    net : Network
        Every hidden activation piecewise linear (relu, leaky_relu, prelu, abs, hardtanh, step, identity); of one
        input, of two, or of any number with a `slice`. The output is taken before its own activation.
    domain : array_like or Domain
        ``(a, b)``, ``[(x0, x1), (y0, y1)]`` or the corners (m, 2) of a convex polygon; on a slice: in its
        coordinates.
    slice : Slice, optional
        A line or plane through the input space (`slice_line`, `slice_plane`).
    certified : bool
        Prove every sign that shapes the complex. False takes the signs that float64 gives.
    threads : int, optional
        Default: the environment variable OMP_NUM_THREADS, or else all cores. The result does not depend on it.
    max_cells : int, optional
        Stop beyond so many cells. Default: what half of the free memory holds.
    progress : callable, optional
        Called now and then as ``progress(cells_so_far)``.

    Returns
    -------
    PolyhedralComplex

    Raises
    ------
    ModelError
        A hidden activation is curved.
    ShapeError, ParameterError
        Network, slice and domain do not fit one another, the domain is no interval and no convex polygon, or
        another argument is not what it must be.
    TooLargeError
        More cells than `max_cells` or than memory holds; the sentence says how many there were so far.
    KeyboardInterrupt
        On Ctrl-C.

    Notes
    -----
    Weights and corners denote exact real numbers, and the complex is that of this real network: layer by
    layer, each polygon is cut by the lines on which its units change their piece. A sign is taken from
    float64 where a proven bound on its error allows, else from double-double arithmetic with its bound, else
    from exact arithmetic. There is no tolerance anywhere: a cell too thin for any float to hit is a cell.

    Examples
    --------
    >>> import leadlight as ll
    >>> net = ll.mlp(2, [16, 16], 1, seed=0)
    >>> cx = ll.regions(net, [(-3, 3), (-3, 3)])
    >>> bool(abs(cx.areas.sum() - 36.0) < 1e-9)
    True
    """
    sliced, given = problem_of(net, domain, slice)
    certified = certified is True or flag("certified", certified)
    if type(threads) is not int or not 1 <= threads <= MOST_THREADS:
        threads = thread_count(threads)
    if progress is not None:
        check_progress(progress, "cells_so_far")
    limit = _limit(max_cells, given.bytes_per_cell)
    in_line = given.in_line  # then all at once: the cells are put in order afterwards
    found = _core.enumerate_cells(
        given.problem,
        threads=threads,
        certified=certified,
        want_edges=True,
        want_maps=in_line,
        want_tree=in_line,
        max_cells=limit,
        progress=progress,
    )
    if found["limit_reached"] or found["n_cells"] > limit:  # the core looks at the limit now and then
        raise TooLargeError(
            f"The network has more than {limit:,} cells on this domain, "
            + ("the max_cells given" if max_cells is not None else "more than half of the free memory holds")
            + f" (stopped at {found['n_cells']:,}): take them in batches with ll.iter_regions "
            "(leadlight regions --stream), count them with ll.count_regions (--count), or look at a smaller domain."
        )
    if in_line:
        found = interval_of_strip(found)
        details = FoundDetails.of(found)
    else:
        details = of_fields(
            Details, network=sliced, domain=given.domain, certified=certified, threads=threads
        )
    return _complex(net, sliced, given, slice, certified, found, details)


def _complex(
    net: Network,
    sliced: Network,
    given: Prepared,
    slice: Slice | None,
    certified: bool,
    found: dict[str, Any],
    details: Details | FoundDetails,
) -> PolyhedralComplex:
    edges = found["edges"]
    float64, double_double, exact = found["signs"]
    return of_fields(
        PolyhedralComplex,
        network=net,
        domain=given.domain,
        slice=slice,
        certified=certified,
        vertices=found["vertices"],
        vertex_errors=found["vertex_errors"],
        cell_starts=found["cell_starts"],
        cell_vertices=found["cell_vertices"],
        cell_edges=found["cell_edges"],
        edges=of_fields(
            Edges,
            cells=edges[:, :2],
            vertices=edges[:, 2:],
            creases=found["edge_creases"],
            lines=given.lines,
            n_slice_layers=0 if slice is None else 2,
        ),
        packed_patterns=found["patterns"],
        layer_counts=found["layer_counts"],
        signs={"float64": float64, "double-double": double_double, "exact": exact},
        _sliced=sliced,
        _pattern_starts=given.pattern_starts,
        _pattern_bits=given.pattern_bits,
        _lines=given.lines,
        _details=details,
    )


def _limit(max_cells: Any, bytes_per_cell: int) -> int:
    if max_cells is not None:
        if isinstance(max_cells, bool) or not isinstance(max_cells, int | np.integer) or max_cells < 1:
            raise ParameterError(f"max_cells must be an integer of at least 1, not {max_cells!r}.")
        return min(int(max_cells), 2**62)
    return max(1000, available_memory() // 2 // bytes_per_cell)
