"""Forward and backward kernels against `leadlight.activations`, the NumPy losses and torch's autograd."""

from __future__ import annotations

import numpy as np
import pytest
import torch

import leadlight as ll
from leadlight.activations import ACTIVATIONS, activation
from leadlight.training import LOSSES
from leadlight.training._torch_kernels import LOSS_KERNELS, activation_kernel
from leadlight.training._torch_stack import Stack
from torch_loop import activate

SPECS = [*ACTIVATIONS, "leaky_relu(0.3)", "leaky_relu(-2)", "elu(0.5)", "elu(-1)", "hardtanh(-0.5, 1.5)"]
POINTS = np.array([-800.0, -45.0, -25.0, -3.0, -1.0, -0.5, 0.0, 1e-9, 0.5, 1.0, 1.5, 21.0, 45.0, 800.0])


@pytest.mark.parametrize("spec", SPECS)
def test_activations_and_their_derivatives(spec):
    phi = activation(spec)
    kernel = activation_kernel(phi)
    z = torch.tensor(POINTS)
    out, grad = torch.empty_like(z), torch.full_like(z, 3.0)
    kernel.forward(z, out)
    np.testing.assert_allclose(out.numpy(), phi.forward(POINTS), rtol=1e-14, atol=1e-15)
    kernel.backward(grad, z.clone() if kernel.reads_z else torch.full_like(z, torch.nan), out)
    np.testing.assert_allclose(grad.numpy(), 3.0 * phi.derivative(POINTS), rtol=1e-12, atol=1e-14)


@pytest.mark.parametrize("name", LOSSES)
def test_loss_values_and_gradients(name):
    rng = np.random.default_rng(0)
    n_runs, n_outputs, n = 3, 4, 9
    p = rng.standard_normal((n_runs, n_outputs, n)) * 10
    p[0, 0, 0], p[1, 1, 1] = 500.0, -500.0
    y = rng.integers(0, n_outputs, n) if name == "cross_entropy" else rng.integers(0, 2, (n, n_outputs)) * 1.0
    outputs = torch.tensor(p, requires_grad=True)
    kernel = LOSS_KERNELS[name]
    rows = torch.tensor(kernel.rows(y, n_outputs, 1.0)).unsqueeze(0)
    grad, value = torch.empty_like(outputs), torch.empty(n_runs, dtype=torch.float64)
    kernel.value_and_gradient(outputs.detach(), rows, grad, value)
    for run in range(n_runs):
        assert value[run].item() == pytest.approx(LOSSES[name](p[run].T, y), rel=1e-12)
    target = torch.tensor(y)
    if name == "cross_entropy":
        total = n_runs * torch.nn.functional.cross_entropy(
            outputs.transpose(1, 2).flatten(0, 1), target.repeat(n_runs)
        )
    elif name == "bce_with_logits":
        each = target.T.expand(n_runs, -1, -1)
        total = n_runs * torch.nn.functional.binary_cross_entropy_with_logits(outputs, each)
    else:
        scale = target.T.abs().clamp(min=0.05) if name == "relative_mse" else torch.ones(())
        total = (((outputs - target.T) / scale) ** 2).mean((1, 2)).sum()
    total.backward()
    np.testing.assert_allclose(grad.numpy(), outputs.grad.numpy(), rtol=1e-10, atol=1e-14)


def test_bce_of_a_sure_and_right_answer_is_not_rounded_away():
    p, y = torch.full((1, 1, 1), 30.0), torch.ones((1, 1, 1))
    value, grad = torch.empty(1), torch.empty((1, 1, 1))
    LOSS_KERNELS["bce_with_logits"].value_and_gradient(p, y, grad, value)
    assert value.item() == pytest.approx(np.exp(-30.0), rel=1e-6)


@pytest.mark.parametrize("spec", SPECS)
@pytest.mark.parametrize("shared", [True, False])
def test_stack_gradients_match_autograd(spec, shared):
    rng = np.random.default_rng(1)
    start = [
        ll.mlp(3, w, 2, activation=spec, seed=i, dtype="float64")
        for i, w in enumerate([[5, 2], [3, 4], [1, 1]])
    ]
    nets = [ll.Network.from_arrays(net.weights, net.biases, spec, "tanh") for net in start]
    kernel = LOSS_KERNELS["mse"]
    stack = Stack(nets, (3, 5, 4, 2), kernel, torch.float64, "cpu")
    X = torch.tensor(rng.standard_normal((3, 4, 7)))
    X[:, -1] = 1.0
    y = torch.tensor(rng.standard_normal((3, 2, 7)))
    value = torch.empty(3, dtype=torch.float64)
    stack.value_and_gradient(X[0] if shared else X, y, value)
    analytic = [block.clone() for block in stack.dW]
    for run, net in enumerate(nets):
        inputs = X[0 if shared else run, :-1].T.numpy()
        assert value[run].item() == pytest.approx(LOSSES["mse"](net(inputs), y[run].T.numpy()), rel=1e-12)
        parameters = [
            torch.tensor(np.column_stack([W, b]), requires_grad=True)
            for W, b in zip(net.weights, net.biases, strict=True)
        ]
        a = torch.tensor(inputs.T)
        for layer, Wb in enumerate(parameters):
            z = Wb @ torch.cat([a, torch.ones((1, 7), dtype=torch.float64)])
            a = activate(activation("tanh" if layer == 2 else spec), z)
        ((a - y[run]) ** 2).mean().backward()
        for ours, Wb in zip(analytic, parameters, strict=True):
            rows, columns = Wb.shape
            assert Wb.grad is not None
            np.testing.assert_allclose(
                ours[run, :rows, : columns - 1], Wb.grad[:, :-1], rtol=1e-10, atol=1e-13
            )
            np.testing.assert_allclose(ours[run, :rows, -1], Wb.grad[:, -1], rtol=1e-10, atol=1e-13)
            assert ours[run, rows:].abs().sum() == 0
            assert ours[run, :, columns - 1 : -1].abs().sum() == 0
