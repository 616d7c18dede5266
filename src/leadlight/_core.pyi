"""The compiled core: what this machine offers, and the kernels (C++17, src/core/).

The vector level is chosen when the module loads: the widest that processor and operating system support, or
the one that the environment variable LEADLIGHT_VECTOR_LEVEL names. A name that this machine does not have is
an ImportError that lists those it has.
"""

from typing import Literal

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
