"""Divergence is a result of the one run: its step, its last finite loss, a likely cause; the others go on untouched."""

from __future__ import annotations

import functools

import numpy as np
import pytest

import leadlight as ll
import torch_loop
from leadlight.training import SGD, Adam, RMSprop


@pytest.fixture(autouse=True, params=["compiled", "torch"])
def engine(request, monkeypatch):
    """Everything here holds for both engines."""
    monkeypatch.setattr(ll, "train", functools.partial(ll.train, engine=request.param))
    return request.param


def line(n_inputs: int = 1) -> tuple[ll.Network, tuple[np.ndarray, np.ndarray]]:
    """p = w x on targets 0, x = 1 and -1 (other inputs 0): a step of SGD makes it w <- (1 - 2 lr) w."""
    net = ll.Network.from_arrays([np.eye(1, n_inputs)], [[0.0]])
    X = np.zeros((2, n_inputs))
    X[:, 0] = 1.0, -1.0
    return net, (X, np.zeros((2, 1)))


@pytest.mark.parametrize("n_inputs", [1, 70])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize(
    ("rate", "step", "checked"), [(2.0, 7, 0), (1.01, 349, 342), (500.37, 2, 0), (500.63, 1, 0)]
)
def test_growth_to_a_million_times_the_start(rate, step, checked, dtype, n_inputs):
    net, data = line(n_inputs)
    factor = (2 * rate - 1) ** 2  # of the loss: 9, 1.0404, and 1e6 less and more 0.05 %
    assert factor ** (step - 1) <= 1e6 < factor**step
    runs = ll.train(net, data, loss="mse", lr=rate, epochs=900, dtype=dtype)
    entry = runs.divergences[0]
    assert entry.step == step
    assert entry.last_finite_loss == runs.losses[0, step - 1] == pytest.approx(factor ** (step - 1), rel=1e-4)
    assert runs.losses[0, step] == pytest.approx(factor**step, rel=1e-4)
    assert np.isnan(runs.losses[0, step + 1 :]).all()
    assert entry.cause == (
        f"The loss grew to more than a million times its start at step {step}: the rate {rate:g} is likely too "
        f"high, try {rate / 10:g}."
    )
    # the weights are those of the last check before: one falls on each fiftieth of the epochs
    kept = ll.train(net, data, loss="mse", lr=rate, epochs=checked, dtype=dtype).networks[0]
    assert runs.networks[0].equals(kept)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_a_loss_that_is_infinite(dtype):
    net, data = line()
    rate = {"float32": 1e25, "float64": 1e200}[dtype]
    entry = ll.train(net, data, loss="mse", lr=rate, epochs=5, dtype=dtype).divergences[0]
    assert entry.step == 1
    assert entry.last_finite_loss == 1.0
    assert "stopped being finite at step 1" in entry.cause
    assert f"the rate {rate:g} is likely too high" in entry.cause


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_a_loss_that_is_not_a_number(dtype):
    """Weights overflow to opposite infinities, and their sum is none."""
    net = ll.Network.from_arrays([[[1.0], [-1.0]], [[1.0, 1.0]]], [[0.0, 0.0], [0.0]], "identity")
    X = np.array([[1.0], [2.0]])
    rate = {"float32": 1e38, "float64": 1e308}[dtype]
    runs = ll.train(net, (X, 100.0 * X), loss="mse", lr=rate, epochs=5, dtype=dtype)
    entry = runs.divergences[0]
    assert entry.step == 1
    assert np.isnan(runs.losses[0, 1])
    assert entry.last_finite_loss == runs.losses[0, 0] == pytest.approx(25000.0)
    assert "stopped being finite at step 1" in entry.cause
    assert runs.networks[0].equals(net)


def test_a_loss_that_is_too_large_before_any_update():
    net = ll.Network.from_arrays([[[1e200]], [[1e200]]], [[0.0], [0.0]])
    runs = ll.train(net, (np.ones((3, 1)), np.zeros((3, 1))), loss="mse", lr=0.1, epochs=5, dtype="float64")
    entry = runs.divergences[0]
    assert entry.step == 0
    assert np.isnan(entry.last_finite_loss)
    assert "before any update: the initial weights or the inputs are too large" in entry.cause
    assert runs.networks[0].equals(net)


