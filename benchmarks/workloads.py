"""The training workloads W1 to W6: what the benchmarks time and the tests check, defined here and nowhere else.

Initial weights are those of torch's Linear, drawn by `ll.mlp` from the run's seed; a run's batch orders are
those of `leadlight.training.order` with the key (0, run), and an epoch's last, smaller batch is left out.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np

import leadlight as ll
from leadlight.training import order


@dataclass
class Workload:
    """What is trained, run by run: nets[i] at rates[i], the data shared."""

    X: np.ndarray
    y: np.ndarray
    nets: list[ll.Network]
    rates: np.ndarray
    loss: str
    optimizer: str
    epochs: int
    batch_size: int | None = None

    @property
    def steps_per_epoch(self) -> int:
        return len(self.X) // (self.batch_size or len(self.X))

    @property
    def steps_per_run(self) -> int:
        return self.epochs * self.steps_per_epoch

    @property
    def n_steps(self) -> int:
        return len(self.nets) * self.steps_per_run

    @property
    def samples_per_step(self) -> int:
        return self.batch_size or len(self.X)

    @cached_property
    def batches(self) -> np.ndarray:
        """Which samples each step takes: (runs, epochs, steps of an epoch, batch_size) int32."""
        assert self.batch_size, "full batches have no order"
        used = self.steps_per_epoch * self.batch_size
        orders = [
            order((0, run), epoch, len(self.X))[:used].astype(np.int32)
            for run in range(len(self.nets))
            for epoch in range(self.epochs)
        ]
        return np.stack(orders).reshape(len(self.nets), self.epochs, self.steps_per_epoch, self.batch_size)


def rings() -> Workload:
    rng = np.random.default_rng(0)
    radius = np.concatenate([rng.uniform(0, 1, 1000), 3 + rng.uniform(0, 1, 1000)])
    angle = rng.uniform(0, 2 * np.pi, 2000)
    X = np.stack([radius * np.cos(angle), radius * np.sin(angle)], axis=1)
    y = (np.arange(2000) >= 1000).astype(float)[:, None]
    nets = [ll.mlp(2, [3], 1, activation="sigmoid", seed=0)]
    return Workload(X, y, nets, np.array([1e-3]), "bce_with_logits", "adam", 10_000)


def iris() -> Workload:
    data = ll.data.iris()
    cases = [(10, lr, seed) for lr in (0.001, 0.01, 0.1, 0.3, 1.0) for seed in range(10)]
    cases += [(h, 0.1, 100 + seed) for h in (1, 2, 5, 10, 20, 100) for seed in range(10)]
    nets = [ll.mlp(4, [h], 3, seed=seed) for h, _, seed in cases]
    rates = np.array([lr for _, lr, _ in cases])
    return Workload(data.X, np.asarray(data.y), nets, rates, "cross_entropy", "sgd", 200)


def spiral_points() -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(0)
    arm = np.repeat(np.arange(4), 800)
    t = rng.uniform(0, 1, 3200)
    angle = 2 * np.pi * arm / 4 + 4.5 * t + rng.normal(0, 0.1, 3200)
    return np.stack([t * np.cos(angle), t * np.sin(angle)], axis=1), arm


def spirals() -> Workload:
    X, y = spiral_points()
    shapes = [[14], [7, 7], [5, 5, 5], [4, 4, 4, 4], [4, 4, 4, 4, 4]]
    nets = [ll.mlp(2, widths, 4, seed=1 + i) for i, widths in enumerate(shapes)]
    return Workload(X, y, nets, np.full(5, 1e-3), "cross_entropy", "adam", 100, 128)


def damped_sine() -> Workload:
    x = np.arange(-10, 10, 0.1)[:200, None]
    nets = [ll.mlp(1, [10], 1, activation="sigmoid", seed=0)]
    return Workload(x, np.sin(3 * x) * np.exp(-x / 8), nets, np.array([1e-2]), "mse", "adam", 20_000)


def quadrants() -> Workload:
    X = np.random.default_rng(0).standard_normal((1000, 2))
    y = (X[:, :1] * X[:, 1:] > 0).astype(float)
    nets = [ll.mlp(2, [20], 1, seed=seed) for seed in range(1000)]
    return Workload(X, y, nets, np.full(1000, 1e-2), "bce_with_logits", "adam", 20, 128)


def monomials() -> Workload:
    points, y = spiral_points()
    X = ll.data.polynomial_features(points, 50)
    X = X[:, X.std(axis=0) > 0]
    X = (X - X.mean(axis=0)) / X.std(axis=0)
    assert X.shape == (3200, 1325), X.shape
    return Workload(X, y, [ll.mlp(1325, [], 4, seed=0)], np.array([1e-3]), "cross_entropy", "adam", 100, 128)


WORKLOADS: dict[str, Callable[[], Workload]] = {
    "W1": rings, "W2": iris, "W3": spirals, "W4": damped_sine, "W5": quadrants, "W6": monomials,
}  # fmt: skip
