"""What `train` returns, and how runs keep to themselves: seeds, snapshots, metrics, interruption."""

from __future__ import annotations

import functools
import sys
import types

import numpy as np
import pytest

import leadlight as ll
from leadlight.errors import LeadlightError
from leadlight.training import LOSSES


@pytest.fixture(scope="module")
def samples():
    rng = np.random.default_rng(0)
    X = rng.standard_normal((64, 2))
    return X, (X[:, 0] * X[:, 1] > 0).astype(np.int64)


def nets(n, widths=(6,), n_outputs=2, **options):
    return [ll.mlp(2, list(widths), n_outputs, seed=i, **options) for i in range(n)]


def assert_equal_networks(ours, theirs):
    assert all(a.equals(b) for a, b in zip(ours, theirs, strict=True))


@pytest.fixture(autouse=True, params=["compiled", "torch"])
def engine(request, monkeypatch):
    """Everything here holds for both engines."""
    monkeypatch.setattr(ll, "train", functools.partial(ll.train, engine=request.param))
    return request.param


def fit(networks, samples, **options):
    return ll.train(networks, samples, **{"loss": "cross-entropy", "lr": 0.1, "epochs": 20, **options})


def test_losses_are_those_before_each_update(samples):
    start = nets(3)
    runs = fit(start, samples)
    assert runs.losses.shape == (3, 20)
    assert runs.losses.dtype == np.float64
    expected = [LOSSES["cross_entropy"](net(samples[0]), samples[1]) for net in start]
    np.testing.assert_allclose(runs.losses[:, 0], expected, rtol=1e-6)
    assert (runs.losses[:, -1] < runs.losses[:, 0]).all()
    assert_equal_networks(runs.initial_networks, start)
    assert runs.final_losses.tolist() == runs.losses[:, -1].tolist()


def test_same_call_same_bytes(samples):
    once, twice = (fit(nets(4), samples, batch_size=10, optimizer="adam", seed=3) for _ in range(2))
    assert once.losses.tobytes() == twice.losses.tobytes()
    assert_equal_networks(once.networks, twice.networks)


def test_other_seed_other_order(samples):
    a, b = (fit(nets(2), samples, batch_size=10, seed=seed) for seed in (0, 1))
    assert (a.losses[:, 1:] != b.losses[:, 1:]).any(axis=1).all()


def test_a_run_does_not_depend_on_its_company(samples):
    start = [*nets(3), *nets(3, (4, 4)), *nets(2, (2,), activation="tanh")]
    together = fit(start, samples, batch_size=16, dtype="float64", seed=[5] * 8)
    for i, net in enumerate(start):
        alone = fit(net, samples, batch_size=16, dtype="float64", seed=[5])
        np.testing.assert_allclose(alone.losses[0], together.losses[i], rtol=1e-12)


def test_zero_epochs_change_nothing(samples):
    start = nets(2)
    runs = fit(start, samples, epochs=0, metrics_every=1, snapshots=[0])
    assert runs.losses.shape == (2, 0)
    assert np.isnan(runs.final_losses).all()
    assert_equal_networks(runs.networks, start)
    assert_equal_networks(runs.snapshots[0], start)
    assert runs.metric_epochs.tolist() == [0]
    assert runs.metrics["train_loss"].shape == (2, 1)


def test_float32_weights_come_back_exactly(samples):
    start = nets(3, dtype="float32")
    runs = fit(start, samples, lr=0.0)
    assert_equal_networks(runs.networks, start)


def test_snapshots_are_what_a_shorter_training_gives(samples):
    runs = fit(nets(3), samples, batch_size=10, snapshots=[7, 0, 20])
    assert list(runs.snapshots) == [0, 7, 20]
    assert_equal_networks(runs.snapshots[0], nets(3))
    assert_equal_networks(runs.snapshots[7], fit(nets(3), samples, batch_size=10, epochs=7).networks)
    assert_equal_networks(runs.snapshots[20], runs.networks)


@pytest.mark.parametrize("loss", list(LOSSES))
def test_metrics_are_the_loss_and_accuracy_of_the_networks(loss, samples):
    X, labels = samples
    rng = np.random.default_rng(1)
    y = labels if loss == "cross_entropy" else np.stack([labels, 1 - labels], axis=1).astype(float)
    held_out = (rng.standard_normal((30, 2)), y[:30])
    start = [*nets(2), *nets(2, (3, 3))]
    runs = fit(
        start, (X, y), loss=loss, test=held_out, metrics_every=8, snapshots=[8, 16, 20], batch_size=10,
        lr=0.001 if loss == "relative_mse" else 0.1,
    )  # fmt: skip
    assert runs.metric_epochs.tolist() == [8, 16, 20]
    accuracies = {"train_accuracy", "test_accuracy"} if LOSSES[loss].has_accuracy else set()
    assert set(runs.metrics) == {"train_loss", "test_loss"} | accuracies
    for record, epoch in enumerate([8, 16, 20]):
        for i, net in enumerate(runs.snapshots[epoch]):
            for split, (inputs, targets) in (("train", (X, y)), ("test", held_out)):
                value = LOSSES[loss](net(inputs), targets, scale=1.0)
                assert runs.metrics[f"{split}_loss"][i, record] == pytest.approx(value, rel=1e-5)
                if accuracies:
                    share = LOSSES[loss].accuracy(net(inputs), targets)
                    assert runs.metrics[f"{split}_accuracy"][i, record] == pytest.approx(share, abs=1e-12)


