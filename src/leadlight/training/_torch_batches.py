"""Samples on the device, and the batches that a stack's steps read.

Inputs (with a 1 appended) and targets are rows of one table, one column a sample, gathered for many steps
and all runs at once. Wide inputs (images) lie sample by sample instead and are gathered one step at a time.
When all runs see the same samples, batches are views shared by all.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import torch
from torch import Tensor

from ._torch_kernels import LossKernel
from .orders import order
from .problem import Samples

__all__ = ["SampleTable", "batches"]

WIDE = 64  # inputs above which samples are gathered as rows
GATHER = 4_000_000  # floats gathered at once


class SampleTable:
    """Samples as `Stack` reads them.

    Attributes: X (n_inputs + 1, n), the last row 1; rows (k, n), the loss's view of the targets. `fill` puts
    another epoch's samples into the same memory.
    """

    def __init__(
        self, samples: Samples, kernel: LossKernel, n_outputs: int, scale: float, dtype: str, device: str
    ) -> None:
        self.prepare, self.device = (lambda y: kernel.rows(y, n_outputs, scale)), device
        X, y = samples
        n, d = X.shape
        height = len(self.prepare(y[:1]))
        self.is_wide = d > WIDE
        # wide: samples (n, d + 1) and targets (height, n) apart; else one array, inputs above targets
        self.inputs = np.ones((n, d + 1) if self.is_wide else (d + 1 + height, n), dtype=dtype)
        self.targets = np.empty((height, n), dtype=dtype) if self.is_wide else self.inputs[d + 1 :]
        self.fill(samples)

    def fill(self, samples: Samples) -> None:
        """Replace the samples by others of the same shape."""
        X, y = samples
        d = X.shape[1]
        self.targets[:] = self.prepare(y)
        if self.is_wide:
            self.inputs[:, :d] = X
            self.X = torch.from_numpy(self.inputs).to(self.device).t()
            self.rows = torch.from_numpy(self.targets).to(self.device)
        else:
            self.inputs[:d] = X.T
            self.table = torch.from_numpy(self.inputs).to(self.device)
            self.X, self.rows = self.table[: d + 1], self.table[d + 1 :]

    def __len__(self) -> int:
        return self.X.shape[1]

    def shared(self, start: int, stop: int) -> tuple[Tensor, Tensor]:
        """Samples start to stop for all runs alike."""
        return self.X[:, start:stop], self.rows[:, start:stop].unsqueeze(0)

    def gather(self, indices: Tensor) -> Iterator[tuple[Tensor, Tensor]]:
        """One batch a step from indices (step, run, sample).

        Yields X (run, input + 1, sample) and rows (run, k, sample).
        """
        n_steps, n_runs, batch = indices.shape
        if self.is_wide:
            for step in range(n_steps):
                index = indices[step].flatten()
                X = self.X.t().index_select(0, index).view(n_runs, batch, -1).transpose(1, 2)
                yield X, self.rows.index_select(1, index).view(-1, n_runs, batch).transpose(0, 1)
            return
        height, inputs = len(self.table), len(self.X)
        together = max(1, GATHER // (height * n_runs * batch))
        for start in range(0, n_steps, together):
            index = indices[start : start + together]
            gathered = self.table.index_select(1, index.flatten()).view(height, len(index), n_runs, batch)
            for step in range(len(index)):
                own = gathered[:, step].transpose(0, 1)
                yield own[:, :inputs], own[:, inputs:]


def batches(
    table: SampleTable, keys: Sequence[tuple[int, int]] | None, epoch: int, size: int, count: int
) -> Iterator[tuple[Tensor, Tensor]]:
    """The `count` batches of one epoch, of `size` samples each but perhaps the last.

    keys: of the runs' orders, or None to take the samples as they come.
    """
    n = len(table)
    if keys is None:
        for step in range(count):
            yield table.shared(step * size, min(n, (step + 1) * size))
        return
    distinct = keys[:1] if len(set(keys)) == 1 else keys
    orders = torch.from_numpy(np.stack([order(key, epoch, n) for key in distinct])).to(table.X.device)
    whole = min(count, n // size)
    parts = [orders[:, : whole * size].view(len(distinct), whole, size).transpose(0, 1)]
    if count > whole:
        parts.append(orders[:, None, whole * size :].transpose(0, 1))
    for indices in parts:
        for X, rows in table.gather(indices):
            yield (X[0], rows) if len(distinct) == 1 else (X, rows)  # equal orders: one batch serves all
