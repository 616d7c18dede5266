"""leadlight and its alternatives on one workload: equal losses first, then the averages of alternating times."""

from __future__ import annotations

import importlib
import statistics
import time
from dataclasses import dataclass, replace
from importlib.util import find_spec
from typing import Any

import numpy as np

import leadlight as ll
from leadlight import Runs
from workloads import Workload

__all__ = ["ALTERNATIVES", "Timing", "measure", "missing", "train"]

# name: module, class, and the package that must be installed
ALTERNATIVES = {
    "loop": ("alternatives.torch_loop", "TorchLoop", "torch"),
    "stacked": ("alternatives.torch_stacked", "TorchStacked", "torch"),
    "sklearn": ("alternatives.sklearn_mlp", "SklearnMLP", "sklearn"),
    "jax": ("alternatives.jax_scan", "JaxScan", "jax"),
}


@dataclass(frozen=True)
class Timing:
    """Of one workload in one column."""

    name: str
    version: str
    seconds: float  # for the whole workload: the median; where each repeat took another part of it, the mean
    repeats: list[float]
    compile_seconds: float
    disagreement: float  # of the losses of the first ten epochs, relative above 1


def missing(alternative: str) -> str:
    """The package that an alternative lacks here, or nothing."""
    package = ALTERNATIVES[alternative][2]
    return "" if find_spec(package) else package


def train(work: Workload, threads: int = 1) -> Runs:
    """As a user would, in the compiled engine."""
    runs = ll.train(
        work.nets, (work.X, work.y), loss=work.loss, optimizer=work.optimizer, lr=work.rates,
        epochs=work.epochs, batch_size=work.batch_size, drop_last=True, engine="compiled", threads=threads,
    )  # fmt: skip
    assert runs.losses.size == work.n_steps
    return runs


def disagreement(losses: np.ndarray, column: Any) -> float:
    """The largest difference between our losses (runs, steps) and a column's, over its first ten epochs."""
    work = column.work
    first = 10 if column.losses_of == "epoch" else 10 * work.steps_per_epoch
    if column.losses_of == "epoch":
        losses = losses.reshape(len(losses), -1, work.steps_per_epoch).mean(2)
    ours, theirs = losses[:, :first], column.losses[:, :first]
    taken = ~np.isnan(theirs)
    assert taken.any()
    with np.errstate(invalid="ignore"):  # of infinities, which are to be found out
        return float((np.abs(ours - theirs) / np.maximum(1.0, np.abs(theirs)))[taken].max())


def agreement(name: str, work: Workload, columns: dict[str, Any]) -> dict[str, float]:
    """Every column's disagreement with leadlight; SystemExit where one is too large."""
    losses = train(work).losses
    found = {}
    for key, column in columns.items():
        own = losses
        if len(column.work.X) != len(work.X):
            own = train(replace(column.work, epochs=min(10, work.epochs))).losses
        found[key] = disagreement(own, column)
        if not found[key] <= column.tolerance:
            raise SystemExit(
                f"{name}: the losses of {column.name} and leadlight differ by {found[key]:.1e}, more than "
                f"{column.tolerance:g}: their times cannot be compared."
            )
    return found


def measure(
    name: str, work: Workload, alternatives: list[str], repeats: int, budget: float
) -> dict[str, Timing]:
    """One timing for leadlight and each alternative, which has about `budget` seconds where it can stop early."""
    columns = {}
    for key in alternatives:
        module, kind, _ = ALTERNATIVES[key]
        columns[key] = getattr(importlib.import_module(module), kind)(work)
    times: dict[str, list[float]] = {key: [] for key in ["leadlight", *columns]}
    train(replace(work, epochs=1))
    for repeat in range(repeats):
        started = time.perf_counter()
        train(work)
        times["leadlight"].append(time.perf_counter() - started)
        for key, column in columns.items():
            times[key].append(column.measure(budget / repeats))
        if repeat == 0:
            differences = agreement(name, work, columns)
    own = times["leadlight"]
    result = {"leadlight": Timing("leadlight", ll.__version__, statistics.median(own), own, 0.0, 0.0)}
    for key, column in columns.items():
        average = statistics.mean if column.in_parts else statistics.median
        result[key] = Timing(
            column.name,
            column.version,
            average(times[key]),
            times[key],
            column.compile_seconds,
            differences[key],
        )
    return result
