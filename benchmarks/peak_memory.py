"""What one call adds to the peak memory of a process, measured in a fresh one (Linux).

    python benchmarks/peak_memory.py W5               training, prints megabytes: its peak, and what its results keep
    python benchmarks/peak_memory.py N4 leadlight     the complex of N4, by leadlight or by regioncam

The libraries are imported, data and networks are made, and a small case is done before the high-water mark is
reset; what is above the memory in use then, at the highest point, is the call's.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

__all__ = ["in_fresh_process"]

STATUS, CLEAR = Path("/proc/self/status"), Path("/proc/self/clear_refs")


def in_fresh_process(*arguments: str) -> dict[str, float]:
    """In megabytes: `peak` above what was there before, and `kept`, the part that the results still hold."""
    command = [sys.executable, __file__, *arguments]
    return json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout)


def resident(field: str) -> float:
    """VmRSS, or VmHWM (its high-water mark), in 10^6 bytes."""
    found = re.search(rf"^{field}:\s+(\d+) kB$", STATUS.read_text(), re.MULTILINE)
    assert found, field
    return int(found[1]) * 1024 / 1e6


def added(call: Callable[[], Any]) -> dict[str, float]:
    CLEAR.write_text("5")  # the high-water mark becomes what is resident now
    before = resident("VmRSS")
    kept = call()
    result = {"peak": resident("VmHWM") - before, "kept": resident("VmRSS") - before}
    assert kept is not None
    return result


def training(name: str) -> Callable[[], Any]:
    from side_by_side import train
    from workloads import WORKLOADS

    work = WORKLOADS[name]()
    train(replace(work, nets=work.nets[:1], rates=work.rates[:1], epochs=1))
    return lambda: train(work)


def complex_of(name: str, library: str) -> Callable[[], Any]:
    from networks import NETWORKS
    from region_times import builders

    builders(NETWORKS["N1"])[library]()
    return builders(NETWORKS[name])[library]


if __name__ == "__main__":
    prepare = complex_of if len(sys.argv) > 2 else training
    print(json.dumps(added(prepare(*sys.argv[1:]))))
