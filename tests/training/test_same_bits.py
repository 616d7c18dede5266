"""A run's bytes depend on nothing but itself: not on threads, on its place in the call, or on its company."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import leadlight as ll
from leadlight.training import SGD, Adam, AdamW, RMSprop

OPTIMIZERS = {
    "sgd": SGD(),
    "momentum": SGD(momentum=0.9, weight_decay=1e-3),
    "nesterov": SGD(momentum=0.8, nesterov=True),
    "adam": Adam(),
    "adamw": AdamW(),
    "rmsprop": RMSprop(momentum=0.5, centered=True),
}
BATCHES = {"full": {}, "rest": {"batch_size": 17}, "no rest": {"batch_size": 17, "drop_last": True}}
SHAPES = [[5], [20], [], [4, 4], [9, 3, 2], [5], [64], [1, 130]]
SEEDS = [10 + i for i in range(len(SHAPES))]
RATES = np.geomspace(1e-3, 2e-2, len(SHAPES))


def call(chosen, *, n_inputs=2, dtype="float32", optimizer="adam", batch="rest", threads=1) -> ll.Runs:
    """The chosen runs of eight networks of mixed shapes and activations, with records of every kind."""
    rng = np.random.default_rng(0)
    X, y = rng.standard_normal((90, n_inputs)), rng.integers(3, size=90)
    phis = itertools.cycle(["relu", "tanh", "gelu"])
    nets = [ll.mlp(n_inputs, w, 3, activation=next(phis), seed=i) for i, w in enumerate(SHAPES)]
    return ll.train(
        [nets[i] for i in chosen], (X, y), loss="cross-entropy", optimizer=OPTIMIZERS[optimizer],
        lr=RATES[chosen], epochs=12, dtype=dtype, engine="compiled", threads=threads,
        seed=[SEEDS[i] for i in chosen], test=(X[:31], y[:31]), metrics_every=5, snapshots=[3, 12],
        **BATCHES[batch],
    )  # fmt: skip


def bytes_of(runs: ll.Runs, i: int) -> list[bytes]:
    """Everything that is known about one run."""
    nets = [runs.networks[i], *(kept[i] for kept in runs.snapshots.values())]
    arrays = [runs.losses[i], *(values[i] for values in runs.metrics.values())]
    return [a.tobytes() for a in (*arrays, *(a for net in nets for a in (*net.weights, *net.biases)))]


ALL = list(range(len(SHAPES)))


@pytest.mark.parametrize("batch", BATCHES)
@pytest.mark.parametrize("optimizer", OPTIMIZERS)
@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("n_inputs", [2, 80], ids=["narrow", "wide"])
def test_threads_order_and_company_change_no_bit(n_inputs, dtype, optimizer, batch):
    def trained(chosen, threads):
        return call(chosen, n_inputs=n_inputs, dtype=dtype, optimizer=optimizer, batch=batch, threads=threads)

    one = trained(ALL, 1)
    assert not one.diverged.any()
    assert len({one.losses[i].tobytes() for i in ALL}) == len(ALL)
    expected = [bytes_of(one, i) for i in ALL]
    for chosen, threads in ((ALL, 2), (ALL, 3), (ALL, 50), (ALL[::-1], 2), (ALL[1::3], 3), ([4], 1)):
        runs = trained(chosen, threads)
        for j, i in enumerate(chosen):
            assert bytes_of(runs, j) == expected[i]


@settings(max_examples=20)
@given(
    st.permutations(ALL),
    st.integers(1, len(ALL)),
    st.integers(1, 3),
    st.sampled_from(list(OPTIMIZERS)),
    st.sampled_from(list(BATCHES)),
)
def test_any_order_and_subset_change_no_bit(permutation, count, threads, optimizer, batch):
    chosen = permutation[:count]
    whole = call(ALL, optimizer=optimizer, batch=batch)
    part = call(chosen, optimizer=optimizer, batch=batch, threads=threads)
    for j, i in enumerate(chosen):
        assert bytes_of(part, j) == bytes_of(whole, i)
