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

__all__ = ["Layout"]


class Layout:
    """Where the parameters of some networks lie in one array.

    Attributes
    ----------
    starts : ndarray (n_networks + 1,) int64
        Where each network's part starts, and the length of all.
    """

    def __init__(self, networks: Sequence[Network]) -> None:
        self.networks = networks
        self.groups: dict[tuple[int, ...], list[int]] = defaultdict(list)
        for run, net in enumerate(networks):
            self.groups[net.layer_sizes].append(run)
        counts = np.zeros(len(networks) + 1, np.int64)
        for sizes, runs in self.groups.items():
            counts[np.add(runs, 1)] = sum(n_out * (n_in + 1) for n_in, n_out in itertools.pairwise(sizes))
        self.starts = counts.cumsum()

    def flatten(self, dtype: np.dtype) -> np.ndarray:
        """All parameters, (n,) of the dtype."""
        flat = np.empty(self.starts[-1], dtype)
        for sizes, runs in self.groups.items():
            pieces = [
                array.ravel()
                for run in runs
                for pair in zip(self.networks[run].weights, self.networks[run].biases, strict=True)
                for array in pair
            ]
            places = self.starts[runs][:, None] + _places(sizes)
            flat[places] = np.concatenate(pieces).reshape(places.shape)
        return flat

    def with_parameters(self, flat: np.ndarray) -> list[Network]:
        """Networks of these sizes and activations, with finite parameters as `flatten` writes them."""
        result = list(self.networks)
        for sizes, runs in self.groups.items():
            own = flat[self.starts[runs][:, None] + _places(sizes)].astype(np.float64)
            assert np.isfinite(own).all(), "the core keeps finite parameters only"
            own.setflags(write=False)
            ends = itertools.accumulate(n_out * (n_in + 1) for n_in, n_out in itertools.pairwise(sizes))
            cuts = [
                (end - n_out * (n_in + 1), end - n_out, end, (n_out, n_in))
                for (n_in, n_out), end in zip(itertools.pairwise(sizes), ends, strict=True)
            ]
            for run, row in zip(runs, own, strict=True):
                weights = tuple([row[start:bias].reshape(shape) for start, bias, _, shape in cuts])
                biases = tuple([row[bias:end] for _, bias, end, _ in cuts])
                result[run] = self.networks[run]._with_own(weights, biases)
        return result


def _places(sizes: Sequence[int]) -> np.ndarray:
    """Where W then b of each layer, in the order of their elements, lie in one network's part."""
    places, start = [], 0
    for n_in, n_out in itertools.pairwise(sizes):
        block = start + np.arange(n_out * (n_in + 1)).reshape(n_out, n_in + 1)
        places += [block[:, :n_in].ravel(), block[:, n_in]]
        start += block.size
    return np.concatenate(places)
