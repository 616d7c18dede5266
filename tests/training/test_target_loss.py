"""Early stops at a target loss, in both engines: when, with what weights, and unlike a divergence."""

from __future__ import annotations

import re

import numpy as np
import pytest

import leadlight as ll
from leadlight.errors import ParameterError
from leadlight.training import LOSSES, SGD
from torch_loop import assert_follows

RATES = [0.3, 0.0, 0.05, 0.15, 0.1]
TARGET = 0.45


def make_samples(n_inputs=2):
    rng = np.random.default_rng(5)
    X = rng.standard_normal((60, n_inputs))
    return X, (X[:, 0] > 0).astype(int) + (X[:, 1] > 0.3)


def make_networks(n_inputs=2):
    return [ll.mlp(n_inputs, [w], 3, activation="tanh", seed=w, dtype="float64") for w in (6, 6, 4, 5, 4)]


def fit(nets, data, **options):
    options = {
        "loss": "cross-entropy",
        "lr": RATES,
        "epochs": 40,
        "dtype": "float64",
        "seed": [3] * 5,
    } | options
    return ll.train(nets, data, **options)


@pytest.mark.parametrize("batch_size", [None, 20, 25, 1])
@pytest.mark.parametrize("drop_last", [False, True])
@pytest.mark.parametrize("optimizer", ["sgd", SGD(momentum=0.5), "adamw", "rmsprop"])
def test_a_run_stops_after_the_first_epoch_at_the_target(batch_size, drop_last, optimizer, engine):
    rates = np.array(RATES) * (0.1 if isinstance(optimizer, str) and optimizer != "sgd" else 1.0)
    options = {
        "optimizer": optimizer,
        "batch_size": batch_size,
        "drop_last": drop_last,
        "engine": engine,
        "lr": rates,
    }
    data, nets, target = make_samples(), make_networks(), TARGET if batch_size else 0.8
    free = fit(nets, data, record="epoch", **options)
    runs = fit(nets, data, record="epoch", target_loss=target, **options)
    low = free.losses <= target
    expected = np.where(low.any(axis=1), low.argmax(axis=1) + 1, -1)
    assert runs.stopped_at.tolist() == expected.tolist()
    assert runs.stopped_at.dtype == np.int64
    assert expected[1] == -1  # does not move
    assert 0 < expected[0] < 40
    by_step = fit(nets, data, target_loss=target, **options)
    per_epoch = by_step.losses.shape[1] // 40
    for i, epochs in enumerate(expected):
        until = 40 if epochs < 0 else epochs
        np.testing.assert_allclose(runs.losses[i, :until], free.losses[i, :until], rtol=1e-12)
        assert np.isnan(runs.losses[i, until:]).all()
        assert np.isnan(by_step.losses[i, until * per_epoch :]).all()
        assert np.isfinite(by_step.losses[i, : until * per_epoch]).all()
        shorter = ll.train(
            nets[i], data, **{"loss": "cross-entropy", "dtype": "float64", "seed": [3]}, **options | {"lr": rates[i]},
            epochs=int(until),
        )  # fmt: skip
        for ours, theirs in zip(runs.networks[i].weights, shorter.networks[0].weights, strict=True):
            np.testing.assert_allclose(ours, theirs, rtol=1e-12, atol=1e-14)


