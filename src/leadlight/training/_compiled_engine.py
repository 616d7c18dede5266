"""The compiled engine: each run trained completely by one call into the core, threads taking runs.

This module lays the problem out as arrays, and reads the results back. The kernel is src/core/training: a
tile of the batch with samples in the lanes of vectors, weights and optimiser state in the cache. A run's
result depends on nothing but itself: not on the threads, the other runs or their order. An epoch source makes
the next epoch's samples here while the threads train on this one's.
"""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable

import numpy as np

from .. import _core
from .._machine import default_threads
from ..activations import Activation
from ._flat_parameters import Layout
from .losses import RELATIVE_FLOOR, scale_for
from .optimizers import SGD, AdamW, Optimizer, RMSprop
from .problem import CHECK_EVERY, GROWTH, Problem, Samples
from .runs import Divergence, Runs

__all__ = ["WIDE", "run"]

# In the order of the core's enumerations (src/core/training/job.hpp).
ACTIVATION_CODES = (
    "identity",
    "relu",
    "leaky_relu",
    "abs",
    "sigmoid",
    "tanh",
    "hardtanh",
    "softplus",
    "gelu",
    "elu",
    "step",
)
_ALIASES = {"prelu": "leaky_relu"}  # of one slope for all units: engines.py sends others elsewhere
LOSS_CODES = ("mse", "relative_mse", "bce_with_logits", "cross_entropy")
_SGD, _ADAM, _RMSPROP = range(3)

WIDE = 64
"""Inputs above which samples lie row by row, and the first layer's lanes are inputs."""

MAX_THREADS = 4096
"""More are never started, whatever is asked for."""

_BLOCK = 16  # elements to which strides are rounded up: 64 bytes of float32
_METRICS, _SNAPSHOT = 1, 2  # what is due at a stop


def run(problem: Problem, threads: int | None = None) -> Runs:
    """Train as the problem says; see `leadlight.training.train`."""
    started = time.perf_counter()
    call = _Call(problem)
    try:
        call.train(min(MAX_THREADS, default_threads() if threads is None else threads))
    except KeyboardInterrupt as stop:
        stop.partial = call.runs(started, interrupted=True)  # type: ignore[attr-defined]
        raise
    return call.runs(started, interrupted=False)


