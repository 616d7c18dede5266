"""The compiled core: what this machine offers, and the kernels (C++17, src/core/).

The vector level is chosen when the module loads: the widest that processor and operating system support, or
the one that the environment variable LEADLIGHT_VECTOR_LEVEL names. A name that this machine does not have is
an ImportError that lists those it has.
"""

from collections.abc import Callable
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

vector_level: str
"""The level in use: "baseline", "neon", "avx2" (with FMA) or "avx512"."""

vector_bytes: int
"""Bytes in one vector of that level: 16, 32 or 64."""

def vector_levels() -> list[str]:
    """The levels this machine can run, narrowest first."""

def cpu_name() -> str:
    """The maker's name of the processor; empty where the processor does not say (arm64)."""

def usable_cores() -> int:
    """How many cores the scheduler lets this process use."""

def multiply_add_rate(dtype: Literal["float32", "float64"] = "float32", seconds: float = 0.02) -> float:
    """Multiply-adds on one core in GFLOP/s (two operations each), measured for `seconds`; the best slice.

    The GIL is released. Raises ValueError for another dtype, or seconds outside (0, 10].
    """

def exp_rate(seconds: float = 0.02) -> float:
    """Exponentials of float32 on one core, in 10^9 a second, measured as `multiply_add_rate` is."""

def exp(x: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """e^x of a C-contiguous float32 array of any shape; a new array of that shape.

    The error is below 1 unit in the last place for every float32; exp(-inf) = 0, exp(inf) = inf, NaN stays
    NaN. Every vector level returns the same bits. The GIL is released. Raises TypeError for other arrays.
    """

def train_float32(
    *,
    inputs: npt.NDArray[np.float32],
    targets: npt.NDArray[np.float32],
    next_inputs: npt.NDArray[np.float32],
    next_targets: npt.NDArray[np.float32],
    fill: Callable[[int, int], None] | None,
    n_samples: int,
    test_inputs: npt.NDArray[np.float32],
    test_targets: npt.NDArray[np.float32],
    n_test: int,
    wide: bool,
    n_inputs: int,
    n_outputs: int,
    loss: int,
    rule: int,
    numbers: npt.NDArray[np.float64],
    nesterov: bool,
    centered: bool,
    epochs: int,
    batch_size: int,
    batches_per_epoch: int,
    shuffle: bool,
    stops: npt.NDArray[np.int64],
    due: npt.NDArray[np.int32],
    check_every: int,
    growth: float,
    n_layers: npt.NDArray[np.int32],
    sizes: npt.NDArray[np.int32],
    activations: npt.NDArray[np.int32],
    slopes: npt.NDArray[np.float64],
    rates: npt.NDArray[np.float64],
    keys: npt.NDArray[np.uint64],
    parameters: npt.NDArray[np.float32],
    losses: npt.NDArray[np.float64],
    metrics: npt.NDArray[np.float64],
    snapshots: npt.NDArray[np.float32],
    diverged_at: npt.NDArray[np.int64],
    threads: int,
    progress: Callable[[float], None] | None,
) -> None:
    """Train all runs, shared out among the threads; see src/core/training/job.hpp for the arrays.

    Writes parameters, losses, metrics, snapshots and diverged_at in place. The GIL is released; `progress`
    gets the mean number of epochs done, about 20 times a second. With `fill` each epoch has its own samples:
    fill(epoch, place) writes those of a coming epoch into inputs and targets (place 0) or next_inputs and
    next_targets (place 1) while the threads read the other place. An exception in either, or a signal, stops
    all runs after their epoch and is raised. ValueError where lengths do not fit. `train_float64` is its twin.
    """

def train_float64(**arguments: Any) -> None:
    """The same with float64 inputs, targets, parameters and snapshots."""

def activation_float32(
    phi: int,
    parameter: float,
    z: npt.NDArray[np.float32],
    value: npt.NDArray[np.float32],
    derivative: npt.NDArray[np.float32],
) -> None:
    """Write an activation and its derivative as training computes them."""

def activation_float64(
    phi: int,
    parameter: float,
    z: npt.NDArray[np.float64],
    value: npt.NDArray[np.float64],
    derivative: npt.NDArray[np.float64],
) -> None:
    """The same in float64."""

def sample_order(key0: int, key1: int, epoch: int, order: npt.NDArray[np.uint32]) -> None:
    """Write the permutation that `leadlight.training.order` returns."""
