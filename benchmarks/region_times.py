"""leadlight and regioncam on one network: equal counts first, then the medians of alternating times."""

from __future__ import annotations

import statistics
import time
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Any

import numpy as np

import leadlight as ll
from alternatives.regioncam_complex import RegioncamComplex
from leadlight._machine import available_memory
from networks import Case

__all__ = ["Times", "builders", "enough_memory", "has_regioncam", "measure", "median_seconds", "seconds"]


@dataclass(frozen=True)
class Times:
    """Medians, in seconds, of one network."""

    n_cells: int
    certified: float  # ll.regions from call to return
    uncertified: float
    maps: float  # of the affine maps, which leadlight finds when they are asked for
    regioncam_cells: int | None = None
    regioncam: float | None = None  # until its object is built
    reading: float | None = None  # of its vertices, patterns and neighbours from there
    same_patterns: int | None = None  # cells that both have


def has_regioncam() -> bool:
    return find_spec("regioncam") is not None


def enough_memory(case: Case, also_to: str = "") -> bool:
    """Whether regioncam can run, and its numbers be read, which copies them; a sentence where not."""
    if not has_regioncam():
        return False
    free, needed = available_memory() / 1e9, (1.6 if also_to else 1.1) * case.regioncam_gigabytes
    if free < needed:
        left_out = "not read" if also_to else "left out"
        print(f"regioncam is {left_out} on {case.name}: that takes {needed:.0f} GB, and {free:.0f} are free.")
    return free >= needed


def builders(case: Case) -> dict[str, Callable[[], Any]]:
    """What builds the complex, by the library's name."""
    net = case.network()
    return {
        "leadlight": lambda: ll.regions(net, case.domain, threads=1),
        "regioncam": RegioncamComplex(net, case.half_width).build,
    }


def seconds(call: Callable[[], Any]) -> float:
    """From call to return: what the result's end takes is not counted."""
    started = time.perf_counter()
    result = call()
    taken = time.perf_counter() - started
    del result
    return taken


def median_seconds(call: Callable[[], Any], repeats: int) -> float:
    return statistics.median(seconds(call) for _ in range(repeats))


def check_counts(case: Case, cx: ll.PolyhedralComplex, regioncam_cells: int | None) -> None:
    """SystemExit where the complexes are not those that are known."""
    found, known = (len(cx), cx.n_linear_regions), (case.n_cells, case.n_linear_regions or case.n_cells)
    if found != known:
        raise SystemExit(
            f"{case.name}: leadlight counts {found[0]:,} cells and {found[1]:,} linear regions, known are "
            f"{known[0]:,} and {known[1]:,}: its times say nothing."
        )
    if regioncam_cells not in (None, case.n_cells, case.regioncam_cells):
        raise SystemExit(
            f"{case.name}: regioncam counts {regioncam_cells:,} cells, known are {case.n_cells:,}: "
            "the times cannot be compared."
        )


def measure(case: Case, repeats: int, budget: float, against: bool = True, reading: bool = True) -> Times:
    """`repeats` times or more in turn; regioncam until `budget` seconds are spent, but once at least."""
    net, build = case.network(), builders(case)
    cx = build["leadlight"]()
    check_counts(case, cx, None)
    times: dict[str, list[float]] = defaultdict(list)
    found: dict[str, int] = {}
    for repeat in range(max(repeats, min(50, int(0.2 / seconds(build["leadlight"]))))):
        times["certified"].append(seconds(build["leadlight"]))
        times["maps"].append(seconds(build["leadlight"]().affine_maps))
        times["uncertified"].append(seconds(lambda: ll.regions(net, case.domain, threads=1, certified=False)))
        if not against or (repeat and sum(times["regioncam"]) > budget):
            continue
        other = RegioncamComplex(net, case.half_width)
        times["regioncam"].append(seconds(other.build))
        if reading:
            times["reading"].append(seconds(other.read))
        if repeat == 0:
            check_counts(case, cx, other.n_cells)
            found["regioncam_cells"] = other.n_cells
            if reading:
                found["same_patterns"] = len(_rows(cx.patterns) & _rows(other.read()[1]))
        del other
    median = {name: statistics.median(taken) for name, taken in times.items()}
    return Times(case.n_cells, **median, **found)


def _rows(patterns: np.ndarray) -> set[bytes]:
    return set(map(bytes, np.packbits(patterns, axis=1)))
