"""RMSprop in both engines against torch.optim.RMSprop."""

from __future__ import annotations

import re

import numpy as np
import pytest

import leadlight as ll
from leadlight.errors import ParameterError
from leadlight.training.optimizers import optimizer
from torch_loop import assert_follows

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
def test_rmsprop_is_torchs(name, batch_size, engine):
    nets = [ll.mlp(2, w, 3, activation="tanh", seed=i, dtype="float64") for i, w in enumerate(SHAPES)]
    assert_follows(
        nets, make_samples(), loss="mse", optimizer=ll.RMSprop(**CASES[name]), lr=[1e-3, 2e-4, 5e-4, 1e-3, 3e-4],
        epochs=40, batch_size=batch_size, keys=[(4, 0)] * len(nets), engine=engine,
    )  # fmt: skip


def test_rmsprop_in_float32(engine):
    net = ll.mlp(2, [6], 3, activation="tanh", seed=0)
    assert_follows(
        [net], make_samples(), loss="mse", optimizer="rmsprop", lr=1e-3, epochs=10, dtype="float32",
        tolerance=1e-5, engine=engine,
    )  # fmt: skip


def test_wide_inputs(engine):
    X, y = make_samples()
    data = np.concatenate([X * (1 + k / 40) for k in range(40)], axis=1), y
    net = ll.mlp(80, [3], 3, activation="tanh", seed=0, dtype="float64")
    rule = ll.RMSprop(centered=True, momentum=0.5, eps=1e-3)
    assert_follows([net], data, loss="mse", optimizer=rule, lr=1e-3, epochs=30, engine=engine)


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
