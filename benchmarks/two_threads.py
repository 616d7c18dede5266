"""What a second thread gains, beside what two independent arithmetic loops gain in the same minutes."""

from __future__ import annotations

import statistics
import threading
import time
from dataclasses import dataclass

from leadlight import _core
from side_by_side import train
from workloads import Workload

__all__ = ["Scaling", "scaling"]


@dataclass(frozen=True)
class Scaling:
    training: float  # times faster on two threads than on one
    loops: float  # times the arithmetic that two loops do together


def loops(seconds: float, n_threads: int) -> float:
    """Multiply-adds in 10^9 a second of so many independent loops together."""
    rates: list[float] = []
    threads = [
        threading.Thread(target=lambda: rates.append(_core.multiply_add_rate("float32", seconds)))
        for _ in range(n_threads)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum(rates)


def scaling(work: Workload, repeats: int) -> Scaling:
    """Medians of alternating repeats; the loops run about as long as the training."""

    def timed(threads: int) -> float:
        started = time.perf_counter()
        train(work, threads)
        return time.perf_counter() - started

    seconds = min(0.2, max(0.02, timed(1)))
    gains, together = [], []
    for _ in range(repeats):
        gains.append(timed(1) / timed(2))
        together.append(loops(seconds, 2) / loops(seconds, 1))
    return Scaling(statistics.median(gains), statistics.median(together))
