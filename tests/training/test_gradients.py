"""The compiled engine's gradients against autograd and central differences.

One step of SGD at rate 1 leaves the gradient behind: the parameters before less those after.
"""

from __future__ import annotations

import itertools

import numpy as np
import pytest
import torch

import leadlight as ll
import torch_loop
from leadlight.activations import ACTIVATIONS
from leadlight.training import LOSSES

SPECS = [*ACTIVATIONS, "leaky_relu(-0.5)", "leaky_relu(1.5)", "elu(0.5)", "elu(-1)"]
SHAPES = [[], [5], [4, 3], [3, 7, 2, 3]]
INPUTS = {"narrow": 3, "wide": 70}
N_SAMPLES, N_OUTPUTS = 19, 3
NEAR = 1e-3  # of a kink: closer than this, a difference quotient could straddle it


def samples(loss: str, n_inputs: int) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(1)
    X = rng.standard_normal((N_SAMPLES, n_inputs))
    if loss == "cross_entropy":
        return X, rng.integers(N_OUTPUTS, size=N_SAMPLES)
    y = rng.standard_normal((N_SAMPLES, N_OUTPUTS))
    return X, rng.uniform(size=y.shape) if loss == "bce_with_logits" else y


def parameters(net: ll.Network) -> np.ndarray:
    """All of them in a row: weights and biases, layer by layer."""
    return np.concatenate([a.ravel() for pair in zip(net.weights, net.biases) for a in pair])


def with_parameters(net: ll.Network, flat: np.ndarray) -> ll.Network:
    parts = np.split(flat, np.cumsum([a.size for pair in zip(net.weights, net.biases) for a in pair])[:-1])
    weights = [part.reshape(W.shape) for part, W in zip(parts[::2], net.weights)]
    return net.with_parameters(weights, parts[1::2])


def gradients(
    nets: list[ll.Network], X: np.ndarray, y: np.ndarray, loss: str, dtype: str = "float64"
) -> list:
    runs = ll.train(nets, (X, y), loss=loss, lr=1.0, epochs=1, dtype=dtype, engine="compiled")
    return [parameters(net) - parameters(after) for net, after in zip(nets, runs.networks)]


def autograd(net: ll.Network, X: np.ndarray, y: np.ndarray, loss: str) -> np.ndarray:
    module = torch_loop.Chain(net)
    scale = float(np.abs(y).max())
    torch_loop.loss_of(loss, module(torch.tensor(X)), torch.tensor(y), scale).backward()
    found = [p.grad for layer in module.layers for p in (layer.weight, layer.bias)]
    # a step's weights have no path to the loss
    return np.concatenate([np.zeros(p.shape).ravel() if p is None else p.numpy().ravel() for p in found])


def differences(net: ll.Network, X: np.ndarray, y: np.ndarray, loss: str, h: float = 1e-5) -> np.ndarray:
    """Central, of the loss that NumPy computes."""
    flat = parameters(net)
    result = np.empty_like(flat)
    for i in range(len(flat)):
        values = []
        for moved in (flat[i] + h, flat[i] - h):
            there = flat.copy()
            there[i] = moved
            values.append(LOSSES[loss](with_parameters(net, there)(X), y))
        result[i] = (values[0] - values[1]) / (2 * h)
    return result


def make(spec: str, widths: list[int], n_inputs: int, X: np.ndarray, output: str = "identity") -> ll.Network:
    """A network none of whose preactivations on X lies near a kink of its activation."""
    for seed in itertools.count():
        start = ll.mlp(n_inputs, widths, N_OUTPUTS, seed=seed, dtype="float64")
        net = ll.Network.from_arrays(start.weights, start.biases, spec, output)
        phis = (*net.activations, net.output_activation)
        kinks = [phi.pieces.breakpoints if phi.pieces else np.zeros(1) for phi in phis]
        if all(abs(z[..., None] - at).min(initial=1) > NEAR for z, at in zip(net.preactivations(X), kinks)):
            return net
    raise AssertionError


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("layout", INPUTS)
def test_gradients_are_autograds(loss, layout):
    """Every activation, hidden and as output activation, at four depths."""
    X, y = samples(loss, INPUTS[layout])
    nets = [make(spec, widths, INPUTS[layout], X) for spec in SPECS for widths in SHAPES]
    nets += [make("tanh", widths, INPUTS[layout], X, spec) for spec in SPECS for widths in SHAPES[:2]]
    for net, ours in zip(nets, gradients(nets, X, y, loss), strict=True):
        np.testing.assert_allclose(ours, autograd(net, X, y, loss), rtol=1e-12, atol=1e-14, err_msg=repr(net))


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("layout", INPUTS)
def test_float32_gradients_are_autograds(loss, layout):
    X, y = samples(loss, INPUTS[layout])
    X = X.astype(np.float32).astype(np.float64)
    nets = [
        ll.Network.from_arrays(*([a.astype(np.float32) for a in part] for part in (net.weights, net.biases)), spec)
        for spec in SPECS
        for net in [make(spec, widths, INPUTS[layout], X) for widths in SHAPES]
    ]  # fmt: skip
    for net, ours in zip(nets, gradients(nets, X, y, loss, "float32"), strict=True):
        np.testing.assert_allclose(ours, autograd(net, X, y, loss), rtol=1e-5, atol=2e-6, err_msg=repr(net))


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("layout", INPUTS)
def test_gradients_are_central_differences(loss, layout):
    """Away from kinks. A step counts too: there, nothing below it moves the loss."""
    X, y = samples(loss, INPUTS[layout])
    shapes = [[], [4], [3, 2]] if layout == "narrow" else [[2]]
    nets = [make(spec, widths, INPUTS[layout], X) for spec in SPECS for widths in shapes]
    for net, ours in zip(nets, gradients(nets, X, y, loss), strict=True):
        np.testing.assert_allclose(
            ours, differences(net, X, y, loss), rtol=1e-7, atol=1e-8, err_msg=repr(net)
        )


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("spec", SPECS)
def test_kinks_take_torchs_derivative(spec, dtype, loss):
    """Preactivations that are exactly -1, 0 and 1, in a hidden layer and in the output's."""
    X = np.array([[-1.0], [0.0], [1.0]])
    y = np.array([0, 1, 1]) if loss == "cross_entropy" else np.array([[0.25, 0.5], [1.0, 0.75], [0.5, 0.5]])
    first = ([[1.0], [-1.0]], [0.0, 0.0])
    second = ([[0.5, -0.25], [0.75, 1.0]], [0.125, -0.5])
    nets = [
        ll.Network.from_arrays([first[0], second[0]], [first[1], second[1]], spec),
        ll.Network.from_arrays([first[0]], [first[1]], [], spec),
    ]
    for net, ours in zip(nets, gradients(nets, X, y, loss, dtype), strict=True):
        close = 1e-14 if dtype == "float64" else 1e-6
        np.testing.assert_allclose(ours, autograd(net, X, y, loss), rtol=close, atol=close)
