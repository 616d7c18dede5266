"""The sheet's sweep: 1 to 10 units, many starts each; its loss of 0.252 and how the loss falls with the width."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise

import numpy as np

from leadlight.data import Dataset
from leadlight.plots import PieceDisplay, SweepDisplay, style
from leadlight.studies.notation import signed
from leadlight.studies.page import Page

from .fits import Fits, Schedule, fit, median_difference

__all__ = ["SHEET_LOSS", "ByWidth", "show_widths", "sweep"]

SHEET_LOSS = 0.252  # one run of 10 units, 20,000 epochs

ByWidth = Mapping[int, Fits]


def sweep(page: Page, data: Dataset, widths: tuple[int, ...], n_seeds: int, schedule: Schedule) -> ByWidth:
    """Train `n_seeds` networks of each width; return their fits by width."""
    order = sorted(set(widths))
    seeds = {h: page.seeds(f"width {h}", n_seeds) for h in order}
    fits = fit(
        page, data, np.repeat(order, n_seeds).tolist(), [s for h in order for s in seeds[h]], schedule,
        label=f"widths {order[0]} to {order[-1]}",
    )  # fmt: skip
    return {h: fits.part(slice(i * n_seeds, (i + 1) * n_seeds)) for i, h in enumerate(order)}


def show_widths(page: Page, found: ByWidth, chosen: tuple[int, ...], schedule: Schedule) -> None:
    """Show the loss against the width, typical fits, and claim what the sweep shows of the `chosen` widths."""
    variance = float(np.var(next(iter(found.values())).data.y))
    _figures(page, found, chosen, variance)
    page.table(
        "widths",
        ["units", "loss", "least", "greatest", "R² left", "R² right"],
        [
            [h, page.interval(f.final), float(f.final.min()), float(f.final.max()),
             page.interval(f.halves[:, 0]), page.interval(f.halves[:, 1])]
            for h, f in found.items()
        ],
        f"Mean squared error (without the factor 1/2) after {schedule.epochs:,} epochs and R² of each half: median "
        f"and quartiles over {len(next(iter(found.values())).final)} starts. The best constant has a loss of "
        f"{variance:.3f}.",
        formats=["d", ".3f", ".3f", ".3f", ".2f", ".2f"],
    )  # fmt: skip
    narrow, wide = chosen[0], chosen[-1]
    medians = np.array([np.median(found[h].final) for h in chosen])
    gains: dict[tuple[int, int], tuple[float, float, float]] = {}
    if wide > narrow:
        page.claim(
            "width-lowers-loss",
            f"Every start with {_units(wide)} ends with a lower loss than every start with {_units(narrow)}.",
            bool(found[wide].final.max() < found[narrow].final.min()),
            {
                f"loss with {_units(narrow)}": page.interval(found[narrow].final),
                f"loss with {_units(wide)}": page.interval(found[wide].final),
                "least with the fewest": float(found[narrow].final.min()),
                "greatest with the most": float(found[wide].final.max()),
            },
            must_hold=False,
        )
        gains = {
            (few, many): median_difference(page, found[few].final, found[many].final, f"gain {many}")
            for few, many in pairwise(chosen)
        }
        page.claim(
            "each-unit-helps",
            f"Every further unit from {narrow} to {wide} lowers the median loss for sure: the 95 % interval of the "
            "difference of medians lies above zero at every step.",
            all(low > 0 for _, low, _ in gains.values()),
            {
                f"{few} to {many}": f"{signed(gain, '+.3f')} ({signed(low, '+.3f')} to {signed(high, '+.3f')})"
                for (few, many), (gain, low, high) in gains.items()
            },
            must_hold=False,
        )
    spread = {h: float(np.ptp(found[h].final)) for h in chosen}
    widest = max(chosen, key=lambda h: spread[h])
    unsure = [many for (_, many), (_, low, _) in gains.items() if low <= 0]
    steps = (
        "with every unit added"
        if not unsure
        else f"though at {', '.join(map(str, unsure))} not surely (the 95 % interval of the step holds 0)"
    )
    page.answer(
        "How does the loss depend on the number of hidden units?",
        f"The median loss goes from {medians[0]:.3f} with {_units(narrow)} to {medians[-1]:.3f} with {_units(wide)}, "
        f"{'falling ' if not unsure else 'falling, '}{steps}; a constant has {variance:.3f}. Starts of one width "
        f"differ: best and worst by {spread[narrow]:.3f} with {_units(narrow)}, and most with {_units(widest)}, by "
        f"{spread[widest]:.3f}. A single run of a width is therefore no measure of the width.",
    )


def _figures(page: Page, found: ByWidth, chosen: tuple[int, ...], variance: float) -> None:
    figure, axes = style.subplots(1, 2, figsize=(8.4, 3.3))
    SweepDisplay(
        list(chosen), [found[h].final for h in chosen], xlabel="hidden units", ylabel="mean squared error"
    ).plot(
        axes[0, 0],
        log_x=False,
        log_y=True,
        levels={"best constant": variance, "the sheet's 0.252": SHEET_LOSS},
    )
    axes[0, 0].set_xticks(list(chosen))
    halves = {
        name: [f.halves[:, side] for f in found.values()]
        for side, name in enumerate(("left half, $x < 0$", "right half, $x \\geq 0$"))
    }
    SweepDisplay([str(h) for h in found], halves, xlabel="hidden units", ylabel="$R^2$ of the half").plot(
        axes[0, 1]
    )
    page.figure(
        "widths",
        figure,
        "Left: loss against the number of units, one point a start, median and quartiles. Right: how well each "
        "half is fitted. The left half is learned first; the right half waits until there are units to spare.",
        alt="Loss falling with the width; R² of the left half rises towards 1 before that of the right half does.",
    )
    panels = (
        chosen
        if len(chosen) <= 6
        else tuple(chosen[i] for i in np.linspace(0, len(chosen) - 1, 6).round().astype(int))
    )
    columns = min(3, len(panels))
    rows = -(-len(panels) // columns)
    figure, axes = style.subplots(
        rows, columns, figsize=(3.3 * columns, 2.3 * rows + 0.3), sharex=True, sharey=True
    )
    for ax, h in zip(axes.flat, panels):
        x, y = found[h].data
        PieceDisplay.from_network(found[h].typical, x, y[:, 0]).plot(
            ax, skeleton=False, legend=False, title=_units(h)
        )
        ax.label_outer()
    for ax in axes.flat[len(panels) :]:
        ax.set_visible(False)
    page.figure(
        "fits",
        figure,
        "The start of median loss at some widths (blue) on the 200 samples (grey dots). Dotted: thresholds of the "
        "units. More units buy more rises and falls, and the large swings are bought first.",
        alt="Six panels: with more units the curve follows more swings, beginning with the large ones on the left.",
    )


def _units(n: int) -> str:
    return f"{n} unit{'s' if n != 1 else ''}"
