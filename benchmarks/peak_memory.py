"""What training adds to the peak memory of a process, measured in a fresh one (Linux).

    python benchmarks/peak_memory.py W5        prints megabytes: training's peak, and what its results keep

The library is imported, the data and the networks are made, and one epoch of one network is trained before the
high-water mark is reset; what is above the memory in use then, at the highest point, is training's.
"""

from __future__ import annotations

import json
import re
import sys
from dataclasses import replace
from pathlib import Path

from side_by_side import train
from workloads import WORKLOADS

__all__ = ["added_by_training"]

STATUS, CLEAR = Path("/proc/self/status"), Path("/proc/self/clear_refs")


def resident(field: str) -> float:
    """VmRSS, or VmHWM (its high-water mark), in 10^6 bytes."""
    found = re.search(rf"^{field}:\s+(\d+) kB$", STATUS.read_text(), re.MULTILINE)
    assert found, field
    return int(found[1]) * 1024 / 1e6


def added_by_training(name: str) -> dict[str, float]:
    """In megabytes: `peak` above what was there before, and `kept`, the part that the results still hold."""
    work = WORKLOADS[name]()
    train(replace(work, nets=work.nets[:1], rates=work.rates[:1], epochs=1))
    CLEAR.write_text("5")  # the high-water mark becomes what is resident now
    before = resident("VmRSS")
    runs = train(work)
    result = {"peak": resident("VmHWM") - before, "kept": resident("VmRSS") - before}
    assert len(runs.networks) == len(work.nets)
    return result


if __name__ == "__main__":
    print(json.dumps(added_by_training(sys.argv[1])))
