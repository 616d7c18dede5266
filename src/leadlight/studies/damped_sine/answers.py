"""The sheet's question in four answers: why one side, and what mirroring, a relative error and more units do."""

from __future__ import annotations

import numpy as np

from leadlight.studies.page import Page

from .comparison import MARGIN
from .sides import Sides, error_weights, threshold_counts
from .widths import ByWidth

__all__ = ["answer_sides"]


def answer_sides(page: Page, sides: Sides, found: ByWidth, units: int) -> None:
    """Answer from the numbers of this run, whichever way they point."""
    y = sides.sheet.data.y[:, 0]
    half = len(y) // 2
    share = 100 * float(np.sum(y[:half] ** 2) / np.sum(y**2))
    left, right = threshold_counts(sides.sheet)
    swings = int(np.sum(np.diff(np.sign(y[np.abs(y) > 1e-9])) != 0)) + 1
    medians = {name: np.median(f.halves, axis=0) for name, f in sides.named().items()}
    r_left, r_right = medians["curve"]
    n = len(sides.sheet.final)
    page.answer(
        "Why does one side fit so well and the other not?",
        f"The squared error counts swings by the square of their height: the left half holds {share:.0f} % of the sum "
        f"of squares. There are {swings} half swings to follow and {units} units to do it; on average "
        f"{left.mean():.1f} thresholds settle on the left and {right.mean():.1f} on the right. The median R² is "
        f"{r_left:.2f} on the left and {r_right:.2f} on the right, and the left is ahead in "
        f"{np.sum(sides.sheet.lead > 0)} of {n} starts.",
    )
    m_left, m_right = medians["mirrored"]
    follows, so = (
        (
            "The good side goes with the large swings",
            " So the cause is neither the direction of the axis nor the order of the samples.",
        )
        if m_right > m_left + MARGIN and r_left > r_right + MARGIN
        else ("The good side does not go with the large swings in this run", "")
    )
    page.answer(
        "Test it by mirroring",
        f"{follows}: mirrored, the median R² is {m_left:.2f} on the left and {m_right:.2f} on the right, and the right "
        f"is ahead in {np.sum(sides.mirrored.lead < 0)} of {n} starts, on the exact mirror image in "
        f"{np.sum(sides.image.lead < 0)}.{so}",
    )
    weights = error_weights(y)
    e_left, e_right = medians["curve, relative error"]
    l_rel, r_rel = threshold_counts(sides.relative)
    turns, so = (
        ("The sides change places", ": the loss decides which side is fitted well")
        if e_right > e_left + MARGIN and r_left > r_right + MARGIN
        else ("The sides do not change places in this run", "")
    )
    page.answer(
        "Test it by a relative error",
        f"{turns}: the median R² becomes {e_left:.2f} on the left and {e_right:.2f} on the right, with "
        f"{l_rel.mean():.1f} and {r_rel.mean():.1f} thresholds. Divided by max(|y|, floor), the same error costs "
        f"{weights[half:].mean() / weights[:half].mean():.1f} times as much on the right as on the left{so}.",
    )
    most = max(found)
    if most > units and units in found:
        few, many = (np.median(found[h].halves, axis=0) for h in (units, most))
        page.answer(
            "Would more units fit both sides?",
            f"From {units} to {most} units the median R² goes from {few[0]:.2f} to {many[0]:.2f} on the left and from "
            f"{few[1]:.2f} to {many[1]:.2f} on the right, with the squared error as before. "
            + (
                "The left is served first; what is left over goes to the right."
                if many[1] > few[1] + MARGIN
                else "More units alone did not help the right in this run."
            ),
        )
