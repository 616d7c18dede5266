"""PyTorch as most write it: a loop over runs, epochs and indexed batches (no DataLoader), each loss recorded."""

from __future__ import annotations

import time
from typing import Any

import numpy as np
import torch

from workloads import Workload

__all__ = ["TorchLoop"]

OPTIMIZERS = {"sgd": torch.optim.SGD, "adam": torch.optim.Adam}
LOSSES: dict[str, Any] = {
    "cross_entropy": torch.nn.CrossEntropyLoss(),
    "bce_with_logits": torch.nn.BCEWithLogitsLoss(),
    "mse": torch.nn.MSELoss(),
}


class TorchLoop:
    """Resumable, so that it can be timed in parts."""

    name = "PyTorch loop"
    version = f"torch {torch.__version__}"
    in_parts = True
    losses_of = "step"
    tolerance = 1e-5
    compile_seconds = 0.0

    def __init__(self, work: Workload) -> None:
        self.work = work
        self.X = torch.tensor(work.X, dtype=torch.float32)
        self.y = torch.tensor(work.y, dtype=torch.long if work.loss == "cross_entropy" else torch.float32)
        self.loss = LOSSES[work.loss]
        self.losses = np.full((len(work.nets), work.steps_per_run), np.nan)
        self.run = self.epoch = 0
        self.start_run()

    def start_run(self) -> None:
        self.module = self.work.nets[self.run].to_torch(torch.float32)
        make = OPTIMIZERS[self.work.optimizer]
        self.optimizer = make(self.module.parameters(), float(self.work.rates[self.run]))

    def measure(self, budget: float) -> float:
        """Whole epochs, of one run after the other, for so long."""
        work, epochs, taken = self.work, 0, 0.0
        while taken < budget or not epochs:
            batches = torch.from_numpy(work.batches[self.run, self.epoch]) if work.batch_size else [None]
            started = time.perf_counter()
            self.take_epoch(batches)
            taken += time.perf_counter() - started
            epochs += 1
            self.epoch += 1
            if self.epoch == work.epochs:
                self.run, self.epoch = (self.run + 1) % len(work.nets), 0
                self.start_run()
        return taken / epochs * work.epochs * len(work.nets)

    def take_epoch(self, batches: Any) -> None:
        first = self.epoch * self.work.steps_per_epoch
        record = self.losses[self.run]
        for step, batch in enumerate(batches, first):
            X, y = (self.X, self.y) if batch is None else (self.X[batch], self.y[batch])
            self.optimizer.zero_grad()
            value = self.loss(self.module(X), y)
            value.backward()
            self.optimizer.step()
            record[step] = value.item()
