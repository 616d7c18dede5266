"""Batch orders: which sample comes when, for each run and epoch, independent of all other runs.

Philox (Salmon et al. 2011) is counter-based: the key is the run's, the counter's top word is the epoch's
number, so any epoch's order is made on its own, in any sequence, on any number of threads. Cost: O(n) an
epoch and run.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ..errors import ParameterError, ShapeError

__all__ = ["order", "run_keys"]

_WORD = 2**64


def order(key: tuple[int, int], epoch: int, n_samples: int) -> np.ndarray:
    """The order of the samples in one epoch of one run.

    Parameters
    ----------
    key : tuple of int
        The run's key, from `run_keys`.
    epoch : int
        Number of the epoch, from 0.
    n_samples : int

    Returns
    -------
    numpy.ndarray of shape (n_samples,), int64
        A permutation of ``range(n_samples)``.

    Examples
    --------
    >>> order((0, 0), epoch=3, n_samples=5).tolist() == order((0, 0), epoch=3, n_samples=5).tolist()
    True
    """
    bits = np.random.Philox(key=np.array(key, dtype=np.uint64), counter=(0, 0, 0, epoch))
    return np.random.Generator(bits).permutation(n_samples)


def run_keys(seed: int | Sequence[int], n_runs: int) -> list[tuple[int, int]]:
    """One key for each run: (seed, i) for one seed, (seed[i], 0) for a sequence of them.

    So run 0 of ``seed=7`` sees the orders of ``seed=[7]``, and runs given equal seeds see equal orders.

    Raises
    ------
    ParameterError
        Not an integer in [0, 2^64).
    ShapeError
        Not one seed for each run.
    """
    if isinstance(seed, Sequence | np.ndarray) and not isinstance(seed, str) and np.ndim(seed) > 0:
        if len(seed) != n_runs:
            raise ShapeError(
                f"{len(seed)} seeds were given for {n_runs} networks: give one for each, or one int."
            )
        return [(_checked(value), 0) for value in seed]
    return [(_checked(seed), run) for run in range(n_runs)]


def _checked(seed: Any) -> int:
    if isinstance(seed, np.ndarray) and seed.ndim == 0:
        seed = seed.item()
    if isinstance(seed, bool) or not isinstance(seed, int | np.integer) or not 0 <= int(seed) < _WORD:
        raise ParameterError(f"A seed must be an integer from 0 to 2^64 - 1, not {seed!r}.")
    return int(seed)
