"""Other samples each epoch on the compiled engine: as on the torch engine, and as if each epoch's came alone."""

from __future__ import annotations

import numpy as np
import pytest

import leadlight as ll
from leadlight.errors import DataError, ShapeError

LOSSES = ("mse", "relative-mse", "bce-with-logits", "cross-entropy")
SHAPES = ([5], [20], [], [4, 4], [9, 3, 2], [5], [64])


class Noisy:
    """Samples of their own each epoch; `events` maps an epoch to what happens when it is asked for."""

    def __init__(self, n_inputs=2, loss="cross-entropy", n=50, events=()):
        self.n_samples, self.n_inputs, self.loss = n, n_inputs, loss
        self.events, self.asked = dict(events), []

    def epoch(self, number):
        self.asked.append(number)
        rng = np.random.default_rng(number)
        X = rng.standard_normal((self.n_samples, self.n_inputs))
        y = rng.standard_normal((self.n_samples, 3)) * (1 + number)  # relative_mse keeps epoch 0's scale
        if self.loss == "bce-with-logits":
            y = (y > 0).astype(np.float64)
        if self.loss == "cross-entropy":
            y = y.argmax(axis=1)
        return self.events[number](X, y) if number in self.events else (X, y)


class Constant:
    def __init__(self, data):
        self.data, self.n_samples = data, len(data[0])

    def epoch(self, number):
        return self.data


def train(source, engine="compiled", n_inputs=2, shapes=SHAPES, **options):
    nets = [ll.mlp(n_inputs, widths, 3, activation="tanh", seed=i) for i, widths in enumerate(shapes)]
    options = {
        "loss": "cross-entropy", "optimizer": "adam", "lr": 0.01, "epochs": 20, "batch_size": 17,
        "metrics_every": 3, "snapshots": (0, 4, 20), "dtype": "float32",
    } | options  # fmt: skip
    return ll.train(nets, source, engine=engine, **options)


def assert_same_bits(a, b):
    assert np.array_equal(a.losses, b.losses, equal_nan=True)
    assert all(x.equals(y) for x, y in zip(a.networks, b.networks, strict=True))
    assert a.metrics.keys() == b.metrics.keys()
    assert all(np.array_equal(a.metrics[name], b.metrics[name], equal_nan=True) for name in a.metrics)
    for epoch, nets in a.snapshots.items():
        assert all(x.equals(y) for x, y in zip(nets, b.snapshots[epoch], strict=True))
    assert a.divergences == b.divergences


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("n_inputs", [2, 70])
@pytest.mark.parametrize("options", [{}, {"batch_size": None}, {"drop_last": True}, {"shuffle": False}])
def test_follows_torch(loss, n_inputs, options):
    options = {"loss": loss, "n_inputs": n_inputs, "lr": 1e-3, "dtype": "float64", "threads": 2} | options
    test = Noisy(n_inputs, loss, 31).epoch(100)
    ours, theirs = (
        train(Noisy(n_inputs, loss), name, test=test, **options) for name in ("compiled", "torch")
    )
    assert ours.engine == "compiled"
    np.testing.assert_allclose(ours.losses, theirs.losses, rtol=1e-10, atol=1e-10)
    assert ours.metrics.keys() == theirs.metrics.keys()
    for name, values in theirs.metrics.items():
        np.testing.assert_allclose(ours.metrics[name], values, rtol=1e-10)
    for epoch, nets in {**theirs.snapshots, 20: theirs.networks}.items():
        for a, b in zip(ours.snapshots[epoch], nets, strict=True):
            for x, y in zip((*a.weights, *a.biases), (*b.weights, *b.biases), strict=True):
                np.testing.assert_allclose(x, y, rtol=1e-9, atol=1e-10)


@pytest.mark.parametrize("n_inputs", [2, 70])
@pytest.mark.parametrize("batch_size", [None, 17])
@pytest.mark.parametrize("optimizer", ["adam", ll.training.SGD(momentum=0.9, nesterov=True)])
def test_a_constant_source_gives_the_bits_of_its_data(n_inputs, batch_size, optimizer):
    data = Noisy(n_inputs).epoch(0)
    options = {"n_inputs": n_inputs, "batch_size": batch_size, "optimizer": optimizer}
    plain = train(data, threads=1, test=data, **options)
    for threads in (1, 2, 3):
        assert_same_bits(plain, train(Constant(data), threads=threads, test=data, **options))


