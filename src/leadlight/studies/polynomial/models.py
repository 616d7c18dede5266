"""The models: a linear layer on all monomials up to a degree, raw or standardised, and a small MLP.

Every model maps points of the plane to logits. Accuracies are taken on training and test points of the arms for t
in [0, 1], and on the arms continued to t in (1, 1.3]. A seed stands for initial weights, a data set and the batch
orders, and has the same data and orders in every model.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from ...data import Dataset, polynomial_features, spirals, split, standardise
from ...functions import softmax
from ...network import Network
from ...random_network import mlp
from ...training import train
from ..page import Page

__all__ = [
    "ArmSet",
    "Fit",
    "Model",
    "arm_sets",
    "as_they_are",
    "fit",
    "monomials",
    "outside_arms",
    "test_again",
]

LEARNING_RATE = 1e-3
AT_ONCE = 2048  # points whose monomials are held at once: 22 MB at degree 50
FAR = 1.3  # the arms are continued to this t

Features = Callable[[np.ndarray], np.ndarray]


@dataclass(frozen=True)
class ArmSet:
    """One draw of the arms: for training, for testing, and continued outwards; with the seeds that use it."""

    train: Dataset
    test: Dataset
    outside: Dataset
    seeds: list[int]


@dataclass(frozen=True)
class Model:
    """Features, then a network on them."""

    features: Features
    network: Network

    def __call__(self, X: np.ndarray) -> np.ndarray:
        """Logits (n, n_classes) of points (n, 2)."""
        parts = [self.network(self.features(X[k : k + AT_ONCE])) for k in range(0, len(X), AT_ONCE)]
        return np.concatenate(parts)


@dataclass(frozen=True)
class Fit:
    """Trained models, one a seed, with their accuracies in per cent, arrays (n_seeds,)."""

    models: list[Model]
    train: np.ndarray
    test: np.ndarray
    outside: np.ndarray
    confidence: np.ndarray  # mean probability, outside, that softmax gives the class chosen
    diverged: int  # runs stopped early, counted with the weights they had

    @property
    def n_parameters(self) -> int:
        """Of each network."""
        return self.models[0].network.n_parameters


def outside_arms(n_per_class: int, seed: int) -> Dataset:
    """Arms continued to t in (1, 1.3]: t = 1 itself belongs to the training range and is left out."""
    return spirals(n_per_class, seed=seed, t_range=(1 + (FAR - 1) / n_per_class, FAR))


def arm_sets(page: Page, n_per_class: int, n_sets: int, n_seeds: int) -> list[ArmSet]:
    """Draw the arms `n_sets` times and deal the seeds out to them."""
    seeds = page.seeds("networks", n_seeds)
    sets = []
    for k, seed in enumerate(page.seeds("data", n_sets)):
        part, held_out = split(spirals(n_per_class, seed=seed), 0.2, seed=seed)
        sets.append(ArmSet(part, held_out, outside_arms(n_per_class, seed ^ 1), seeds[k::n_sets]))
    return [drawn for drawn in sets if drawn.seeds]


def as_they_are(train: Dataset) -> Features:
    """The two coordinates."""
    return lambda X: X


def monomials(degree: int, scaled: bool) -> Callable[[Dataset], Features]:
    """All monomials up to `degree`; scaled: each to mean 0 and standard deviation 1 on the training points."""

    def of(train: Dataset) -> Features:
        if not scaled:
            return lambda X: polynomial_features(X, degree)
        base = polynomial_features(train.X, degree)
        ends = np.repeat(
            [[0.0], [1.0]], base.shape[1], axis=1
        )  # standardising is affine: its values at 0 and 1
        zero, one = standardise(_table(base), _table(ends))[1].X
        return lambda X: zero + (one - zero) * polynomial_features(X, degree)

    return of


def _table(features: np.ndarray) -> Dataset:
    return Dataset(features, np.zeros(len(features), dtype=np.int64))


def fit(
    page: Page,
    label: str,
    sets: Sequence[ArmSet],
    features: Callable[[Dataset], Features],
    *,
    widths: Sequence[int] = (),
    epochs: int,
    batch: int,
) -> Fit:
    """Train one model for each seed: softmax cross-entropy, Adam at 1e-3, mini-batches, float32."""
    report = page.training_progress(label)
    models: list[Model] = []
    shares: dict[str, list[float]] = {"train": [], "test": [], "outside": [], "confidence": []}
    diverged = 0
    for number, drawn in enumerate(sets):
        of = features(drawn.train)
        inputs = {what: of(getattr(drawn, what).X) for what in ("train", "test", "outside")}
        runs = train(
            [mlp(inputs["train"].shape[1], widths, drawn.train.n_classes, seed=s) for s in drawn.seeds],
            (inputs["train"], drawn.train.y),
            loss="cross_entropy",
            optimizer="adam",
            lr=LEARNING_RATE,
            epochs=epochs,
            batch_size=batch,
            seed=drawn.seeds,
            record="epoch",
            device="cpu",
            progress=lambda done, total, number=number: report(number * total + done, len(sets) * total),
        )
        diverged += int(runs.diverged.sum())
        models += [Model(of, net) for net in runs.networks]
        for net in runs.networks:
            for what, values in inputs.items():
                logits = net(values)
                shares[what].append(100 * float(np.mean(logits.argmax(axis=1) == getattr(drawn, what).y)))
                if what == "outside":
                    shares["confidence"].append(100 * float(softmax(logits, axis=1).max(axis=1).mean()))
    return Fit(models, **{what: np.array(values) for what, values in shares.items()}, diverged=diverged)


def test_again(page: Page, fitted: Fit, n_per_class: int, n_tests: int) -> np.ndarray:
    """Per cent (n_seeds, n_tests) on fresh test sets, each split off a new draw of the arms as the first were."""
    accuracies = []
    for seed in page.seeds("fresh test sets", n_tests):
        _, drawn = split(spirals(n_per_class, seed=seed), 0.2, seed=seed)
        inputs: dict[int, np.ndarray] = {}  # by feature map, which the models of one data set share
        for model in fitted.models:
            if id(model.features) not in inputs:
                inputs[id(model.features)] = model.features(drawn.X)
            classes = model.network(inputs[id(model.features)]).argmax(axis=1)
            accuracies.append(100 * float(np.mean(classes == drawn.y)))
    return np.reshape(accuracies, (n_tests, len(fitted.models))).T