@pytest.mark.parametrize("n_inputs", [2, 70])
@pytest.mark.parametrize("batch_size", [None, 25])
def test_both_engines_agree_in_all_that_they_report(n_inputs, batch_size):
    data, test = make_samples(n_inputs), make_samples(n_inputs)
    options = {
        "batch_size": batch_size, "test": test, "metrics_every": 3, "snapshots": (0, 5, 20, 40),
        "target_loss": TARGET if batch_size else 0.8,
        "schedule": "cosine(final=0.2, warmup=2)", "clip_norm": 2.0, "record": "epoch",
    }  # fmt: skip
    nets = make_networks(n_inputs)
    ours, theirs = (fit(nets, data, engine=name, **options) for name in ("compiled", "torch"))
    assert (ours.stopped_at > 0).any()
    assert ours.stopped_at.tolist() == theirs.stopped_at.tolist()
    np.testing.assert_allclose(ours.losses, theirs.losses, rtol=1e-10)
    assert list(ours.metrics) == list(theirs.metrics)
    for name, values in theirs.metrics.items():
        assert np.isfinite(values).all()
        np.testing.assert_allclose(ours.metrics[name], values, rtol=1e-10)
    for epoch, networks in theirs.snapshots.items():
        for a, b in zip(ours.snapshots[epoch], networks, strict=True):
            np.testing.assert_allclose(a(data[0]), b(data[0]), rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(ours.final_losses, theirs.final_losses, rtol=1e-10)


def test_later_metrics_and_snapshots_are_those_of_the_result(engine):
    data = make_samples()
    options = {
        "batch_size": 20,
        "metrics_every": 1,
        "snapshots": (2, 39),
        "target_loss": TARGET,
        "engine": engine,
    }
    runs = fit(make_networks(), data, **options)
    assert (runs.stopped_at > 2).sum() > 1
    for i, epochs in enumerate(runs.stopped_at):
        if epochs > 2:
            value = LOSSES["cross_entropy"](runs.networks[i](data[0]), data[1])
            np.testing.assert_allclose(runs.metrics["train_loss"][i, epochs - 1 :], value, rtol=1e-12)
            assert runs.metrics["train_loss"][i, epochs - 2] != pytest.approx(value, rel=1e-6)
            assert runs.snapshots[39][i].equals(runs.networks[i])
            assert not runs.snapshots[2][i].equals(runs.networks[i])


def test_the_plain_loop_agrees(engine):
    runs, (oracle,) = assert_follows(
        make_networks()[:1], make_samples(), loss="cross-entropy", optimizer="rmsprop", lr=0.01, epochs=60,
        target_loss=0.6, schedule=ll.StepDecay(8, gamma=0.5), clip_value=0.05, engine=engine,
    )  # fmt: skip
    epochs = int(runs.stopped_at[0])
    assert 0 < epochs == oracle.stopped_at < 60
    assert runs.losses[0, epochs - 1] <= 0.6 < runs.losses[0, epochs - 2]


@pytest.mark.parametrize("threads", [1, 2])
def test_a_run_does_not_depend_on_its_company(threads):
    data, nets = make_samples(), make_networks()
    options = {"target_loss": TARGET, "batch_size": 16, "metrics_every": 7, "engine": "compiled"}
    together = fit(nets, data, threads=threads, **options)
    for i in (4, 2, 0):
        alone = fit(nets[i], data, **options | {"lr": RATES[i], "seed": [3]})
        assert np.array_equal(together.losses[i], alone.losses[0], equal_nan=True)
        assert together.networks[i].equals(alone.networks[0])
        assert together.stopped_at[i] == alone.stopped_at[0]
        assert together.metrics["train_loss"][i].tobytes() == alone.metrics["train_loss"][0].tobytes()


def test_a_divergence_is_not_a_stop(engine):
    data = make_samples()
    X, y = data[0], data[1][:, None] + np.zeros((1, 3))
    rates = [0.1, 1e12, 0.1, 0.1, 0.1]
    runs = fit(make_networks(), (X, y), loss="mse", lr=rates, target_loss=0.3, epochs=300, engine=engine)
    assert runs.divergences[1] is not None
    assert runs.stopped_at[1] == -1
    assert (np.delete(runs.stopped_at, 1) > 0).all()
    assert [runs.divergences[i] for i in (0, 2, 3, 4)] == [None] * 4
    assert np.isnan(runs.final_losses[1])
    table = runs.table()
    assert table["stopped_at"][1] is None
    assert table["stopped_at"][0] == runs.stopped_at[0]
    assert table["diverged_at"][0] is None
    np.testing.assert_array_equal(runs.final_losses[0], runs.losses[0, runs.stopped_at[0] - 1])
    assert "1 diverged; 4 reached the target loss" in runs.describe()


def test_an_update_that_leaves_no_numbers_is_a_divergence_even_at_the_target(engine):
    # the loss is 1, the gradient 2e20; the rate takes the weight beyond float32
    net = ll.Network.from_arrays([[[1e-20]]], [[0.0]])
    data = np.array([[1e20]]), np.array([[2.0]])
    runs = ll.train(net, data, loss="mse", lr=1e30, epochs=3, target_loss=2.0, engine=engine)
    assert runs.divergences[0] is not None
    assert runs.divergences[0].step == 1
    assert runs.stopped_at.tolist() == [-1]


def test_the_last_epoch_counts_and_all_may_stop(engine):
    data, nets = make_samples(), make_networks()
    runs = fit(nets, data, target_loss=100.0, epochs=1, engine=engine)
    assert runs.stopped_at.tolist() == [1] * 5
    runs = fit(nets, data, target_loss=100.0, epochs=500, engine=engine, metrics_every=100, test=data)
    assert runs.stopped_at.tolist() == [1] * 5
    assert runs.losses.shape == (5, 500)
    assert runs.final_losses.tolist() == runs.losses[:, 0].tolist()
    assert np.ptp(runs.metrics["test_loss"], axis=1).max() == 0.0
    assert fit(nets, data, target_loss=100.0, epochs=0, engine=engine).stopped_at.tolist() == [-1] * 5


class Source:
    """Samples that move with the epoch."""

    n_samples = 60

    def __init__(self):
        self.last = 0

    def epoch(self, number):
        self.last = number
        X, y = make_samples()
        return X * (1.0 + 0.01 * number), y


def test_an_epoch_source_is_measured_where_the_run_stopped_and_not_read_to_its_end(engine):
    source, nets = Source(), make_networks()[:1]
    runs = fit(
        nets, source, lr=0.3, seed=[3], target_loss=TARGET, metrics_every=15, batch_size=20, engine=engine
    )
    epochs = int(runs.stopped_at[0])
    assert 1 < epochs < 39
    assert epochs - 1 <= source.last <= epochs + 1
    X, y = source.epoch(epochs - 1)
    value = LOSSES["cross_entropy"](runs.networks[0](X), y)
    np.testing.assert_allclose(runs.metrics["train_loss"][0, -1], value, rtol=1e-12)


@pytest.mark.parametrize("value", [0.0, -0.1, np.nan, np.inf, "low", True, [0.1]])
def test_a_target_must_be_a_positive_number(value):
    with pytest.raises(ParameterError, match=re.escape("target_loss must be a finite number above 0")):
        fit(make_networks(), make_samples(), target_loss=value)
