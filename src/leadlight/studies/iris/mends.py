"""Two mistakes of the sheet: a sigmoid before the cross-entropy, and an accuracy that reads a global."""

from __future__ import annotations

import math

import numpy as np

from ...data import Dataset
from ...functions import logsumexp
from ..page import Page
from .sweeps import train_iris

__all__ = ["mend_global", "mend_sigmoid", "sigmoid_floor"]


def sigmoid_floor(n_classes: int) -> float:
    """The least cross-entropy of "logits" in [0, 1]: ln(1 + (k - 1) / e).

    Examples
    --------
    >>> round(sigmoid_floor(3), 4)
    0.5514
    """
    return math.log1p((n_classes - 1) / math.e)


def mend_sigmoid(page: Page, data: Dataset, epochs: int, n_seeds: int) -> None:
    """Derive the floor, train with and without the sigmoid, and show both."""
    k = data.n_classes
    floor = sigmoid_floor(k)
    corners = np.array(np.meshgrid(*[np.linspace(0, 1, 21)] * min(k, 4))).reshape(min(k, 4), -1).T
    losses = logsumexp(corners, axis=1) - corners[:, 0]
    page.derivation(
        "A sigmoid before the cross-entropy keeps the loss up",
        [
            r"The loss of one sample with true class $c$ is $\log \sum_j e^{z_j} - z_c$. With a sigmoid before it "
            r"every $z_j$ lies in $(0, 1)$.",
            r"It falls as $z_c$ grows and rises with each other $z_j$, so the least value is approached at $z_c = 1$ "
            r"and all others 0: $\log(e + k - 1) - 1 = \log(1 + (k-1)/e)$.",
            rf"For $k = {k}$ that is {floor:.4f}.",
        ],
        f"Least loss on a grid of 21 values for each of {min(k, 4)} inputs in [0, 1], against the formula for as many "
        "classes",
        abs(float(losses.min()) - sigmoid_floor(min(k, 4))),
        1e-12,
    )
    seeds = page.seeds("sigmoid", n_seeds)
    runs = {
        name: train_iris(
            data, [10] * n_seeds, [0.1] * n_seeds, seeds, epochs,
            output_activation=name, progress=page.training_progress(f"output {name}"),
        )
        for name in ("sigmoid", "identity")
    }  # fmt: skip
    losses = {name: r.metrics["train_loss"][:, -1] for name, r in runs.items()}
    wrong, right = (page.interval(losses[name]) for name in ("sigmoid", "identity"))
    page.claim(
        "sigmoid-floor",
        f"With a sigmoid before the cross-entropy no loss ever falls below ln(1 + {k - 1}/e) = {floor:.4f}.",
        bool(min(losses["sigmoid"].min(), np.nanmin(runs["sigmoid"].losses)) > floor),
        {
            "floor": floor,
            "least loss with the sigmoid": float(losses["sigmoid"].min()),
            "with it": wrong,
            "without": right,
        },
    )
    page.mend(
        "A sigmoid before a cross-entropy that expects logits",
        f"The sheet's network ends in a sigmoid and hands that to a cross-entropy which applies softmax itself. The "
        f"same {n_seeds} starts, {epochs} epochs at 0.1, with and without it: the loss cannot fall below {floor:.4f}.",
        wrong=f"with the sigmoid: loss {wrong:.3f}",
        right=f"logits as they are: loss {right:.3f}",
    )


def mend_global(page: Page, data: Dataset, epochs: int) -> None:
    """An accuracy that divides by the number of samples of another data set."""
    held_out = data.take(np.arange(0, len(data), 5))
    runs = train_iris(data, [10], [0.1], page.seeds("global", 1), epochs)
    right_ones = int(np.sum(np.argmax(runs.networks[0](held_out.X), axis=1) == held_out.y))
    wrong, right = 100 * right_ones / len(data), 100 * right_ones / len(held_out)
    page.mend(
        "An accuracy that reads a global",
        f"The sheet's accuracy divides by a global number of samples ({len(data)}). Called with {len(held_out)} "
        "samples it is off by the ratio of the two, without an error. A function should read its arguments only.",
        wrong=f"{right_ones} / {len(data)} = {wrong:.1f} %",
        right=f"{right_ones} / {len(held_out)} = {right:.1f} %",
    )
