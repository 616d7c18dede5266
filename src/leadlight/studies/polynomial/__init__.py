"""polynomial: one linear layer on all monomials up to degree 50, on the arms of a spiral and beyond their end.

The sheet's model (raw monomials), the same on standardised ones, and an MLP; inside the training range, and on the
arms continued past it, where chance and two rules without training are the measure.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ..page import Page
from ..parameters import parameter
from . import pictures
from .counting import count_terms, terms
from .findings import answer, claims, compare_with_sheet, table_of_models
from .models import arm_sets, as_they_are, fit, monomials, test_again
from .outside import accuracy_along_arms, rule_accuracies

__all__ = ["Parameters", "run"]

FRESH_TESTS = 25


@dataclass(frozen=True)
class Parameters:
    """What polynomial runs."""

    degree: int = parameter(50, "greatest total degree of the monomials", minimum=1, maximum=80)
    degrees: tuple[int, ...] = parameter(
        (1, 2, 5, 10, 20), "other degrees to compare with", minimum=1, maximum=80, quick=(2, 10)
    )
    seeds: int = parameter(40, "runs of each model", minimum=2, maximum=200, quick=3)
    data_sets: int = parameter(
        10, "draws of the data, at most one a seed, the seeds dealt out to them", minimum=1, quick=3
    )
    n_per_class: int = parameter(1000, "points on each arm of the spiral", minimum=40)
    epochs: int = parameter(100, "epochs of training", minimum=1, quick=30)
    batch: int = parameter(128, "samples in a batch", minimum=1, maximum=128)
    width: int = parameter(64, "units in each of the two hidden layers of the MLP", minimum=1, maximum=512)
    resolution: int = parameter(500, "pixels a side of the maps", minimum=20, quick=250)


def run(parameters: Parameters, page: Page) -> None:
    """Fill the page."""
    p = parameters
    sets = arm_sets(page, p.n_per_class, min(p.data_sets, p.seeds), p.seeds)
    page.method(
        f"Data: four spiral arms of {p.n_per_class:,} points as in the study *depth*, drawn {len(sets)} "
        f"times, {len(sets[0].train):,} points to train and {len(sets[0].test):,} to test; outside: as many new "
        "points on the arms continued to t in (1, 1.3]. Models: one linear layer on all monomials "
        f"$x_1^i x_2^j$, $1 \\leq i + j \\leq {p.degree}$, as the sheet feeds them (raw) and standardised on the "
        f"training points; a ReLU network 2-{p.width}-{p.width}-4 on the coordinates. Softmax cross-entropy, Adam at "
        f"0.001, batches of {p.batch}, {p.epochs} epochs, float32; {p.seeds} seeds, paired: the same data and "
        "batch orders in every model."
    )
    how: dict[str, Any] = {"epochs": p.epochs, "batch": p.batch}
    degrees = sorted({*p.degrees, p.degree})
    series = {
        name: [fit(page, f"degree {d}, {name}", sets, monomials(d, scaled), **how) for d in degrees]
        for name, scaled in (("raw", False), ("standardised", True))
    }
    at = degrees.index(p.degree)
    raw, scaled = series["raw"][at], series["standardised"][at]
    network = fit(page, "the MLP", sets, as_they_are, widths=[p.width] * 2, **how)
    fits = {f"degree {p.degree}, raw": raw, f"degree {p.degree}, standardised": scaled, "MLP": network}
    rules = rule_accuracies(sets)
    is_the_sheets = (p.degree, p.epochs, p.batch, p.n_per_class) == (50, 100, 128, 1000)
    table_of_models(page, fits, rules, is_the_sheets)
    report = page.progress("looking outside", 2)
    pictures.maps(page, {name: one.models[0] for name, one in fits.items()}, sets[0], p.resolution)
    report(1)
    t, curves = accuracy_along_arms(page, fits, max(50, p.n_per_class // 10))
    pictures.along_arms(page, t, curves, p.seeds)
    report(2)
    levels = {
        what: {"MLP": float(getattr(network, what).mean()), "frozen edge": rules["frozen edge"][what]}
        for what in ("test", "outside")
    }
    pictures.by_degree(page, degrees, series, levels)
    page.table(
        "degrees",
        ["degree", "terms", "raw: test", "raw: outside", "standardised: test", "standardised: outside"],
        [
            [d, terms(d)]
            + [page.interval(getattr(series[name][k], what)) for name in series for what in ("test", "outside")]
            for k, d in enumerate(degrees)
        ],
        f"Accuracy in per cent, median and quartiles of {p.seeds} seeds.",
        formats=[None, None, *[".1f"] * 4],
    )  # fmt: skip
    claims(page, raw, scaled, network, rules, curves[next(iter(fits))][:, -1])
    if is_the_sheets:
        compare_with_sheet(page, raw, test_again(page, raw, p.n_per_class, FRESH_TESTS))
    count_terms(page, p.degree)
    answer(page, raw, scaled, network, rules, p.degree)
    page.limits(
        "One continuation of one kind of data: a model whose features suit the rule (angle and radius, say) could go "
        "on rightly, and these could be right by luck on other data.",
        f"{p.seeds} seeds on {len(sets)} draw{'s' * (len(sets) > 1)} of the data: the intervals speak of "
        + ("arms like these, drawn anew." if len(sets) == p.seeds else "these draws."),
        f"{p.epochs} epochs of Adam at one rate do not bring the raw model to its minimum; a better optimizer would "
        "fit the training points better, and says nothing about the outside.",
        "No regularisation was tried.",
    )
