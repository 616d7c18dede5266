"""The sheet's two losses beside ours: are they in the range of our starts, and does their gap mean anything?"""

from __future__ import annotations

import numpy as np

from leadlight.studies.notation import signed
from leadlight.studies.page import Page

from .fits import Schedule
from .sides import Sides
from .widths import SHEET_LOSS, ByWidth

__all__ = ["SHEET_MIRRORED", "compare_with_sheet", "median_difference"]

SHEET_MIRRORED = 0.078  # one run of 10 units on the mirrored curve, 14,000 epochs


def compare_with_sheet(page: Page, sides: Sides, found: ByWidth, units: int, schedule: Schedule) -> None:
    """Table and claim whether the sheet's values lie in our range, and judge the gap between them."""
    look = min(schedule.look, schedule.epochs)
    curve, mirrored = sides.sheet.final, sides.mirrored.at_look
    n = len(curve)
    rows = [("curve", SHEET_LOSS, curve, schedule.epochs), ("mirrored", SHEET_MIRRORED, mirrored, look)]
    if units in found:
        rows.insert(0, ("curve (sweep)", SHEET_LOSS, found[units].final, schedule.epochs))
    page.table(
        "sheet",
        ["trained on", "starts", "epochs", "sheet", "ours", "least", "greatest", "within"],
        [
            [name, len(f), epochs, value, page.interval(f), float(f.min()), float(f.max()), _within(value, f)]
            for name, value, f, epochs in rows
        ],
        f"The sheet's single runs of 10 units beside our starts of {units}: loss after so "
        "many epochs. Ours: median and quartiles. Within: whether the sheet's value lies between least and greatest.",
        formats=[None, "d", ",d", ".3f", ".3f", ".3f", ".3f", None],
    )
    for label, value, losses, epochs in rows[-2:]:
        page.claim(
            "sheet-loss" if losses is curve else "sheet-loss-mirrored",
            f"The sheet's loss of {value} ({label}) lies in the range of our {n} starts after {epochs:,} epochs.",
            _within(value, losses),
            {
                "sheet": value,
                "ours": page.interval(losses),
                "least": float(losses.min()),
                "greatest": float(losses.max()),
                "share of starts below it": page.share(int(np.sum(losses < value)), n),
            },
            must_hold=False,
        )
    middle, low, high = median_difference(page, mirrored, curve)
    spread = f"{signed(middle, '+.3f')} ({signed(low, '+.3f')} to {signed(high, '+.3f')})"
    page.claim(
        "sheet-gap-is-luck",
        f"Both {SHEET_LOSS} and {SHEET_MIRRORED} lie in the range of our starts on either curve: one run of each "
        "cannot tell that the mirrored curve is easier.",
        all(_within(v, f) for v in (SHEET_LOSS, SHEET_MIRRORED) for f in (curve, mirrored)),
        {
            "median on the curve": float(np.median(curve)),
            "median on the mirrored": float(np.median(mirrored)),
            "difference of medians (95 %)": spread,
        },
        must_hold=False,
    )
    clear = "clearly" if low > 0 or high < 0 else "not clearly"
    page.answer(
        f"The sheet ends at {SHEET_LOSS}, and mirrored at {SHEET_MIRRORED}: is the mirrored curve easier?",
        f"Our median losses are {np.median(curve):.3f} and {np.median(mirrored):.3f} (mirrored, {look:,} epochs), "
        f"{clear} different: the medians differ by {spread}. {np.sum(curve < SHEET_MIRRORED)} of {n} starts on the "
        f"curve end below {SHEET_MIRRORED}, and {np.sum(mirrored > SHEET_LOSS)} of {n} on the mirrored one above "
        f"{SHEET_LOSS}. With starts so different, a single pair of runs cannot say which curve is easier.",
    )


def _within(value: float, values: np.ndarray) -> bool:
    return bool(values.min() <= value <= values.max())


def median_difference(page: Page, first: np.ndarray, second: np.ndarray) -> tuple[float, float, float]:
    """Return the median of `first` less that of `second`, with a 95 % percentile bootstrap interval."""
    rng = page.rng("medians")
    draws = [np.median(a[rng.integers(0, len(a), (4000, len(a)))], axis=1) for a in (first, second)]
    low, high = np.percentile(draws[0] - draws[1], [2.5, 97.5])
    return float(np.median(first) - np.median(second)), float(low), float(high)
