"""One thread for all numerical libraries, so that sums are added in the same order on any machine size.

Worker processes get `ENVIRONMENT` before they import anything. Inside a running process `one_thread` limits
what is loaded already (threadpoolctl for BLAS and OpenMP, `torch.set_num_threads`) and sets the environment
for what is loaded later. It imports neither NumPy nor torch.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

__all__ = ["ENVIRONMENT", "one_thread"]

_VARIABLES = (
    "OMP_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "MKL_NUM_THREADS",
    "VECLIB_MAXIMUM_THREADS",
    "NUMEXPR_NUM_THREADS",
)
ENVIRONMENT: dict[str, str] = dict.fromkeys(_VARIABLES, "1")


@contextmanager
def one_thread() -> Iterator[None]:
    """Limit BLAS, OpenMP and torch to one thread inside the block, and restore what was set before.

    A torch that is first imported inside the block keeps one thread until told otherwise.
    """
    from threadpoolctl import threadpool_limits

    before = {name: os.environ.get(name) for name in ENVIRONMENT}
    torch = sys.modules.get("torch")
    torch_threads = torch.get_num_threads() if torch is not None else None
    os.environ.update(ENVIRONMENT)
    if torch is not None:
        torch.set_num_threads(1)
    try:
        with threadpool_limits(limits=1):
            yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
        if torch is not None and torch_threads is not None:
            torch.set_num_threads(torch_threads)
