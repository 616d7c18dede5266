"""The sheet's two questions, answered from this run's numbers."""

from __future__ import annotations

import numpy as np

from ..page import Page
from ..result import Interval
from .best import NAMES, BestDepth, paired_difference, usual_winner
from .compare import Comparison
from .reasons import Reasons
from .wider import Budgets

__all__ = ["answer"]

RULE = "at_least"
SMALL_GAP = 1.0  # points of per cent between training and test


def answer(
    page: Page,
    runs: Comparison,
    best: dict[str, BestDepth],
    measured: Reasons,
    grown: Budgets,
    he: Interval,
) -> None:
    """Say why there is a best depth and why more depth hurts after it; claim that it is not overfitting."""
    page.answer("Why is there a best depth?", _why_best(runs, best, measured))
    fall = _not_overfitting(page, runs, best)
    page.answer("Why does more depth hurt after it?", _why_worse(runs, best, measured, grown, he, fall))


def _why_best(runs: Comparison, best: dict[str, BestDepth], measured: Reasons) -> str:
    depths = runs.depths
    found = " and ".join(
        f"{b.depth} under the rule *{NAMES[r]}* (in {100 * b.shares[b.depth]:.0f} % of the resamples)"
        for r, b in best.items()
    )
    usual = {rule: usual_winner(depths, runs.table("test", rule)) for rule in best}
    k = depths.index(best[RULE].depth)
    bends, cells = np.median(measured.bends, axis=1), np.median(measured.cells, axis=1)
    return (
        "With the parameters held fixed, depth is paid for with width. More layers fold: the creases of "
        f"{depths[0]} hidden layer{'s' * (depths[0] > 1)} bend {bends[0]:.0f} times on the box (median), those of "
        f"{depths[k]} bend {bends[k]:.0f} times, which curved boundaries need; the number of cells ({cells[0]:.0f} and "
        f"{cells[k]:.0f}) says less. But {depths[0]} to {depths[-1]} layers are only "
        f"{runs.widths[RULE, depths[0]][0]} to {min(runs.widths[RULE, depths[-1]])} units wide, and narrow layers lose "
        f"what they do not pass on. The highest mean is at depth {found}: {_verdict(best)}. Seed by seed the "
        "most wins go to "
        + " and to ".join(
            f"{depth} under *{NAMES[rule]}*{_least(shares)}" for rule, (depth, shares) in usual.items()
        )
        + "; the mean counts how badly a run fails, the number of wins does not."
    )


def _least(shares: dict[int, Interval]) -> str:
    """Say the narrowest win."""
    if not shares:
        return ""
    rival, won = min(shares.items(), key=lambda item: item[1].median)
    return f" ({100 * won.median:.0f} % [{100 * won.low:.0f}, {100 * won.high:.0f}] against {rival})"


def _verdict(best: dict[str, BestDepth]) -> str:
    """Say what the resamples leave open."""
    if all(b.certain for b in best.values()):
        if len({b.depth for b in best.values()}) == 1:
            return "the best depth is the same however parameters are counted"
        return "which depth is best hangs on how the parameters are counted"
    rivals = sorted({depth for b in best.values() for depth in b.rivals})
    return (
        f"these seeds do not say for sure which of {' and '.join(map(str, rivals))} is best under both rules"
    )


def _not_overfitting(page: Page, runs: Comparison, best: dict[str, BestDepth]) -> Interval:
    """Claim that the deepest networks fail on the training data too; return how much they lose there."""
    winner, deepest = best[RULE].depth, runs.depths[-1]
    rng = page.rng("overfitting")
    lost = {
        what: paired_difference(
            getattr(runs, what)[RULE, winner][0], getattr(runs, what)[RULE, deepest][0], rng
        )
        for what in ("train", "test")
    }
    gaps = {key: paired_difference(runs.train[key][0], runs.test[key][0], rng) for key in runs.widths}
    widest = max(gaps.values(), key=lambda gap: gap.median)
    page.claim(
        "not-overfitting",
        "What the deepest networks lose is not lost to overfitting: at every depth and under both rules the mean "
        f"training accuracy is at most {SMALL_GAP:g} point{'s' * (SMALL_GAP != 1)} above the test accuracy (to the end "
        "of the bootstrap interval), and the deepest lose on the training data too.",
        max(gap.high for gap in gaps.values()) <= SMALL_GAP and (winner == deepest or lost["train"].low > 0),
        {
            "greatest mean gap in points": widest,
            f"training points lost from depth {winner} to {deepest}": lost["train"],
            f"test points lost from depth {winner} to {deepest}": lost["test"],
        },
        must_hold=False,
    )
    return lost["train"]


def _why_worse(
    runs: Comparison,
    best: dict[str, BestDepth],
    measured: Reasons,
    grown: Budgets,
    he: Interval,
    fall: Interval,
) -> str:
    depths, n = runs.depths, runs.n_seeds
    k, first, last = depths.index(best[RULE].depth), depths[0], depths[-1]
    if k == len(depths) - 1:
        return f"Here it does not: the greatest depth tried, {last}, has the highest mean test accuracy."
    gradient, dead = np.median(measured.gradient, axis=1), measured.dead.mean(axis=1)
    spread = [np.subtract(*np.percentile(runs.test[RULE, depths[j]][0], [75, 25])) for j in (k, -1)]
    least, most = min(grown.test), max(grown.test)
    cure = (
        f" Where layers are wider the loss shrinks: with {most} parameters the deepest are "
        f"{grown.lag[most]:.1f} points behind the best depth instead of {grown.lag[least]:.1f}."
        if most > least and grown.lag[most] < grown.lag[least]
        else ""
    )
    start = (
        f"a start that keeps gradients up (He) gives back {he.median:.1f} points"
        if he.low > 0
        else f"He's start changes the mean by {he.median:+.1f} points, not surely more than none"
    )
    why = (
        "Because such networks are harder to train, not because they overfit"
        if fall.low > 0
        else "These runs do not show that training gets harder"
    )
    return (
        f"{why}: from {depths[k]} to {last} layers the mean training accuracy falls by {fall.median:.1f} points too. "
        f"The first layer's gradient at the start is {gradient[0]:.2g} at depth {first} and {gradient[-1]:.2g} at "
        f"depth {last}; {dead[0]:.0f} % and {dead[-1]:.0f} % of the units end dead, "
        f"{int(measured.constant[0].sum())} and {int(measured.constant[-1].sum())} of {n} "
        "networks end constant, and the quartiles of the seeds lie "
        f"{spread[0]:.0f} points apart at depth {depths[k]}, {spread[1]:.0f} at depth {last}; {start}.{cure}"
    )
