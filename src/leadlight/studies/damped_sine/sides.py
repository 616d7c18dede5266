"""Why one side fits so well: the curve, its mirror images, another loss, and more units, from the same starts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from leadlight.data import Dataset, damped_sine
from leadlight.plots import PieceDisplay, SweepDisplay, style
from leadlight.studies.page import Page
from leadlight.training import train
from leadlight.training.losses import RELATIVE_FLOOR

from .fits import Fits, Schedule, fit
from .staircase import thresholds_inside
from .widths import SHEET_LOSS, SHEET_MIRRORED, Sheet, within

__all__ = ["Sides", "error_weights", "mirror_image", "prove_mirroring", "show_sides", "train_sides"]

SIDES = ("left", "right")


@dataclass(frozen=True)
class Sides:
    """The same starts on each curve under each loss."""

    sheet: Fits  # the sheet's curve, squared error
    mirrored: Fits  # the sheet's mirrored curve
    image: Fits  # the exact mirror image of the samples
    relative: Fits  # the sheet's curve, relative error
    relative_mirrored: Fits

    def named(self) -> Mapping[str, Fits]:
        """All of them, by what a picture calls them."""
        return {
            "curve": self.sheet,
            "mirrored": self.mirrored,
            "mirror image": self.image,
            "curve, relative error": self.relative,
            "mirrored, relative error": self.relative_mirrored,
        }


def mirror_image(data: Dataset) -> Dataset:
    """Return the samples (-x, y), ascending: the curve seen in a mirror, without sampling it anew."""
    return Dataset(-data.X[::-1], data.y[::-1], feature_names=data.feature_names, name="mirror image")


def error_weights(y: np.ndarray) -> np.ndarray:
    """Return by what relative_mse multiplies each squared error: 1 / max(|y|, floor)^2, floor 0.05 max |y|.

    Examples
    --------
    >>> error_weights(np.array([2.0, 0.0])).tolist()
    [0.25, 100.0]
    """
    return 1.0 / np.maximum(np.abs(y), RELATIVE_FLOOR * np.abs(y).max()) ** 2


def train_sides(page: Page, units: int, n_starts: int, schedule: Schedule) -> Sides:
    """Train the same starts five times."""
    curve, mirrored = damped_sine(), damped_sine(mirrored=True)
    seeds = page.seeds("starts", n_starts)

    def go(data: Dataset, label: str, loss: str = "mse") -> Fits:
        return fit(page, data, [units] * n_starts, seeds, schedule, loss=loss, label=label)

    return Sides(
        go(curve, "the sheet's curve"),
        go(mirrored, "mirrored"),
        go(mirror_image(curve), "mirror image"),
        go(curve, "relative error", "relative-mse"),
        go(mirrored, "mirrored, relative error", "relative-mse"),
    )


def prove_mirroring(page: Page, fits: Fits, schedule: Schedule) -> None:
    """Derive that training commutes with mirroring, and check it on the bits of every loss."""
    from leadlight.network import mlp

    epochs = min(500, schedule.epochs)
    seeds = page.seeds("starts", min(10, len(fits.networks)))
    nets = [mlp(1, [fits.networks[0].n_units], 1, activation="sigmoid", seed=s) for s in seeds]
    turned = [net.with_parameters([-net.weights[0], net.weights[1]], net.biases) for net in nets]
    here, there = (
        train(n, (X, fits.data.y), loss="mse", optimizer="adam", lr=schedule.lr, epochs=epochs, device="cpu")
        for n, X in ((nets, fits.data.X), (turned, -fits.data.X))
    )
    page.derivation(
        "Mirroring changes the side and nothing else",
        [
            r"Mirror the samples, $x \to -x$, and turn the start, $w_k \to -w_k$. Every $w_k x + b_k$ stays as it was, "
            r"and with it every output and the loss.",
            r"The gradient in $w_k$ only changes its sign, those in $b_k$, $v_k$ and $c$ are the same. Adam's step is "
            r"odd in the gradient, so the next $w_k$ is again the other one turned.",
            r"torch draws $w$ evenly from $(-1, 1)$: a turned start is as likely as the start. Over starts, an exact "
            r"mirror image is therefore fitted exactly as well, with the sides exchanged.",
        ],
        f"{len(nets)} starts and the turned ones on the mirrored samples, {epochs} epochs in float32: greatest "
        "difference of any loss",
        float(np.max(np.abs(here.losses - there.losses))),
        0.0,
    )


def show_sides(page: Page, sides: Sides, found: Sheet, units: int, schedule: Schedule) -> None:
    """Show how each half is fitted in every experiment, claim what follows, and answer the sheet's question."""
    _figures(page, sides)
    n = len(sides.sheet.final)
    rows = []
    for name, f in sides.named().items():
        left, right = _thresholds(f)
        rows.append(
            [name, page.interval(f.final), page.interval(f.halves[:, 0]), page.interval(f.halves[:, 1]),
             int(np.sum(f.lead > 0)), page.interval(f.lead, "bootstrap"), float(left.mean()), float(right.mean())]
        )  # fmt: skip
    page.table(
        "sides",
        [
            "trained on",
            "its loss",
            "R² left",
            "R² right",
            "left better",
            "R² left − right",
            "thresholds left",
            "right",
        ],
        rows,
        f"The same {n} starts of {units} units, {schedule.epochs:,} epochs. Loss and R²: median and quartiles. Left "
        "better: number of starts. Difference, paired by start: median with its 95 % bootstrap interval. Thresholds "
        "in each half: means.",
        formats=[None, ".3f", ".3f", ".3f", "d", ".3f", ".1f", ".1f"],
    )
    _sheet_losses(page, sides, found, schedule)
    lead = {name: page.interval(f.lead, "bootstrap") for name, f in sides.named().items()}
    for name, sentence, key, left in (
        ("left-fits-better", "On the sheet's curve the left half, with the large swings, is fitted better.", "curve", True),
        ("mirrored-right-fits-better", "On the mirrored curve the right half, which now has the large swings, is fitted better.", "mirrored", False),
        ("image-right-fits-better", "On the exact mirror image of the samples the right half is fitted better.", "mirror image", False),
        ("relative-error-turns-the-sides", "With the relative error the half with the small swings is fitted better: on the sheet's curve the right one.", "curve, relative error", False),
        ("relative-error-turns-the-mirrored", "With the relative error on the mirrored curve it is the left half.", "mirrored, relative error", True),
    ):  # fmt: skip
        value = sides.named()[key].lead
        page.claim(
            name,
            sentence,
            lead[key].low > 0 if left else lead[key].high < 0,
            {
                "R² left − R² right": lead[key],
                f"starts with the {'left' if left else 'right'} better": int(
                    np.sum(value > 0 if left else value < 0)
                ),
                "starts": n,
            },
            must_hold=False,
        )
    _more_units(page, found, units)
    _answers(page, sides, found, units)


