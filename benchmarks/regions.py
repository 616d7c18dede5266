"""Exact regions: leadlight's certified complex beside regioncam's, on networks N1 to N6, on one core.

Counts are compared before times are: with those that are proven, and with each other. leadlight is timed from
`ll.regions` to its return, regioncam until its object is built. Then peak memory in fresh processes, counting
beside building, a second thread, and what one does with a complex: see README.md beside this file.

    python benchmarks/regions.py                  all, four minutes and 14 GB
    python benchmarks/regions.py --quick          N1 to N4, under a minute
    python benchmarks/regions.py N4 --only times  one network's times
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import sys
import tempfile
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Any

os.environ.update(OMP_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1", MKL_NUM_THREADS="1")  # before NumPy looks

import numpy as np

import leadlight as ll
from leadlight import _core
from networks import NETWORKS, Case, one_layer
from peak_memory import in_fresh_process
from region_times import Times, enough_memory, has_regioncam, measure, median_seconds, seconds
from tables import Report, row, table
from two_threads import scaling

# floors, aims: times faster than regioncam; memory: at most one part in so many of regioncam's
FLOORS, AIMS = {"N3": 15, "N4": 20, "N5": 20, "N6": 150}, {"N3": 30, "N4": 40, "N5": 30, "N6": 300}
MEMORY_FLOORS = {"N3": 10, "N4": 10, "N5": 20, "N6": 40}
CERTIFICATION_LIMIT = 1.5
COUNTED, COUNT_FLOOR = "N5", 3.0
WIDE, WIDE_LIMIT, CONCURRENT = 1_000_000, 3.0, 10_000  # units of one layer; seconds; units counted with proof
THREADS_FLOOR, THREADED = 0.85, ("N4", "N5", "N6")  # of what two arithmetic loops gain
LOCATED, LOCATE_FLOOR = "N4", 1e6  # points a second
DRAWN, DRAW_LIMIT, WRITTEN = 490, 3.0, 1560  # units of one layer: 100,000 and a million cells; seconds
SQUARE = [(-3, 3), (-3, 3)]
PARTS = ("times", "memory", "counting", "threads", "use")


def tell_times(cases: list[Case], arguments: argparse.Namespace, report: Report) -> None:
    found = {}
    for case in cases:
        against = enough_memory(case)
        reading = against and enough_memory(case, also_to="read")
        found[case.name] = measure(case, arguments.repeats, arguments.seconds, against, reading)
    table(
        "| one core | cells | leadlight, s | us a cell | regioncam, s | times | floor | aim "
        "| regioncam read too, s | times | with maps, s | times | not certified, s | certifying costs | at most |"
    )
    for name, times in found.items():
        row(name, f"{times.n_cells:,}", *_times_cells(name, times, report))
        report.content["networks"].setdefault(name, {})["times"] = asdict(times)
    for name, times in found.items():
        if times.regioncam_cells not in (None, times.n_cells):
            print(
                f"regioncam counts {times.regioncam_cells:,} cells on {name}, where {times.n_cells:,} are proven."
            )
        if times.same_patterns not in (None, times.n_cells):
            print(
                f"On {name} regioncam has {times.same_patterns:,} of the {times.n_cells:,} activation patterns."
            )


def _times_cells(name: str, times: Times, report: Report) -> list[Any]:
    def beside(theirs: float | None, ours: float) -> list[str]:
        return ["", ""] if theirs is None else [f"{theirs:.3g}", f"**{theirs / ours:.3g}**"]

    cells: list[Any] = [f"{times.certified:.3g}", f"{times.certified / times.n_cells * 1e6:.2f}"]
    cells += beside(times.regioncam, times.certified)
    if times.regioncam is not None and name in FLOORS:
        ratio = times.regioncam / times.certified
        cells += [report.check(f"{name}, times faster", ratio, FLOORS[name]), AIMS[name]]
    else:
        cells += ["", ""]
    both = None if times.reading is None else (times.regioncam or 0.0) + times.reading
    with_maps = times.certified + times.maps
    cells += [*beside(both, times.certified), f"{with_maps:.3g}", beside(times.regioncam, with_maps)[1]]
    cost = times.certified / times.uncertified
    limit = report.limit(f"{name}, certification", cost, CERTIFICATION_LIMIT) if name in FLOORS else ""
    return [*cells, f"{times.uncertified:.3g}", f"{cost:.2f}", limit]


def tell_memory(cases: list[Case], report: Report) -> None:
    table(
        "| peak memory | leadlight, MB | bytes a cell | of it the result | regioncam, MB | part | at most |"
    )
    for case in cases:
        own = in_fresh_process(case.name, "leadlight")
        cells: list[Any] = [
            f"{own['peak']:.1f}",
            f"{own['peak'] * 1e6 / case.n_cells:.0f}",
            f"{own['kept']:.1f}",
        ]
        entry = {"leadlight": own}
        if enough_memory(case):
            entry["regioncam"] = in_fresh_process(case.name, "regioncam")
            peak = entry["regioncam"]["peak"]
            cells += [f"{peak:,.0f}", f"**1/{peak / own['peak']:.0f}**"]
            report.check(f"{case.name}, memory", peak / own["peak"], MEMORY_FLOORS[case.name])
            cells.append(f"1/{MEMORY_FLOORS[case.name]}")
        row(case.name, *cells)
        report.content["networks"].setdefault(case.name, {})["memory"] = entry


def tell_counting(repeats: int, quick: bool, report: Report) -> None:
    entry = report.content["counting"] = {}
    table("| counting | cells | proven | seconds | beside | floor or limit |")
    case = NETWORKS["N4" if quick else COUNTED]
    net = case.network()
    # In turns, as a machine's pace may change between one minute and the next.
    pairs = [
        (
            seconds(lambda: ll.count_regions(net, case.domain, threads=1)),
            seconds(lambda: ll.regions(net, case.domain, threads=1)),
        )
        for _ in range(3 * repeats)
    ]
    counted, built = map(statistics.median, zip(*pairs, strict=True))
    ratio = statistics.median(built / counted for counted, built in pairs)
    count = ll.count_regions(net, case.domain, threads=1)
    assert (int(count), count.proven) == (case.n_cells, True)
    floor = COUNT_FLOOR if quick else report.check("counting beside building", ratio, COUNT_FLOOR)
    row(
        case.name,
        f"{int(count):,}",
        "yes",
        f"{counted:.3g}",
        f"**{ratio:.2f}** times faster than building",
        floor,
    )
    entry[case.name] = {"counting": counted, "building": built}
    for width in (CONCURRENT // 10,) if quick else (CONCURRENT, WIDE):
        net = one_layer(width)
        count = ll.count_regions(net, SQUARE, threads=1)
        taken = median_seconds(partial(ll.count_regions, net, SQUARE, threads=1), min(repeats, 3))
        limit = report.limit(f"counting {WIDE:,} units, s", taken, WIDE_LIMIT) if width == WIDE else ""
        row(
            f"2-{width}-1", f"{int(count):,}", "yes" if count.proven else "at most", f"{taken:.3g}", "", limit
        )
        entry[str(width)] = {"cells": int(count), "proven": count.proven, "seconds": taken}


def tell_scaling(cases: list[Case], repeats: int, report: Report) -> None:
    table("| two threads | regions gain | two arithmetic loops gain | share | floor |")
    for case in cases:
        gain = scaling(partial(_on_threads, case.network(), case.domain), repeats)
        share = gain.ours / gain.loops
        floor = report.check(f"{case.name}, two threads", share, THREADS_FLOOR)
        row(case.name, f"{gain.ours:.2f}", f"{gain.loops:.2f}", f"{share:.2f}", floor)
        report.content["networks"].setdefault(case.name, {})["two_threads"] = asdict(gain)


def _on_threads(net: ll.Network, domain: list[tuple[float, float]], threads: int) -> ll.PolyhedralComplex:
    return ll.regions(net, domain, threads=threads)


def tell_use(repeats: int, quick: bool, report: Report) -> None:
    table("| use | cells | seconds | that is | floor or limit |")
    entry = report.content["use"] = {}
    case = NETWORKS[LOCATED]
    cx = ll.regions(case.network(), case.domain, threads=1)
    points = np.random.default_rng(0).uniform(-case.half_width, case.half_width, (10**6, 2))
    taken = entry["locate"] = median_seconds(lambda: cx.locate(points), repeats)
    floor = report.check("locate, points a second", 1e6 / taken, LOCATE_FLOOR)
    row(
        "locate a million points",
        f"{len(cx):,}",
        f"{taken:.3g}",
        f"{1 / taken:.2f} million a second",
        f"{float(floor):,.0f}" if floor.isdigit() else floor,
    )
    cx = ll.regions(one_layer(DRAWN), SQUARE, threads=1)

    def draw() -> Any:
        display = cx.plot()
        display.figure_.savefig(os.devnull, format="png")
        return display

    taken = entry["draw"] = median_seconds(draw, 1 if quick else repeats)
    row(
        "draw with matplotlib",
        f"{len(cx):,}",
        f"{taken:.3g}",
        "",
        report.limit("drawing, s", taken, DRAW_LIMIT),
    )
    cx = ll.regions(one_layer(DRAWN if quick else WRITTEN), SQUARE, threads=1)
    with tempfile.TemporaryDirectory() as folder:
        for ending in ("svg", "png"):
            path = Path(folder) / f"cells.{ending}"
            taken = entry[ending] = median_seconds(partial(cx.save, path), 1)
            size = f"{path.stat().st_size / 1e6:.1f} MB"
            row(f"write {ending.upper()}", f"{len(cx):,}", f"{taken:.3g}", size, "")


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument(
        "networks", nargs="*", metavar="N", help=f"of {', '.join(NETWORKS)}; all of them if none is named"
    )
    parser.add_argument("--only", nargs="*", choices=PARTS, default=list(PARTS), help="these parts")
    parser.add_argument("--repeats", type=int, help="of each time, at least (5)")
    parser.add_argument("--seconds", type=float, help="of regioncam a network (12), once at least")
    parser.add_argument(
        "--quick", action="store_true", help="N1 to N4, 3 repeats; smaller counts and pictures"
    )
    parser.add_argument("--json", type=Path, metavar="FILE", help="write what was measured there too")
    arguments = parser.parse_args()
    unknown = sorted(set(arguments.networks) - set(NETWORKS))
    if unknown:
        parser.error(f"no network {', '.join(unknown)}: there are {', '.join(NETWORKS)}.")
    quick = arguments.quick
    arguments.repeats = arguments.repeats or (3 if quick else 5)
    arguments.seconds = (4.0 if quick else 12.0) if arguments.seconds is None else arguments.seconds
    arguments.networks = arguments.networks or (["N1", "N2", "N3", "N4"] if quick else list(NETWORKS))
    return arguments


def main() -> None:
    arguments = parse()
    cases, repeats, report = (
        [NETWORKS[name] for name in arguments.networks],
        arguments.repeats,
        Report(networks={}),
    )
    cores = os.sched_getaffinity(0) if hasattr(os, "sched_setaffinity") else set()
    if cores:
        os.sched_setaffinity(0, {max(cores)})
    print(f"{_core.cpu_name()}, {_core.vector_level}, one core; NumPy {np.__version__}")
    if not has_regioncam():
        print("regioncam is not installed, its columns are empty: pip install '.[torch,bench]'.")
    if "times" in arguments.only:
        tell_times(cases, arguments, report)
    if "memory" in arguments.only and sys.platform == "linux":
        tell_memory([case for case in cases if case.name in MEMORY_FLOORS], report)
    if "counting" in arguments.only:
        tell_counting(repeats, arguments.quick, report)
    if "use" in arguments.only:
        tell_use(repeats, arguments.quick, report)
    if "threads" in arguments.only and len(cores) > 1:
        os.sched_setaffinity(0, cores)
        tell_scaling([case for case in cases if case.name in THREADED], 3 * repeats, report)
    report.tell_missed()
    if arguments.json:
        arguments.json.write_text(json.dumps(report.content, indent=1) + "\n")


if __name__ == "__main__":
    main()
