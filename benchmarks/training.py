"""Training many small networks: leadlight beside four alternatives, on workloads W1 to W6, on one core.

Beside a PyTorch loop over the runs, runs stacked in PyTorch, scikit-learn and JAX (alternatives/), from the same
weights through the same batches in float32; losses are compared before times are. leadlight is timed from
`ll.train` to its return, with its batch orders, conversions and `Runs`; the others get their orders ready made,
and JAX's compiling is timed apart. Slow ones are timed for some seconds and scaled to the whole. Then the
narrower vector level, a second thread, memory, and the counted arithmetic: see README.md beside this file.

    python benchmarks/training.py                                   all, three minutes
    python benchmarks/training.py --quick                           under a minute
    python benchmarks/training.py W1 W5 --columns jax --levels      two workloads, JAX alone, the widest level
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Any

os.environ.update(  # before NumPy, torch and JAX look
    OMP_NUM_THREADS="1",
    OPENBLAS_NUM_THREADS="1",
    MKL_NUM_THREADS="1",
    NPROC="1",
    XLA_FLAGS="--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1",
)

import numpy as np

from leadlight import _core
from operations import bounds, operations
from peak_memory import in_fresh_process
from side_by_side import ALTERNATIVES, measure, missing, train
from tables import Report, row, table
from two_threads import scaling
from workloads import WORKLOADS

FLOORS = {"W1": 50, "W2": 90, "W3": 200, "W4": 180, "W5": 120, "W6": 5}  # times faster than the PyTorch loop
JAX_FLOOR, JAX_WORKLOADS = 3.0, ("W1", "W2", "W3", "W4", "W5")
SHARE_OF_FLOORS = 1.0 if _core.vector_bytes == 64 else 0.6  # with narrower vectors than those of AVX-512
THREADS_FLOOR, THREADS_WORKLOADS = 0.9, ("W2", "W3", "W5")  # of what two arithmetic loops gain
MEMORY_FLOOR, MEMORY_WORKLOAD = 100.0, "W5"  # megabytes beyond the data


def compare(names: list[str], alternatives: list[str], arguments: argparse.Namespace, report: Report) -> None:
    """The table of times and ratios, at the vector level of this process."""
    columns = ["steps", "leadlight, s", "us a step"]
    columns += [cell for key in alternatives for cell in (f"{key}, s", "times")]
    columns += ["compile, s"] * ("jax" in alternatives) + ["floor, loop"] * ("loop" in alternatives)
    columns += ["floor, jax"] * ("jax" in alternatives) + ["losses differ by"]
    table(f"| {_core.vector_level} | " + " | ".join(columns) + " |")
    for name in names:
        work = WORKLOADS[name]()
        timings = measure(name, work, alternatives, arguments.repeats, arguments.seconds)
        own = timings["leadlight"].seconds
        cells: list[Any] = [name, f"{work.n_steps:,}", f"{own:.4f}", f"{own / work.n_steps * 1e6:.2f}"]
        for key in alternatives:
            cells += [f"{timings[key].seconds:.3g}", f"**{timings[key].seconds / own:.3g}**"]
        if "jax" in alternatives:
            cells.append(f"{timings['jax'].compile_seconds:.1f}")
        if "loop" in alternatives:
            ratio = timings["loop"].seconds / own
            cells.append(
                report.check(f"{name}, {_core.vector_level}, loop", ratio, SHARE_OF_FLOORS * FLOORS[name])
            )
        if "jax" in alternatives:
            ratio = timings["jax"].seconds / own
            wanted = name in JAX_WORKLOADS
            cells.append(report.check(f"{name}, JAX", ratio, JAX_FLOOR) if wanted else "")
        cells.append(", ".join(f"{timings[key].disagreement:.0e}" for key in alternatives))
        row(*cells)
        entry = report.content["workloads"].setdefault(name, {})
        entry[_core.vector_level] = {key: asdict(timing) for key, timing in timings.items()}
        entry[_core.vector_level]["bounds"] = asdict(operations(work)) | asdict(bounds(work, own))


def tell_arithmetic(names: list[str], report: Report) -> None:
    table(
        "| a sample and step | multiply-adds | exp, log | ns | cycles | GFLOP/s "
        "| of the peak | of the peak, exp and log included |"
    )
    for name in names:
        own = report.content["workloads"][name][_core.vector_level]["bounds"]
        row(
            name, f"{own['multiply_adds']:.0f}", f"{own['transcendental']:.0f}", f"{own['nanoseconds']:.2f}",
            f"{own['cycles']:.1f}", f"{own['gflops']:.0f}", f"{own['of_peak']:.0%}", f"{own['of_bound']:.0%}",
        )  # fmt: skip


def at_level(level: str, names: list[str], arguments: argparse.Namespace, report: Report) -> None:
    """The table of leadlight and the loop at another vector level: in another process, which picks it as it loads."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "level.json"
        command = [sys.executable, __file__, *names, "--columns", "loop", "--levels", "--only-table"]
        command += ["--repeats", str(arguments.repeats), "--seconds", str(arguments.seconds)]
        command += ["--json", str(path)]
        subprocess.run(command, check=True, env=os.environ | {"LEADLIGHT_VECTOR_LEVEL": level})
        found = json.loads(path.read_text())
    report.missed.extend(found["missed"])
    for name, entry in found["workloads"].items():
        report.content["workloads"][name].update(entry)