def test_threads_and_other_runs_change_no_bit():
    one = train(Noisy(), threads=1, seed=list(range(7)))
    for threads in (2, 3):
        assert_same_bits(one, train(Noisy(), threads=threads, seed=list(range(7))))
    chosen = (4, 0)
    nets = [one.initial_networks[i] for i in chosen]
    options = {"loss": "cross-entropy", "optimizer": "adam", "lr": 0.01, "epochs": 20, "batch_size": 17}
    part = ll.train(nets, Noisy(), seed=list(chosen), threads=2, **options)
    for j, i in enumerate(chosen):
        assert np.array_equal(part.losses[j], one.losses[i])
        assert part.networks[j].equals(one.networks[i])


@pytest.mark.parametrize("epochs", [0, 1, 2, 3])
def test_each_epoch_is_asked_for_once_and_no_more_than_there_are(epochs):
    source = Noisy()
    runs = train(source, epochs=epochs, snapshots=())
    assert source.asked == list(range(max(epochs, 1)))
    assert_same_bits(runs, train(Noisy(), epochs=epochs, snapshots=(), threads=3))


def test_a_diverged_run_harms_no_other_and_a_call_of_diverged_runs_ends():
    rates = [0.01, 1e30, 0.02, 1e30, 0.03, 1e30, 0.01]
    options = {"optimizer": "sgd", "lr": rates, "loss": "mse", "epochs": 40, "snapshots": (2, 40)}
    ours, theirs = (train(Noisy(loss="mse"), name, **options) for name in ("compiled", "torch"))
    assert ours.diverged.tolist() == [rate > 1 for rate in rates]
    assert [d and d.step for d in ours.divergences] == [d and d.step for d in theirs.divergences]
    assert np.array_equal(np.isnan(ours.metrics["train_loss"]), np.isnan(theirs.metrics["train_loss"]))
    source = Noisy(loss="mse")
    lost = train(source, **options | {"lr": 1e30, "epochs": 1000})
    assert lost.diverged.all()
    assert len(source.asked) < 1000


def interrupt(X, y):
    raise KeyboardInterrupt


def test_ctrl_c_in_a_source_keeps_what_was_trained():
    whole = train(Noisy(), threads=2)
    for at in (0, 1, 7, 19):
        with pytest.raises(KeyboardInterrupt) as caught:
            train(Noisy(events={at: interrupt}), threads=2)
        partial = caught.value.partial
        assert partial.interrupted
        # each run has all its epochs up to one, and the networks of that epoch
        taken = np.isfinite(partial.losses)
        assert taken.sum(axis=1).max() <= at * 3
        assert (taken.sum(axis=1) >= (at - 1) * 3).all()
        assert np.array_equal(partial.losses[taken], whole.losses[taken])
        for run, (net, n_steps) in enumerate(zip(partial.networks, taken.sum(axis=1), strict=True)):
            assert n_steps % 3 == 0
            then = train(Noisy(), epochs=int(n_steps // 3), snapshots=()).networks[run]
            assert net.equals(then)
        # and the snapshots are those that every run reached
        assert list(partial.snapshots) == [e for e in (0, 4, 20) if e <= taken.sum(axis=1).min() // 3]
        for epoch, networks in partial.snapshots.items():
            assert all(a.equals(b) for a, b in zip(networks, whole.snapshots[epoch], strict=True))


def test_an_exception_in_a_source_comes_out():
    def fail(X, y):
        raise OSError("the disk is gone")

    for at in (0, 1, 2, 19):
        with pytest.raises(OSError, match="the disk is gone"):
            train(Noisy(events={at: fail}), threads=3)


@pytest.mark.parametrize(
    ("change", "error", "says"),
    [
        (lambda X, y: (X[:-1], y[:-1]), ShapeError, r"epoch\(5\) gave 49 samples, but the source says n_samples=50"),
        (lambda X, y: (X[:, :1], y), ShapeError, r"X in epoch\(5\) has shape \(50, 1\), but the networks take"),
        (lambda X, y: (X, y[:-1]), ShapeError, r"epoch\(5\)"),
        (lambda X, y: (X, y + 3), DataError, r"epoch\(5\)"),
        (lambda X, y: (X * np.nan, y), DataError, r"X in epoch\(5\) holds NaN"),
    ],
)  # fmt: skip
def test_a_source_that_changes_its_shape_is_named(change, error, says):
    with pytest.raises(error, match=says) as caught:
        train(Noisy(events={5: change}), threads=2)
    assert "\n" not in str(caught.value)


def test_a_source_may_train_networks_itself():

    class Nested(Noisy):
        def epoch(self, number):
            train(Noisy(), epochs=2, snapshots=(), threads=2)
            return super().epoch(number)

    assert_same_bits(train(Noisy(), threads=2), train(Nested(), threads=2))


def test_progress_is_told_and_ends_at_the_end():
    seen = []
    train(Noisy(), progress=lambda done, total: seen.append((done, total)))
    assert seen[-1] == (20, 20)
    assert all(0 <= done <= total for done, total in seen)
