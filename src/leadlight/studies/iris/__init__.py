"""iris: what learning rate and width do to a small network, many starts each, and what held-out flowers say.

Everything is a 4-h-3 ReLU network trained with full-batch gradient descent for 200 epochs on logits.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np

from ...data import Dataset, iris, read_csv, standardise
from ...errors import DataError
from ..page import Page
from ..parameters import parameter
from .held_out import compare_held_out
from .mends import mend_global, mend_sigmoid
from .sweeps import RATES, WIDTHS, learning_rate_sweep, show_first, show_sweep, width_sweep

__all__ = ["Parameters", "run"]


@dataclass(frozen=True)
class Parameters:
    """What iris runs."""

    seeds: int = parameter(100, "starts for each value", minimum=2, maximum=1000, quick=4)
    epochs: int = parameter(200, "epochs of every training", minimum=1, maximum=100_000)
    rates: tuple[float, ...] = parameter(RATES, "learning rates at 10 hidden units", above=0.0)
    widths: tuple[int, ...] = parameter(WIDTHS, "hidden units at learning rate 0.1", minimum=1, maximum=1024)
    splits: int = parameter(100, "stratified splits for the held-out accuracy", minimum=2, quick=8)
    data: Path | None = parameter(None, "a CSV of your own with a class column, instead of iris")


def run(parameters: Parameters, page: Page) -> None:
    """Fill the page."""
    p = parameters
    raw = iris(standardised=False) if p.data is None else _own_data(p.data)
    (data,) = standardise(raw)
    name = "iris" if p.data is None else raw.name
    page.method(
        f"{len(data)} samples of {name}, {data.n_features} standardised features, {data.n_classes} classes. ReLU "
        f"networks {data.n_features}-h-{data.n_classes}, torch's default initialisation, cross-entropy on logits, "
        f"full-batch gradient descent, {p.epochs} epochs, float32, {p.seeds} starts for each value; learning rates at "
        "h = 10 share their starts. Loss and accuracy are those after the last update, on the training data unless "
        "said otherwise."
    )
    show_first(page, data, p.epochs, p.seeds)
    rates = learning_rate_sweep(page, data, p.rates, p.epochs, p.seeds)
    by_rate = show_sweep(page, "learning-rate", "learning rate", p.rates, rates)
    widths = width_sweep(page, data, p.widths, p.epochs, p.seeds)
    by_width = show_sweep(page, "width", "hidden units", p.widths, widths)
    _read_rates(page, p.rates, by_rate)
    _read_widths(page, p.widths, by_width)
    compare_held_out(page, raw, p.epochs, p.splits)
    mend_sigmoid(page, data, p.epochs, p.seeds)
    mend_global(page, data, p.epochs)
    page.limits(
        f"{p.epochs} epochs: a small learning rate is slow, not wrong; given more epochs it would go on.",
        "Sweeps are measured on the training data, as on the sheet; only the held-out table speaks of new flowers.",
        f"The {p.splits} splits are all of the same {len(data)} samples and overlap: their intervals say how sure the "
        "mean over splits is, not what other samples would give.",
        f"{len(data)} samples: one test sample in a fifth is worth {100 / round(0.2 * len(data)):.1f} points.",
    )


def _own_data(path: Path) -> Dataset:
    data = read_csv(path, task="classification")
    counts = np.bincount(data.y, minlength=data.n_classes)
    if counts.min() < 5:
        short = (data.class_names or tuple(map(str, range(data.n_classes))))[int(counts.argmin())]
        raise DataError(
            f"{path}: class {short!r} has {counts.min()} samples; iris needs at least 5 of each class to part them "
            "into training and test data."
        )
    return data


def _read_rates(page: Page, rates, found: dict[str, np.ndarray]) -> None:
    """Say how loss depends on the learning rate, and claim what it shows."""
    medians = np.array([np.nanmedian(row) if np.isfinite(row).any() else np.inf for row in found["loss"]])
    best, least = int(np.argmin(medians)), int(np.argmin(rates))
    lost = int(np.sum(~np.isfinite(found["loss"])))
    page.claim(
        "slow-rate",
        "Every start ends with a higher loss at the smallest learning rate than at the best one.",
        bool(np.all(found["loss"][least] > found["loss"][best])) or least == best,
        {
            "smallest rate": rates[least],
            "its loss": page.interval(found["loss"][least]),
            "best rate": rates[best],
            "the best rate's loss": page.interval(found["loss"][best]),
        },
    )
    order = np.argsort(rates)
    falls = [found["loss"][slow] - found["loss"][fast] for slow, fast in pairwise(order)]
    if falls:
        page.claim(
            "each-faster-rate-is-better",
            "Each greater learning rate ends with a lower loss, from every start.",
            bool(np.all(np.array(falls) > 0)),
            {
                f"starts that gain from {rates[slow]:g} to {rates[fast]:g}": page.share(
                    int(np.sum(fall > 0)), len(fall)
                )
                for (slow, fast), fall in zip(pairwise(order), falls)
            },
            must_hold=False,
        )
    page.answer(
        "How does the learning rate show in the curves?",
        f"After the same number of epochs the median loss runs from {medians[least]:.3f} at {rates[least]:g} to "
        f"{medians[best]:.3f} at {rates[best]:g}, the best of the rates tried. "
        f"{'No run diverged' if lost == 0 else f'{lost} runs diverged'}. The mean accuracy is "
        f"{found['accuracy'][least].mean():.1f} % at the smallest rate and {found['accuracy'][best].mean():.1f} % "
        f"at the best; its spread over starts is {found['accuracy'][least].std(ddof=1):.1f} and "
        f"{found['accuracy'][best].std(ddof=1):.1f} points.",
    )


def _units(n: int) -> str:
    return f"{n} hidden unit{'s' if n > 1 else ''}"


def _read_widths(page: Page, widths, found: dict[str, np.ndarray]) -> None:
    """Say how loss depends on the width, and claim what it shows."""
    medians = np.nanmedian(found["loss"], axis=1)
    middle = [page.interval(row[np.isfinite(row)], "bootstrap") for row in found["loss"]]
    narrow, wide = int(np.argmin(widths)), int(np.argmax(widths))
    page.claim(
        "width-lowers-loss",
        "Each greater width lowers the median final loss: the bootstrap intervals of neighbouring widths do not "
        "overlap.",
        all(wider.high < narrower.low for narrower, wider in pairwise(middle[i] for i in np.argsort(widths))),
        {f"median loss with {_units(widths[i])}": middle[i] for i in np.argsort(widths)},
        must_hold=False,
    )
    spread = [float(np.subtract(*np.nanpercentile(found["loss"][i], [75, 25]))) for i in (narrow, wide)]
    few_matter = spread[0] > spread[1]
    verdict = (
        "the fewer the units, the more depends on the start" if few_matter else "no narrower for many units"
    )
    page.answer(
        "How does the number of hidden units show?",
        f"The median loss goes from {medians[narrow]:.3f} with {_units(widths[narrow])} to {medians[wide]:.3f} "
        f"with {widths[wide]}. The interquartile range of the loss over starts is {spread[0]:.3f} and "
        f"{spread[1]:.3f}: {verdict}. The mean accuracy goes from "
        f"{found['accuracy'][narrow].mean():.1f} % to {found['accuracy'][wide].mean():.1f} %; "
        "a single unit gives every flower one number, and three classes must share that line.",
    )
