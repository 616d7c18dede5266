"""Four mistakes: a factor of 1/2, a step as 0/0, a mirror on a lopsided grid, a relative error without floor."""

from __future__ import annotations

import numpy as np

from leadlight.activations import activation
from leadlight.data import damped_sine
from leadlight.studies.notation import scientific, signed
from leadlight.studies.page import Page

from .fits import Fits
from .sides import Sides, error_weights, mirror_image

__all__ = ["mend_all", "quotient_step"]


def quotient_step(z: np.ndarray) -> np.ndarray:
    """The sheet's step, relu(z) / z: 0/0, so NaN, at z = 0."""
    with np.errstate(invalid="ignore"):
        return np.maximum(z, 0.0) / z


def mend_all(page: Page, sides: Sides) -> None:
    """Show each mistake beside its correction, both computed."""
    _factor(page, sides.sheet)
    _step(page, sides.sheet)
    _mirror(page, sides)
    _floor(page, sides.sheet)


def _factor(page: Page, fits: Fits) -> None:
    net = fits.typical
    residuals = fits.data.y - net(fits.data.X)
    full = float(np.mean(residuals**2))
    page.mend(
        "A factor 1/2 in the text, none in the code",
        "The sheet writes the loss with a factor 1/2 and computes it without. Both have the same minima, but their "
        "numbers differ by 2, and with gradient descent so would the learning rate; Adam divides the gradient by its "
        "own size and hardly notices. All losses here are plain means of squares. The typical network:",
        wrong=f"text: (1/2n) Σ (y − p)² = {full / 2:.4f}",
        right=f"code, and here: (1/n) Σ (y − p)² = {full:.4f}",
    )


def _step(page: Page, fits: Fits) -> None:
    x = fits.data.X[:, 0]
    z = x - x[0]  # a unit with w = 1, b = 10: its threshold is the first sample
    wrong, right = quotient_step(z), activation("step").forward(z)
    lost = int(np.sum(np.isnan(wrong)))
    page.claim(
        "step-at-0",
        "The step computed as a quotient is not a number at the threshold; the step by comparison is 0 there, and the "
        "two agree everywhere else.",
        bool(lost == 1 and np.isnan(wrong[0]) and right[0] == 0 and np.array_equal(wrong[1:], right[1:])),
        {"samples": len(x), "not a number": lost, "by comparison at the threshold": float(right[0])},
    )
    page.mend(
        "A step computed as 0/0",
        "relu(z) / z is 1 above 0 and 0 below, and 0/0 at 0. A unit with w = 1 and b = 10 has its threshold on the "
        "first sample, x = −10; one NaN there makes the whole mean loss NaN. Compare instead: z > 0.",
        wrong=f"relu(z) / z at z = 0: {wrong[0]:.0f}; mean over the samples: {wrong.mean():.0f}",
        right=f"(z > 0) at z = 0: {right[0]:.0f}; mean over the samples: {right.mean():.3f}",
    )


def _mirror(page: Page, sides: Sides) -> None:
    curve, mirrored = damped_sine(), damped_sine(mirrored=True)
    image = mirror_image(curve)
    x, theirs = image.X[:, 0], mirrored.X[:, 0]
    n = len(sides.sheet.final)
    ahead = [int(np.sum(f.lead < 0)) for f in (sides.mirrored, sides.image)]
    page.mend(
        "A mirror on a lopsided grid",
        "arange(−10, 10, 0.1) holds −10 but not 10. The mirrored function on that grid runs from "
        f"{signed(theirs[0], '.0f')} to {theirs[-1]:.1f}; the mirror image of the samples from "
        f"{signed(x[0], '.1f')} to {x[-1]:.0f}. They differ in one sample of 200, the one where the large swings "
        f"begin. The same starts on both; on the sheet's curve the large swings are fitted better in "
        f"{np.sum(sides.sheet.lead > 0)} of {n}.",
        wrong=f"function mirrored, grid kept: large swings better in {ahead[0]} of {n} starts, median loss "
        f"{np.median(sides.mirrored.final):.3f}",
        right=f"samples mirrored: large swings better in {ahead[1]} of {n} starts, median loss "
        f"{np.median(sides.image.final):.3f}",
    )


def _floor(page: Page, fits: Fits) -> None:
    x, y = fits.data.X[:, 0], fits.data.y[:, 0]
    errors = (fits.typical(fits.data.X)[:, 0] - y) ** 2
    bare, floored = float(np.mean(errors / y**2)), float(np.mean(errors * error_weights(y)))
    at = int(np.argmin(np.abs(y)))
    page.mend(
        "A relative error without a floor",
        f"The sample nearest 0 lies at x = {scientific(float(x[at]))}, where y is {scientific(float(y[at]))}: divided "
        "by y², its error outweighs all others together. With a floor of 0.05 max |y| every sample has its say. The "
        "typical network:",
        wrong=f"mean of ((y − p) / y)²: {scientific(bare)}",
        right=f"mean of ((y − p) / max(|y|, floor))²: {floored:.2f}",
    )
