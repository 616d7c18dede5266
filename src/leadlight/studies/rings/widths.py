"""Train networks of several widths on the rings, many seeds each, in one call a choice of activation."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from leadlight.data import Dataset, as_column
from leadlight.network import Network
from leadlight.random_network import mlp
from leadlight.studies.page import Page
from leadlight.training import train

__all__ = ["NO_LOSS", "Trained", "count_errors", "train_widths"]

NO_LOSS = 0.05  # below this, and without errors, the loss counts as zero


@dataclass(frozen=True)
class Trained:
    """Networks after training, by width; the rows of ``losses`` and all lists are by seed."""

    activation: str
    networks: dict[int, list[Network]]
    losses: dict[int, np.ndarray]  # (n_seeds, epochs), each before its update
    final: dict[int, np.ndarray]  # (n_seeds,) loss after the last update
    errors: dict[int, np.ndarray]  # (n_seeds,) points on the wrong side

    @property
    def widths(self) -> tuple[int, ...]:
        """The widths trained."""
        return tuple(self.networks)

    def solved(self, width: int) -> np.ndarray:
        """Which runs have a loss below 0.05 and no error, (n_seeds,) bool."""
        return (self.final[width] < NO_LOSS) & (self.errors[width] == 0)

    def typical(self, width: int) -> Network:
        """Return the network with the median final loss (the lower one of two)."""
        order = np.argsort(self.final[width], kind="stable")
        return self.networks[width][int(order[(len(order) - 1) // 2])]


def count_errors(net: Network, data: Dataset) -> int:
    """Return how many points have their logit on the wrong side of 0 (evaluated in float64)."""
    return int(np.sum((net(data.X)[:, 0] > 0) != (data.y == 1)))


def train_widths(
    page: Page,
    data: Dataset,
    activation: str,
    widths: Sequence[int],
    n_seeds: int,
    lr: float,
    epochs: int,
    label: str = "",
) -> Trained:
    """Train 2-width-1 networks by full-batch Adam on the cross-entropy of their logit."""
    seeds = {w: page.seeds(f"{label or activation} {w}", n_seeds) for w in widths}
    networks = [mlp(2, [w], 1, activation=activation, seed=s) for w in widths for s in seeds[w]]
    runs = train(
        networks,
        (data.X, as_column(data)),
        loss="bce-with-logits",
        optimizer="adam",
        lr=lr,
        epochs=epochs,
        metrics_every=epochs,
        progress=page.training_progress(f"{len(networks)} {label or activation} networks"),
    )
    part = {w: slice(i * n_seeds, (i + 1) * n_seeds) for i, w in enumerate(widths)}
    return Trained(
        activation,
        {w: runs.networks[part[w]] for w in widths},
        {w: runs.losses[part[w]] for w in widths},
        {w: runs.metrics["train_loss"][part[w], -1] for w in widths},
        {w: np.array([count_errors(n, data) for n in runs.networks[part[w]]]) for w in widths},
    )
