"""The compiled engine beside the torch engine (both are held to a plain torch loop elsewhere)."""

from __future__ import annotations

import re

import numpy as np
import pytest

import leadlight as ll
from leadlight import _core
from leadlight.activations import ACTIVATIONS
from leadlight.errors import ParameterError
from leadlight.training import order
from leadlight.training._compiled_engine import ACTIVATION_CODES, activation_code

LOSSES = ("mse", "relative-mse", "bce-with-logits", "cross-entropy")


def train(*arguments, engine="compiled", threads=1, **options):
    options = {"optimizer": "sgd", "lr": 0.05, "epochs": 3, "dtype": "float64"} | options
    return ll.train(*arguments, engine=engine, threads=threads, **options)


def both(*arguments, **options):
    return train(*arguments, **options), train(*arguments, engine="torch", **options)


def assert_close(ours, theirs, tolerance=1e-10):
    assert ours.losses.shape == theirs.losses.shape
    np.testing.assert_allclose(ours.losses, theirs.losses, rtol=tolerance, atol=tolerance)
    for a, b in zip(ours.networks, theirs.networks, strict=True):
        for x, y in zip((*a.weights, *a.biases), (*b.weights, *b.biases), strict=True):
            np.testing.assert_allclose(x, y, rtol=tolerance, atol=tolerance)


def make_samples(n, n_inputs, n_outputs, loss, seed=0):
    rng = np.random.default_rng(seed)
    X = rng.standard_normal((n, n_inputs))
    if loss == "cross-entropy":
        return X, rng.integers(n_outputs, size=n)
    y = rng.standard_normal((n, n_outputs))
    return X, (y > 0).astype(np.float64) if loss == "bce-with-logits" else y


@pytest.mark.parametrize("widths", [[1], [7], [8, 9], [33, 5], [129], [300, 40]])
@pytest.mark.parametrize("n", [1, 15, 16, 17, 200, 1500])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_every_width_and_number_of_samples(widths, n, dtype):
    data = make_samples(n, 3, 2, "cross-entropy")
    nets = [ll.mlp(3, widths, 2, activation="tanh", seed=0)]
    runs = both(nets, data, loss="cross-entropy", lr=0.01, epochs=2, dtype=dtype)
    assert_close(*runs, 1e-10 if dtype == "float64" else 1e-5)


def mixed_call():
    shapes = [[5], [20], [], [4, 4], [9, 3, 2], [5], [64]]
    nets = [ll.mlp(2, widths, 3, activation="tanh", seed=i) for i, widths in enumerate(shapes)]
    options = {"loss": "cross-entropy", "optimizer": "adam", "lr": 0.01, "epochs": 20, "batch_size": 17}
    return nets, make_samples(90, 2, 3, "cross-entropy"), options | {"dtype": "float32"}


@pytest.mark.parametrize("n", [1, 2, 3, 64, 65, 1000, 4097])
def test_orders_are_numpys(n):
    for key, epoch in [((0, 0), 0), ((7, 3), 5), ((2**64 - 1, 2**63), 2**40)]:
        ours = np.empty(n, np.uint32)
        _core.sample_order(*key, epoch, ours)
        assert np.array_equal(ours, order(key, epoch, n))


# ---- records


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("n_inputs", [2, 80])
@pytest.mark.parametrize("batch_size", [None, 30])
def test_metrics_snapshots_and_records_are_torchs(loss, n_inputs, batch_size):
    data, test = make_samples(100, n_inputs, 2, loss), make_samples(37, n_inputs, 2, loss, seed=1)
    nets = [ll.mlp(n_inputs, widths, 2, seed=i) for i, widths in enumerate([[5], [3, 3]])]
    ours, theirs = both(
        nets, data, loss=loss, test=test, metrics_every=3, epochs=10, batch_size=batch_size, lr=1e-3,
        snapshots=(0, 4, 10), record="epoch",
    )  # fmt: skip
    assert_close(ours, theirs)
    assert ours.metric_epochs.tolist() == theirs.metric_epochs.tolist() == [3, 6, 9, 10]
    assert list(ours.metrics) == list(theirs.metrics)
    for name, values in theirs.metrics.items():
        np.testing.assert_allclose(ours.metrics[name], values, rtol=1e-10)
    assert list(ours.snapshots) == list(theirs.snapshots) == [0, 4, 10]
    for epoch in (0, 4, 10):
        for a, b in zip(ours.snapshots[epoch], theirs.snapshots[epoch], strict=True):
            np.testing.assert_allclose(a(data[0]), b(data[0]), rtol=1e-9, atol=1e-12)
    assert ours.snapshots[10][0].equals(ours.networks[0])


