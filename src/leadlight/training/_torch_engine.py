"""The torch engine: groups of like networks trained in stacks, on CUDA where present.

Between two epochs at which something is due (metrics, snapshots, progress) each stack takes all its steps
in turn; every 200 steps, and there, the recorded losses are read for divergence and the parameters kept.
Nothing else leaves the device in between. Cost: see `_torch_stack`; memory: three buffers a hidden layer,
the losses of all steps.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from ..errors import ParameterError
from ..network import Network
from ._torch_batches import SampleTable, batches
from ._torch_kernels import LOSS_KERNELS
from ._torch_optimizers import stepper
from ._torch_stack import Stack
from .grouping import group
from .losses import scale_for
from .problem import CHECK_EVERY, GROWTH, Problem, Samples
from .runs import Divergence, Runs

__all__ = ["run"]

MEASURED_AT_ONCE = 1_000_000  # floats of hidden layers when metrics are measured


def run(problem: Problem) -> Runs:
    """Train as the problem says; see `leadlight.training.train`."""
    started = time.perf_counter()
    device = _device(problem.device)
    training = _Training(problem, device)
    try:
        training.go()
    except KeyboardInterrupt as stop:
        partial = training.runs(time.perf_counter() - started, interrupted=True)
        stop.partial = partial  # type: ignore[attr-defined]
        raise
    return training.runs(time.perf_counter() - started, interrupted=False)


def _device(name: str) -> str:
    if name == "cuda" and not torch.cuda.is_available():
        raise ParameterError(
            "device='cuda' was asked for, but torch finds no CUDA device: use device='auto'."
        )
    return "cuda" if name != "cpu" and torch.cuda.is_available() else "cpu"


class _Training:
    """The state of one call: its stacks, tables and records."""

    def __init__(self, problem: Problem, device: str) -> None:
        self.problem, self.device = problem, device
        self.table: SampleTable | None = None
        self.scale: float | None = None
        self.stacks = [
            _StackRun(problem, entry.runs, entry.sizes, device)
            for entry in group(problem.networks, problem.batch_size)
        ]
        n_runs = len(problem.networks)
        names = ["train_loss"] + (["train_accuracy"] if problem.loss.has_accuracy else [])
        if problem.test is not None:
            names += ["test_" + name.removeprefix("train_") for name in names]
        self.metrics = {name: np.full((n_runs, len(problem.metric_epochs)), np.nan) for name in names}
        if not problem.metric_epochs:
            self.metrics = {}
        self.snapshots: dict[int, list[Network]] = {}

    def go(self) -> None:
        """All epochs, with a stop wherever something is due."""
        problem = self.problem
        self.load(0)
        test = None if problem.test is None else self.tabulate(problem.test)
        done = 0
        for stop in problem.stops():
            for epoch in range(done, stop) if problem.source.make is not None else ():
                if all(stack.is_over for stack in self.stacks):
                    break
                self.load(epoch)
                self.advance(epoch, epoch + 1)
            if problem.source.make is None:
                self.advance(done, stop)
            done = stop
            for stack in self.stacks:
                stack.check()
            if stop in problem.metric_epochs:
                self.measure(problem.metric_epochs.index(stop), test)
            if stop in problem.snapshots:
                self.snapshots[stop] = self.networks()
            if problem.progress is not None:
                problem.progress(done, problem.epochs)

    def load(self, epoch: int) -> None:
        """Put an epoch's samples on the device."""
        if self.table is None:
            self.table = self.tabulate(self.problem.source.epoch(epoch))
        elif epoch > 0:
            self.table.fill(self.problem.source.epoch(epoch))

    def tabulate(self, samples: Samples) -> SampleTable:
        problem = self.problem
        if self.scale is None:
            self.scale = scale_for(problem.loss, samples[1], problem.dtype)
        kernel = LOSS_KERNELS[problem.loss.name]
        n_outputs = problem.networks[0].n_outputs
        return SampleTable(samples, kernel, n_outputs, self.scale, problem.dtype, self.device)

    def advance(self, first: int, last: int) -> None:
        assert self.table is not None
        for stack in self.stacks:
            stack.advance(self.table, first, last)

    def measure(self, record: int, test: SampleTable | None) -> None:
        for prefix, table in (("train", self.table), ("test", test)):
            if table is None:
                continue
            for stack in self.stacks:
                value, correct = stack.measure(table)
                if prefix == "train":
                    stack.keep_metrics(value, correct)
                self.metrics[f"{prefix}_loss"][stack.indices, record] = value
                if correct is not None:
                    self.metrics[f"{prefix}_accuracy"][stack.indices, record] = correct

    def networks(self) -> list[Network]:
        """The networks as they stand, in the order given."""
        found = {index: net for stack in self.stacks for index, net in zip(stack.indices, stack.networks())}
        return [found[index] for index in range(len(found))]

    def runs(self, seconds: float, interrupted: bool) -> Runs:
        problem = self.problem
        per_epoch = problem.batches_per_epoch
        losses = np.full((len(problem.networks), problem.epochs * per_epoch), np.nan)
        divergences: list[Divergence | None] = [None] * len(problem.networks)
        stopped_at = np.full(len(problem.networks), -1, np.int64)
        for stack in self.stacks:
            stack.check()
            losses[stack.indices] = stack.recorded()
            for index, entry in zip(stack.indices, stack.divergences):
                divergences[index] = entry
            for run, stop in stack.reached.items():
                stopped_at[stack.indices[run]] = stop.epochs
        return Runs(
            networks=self.networks(),
            initial_networks=list(problem.networks),
            losses=problem.recorded(losses),
            record=problem.record,
            metrics=self.metrics,
            metric_epochs=np.array(problem.metric_epochs, dtype=np.int64),
            snapshots=self.snapshots,
            divergences=divergences,
            stopped_at=stopped_at,
            engine="torch",
            device=self.device,
            dtype=problem.dtype,
            seconds=seconds,
            interrupted=interrupted,
            _columns={"lr": problem.learning_rates.tolist()},
        )


