"""Each half's fit in every experiment: two pictures, a table, and a claim for each test of the sides."""

from __future__ import annotations

import numpy as np

from leadlight.plots import PieceDisplay, SweepDisplay, style
from leadlight.studies.page import Page

from .sides import Sides, threshold_counts
from .widths import ByWidth

__all__ = ["show_sides"]

TESTS = (  # claim, sentence, experiment, the side said to fit better
    (
        "left-fits-better",
        "On the sheet's curve the left half, with the large swings, is fitted better.",
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


def show_sides(page: Page, sides: Sides, found: ByWidth, units: int, epochs: int) -> None:
    """Show how each half is fitted in every experiment and claim what follows."""
    _draw_fits(page, sides)
    _draw_halves(page, sides)
    named = sides.named()
    n = len(sides.sheet.final)
    lead = {name: page.interval(f.lead, "bootstrap") for name, f in named.items()}
    rows = []
    for name, f in named.items():
        quality = [page.interval(f.halves[:, i]) for i in (0, 1)]
        places = [float(count.mean()) for count in threshold_counts(f)]
        rows.append([name, page.interval(f.final), *quality, int(np.sum(f.lead > 0)), lead[name], *places])
    page.table(
        "sides",
        ["trained on", "its loss", "R² left", "R² right", "left better", "R² left − right", "thresholds left",
         "thresholds right"],
        rows,
        f"The same {n} starts of {units} units, {epochs:,} epochs. Loss and R²: median and quartiles. Left better: "
        "number of starts. Difference, paired by start: median with its 95 % bootstrap interval. Thresholds in each "
        "half: means.",
        formats=[None, ".3f", ".3f", ".3f", "d", ".3f", ".1f", ".1f"],
    )  # fmt: skip
    for name, sentence, key, side in TESTS:
        sign = 1 if side == "left" else -1
        page.claim(
            name,
            sentence,
            lead[key].low > 0 if side == "left" else lead[key].high < 0,
            {
                "R² left − R² right": lead[key],
                f"starts with the {side} better": int(np.sum(sign * named[key].lead > 0)),
                "starts": n,
            },
            must_hold=False,
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
    figure, axes = style.subplots(2, 2, figsize=(9.2, 5.2), sharex=True, sharey=True)
    for ax, name in zip(axes.flat, shown):
        f = named[name]
        title = name if "relative" in name else f"{name}, squared error"
        PieceDisplay.from_network(f.typical, f.data.X, f.data.y[:, 0]).plot(
            ax, skeleton=False, legend=False, title=title
        )
        ax.label_outer()
    style.legend_above(figure, axes[0, 0].get_legend_handles_labels()[0])
    page.figure(
        "sides",
        figure,
        "The start of median loss in four experiments. The squared error spends the units on the large swings, "
        "wherever they are; the relative error draws them away from there.",
        alt="Four fits: with the squared error the large swings are followed, with the relative error smaller ones.",
    )


def _draw_halves(page: Page, sides: Sides) -> None:
    named = sides.named()
    figure, axes = style.subplots(1, 1, figsize=(8.2, 3.6))
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
    style.legend_above(figure, axes[0, 0].get_legend_handles_labels()[0])
    page.figure(
        "halves",
        figure,
        "How well each half is fitted: one point a start, median and quartiles. The sides change places with the "
        "curve and again with the loss.",
        alt="Paired columns of points: left above right on the curve, below it mirrored, and again the other way "
        "round with the relative error.",
    )
