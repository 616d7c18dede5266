"""Networks to and from the flat array of parameters that the core trains: all networks' in one.

Network by network, layer by layer, (units, inputs + 1) with the bias last. Between that and a network's arrays
lies one gather over all parameters for each choice of layer sizes, and no copy or check for each network: of a
thousand small ones these took a fifth as long as their training.
"""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Sequence

import numpy as np

from ..network import Network

__all__ = ["flatten", "networks_like", "starts_of"]


def flatten(networks: Sequence[Network], dtype: np.dtype) -> np.ndarray:
    """All parameters, (n,) of the dtype."""
    groups = _by_sizes(networks)
    starts = _starts(groups, len(networks))
    flat = np.empty(starts[-1], dtype)
    for sizes, runs in groups.items():
        pieces = [
            array.ravel()
            for run in runs
            for pair in zip(networks[run].weights, networks[run].biases, strict=True)
            for array in pair
        ]
        places = starts[runs][:, None] + _places(sizes)
        flat[places] = np.concatenate(pieces).reshape(places.shape)
    return flat


def networks_like(like: Sequence[Network], flat: np.ndarray) -> list[Network]:
    """Networks of these sizes and activations with finite parameters as `flatten` writes them."""
    result = list(like)
    groups = _by_sizes(like)
    starts = _starts(groups, len(like))
    for sizes, runs in groups.items():
        own = flat[starts[runs][:, None] + _places(sizes)].astype(np.float64)
        assert np.isfinite(own).all(), "the core keeps finite parameters only"
        own.setflags(write=False)
        shapes = [(n_out, n_in) for n_in, n_out in itertools.pairwise(sizes)]
        ends = list(itertools.accumulate(n_out * (n_in + 1) for n_out, n_in in shapes))
        for run, row in zip(runs, own, strict=True):
            weights, biases = [], []
            for (n_out, n_in), end in zip(shapes, ends, strict=True):
                weights.append(row[end - n_out * (n_in + 1) : end - n_out].reshape(n_out, n_in))
                biases.append(row[end - n_out : end])
            result[run] = like[run]._with_own(tuple(weights), tuple(biases))
    return result


def starts_of(networks: Sequence[Network]) -> np.ndarray:
    """Where each network's part starts, and the length of all: (n + 1,)."""
    return _starts(_by_sizes(networks), len(networks))


def _starts(groups: dict[tuple[int, ...], list[int]], n_networks: int) -> np.ndarray:
    counts = np.zeros(n_networks + 1, np.int64)
    for sizes, runs in groups.items():
        counts[np.add(runs, 1)] = sum(n_out * (n_in + 1) for n_in, n_out in itertools.pairwise(sizes))
    return counts.cumsum()


def _by_sizes(networks: Sequence[Network]) -> dict[tuple[int, ...], list[int]]:
    groups = defaultdict(list)
    for run, net in enumerate(networks):
        groups[net.layer_sizes].append(run)
    return groups


def _places(sizes: Sequence[int]) -> np.ndarray:
    """Where W then b of each layer, in the order of their elements, lie in one network's part."""
    places, start = [], 0
    for n_in, n_out in itertools.pairwise(sizes):
        block = start + np.arange(n_out * (n_in + 1)).reshape(n_out, n_in + 1)
        places += [block[:, :n_in].ravel(), block[:, n_in]]
        start += block.size
    return np.concatenate(places)
