"""Runs cut into slices that threads take in turns: the same bits, and a whole number of epochs when interrupted."""

from __future__ import annotations

import numpy as np
import pytest

import leadlight as ll

X = np.random.default_rng(0).standard_normal((40, 2))
DATA = X, (X[:, 0] > X[:, 1]).astype(np.int64)
OPTIONS = {"loss": "cross-entropy", "optimizer": "adam", "lr": 0.01, "batch_size": 16, "engine": "compiled"}


def networks(widths):
    return [ll.mlp(2, [width], 2, activation="tanh", seed=i) for i, width in enumerate(widths)]


@pytest.mark.parametrize("epochs", [1, 2, 31, 100])
@pytest.mark.parametrize("widths", [[8] * 5, [60, 1, 1], [3] * 40, [*range(40, 0, -1)]])
def test_slices_change_no_bit(widths, epochs):
    nets = networks(widths)
    options = OPTIONS | {"epochs": epochs, "metrics_every": 10, "snapshots": (1, epochs)}
    whole = ll.train(nets, DATA, threads=1, **options)
    for threads in (2, 3, 5):
        runs = ll.train(nets, DATA, threads=threads, **options)
        assert np.array_equal(runs.losses, whole.losses)
        assert np.array_equal(runs.metrics["train_loss"], whole.metrics["train_loss"])
        for ours, theirs in ((runs.networks, whole.networks), (runs.snapshots[1], whole.snapshots[1])):
            assert all(a.equals(b) for a, b in zip(ours, theirs, strict=True))


@pytest.mark.parametrize(("threads", "n_runs"), [(1, 3), (2, 3), (3, 20)])
def test_an_interruption_leaves_each_run_at_the_end_of_an_epoch(threads, n_runs):
    def stop(done, total):
        raise KeyboardInterrupt

    nets = networks([8] * n_runs)
    with pytest.raises(KeyboardInterrupt) as caught:
        ll.train(
            nets, DATA, seed=range(n_runs), threads=threads, progress=stop, epochs=50_000, **OPTIONS
        )  # fmt: skip
    partial = caught.value.partial  # type: ignore[attr-defined]
    taken = np.isfinite(partial.losses).sum(axis=1)
    assert (taken % 3 == 0).all()
    assert 0 < taken.sum() < partial.losses.size
    for run, n_steps in enumerate(taken):
        alone = ll.train(nets[run], DATA, seed=[run], epochs=int(n_steps // 3), **OPTIONS)
        assert np.array_equal(alone.losses[0], partial.losses[run, :n_steps])
        assert alone.networks[0].equals(partial.networks[run])
