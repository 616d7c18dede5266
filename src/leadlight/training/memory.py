"""What a training will at least take of memory, so that one that cannot fit is refused in a sentence.

Counted: the losses of all steps, metrics, snapshots, and the epochs at which they are due. Not the data, which
is there already, nor what an engine works with.
"""

from __future__ import annotations

from collections.abc import Sequence

from .._machine import available_memory
from ..errors import ParameterError
from ..network import Network

__all__ = ["check_memory", "memory_needed"]

_DUE = 200  # bytes of an epoch at which something is due: Python integers in sets, tuples and lists


def memory_needed(
    networks: Sequence[Network], n_steps: int, n_metrics: int = 0, n_snapshots: int = 0, itemsize: int = 4
) -> int:
    """Bytes that the records of a training take.

    Parameters
    ----------
    networks : sequence of Network
    n_steps : int
        Of each run; a loss each, in float64.
    n_metrics, n_snapshots : int
        Epochs after which metrics and networks are kept.
    itemsize : int
        Bytes of a weight while training; snapshots are handed over in float64.

    Examples
    --------
    >>> import leadlight as ll
    >>> memory_needed([ll.mlp(2, [3], 1)] * 1000, n_steps=100)
    800000
    """
    n_parameters = sum(net.n_parameters for net in networks)
    records = len(networks) * (8 * n_steps + 4 * 8 * n_metrics)
    return records + n_snapshots * n_parameters * (8 + itemsize) + _DUE * (n_metrics + n_snapshots)


def check_memory(needed: int) -> None:
    """Refuse a training whose records alone do not fit.

    Raises
    ------
    ParameterError
        `needed` bytes are more than there are.
    """
    there = available_memory()
    if needed > there:
        raise ParameterError(
            f"The losses, metrics and snapshots of this training would take {_size(needed)}, but there are "
            f"{_size(there)} of memory: take fewer epochs, runs, metrics or snapshots, or split the call."
        )


def _size(n_bytes: int) -> str:
    value = float(n_bytes)
    for unit in ("bytes", "KiB", "MiB", "GiB", "TiB"):
        if value < 1024.0:
            return f"{value:.3g} {unit}"
        value /= 1024.0
    return f"{value:.3g} PiB"
