"""What a training leaves behind: `Runs`, one entry a run, in the order in which the networks were given."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from .._notebook import table_html
from .._table import Table
from ..network import Network

__all__ = ["Divergence", "Runs", "Table"]


@dataclass(frozen=True)
class Divergence:
    """Where and why a run stopped making sense."""

    step: int  # index of the first step whose loss is not finite, or more than 1e6 times the first
    last_finite_loss: float  # the loss one step before; NaN when the very first step diverged
    cause: str  # the likely cause, one sentence


@dataclass(frozen=True)
class Runs:
    """Trained networks and how they came about; n_runs of them.

    Attributes
    ----------
    networks, initial_networks : list of Network
        After and before training, in the order given. A run that diverged has the weights of the last check
        at which all was well (checks are at most 200 steps apart).
    losses : numpy.ndarray of shape (n_runs, n_steps or n_epochs), float64
        The loss of each step's batch before its update; with ``record="epoch"`` the mean over the epoch's
        samples. NaN after a divergence, after the target loss was reached, and where an interrupted training did
        not come to.
    record : str
        "step" or "epoch".
    metrics : dict of str to numpy.ndarray of shape (n_runs, n_records)
        "train_loss", "test_loss" and, for losses that classify, "train_accuracy", "test_accuracy" (shares,
        not per cent), measured on all samples after the epochs `metric_epochs`.
    metric_epochs : numpy.ndarray of shape (n_records,), int64
    snapshots : dict of int to list of Network
        The networks after so many epochs; of an interrupted call, those epochs that every run reached.
    divergences : list of Divergence or None
    stopped_at : numpy.ndarray of shape (n_runs,), int64
        After how many epochs the loss had reached the target and the run stopped; -1 where it did not.
    engine, device, dtype : str
        What computed it.
    routed : str
        Why ``engine="auto"`` did not take the compiled engine; empty where it did, or was not asked.
    seconds : float
        Wall-clock time of the training.
    interrupted : bool
        Whether Ctrl-C cut it short.
    """

    networks: list[Network]
    initial_networks: list[Network]
    losses: np.ndarray
    record: str
    metrics: dict[str, np.ndarray]
    metric_epochs: np.ndarray
    snapshots: dict[int, list[Network]]
    divergences: list[Divergence | None]
    stopped_at: np.ndarray
    engine: str
    device: str
    dtype: str
    seconds: float
    interrupted: bool = False
    routed: str = ""
    _columns: Mapping[str, Any] = field(default_factory=dict, repr=False)  # what table() shows of the call

    def __repr__(self) -> str:
        kinds = list(dict.fromkeys(map(repr, self.networks)))
        what = kinds[0] if len(kinds) == 1 else f"{len(kinds)} kinds of networks"
        troubles = [
            f"{int(self.diverged.sum())} diverged" if self.diverged.any() else "",
            "interrupted" if self.interrupted else "",
        ]
        done = f"{self.losses.shape[1]:,} {self.record}s in {self.seconds:.3g} s on {self.device}"
        return f"Runs({len(self)} of {', '.join(filter(None, [what, done, *troubles]))})"

    def _repr_html_(self) -> str:
        return table_html(self.table(), repr(self))

    def __len__(self) -> int:
        return len(self.networks)

    @property
    def final_losses(self) -> np.ndarray:
        """The last loss of each run, (n_runs,); NaN for a run that diverged, took no step or was interrupted."""
        if self.losses.shape[1] == 0:
            return np.full(len(self), np.nan)
        diverged = np.array([entry is not None for entry in self.divergences])
        last = np.full(len(self), -1)
        reached = self.stopped_at >= 0
        last[reached] = np.isfinite(self.losses[reached]).sum(axis=1) - 1
        return np.where(diverged, np.nan, self.losses[np.arange(len(self)), last])

    @property
    def diverged(self) -> np.ndarray:
        """Which runs diverged, (n_runs,) bool."""
        return np.array([entry is not None for entry in self.divergences], dtype=bool)

    def table(self) -> Table:
        """One row a run: widths, parameters, learning rate, final loss, last metrics, divergence, early stop."""
        columns: dict[str, list] = {
            "run": list(range(len(self))),
            "widths": ["-".join(map(str, net.widths)) for net in self.networks],
            "n_parameters": [net.n_parameters for net in self.networks],
            **{name: list(values) for name, values in self._columns.items()},
            "final_loss": self.final_losses.tolist(),
        }
        for name, values in self.metrics.items():
            if values.shape[1]:
                columns[name] = values[:, -1].tolist()
        columns["diverged_at"] = [None if entry is None else entry.step for entry in self.divergences]
        columns["stopped_at"] = [None if epochs < 0 else epochs for epochs in self.stopped_at.tolist()]
        return Table(columns)

    def describe(self) -> str:
        """One sentence: how many runs, what computed them, how long it took."""
        count = f"{len(self)} run" + ("s" if len(self) != 1 else "")
        lost = int(self.diverged.sum())
        reached = int((self.stopped_at >= 0).sum())
        tail = f"; {lost} diverged" if lost else ""
        tail += f"; {reached} reached the target loss" if reached else ""
        cut = ", interrupted" if self.interrupted else ""
        return (
            f"{count} trained by the {self.engine} engine on {self.device} in {self.dtype}, "
            f"{self.seconds:.1f} s{cut}{tail}{f' ({self.routed})' if self.routed else ''}."
        )
