"""Snapshots of a training, in whatever form they come, as (step, Network) pairs."""

from __future__ import annotations

import operator
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from ...errors import DataError, ModelError, ParameterError, ShapeError
from ...network import Network

__all__ = ["snapshot_pairs"]


def snapshot_pairs(snapshots: Any, run: int | None = None, steps: Any = None) -> list[tuple[int, Network]]:
    """(step, Network) of one run, in the order given; a mapping's by step.

    Parameters
    ----------
    snapshots, run, steps
        As of `evolution`.

    Raises
    ------
    DataError, ModelError, ParameterError, ShapeError

    Examples
    --------
    >>> import leadlight as ll
    >>> net = ll.mlp(1, [2], 1)
    >>> snapshot_pairs({10: [net, net], 0: [net, net]}, run=1)
    [(0, Network(1-2-1, relu, 7 parameters)), (10, Network(1-2-1, relu, 7 parameters))]
    """
    given = getattr(snapshots, "snapshots", snapshots)
    if isinstance(given, Network):
        raise ParameterError("One Network is no training: give a sequence of them, or (step, Network) pairs.")
    if isinstance(given, Mapping):
        pairs = [(step, _of_run(net, run, step)) for step, net in given.items()]
    elif isinstance(given, Iterable):
        items = list(given)
        if items and all(isinstance(item, Network) for item in items):
            numbers = list(range(len(items)) if steps is None else steps)
            if len(numbers) != len(items):
                raise ShapeError(f"{len(numbers)} steps were given for {len(items)} networks: give one each.")
            pairs, steps = list(zip(numbers, items)), None
        else:
            pairs = [_pair(item) for item in items]
    else:
        raise ParameterError(
            f"snapshots must be Runs, a mapping of steps to Networks or (step, Network) pairs, not a "
            f"{type(snapshots).__name__}."
        )
    if steps is not None:
        raise ParameterError("steps are for a sequence of Networks; these snapshots have their own.")
    if not pairs:
        raise DataError(
            "There are no snapshots: train with snapshots=[0, 10, 20, ...], or give some networks."
        )
    for step, net in pairs:
        if isinstance(step, bool) or not isinstance(step, int | np.integer):
            raise ParameterError(f"A step must be an integer, not {step!r}.")
        if net.layer_sizes != pairs[0][1].layer_sizes:
            raise ShapeError(
                f"The network of step {step} has the layers {net.layer_sizes}, that of step {pairs[0][0]} "
                f"{pairs[0][1].layer_sizes}: give snapshots of one network."
            )
    pairs = [(int(step), net) for step, net in pairs]
    return sorted(pairs, key=operator.itemgetter(0)) if isinstance(given, Mapping) else pairs


def _pair(item: Any) -> tuple[Any, Network]:
    if not isinstance(item, tuple | list) or len(item) != 2 or not isinstance(item[1], Network):
        raise ParameterError(f"A snapshot must be a pair (step, Network), not {item!r}: see ll.Network.of.")
    return item[0], item[1]


def _of_run(given: Any, run: int | None, step: Any) -> Network:
    """The network of the run meant, of those of one step."""
    if isinstance(given, Network):
        return given
    nets = list(given) if isinstance(given, Sequence) else []
    if not nets or not all(isinstance(net, Network) for net in nets):
        raise ModelError(
            f"The snapshot of step {step!r} is no leadlight Network: convert it with ll.Network.of."
        )
    if run is None and len(nets) > 1:
        raise ParameterError(f"There are {len(nets)} runs: say which one with run=0 to run={len(nets) - 1}.")
    number = 0 if run is None else run
    if isinstance(number, bool) or not isinstance(number, int | np.integer) or not 0 <= number < len(nets):
        raise ParameterError(f"There is no run {run!r}: there are runs 0 to {len(nets) - 1}.")
    return nets[int(number)]
