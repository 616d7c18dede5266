"""What `regions`, `iter_regions` and the counts are given, checked: network, domain and slice; threads; flags."""

from __future__ import annotations

from typing import Any

import numpy as np

from .._machine import default_threads
from ..errors import ModelError, ParameterError, ShapeError
from ..network import Network
from ._flat import Prepared, check_activations, check_inputs, latest_on, prepared
from .domain import domain as domain_of
from .slices import Slice

__all__ = ["MOST_THREADS", "STAGES", "flag", "problem_of", "thread_count"]

STAGES = ("float64", "double-double", "exact")
"""Who decides signs, in this order."""

MOST_THREADS = 1024
"""What the core takes; more asked for are as many."""


def problem_of(net: Any, domain: Any, slice: Any) -> tuple[Network, Prepared]:
    """The network in the coordinates of the domain, and on the domain, ready for the core.

    Raises
    ------
    ModelError, ShapeError, ParameterError
        It is no network or has no cells, or network, slice and domain do not fit one another.
    """
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


def thread_count(threads: Any) -> int:
    """As many as were asked for; by default OMP_NUM_THREADS, or else all cores."""
    if threads is None:
        threads = default_threads()
    is_int = type(threads) is int or (isinstance(threads, int | np.integer) and not isinstance(threads, bool))
    if not is_int or threads < 1:
        raise ParameterError(f"threads must be an integer of at least 1, not {threads!r}.")
    return min(int(threads), MOST_THREADS)


def flag(name: str, value: Any) -> bool:
    """An argument that must be True or False."""
    if type(value) is not bool and not isinstance(value, np.bool_):
        raise ParameterError(f"{name} must be True or False, not {value!r}.")
    return bool(value)