def test_divergence_is_reported_as_torch_does():
    nets = [ll.mlp(2, [6], 1, seed=i, dtype="float64") for i in range(4)]
    data = make_samples(50, 2, 1, "mse")
    options = {"loss": "mse", "epochs": 600, "snapshots": (100, 500), "metrics_every": 200}
    ours, theirs = both(nets, data, lr=[0.01, 30.0, 0.02, 1e300], **options)
    assert [d and d.step for d in ours.divergences] == [d and d.step for d in theirs.divergences]
    assert ours.divergences[1].cause == theirs.divergences[1].cause
    assert ours.divergences[1].last_finite_loss == pytest.approx(theirs.divergences[1].last_finite_loss)
    assert ours.diverged.tolist() == [False, True, False, True]
    np.testing.assert_array_equal(np.isnan(ours.losses), np.isnan(theirs.losses))
    np.testing.assert_array_equal(
        np.isnan(ours.metrics["train_loss"]), np.isnan(theirs.metrics["train_loss"])
    )
    for i in (1, 3):
        assert ours.networks[i].equals(theirs.networks[i])
        assert ours.snapshots[500][i].equals(theirs.snapshots[500][i])


def test_progress_ends_at_the_end_and_an_exception_in_it_stops_the_training():
    nets, data, options = mixed_call()
    seen = []
    train(nets, data, progress=lambda done, total: seen.append((done, total)), **options)
    assert seen[-1] == (20, 20)

    def stop(done, total):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt) as caught:
        train(nets, data, progress=stop, **options | {"epochs": 10_000_000 // 90, "record": "epoch"})
    partial = caught.value.partial
    assert partial.interrupted
    assert len(partial.networks) == len(nets)
    assert np.isnan(partial.losses[:, -1]).any()
    assert np.isfinite(partial.losses[0, 0]) or np.isnan(partial.losses[0, 0])


def test_nothing_to_do():
    nets, data, options = mixed_call()
    runs = train(nets, data, **options | {"epochs": 0})
    assert runs.losses.shape == (7, 0)
    assert all(a.equals(b) for a, b in zip(runs.networks, nets, strict=True))


# ---- routes


def test_auto_takes_the_compiled_engine_and_says_when_it_does_not():
    data = make_samples(20, 2, 1, "mse")
    net = ll.mlp(2, [3], 1)
    auto = ll.train(net, data, loss="mse", lr=0.1, epochs=1)
    assert auto.engine == "compiled"
    assert "compiled engine" in auto.describe()
    assert not auto.routed
    broad = ll.train(ll.mlp(2, [1100, 1100], 1), data, loss="mse", lr=0.1, epochs=1)
    assert broad.engine == "torch"
    relu6 = ll.mlp(2, [3], 1, "hardtanh(0, 6)")
    clipped = ll.train([net, relu6], data, loss="mse", lr=0.1, epochs=1)
    assert (clipped.engine, "bounds other than -1 and 1" in clipped.routed) == ("torch", True)
    with pytest.raises(ParameterError, match="bounds other than -1 and 1: use engine='auto'"):
        ll.train(relu6, data, loss="mse", lr=0.1, epochs=1, engine="compiled")
    assert "1,210,000 weights" in broad.describe()
    deep = ll.train(ll.mlp(2, [2] * 64, 1), data, loss="mse", lr=0.1, epochs=1)
    assert deep.engine == "torch"


def test_the_compiled_engine_refuses_what_it_does_not_do():
    with pytest.raises(ParameterError, match="on the CPU"):
        train(ll.mlp(2, [3], 1), make_samples(4, 2, 1, "mse"), loss="mse", device="cuda")


@pytest.mark.parametrize("threads", [0, -1, 1.5, True, "2"])
def test_threads_must_be_a_positive_integer(threads):
    with pytest.raises(ParameterError, match=re.escape(f"not {threads!r}")):
        train(ll.mlp(2, [3], 1), make_samples(5, 2, 1, "mse"), loss="mse", threads=threads)


# ---- the core's functions


@pytest.mark.parametrize("spec", [*ACTIVATIONS, "leaky_relu(-0.5)", "elu(0.5)"])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_activations_match_the_table(spec, dtype):
    phi = ll.activations.activation(spec)
    steps = np.logspace(-12, 1.9, 4001)
    z = np.concatenate([-steps[::-1], [0.0, 1.0, -1.0], steps]).astype(dtype)
    value, derivative = np.empty_like(z), np.empty_like(z)
    slope = phi.parameters[0] if phi.parameters else 0.0
    getattr(_core, f"activation_{dtype}")(activation_code(phi), slope, z, value, derivative)
    eps, exact = np.finfo(dtype).eps, z.astype(np.float64)
    # gelu's tail: rounding z in Phi(z) alone is worth z^2 eps
    rtol = 8 * eps * (1 + (exact**2 if phi.name == "gelu" else 0))
    assert np.all(np.abs(value - phi.forward(exact)) <= rtol * np.abs(phi.forward(exact)) + 1e-37)
    # a (1 - a) and 1 - a^2 of a rounded output are right to eps in absolute value, as torch's are
    np.testing.assert_allclose(derivative, phi.derivative(exact), rtol=8 * eps, atol=4 * eps)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("spec", ["relu", "sigmoid", "tanh", "softplus", "elu", "gelu", "hardtanh", "step"])
def test_not_a_number_stays_so(spec, dtype):
    z = np.array([np.nan, 1.0], dtype)
    value, derivative = np.empty_like(z), np.empty_like(z)
    getattr(_core, f"activation_{dtype}")(ACTIVATION_CODES.index(spec), 1.0, z, value, derivative)
    assert np.isnan(value[0])
    assert np.isfinite(value[1])