def _sheet_losses(page: Page, sides: Sides, found: Sheet, schedule: Schedule) -> None:
    look = min(schedule.look, schedule.epochs)
    n = len(sides.sheet.final)
    compared = (
        ("sheet-loss", SHEET_LOSS, sides.sheet.final, schedule.epochs, "curve"),
        ("sheet-loss-mirrored", SHEET_MIRRORED, sides.mirrored.at_look, look, "mirrored curve"),
    )
    for name, value, losses, epochs, curve in compared:
        evidence = {
            "sheet": value,
            "ours": page.interval(losses),
            "least": float(losses.min()),
            "greatest": float(losses.max()),
        }
        page.claim(
            name,
            f"The sheet's loss of {value} on the {curve} lies in the range of our {n} starts after {epochs:,} epochs.",
            within(value, losses),
            evidence | {"share of starts below it": page.share(int(np.sum(losses < value)), n)},
            must_hold=False,
        )
    medians = _median_difference(page, sides.mirrored.at_look, sides.sheet.final)
    both = all(
        within(v, f)
        for v in (SHEET_LOSS, SHEET_MIRRORED)
        for f in (sides.sheet.final, sides.mirrored.at_look)
    )
    page.claim(
        "sheet-gap-is-luck",
        f"The sheet's two losses, {SHEET_LOSS} and {SHEET_MIRRORED}, both lie in the range of our starts on either "
        "curve: one run of each cannot tell that the mirrored curve is easier.",
        both,
        {
            "median on the curve": float(np.median(sides.sheet.final)),
            "median on the mirrored": float(np.median(sides.mirrored.at_look)),
            "difference of medians": f"{medians[0]:+.3f} ({medians[1]:+.3f} to {medians[2]:+.3f})",
        },
        must_hold=False,
    )
    ours, theirs = np.median(sides.sheet.final), np.median(sides.mirrored.at_look)
    clear = "clearly " if medians[1] > 0 or medians[2] < 0 else "not clearly "
    page.answer(
        f"The sheet ends at {SHEET_LOSS}, and mirrored at {SHEET_MIRRORED}: is the mirrored curve easier?",
        f"Our median losses are {ours:.3f} and {theirs:.3f} (mirrored, {look:,} epochs), {clear}different (difference "
        f"of medians {medians[0]:+.3f}, 95 % {medians[1]:+.3f} to {medians[2]:+.3f}). {np.sum(sides.sheet.final < SHEET_MIRRORED)} of "
        f"{n} starts on the curve end below {SHEET_MIRRORED}, and {np.sum(sides.mirrored.at_look > SHEET_LOSS)} of {n} on the "
        f"mirrored one above {SHEET_LOSS}. A single pair of runs says which starts were lucky, not which curve is easy.",
    )


