"""Fit 1-h-1 sigmoid networks to the sampled curve, many starts in one call, and judge each half of the axis.

A half is judged by R^2 = 1 - (sum of squared errors) / (sum of squared deviations from the half's own mean):
1 is a perfect fit, 0 is no better than a constant.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from leadlight.data import Dataset
from leadlight.network import Network
from leadlight.random_network import mlp
from leadlight.studies.page import Page
from leadlight.training import train

__all__ = ["Fits", "Schedule", "fit", "half_r2", "median_difference", "r2"]


@dataclass(frozen=True)
class Schedule:
    """How long to train, at what rate, and at which epoch to look in between."""

    epochs: int
    lr: float
    look: int  # the sheet's shorter training, for the mirrored curve


@dataclass(frozen=True)
class Fits:
    """Networks trained on one curve; every array is by start."""

    data: Dataset
    networks: list[Network]
    curves: np.ndarray  # (n, epochs) loss before each update
    final: np.ndarray  # (n,) loss after the last update
    at_look: np.ndarray  # (n,) loss after the epoch `look` of the schedule

    @property
    def predictions(self) -> np.ndarray:
        """What each network gives at the samples, (n, n_samples)."""
        return np.stack([net(self.data.X)[:, 0] for net in self.networks])

    @property
    def halves(self) -> np.ndarray:
        """R^2 left of 0 and from 0 on, (n, 2)."""
        return np.array([half_r2(self.data, p) for p in self.predictions])

    @property
    def lead(self) -> np.ndarray:
        """R^2 on the left less R^2 on the right, (n,): above 0 where the left fits better."""
        return self.halves[:, 0] - self.halves[:, 1]

    @property
    def typical(self) -> Network:
        """The network with the median final loss (the lower one of two)."""
        order = np.argsort(self.final, kind="stable")
        return self.networks[int(order[(len(order) - 1) // 2])]

    def part(self, where: slice) -> Fits:
        """Return some of the starts."""
        return Fits(
            self.data, self.networks[where], self.curves[where], self.final[where], self.at_look[where]
        )


def r2(y: np.ndarray, prediction: np.ndarray) -> float:
    """Return the coefficient of determination of a prediction of y, both (n,).

    Examples
    --------
    >>> r2(np.array([0.0, 2.0]), np.array([0.0, 2.0])), r2(np.array([0.0, 2.0]), np.array([1.0, 1.0]))
    (1.0, 0.0)
    """
    return 1.0 - float(np.sum((y - prediction) ** 2) / np.sum((y - y.mean()) ** 2))


def half_r2(data: Dataset, prediction: np.ndarray) -> tuple[float, float]:
    """Return R^2 of a prediction (n,) on the first and the second half of the samples: x < 0 and x >= 0.

    The samples are cut by number, since the grid's zero is -3.6e-14.
    """
    y, half = data.y[:, 0], len(data) // 2
    return r2(y[:half], prediction[:half]), r2(y[half:], prediction[half:])


def fit(
    page: Page,
    data: Dataset,
    units: Sequence[int],
    seeds: Sequence[int],
    schedule: Schedule,
    *,
    loss: str = "mse",
    label: str,
) -> Fits:
    """Train one 1-h-1 sigmoid network for each entry of `units` and `seeds`: full-batch Adam, float32, CPU."""
    networks = [mlp(1, [h], 1, activation="sigmoid", seed=s) for h, s in zip(units, seeds, strict=True)]
    look = min(schedule.look, schedule.epochs)
    runs = train(
        networks,
        data,
        loss=loss,
        optimizer="adam",
        lr=schedule.lr,
        epochs=schedule.epochs,
        device="cpu",
        metrics_every=look,
        progress=page.training_progress(label),
    )
    losses = runs.metrics["train_loss"]
    return Fits(data, runs.networks, runs.losses, losses[:, -1], losses[:, 0])


def median_difference(
    page: Page, first: np.ndarray, second: np.ndarray, label: str = "medians"
) -> tuple[float, float, float]:
    """Return the median of `first` less that of `second`, with a 95 % percentile bootstrap interval."""
    rng = page.rng(label)
    draws = [np.median(a[rng.integers(0, len(a), (4000, len(a)))], axis=1) for a in (first, second)]
    low, high = np.percentile(draws[0] - draws[1], [2.5, 97.5])
    return float(np.median(first) - np.median(second)), float(low), float(high)
