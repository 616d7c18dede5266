"""Accuracy against depth, and the loss of each batch, under both rules."""

from __future__ import annotations

from collections.abc import Sequence

from ...plots import LossCurvesDisplay, SweepDisplay, style
from ..page import Page
from .best import NAMES
from .compare import Comparison

__all__ = ["accuracy_by_budget", "accuracy_by_depth", "losses"]

SMOOTH = 10  # batches


def accuracy_by_depth(page: Page, runs: Comparison, epochs: int) -> None:
    """Train and test accuracy of all seeds, one panel a rule."""
    figure, axes = style.subplots(1, len(runs.rules), figsize=(8.6, 3.4), sharey=True)
    for ax, rule in zip(axes[0], runs.rules):
        SweepDisplay(
            runs.depths,
            {"train": runs.table("train", rule), "test": runs.table("test", rule)},
            xlabel="hidden layers",
            ylabel="accuracy in %",
        ).plot(ax, log_x=False, title=f"rule: {NAMES[rule]}")
        ax.set_xticks(runs.depths)
    page.figure(
        "accuracy-by-depth",
        figure,
        f"Accuracy after {epochs} epochs, {runs.n_seeds} seeds a depth (points), median and quartiles. Look how the "
        "seeds spread with depth, not only at their medians.",
        alt="Accuracy on training and test data against the number of hidden layers under two budget rules.",
    )


def losses(page: Page, runs: Comparison) -> None:
    """Loss of each batch, median and quartiles over seeds, one panel a rule."""
    figure, axes = style.subplots(1, len(runs.rules), figsize=(8.6, 3.4), sharey=True)
    for ax, rule in zip(axes[0], runs.rules):
        curves = {_layers(depth): runs.losses[rule, depth] for depth in runs.depths}
        LossCurvesDisplay(curves, xlabel="batch", ylabel="cross-entropy").plot(
            ax, smooth=SMOOTH, log_y=False, legend=rule == runs.rules[0], title=f"rule: {NAMES[rule]}"
        )
        ax.set_ylim(0, None)
    page.figure(
        "loss-per-batch",
        figure,
        f"The loss of each batch (averaged over {SMOOTH} batches), median and quartiles of {runs.n_seeds} seeds. "
        "The plateau at the start grows with depth, and so does the band: seeds leave it at different times.",
        alt="Falling loss curves with bands, one for each depth, under two budget rules.",
    )


def _layers(depth: int) -> str:
    return f"{depth} hidden layer{'s' * (depth > 1)}"


def accuracy_by_budget(
    page: Page, depths: Sequence[int], series: dict[str, object], n_seeds: int, epochs: int
) -> None:
    """Test accuracy against depth, one series a budget."""
    figure, axes = style.subplots(1, 1, figsize=(5.6, 3.4))
    SweepDisplay(list(depths), series, xlabel="hidden layers", ylabel="test accuracy in %").plot(
        axes[0, 0], log_x=False
    )
    axes[0, 0].set_xticks(list(depths))
    page.figure(
        "budgets",
        figure,
        f"Test accuracy after {epochs} epochs against depth for greater budgets (course's rule, {n_seeds} seeds, "
        "median and quartiles).",
        alt="Test accuracy against the number of hidden layers, one series for each parameter budget.",
    )
