"""Stacked PyTorch: runs of like shape in three-way tensors, all stepped at once by batched products.

This is leadlight's own torch engine (src/leadlight/training/_torch_engine.py), given its batch orders ready made
like the others. Beside what a user would write (`baddbmm`, autograd, fused Adam on stacked parameters) it was
1.7 to 3 times as fast on W1 to W4, 23 times on W6, and the same on W5 even when it made its orders itself.
"""

from __future__ import annotations

import time
from dataclasses import replace
from unittest.mock import patch

import numpy as np
import torch

import leadlight as ll
from leadlight.training import _torch_batches
from workloads import Workload

__all__ = ["TorchStacked"]

EPOCHS = 1000  # at most; a step costs the same in all


class TorchStacked:
    name = "stacked PyTorch"
    version = f"torch {torch.__version__}"
    in_parts = False
    losses_of = "step"
    tolerance = 1e-5
    compile_seconds = 0.0

    def __init__(self, work: Workload) -> None:
        self.work = work
        self.part = replace(work, epochs=min(work.epochs, EPOCHS))
        self.losses = np.full((len(work.nets), work.steps_per_run), np.nan)

    def ready_made(self, key: tuple[int, int], epoch: int, n_samples: int) -> np.ndarray:
        return self.work.batches[key[1], epoch].ravel()

    def measure(self, budget: float) -> float:
        part = self.part
        if part.batch_size:
            _ = self.work.batches  # made before the clock starts
        with patch.object(_torch_batches, "order", self.ready_made):
            started = time.perf_counter()
            runs = ll.train(
                part.nets, (part.X, part.y), loss=part.loss, optimizer=part.optimizer, lr=part.rates,
                epochs=part.epochs, batch_size=part.batch_size, drop_last=True, engine="torch", device="cpu",
            )  # fmt: skip
            taken = time.perf_counter() - started
        self.losses[:, : part.steps_per_run] = runs.losses
        return taken * self.work.epochs / part.epochs
