"""Both engines against a plain torch loop: identical weights, batch orders and updates, in float64 to 1e-10."""

from __future__ import annotations

import functools

import numpy as np
import pytest
import torch

import leadlight as ll
from leadlight.activations import ACTIVATIONS
from leadlight.training import SGD, Adam, AdamW, order

TOLERANCE = 1e-10


@pytest.fixture(autouse=True, params=["compiled", "torch"])
def engine(request, monkeypatch):
    """Everything here holds for both engines."""
    monkeypatch.setattr(ll, "train", functools.partial(ll.train, engine=request.param))
    return request.param


OPTIMIZERS = {
    "sgd": (SGD(), lambda p, lr: torch.optim.SGD(p, lr)),
    "sgd-decay": (SGD(weight_decay=0.02), lambda p, lr: torch.optim.SGD(p, lr, weight_decay=0.02)),
    "momentum": (SGD(momentum=0.9), lambda p, lr: torch.optim.SGD(p, lr, momentum=0.9)),
    "nesterov": (
        SGD(momentum=0.8, nesterov=True, weight_decay=0.01),
        lambda p, lr: torch.optim.SGD(p, lr, momentum=0.8, nesterov=True, weight_decay=0.01),
    ),
    "adam": (Adam(), lambda p, lr: torch.optim.Adam(p, lr)),
    "adam-numbers": (
        Adam(betas=(0.8, 0.95), eps=1e-4, weight_decay=0.01),
        lambda p, lr: torch.optim.Adam(p, lr, betas=(0.8, 0.95), eps=1e-4, weight_decay=0.01),
    ),
    "adamw": (AdamW(weight_decay=0.05), lambda p, lr: torch.optim.AdamW(p, lr, weight_decay=0.05)),
}


class Plain(torch.nn.Module):
    """The textbook module: one Linear after another, activations by their formula."""

    def __init__(self, net):
        super().__init__()
        self.layers = torch.nn.ModuleList()
        self.activations = (*net.activations, net.output_activation)
        for W, b in zip(net.weights, net.biases, strict=True):
            layer = torch.nn.Linear(W.shape[1], W.shape[0], dtype=torch.float64)
            layer.weight.data = torch.tensor(W)
            layer.bias.data = torch.tensor(b)
            self.layers.append(layer)

    def forward(self, x):
        for layer, phi in zip(self.layers, self.activations, strict=True):
            x = plain_activation(phi, layer(x))
        return x


def plain_activation(phi, z):
    match phi.name:
        case "identity":
            return z
        case "abs":
            return z.abs()
        case "step":
            return (z > 0).to(z.dtype) + 0.0 * z
        case "softplus":
            return torch.nn.functional.softplus(z, threshold=40)
        case _:
            return getattr(torch.nn, phi.torch_name)(*phi.parameters)(z)


def plain_loss(name, outputs, y, scale):
    match name:
        case "mse":
            return torch.nn.functional.mse_loss(outputs, y)
        case "bce-with-logits":
            return torch.nn.functional.binary_cross_entropy_with_logits(outputs, y)
        case "cross-entropy":
            return torch.nn.functional.cross_entropy(outputs, y)
        case _:
            return (((y - outputs) / y.abs().clamp(min=0.05 * scale)) ** 2).mean()


def plain_training(net, X, y, loss, optimizer, lr, epochs, batch_size=None, drop_last=False, key=None):
    """The oracle: returns the losses of each step and the trained arrays."""
    module = Plain(net)
    steps = optimizer(module.parameters(), lr)
    X, y = torch.tensor(np.asarray(X, dtype=np.float64)), torch.tensor(y)
    scale = float(y.abs().max()) if y.ndim == 2 else 0.0
    n, size = len(X), batch_size or len(X)
    losses = []
    for epoch in range(epochs):
        index = torch.arange(n) if key is None else torch.tensor(order(key, epoch, n))
        for part in index.split(size):
            if drop_last and len(part) < size:
                continue
            value = plain_loss(loss, module(X[part]), y[part], scale)
            steps.zero_grad()
            value.backward()
            steps.step()
            losses.append(value.item())
    return np.array(losses), [
        (layer.weight.detach().numpy(), layer.bias.detach().numpy()) for layer in module.layers
    ]


def assert_same(runs, i, oracle, tolerance=TOLERANCE):
    losses, layers = oracle
    assert runs.losses[i].shape == losses.shape
    np.testing.assert_allclose(runs.losses[i], losses, rtol=tolerance, atol=tolerance)
    net = runs.networks[i]
    for (W, b), ours, our_b in zip(layers, net.weights, net.biases, strict=True):
        np.testing.assert_allclose(ours, W, rtol=tolerance, atol=tolerance)
        np.testing.assert_allclose(our_b, b, rtol=tolerance, atol=tolerance)


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
    ours, theirs = OPTIMIZERS[name]
    X, labels, _ = samples
    shapes = [[5], [3], [7, 2], [4, 4], [], [5]]
    nets = [ll.mlp(2, w, 3, activation="tanh", seed=i, dtype="float64") for i, w in enumerate(shapes)]
    rates = np.array([0.05, 0.02, 0.03, 0.05, 0.01, 0.04]) * (0.2 if "adam" in name else 1.0)
    runs = ll.train(
        nets, (X, labels), loss="cross-entropy", optimizer=ours, lr=rates, epochs=60, batch_size=batch_size,
        dtype="float64", seed=11,
    )  # fmt: skip
    for i, net in enumerate(nets):
        key = (11, i) if batch_size else None
        oracle = plain_training(net, X, labels, "cross-entropy", theirs, rates[i], 60, batch_size, key=key)
        assert_same(runs, i, oracle)


