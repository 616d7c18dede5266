"""Remedies: more parameters at every depth; for the deepest networks also a better start and more patience.

If depth hurts because layers get narrow, width must cure it; if because gradients fade, a start that keeps them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ...budget import widths_for_budget
from ..page import Page
from ..result import Interval
from .best import paired_difference
from .compare import Comparison, compare
from .pictures import accuracy_by_budget
from .samples import Pair

__all__ = ["Budgets", "remedies", "wider"]

RULE = "at_least"
HE = "he_normal"  # keeps the second moment through ReLU layers


@dataclass(frozen=True)
class Budgets:
    """Test accuracy under the course's rule by budget, (n_depths, n_seeds) in per cent, and the deepest's lag."""

    test: dict[int, np.ndarray]
    lag: dict[int, float]  # mean of the best depth minus mean of the greatest, in points of per cent


def lag(accuracy: np.ndarray) -> float:
    """How far the mean of the last row lies below the greatest mean."""
    means = accuracy.mean(axis=1)
    return float(means.max() - means[-1])


def wider(
    page: Page,
    runs: Comparison,
    dealt: Sequence[tuple[Pair, list[int]]],
    budget: int,
    budgets: Sequence[int],
    *,
    epochs: int,
    batch: int,
) -> Budgets:
    """Train the same seeds at greater budgets; tabulate, draw and claim what the greatest does for the deepest."""
    depths, n = runs.depths, runs.n_seeds
    n_inputs, n_outputs = runs.data[0].n_features, runs.data[0].n_classes
    test, widths = {budget: runs.table("test", RULE)}, {(budget, d): runs.widths[RULE, d] for d in depths}
    for larger in sorted(set(budgets) - {budget}):
        shapes = {(RULE, d): widths_for_budget(n_inputs, n_outputs, d, larger, RULE) for d in depths}
        widths |= {(larger, d): shapes[RULE, d] for d in depths}
        label = f"training with {larger} parameters"
        test[larger] = compare(page, label, dealt, shapes, epochs=epochs, longer=1, batch=batch).table(
            "test", RULE
        )
    page.table(
        "budgets",
        ["parameters", *(f"depth {d}" for d in depths)],
        [[b, *(page.interval(row) for row in rows)] for b, rows in test.items()],
        f"Test accuracy in per cent with at least so many parameters, median and quartiles of {n} seeds. The "
        f"narrowest layer of the deepest has {', '.join(str(min(widths[b, depths[-1]])) for b in test)} units.",
        formats=[None, *[".0f"] * len(depths)],
    )
    accuracy_by_budget(page, depths, {f"{b} parameters": rows for b, rows in test.items()}, n, epochs)
    found = Budgets(test, {b: lag(rows) for b, rows in test.items()})
    least, most = min(test), max(test)
    if most > least and len(depths) > 1:
        gains = test[most] - test[least]
        more = paired_difference(gains[-1], gains[0], page.rng("gain"))
        page.claim(
            "width-helps-the-deepest-most",
            f"From {least} to {most} parameters the deepest networks gain more accuracy than the shallowest: the "
            "bootstrap interval of the difference lies above zero.",
            more.low > 0,
            {
                f"mean gain in points, depth {depths[0]}": float(gains[0].mean()),
                f"mean gain in points, depth {depths[-1]}": float(gains[-1].mean()),
                "difference": more,
                f"deepest behind the best at {least}": found.lag[least],
                f"deepest behind the best at {most}": found.lag[most],
            },
            must_hold=False,
        )
    return found


def remedies(
    page: Page,
    runs: Comparison,
    dealt: Sequence[tuple[Pair, list[int]]],
    budgets: Budgets,
    *,
    epochs: int,
    longer: int,
    batch: int,
) -> Interval:
    """Compare what helps the deepest networks of the course's rule; returns the gain of He's initialisation."""
    depth = runs.depths[-1]
    shape = {(RULE, depth): runs.widths[RULE, depth]}
    label = f"training {depth} layers from another start"
    he = compare(page, label, dealt, shape, epochs=epochs, longer=1, batch=batch, init=HE)
    usual = runs.test[RULE, depth][0]
    rows = [("as the sheet", usual)]
    if longer > 1:
        rows.append((f"trained {longer} times as long", runs.test[RULE, depth][1]))
    rows.append(("He's initialisation, zero biases", he.test[RULE, depth][0]))
    rows += [(f"{b} parameters", values[-1]) for b, values in budgets.test.items() if b != min(budgets.test)]
    gains = [paired_difference(values, usual, page.rng(f"remedy {name}")) for name, values in rows]
    page.table(
        "remedies",
        ["change", "test accuracy in %", "mean gain in points", "runs below 50 %"],
        [
            [name, page.interval(values), gain if k else None, int((values < 50).sum())]
            for k, ((name, values), gain) in enumerate(zip(rows, gains))
        ],
        f"What helps {depth} hidden layers: one change at a time, {runs.n_seeds} seeds; the gain is paired by seed, "
        "with a 95 % bootstrap interval.",
        formats=[None, ".1f", "+.1f", None],
    )
    gain = gains[1 + (longer > 1)]
    page.claim(
        "a-better-start-helps",
        f"With He's initialisation {depth} hidden layers reach a higher mean accuracy: the bootstrap interval of the "
        "gain lies above zero.",
        gain.low > 0,
        {"mean gain in points": gain},
        must_hold=False,
    )
    return gain
