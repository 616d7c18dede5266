"""Does it matter to shuffle a full batch? A sum does not know its order, up to rounding."""

from __future__ import annotations

import numpy as np

from leadlight.data import Dataset, as_column
from leadlight.network import Network
from leadlight.random_network import mlp
from leadlight.studies.page import Page
from leadlight.training import train

__all__ = ["Reshuffled", "full_batch"]


class Reshuffled:
    """The same samples in a new order each epoch, as an epoch source of `train`."""

    def __init__(self, data: Dataset, rng: np.random.Generator) -> None:
        self.X, self.y, self.n_samples, self._rng = data.X, as_column(data), len(data), rng

    def epoch(self, number: int) -> tuple[np.ndarray, np.ndarray]:
        """Return all samples in a fresh random order."""
        order = self._rng.permutation(self.n_samples)
        return self.X[order], self.y[order]


def full_batch(page: Page, data: Dataset, epochs: int) -> None:
    """Train with and without shuffling, full batch and mini-batch, in float64 and float32."""
    net = mlp(2, [3], 1, activation="sigmoid", seed=page.seeds("shuffling", 1)[0], dtype="float64")
    fixed = data.X, as_column(data)
    settings: dict = {"loss": "bce-with-logits", "optimizer": "adam", "lr": 1e-2, "epochs": epochs}
    rows, gaps = [], {}
    for dtype in ("float64", "float32"):
        plain = train(net, fixed, dtype=dtype, **settings)
        mixed = train(net, Reshuffled(data, page.rng("orders")), dtype=dtype, **settings)
        gaps[dtype] = _gap(plain.networks[0], mixed.networks[0])
        loss_gap = float(np.abs(plain.losses - mixed.losses).max())
        rows.append([f"full batch, {dtype}", epochs, gaps[dtype], loss_gap])
    size = min(128, len(data))
    mini = [
        train(net, fixed, dtype="float64", batch_size=size, seed=seed, record="epoch", **settings)
        for seed in page.seeds("mini-batches", 2)
    ]
    gaps["mini"] = _gap(mini[0].networks[0], mini[1].networks[0])
    rows.append([f"batches of {size}, float64", epochs, gaps["mini"],
                 float(np.abs(mini[0].losses - mini[1].losses).max())])  # fmt: skip
    page.table(
        "shuffling",
        ["training", "epochs", "greatest difference of a parameter", "greatest difference of a loss"],
        rows,
        "One 2-3-1 network, Adam at 0.01. Full batch: the samples in one order, against a new order each "
        "epoch. Batches: two different orders.",
        formats=[None, None, ".1e", ".1e"],
        section="Shuffling a full batch",
    )
    page.claim(
        "full-batch-order",
        "In float64 shuffling a full batch changes no parameter by more than $10^{-8}$.",
        gaps["float64"] <= 1e-8,
        {"greatest difference": gaps["float64"], "in float32": gaps["float32"], "of batches": gaps["mini"]},
    )
    page.answer(
        "Does shuffling a full batch matter?",
        f"No, up to rounding: after {epochs} epochs in float64 no parameter differs by more than "
        f"{gaps['float64']:.1e} (float32: {gaps['float32']:.1e}), because the gradient is a sum over all "
        "points and only the order of its additions changes. In batches of "
        f"{size} the order decides which points share a step, and parameters differ by up to "
        f"{gaps['mini']:.2g}.",
    )


def _gap(a: Network, b: Network) -> float:
    pairs = zip((*a.weights, *a.biases), (*b.weights, *b.biases))
    return max(float(np.abs(x - y).max()) for x, y in pairs)
