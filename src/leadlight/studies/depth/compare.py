"""Train the same seeds at every depth: one table of accuracies a rule, paired by seed.

A seed stands for initial draws, a data set and the batch orders; it has the same data and orders at every depth
and under every rule, so that differences between depths are paired. Networks with equal widths (one hidden
layer, under both rules) are trained once.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from ...data import Dataset
from ...network import Network
from ...random_network import mlp
from ...training import train
from ..page import Page
from .samples import Pair

__all__ = ["Comparison", "compare", "seeds_and_data"]

Widths = tuple[int, ...]
LEARNING_RATE = 1e-3


@dataclass(frozen=True)
class Comparison:
    """What came of the runs; one row a seed order throughout, seeds grouped by their data set.

    Attributes: train, test map (rule, depth) to per cent (2, n_seeds), row 0 after the sheet's epochs, row 1
    after the longest training; losses to (n_seeds, n_steps) up to the sheet's epochs; initial, networks to
    lists of Network before training and after the sheet's epochs; data holds each seed's training data.
    """

    widths: Mapping[tuple[str, int], Widths]
    train: Mapping[tuple[str, int], np.ndarray]
    test: Mapping[tuple[str, int], np.ndarray]
    losses: Mapping[tuple[str, int], np.ndarray]
    initial: Mapping[tuple[str, int], list[Network]]
    networks: Mapping[tuple[str, int], list[Network]]
    data: list[Dataset]

    @property
    def rules(self) -> list[str]:
        """The rules in order."""
        return list(dict.fromkeys(rule for rule, _ in self.widths))

    @property
    def depths(self) -> list[int]:
        """The depths, rising."""
        return sorted({depth for _, depth in self.widths})

    @property
    def n_seeds(self) -> int:
        """Runs a depth and rule."""
        return len(self.data)

    def table(self, what: str, rule: str, when: int = 0) -> np.ndarray:
        """Per cent (n_depths, n_seeds) of ``"train"`` or ``"test"``; `when` 1: after the longest training."""
        return np.stack([getattr(self, what)[rule, depth][when] for depth in self.depths])


def seeds_and_data(page: Page, pairs: Sequence[Pair], n_seeds: int) -> list[tuple[Pair, list[int]]]:
    """Deal the seeds out to the data sets, as evenly as can be; every data set gets a block of them."""
    seeds = page.seeds("networks", n_seeds)
    return [(pair, seeds[k :: len(pairs)]) for k, pair in enumerate(pairs) if seeds[k :: len(pairs)]]


def compare(
    page: Page,
    label: str,
    dealt: Sequence[tuple[Pair, list[int]]],
    widths: Mapping[tuple[str, int], Widths],
    *,
    epochs: int,
    longer: int,
    batch: int,
    init: str = "torch",
) -> Comparison:
    """Train every shape with every seed: Adam 1e-3, mini-batches, the last partial one dropped, float32."""
    shapes = list(dict.fromkeys(widths.values()))
    found: dict[str, dict[Widths, list]] = {
        what: {shape: [] for shape in shapes} for what in ("train", "test", "losses", "initial", "networks")
    }
    data: list[Dataset] = []
    report = page.training_progress(label)
    for number, ((part, held_out), seeds) in enumerate(dealt):
        runs = train(
            [
                mlp(part.n_features, shape, part.n_classes, activation="relu", init=init, seed=seed)
                for shape in shapes
                for seed in seeds
            ],
            part,
            loss="cross_entropy",
            optimizer="adam",
            lr=LEARNING_RATE,
            epochs=epochs * longer,
            batch_size=batch,
            drop_last=True,
            seed=seeds * len(shapes),
            test=held_out,
            metrics_every=epochs,
            snapshots=(epochs,),
            device="cpu",
            progress=lambda done, total, number=number: report(number * total + done, len(dealt) * total),
        )
        n_steps = runs.losses.shape[1] // longer
        for k, shape in enumerate(shapes):
            own = slice(k * len(seeds), (k + 1) * len(seeds))
            for what in ("train", "test"):
                found[what][shape].append(100 * runs.metrics[f"{what}_accuracy"][own][:, [0, -1]].T)
            found["losses"][shape].append(runs.losses[own, :n_steps])
            found["initial"][shape] += runs.initial_networks[own]
            found["networks"][shape] += runs.snapshots[epochs][own]
        data += [part] * len(seeds)

    def by_key(what: str, axis: int | None = None) -> dict:
        parts = found[what]
        return {
            key: parts[shape] if axis is None else np.concatenate(parts[shape], axis)
            for key, shape in widths.items()
        }

    return Comparison(
        dict(widths),
        by_key("train", 1),
        by_key("test", 1),
        by_key("losses", 0),
        by_key("initial"),
        by_key("networks"),
        data,
    )
