"""The sheet's gradient without its factor 2/n: what each part of the factor does to the descent."""

from __future__ import annotations

import numpy as np

from leadlight.studies.notation import scientific
from leadlight.studies.page import Page

from . import pictures
from .descent import Descent, by_hand, least_squares, loss

__all__ = ["missing_factor"]


def missing_factor(
    page: Page, x: np.ndarray, y: np.ndarray, start: tuple[float, float], lr: float, epochs: int
) -> None:
    """Show what a gradient without its 2, and one without its 2/n, does to the descent."""

    def without_two(line: np.ndarray, x: np.ndarray, y: np.ndarray) -> np.ndarray:
        residuals = line[0] * x + line[1] - y
        return np.array([np.mean(residuals * x), np.mean(residuals)])

    right, half = by_hand(x, y, start, lr, epochs), by_hand(x, y, start, lr, epochs, without_two)
    same = by_hand(x, y, start, lr / 2, epochs)
    gap = float(np.max(np.abs(half.lines - same.lines)))
    least = float(loss(least_squares(x, y), x, y))
    waits = [_epochs_until(d, least, 0.01) for d in (right, half)]
    steps = 5  # without 1/n as well the steps overshoot, and the loss grows
    growth = by_hand(x, y, start, lr * len(x) / 2, steps).losses
    page.claim(
        "missing-two-halves-the-rate",
        f"The gradient without its factor 2 takes the path of the learning rate {lr / 2:g} instead of "
        f"{lr:g}.",
        gap <= 1e-12,
        {
            "greatest difference from half the rate": gap,
            "epochs to 1 % of the way, right": waits[0],
            "epochs to 1 % of the way, without 2": waits[1],
        },
    )
    page.figure(
        "half-rate",
        pictures.curves(
            {"gradient with 2/n": right.losses, "gradient with 1/n": half.losses},
            {"least squares": least},
            least,
        ),
        "The same learning rate with the right gradient and with one whose factor 2 was forgotten.",
    )
    wait = [f"after {w} epochs" if w is not None else f"not within {epochs} epochs" for w in waits]
    page.mend(
        "The gradient without its factor 2/n",
        "Averaging without the 2 is the gradient of half the loss: the path is that of half the learning "
        f"rate. Leaving out the 1/n too multiplies the rate by {len(x) / 2:g}: in {steps} epochs the loss "
        f"goes from {growth[0]:.3g} to {scientific(float(growth[-1]))}.",
        wrong=f"99 % of the way down {wait[1]}",
        right=f"99 % of the way down {wait[0]}",
    )


def _epochs_until(descent: Descent, least: float, share: float) -> int | None:
    """Return the first epoch at which the loss is within `share` of its starting distance from `least`."""
    reached = np.flatnonzero(descent.losses - least <= share * (descent.losses[0] - least))
    return int(reached[0]) if len(reached) else None
