"""Study `damped-sine`: how sums of sigmoids follow a damped oscillation, and why one side fits so much better.

1-h-1 sigmoid networks on 200 samples of sin(3x) exp(-x/8), many starts at once: the loss against the width,
the thresholds and step skeletons of the units, and four tests of the sides (mirrored function, mirrored
samples, relative error, more units).
"""

from __future__ import annotations

from dataclasses import dataclass

from leadlight.data import damped_sine
from leadlight.studies.page import Page
from leadlight.studies.parameters import parameter

from .answers import answer_sides
from .comparison import claim_sides, show_sides
from .fits import Schedule
from .mistakes import mend_all
from .sheet_losses import compare_with_sheet
from .sides import prove_mirroring, train_sides
from .skeletons import prove_staircases, show_skeletons
from .widths import show_widths, sweep

__all__ = ["Parameters", "run"]


@dataclass(frozen=True)
class Parameters:
    """What damped-sine runs."""

    widths: tuple[int, ...] = parameter(
        tuple(range(1, 11)), "hidden units of the sweep", minimum=1, maximum=256
    )
    more_units: tuple[int, ...] = parameter(
        (20, 40), "wider networks, to see whether both sides can be fitted", minimum=1, maximum=256
    )
    seeds: int = parameter(30, "starts a width", minimum=2, maximum=1000, quick=3)
    units: int = parameter(10, "hidden units of the networks looked at closely", minimum=1, maximum=256)
    starts: int = parameter(100, "starts of those, for each curve and loss", minimum=2, maximum=1000, quick=8)
    epochs: int = parameter(20_000, "epochs of every training", minimum=1, maximum=1_000_000, quick=8000)
    mirrored_epochs: int = parameter(
        14_000, "epochs after which the mirrored curve is compared with the sheet's", minimum=1, quick=5600
    )
    lr: float = parameter(0.01, "learning rate of Adam", above=0.0, maximum=0.1)


def run(parameters: Parameters, page: Page) -> None:
    """Fill the page."""
    p = parameters
    schedule = Schedule(p.epochs, p.lr, p.mirrored_epochs)
    chosen = tuple(sorted(set(p.widths)))
    page.method(
        "The curve is $y = \\sin(3x)\\, e^{-x/8}$ at the 200 points −10, −9.9, ..., 9.9, without noise. Networks are "
        f"1-h-1, sigmoid units and a linear output, torch's default initialisation; loss $\\frac1n \\sum (y - p)^2$ "
        f"without the factor ½; Adam at {p.lr:g}, all samples in every step, {p.epochs:,} epochs, float32 on the CPU. "
        f"{p.seeds} starts for each width of the sweep; {p.starts} starts of {p.units} units for each curve and loss "
        "looked at closely, the same starts each time. Losses are those after the last update. A half fits well when "
        "its $R^2 = 1 - \\sum (y - p)^2 / \\sum (y - \\bar y)^2$, over the half alone, is near 1."
    )
    curve = damped_sine()
    found = sweep(page, curve, (*chosen, *p.more_units), p.seeds, schedule)
    sides = train_sides(page, p.units, p.starts, schedule)
    claim_sides(page, sides)
    show_widths(page, found, chosen, schedule)
    networks = [net for f in (*found.values(), *sides.named().values()) for net in f.networks]
    prove_staircases(page, networks)
    show_skeletons(page, sides.sheet)
    compare_with_sheet(page, sides, found, p.units, schedule)
    show_sides(page, sides, found, p.units, p.epochs)
    answer_sides(page, sides, found, p.units)
    prove_mirroring(page, sides.sheet, schedule)
    mend_all(page, sides)
    page.limits(
        "The curve has no noise and is judged on the samples it was trained on: nothing here is about unseen data, and "
        "beyond ±10 the networks become constant.",
        f"{p.epochs:,} epochs at one learning rate. Poor starts are stuck for that long; whether they are stuck for "
        "good is not shown.",
        "That one sample at the edge changes how often the large swings win is a measurement; why it does is not "
        "explained here.",
        "R² compares a half with its own mean, so it forgives the small half nothing for being small. By plain mean "
        "squared error the small half can look well fitted while it is not followed at all.",
        "Which side the relative error favours depends on its floor, 0.05 max |y|; other floors were not tried.",
    )