@pytest.mark.parametrize("n_inputs", [2, 70])
@pytest.mark.parametrize("batch_size", [None, 16])
@pytest.mark.parametrize(
    "optimizer", [SGD(), SGD(momentum=0.9), SGD(momentum=0.9, nesterov=True), Adam(), RMSprop()]
)
def test_other_runs_are_bit_identical_to_a_call_without_it(optimizer, batch_size, n_inputs, engine):
    rng = np.random.default_rng(0)
    X, y = rng.standard_normal((64, n_inputs)), rng.standard_normal((64, 2))
    nets = [ll.mlp(n_inputs, [width], 2, seed=i) for i, width in enumerate([5, 5, 7, 7, 3])]
    rates = np.array([1e-3, 2e-3, 5e-4, 1e-3, 3e-3])
    rates[2] = 1e12
    options = {
        "loss": "mse",
        "optimizer": optimizer,
        "epochs": 250,
        "batch_size": batch_size,
        "snapshots": [3, 250],
        "metrics_every": 50,
    }
    wild = ll.train(nets, (X, y), lr=rates, seed=[0, 1, 2, 3, 4], **options)
    assert wild.diverged.tolist() == [False, False, True, False, False]
    others = [0, 1, 3, 4]
    if engine == "compiled":
        calm = ll.train([nets[i] for i in others], (X, y), lr=rates[others], seed=others, **options)
    else:  # whose stacks, padded to the widest, are the same only with a fifth run in them
        rates[2] = 5e-4
        whole = ll.train(nets, (X, y), lr=rates, seed=[0, 1, 2, 3, 4], **options)
        calm = None
    for j, i in enumerate(others):
        runs, place = (calm, j) if calm is not None else (whole, i)
        assert wild.losses[i].tobytes() == runs.losses[place].tobytes()
        assert wild.networks[i].equals(runs.networks[place])
        for epoch in (3, 250):
            assert wild.snapshots[epoch][i].equals(runs.snapshots[epoch][place])
        assert wild.metrics["train_loss"][i].tobytes() == runs.metrics["train_loss"][place].tobytes()
    assert np.isnan(wild.metrics["train_loss"][2]).all()
    assert np.isnan(wild.final_losses[2])
    assert "1 diverged" in wild.describe()
    assert wild.table()["diverged_at"] == [None, None, wild.divergences[2].step, None, None]


def test_the_step_is_that_of_torchs_loop():
    """Rates from calm to wild: where the plain loop's loss first grows a million times or is none."""
    rng = np.random.default_rng(1)
    X, y = rng.standard_normal((40, 2)), rng.standard_normal((40, 1))
    rates = [0.01, 1.5, 3.0, 10.0, 1e3, 1e8]
    nets = [ll.mlp(2, [6], 1, activation="abs", seed=i, dtype="float64") for i in range(len(rates))]
    options = {"loss": "mse", "optimizer": "sgd", "epochs": 30}
    runs = ll.train(nets, (X, y), lr=rates, dtype="float64", **options)
    steps = []
    for net, rate in zip(nets, rates):
        losses = torch_loop.train(net, X, y, lr=rate, **options).losses
        bad = np.flatnonzero(~(losses <= 1e6 * losses[0]))
        steps.append(int(bad[0]) if len(bad) else None)
    assert [entry and entry.step for entry in runs.divergences] == steps
    assert steps[0] is None
    assert all(steps[2:])


def test_divergence_at_the_last_update_is_noticed():
    net = ll.Network.from_arrays([[[1.0]]], [[0.0]])
    runs = ll.train(net, (np.array([[1e10]]), np.array([[0.0]])), loss="mse", lr=1e30, epochs=1)
    entry = runs.divergences[0]
    assert entry.step == 1  # a step that was not taken
    assert entry.last_finite_loss == runs.losses[0, 0] == pytest.approx(1e20)
    assert runs.networks[0].equals(net)


def test_all_diverged_stops_early():
    rng = np.random.default_rng(0)
    data = rng.standard_normal((64, 2)), rng.standard_normal((64, 1))
    nets = [ll.mlp(2, [6], 1, seed=i) for i in range(2)]
    runs = ll.train(nets, data, loss="mse", lr=1e15, epochs=2000)
    assert runs.diverged.all()
    assert runs.losses.shape == (2, 2000)