def test_test_data_alone_is_measured_at_the_end(samples):
    runs = fit(nets(1), samples, test=samples)
    assert runs.metric_epochs.tolist() == [20]
    assert runs.metrics["test_loss"].tolist() == runs.metrics["train_loss"].tolist()


def test_losses_by_epoch_are_means_over_samples(samples):
    X, labels = samples
    steps, epochs = (fit(nets(2), (X[:50], labels[:50]), batch_size=20, record=r) for r in ("step", "epoch"))
    by_epoch = steps.losses.reshape(2, 20, 3) @ np.array([0.4, 0.4, 0.2])
    np.testing.assert_allclose(epochs.losses, by_epoch, rtol=1e-12)


def test_drop_last_drops_the_rest(samples):
    assert fit(nets(1), samples, batch_size=20, epochs=3).losses.shape == (1, 12)
    assert fit(nets(1), samples, batch_size=20, epochs=3, drop_last=True).losses.shape == (1, 9)
    assert fit(nets(1), samples, batch_size=64, epochs=3, drop_last=True).losses.shape == (1, 3)


def test_a_full_batch_is_not_shuffled_and_batch_size_n_is_the_same(samples):
    a, b = fit(nets(2), samples), fit(nets(2), samples, batch_size=64, seed=9)
    assert a.losses.tobytes() == b.losses.tobytes()


def test_without_shuffling_batches_come_in_order(samples):
    X, labels = samples
    start = nets(1)
    runs = fit(start, samples, batch_size=32, shuffle=False, epochs=1)
    expected = LOSSES["cross_entropy"](start[0](X[:32]), labels[:32])
    assert runs.losses[0, 0] == pytest.approx(expected, rel=1e-6)


class Source:
    """An epoch source that returns arrays scaled by the epoch, and counts its calls."""

    def __init__(self, X, y):
        self.X, self.y, self.n_samples, self.calls = X, y, len(X), []

    def epoch(self, k):
        self.calls.append(k)
        return self.X * (1 + 0.01 * k), self.y


def test_an_epoch_source_keeps_the_optimizer_going(samples):
    X, labels = samples
    source = Source(X, labels)
    start = [*nets(2), *nets(2, (3, 3))]
    options = {"optimizer": "adam", "batch_size": 16, "epochs": 5, "engine": "torch"}
    runs = fit(start, source, **options)
    assert source.calls == [0, 1, 2, 3, 4]  # once each, however many stacks
    constant = Source(X, labels)
    constant.epoch = lambda k: (X, labels)
    same = fit(start, constant, **options)
    arrays = fit(start, samples, **options)
    assert same.losses.tobytes() == arrays.losses.tobytes()
    assert runs.losses[:, :4].tobytes() == arrays.losses[:, :4].tobytes()
    assert (runs.losses[:, 4:] != arrays.losses[:, 4:]).any()


def test_an_epoch_source_of_wide_inputs():
    rng = np.random.default_rng(0)
    X, y = rng.standard_normal((40, 90)), rng.integers(0, 2, 40)
    net = ll.mlp(90, [3], 2, seed=0)
    by_epoch = fit(net, Source(X, y), batch_size=16, epochs=3, metrics_every=1, engine="torch")
    first = fit(net, (X, y), batch_size=16, epochs=1, engine="torch")
    assert by_epoch.losses[:, :3].tobytes() == first.losses.tobytes()
    last = LOSSES["cross_entropy"](by_epoch.networks[0](X * 1.02), y)
    assert by_epoch.metrics["train_loss"][0, -1] == pytest.approx(last, rel=1e-5)


def test_progress_ends_at_the_total_and_changes_nothing(samples):
    calls = []
    watched = fit(nets(2), samples, epochs=130, progress=lambda *done: calls.append(done))
    assert calls[-1] == (130, 130)
    assert calls == sorted(calls)
    assert watched.losses.tobytes() == fit(nets(2), samples, epochs=130).losses.tobytes()


def test_ctrl_c_hands_over_what_there_is(samples):
    def stop(done, total):
        if done >= 40:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt) as caught:
        fit(nets(2), samples, epochs=100, progress=stop, engine="torch")
    partial = caught.value.partial
    assert partial.interrupted
    assert "interrupted" in partial.describe()
    assert np.isfinite(partial.losses[:, :40]).all()
    assert np.isnan(partial.losses[:, 40:]).all()
    assert_equal_networks(partial.networks, fit(nets(2), samples, epochs=40, engine="torch").networks)


def test_table_and_description(samples, monkeypatch, engine):
    runs = fit(nets(2), samples, lr=[0.1, 0.2], test=samples)
    table = runs.table()
    assert table["widths"] == ["6", "6"]
    assert table["lr"] == [0.1, 0.2]
    assert table["diverged_at"] == [None, None]
    assert set(table) >= {"final_loss", "test_accuracy", "n_parameters"}
    assert len(runs) == 2
    assert f"2 runs trained by the {engine} engine on" in runs.describe()
    monkeypatch.setitem(sys.modules, "pandas", None)
    with pytest.raises(LeadlightError, match="pip install pandas"):
        table.to_pandas()
    monkeypatch.setitem(sys.modules, "pandas", types.SimpleNamespace(DataFrame=lambda columns: columns))
    assert table.to_pandas() == dict(table)


def test_a_dataset_is_taken_as_it_is():
    runs = ll.train(ll.mlp(4, [5], 3, seed=0), ll.data.iris(), loss="cross-entropy", lr=0.1, epochs=200)
    assert runs.losses[0, -1] < 0.25