class _Call:
    """The arrays of one call."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self.dtype = np.dtype(problem.dtype)
        self.wide = problem.networks[0].n_inputs > WIDE
        self.scale = 0.0  # max |y| of the first epoch
        n_runs = len(problem.networks)
        self.losses = np.full((n_runs, problem.epochs * problem.batches_per_epoch), np.nan)
        self.metrics = np.full((4, n_runs, len(problem.metric_epochs)), np.nan)
        self.parameters = Layout(problem.networks)
        self.flat = self.parameters.flatten(self.dtype)
        later = [epoch for epoch in problem.snapshots if epoch > 0]
        self.snapshot_epochs = later
        self.snapshots = np.full(len(self.flat) * len(later), np.nan, self.dtype)  # until a run gets there
        self.diverged_at, self.stopped_at = np.full((2, n_runs), -1, np.int64)

    def train(self, threads: int) -> None:
        problem = self.problem
        samples = problem.source.epoch(0)
        self.scale = scale_for(problem.loss, samples[1], problem.dtype)
        none = (np.empty((0, 0), self.dtype),) * 2
        place, following = self.layout(samples), none
        del samples  # a source's own copy
        fill: Callable[[int, int], None] | None = None
        if problem.source.make is not None and problem.epochs > 1:
            following = place[0].copy(), place[1].copy()
            places = place, following

            def refill(epoch: int, which: int) -> None:
                self.write(problem.source.epoch(epoch), places[which])

            fill = refill

        test = none if problem.test is None else self.layout(problem.test)
        stops, due = self.stops()
        networks = problem.networks
        phis = [phi for net in networks for phi in (*net.activations, net.output_activation)]
        optimizer = problem.optimizer
        rule, numbers = _rule(optimizer)
        getattr(_core, f"train_{problem.dtype}")(
            inputs=place[0],
            targets=place[1],
            next_inputs=following[0],
            next_targets=following[1],
            fill=fill,
            n_samples=problem.source.n_samples,
            test_inputs=test[0],
            test_targets=test[1],
            n_test=0 if problem.test is None else len(problem.test[0]),
            wide=self.wide,
            n_inputs=networks[0].n_inputs,
            n_outputs=networks[0].n_outputs,
            loss=LOSS_CODES.index(problem.loss.name),
            rule=rule,
            numbers=np.array(numbers),
            nesterov=isinstance(optimizer, SGD) and optimizer.nesterov,
            centered=isinstance(optimizer, RMSprop) and optimizer.centered,
            clip_norm=problem.clip_norm or 0.0,
            clip_value=problem.clip_value or 0.0,
            rate_factors=np.empty(0) if problem.rate_factors is None else problem.rate_factors,
            epochs=problem.epochs,
            batch_size=problem.batch_size,
            batches_per_epoch=problem.batches_per_epoch,
            shuffle=problem.shuffle,
            stops=stops,
            due=due,
            check_every=CHECK_EVERY,
            growth=GROWTH,
            target_loss=-1.0 if problem.target_loss is None else problem.target_loss,
            n_layers=np.array([len(net.weights) for net in networks], np.int32),
            sizes=np.array([size for net in networks for size in net.layer_sizes], np.int32),
            activations=np.array([activation_code(phi) for phi in phis], np.int32),
            slopes=np.array([_slope(phi) for phi in phis]),
            rates=problem.learning_rates,
            keys=np.array(problem.keys, np.uint64),
            parameters=self.flat,
            losses=self.losses,
            metrics=self.metrics,
            snapshots=self.snapshots,
            diverged_at=self.diverged_at,
            stopped_at=self.stopped_at,
            threads=threads,
            progress=self.progress(),
        )
        if problem.progress is not None:
            problem.progress(problem.epochs, problem.epochs)

    def layout(self, samples: Samples) -> tuple[np.ndarray, np.ndarray]:
        """Inputs and targets as the core reads them: see `Samples` in src/core/training/job.hpp."""
        n, d = samples[0].shape
        inputs = np.zeros((n, _rounded(d + 1)) if self.wide else (d + 1, _rounded(n)), self.dtype)
        if self.wide:
            inputs[:, d] = 1.0
        else:
            inputs[d, :n] = 1.0
        y = samples[1]
        rows = 1 if y.ndim == 1 else y.shape[1]
        if self.problem.loss.name == "relative_mse":
            rows *= 2
        place = inputs, np.zeros((rows, _rounded(n)), self.dtype)
        self.write(samples, place)
        return place

    def write(self, samples: Samples, place: tuple[np.ndarray, np.ndarray]) -> None:
        """Put samples into arrays of `layout`, over others of the same shape."""
        X, y = samples
        n, d = X.shape
        inputs, targets = place
        if self.wide:
            inputs[:, :d] = X
        else:
            inputs[:d, :n] = X.T
        values = np.atleast_2d(y.T)
        targets[: len(values), :n] = values
        if self.problem.loss.name == "relative_mse":
            targets[len(values) :, :n] = 1.0 / np.maximum(np.abs(values), RELATIVE_FLOOR * self.scale)

    def stops(self) -> tuple[np.ndarray, np.ndarray]:
        """Epochs after which something is due, ascending, and what."""
        problem = self.problem
        epochs = problem.stops()
        due = [
            _METRICS * (epoch in problem.metric_epochs) + _SNAPSHOT * (epoch in self.snapshot_epochs)
            for epoch in epochs
        ]
        return np.array(epochs, np.int64), np.array(due, np.int32)

    def progress(self) -> Callable[[float], None] | None:
        tell, epochs = self.problem.progress, self.problem.epochs
        if tell is None:
            return None
        return lambda done: tell(min(int(done), epochs - 1), epochs)

    def runs(self, started: float, interrupted: bool) -> Runs:
        problem = self.problem
        initial = problem.networks
        snapshots = {0: list(initial)} if 0 in problem.snapshots else {}
        n_later = len(self.snapshot_epochs)
        for position, epoch in enumerate(self.snapshot_epochs):
            parts = [
                self.snapshots[n_later * start + position * (stop - start) :][: stop - start]
                for start, stop in itertools.pairwise(self.parameters.starts)
            ]
            flat = np.concatenate(parts)
            if interrupted and np.isnan(flat).any():
                break  # not every run got there
            snapshots[epoch] = self.parameters.with_parameters(flat)
        names = ("train_loss", "train_accuracy", "test_loss", "test_accuracy")
        metrics = {
            name: values
            for name, values in zip(names, self.metrics, strict=True)
            if problem.metric_epochs
            and (problem.loss.has_accuracy or name.endswith("loss"))
            and (problem.test is not None or name.startswith("train"))
        }
        return Runs(
            networks=self.parameters.with_parameters(self.flat),
            initial_networks=list(initial),
            losses=problem.recorded(self.losses),
            record=problem.record,
            metrics=metrics,
            metric_epochs=np.array(problem.metric_epochs, dtype=np.int64),
            snapshots=snapshots,
            divergences=[self.divergence(run) for run in range(len(initial))],
            stopped_at=self.stopped_at,
            engine="compiled",
            device="cpu",
            dtype=problem.dtype,
            seconds=time.perf_counter() - started,
            interrupted=interrupted,
            _columns={"lr": problem.learning_rates.tolist()},
        )

    def divergence(self, run: int) -> Divergence | None:
        step = int(self.diverged_at[run])
        if step < 0:
            return None
        losses = self.losses[run]
        previous = float(losses[step - 1]) if step else float("nan")
        value = float(losses[step]) if step < len(losses) else float("nan")
        return Divergence(step, previous, self.problem.cause(run, step, value))


def _rule(optimizer: Optimizer) -> tuple[int, list[float]]:
    """The core's rule, and its numbers: momentum, beta1, beta2, eps, weight decay in the gradient, decoupled."""
    decay = optimizer.weight_decay
    if isinstance(optimizer, SGD):
        return _SGD, [optimizer.momentum, 0.0, 0.0, 1.0, decay, 0.0]
    if isinstance(optimizer, RMSprop):
        return _RMSPROP, [optimizer.momentum, 0.0, optimizer.alpha, optimizer.eps, decay, 0.0]
    decays = [0.0, decay] if isinstance(optimizer, AdamW) else [decay, 0.0]
    return _ADAM, [0.0, *optimizer.betas, optimizer.eps, *decays]


def _rounded(n: int) -> int:
    return -(-n // _BLOCK) * _BLOCK


def activation_code(phi: Activation) -> int:
    """The core's number of an activation."""
    return ACTIVATION_CODES.index(_ALIASES.get(phi.name, phi.name))


def _slope(phi: Activation) -> float:
    return phi.parameters[0] if phi.parameters else 0.0
