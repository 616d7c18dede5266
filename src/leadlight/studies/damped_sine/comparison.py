"""Each half's fit in every experiment: two pictures, a table, and a claim for each test of the sides."""

from __future__ import annotations

import numpy as np

from leadlight.plots import PieceDisplay, SweepDisplay, legends, style
from leadlight.studies.page import Page

from .sides import Sides, threshold_counts
from .widths import ByWidth

__all__ = ["MARGIN", "claim_sides", "show_sides"]

MARGIN = 0.1  # a lead in R² counts from here: unlearned curves differ by less
TESTS = (  # claim, sentence, experiment, the side said to fit better
    (
        "left-fits-better",
        "On the sheet's curve the left half, which has the large swings, is fitted better than the right.",
        "curve",
        "left",
    ),
    (
        "mirrored-right-fits-better",
        "On the mirrored curve the right half, which now has the large swings, is fitted better.",
        "mirrored",
        "right",
    ),
    (
        "image-right-fits-better",
        "On the exact mirror image of the samples the right half is fitted better.",
        "mirror image",
        "right",
    ),
    (
        "relative-error-turns-the-sides",
        "With the relative error the half with the small swings is fitted better: the right one of the curve.",
        "curve, relative error",
        "right",
    ),
    (
        "relative-error-turns-the-mirrored",
        "With the relative error on the mirrored curve it is the left half.",
        "mirrored, relative error",
        "left",
    ),
)


def claim_sides(page: Page, sides: Sides) -> None:
    """Claim, for each experiment, which half is fitted better, with the 95 % interval beyond `MARGIN`."""
    for name, sentence, key, side in TESTS:
        lead = sides.named()[key].lead
        middle = page.interval(lead, "bootstrap")
        sign = 1 if side == "left" else -1
        page.claim(
            name,
            f"{sentence[:-1]}, by more than {MARGIN} in the median R².",
            middle.low > MARGIN if side == "left" else middle.high < -MARGIN,
            {
                "R² left − R² right": middle,
                f"starts with the {side} better": int(np.sum(sign * lead > 0)),
                "starts": len(lead),
            },
            must_hold=False,
        )


def show_sides(page: Page, sides: Sides, found: ByWidth, units: int, epochs: int) -> None:
    """Show how each half is fitted in every experiment, and whether more units reach the other half."""
    _draw_fits(page, sides)
    _draw_halves(page, sides)
    rows = []
    for name, f in sides.named().items():
        left, right = (float(count.mean()) for count in threshold_counts(f))
        quality = [page.interval(f.halves[:, i]) for i in (0, 1)]
        ahead = int(np.sum(f.lead > 0))
        rows.append([name, *quality, ahead, f"{left:.1f}, {right:.1f}"])
        page.number(f"loss ({name})", page.interval(f.final))
    page.table(
        "sides",
        ["trained on", "R² left", "R² right", "left ahead", "thresholds"],
        rows,
        f"The same {len(sides.sheet.final)} starts of {units} units, {epochs:,} epochs. R²: median and quartiles. Left "
        "ahead: starts with the higher R² on the left. Thresholds on the left, on the right: means.",
        formats=[None, ".2f", ".2f", "d", None],
    )
    most = max(found)
    if units in found and most > units:
        few, many = (page.interval(found[h].halves[:, 1]) for h in (units, most))
        page.claim(
            "more-units-reach-the-right",
            f"With {most} units the right half is fitted better than with {units}: the quartile ranges of its R² do "
            "not overlap.",
            many.low > few.high,
            {f"R² right with {units}": few, f"R² right with {most}": many},
            must_hold=False,
        )


def _draw_fits(page: Page, sides: Sides) -> None:
    named = sides.named()
    shown = ("curve", "curve, relative error", "mirrored", "mirrored, relative error")
    figure, axes = style.subplots(2, 2, figsize=(8.0, 5.0), sharex=True, sharey=True)
    for ax, name in zip(axes.flat, shown):
        f = named[name]
        title = name if "relative" in name else f"{name}, squared error"
        PieceDisplay.from_network(f.typical, f.data.X, f.data.y[:, 0]).plot(
            ax, skeleton=False, legend=False, title=title
        )
        ax.label_outer()
    legends.legend_above(figure, axes[0, 0].get_legend_handles_labels()[0])
    page.figure(
        "sides",
        figure,
        "The start of median loss in four experiments. The squared error spends the units on the large swings, "
        "wherever they are; the relative error draws them away from there.",
        alt="Four fits: with the squared error the large swings are followed, with the relative error smaller ones.",
    )


def _draw_halves(page: Page, sides: Sides) -> None:
    named = sides.named()
    figure, axes = style.subplots(1, 1, figsize=(7.6, 3.4))
    SweepDisplay(
        [name.replace(", ", ",\n") for name in named],
        {
            f"{side} half": [f.halves[:, i] for f in named.values()]
            for i, side in enumerate(("left", "right"))
        },
        xlabel="trained on",
        ylabel="$R^2$ of the half",
    ).plot(axes[0, 0], legend=False)
    for line in axes[0, 0].lines:
        line.set_linestyle("")  # experiments are not a scale: nothing lies between them
    legends.legend_above(figure, axes[0, 0].get_legend_handles_labels()[0])
    page.figure(
        "halves",
        figure,
        "How well each half is fitted: one point a start, median and quartiles. Compare left with right in each "
        "column: mirroring should exchange them, and so should the relative error.",
        alt="Paired columns of points: left above right on the curve, below it mirrored, and again the other way "
        "round with the relative error.",
    )
