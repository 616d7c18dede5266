"""What this machine offers a call: threads and memory."""

from __future__ import annotations

import contextlib
import os
import time
from functools import lru_cache
from pathlib import Path

from . import _core

__all__ = ["available_memory", "default_threads"]


def default_threads() -> int:
    """OMP_NUM_THREADS, which studies and clusters set, or else the cores this process may use."""
    wanted = os.environ.get("OMP_NUM_THREADS", "")
    return int(wanted) if wanted.isdigit() and int(wanted) > 0 else _core.usable_cores()


def available_memory() -> int:
    """Bytes that this process may still get, as of this second: asking takes longer than a small enumeration."""
    return _available_memory(int(time.monotonic()))


@lru_cache(maxsize=1)
def _available_memory(second: int) -> int:
    """What Linux says is available, elsewhere what is built in."""
    try:
        lines = Path("/proc/meminfo").read_text().splitlines()
        there = next(1024 * int(line.split()[1]) for line in lines if line.startswith("MemAvailable:"))
    except (OSError, StopIteration, ValueError):
        there = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    return min([there, *_left_in_container(Path("/sys/fs/cgroup"))])


def _left_in_container(group: Path) -> list[int]:
    """What a container's limit leaves, where there is one: files in its cache can be dropped for it."""
    with contextlib.suppress(OSError, ValueError, StopIteration):
        limit, used = (int((group / f"memory.{name}").read_text()) for name in ("max", "current"))
        lines = (group / "memory.stat").read_text().splitlines()
        cached = next(int(line.split()[1]) for line in lines if line.startswith("inactive_file "))
        return [max(0, limit - used + cached)]
    return []
