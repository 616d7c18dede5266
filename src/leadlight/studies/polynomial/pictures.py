"""Maps of the models far beyond their data, accuracy along the arms, and accuracy against the degree."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from ...plots import DecisionMapDisplay, LossCurvesDisplay, SweepDisplay, legends, style
from ..page import Page
from .models import ArmSet, Fit, Model

__all__ = ["along_arms", "by_degree", "maps"]

HALF_WIDTH = 2.0
CHANCE = 25.0


def maps(page: Page, models: Mapping[str, Model], drawn: ArmSet, resolution: int) -> None:
    """The class at each point of [-2, 2]^2, with the test points and, smaller, the continued arms."""
    figure, axes = style.subplots(1, len(models), figsize=(3.5 * len(models) + 0.6, 3.4))
    some = slice(
        0, len(drawn.test)
    )  # they are shuffled: as many of the continued arms as there are test points
    points = np.concatenate([drawn.test.X, drawn.outside.X[some]])
    labels = np.concatenate([drawn.test.y, drawn.outside.y[some]])
    for ax, (name, model) in zip(axes[0], models.items()):
        display = DecisionMapDisplay.from_network(
            model, HALF_WIDTH, resolution, class_names=drawn.test.class_names
        )
        display.plot(ax, points=points, labels=labels, point_size=4, legend=ax is axes[0, 0], title=name)
    page.figure(
        "maps",
        figure,
        f"The class of every point of the square ({resolution} x {resolution} pixels), with test points "
        "and the continued arms, t up to 1.3. Where there were no training points the polynomial's classes follow its "
        "highest powers, not the arms.",
        alt="Decision maps of polynomial models and a network, with spiral arms drawn in.",
    )


def along_arms(page: Page, t: np.ndarray, curves: Mapping[str, np.ndarray], n_seeds: int) -> None:
    """Accuracy against t, the training range marked."""
    figure, axes = style.subplots(1, 1, figsize=(7.8, 3.6))
    ax = axes[0, 0]
    rules = {"frozen edge": "--", "the rule": ":"}
    LossCurvesDisplay(curves, steps=t, xlabel="t, place on the arm", ylabel="accuracy in %").plot(
        ax,
        log_y=False,
        styles=rules,
        colours={"frozen edge": style.INK, "the rule": style.INK},
        legend=False,
    )
    ax.axvspan(1.0, float(t[-1] + (t[-1] - t[-2]) / 2), color=style.MUTED, alpha=0.15, linewidth=0)
    ax.axhline(CHANCE, color=style.MUTED, linewidth=1.0, label="chance")
    ax.set_ylim(0, 102)
    legends.legend_beside(ax)
    page.figure(
        "along-arms",
        figure,
        f"Accuracy on new points by their place on the arm, median and quartiles of {n_seeds} seeds. Training ends at "
        "t = 1; the shaded part was never seen. *Frozen edge* goes by direction as if the arms stopped turning at 1; "
        "*the rule* is the best guess of one who knows how the points were made.",
        alt="Accuracy of the models falls beyond t = 1.",
    )


def by_degree(
    page: Page,
    degrees: Sequence[int],
    fits: Mapping[str, Sequence[Fit]],
    levels: Mapping[str, Mapping[str, float]],
) -> None:
    """Accuracy against the degree, inside and outside, one series for raw and one for standardised monomials."""
    figure, axes = style.subplots(1, 2, figsize=(9.8, 3.5), sharey=True)
    titles = {"test": "inside: test points", "outside": "outside: t in (1, 1.3]"}
    for ax, (what, title) in zip(axes[0], titles.items()):
        SweepDisplay(
            list(degrees),
            {name: [getattr(one, what) for one in row] for name, row in fits.items()},
            xlabel="degree",
            ylabel="accuracy in %",
        ).plot(ax, levels={**levels[what], "chance": CHANCE}, title=title, legend=False)
    legends.legend_beside(axes[0, 1])
    page.figure(
        "by-degree",
        figure,
        "Accuracy against the degree of the monomials (points: seeds; median and quartiles), inside and outside the "
        "training range.",
        alt="Two plots of accuracy against degree for raw and for standardised monomials.",
    )
