"""What a second thread gains, beside what two independent arithmetic loops gain in the same minutes."""

from __future__ import annotations

import hashlib
import statistics
import threading
import time
from dataclasses import dataclass

from side_by_side import train
from workloads import Workload

__all__ = ["Scaling", "scaling"]


@dataclass(frozen=True)
class Scaling:
    training: float  # times faster on two threads than on one
    loops: float  # times the arithmetic that two loops do together


def loops(rounds: int, n_threads: int) -> float:
    """Seconds that so many threads take for so many rounds of SHA-256 each: arithmetic alone, without the GIL."""
    threads = [
        threading.Thread(target=hashlib.pbkdf2_hmac, args=("sha256", b"", b"", rounds))
        for _ in range(n_threads)
    ]
    started = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return time.perf_counter() - started


def scaling(work: Workload, repeats: int) -> Scaling:
    """Medians of alternating repeats; a loop's work is fixed so that it runs about as long as the training."""

    def timed(threads: int) -> float:
        started = time.perf_counter()
        train(work, threads)
        return time.perf_counter() - started

    timed(1)
    rounds = int(20_000 * timed(1) / loops(20_000, 1))
    times = [(timed(1), timed(2), loops(rounds, 1), loops(rounds, 2)) for _ in range(repeats)]
    one, two, one_loop, two_loops = map(statistics.median, zip(*times, strict=True))
    return Scaling(one / two, 2 * one_loop / two_loops)
