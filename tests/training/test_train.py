"""Both engines against a plain torch loop: identical weights, batch orders and updates, in float64 to 1e-10."""

from __future__ import annotations

import functools

import numpy as np
import pytest

import leadlight as ll
from leadlight.activations import ACTIVATIONS
from leadlight.training import SGD, Adam, AdamW
from torch_loop import assert_follows


@pytest.fixture(autouse=True, params=["compiled", "torch"])
def engine(request, monkeypatch):
    """Everything here holds for both engines."""
    monkeypatch.setattr(ll, "train", functools.partial(ll.train, engine=request.param))
    return request.param


OPTIMIZERS = {
    "sgd": SGD(),
    "sgd-decay": SGD(weight_decay=0.02),
    "momentum": SGD(momentum=0.9),
    "nesterov": SGD(momentum=0.8, nesterov=True, weight_decay=0.01),
    "adam": Adam(),
    "adam-numbers": Adam(betas=(0.8, 0.95), eps=1e-4, weight_decay=0.01),
    "adamw": AdamW(weight_decay=0.05),
}


@pytest.fixture(scope="module")
def samples():
    rng = np.random.default_rng(3)
    X = rng.standard_normal((50, 2))
    labels = (X[:, 0] > 0).astype(int) + (X[:, 1] > 0.3)
    values = np.stack([np.sin(2 * X[:, 0]), X[:, 0] * X[:, 1], 0.5 * X[:, 1] ** 2], axis=1)
    return X, labels, values


def targets(loss, samples):
    _, labels, values = samples
    if loss == "cross-entropy":
        return labels
    return (values > 0).astype(np.float64) if loss == "bce-with-logits" else values


@pytest.mark.parametrize("name", OPTIMIZERS)
@pytest.mark.parametrize("batch_size", [None, 16])
def test_optimizers_match_torch_on_mixed_widths_depths_and_rates(name, batch_size, samples):
    X, labels, _ = samples
    shapes = [[5], [3], [7, 2], [4, 4], [], [5]]
    nets = [ll.mlp(2, w, 3, activation="tanh", seed=i, dtype="float64") for i, w in enumerate(shapes)]
    rates = np.array([0.05, 0.02, 0.03, 0.05, 0.01, 0.04]) * (0.2 if "adam" in name else 1.0)
    assert_follows(
        nets, (X, labels), loss="cross-entropy", optimizer=OPTIMIZERS[name], lr=rates, epochs=60,
        batch_size=batch_size,
    )  # fmt: skip


@pytest.mark.parametrize("loss", ["mse", "relative-mse", "bce-with-logits", "cross-entropy"])
@pytest.mark.parametrize("widths", [[], [6], [4, 3]])
def test_losses_match_torch(loss, widths, samples):
    nets = [ll.mlp(2, widths, 3, activation="sigmoid", seed=i, dtype="float64") for i in range(2)]
    runs, _ = assert_follows(
        nets, (samples[0], targets(loss, samples)), loss=loss, optimizer="adam", lr=0.01, epochs=40,
        batch_size=20, drop_last=True,
    )  # fmt: skip
    assert runs.losses.shape == (2, 80)


@pytest.mark.parametrize("spec", [*ACTIVATIONS, "leaky_relu(-0.5)", "leaky_relu(1.5)", "elu(0.5)"])
def test_activations_match_torch(spec, samples):
    X, _, y = samples
    nets = [ll.mlp(2, widths, 3, activation=spec, seed=5, dtype="float64") for widths in ([5, 4], [3, 6])]
    assert_follows(nets, (X, y), loss="mse", optimizer="sgd", lr=0.05, epochs=150)


@pytest.mark.parametrize("engine", ["torch"], indirect=True)  # the compiled one has the bounds -1 and 1 only
def test_a_hardtanh_of_other_bounds_matches_torch(samples):
    X, _, y = samples
    nets = [ll.mlp(2, [5, 4], 3, activation="hardtanh(-0.1, 0.5)", seed=i, dtype="float64") for i in range(2)]
    assert_follows(nets, (X, y), loss="mse", optimizer="sgd", lr=0.05, epochs=150)


@pytest.mark.parametrize("output", ["sigmoid", "abs", "softplus"])
def test_an_output_activation_comes_before_the_loss(output, samples):
    X, labels, _ = samples
    start = ll.mlp(2, [5], 3, seed=1, dtype="float64")
    net = ll.Network.from_arrays(start.weights, start.biases, "relu", output)
    runs, _ = assert_follows([net], (X, labels), loss="cross-entropy", optimizer="sgd", lr=0.1, epochs=50)
    assert runs.networks[0].output_activation.name == output


@pytest.mark.parametrize("n_inputs", [3, 100])
@pytest.mark.parametrize("seeds", [[7, 8, 9], [7, 7, 7]])
def test_narrow_and_wide_inputs_own_and_equal_orders(n_inputs, seeds):
    rng = np.random.default_rng(0)
    X, y = rng.standard_normal((45, n_inputs)), rng.standard_normal((45, 1))
    nets = [ll.mlp(n_inputs, [4], 1, seed=i, dtype="float64") for i in range(3)]
    assert_follows(
        nets, (X, y), loss="mse", optimizer="sgd", lr=0.01, epochs=5, batch_size=10,
        keys=[(seed, 0) for seed in seeds],
    )  # fmt: skip
