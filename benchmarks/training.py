"""Training many small networks: leadlight beside an indexed PyTorch loop, on workloads W1 to W6.

One process, one core. Initial weights, batch orders and precision are the same; before times are compared the
losses of the steps that both took are, to 1e-5 of the first ten epochs. PyTorch's loop indexes its batches (no
DataLoader), gets its orders ready made, and records each loss; it is run for a few seconds of steps a
workload and scaled to all of them. leadlight is timed from `ll.train` to its return, orders, conversion and
`Runs` included. Medians of alternating repeats.

    python benchmarks/training.py                         all workloads, about two minutes
    python benchmarks/training.py W1 W5 --repeats 9
    LEADLIGHT_VECTOR_LEVEL=avx2 python benchmarks/training.py
"""

from __future__ import annotations

import argparse
import os
import statistics
import time
from typing import Any

os.environ.setdefault("OMP_NUM_THREADS", "1")

import numpy as np
import torch

import leadlight as ll
from leadlight import _core
from leadlight.training import order
from workloads import WORKLOADS, Workload

FLOORS = {"W1": 50, "W2": 90, "W3": 200, "W4": 180, "W5": 120, "W6": 5}


class TorchLoop:
    """The indexed loop over runs, epochs and batches, resumable, so that it can be timed in parts."""

    MODULES = {"sgd": torch.optim.SGD, "adam": torch.optim.Adam}  # noqa: RUF012

    def __init__(self, work: Workload) -> None:
        self.work = work
        self.X = torch.tensor(work.X, dtype=torch.float32)
        self.y = torch.tensor(work.y, dtype=torch.long if work.loss == "cross_entropy" else torch.float32)
        self.loss: Any = {
            "cross_entropy": torch.nn.CrossEntropyLoss(),
            "bce_with_logits": torch.nn.BCEWithLogitsLoss(),
            "mse": torch.nn.MSELoss(),
        }[work.loss]
        self.run = self.epoch = 0
        self.losses = np.full((len(work.nets), work.epochs * work.steps_per_epoch), np.nan)
        self.start_run()

    def start_run(self) -> None:
        work = self.work
        self.module = work.nets[self.run].to_torch(torch.float32)
        make = self.MODULES[work.optimizer]
        self.optimizer = make(self.module.parameters(), float(work.rates[self.run]))

    @property
    def done(self) -> bool:
        return self.run == len(self.work.nets)

    def part(self, seconds: float) -> float:
        """Whole epochs, of one run after the other, for so long; returns seconds a step."""
        steps, taken = 0, 0.0
        while taken < seconds and not self.done:
            batch = self.work.batch_size
            index = None
            if batch:
                index = torch.from_numpy(order((0, self.run), self.epoch, len(self.work.X)))
            started = time.perf_counter()
            count = self.take_epoch(index, batch)
            taken += time.perf_counter() - started
            steps += count
            self.epoch += 1
            if self.epoch == self.work.epochs:
                self.run, self.epoch = self.run + 1, 0
                if not self.done:
                    self.start_run()
        return taken / steps

    def take_epoch(self, index: torch.Tensor | None, batch: int | None) -> int:
        count = self.work.steps_per_epoch
        record = self.losses[self.run]
        for step in range(count):
            if index is None:
                X, y = self.X, self.y
            else:
                part = index[step * batch : (step + 1) * batch]
                X, y = self.X[part], self.y[part]
            self.optimizer.zero_grad()
            value = self.loss(self.module(X), y)
            value.backward()
            self.optimizer.step()
            record[self.epoch * count + step] = value.item()
        return count


def compare(name: str, work: Workload, losses: np.ndarray, reference: np.ndarray) -> float:
    """The largest difference within the first ten epochs of the runs that torch finished these of."""
    first = slice(0, 10 * work.steps_per_epoch)
    known = np.isfinite(reference[:, first])
    difference = np.abs(losses[:, first] - reference[:, first])[known]
    relative = (difference / np.maximum(1.0, np.abs(reference[:, first][known]))).max()
    if relative > 1e-5:
        raise SystemExit(f"{name}: losses differ from torch's by {relative:g}: times mean nothing.")
    return float(relative)


def measure(name: str, repeats: int, seconds: float) -> dict[str, float]:
    """Medians of alternating repeats of both."""
    work = WORKLOADS[name]()
    loop = TorchLoop(work)
    ours, theirs = [], []
    for _ in range(repeats):
        started = time.perf_counter()
        runs = ll.train(
            work.nets, (work.X, work.y), loss=work.loss, optimizer=work.optimizer, lr=work.rates,
            epochs=work.epochs, batch_size=work.batch_size, drop_last=True, threads=1,
        )  # fmt: skip
        ours.append(time.perf_counter() - started)
        assert runs.engine == "compiled"
        assert runs.losses.size == work.n_steps
        if not loop.done:
            theirs.append(loop.part(seconds / repeats))
    difference = compare(name, work, runs.losses, loop.losses)
    own, torch_step = statistics.median(ours), statistics.median(theirs)
    return {
        "steps": work.n_steps,
        "torch": torch_step * work.n_steps,
        "torch_step": torch_step * 1e6,
        "ours": own,
        "ours_step": own / work.n_steps * 1e6,
        "ratio": torch_step * work.n_steps / own,
        "difference": difference,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "workloads", nargs="*", default=list(WORKLOADS), metavar="W", help=", ".join(WORKLOADS)
    )
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--torch-seconds", type=float, default=4.0, help="of PyTorch's steps a workload")
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    print(
        f"{_core.cpu_name()}, one core, {_core.vector_level}; torch {torch.__version__}, NumPy {np.__version__}\n"
    )
    print(
        "| | steps | PyTorch loop, s | us a step | leadlight, s | us a step | times faster | floor | loss agrees to |"
    )
    print("|---|---|---|---|---|---|---|---|---|")
    for name in arguments.workloads:
        row = measure(name, arguments.repeats, arguments.torch_seconds)
        print(
            f"| {name} | {row['steps']:,} | {row['torch']:.2f} | {row['torch_step']:.0f} | {row['ours']:.4f} "
            f"| {row['ours_step']:.2f} | **{row['ratio']:.0f}** | {FLOORS[name]} | {row['difference']:.1e} |",
            flush=True,
        )


if __name__ == "__main__":
    main()