@pytest.mark.parametrize("loss", ["mse", "relative-mse", "bce-with-logits", "cross-entropy"])
@pytest.mark.parametrize("widths", [[], [6], [4, 3]])
def test_losses_match_torch(loss, widths, samples):
    X, y = samples[0], targets(loss, samples)
    nets = [ll.mlp(2, widths, 3, activation="sigmoid", seed=i, dtype="float64") for i in range(2)]
    runs = ll.train(
        nets,
        (X, y),
        loss=loss,
        optimizer="adam",
        lr=0.01,
        epochs=40,
        batch_size=20,
        dtype="float64",
        drop_last=True,
    )
    assert runs.losses.shape == (2, 80)
    for i, net in enumerate(nets):
        oracle = plain_training(net, X, y, loss, OPTIMIZERS["adam"][1], 0.01, 40, 20, True, (0, i))
        assert_same(runs, i, oracle)


@pytest.mark.parametrize("spec", [*ACTIVATIONS, "leaky_relu(-0.5)", "leaky_relu(1.5)", "elu(0.5)"])
def test_activations_match_torch(spec, samples):
    X, _, y = samples
    nets = [ll.mlp(2, widths, 3, activation=spec, seed=5, dtype="float64") for widths in ([5, 4], [3, 6])]
    runs = ll.train(nets, (X, y), loss="mse", optimizer="sgd", lr=0.05, epochs=150, dtype="float64")
    for i, net in enumerate(nets):
        assert_same(runs, i, plain_training(net, X, y, "mse", OPTIMIZERS["sgd"][1], 0.05, 150))


@pytest.mark.parametrize("output", ["sigmoid", "abs", "softplus"])
def test_an_output_activation_comes_before_the_loss(output, samples):
    X, labels, _ = samples
    start = ll.mlp(2, [5], 3, seed=1, dtype="float64")
    net = ll.Network.from_arrays(start.weights, start.biases, "relu", output)
    runs = ll.train(net, (X, labels), loss="cross-entropy", lr=0.1, epochs=50, dtype="float64")
    assert_same(runs, 0, plain_training(net, X, labels, "cross-entropy", OPTIMIZERS["sgd"][1], 0.1, 50))
    assert runs.networks[0].output_activation.name == output


@pytest.mark.parametrize("n_inputs", [3, 100])
@pytest.mark.parametrize("seeds", [[7, 8, 9], [7, 7, 7]])
def test_narrow_and_wide_inputs_own_and_equal_orders(n_inputs, seeds):
    rng = np.random.default_rng(0)
    X, y = rng.standard_normal((45, n_inputs)), rng.standard_normal((45, 1))
    nets = [ll.mlp(n_inputs, [4], 1, seed=i, dtype="float64") for i in range(3)]
    runs = ll.train(nets, (X, y), loss="mse", lr=0.01, epochs=5, batch_size=10, dtype="float64", seed=seeds)
    for i, net in enumerate(nets):
        oracle = plain_training(net, X, y, "mse", OPTIMIZERS["sgd"][1], 0.01, 5, 10, key=(seeds[i], 0))
        assert_same(runs, i, oracle)


def rings():
    data = ll.data.rings(n_per_class=60, seed=0)
    return data.X, np.asarray(data.y, dtype=np.float64).reshape(-1, 1)


def quadrants():
    X = np.random.default_rng(0).standard_normal((200, 2))
    return X, (X[:, :1] * X[:, 1:] > 0).astype(np.float64)


def wide():
    data = ll.data.iris()
    return np.concatenate([data.X**k / 2.0**k for k in range(1, 21)], axis=1), data.y


def cast(data):
    return data.X, np.asarray(data.y)


WORKLOADS = {  # small versions of what the course and the benchmarks train
    "rings": (rings, [[3], [2]], "sigmoid", "bce-with-logits", "adam", 1e-3, 300, None),
    "iris": (lambda: cast(ll.data.iris()), [[1], [10], [20]], "relu", "cross-entropy", "sgd", 0.1, 200, None),
    "spirals": (
        lambda: cast(ll.data.spirals(n_per_class=50, seed=1)),
        [[14], [7, 7], [5, 5, 5], [4, 4, 4, 4], [4] * 5],
        "relu", "cross-entropy", "adam", 1e-3, 30, 32,
    ),
    "damped sine": (lambda: cast(ll.data.damped_sine()), [[10], [3]], "sigmoid", "mse", "adam", 1e-2, 100, None),
    "quadrants": (quadrants, [[20]] * 4, "relu", "bce-with-logits", "adam", 1e-2, 20, 64),
    "wide": (wide, [[], [3]], "relu", "cross-entropy", "adam", 1e-3, 20, 32),
}  # fmt: skip


@pytest.mark.parametrize("name", WORKLOADS)
def test_workloads_match_torch(name):
    make, shapes, phi, loss, optimizer, lr, epochs, batch_size = WORKLOADS[name]
    X, y = make()
    n_outputs = y.max() + 1 if y.ndim == 1 else y.shape[1]
    nets = [
        ll.mlp(X.shape[1], widths, int(n_outputs), activation=phi, seed=i, dtype="float64")
        for i, widths in enumerate(shapes)
    ]
    runs = ll.train(
        nets, (X, y), loss=loss, optimizer=optimizer, lr=lr, epochs=epochs, batch_size=batch_size, drop_last=True,
        dtype="float64",
    )  # fmt: skip
    for i, net in enumerate(nets):
        key = (0, i) if batch_size else None
        theirs = OPTIMIZERS[optimizer][1]
        assert_same(runs, i, plain_training(net, X, y, loss, theirs, lr, epochs, batch_size, True, key), 1e-9)
