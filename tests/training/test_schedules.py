"""Schedules: their factors against torch.optim.lr_scheduler, and trainings that follow them in both engines."""

from __future__ import annotations

import re

import numpy as np
import pytest

import leadlight as ll
from leadlight.errors import ParameterError, UnknownNameError
from leadlight.training.schedules import schedule
from torch_loop import assert_follows

EPOCHS, BATCHES = 12, 4  # an epoch


SCHEDULES = [
    ll.Constant(),
    ll.Constant(warmup=3),
    ll.Constant(warmup=EPOCHS),
    ll.Constant(warmup=7, per="step"),
    ll.StepDecay(5),
    ll.StepDecay(2, gamma=0.7, warmup=3),
    ll.StepDecay(9, gamma=1.5, per="step"),
    ll.Cosine(),
    ll.Cosine(final=0.1),
    ll.Cosine(final=0.2, warmup=4),
    ll.Cosine(warmup=5, per="step"),
]


@pytest.mark.parametrize("ours", SCHEDULES, ids=repr)
def test_schedules_are_torchs(ours, engine):
    rng = np.random.default_rng(1)
    data = rng.standard_normal((50, 2)), rng.integers(3, size=50)
    nets = [
        ll.mlp(2, w, 3, activation="tanh", seed=i, dtype="float64") for i, w in enumerate([[5], [3, 4], [5]])
    ]
    rates = [0.1, 0.02, 0.05]
    _, oracles = assert_follows(
        nets, data, loss="cross-entropy", optimizer="sgd", lr=rates, schedule=ours, epochs=EPOCHS, batch_size=15,
        engine=engine,
    )  # fmt: skip
    for rate, oracle in zip(rates, oracles, strict=True):
        np.testing.assert_allclose(rate * ours.factors(EPOCHS, BATCHES), oracle.rates, rtol=1e-13, atol=1e-16)


RULES = {
    "momentum": ll.SGD(momentum=0.9),
    "nesterov": ll.SGD(momentum=0.9, nesterov=True),
    "adam": ll.Adam(eps=1e-4),
    "adamw": ll.AdamW(weight_decay=0.3),
    "rmsprop": ll.RMSprop(momentum=0.5, eps=1e-3),
}


@pytest.mark.parametrize("name", RULES)
@pytest.mark.parametrize("rates", [[0.01, 0.01], [0.01, 0.004]])
def test_every_optimizer_follows_the_schedule(name, rates, engine):
    cosine = ll.Cosine(final=0.05, warmup=10, per="step")
    rng = np.random.default_rng(1)
    data = rng.standard_normal((50, 2)), rng.standard_normal((50, 3))
    nets = [ll.mlp(2, [5], 3, activation="tanh", seed=i, dtype="float64") for i in range(2)]
    assert_follows(
        nets, data, loss="mse", optimizer=RULES[name], lr=rates, schedule=cosine, epochs=EPOCHS, batch_size=15,
        engine=engine,
    )  # fmt: skip


def test_a_constant_rate_and_a_schedule_of_ones_give_the_same_bytes(engine):
    X = np.random.default_rng(0).standard_normal((40, 2))
    options = {
        "loss": "mse",
        "optimizer": ll.AdamW(),
        "lr": 0.01,
        "epochs": 20,
        "batch_size": 7,
        "engine": engine,
    }
    net = ll.mlp(2, [4], 1, seed=0)
    bare, ones = (
        ll.train(net, (X, X[:, :1]), schedule=s, **options) for s in ("constant", ll.Cosine(final=1.0))
    )
    assert bare.losses.tobytes() == ones.losses.tobytes()
    assert bare.networks[0].equals(ones.networks[0])


def test_no_epochs():
    net = ll.mlp(2, [4], 1, seed=0)
    data = np.ones((3, 2)), np.ones((3, 1))
    for name in ("constant", "cosine", "step(2)"):
        assert ll.train(net, data, loss="mse", lr=0.1, epochs=0, schedule=name).losses.shape == (1, 0)


def test_strings():
    assert schedule("constant") == ll.Constant()
    assert schedule("cosine(0.1)") == ll.Cosine(0.1)
    assert schedule("step(every=3, warmup=2)") == ll.StepDecay(3, warmup=2)
    assert schedule("step(3, 0.5)") == ll.StepDecay(3, gamma=0.5)
    assert schedule(ll.Cosine(per="step")) == ll.Cosine(per="step")


@pytest.mark.parametrize(
    ("make", "error", "says"),
    [
        (lambda: ll.StepDecay(0), ParameterError, "StepDecay's every must be an integer of at least 1, not 0"),
        (lambda: ll.StepDecay(2.0), ParameterError, "not 2.0"),
        (lambda: ll.StepDecay(2, gamma=0.0), ParameterError, "gamma must be a number above 0"),
        (lambda: ll.StepDecay(2, gamma=float("nan")), ParameterError, "nan"),
        (lambda: ll.Cosine(final=1.5), ParameterError, "final must be a number in [0, 1], not 1.5"),
        (lambda: ll.Cosine(final=-0.1), ParameterError, "final"),
        (lambda: ll.Cosine(warmup=-1), ParameterError, "warmup must be an integer of at least 0, not -1"),
        (lambda: ll.Constant(warmup=True), ParameterError, "warmup"),
        (lambda: ll.Constant(per="batch"), UnknownNameError, "Unknown per of Constant 'batch'"),
        (lambda: schedule("cosin"), UnknownNameError, "did you mean 'cosine'"),
        (lambda: schedule("step"), ParameterError, "lacks its every"),
        (lambda: schedule("step(2.5)"), ParameterError, "every must be an integer of at least 1, not 2.5"),
        (lambda: schedule("cosine(final=x)"), ParameterError, "'x' where a number belongs"),
        (lambda: schedule(0.1), ParameterError, "Cosine(warmup=5), not 0.1"),  # type: ignore[arg-type]
        (lambda: ll.Cosine(warmup=9).factors(8, 10), ParameterError, "takes 9 epochs, but the training has only 8"),
        (lambda: ll.Cosine(warmup=81, per="step").factors(8, 10), ParameterError, "takes 81 steps"),
        (lambda: ll.StepDecay(1, gamma=1e10).factors(50, 1), ParameterError, "lower gamma"),
    ],
)  # fmt: skip
def test_bad_schedules_are_named(make, error, says):
    with pytest.raises(error, match=re.escape(says)) as caught:
        make()
    assert "\n" not in str(caught.value)


def test_train_refuses_a_warm_up_that_is_too_long():
    net = ll.mlp(2, [4], 1, seed=0)
    data = np.ones((3, 2)), np.ones((3, 1))
    with pytest.raises(ParameterError, match="has only 2"):
        ll.train(net, data, loss="mse", lr=0.1, epochs=2, schedule=ll.Constant(warmup=3))
    with pytest.raises(UnknownNameError, match="schedule 'linear'"):
        ll.train(net, data, loss="mse", lr=0.1, epochs=2, schedule="linear")
