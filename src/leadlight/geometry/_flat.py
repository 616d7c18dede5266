"""Networks and domains as the flat arrays that the compiled geometry takes; see `_core.pyi`."""

from __future__ import annotations

from functools import partial
from threading import Lock
from typing import Any, NamedTuple
from weakref import ref

import numpy as np

from .. import _core
from ..errors import ModelError, ShapeError
from .domain import Domain, plain_box

# By id, of the networks looked at last that are still there: to make these anew takes longer than a small network's
# cells.
_known: dict[int, tuple[ref[Any], dict[str, np.ndarray], int]] = {}
_latest: dict[int, tuple[ref[Any], Prepared, int]] = {}
_MOST_KNOWN = 64
_LARGEST_KNOWN, _LARGEST_TOGETHER = 1 << 18, 1 << 20  # weights
_keeping = Lock()

__all__ = [
    "Prepared",
    "check_activations",
    "check_inputs",
    "flat_corners",
    "flat_network",
    "latest_on",
    "prepared",
]


class Prepared(NamedTuple):
    """A network on a domain, ready for the core."""

    domain: Domain
    in_line: bool  # of one dimension
    problem: _core.Problem
    bytes_per_cell: int  # of a complex, about
    pattern_starts: np.ndarray  # these three as the problem has them
    pattern_bits: np.ndarray
    lines: np.ndarray


def check_inputs(net: Any, where: Domain) -> None:
    """Let pass a network that has as many inputs as the domain has dimensions.

    Raises
    ------
    ShapeError
        It has not.
    """
    if net.n_inputs != where.dim:
        has = "1 input, and the domain 2 dimensions: give an interval (a, b)"
        if net.n_inputs == 2:
            has = "2 inputs, and the domain 1 dimension: give [(x0, x1), (y0, y1)] or a polygon"
        raise ShapeError(f"The network has {has}.")


def check_activations(net: Any) -> None:
    """Let pass a network whose hidden activations are piecewise linear.

    Raises
    ------
    ModelError
        One is curved.
    """
    for layer, act in enumerate(net.activations, start=1):
        if not act.is_piecewise_linear:
            raise ModelError(
                f"Hidden layer {layer} has the activation {act.spec!r}, which is curved, so there are no cells; "
                "what can still be drawn are the lines of the first layer (plots.UnitLinesDisplay) and sampled "
                "values (plots.FieldDisplay). Piecewise linear are relu, leaky_relu, prelu, abs, hardtanh, step "
                "and identity."
            )


def flat_corners(where: Domain) -> np.ndarray:
    """Corners (m, 2), counter-clockwise.

    One dimension is the strip of height 1 over the interval, the second input having weight 0: its cells are
    upright, and cut by nothing but upright lines.
    """
    if where.dim == 2:
        return np.ascontiguousarray(where.corners)
    (a,), (b,) = where.corners
    return np.array([(a, 0.0), (b, 0.0), (b, 1.0), (a, 1.0)])


def flat_network(net: Any) -> dict[str, np.ndarray]:
    """Widths, weights, biases and the pieces of each unit, in arrays that are not to be written to.

    Raises
    ------
    ModelError
        A hidden activation is curved.
    """
    known = _known.get(id(net))
    if known is not None and known[0]() is net:
        return dict(known[1])
    found = _flat_network(net)
    if found["weights"].size <= _LARGEST_KNOWN:
        for array in found.values():
            array.setflags(write=False)
        _keep(_known, net, found, found["weights"].size)
    return dict(found)


def prepared(net: Any, where: Domain) -> Prepared:
    """The network on the domain, ready for the core; kept with the network for the latest domain.

    Raises
    ------
    ModelError
        A hidden activation is curved.
    """
    latest = _latest_of(net)
    if latest is not None and latest.domain is where:
        return latest
    found = flat_network(net)
    bytes_per_cell = 400 + net.n_units // 4 + 40 * net.n_outputs
    problem = _core.Problem(**found, corners=flat_corners(where))
    made = Prepared(
        where,
        where.dim == 1,
        problem,
        bytes_per_cell,
        problem.pattern_starts,
        problem.pattern_bits,
        problem.lines,
    )
    if found["weights"].size <= _LARGEST_KNOWN and not where.corners.flags.writeable:
        _keep(_latest, net, made, found["weights"].size)
    return made


def latest_on(net: Any, given: Any) -> Prepared | None:
    """What is kept of a network, if it is on this domain, a box in plain numbers: nothing is left to check."""
    latest = _latest_of(net)
    return latest if latest is not None and latest.domain is plain_box(given) else None


def _latest_of(net: Any) -> Prepared | None:
    found = _latest.get(id(net))
    return found[1] if found is not None and found[0]() is net else None


def _keep(known: dict[int, Any], net: Any, made: Any, n_weights: int) -> None:
    """Remember what was made of a network, and forget those longest there where they are too many together."""
    key = id(net)
    entry = ref(net, partial(_forget, known, key)), made, n_weights
    with _keeping:
        known.pop(key, None)
        known[key] = entry
        there = list(known.items())
        n, size = len(there), sum(one[2] for _, one in there)
        for oldest, one in there[:-1]:
            if n <= _MOST_KNOWN and size <= _LARGEST_TOGETHER:
                break
            known.pop(oldest, None)
            n, size = n - 1, size - one[2]


def _forget(known: dict[int, Any], key: int, _: ref[Any]) -> None:
    known.pop(key, None)


def _flat_network(net: Any) -> dict[str, np.ndarray]:
    weights = list(net.weights)
    if net.n_inputs == 1:
        weights[0] = np.column_stack([weights[0], np.zeros(len(weights[0]))])
    tables: dict[Any, int] = {}
    places: list[np.ndarray] = [np.empty(0, np.int32)]
    check_activations(net)
    for act, width in zip(net.activations, net.widths):
        found = [tables.setdefault(unit, len(tables)) for unit in act.units()]
        places.append(np.resize(np.array(found, np.int32), width))
    pieces = [act.pieces for act in tables]
    counts = [len(table.breakpoints) for table in pieces]
    return {
        "widths": np.array([2, *net.widths, net.n_outputs], np.int32),
        "weights": np.concatenate([w.ravel() for w in weights]),
        "biases": np.concatenate(net.biases),
        "pieces": np.concatenate(places),
        "table_starts": np.concatenate([[0], np.cumsum(counts)]).astype(np.int32),
        "breakpoints": np.concatenate([np.empty(0), *(table.breakpoints for table in pieces)]),
        "slopes": np.concatenate([np.empty(0), *(table.slopes for table in pieces)]),
        "intercepts": np.concatenate([np.empty(0), *(table.intercepts for table in pieces)]),
    }
