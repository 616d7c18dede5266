"""The sheet's two losses beside ours: are they in the range of our starts, and does their gap mean anything?"""

from __future__ import annotations

import numpy as np

from leadlight.studies.notation import signed
from leadlight.studies.page import Page

from .fits import Schedule, median_difference
from .sides import Sides
from .widths import SHEET_LOSS, ByWidth

__all__ = ["SHEET_MIRRORED", "compare_with_sheet"]

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
    page.claim(
        "sheet-gap-is-luck",
        f"Both {SHEET_LOSS} and {SHEET_MIRRORED} lie in the range of our starts on either curve: one run of each "
        "cannot tell that the mirrored curve is easier.",
        all(_within(v, f) for v in (SHEET_LOSS, SHEET_MIRRORED) for f in (curve, mirrored)),
        {
            "least and greatest on the curve": f"{curve.min():.3f}, {curve.max():.3f}",
            "least and greatest on the mirrored": f"{mirrored.min():.3f}, {mirrored.max():.3f}",
            f"of {n} on the curve below {SHEET_MIRRORED}": int(np.sum(curve < SHEET_MIRRORED)),
            f"of {n} on the mirrored above {SHEET_LOSS}": int(np.sum(mirrored > SHEET_LOSS)),
        },
        must_hold=False,
    )
    middle, low, high = median_difference(page, mirrored, sides.sheet.at_look)
    spread = f"{signed(middle, '+.3f')} ({signed(low, '+.3f')} to {signed(high, '+.3f')})"
    page.claim(
        "mirrored-is-not-easier",
        f"After the same {look:,} epochs the mirrored curve does not have the lower median loss: the 95 % interval of "
        "the difference of medians does not lie below zero.",
        high >= 0,
        {
            "median on the curve": float(np.median(sides.sheet.at_look)),
            "median on the mirrored": float(np.median(mirrored)),
            "mirrored less curve (95 %)": spread,
        },
        must_hold=False,
    )
    verdict = "harder" if low > 0 else "easier" if high < 0 else "neither surely easier nor surely harder"
    page.answer(
        f"The sheet ends at {SHEET_LOSS}, and mirrored at {SHEET_MIRRORED}: is the mirrored curve easier?",
        f"After the same {look:,} epochs it is {verdict} for these networks: the median loss is "
        f"{np.median(mirrored):.3f} on the mirrored curve and {np.median(sides.sheet.at_look):.3f} on the sheet's, a "
        f"difference of {spread}. {np.sum(curve < SHEET_MIRRORED)} of {n} starts on the curve end below "
        f"{SHEET_MIRRORED}, and {np.sum(mirrored > SHEET_LOSS)} of {n} on the mirrored one above {SHEET_LOSS}. With "
        "starts so different, a single pair of runs cannot say which curve is easier.",
    )


def _within(value: float, values: np.ndarray) -> bool:
    return bool(values.min() <= value <= values.max())
