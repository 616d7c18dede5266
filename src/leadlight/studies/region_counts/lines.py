"""Along a line: pieces grow like the number of units, and a whole line sees each unit about once."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from leadlight.studies.page import Page

from . import pictures, theory
from .families import Counts
from .initial import exponent

__all__ = ["along_a_line"]

SECTION = "Along a line"


def along_a_line(page: Page, measured: Sequence[Counts], half_width: float) -> None:
    """Draw the pieces within the square and on the whole axis, and judge both."""
    expected = {
        c.law.name: np.array(
            [
                [theory.pieces(c.law, c.widths(i, k), half_width) for k in range(len(c.depths))]
                for i in range(len(c.units))
            ]
        )
        for c in measured
    }
    n = measured[0].pieces.shape[-1]
    page.figure(
        "along-a-line",
        pictures.along_a_line(measured, expected),
        f"Pieces of the same networks on the first axis. Left and middle: within ± {half_width:g}, means of {n} seeds "
        "with quartiles, the theory for wide layers as lines, N + 1 dashed. Right: on the whole axis, mean pieces over "
        "N + 1 against depth, for the greatest N.",
        alt="Two log-log plots of pieces against units with slope one; on the right ratios near one.",
        section=SECTION,
    )
    slopes, ratios, whole = {}, {}, {}
    for c in measured:
        for k, depth in enumerate(c.depths):
            wide, name = c.wide(k), f"{c.law.short}, depth {depth}"
            if wide.sum() > 1:
                slopes[name] = exponent(np.array(c.units)[wide], c.pieces[wide, k].mean(axis=1))
            ratios[name] = float(c.pieces[-1, k].mean() / expected[c.law.name][-1, k])
            whole[name] = float(c.whole[-1, k].mean() / (c.units[-1] + 1))
    page.claim(
        "linear-along-a-line",
        "Along a segment the mean number of pieces grows like the number of units: every fitted exponent is within "
        "0.25 of 1.",
        bool(slopes) and all(abs(slope - 1) <= 0.25 for slope in slopes.values()),
        {f"exponent: {name}": slope for name, slope in slopes.items()}
        | {f"mean / theory at the greatest N: {name}": ratio for name, ratio in ratios.items()},
        must_hold=False,
    )
    page.claim(
        "once-on-a-whole-line",
        "On the whole line the largest networks have N + 1 pieces in the mean, to within 15 %, at every depth: "
        "a unit bends about once, however deep it sits.",
        all(abs(ratio - 1) <= 0.15 for ratio in whole.values()),
        {f"mean / (N + 1): {name}": ratio for name, ratio in whole.items()},
        must_hold=False,
    )
    he, name = measured[0], measured[0].law.name
    known = [slope for key, slope in slopes.items() if key.startswith(he.law.short)]
    page.answer(
        "How many pieces does one meet along a line?",
        (f"About in proportion to the units: the fitted exponents for {name} are {min(known):.2f} to "
         f"{max(known):.2f}. " if known else "")
        + f"With {he.units[-1]} units a whole line has {min(whole.values()):.2f} to {max(whole.values()):.2f} "
        "times N + 1 pieces in the mean over both initialisations and all depths: by Rice's formula "
        "each unit of a wide layer vanishes once on a line (Kogan, Jananthan and Kepner 2025 prove N + 1 "
        "to leading order for one input, He's scaling and biases that are not zero). Hanin and Rolnick (ICML 2019) "
        "prove that the average number of regions on a line grows linearly in the number of units.",
    )  # fmt: skip
