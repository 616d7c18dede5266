"""`regions`: the exact polyhedral complex of a piecewise-linear network on an interval, a polygon or a slice."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from .. import _core
from .._machine import available_memory, default_threads
from .._progress import check_progress
from ..errors import ModelError, ParameterError, ShapeError, TooLargeError
from ..network import Network
from ._flat import Prepared, check_activations, check_inputs, latest_on, prepared
from ._strip import interval_of_strip
from .cells.details import Details, FoundDetails
from .cells.edges import Edges
from .cells.of_fields import of_fields
from .domain import domain as domain_of
from .polyhedral import PolyhedralComplex
from .slices import Slice

__all__ = ["regions"]

STAGES = ("float64", "double-double", "exact")
MOST_THREADS = 1024
"""What the core takes; more asked for are as many."""


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
    sliced, given = _problem(net, domain, slice)
    certified = certified is True or _flag("certified", certified)
    if type(threads) is not int or not 1 <= threads <= MOST_THREADS:
        threads = _threads(threads)
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


def _problem(net: Any, domain: Any, slice: Any) -> tuple[Network, Prepared]:
    """The network in the coordinates of the domain, and on the domain."""
    if slice is None and type(net) is Network and (latest := latest_on(net, domain)):
        return net, latest
    if not isinstance(net, Network):
        raise ModelError(
            f"Cells are those of a leadlight network, not of a {type(net).__name__}: convert it with ll.Network.of."
        )
    if (
        slice is None and net.n_inputs > 2
    ):  # said before the domain is read: three sides are no polygon's corners
        raise ShapeError(
            f"The network has {net.n_inputs} inputs: give a slice (ll.slice_line or ll.slice_plane), in whose "
            "coordinates the domain is."
        )
    where = domain_of(domain)
    if slice is not None:
        if not isinstance(slice, Slice):
            raise ParameterError(f"slice must come from ll.slice_line or ll.slice_plane, not {slice!r}.")
        check_activations(net)  # whose layers have other numbers on the slice
        net = slice.network(net)
        if slice.dim != where.dim:
            raise ShapeError(
                "The slice is a line, and the domain has 2 dimensions: give an interval (a, b)."
                if slice.dim == 1
                else "The slice is a plane, and the domain has 1 dimension: give [(s0, s1), (t0, t1)] or a polygon."
            )
    check_inputs(net, where)
    return net, prepared(net, where)


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


def _threads(threads: Any) -> int:
    if threads is None:
        threads = default_threads()
    is_int = type(threads) is int or (isinstance(threads, int | np.integer) and not isinstance(threads, bool))
    if not is_int or threads < 1:
        raise ParameterError(f"threads must be an integer of at least 1, not {threads!r}.")
    return min(int(threads), MOST_THREADS)


def _flag(name: str, value: Any) -> bool:
    if type(value) is not bool and not isinstance(value, np.bool_):
        raise ParameterError(f"{name} must be True or False, not {value!r}.")
    return bool(value)
