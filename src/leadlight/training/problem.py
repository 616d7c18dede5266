"""A training, fully checked: what an engine is given. Samples come from arrays or from an epoch source.

Engines read a `Problem` and return `Runs`; they check nothing again.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..errors import DataError, ParameterError, ShapeError
from ..network import Network
from .losses import Loss, as_array, as_float64
from .optimizers import Optimizer

__all__ = ["Problem", "Samples", "Source", "batches_per_epoch", "check_range", "check_samples", "source_of"]

Samples = tuple[np.ndarray, np.ndarray]

CHECK_EVERY = 200  # steps, at most, between two looks for divergence
GROWTH = 1e6  # of the first loss, beyond which a run counts as diverged
PROGRESS_CALLS = 50


@dataclass(frozen=True)
class Source:
    """Where an epoch's samples come from."""

    n_samples: int
    fixed: Samples | None  # the same samples each epoch ...
    make: Callable[[int], Samples] | None  # ... or a function of the epoch's number

    def epoch(self, number: int) -> Samples:
        """The checked samples of one epoch: X (n_samples, n_inputs), y as `Loss.check_targets` returns it."""
        if self.fixed is not None:
            return self.fixed
        assert self.make is not None
        return self.make(number)


@dataclass(frozen=True)
class Problem:
    """Networks, data and how to train; lengths agree and every value is in its range."""

    networks: list[Network]
    source: Source
    test: Samples | None
    loss: Loss
    optimizer: Optimizer
    learning_rates: np.ndarray  # (n_runs,) float64
    rate_factors: np.ndarray | None  # (n_steps,) float64, on all of them; None: 1 throughout
    clip_norm: float | None
    clip_value: float | None
    epochs: int
    target_loss: float | None
    batch_size: int  # n_samples for full batches
    drop_last: bool
    shuffle: bool  # False for full batches
    keys: list[tuple[int, int]]  # of the batch orders, one for each run
    dtype: str
    device: str
    metric_epochs: tuple[int, ...]
    snapshots: tuple[int, ...]
    record: str
    progress: Callable[[int, int], None] | None

    @property
    def batches_per_epoch(self) -> int:
        """Steps in an epoch."""
        return batches_per_epoch(self.source.n_samples, self.batch_size, self.drop_last)

    @property
    def batch_shares(self) -> np.ndarray:
        """The share of an epoch's samples in each batch, (batches_per_epoch,)."""
        sizes = np.full(self.batches_per_epoch, float(self.batch_size))
        sizes[-1] = min(self.batch_size, self.source.n_samples - (len(sizes) - 1) * self.batch_size)
        return sizes / sizes.sum()

    def stops(self) -> list[int]:
        """Epochs after which something is due; the same whether or not progress is watched."""
        ticks = {self.epochs * call // PROGRESS_CALLS for call in range(1, PROGRESS_CALLS + 1)}
        return sorted(ticks.union(self.metric_epochs, self.snapshots))

    def recorded(self, losses: np.ndarray) -> np.ndarray:
        """What `Runs` holds of the losses of all steps, (n_runs, n_steps): these, or their epochs' means."""
        if self.record == "step":
            return losses
        return losses.reshape(len(losses), self.epochs, self.batches_per_epoch) @ self.batch_shares

    def cause(self, run: int, step: int, value: float) -> str:
        """Why a run whose loss at `step` is `value` probably diverged."""
        rate = self.learning_rates[run]
        if step == 0:
            return (
                f"The loss is {value:g} before any update: the initial weights or the inputs are too large."
            )
        what = "grew to more than a million times its start" if np.isfinite(value) else "stopped being finite"
        return f"The loss {what} at step {step}: the rate {rate:g} is likely too high, try {rate / 10:g}."


def batches_per_epoch(n_samples: int, batch_size: int, drop_last: bool) -> int:
    """Batches that an epoch is cut into."""
    whole, rest = divmod(n_samples, batch_size)
    return whole + (rest > 0 and not drop_last)


def source_of(data: Any, loss: Loss, n_inputs: int, n_outputs: int, dtype: str) -> Source:
    """Take ``(X, y)``, anything that unpacks so, or an object with ``n_samples`` and ``epoch(k)``."""
    if callable(getattr(data, "epoch", None)):
        n_samples = getattr(data, "n_samples", None)
        if not isinstance(n_samples, int | np.integer) or n_samples < 1:
            raise DataError(f"An epoch source needs a positive integer n_samples, not {n_samples!r}.")

        def make(number: int) -> Samples:
            X, y = check_samples(data.epoch(number), loss, n_inputs, n_outputs, dtype, f"epoch({number})")
            if len(X) != n_samples:
                raise ShapeError(
                    f"epoch({number}) gave {len(X)} samples, but the source says n_samples={n_samples}."
                )
            return X, y

        return Source(int(n_samples), None, make)
    X, y = check_samples(data, loss, n_inputs, n_outputs, dtype, "data")
    return Source(len(X), (X, y), None)


def check_samples(data: Any, loss: Loss, n_inputs: int, n_outputs: int, dtype: str, name: str) -> Samples:
    """Check one pair (X, y); X comes back as float32 or float64 (n, n_inputs).

    Raises
    ------
    ParameterError
        Not a pair.
    ShapeError
        X is not (n, n_inputs), or y does not fit the loss.
    DataError
        No samples, text, NaN or infinity, values beyond the range of `dtype`, labels out of range.
    """
    try:
        X, y = data
    except (TypeError, ValueError):
        raise ParameterError(
            f"{name} must be a pair (X, y), a Dataset, or an object with n_samples and epoch(k), "
            f"not {type(data).__name__}."
        ) from None
    X = as_array(X, f"X in {name}")
    if X.dtype.kind not in "fiub":
        raise DataError(f"X in {name} must hold numbers, not dtype {X.dtype}.")
    if X.ndim != 2 or X.shape[1] != n_inputs:
        hint = " Pass X[:, None]." if X.ndim == 1 and n_inputs == 1 else ""
        raise ShapeError(f"X in {name} has shape {X.shape}, but the networks take (n, {n_inputs}).{hint}")
    if len(X) == 0:
        raise DataError(f"{name} holds no samples: give at least one.")
    if X.dtype not in (np.float32, np.float64):
        X = as_float64(X)
    if not _is_finite(X):
        rows = np.flatnonzero(~np.isfinite(X).all(axis=1))
        raise DataError(
            f"X in {name} holds NaN or infinity in {len(rows)} rows, the first is row {rows[0]}: remove them."
        )
    y_name = "y" if name == "data" else f"y of {name}"
    y = loss.check_targets(y, len(X), n_outputs, y_name)
    check_range(X, dtype, f"X in {name}")
    check_range(y, dtype, y_name)
    return X, y


def check_range(values: np.ndarray, dtype: str, name: str) -> None:
    """Refuse finite values that would be infinite in `dtype`."""
    if values.dtype.kind != "f" or values.dtype.itemsize <= np.dtype(dtype).itemsize:
        return
    largest = max(values.max(initial=0.0), -values.min(initial=0.0))
    if largest > np.finfo(dtype).max:
        raise DataError(
            f"{name} holds values as large as {largest:g}, beyond the range of {dtype}: scale them, or train with "
            "dtype='float64'."
        )


def _is_finite(X: np.ndarray) -> bool:
    """Whether all is finite: a finite sum says so without an array of answers."""
    with np.errstate(over="ignore", invalid="ignore"):
        return bool(np.isfinite(X.sum(dtype=np.float64)) or np.isfinite(X).all())
