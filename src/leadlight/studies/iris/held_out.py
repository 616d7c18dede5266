"""Accuracy on flowers not trained on, beside scikit-learn's own network and logistic regression, split by split.

scikit-learn's network is trained twice like ours: from our starts, which shows that both programs do the same,
and from its own, wider ones, which shows what a start is worth.
"""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np

from ...data import Dataset, standardise
from ...network import Network
from ..page import Page
from .sweeps import train_iris

__all__ = ["compare_held_out", "held_out_accuracies", "train_in_scikit_learn"]

OURS, SAME_STARTS, OWN_STARTS = "leadlight", "MLPClassifier, our starts", "MLPClassifier, its own starts"
DEFAULTS, LOGISTIC = "MLPClassifier (defaults)", "LogisticRegression"


def train_in_scikit_learn(data: Dataset, epochs: int, seed: int, start: Network | None = None) -> Any:
    """Train scikit-learn's 10-unit network as the study trains ours: full-batch gradient descent at 0.1.

    From a given start (three classes or more) the network is first made by a single epoch, then given the start's
    weights, and trained on from there (``warm_start``).
    """
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.neural_network import MLPClassifier

    settings: dict[str, Any] = {
        "solver": "sgd", "learning_rate_init": 0.1, "momentum": 0.0, "alpha": 0.0, "batch_size": len(data),
        "max_iter": epochs if start is None else 1, "n_iter_no_change": epochs + 1,
    }  # fmt: skip
    model = MLPClassifier((10,), random_state=seed, warm_start=start is not None, **settings)
    with warnings.catch_warnings():  # a fixed number of epochs is what is compared
        warnings.simplefilter("ignore", ConvergenceWarning)
        model.fit(data.X, data.y)
        if start is not None:
            model.coefs_ = [w.T.copy() for w in start.weights]
            model.intercepts_ = [b.copy() for b in start.biases]
            model.set_params(max_iter=epochs).fit(data.X, data.y)
    return model


def held_out_accuracies(
    page: Page, data: Dataset, epochs: int, n_splits: int
) -> tuple[dict[str, np.ndarray], float]:
    """Measure each method on each of `n_splits` stratified test fifths.

    ``data`` is not yet standardised: each split is, by its training part.

    Returns
    -------
    accuracies : dict of str to ndarray, shape (n_splits,)
        In per cent.
    difference : float
        Greatest difference of a weight between ours and scikit-learn's network from the same start.
    """
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import StratifiedShuffleSplit
    from sklearn.neural_network import MLPClassifier

    splitter = StratifiedShuffleSplit(n_splits, test_size=0.2, random_state=page.seeds("splits", 1)[0])
    seeds = page.seeds("held-out networks", n_splits)
    found: dict[str, list[float]] = {}
    difference = 0.0
    report = page.progress("held-out splits", n_splits)
    for number, (inside, outside) in enumerate(splitter.split(data.X, data.y)):
        train_part, test_part = standardise(data.take(inside), data.take(outside))
        seed = seeds[number]
        ours = train_iris(train_part, [10], [0.1], [seed], epochs, test=test_part, dtype="float64")
        found.setdefault(OURS, []).append(float(ours.metrics["test_accuracy"][0, -1]))
        models: dict[str, Any] = {}
        if data.n_classes > 2:  # for two classes scikit-learn's network has one output, and ours has two
            same = train_in_scikit_learn(train_part, epochs, 0, ours.initial_networks[0])
            models[SAME_STARTS] = same
            pairs = zip(ours.networks[0].weights, same.coefs_)
            difference = max(difference, *(float(np.abs(w - v.T).max()) for w, v in pairs))
        models[OWN_STARTS] = train_in_scikit_learn(train_part, epochs, seed)
        models[DEFAULTS], models[LOGISTIC] = MLPClassifier(random_state=seed), LogisticRegression()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)
            for name in (DEFAULTS, LOGISTIC):
                models[name].fit(train_part.X, train_part.y)
        for name, model in models.items():
            found.setdefault(name, []).append(float(model.score(test_part.X, test_part.y)))
        report(number + 1)
    return {name: 100 * np.array(values) for name, values in found.items()}, difference


def compare_held_out(page: Page, data: Dataset, epochs: int, n_splits: int) -> None:
    """Table the held-out accuracies and the paired differences, with bootstrap intervals of the mean."""
    found, gap = held_out_accuracies(page, data, epochs, n_splits)
    rng = page.rng("bootstrap")
    rows, differences = [], {}
    for name, values in found.items():
        difference = found[OURS] - values
        picks = rng.integers(0, n_splits, (4000, n_splits))
        low, high = np.percentile(difference[picks].mean(axis=1), [2.5, 97.5])
        differences[name] = (float(difference.mean()), float(low), float(high))
        shown = None if name == OURS else f"{difference.mean():+.2f} ({low:+.2f} to {high:+.2f})"
        rows.append([name, float(values.mean()), float(values.std(ddof=1)), page.interval(values), shown])
    page.table(
        "held-out",
        ["model", "mean accuracy", "sd", "median [quartiles]", "leadlight minus this, paired"],
        rows,
        f"Accuracy in per cent on {n_splits} stratified test fifths. Leadlight, and MLPClassifier from the same or its "
        f"own starts: 10 ReLU units, full-batch gradient descent at 0.1 for {epochs} epochs, float64. Defaults: 100 "
        "units, Adam, 200 epochs. Differences: mean with its 95 % bootstrap interval over splits.",
        formats=[None, ".2f", ".2f", ".1f", None],
    )
    if SAME_STARTS in found:
        apart = int(np.sum(found[OURS] != found[SAME_STARTS]))
        page.claim(
            "same-as-scikit-learn",
            "From the same starts leadlight's network and scikit-learn's MLPClassifier become the same: no weight "
            "differs by more than $10^{-6}$, and the accuracy is the same on every split.",
            gap <= 1e-6 and apart == 0,
            {
                "greatest difference of a weight": gap,
                "splits": n_splits,
                "splits with another accuracy": apart,
            },
            must_hold=epochs <= 200,  # rounding grows with the epochs
        )
    mean, low, high = differences[OWN_STARTS]
    page.claim(
        "wider-starts-learn-faster",
        "From its own starts, whose weights are drawn from wider intervals than torch's default, MLPClassifier is more "
        "accurate on held-out data after as many epochs: the 95 % interval of the paired difference lies below 0.",
        high < 0,
        {"mean difference": mean, "low": low, "high": high, "splits": n_splits},
        must_hold=False,
    )
    logistic, low, high = differences[LOGISTIC]
    verdict = (
        "no clear difference"
        if low <= 0 <= high
        else ("the network is better" if low > 0 else "the network is worse")
    )
    page.answer(
        "Is a network needed here at all?",
        f"On held-out data the network reaches {found[OURS].mean():.1f} % and logistic regression, which has no "
        f"hidden unit, {found[LOGISTIC].mean():.1f} %. The paired difference is {logistic:+.2f} points "
        f"({low:+.2f} to {high:+.2f}): {verdict}.",
    )