def _median_difference(page: Page, first: np.ndarray, second: np.ndarray) -> tuple[float, float, float]:
    """Median of `first` less median of `second`, with a 95 % percentile bootstrap interval."""
    rng = page.rng("medians")
    draws = [np.median(a[rng.integers(0, len(a), (4000, len(a)))], axis=1) for a in (first, second)]
    low, high = np.percentile(draws[0] - draws[1], [2.5, 97.5])
    return float(np.median(first) - np.median(second)), float(low), float(high)


def _more_units(page: Page, found: Sheet, units: int) -> None:
    most = max(found)
    if units not in found or most == units:
        return
    few, many = (page.interval(found[h].halves[:, 1]) for h in (units, most))
    page.claim(
        "more-units-reach-the-right",
        f"With {most} units the right half is fitted better than with {units}: the quartile ranges of its R² do not "
        "overlap.",
        many.low > few.high,
        {f"R² right with {units}": few, f"R² right with {most}": many},
        must_hold=False,
    )


def _thresholds(fits: Fits) -> tuple[np.ndarray, np.ndarray]:
    """How many thresholds each start has in the left and in the right half of the data."""
    x = fits.data.X[:, 0]
    left = np.array([len(thresholds_inside(net, x.min(), 0.0)) for net in fits.networks])
    return left, np.array([len(thresholds_inside(net, x.min(), x.max())) for net in fits.networks]) - left


def _answers(page: Page, sides: Sides, found: Sheet, units: int) -> None:
    y = sides.sheet.data.y[:, 0]
    half = len(y) // 2
    share = 100 * float(np.sum(y[:half] ** 2) / np.sum(y**2))
    left, right = _thresholds(sides.sheet)
    swings = int(np.sum(np.diff(np.sign(y[np.abs(y) > 1e-9])) != 0)) + 1
    medians = {name: np.median(f.halves, axis=0) for name, f in sides.named().items()}
    r_left, r_right = medians["curve"]
    n = len(sides.sheet.final)
    page.answer(
        "Why does one side fit so well and the other not?",
        f"The squared error counts swings by the square of their height: the left half holds {share:.0f} % of the sum "
        f"of squares. The curve has {swings} swings and {units} units cannot follow them all; on average "
        f"{left.mean():.1f} thresholds settle on the left and {right.mean():.1f} on the right. The median R² is "
        f"{r_left:.2f} on the left and {r_right:.2f} on the right, and the left is ahead in "
        f"{np.sum(sides.sheet.lead > 0)} of {n} starts.",
    )
    m_left, m_right = medians["mirrored"]
    follows = (
        "The good side goes with the large swings"
        if m_right > m_left
        else "The good side does not go with the large swings in this run"
    )
    page.answer(
        "Test it by mirroring",
        f"{follows}: mirrored, the median R² is {m_left:.2f} on the left and {m_right:.2f} on the right, and the right "
        f"is ahead in {np.sum(sides.mirrored.lead < 0)} of {n} starts, on the exact mirror image in "
        f"{np.sum(sides.image.lead < 0)}. So it is neither the direction of the axis nor the order of the samples.",
    )
    weights = error_weights(y)
    e_left, e_right = medians["curve, relative error"]
    l_rel, r_rel = _thresholds(sides.relative)
    turns = (
        "The sides change places"
        if e_right > e_left and r_left > r_right
        else "The sides do not change places in this run"
    )
    page.answer(
        "Test it by a relative error",
        f"{turns}: the median R² becomes {e_left:.2f} on the left and {e_right:.2f} on the right, with "
        f"{l_rel.mean():.1f} and {r_rel.mean():.1f} thresholds. Divided by max(|y|, floor), the same error costs "
        f"{weights[half:].mean() / weights[:half].mean():.1f} times as much on the right as on the left, so the units "
        "are spent there. The loss decides which side is fitted well.",
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
                if many[1] > few[1]
                else "More units alone did not help the right in this run."
            ),
        )


def _figures(page: Page, sides: Sides) -> None:
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
    handles, labels = axes[0, 0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside upper center", ncols=3)
    page.figure(
        "sides",
        figure,
        "The start of median loss in four experiments. The squared error spends the units on the large swings, "
        "wherever they are; the relative error spends them on the small ones.",
        alt="Four fits: with the squared error the large swings are followed, with the relative error the small ones.",
    )
    figure, axes = style.subplots(1, 1, figsize=(8.2, 3.4))
    SweepDisplay(
        [name.replace(", ", ",\n") for name in named],
        {f"{side} half": [f.halves[:, i] for f in named.values()] for i, side in enumerate(SIDES)},
        xlabel="", ylabel="$R^2$ of the half",
    ).plot(axes[0, 0])  # fmt: skip
    for line in axes[0, 0].lines:
        line.set_linestyle("")
    page.figure(
        "halves",
        figure,
        "How well each half is fitted: one point a start, median and quartiles. The sides change places with the "
        "curve and again with the loss.",
        alt="Paired columns of points: left above right on the curve, below it mirrored, and reversed by the relative error.",
    )
