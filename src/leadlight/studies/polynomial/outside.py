"""Inside and outside the training range: the models against chance, each other, and two rules without training.

Arm k of four points to the angle 2 pi / 4 (2t + k), so that a model which only continues outwards what it knows at
t = 1 stays right until the arms have turned half-way to the next one, at t = 1.25.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np

from ...data import Dataset, spirals
from ...functions import logsumexp
from ..page import Page
from ..result import Interval
from .models import FAR, ArmSet, Fit

__all__ = ["accuracy_along_arms", "frozen_edge", "mean_interval", "rule_accuracies", "the_rule"]

RESAMPLES = 4000
N_ARMS = 4
NOISE = 0.4**2  # the sheet's sigma enters squared


def frozen_edge(X: np.ndarray) -> np.ndarray:
    """Go by direction alone, as if the arms stopped turning at t = 1, where arm k points to 2 pi / K (2 + k)."""
    turns = np.arctan2(X[:, 0], X[:, 1]) / (2 * np.pi)  # from the x2 axis, as the arms are counted
    return np.rint(turns * N_ARMS - 2).astype(np.int64) % N_ARMS


def the_rule(X: np.ndarray) -> np.ndarray:
    """The most probable arm, knowing how the points were made: t even on (0, 1.3], noise of 0.16 t on both axes."""
    t = np.arange(1, 261) / 260 * FAR
    angle = 2 * np.pi / N_ARMS * (2 * t + np.arange(N_ARMS)[:, None])
    centres = t * np.stack([np.sin(angle), np.cos(angle)])  # (2, arm, t)
    squares = sum((X[:, axis, None, None] - centres[axis]) ** 2 for axis in (0, 1))  # (n, arm, t)
    return logsumexp(-squares / (2 * (NOISE * t) ** 2) - 2 * np.log(t), axis=2).argmax(axis=1)


def mean_interval(values: np.ndarray, rng: np.random.Generator) -> Interval:
    """Mean of (n,) values with its 95 % bootstrap interval (``median`` holds the mean)."""
    means = rng.choice(values, (RESAMPLES, len(values))).mean(axis=1)
    low, high = np.percentile(means, [2.5, 97.5])
    return Interval(float(values.mean()), float(low), float(high), len(values), "bootstrap")


def accuracy_along_arms(
    page: Page, fits: Mapping[str, Fit], n_per_class: int, n_bins: int = 13
) -> tuple[np.ndarray, dict[str, np.ndarray]]:
    """Accuracy in per cent in equal intervals of t from 0 to 1.3: their centres, and (n_seeds, n_bins) by model."""
    edges = np.linspace(0, FAR, n_bins + 1)
    curves: dict[str, list] = {name: [] for name in [*fits, "frozen edge", "the rule"]}
    for low, high, seed in zip(edges[:-1], edges[1:], page.seeds("bins", n_bins)):
        drawn = spirals(n_per_class, seed=seed, t_range=(low, high))
        for name, fitted in fits.items():
            curves[name].append([_right(lambda X, m=m: m(X).argmax(axis=1), drawn) for m in fitted.models])
        curves["frozen edge"].append([_right(frozen_edge, drawn)])
        curves["the rule"].append([_right(the_rule, drawn)])
    return (edges[:-1] + edges[1:]) / 2, {name: np.array(rows).T for name, rows in curves.items()}


def rule_accuracies(sets: Sequence[ArmSet]) -> dict[str, dict[str, float]]:
    """Mean accuracy in per cent of the two rules inside (test) and outside."""
    return {
        name: {
            what: float(np.mean([_right(rule, getattr(drawn, what)) for drawn in sets]))
            for what in ("test", "outside")
        }
        for name, rule in (("frozen edge", frozen_edge), ("the rule", the_rule))
    }


def _right(classify: Callable[[np.ndarray], np.ndarray], data: Dataset) -> float:
    return 100 * float(np.mean(classify(data.X) == data.y))
