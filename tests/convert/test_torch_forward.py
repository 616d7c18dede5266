"""Modules of torch with a forward of their own: the functions, methods and arithmetic that may stand in it."""

from __future__ import annotations

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from torch import nn

import leadlight as ll
from leadlight.errors import ModelError
from torch_modules import Chain, assert_same_values


@pytest.fixture(autouse=True)
def _seed():
    torch.manual_seed(0)


@pytest.mark.parametrize(
    ("step", "name"),
    [
        (F.relu, "relu"),
        (torch.relu, "relu"),
        (lambda z: F.relu(z, True), "relu"),
        (lambda z: z.relu(), "relu"),
        (lambda z: F.dropout(F.relu(input=z, inplace=True), 0.5, False), "relu"),
        (lambda z: F.leaky_relu(z, 0.2), "leaky_relu(0.2)"),
        (lambda z: F.leaky_relu(z, negative_slope=0.2), "leaky_relu(0.2)"),
        (torch.sigmoid, "sigmoid"),
        (lambda z: z.sigmoid(), "sigmoid"),
        (F.tanh, "tanh"),
        (torch.abs, "abs"),
        (abs, "abs"),
        (lambda z: z.tanh().contiguous(), "tanh"),
        (F.hardtanh, "hardtanh"),
        (lambda z: F.hardtanh(z, -1, 1), "hardtanh"),
        (lambda z: F.hardtanh(z, min_val=-0.5, max_val=0.3), "hardtanh(-0.5, 0.3)"),
        (F.relu6, "hardtanh(0.0, 6.0)"),
        (lambda z: z.clamp(-0.25, 0.5), "hardtanh(-0.25, 0.5)"),
        (lambda z: torch.clip(z, min=-2, max=0), "hardtanh(-2.0, 0.0)"),
        (lambda z: z.clamp(min=0), "relu"),
        (nn.ReLU6(), "hardtanh(0.0, 6.0)"),
        (nn.Hardtanh(-0.1, 0.2), "hardtanh(-0.1, 0.2)"),
        (lambda z: z.relu().view(-1, 4), "relu"),
        (lambda z: z.relu().reshape(-1, 2, 2).flatten(1), "relu"),
        (lambda z: torch.squeeze(z.relu(), -1), "relu"),  # of four features: nothing to drop
        (F.gelu, "gelu"),
        (lambda z: F.elu(z, 0.5), "elu(0.5)"),
        (lambda z: F.softplus(z, threshold=50), "softplus"),
        (lambda z: torch.relu(z).view(z.size(0), -1), "relu"),
        (lambda z: torch.relu(z).reshape((z.shape[0], 2 * 2)), "relu"),
        (lambda z: torch.flatten(torch.relu(z), 1), "relu"),
        (lambda z: z.relu().flatten(start_dim=1), "relu"),
    ],
)
def test_functions_and_methods(step, name):
    net = assert_same_values(Chain(step), 2)
    assert [phi.spec for phi in net.activations] == [name]


@pytest.mark.parametrize(
    "last",
    [
        nn.Flatten(),
        nn.Flatten(0),
        nn.Unflatten(1, (1, 1)),
        lambda y: y.squeeze(-1),
        lambda y: y.squeeze(1),
        lambda y: torch.squeeze(y, dim=-1),
        lambda y: y.squeeze(),
        lambda y: y[:, 0],
        lambda y: y[..., -1],
        lambda y: y.view(-1),
        lambda y: y.reshape(len(y) if isinstance(y, torch.Tensor) else -1),
        lambda y: y.flatten(),
        lambda y: torch.relu(y.squeeze(-1)),  # an activation of each number, whatever the shape
    ],
)
def test_a_single_output_may_drop_its_axis(last):
    class Single(Chain):
        def __init__(self):
            super().__init__(nn.ReLU6())
            self.last = last

        def forward(self, x):
            return self.last(super().forward(x))

    module = Single()
    module.fc2 = nn.Linear(4, 1)
    net, x = ll.Network.of(module), torch.randn(50, 2, dtype=torch.float64) * 9
    assert net.n_outputs == 1
    with torch.no_grad():
        expected = module.double()(x).numpy()
    assert expected.size == 50
    np.testing.assert_allclose(net(x.numpy()).ravel(), expected.ravel(), rtol=1e-12, atol=1e-13)


def test_outputs_folded_into_axes_keep_their_order():
    module = nn.Sequential(nn.Linear(2, 6), nn.ReLU(), nn.Linear(6, 12), nn.Unflatten(1, (3, 4)), nn.ReLU6())
    x = torch.randn(50, 2, dtype=torch.float64)
    with torch.no_grad():
        net, expected = ll.Network.of(module), module.double()(x).numpy()
    np.testing.assert_allclose(net(x.numpy()), expected.reshape(50, 12), rtol=1e-12, atol=1e-13)


class Standardised(nn.Module):
    """What controllers and regressors often are: inputs less their mean by their deviation, the output scaled back."""

    def __init__(self, body=lambda net, x: net(x)):
        super().__init__()
        self.register_buffer("mean", torch.tensor([1.5, -20.0]))
        self.register_buffer("std", torch.tensor([0.3, 7.0]))
        self.net, self.body, self.factor = (
            nn.Sequential(nn.Linear(2, 4), nn.ReLU(), nn.Linear(4, 1)),
            body,
            3.0,
        )

    def forward(self, x):
        return self.body(self.net, (x - self.mean) / (self.std + 1e-8)) * self.factor + 0.25


@pytest.mark.parametrize(
    "body",
    [
        lambda net, x: net(x),
        lambda net, x: 1 - net(-x),
        lambda net, x: net[2](net[1](net[0](x)) * torch.tensor([1.0, 2.0, 3.0, 4.0])),
        lambda net, x: net(torch.relu(2.0 * x)),  # a scaling between the inputs and an activation
        lambda net, x: torch.sub(torch.relu(net(x)), 0.5),  # and after the last one
    ],
)
def test_arithmetic_with_numbers_and_buffers(body):
    module = Standardised(body).double()
    own = dict(vars(module))
    net, x = ll.Network.of(module), torch.randn(50, 2, dtype=torch.float64) * 9
    assert vars(module) == own
    with torch.no_grad():
        np.testing.assert_allclose(net(x.numpy()), module(x).numpy(), rtol=1e-11, atol=1e-11)


def test_a_scaled_single_output_may_drop_its_axis():
    module = Standardised(lambda net, x: net(x).squeeze(-1)).double()
    net, x = ll.Network.of(module), torch.randn(50, 2, dtype=torch.float64) * 9
    with torch.no_grad():
        np.testing.assert_allclose(net(x.numpy())[:, 0], module(x).numpy(), rtol=1e-11)


def test_own_parameters_through_f_linear():
    class Own(nn.Module):
        def __init__(self):
            super().__init__()
            self.W, self.b = nn.Parameter(torch.randn(3, 2)), nn.Parameter(torch.randn(3))

        def forward(self, x):
            return F.linear(F.relu(F.linear(x, self.W, self.b)), weight=self.W.T)

    with pytest.raises(ModelError, match="computes its weight"):
        ll.Network.of(Own())
    Own.forward = lambda self, x: F.relu(F.linear(x, self.W, bias=self.b))
    net = assert_same_values(Own(), 2)
    assert net.output_activation.name == "relu"


def test_a_plain_list_of_registered_layers_does_no_harm():
    module = Chain(F.relu)
    module.all = [module.fc1, module.fc2]
    assert_same_values(module, 2)
