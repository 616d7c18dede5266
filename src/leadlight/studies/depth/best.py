"""Which depth is best, and how sure is that: paired bootstrap over seeds, under both budget rules.

Seeds are resampled whole, with all their depths, so that what a seed's data and orders have in common cancels
(Efron and Tibshirani 1993, percentile intervals). The best depth is found anew in each resample; choosing it
is part of what is uncertain.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .._intervals import share
from ..page import Page
from ..result import Interval
from .compare import Comparison

__all__ = ["BestDepth", "best_depth", "inner_lead", "judge", "paired_difference", "usual_winner"]

RESAMPLES = 4000
CERTAIN = 0.95
NAMES = {"at_least": "at least", "fair": "fair"}


@dataclass(frozen=True)
class BestDepth:
    """The depth of the highest mean accuracy, and how often each depth is that in resamples of the seeds."""

    depth: int
    shares: dict[int, float]

    @property
    def rivals(self) -> list[int]:
        """The fewest depths that are the best in at least 95 % of the resamples together, rising."""
        order = sorted(self.shares, key=lambda depth: -self.shares[depth])
        total = np.cumsum([self.shares[depth] for depth in order])
        return sorted(order[: int(np.searchsorted(total, CERTAIN)) + 1])

    @property
    def certain(self) -> bool:
        """Whether it is the best in at least 95 % of the resamples."""
        return self.shares[self.depth] >= CERTAIN


def resampled_means(accuracy: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Mean accuracies (n_depths, RESAMPLES) of resamples of the seeds, the same seeds at every depth."""
    n = accuracy.shape[1]
    counts = rng.multinomial(n, np.full(n, 1 / n), size=RESAMPLES)
    return accuracy @ counts.T / n


def best_depth(depths: list[int], accuracy: np.ndarray, rng: np.random.Generator) -> BestDepth:
    """Find the best depth from accuracies (n_depths, n_seeds)."""
    winners = np.argmax(resampled_means(accuracy, rng), axis=0)
    shares = {depth: float(np.mean(winners == k)) for k, depth in enumerate(depths)}
    return BestDepth(depths[int(np.argmax(accuracy.mean(axis=1)))], shares)


def paired_difference(a: np.ndarray, b: np.ndarray, rng: np.random.Generator) -> Interval:
    """Mean of a - b over seeds (n_seeds,), with its 95 % bootstrap interval (``median`` holds the mean)."""
    means = resampled_means((a - b)[None], rng)[0]
    low, high = np.percentile(means, [2.5, 97.5])
    return Interval(float(np.mean(a - b)), float(low), float(high), len(a), "bootstrap")


def usual_winner(depths: list[int], accuracy: np.ndarray) -> tuple[int, dict[int, Interval]]:
    """Find the depth that wins most seeds against whichever rival does best against it.

    Returns
    -------
    depth : int
    shares : dict of int to Interval
        By rival, the share of the seeds (columns of `accuracy`, one row a depth) in which the depth is strictly
        better, with Wilson's interval.
    """
    n = accuracy.shape[1]
    wins = (accuracy[:, None] > accuracy[None]).sum(axis=2)  # [i, j]: seeds in which i beats j
    rivals = np.where(np.eye(len(depths), dtype=bool), n, wins).min(axis=1)
    k = int(np.argmax(rivals))
    return depths[k], {d: share(int(wins[k, j]), n) for j, d in enumerate(depths) if j != k}


def inner_lead(accuracy: np.ndarray, rng: np.random.Generator) -> Interval:
    """Lead of the best depth between the ends over the better end, the best found anew in each resample."""

    def lead(means: np.ndarray) -> np.ndarray:
        return means[1:-1].max(axis=0) - np.maximum(means[0], means[-1])

    low, high = np.percentile(lead(resampled_means(accuracy, rng)), [2.5, 97.5])
    value = lead(accuracy.mean(axis=1, keepdims=True))[0]
    return Interval(float(value), float(low), float(high), accuracy.shape[1], "bootstrap")


