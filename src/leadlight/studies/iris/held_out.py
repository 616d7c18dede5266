"""Accuracy on flowers not trained on, beside scikit-learn's own network and logistic regression, split by split."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np

from ...data import Dataset, standardise
from ..page import Page
from .sweeps import train_iris

__all__ = ["compare_held_out", "held_out_accuracies"]

METHODS = ("leadlight", "MLPClassifier", "MLPClassifier (defaults)", "LogisticRegression")


def held_out_accuracies(page: Page, data: Dataset, epochs: int, n_splits: int) -> dict[str, np.ndarray]:
    """Accuracy in per cent of each method on each of `n_splits` stratified test fifths, (n_splits,) each.

    ``data`` is not yet standardised: each split is, by its training part.
    """
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import StratifiedShuffleSplit
    from sklearn.neural_network import MLPClassifier

    splitter = StratifiedShuffleSplit(n_splits, test_size=0.2, random_state=page.seeds("splits", 1)[0])
    seeds = page.seeds("held-out networks", n_splits)
    found: dict[str, list[float]] = {name: [] for name in METHODS}
    report = page.progress("held-out splits", n_splits)
    for number, (inside, outside) in enumerate(splitter.split(data.X, data.y)):
        train_part, test_part = standardise(data.take(inside), data.take(outside))
        seed = seeds[number]
        ours = train_iris(train_part, [10], [0.1], [seed], epochs, test=test_part)
        found["leadlight"].append(float(ours.metrics["test_accuracy"][0, -1]))
        alike: dict[str, Any] = {
            "solver": "sgd", "learning_rate_init": 0.1, "momentum": 0.0, "alpha": 0.0,
            "batch_size": len(train_part), "max_iter": epochs, "n_iter_no_change": epochs,
        }  # fmt: skip
        models = {
            "MLPClassifier": MLPClassifier((10,), random_state=seed, **alike),
            "MLPClassifier (defaults)": MLPClassifier(random_state=seed),
            "LogisticRegression": LogisticRegression(),
        }
        for name, model in models.items():
            with warnings.catch_warnings():  # a fixed number of epochs is what is compared
                warnings.simplefilter("ignore", ConvergenceWarning)
                model.fit(train_part.X, train_part.y)
            found[name].append(float(model.score(test_part.X, test_part.y)))
        report(number + 1)
    return {name: 100 * np.array(values) for name, values in found.items()}


def compare_held_out(page: Page, data: Dataset, epochs: int, n_splits: int) -> None:
    """Table the held-out accuracies and the paired differences, with bootstrap intervals of the mean."""
    found = held_out_accuracies(page, data, epochs, n_splits)
    rng = page.rng("bootstrap")
    rows, differences = [], {}
    for name, values in found.items():
        difference = found["leadlight"] - values
        picks = rng.integers(0, n_splits, (4000, n_splits))
        low, high = np.percentile(difference[picks].mean(axis=1), [2.5, 97.5])
        differences[name] = (float(difference.mean()), float(low), float(high))
        shown = None if name == "leadlight" else f"{difference.mean():+.2f} ({low:+.2f} to {high:+.2f})"
        rows.append([name, float(values.mean()), float(values.std(ddof=1)), page.interval(values), shown])
    page.table(
        "held-out",
        ["model", "mean accuracy", "sd", "median [quartiles]", "leadlight minus this, paired"],
        rows,
        f"Accuracy in per cent on {n_splits} stratified test fifths. First two: 10 ReLU units, full-batch gradient "
        f"descent at 0.1 for {epochs} epochs. Defaults: 100 units, Adam, 200 epochs. Differences: mean with its 95 % "
        "bootstrap interval over splits.",
        formats=[None, ".2f", ".2f", ".1f", None],
    )
    mean, low, high = differences["MLPClassifier"]
    page.claim(
        "same-as-scikit-learn",
        "Trained alike, leadlight's network and scikit-learn's MLPClassifier do not differ on held-out data: the "
        "95 % interval of the paired difference contains 0.",
        low <= 0.0 <= high,
        {"mean difference": mean, "low": low, "high": high, "splits": n_splits},
        must_hold=False,
    )
    logistic, low, high = differences["LogisticRegression"]
    verdict = (
        "no clear difference"
        if low <= 0 <= high
        else ("the network is better" if low > 0 else "the network is worse")
    )
    page.answer(
        "Is a network needed here at all?",
        f"On held-out data the network reaches {found['leadlight'].mean():.1f} % and logistic regression, which has no "
        f"hidden unit, {found['LogisticRegression'].mean():.1f} %. The paired difference is {logistic:+.2f} points "
        f"({low:+.2f} to {high:+.2f}): {verdict}.",
    )
