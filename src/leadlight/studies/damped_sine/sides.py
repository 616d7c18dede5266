"""The experiments on the sides: the curve, its mirror images and another loss, from the same starts.

Mirroring the samples and turning the first weights leaves every output as it was, so training commutes with
mirroring; that is derived here and checked to the last bit.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from leadlight.data import Dataset, damped_sine
from leadlight.random_network import mlp
from leadlight.studies.page import Page
from leadlight.training import train
from leadlight.training.losses import RELATIVE_FLOOR

from .fits import Fits, Schedule, fit
from .staircase import thresholds_inside

__all__ = ["Sides", "error_weights", "mirror_image", "prove_mirroring", "threshold_counts", "train_sides"]


@dataclass(frozen=True)
class Sides:
    """The same starts on each curve under each loss."""

    sheet: Fits  # the sheet's curve, squared error
    mirrored: Fits  # the sheet's mirrored curve
    image: Fits  # the exact mirror image of the samples
    relative: Fits  # the sheet's curve, relative error
    relative_mirrored: Fits

    def named(self) -> Mapping[str, Fits]:
        """All of them, by what a picture calls them."""
        return {
            "curve": self.sheet,
            "mirrored": self.mirrored,
            "mirror image": self.image,
            "curve, relative error": self.relative,
            "mirrored, relative error": self.relative_mirrored,
        }


def mirror_image(data: Dataset) -> Dataset:
    """Return the samples (-x, y), ascending: the curve seen in a mirror, without sampling it anew."""
    return Dataset(-data.X[::-1], data.y[::-1], feature_names=data.feature_names, name="mirror image")


def error_weights(y: np.ndarray) -> np.ndarray:
    """Return by what relative_mse multiplies each squared error: 1 / max(|y|, floor)^2, floor 0.05 max |y|.

    Examples
    --------
    >>> error_weights(np.array([2.0, 0.0])).round(9).tolist()
    [0.25, 100.0]
    """
    return 1.0 / np.maximum(np.abs(y), RELATIVE_FLOOR * np.abs(y).max()) ** 2


def train_sides(page: Page, units: int, n_starts: int, schedule: Schedule) -> Sides:
    """Train the same starts five times."""
    curve, mirrored = damped_sine(), damped_sine(mirrored=True)
    seeds = page.seeds("starts", n_starts)

    def go(data: Dataset, label: str, loss: str = "mse") -> Fits:
        return fit(page, data, [units] * n_starts, seeds, schedule, loss=loss, label=label)

    return Sides(
        go(curve, "the sheet's curve"),
        go(mirrored, "mirrored"),
        go(mirror_image(curve), "mirror image"),
        go(curve, "relative error", "relative-mse"),
        go(mirrored, "mirrored, relative error", "relative-mse"),
    )


def prove_mirroring(page: Page, fits: Fits, schedule: Schedule) -> None:
    """Derive that training commutes with mirroring, and check it on the bits of every loss."""
    epochs = min(500, schedule.epochs)
    seeds = page.seeds("starts", min(10, len(fits.networks)))
    nets = [mlp(1, [fits.networks[0].n_units], 1, activation="sigmoid", seed=s) for s in seeds]
    turned = [net.with_parameters([-net.weights[0], net.weights[1]], net.biases) for net in nets]
    here, there = (
        train(n, (X, fits.data.y), loss="mse", optimizer="adam", lr=schedule.lr, epochs=epochs, device="cpu")
        for n, X in ((nets, fits.data.X), (turned, -fits.data.X))
    )
    page.derivation(
        "Mirroring changes the side and nothing else",
        [
            r"Mirror the samples, $x \to -x$, and turn the start, $w_k \to -w_k$. Every $w_k x + b_k$ stays as it was, "
            r"and with it every output and the loss.",
            r"The gradient in $w_k$ only changes its sign, those in $b_k$, $v_k$ and $c$ are the same. Adam's step is "
            r"odd in the gradient, so the next $w_k$ is again the other one turned.",
            r"torch draws $w$ evenly from $(-1, 1)$: a turned start is as likely as the start. Over starts, an exact "
            r"mirror image is therefore fitted exactly as well, with the sides exchanged.",
        ],
        f"{len(nets)} starts and the turned ones on the mirrored samples, {epochs} epochs in float32: greatest "
        "difference of any loss",
        float(np.max(np.abs(here.losses - there.losses))),
        0.0,
    )


def threshold_counts(fits: Fits) -> tuple[np.ndarray, np.ndarray]:
    """How many thresholds each start has in the left and in the right half of the data."""
    x = fits.data.X[:, 0]
    left = np.array([len(thresholds_inside(net, x.min(), 0.0)) for net in fits.networks])
    return left, np.array([len(thresholds_inside(net, x.min(), x.max())) for net in fits.networks]) - left