def tell_scaling(names: list[str], repeats: int, report: Report) -> None:
    table("| two threads | training gains | two arithmetic loops gain | share | floor |")
    for name in names:
        gain = scaling(partial(train, WORKLOADS[name]()), repeats)
        share = gain.ours / gain.loops
        floor = report.check(f"{name}, two threads", share, THREADS_FLOOR)
        row(name, f"{gain.ours:.2f}", f"{gain.loops:.2f}", f"{share:.2f}", floor)
        report.content["workloads"][name]["two_threads"] = asdict(gain)


def tell_memory(report: Report) -> None:
    memory = in_fresh_process(MEMORY_WORKLOAD)
    report.content["memory"] = memory
    if memory["peak"] > MEMORY_FLOOR:
        report.missed.append(f"{MEMORY_WORKLOAD}, peak memory: {memory['peak']:.1f} MB")
    print(
        f"\n{MEMORY_WORKLOAD} adds {memory['peak']:.1f} MB to the peak memory of a fresh process, of which "
        f"{memory['kept']:.1f} MB are its results (at most {MEMORY_FLOOR:g} MB)."
    )


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument(
        "workloads", nargs="*", metavar="W", help=f"of {', '.join(WORKLOADS)}; all of them if none is named"
    )
    parser.add_argument("--columns", nargs="*", choices=list(ALTERNATIVES), default=list(ALTERNATIVES))
    levels = _core.vector_levels()
    other = [level for level in levels if level == "avx2" != _core.vector_level]
    parser.add_argument("--levels", nargs="*", choices=levels, default=other, help="besides the one in use")
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=4.0, help="of training an alternative and workload")
    parser.add_argument("--quick", action="store_true", help="3 repeats, 0.5 s, the level in use alone")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write what was measured there too")
    parser.add_argument("--only-table", action="store_true", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    arguments.workloads = arguments.workloads or list(WORKLOADS)
    unknown = sorted(set(arguments.workloads) - set(WORKLOADS))
    if unknown:
        parser.error(f"no workload {', '.join(unknown)}: there are {', '.join(WORKLOADS)}.")
    if arguments.quick:
        arguments.repeats, arguments.seconds, arguments.levels = 3, 0.5, []
    return arguments


def main() -> None:
    arguments = parse()
    names, report = arguments.workloads, Report(workloads={})
    alternatives = [key for key in arguments.columns if not missing(key)]
    cores = os.sched_getaffinity(0) if hasattr(os, "sched_setaffinity") else set()
    if cores:
        os.sched_setaffinity(0, {max(cores)})
    if "loop" in alternatives:
        import torch

        torch.set_num_threads(1)
    if not arguments.only_table:
        print(f"{_core.cpu_name()}, one core, float32; NumPy {np.__version__}")
        for key in sorted(set(arguments.columns) - set(alternatives)):
            package = missing(key)
            print(f"The column {key} is missing: {package} is not installed (pip install '.[torch,bench]').")
    compare(names, alternatives, arguments, report)
    if not arguments.only_table:
        tell_arithmetic(names, report)
        for level in arguments.levels:
            at_level(level, names, arguments, report)
        if len(cores) > 1:
            os.sched_setaffinity(0, cores)
            tell_scaling([name for name in names if name in THREADS_WORKLOADS], 3 * arguments.repeats, report)
        if MEMORY_WORKLOAD in names and sys.platform == "linux":
            tell_memory(report)
        report.tell_missed()
    if arguments.json:
        arguments.json.write_text(json.dumps(report.content, indent=1) + "\n")


if __name__ == "__main__":
    main()