class _Stop(NamedTuple):
    """Where a run reached the target loss, and its metrics on the training samples of then."""

    epochs: int
    loss: float
    accuracy: float | None


class _StackRun:
    """One stack's training: its optimiser, its record of losses, its runs that diverged or reached the target.

    A run at its target stays in the stack with a rate of 0: its steps change nothing.
    """

    def __init__(self, problem: Problem, indices: list[int], sizes: Sequence[int], device: str) -> None:
        self.problem, self.indices = problem, indices
        dtype = getattr(torch, problem.dtype)
        networks = [problem.networks[index] for index in indices]
        self.stack = Stack(networks, tuple(sizes), LOSS_KERNELS[problem.loss.name], dtype, device)
        rates = problem.learning_rates[indices]
        same = bool((rates == rates[0]).all()) and problem.target_loss is None
        self.rates = float(rates[0]) if same else self.stack.per_parameter(rates)
        self.update = stepper(problem.optimizer, self.stack.parameters, self.stack.gradient, self.rates)
        self.keys = [problem.keys[index] for index in indices] if problem.shuffle else None
        n_steps = problem.epochs * problem.batches_per_epoch
        self.losses = torch.full((n_steps, len(indices)), torch.nan, dtype=dtype, device=device)
        self.step = self.checked = 0
        self.first: np.ndarray | None = None  # the first loss of each run
        self.kept = self.stack.parameters.clone()  # at the last check
        self.stopped: dict[int, Network] = {}  # that diverged
        self.reached: dict[int, _Stop] = {}
        self.divergences: list[Divergence | None] = [None] * len(indices)

    @property
    def is_over(self) -> bool:
        """Whether no run takes another step."""
        return len(self.stopped) + len(self.reached) == len(self.indices)

    def advance(self, table: SampleTable, first: int, last: int) -> None:
        """Take the steps of the epochs first to last."""
        problem, stack, update, losses = self.problem, self.stack, self.update, self.losses
        count, factors = problem.batches_per_epoch, problem.rate_factors
        for epoch in range(first, last):
            if self.is_over:
                return
            for X, rows in batches(table, self.keys, epoch, problem.batch_size, count):
                stack.value_and_gradient(X, rows, losses[self.step])
                stack.clip_gradient(problem.clip_value, problem.clip_norm)
                update(1.0 if factors is None else float(factors[self.step]))
                self.step += 1
                if self.step - self.checked >= CHECK_EVERY:
                    self.check()
            if problem.target_loss is not None:
                self.stop_at(problem.target_loss, table, epoch + 1)

    def check(self) -> None:
        """Look for divergence since the last check; keep the parameters."""
        start, stop = self.checked, self.step
        if start == stop:
            return
        bad, lost = self.lost()
        for run in np.flatnonzero(lost):
            if run not in self.stopped and run not in self.reached:
                self.stop(
                    int(run), start + (int(np.argmax(bad[:, run])) if bad[:, run].any() else stop - start)
                )
        self.kept.copy_(self.stack.parameters)
        self.checked = stop

    def lost(self) -> tuple[np.ndarray, np.ndarray]:
        """Which losses since the last check, (step, run), and which runs make no sense any more."""
        recent = self.losses[self.checked : self.step].cpu().double().numpy()
        self.first = first = recent[0].copy() if self.first is None else self.first
        limit = GROWTH * np.maximum(first, np.finfo(np.float32).tiny)
        with np.errstate(invalid="ignore"):
            bad = ~np.isfinite(recent) | (recent > limit)
        return bad, bad.any(0) | ~self.stack.is_finite()

    def stop_at(self, target: float, table: SampleTable, epochs: int) -> None:
        """Freeze the runs whose mean loss over the last epoch is at most the target."""
        recent = self.losses[self.step - self.problem.batches_per_epoch : self.step].cpu().double().numpy()
        with np.errstate(invalid="ignore"):
            low = self.problem.batch_shares @ recent <= target
        fresh = [
            int(run) for run in np.flatnonzero(low) if run not in self.stopped and run not in self.reached
        ]
        if not fresh:
            return
        _, lost = self.lost()
        loss, accuracy = self.measure(table)
        for run in fresh:
            if lost[run]:
                continue  # the next check says so
            self.reached[run] = _Stop(epochs, loss[run], None if accuracy is None else accuracy[run])
            assert isinstance(self.rates, Tensor)
            for rates, kept, now in zip(
                *map(self.stack.blocks, (self.rates, self.kept, self.stack.parameters))
            ):
                rates[run] = 0.0
                kept[run] = now[run]

    def keep_metrics(self, loss: np.ndarray, accuracy: np.ndarray | None) -> None:
        """Put the metrics of the runs at their target in the place of those on other samples."""
        for run, stop in self.reached.items():
            loss[run] = stop.loss
            if accuracy is not None:
                accuracy[run] = stop.accuracy

    def stop(self, run: int, step: int) -> None:
        """Take a diverged run out: its slices may hold anything from now on, and are not looked at again."""
        self.stopped[run] = self.stack.network(run, self.kept)
        previous = float(self.losses[step - 1, run]) if step else float("nan")
        value = (
            float(self.losses[step, run]) if step < len(self.losses) and step < self.step else float("nan")
        )
        cause = self.problem.cause(self.indices[run], step, value)
        self.divergences[run] = Divergence(step, previous, cause)

    def networks(self) -> list[Network]:
        stack = self.stack
        return [
            self.stopped[run] if run in self.stopped else stack.network(run, self.kept)
            for run in range(len(self.indices))
        ]

    def recorded(self) -> np.ndarray:
        """(n_runs, n_steps) float64, NaN after a divergence and after the target."""
        losses = self.losses.cpu().double().numpy().T.copy()
        for run, entry in enumerate(self.divergences):
            if entry is not None:
                losses[run, entry.step + 1 :] = np.nan
        for run, stop in self.reached.items():
            losses[run, stop.epochs * self.problem.batches_per_epoch :] = np.nan
        return losses

    def measure(self, table: SampleTable) -> tuple[np.ndarray, np.ndarray | None]:
        """Mean loss and accuracy of each run on all samples, NaN for a run that diverged."""
        n_runs, kernel = len(self.indices), self.stack.loss
        correct = kernel.correct
        at_once = max(1, min(len(table), MEASURED_AT_ONCE // (n_runs * max(self.stack.sizes[1:]))))
        loss = torch.zeros(n_runs, dtype=torch.float64, device=self.losses.device)
        right = torch.zeros_like(loss)
        value = torch.empty_like(self.losses[0]) if len(self.losses) else self.losses.new_empty(n_runs)
        for start in range(0, len(table), at_once):
            X, rows = table.shared(start, min(len(table), start + at_once))
            outputs: Tensor = self.stack.forward(X)
            kernel.value_and_gradient(outputs, rows, torch.empty_like(outputs), value)
            loss += value.double() * X.shape[1]
            if correct is not None:
                right += correct(outputs, rows).double().flatten(1).mean(1) * X.shape[1]
        finished = np.ones(n_runs)
        finished[list(self.stopped)] = np.nan
        share = None if correct is None else right.cpu().numpy() / len(table) * finished
        return loss.cpu().numpy() / len(table) * finished, share
