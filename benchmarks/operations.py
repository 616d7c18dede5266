"""What a workload's arithmetic amounts to, counted, and the share of one core's peak that is reached.

Of one sample in one step: multiply-adds of the three products of each layer (forward; the gradient by its
inputs, but for the first; the gradient by its weights and biases), and exponentials and logarithms of the
activations and the loss. What the optimiser does to each parameter is not counted: it is shared by the batch.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass

from leadlight import Network, _core
from workloads import Workload

__all__ = ["Bounds", "Operations", "bounds", "operations"]

EXPONENTIALS = {"sigmoid": 1, "tanh": 1, "relu": 0}


@dataclass(frozen=True)
class Operations:
    """Of one sample in one step, averaged over the runs."""

    multiply_adds: float
    transcendental: float  # exponentials and logarithms


@dataclass(frozen=True)
class Bounds:
    """What was reached, given a measured time."""

    nanoseconds: float  # a sample and step
    cycles: float
    gflops: float
    of_peak: float  # the multiply-adds alone, at the measured peak, over the time
    of_bound: float  # the same with the exponentials, at their measured rate


def of_network(net: Network, loss: str) -> tuple[int, int]:
    pairs = list(itertools.pairwise(net.layer_sizes))
    forward = sum(n_in * n_out for n_in, n_out in pairs)
    by_inputs = sum(n_in * n_out for n_in, n_out in pairs[1:])
    by_parameters = sum((n_in + 1) * n_out for n_in, n_out in pairs)
    hidden = sum(
        width * EXPONENTIALS[phi.name]
        for width, phi in zip(net.layer_sizes[1:-1], net.activations, strict=True)
    )
    n_outputs = net.layer_sizes[-1]
    of_loss = {"mse": 0, "bce_with_logits": 2 * n_outputs, "cross_entropy": n_outputs + 1}[loss]
    return forward + by_inputs + by_parameters, hidden + of_loss


def operations(work: Workload) -> Operations:
    """Counted from the layers' sizes."""
    counts = [of_network(net, work.loss) for net in work.nets]
    adds, calls = (sum(column) / len(counts) for column in zip(*counts, strict=True))
    return Operations(adds, calls)


def bounds(work: Workload, seconds: float) -> Bounds:
    """The rates of the whole workload, taken in `seconds`, beside this core's peak, measured now.

    Cycles are those of the clock that the peak implies, at two vectors of multiply-adds a cycle.
    """
    count = operations(work)
    peak, exponentials = _core.multiply_add_rate("float32", 0.2), _core.exp_rate(0.2)
    time = seconds * 1e9 / (work.n_steps * work.samples_per_step)  # ns
    clock = peak / (2 * 2 * _core.vector_bytes / 4)  # GHz
    of_products = count.multiply_adds * 2 / peak
    of_functions = count.transcendental / exponentials
    return Bounds(
        time,
        time * clock,
        count.multiply_adds * 2 / time,
        of_products / time,
        (of_products + of_functions) / time,
    )
