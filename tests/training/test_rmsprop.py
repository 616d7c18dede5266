"""RMSprop in both engines against torch.optim.RMSprop."""

from __future__ import annotations

import re

import numpy as np
import pytest
import torch

import leadlight as ll
from leadlight.errors import ParameterError
from leadlight.training.optimizers import optimizer

CASES = {
    "plain": {},
    "alpha and eps": {"alpha": 0.8, "eps": 1e-3},
    "momentum": {"momentum": 0.9, "alpha": 0.95},
    "centered": {"centered": True, "alpha": 0.9, "eps": 1e-4},
    "decay": {"weight_decay": 0.05},
    "all": {"alpha": 0.9, "eps": 1e-4, "momentum": 0.7, "centered": True, "weight_decay": 0.01},
}
SHAPES = [[5], [3], [4, 4], [], [2, 6]]


def make_samples():
    rng = np.random.default_rng(3)
    X = rng.standard_normal((50, 2))
    return X, np.stack([np.sin(2 * X[:, 0]), X[:, 0] * X[:, 1], 0.5 * X[:, 1] ** 2], axis=1)


@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize("batch_size", [None, 16])
def test_rmsprop_is_torchs(name, batch_size, engine, plain):
    numbers, data, rates = CASES[name], make_samples(), [1e-3, 2e-4, 5e-4, 1e-3, 3e-4]
    nets = [ll.mlp(2, w, 3, activation="tanh", seed=i, dtype="float64") for i, w in enumerate(SHAPES)]
    runs = ll.train(
        nets, data, loss="mse", optimizer=ll.RMSprop(**numbers), lr=rates, epochs=40, batch_size=batch_size,
        dtype="float64", seed=4, engine=engine,
    )  # fmt: skip
    for i, net in enumerate(nets):
        oracle = plain.train(
            net, data, lambda p, lr=rates[i]: torch.optim.RMSprop(p, lr, **numbers), 40, batch_size,
            (4, i) if batch_size else None,
        )  # fmt: skip
        plain.assert_follows(runs, i, oracle)


def test_rmsprop_in_float32(engine, plain):
    data = make_samples()
    net = ll.mlp(2, [6], 3, activation="tanh", seed=0)
    runs = ll.train(net, data, loss="mse", optimizer="rmsprop", lr=1e-3, epochs=10, engine=engine)
    plain.assert_follows(runs, 0, plain.train(net, data, lambda p: torch.optim.RMSprop(p, 1e-3), 10), 1e-5)


def test_wide_inputs(plain, engine):
    X, y = make_samples()
    data = np.concatenate([X * (1 + k / 40) for k in range(40)], axis=1), y
    net = ll.mlp(80, [3], 3, activation="tanh", seed=0, dtype="float64")
    rule = ll.RMSprop(centered=True, momentum=0.5, eps=1e-3)
    runs = ll.train(net, data, loss="mse", optimizer=rule, lr=1e-3, epochs=30, dtype="float64", engine=engine)
    make = lambda p: torch.optim.RMSprop(p, 1e-3, centered=True, momentum=0.5, eps=1e-3)  # noqa: E731
    plain.assert_follows(runs, 0, plain.train(net, data, make, 30))


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_a_variance_that_rounding_makes_negative_counts_as_0(dtype, engine):
    # p = w x on y far away: the gradient hardly changes, so its variance tends to 0 from both sides of rounding
    net = ll.Network.from_arrays([[[1.0]]], [[0.0]])
    data = np.array([[1.0]]), np.array([[1e4]])
    runs = ll.train(
        net, data, loss="mse", optimizer=ll.RMSprop(alpha=0.5, centered=True, eps=1.0), lr=1e-7, epochs=300,
        dtype=dtype, engine=engine,
    )  # fmt: skip
    assert runs.divergences == [None]
    assert np.isfinite(runs.losses).all()
    assert runs.losses[0, -1] < runs.losses[0, 0]


def test_by_name():
    assert optimizer("RMSprop") == ll.RMSprop() == ll.RMSprop(alpha=0.99, eps=1e-8)


@pytest.mark.parametrize(
    ("numbers", "says"),
    [
        ({"alpha": 1.0}, "RMSprop's alpha must be a number in [0, 1), not 1.0"),
        ({"alpha": -0.1}, "alpha"),
        ({"eps": 0.0}, "eps must be a number above 0"),
        ({"momentum": float("nan")}, "momentum"),
        ({"centered": 1}, "centered must be True or False, not 1"),
        ({"weight_decay": -1.0}, "weight_decay must be a number of at least 0"),
    ],
)
def test_numbers_are_checked(numbers, says):
    with pytest.raises(ParameterError, match=re.escape(says)):
        ll.RMSprop(**numbers)
