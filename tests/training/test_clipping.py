"""Gradient clipping in both engines against torch.nn.utils."""

from __future__ import annotations

import re

import numpy as np
import pytest

import leadlight as ll
from leadlight.errors import ParameterError
from torch_loop import assert_follows

RULES = {
    "sgd": ll.SGD(weight_decay=0.01),
    "momentum": ll.SGD(momentum=0.9),
    "adam": ll.Adam(eps=1e-3),
    "rmsprop": ll.RMSprop(eps=1e-2),
}
LIMITS = [{"clip_norm": 0.3}, {"clip_value": 0.05}, {"clip_norm": 0.2, "clip_value": 0.1}, {"clip_norm": 1e6}]


def make_samples(n_inputs=2):
    rng = np.random.default_rng(2)
    X = rng.standard_normal((50, n_inputs))
    return X, 3 * np.stack([np.sin(2 * X[:, 0]), X[:, 0] * X[:, 1], 0.5 * X[:, 1] ** 2], axis=1)


OPTIONS = {"loss": "mse", "lr": 0.02, "epochs": 30, "batch_size": 20}


def fit(nets, data, **options):
    return ll.train(nets, data, **{**OPTIONS, "dtype": "float64", **options})


@pytest.mark.parametrize("limits", LIMITS, ids=str)
@pytest.mark.parametrize("name", RULES)
def test_clipping_is_torchs(limits, name, engine):
    shapes = [[5], [3], [4, 4], []]  # the first two are padded together
    nets = [ll.mlp(2, w, 3, activation="tanh", seed=i, dtype="float64") for i, w in enumerate(shapes)]
    assert_follows(nets, make_samples(), optimizer=RULES[name], engine=engine, **OPTIONS, **limits)


def test_wide_inputs(engine):
    net = ll.mlp(70, [3], 3, activation="tanh", seed=0, dtype="float64")
    assert_follows([net], make_samples(70), optimizer="sgd", engine=engine, **OPTIONS, **LIMITS[2])


def test_with_a_schedule(engine):
    net = ll.mlp(2, [6], 3, activation="tanh", seed=0, dtype="float64")
    schedule = {"optimizer": "adamw", "schedule": "step(10, gamma=0.5)"}
    assert_follows([net], make_samples(), engine=engine, **schedule, **OPTIONS, **LIMITS[2])


@pytest.mark.parametrize("limits", LIMITS, ids=str)
def test_a_run_does_not_depend_on_its_company(limits, engine):
    data = make_samples()
    nets = [ll.mlp(2, [w], 3, seed=w, dtype="float64") for w in (5, 4, 5)]
    wild = ll.Network.from_arrays([1e3 * W for W in nets[1].weights], nets[1].biases)
    calm, mixed = (fit(group, data, engine=engine, **limits) for group in (nets, [nets[0], wild, nets[2]]))
    for i in (0, 2):
        assert calm.losses[i].tobytes() == mixed.losses[i].tobytes()
        assert calm.networks[i].equals(mixed.networks[i])


def test_clipping_tames_a_step_that_would_diverge(engine):
    net = ll.Network.from_arrays([[[1.0]]], [[0.0]])
    data = np.array([[100.0], [-100.0]]), np.zeros((2, 1))
    options = {"lr": 0.1, "epochs": 50, "batch_size": None, "engine": engine}
    assert fit(net, data, **options).diverged.all()
    clipped = fit(net, data, clip_norm=1.0, **options)
    assert clipped.divergences == [None]
    # w falls by 0.1 a step (1e-6 / norm of it less) until it is at 0
    assert clipped.losses[0, 1] == pytest.approx(0.9**2 * 1e4, rel=1e-6)


def test_a_float32_gradient_whose_square_overflows_is_clipped_to_the_norm(engine):
    net = ll.Network.from_arrays([[[1.0]]], [[0.0]])
    data = np.array([[1.5e12], [-1.5e12]]), np.zeros((2, 1))  # the gradient is 4.5e24
    runs = fit(net, data, lr=0.25, clip_norm=1.0, epochs=1, batch_size=None, dtype="float32", engine=engine)
    assert runs.networks[0].weights[0][0, 0] == pytest.approx(0.75, rel=1e-6)


@pytest.mark.parametrize("name", ["clip_norm", "clip_value"])
@pytest.mark.parametrize("value", [0.0, -1.0, np.nan, np.inf, "1", True])
def test_limits_must_be_positive(name, value):
    with pytest.raises(ParameterError, match=re.escape(f"{name} must be a finite number above 0")):
        fit(ll.mlp(2, [3], 3), make_samples(), **{name: value})