def judge(page: Page, runs: Comparison, epochs: int, longer: int) -> dict[str, BestDepth]:
    """Tabulate accuracies and best depths; claim what both rules agree on. Returns the best by rule."""
    depths, n = runs.depths, runs.n_seeds
    rows, best, late, pairs = [], {}, {}, []
    for rule in runs.rules:
        test, train = runs.table("test", rule), runs.table("train", rule)
        best[rule] = best_depth(depths, test, page.rng(f"best {rule}"))
        late[rule] = best_depth(depths, runs.table("test", rule, 1), page.rng(f"late {rule}"))
        winner = depths.index(best[rule].depth)
        for k, depth in enumerate(depths):
            row = [NAMES[rule], depth, page.interval(train[k]), page.interval(test[k]), float(test[k].mean())]
            row += [100 * best[rule].shares[depth]]
            rows.append(row + ([100 * late[rule].shares[depth]] if longer > 1 else []))
            if k != winner:
                difference = paired_difference(test[winner], test[k], page.rng(f"pair {rule} {depth}"))
                wins = page.share(int((test[winner] > test[k]).sum()), n)
                pairs.append([NAMES[rule], f"{depths[winner]} against {depth}", difference, wins])
    columns = ["rule", "layers", "train", "test", "mean test", "best in %"]
    columns += ["later"] if longer > 1 else []
    page.table(
        "accuracy",
        columns,
        rows,
        f"Accuracy in per cent after {epochs} epochs, median and quartiles of {n} seeds, and the mean. Best: in how "
        f"many per cent of {RESAMPLES:,} resamples of the seeds this depth has the highest mean"
        + (f"; later: the same after {epochs * longer} epochs." if longer > 1 else "."),
        formats=[None, None] + [".1f"] * (len(columns) - 2),
    )
    page.table(
        "paired",
        ["rule", "layers", "mean difference in test accuracy", "share of seeds won"],
        pairs,
        "The depth of the highest mean against each other depth, seed by seed: points of per cent with a 95 % "
        "bootstrap interval, and the share of seeds in which it wins with Wilson's interval.",
        formats=[None, None, "+.1f", ".2f"],
    )
    if len(depths) > 2:
        leads = {r: inner_lead(runs.table("test", r), page.rng(f"inner {r}")) for r in runs.rules}
        page.claim(
            "neither-end-is-best",
            f"Under both rules a depth between {depths[0]} and {depths[-1]} is better than either of them: the "
            "bootstrap interval of its lead lies above zero.",
            all(lead.low > 0 for lead in leads.values()),
            {f"lead in points, {NAMES[r]}": lead for r, lead in leads.items()},
            must_hold=False,
        )
    evidence: dict = {f"best depth, {NAMES[r]}": b.depth for r, b in best.items()}
    evidence |= {f"share of resamples, {NAMES[r]}": b.shares[b.depth] for r, b in best.items()}
    evidence |= {f"95 % of the resamples, {NAMES[r]}": _listed(b.rivals) for r, b in best.items()}
    agreed = len({b.depth for b in best.values()}) == 1
    page.claim(
        "one-best-depth",
        "One depth is the best for test accuracy under both budget rules, each in at least 95 % of the resamples.",
        agreed and all(b.certain for b in best.values()),
        {**evidence, "seeds": n},
        must_hold=False,
    )
    usual = {rule: usual_winner(depths, runs.table("test", rule)) for rule in runs.rules}
    page.claim(
        "one-depth-wins-most-seeds",
        "Seed by seed one depth beats each other depth more often than not, the same depth under both rules: Wilson's "
        "interval of the share of seeds lies above one half against every rival.",
        len({depth for depth, _ in usual.values()}) == 1
        and all(won.low > 0.5 for _, shares in usual.values() for won in shares.values()),
        {
            f"{depth} against {rival}, {NAMES[r]}": won
            for r, (depth, shares) in usual.items()
            for rival, won in shares.items()
        },
        must_hold=False,
    )
    if longer > 1:
        page.claim(
            "patience-settles-it",
            f"After {epochs * longer} epochs one depth is the best under both rules, each in at least 95 % of the "
            "resamples.",
            len({b.depth for b in late.values()}) == 1 and all(b.certain for b in late.values()),
            {f"best depth, {NAMES[r]}": b.depth for r, b in late.items()}
            | {f"share of resamples, {NAMES[r]}": b.shares[b.depth] for r, b in late.items()},
            must_hold=False,
        )
        page.claim(
            "patience-keeps-the-order",
            f"After {epochs * longer} epochs the best depth is under each rule still the one of {epochs} epochs.",
            all(late[r].depth == best[r].depth for r in runs.rules),
            {
                f"best depth after {e} epochs, {NAMES[r]}": b[r].depth
                for e, b in ((epochs, best), (epochs * longer, late))
                for r in runs.rules
            },
            must_hold=False,
        )
    return best


def _listed(depths: list[int]) -> str:
    return " or ".join(map(str, depths))
