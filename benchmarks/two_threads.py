"""What a second thread gains, beside what two independent arithmetic loops gain in the same minutes."""

from __future__ import annotations

import hashlib
import statistics
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

__all__ = ["Scaling", "scaling"]


@dataclass(frozen=True)
class Scaling:
    ours: float  # times faster on two threads than on one
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


def scaling(ours: Callable[[int], Any], repeats: int) -> Scaling:
    """Medians of alternating repeats of `ours(n_threads)`; a loop's work is fixed to last about as long as it."""

    def timed(threads: int) -> float:
        started = time.perf_counter()
        ours(threads)
        return time.perf_counter() - started

    timed(1)
    rounds = int(20_000 * timed(1) / loops(20_000, 1))
    times = [(timed(1), timed(2), loops(rounds, 1), loops(rounds, 2)) for _ in range(repeats)]
    one, two, one_loop, two_loops = map(statistics.median, zip(*times, strict=True))
    return Scaling(one / two, 2 * one_loop / two_loops)
