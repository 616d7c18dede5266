"""The sheet's trainings: one network for its curves, a sweep over the learning rate, a sweep over the width."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ...data import Dataset
from ...plots import LossCurvesDisplay, SweepDisplay, style
from ...random_network import mlp
from ...training import Runs, train
from ..page import Page

__all__ = ["learning_rate_sweep", "show_first", "show_sweep", "train_iris", "width_sweep"]

RATES = (1.0, 0.5, 0.1, 0.01, 0.001)
WIDTHS = (1, 2, 5, 10, 20, 100)
EXAMPLES = 4  # starts drawn as lines of their own


def train_iris(
    data: Dataset,
    widths: Sequence[int],
    rates: Sequence[float] | np.ndarray,
    seeds: Sequence[int],
    epochs: int,
    *,
    output_activation: str = "identity",
    test: Dataset | None = None,
    metrics_every: int | None = None,
    dtype: str = "float32",
    progress=None,
) -> Runs:
    """Train one n-h-k ReLU network for each entry of `widths`, `rates` and `seeds`: full-batch SGD."""
    networks = [
        mlp(data.n_features, [w], data.n_classes, seed=s, output_activation=output_activation)
        for w, s in zip(widths, seeds, strict=True)
    ]
    return train(
        networks,
        data,
        loss="cross_entropy",
        optimizer="sgd",
        lr=np.asarray(rates, dtype=np.float64),
        epochs=epochs,
        test=data if test is None else test,
        metrics_every=metrics_every,
        dtype=dtype,
        progress=progress,
    )


def show_first(page: Page, data: Dataset, epochs: int, n_seeds: int) -> None:
    """The sheet's first network: 5 hidden units, rate 0.1; loss and accuracy of every epoch."""
    seeds = page.seeds("first", n_seeds)
    runs = train_iris(data, [5] * n_seeds, [0.1] * n_seeds, seeds, epochs, metrics_every=1)
    figure, axes = style.subplots(1, 2, figsize=(8.4, 3.0))
    LossCurvesDisplay({"loss": runs.losses}, xlabel="epoch", ylabel="cross-entropy").plot(
        axes[0, 0], examples=EXAMPLES, log_y=False
    )
    LossCurvesDisplay(
        {"accuracy": 100 * runs.metrics["train_accuracy"]},
        steps=runs.metric_epochs,
        xlabel="epoch",
        ylabel="accuracy in per cent",
    ).plot(axes[0, 1], examples=EXAMPLES, log_y=False)
    page.figure(
        "first",
        figure,
        f"A {data.n_features}-5-{data.n_classes} network at learning rate 0.1: loss and accuracy on the data it is "
        f"trained on, median and quartiles of {n_seeds} starts, and {min(EXAMPLES, n_seeds)} single starts as thin "
        "lines. The accuracy of a start moves in jumps, the loss does not.",
        alt="Bands of loss falling smoothly and of accuracy rising over the epochs; single starts rise in steps.",
    )
    page.number("first_final_loss", page.interval(_last_losses(runs)))
    page.number("first_final_accuracy", page.interval(100 * runs.metrics["train_accuracy"][:, -1]))


def learning_rate_sweep(page: Page, data: Dataset, rates, epochs: int, n_seeds: int) -> Runs:
    """Ten hidden units at each learning rate, the same starts at each."""
    seeds = page.seeds("rates", n_seeds)
    n = len(rates)
    return train_iris(
        data, [10] * n * n_seeds, np.repeat(rates, n_seeds), seeds * n, epochs,
        progress=page.training_progress("learning rates"),
    )  # fmt: skip


def width_sweep(page: Page, data: Dataset, widths, epochs: int, n_seeds: int) -> Runs:
    """Rate 0.1 at each width, other starts for each."""
    seeds = page.seeds("widths", n_seeds * len(widths))
    return train_iris(
        data, np.repeat(widths, n_seeds).tolist(), [0.1] * len(seeds), seeds, epochs,
        progress=page.training_progress("widths"),
    )  # fmt: skip


def show_sweep(
    page: Page, name: str, what: str, values: Sequence[float], runs: Runs
) -> dict[str, np.ndarray]:
    """A figure and a table of final loss and accuracy against the value: mean and spread over seeds.

    Returns
    -------
    dict of str to ndarray, shape (n_values, n_seeds)
        "loss" (NaN where a run diverged) and "accuracy" in per cent.
    """
    shape = (len(values), len(runs) // len(values))
    loss = _last_losses(runs).reshape(shape)
    accuracy = 100 * runs.metrics["train_accuracy"][:, -1].reshape(shape)
    figure, axes = style.subplots(1, 2, figsize=(8.4, 3.1))
    SweepDisplay(values, loss, xlabel=what, ylabel="final cross-entropy").plot(axes[0, 0])
    SweepDisplay(values, accuracy, xlabel=what, ylabel="final accuracy in per cent").plot(axes[0, 1])
    page.figure(
        name,
        figure,
        f"Final loss and accuracy on the training data against the {what}: one point a start ({shape[1]} each), "
        "median and quartiles.",
        alt=f"Two panels: loss and accuracy against the {what} on a logarithmic axis.",
    )
    rows = []
    for value, row_loss, row_accuracy in zip(values, loss, accuracy):
        fine = row_loss[np.isfinite(row_loss)]
        rows.append(
            [
                value,
                float(fine.mean()) if len(fine) else None,
                float(fine.std(ddof=1)) if len(fine) > 1 else None,
                float(row_accuracy.mean()),
                float(row_accuracy.std(ddof=1)) if len(row_accuracy) > 1 else None,
                len(row_loss) - len(fine),
            ]
        )
    page.table(
        name,
        [what, "mean loss", "sd", "mean accuracy", "sd (accuracy)", "diverged"],
        rows,
        f"Means and standard deviations over {shape[1]} starts after the last epoch; accuracy in per cent.",
        formats=["g", ".4f", ".4f", ".1f", ".1f", "d"],
    )
    return {"loss": loss, "accuracy": accuracy}


def _last_losses(runs: Runs) -> np.ndarray:
    """Loss after the last epoch's update, not before it; NaN where the run diverged."""
    return np.where(runs.diverged, np.nan, runs.metrics["train_loss"][:, -1])
