"""Sequential modules of torch to networks and back: same values, same floats."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn.utils.parametrizations import weight_norm
from torch.optim.swa_utils import AveragedModel

import leadlight as ll
from leadlight.activations import ACTIVATIONS
from leadlight.convert.torch import from_torch, to_torch
from torch_modules import assert_same_values


@pytest.fixture(autouse=True)
def _seed():
    torch.manual_seed(0)


def test_a_sequential_keeps_its_floats():
    module = nn.Sequential(nn.Linear(2, 5), nn.ReLU(), nn.Linear(5, 3), nn.Tanh(), nn.Linear(3, 1))
    net = assert_same_values(module, 2, ll.Network.of(module))
    assert net.layer_sizes == (2, 5, 3, 1)
    assert [phi.name for phi in net.activations] == ["relu", "tanh"]
    assert net.output_activation.name == "identity"
    np.testing.assert_array_equal(net.weights[0], module[0].weight.detach().numpy())


@pytest.mark.parametrize("spec", [*ACTIVATIONS, "leaky_relu(0.3)", "elu(0.7)", "hardtanh(0, 6)"])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_round_trip_is_bit_exact(spec, dtype):
    start = ll.mlp(3, [4, 2], 2, activation=spec, seed=0, dtype=dtype)
    net = ll.Network.from_arrays(start.weights, start.biases, spec, spec)
    module = to_torch(net)
    assert next(module.parameters()).dtype == getattr(torch, dtype)
    assert from_torch(module).equals(net)
    assert from_torch(net.to_torch(torch.float64)).equals(net)
    assert_same_values(net.to_torch(torch.float64), 3, net)


def test_to_torch_leaves_the_generator_alone():
    before = torch.get_rng_state()
    module = ll.mlp(2, [3], 1, seed=0).to_torch()
    assert torch.equal(torch.get_rng_state(), before)
    module(torch.zeros(1, 2)).sum().backward()
    assert all(parameter.grad is not None for parameter in module.parameters())


def test_nesting_dropout_flatten_identity_pass_through():
    inner = nn.Sequential(nn.Linear(6, 4), nn.Dropout(0.5), nn.ReLU(inplace=True))
    module = nn.Sequential(nn.Flatten(), nn.Sequential(inner, nn.Identity()), nn.Linear(4, 2, bias=False))
    net = assert_same_values(module, 6)
    assert net.widths == (4,)
    assert not net.biases[1].any()


def small():
    return nn.Sequential(nn.Linear(2, 3), nn.ReLU(), nn.Dropout(0.5), nn.Linear(3, 2))


class Whole(nn.Module):
    """A module whose one attribute is the network, as many write it."""

    def __init__(self, net):
        super().__init__()
        self.net = net

    def forward(self, x):
        return self.net(x)


@pytest.mark.parametrize(
    "wrap",
    [
        nn.DataParallel,
        AveragedModel,
        lambda module: torch.compile(module, backend="eager"),
        lambda module: nn.Sequential(torch.compile(module[:2], backend="eager"), nn.DataParallel(module[2:])),
        lambda module: nn.DataParallel(torch.compile(module, backend="eager")),
        Whole,
    ],
)
def test_wrappers_are_looked_through(wrap):
    module = small()
    assert ll.Network.of(wrap(module)).equals(ll.Network.of(module))


@pytest.mark.parametrize("training", [True, False])
def test_dropout_passes_in_either_mode(training):
    assert_same_values(small().train(training), 2)


def test_weights_under_a_parametrization_are_those_of_the_moment():
    module = small().double()
    weight_norm(module[0])
    module[0].parametrizations.weight.original0.data.mul_(3.0)
    assert_same_values(module, 2)


def test_linear_layers_in_a_row_keep_the_identity_between():
    net = assert_same_values(nn.Sequential(nn.Linear(2, 3), nn.Linear(3, 4), nn.ReLU(), nn.Linear(4, 1)), 2)
    assert [phi.name for phi in net.activations] == ["identity", "relu"]


def test_activations_first_last_and_in_a_row():
    module = nn.Sequential(nn.Tanh(), nn.Linear(2, 3), nn.ReLU(), nn.Sigmoid(), nn.Linear(3, 2), nn.Sigmoid())
    net = assert_same_values(module, 2)
    assert net.widths == (2, 3, 3)
    assert net.output_activation.name == "sigmoid"


def test_a_single_layer():
    assert assert_same_values(nn.Linear(3, 2), 3).depth == 0


def batch_norm(units, **options):
    layer = nn.BatchNorm1d(units, **options).eval()
    layer.running_mean = torch.randn(units)
    layer.running_var = torch.rand(units) + 0.1
    if layer.weight is not None:
        layer.weight.data, layer.bias.data = torch.randn(units), torch.randn(units)
    return layer


@pytest.mark.parametrize(
    ("layers", "widths"),
    [
        (lambda: [nn.Linear(3, 4), batch_norm(4), nn.ReLU(), nn.Linear(4, 2)], (4,)),
        (lambda: [nn.Linear(3, 4), nn.ReLU(), batch_norm(4), nn.Linear(4, 2)], (4,)),
        (lambda: [batch_norm(3), nn.Linear(3, 4), nn.ReLU(), nn.Linear(4, 2), batch_norm(2)], (4,)),
        (lambda: [batch_norm(3), batch_norm(3, affine=False), nn.Linear(3, 4)], ()),
        (lambda: [nn.Linear(3, 4), nn.ReLU(), batch_norm(4), nn.Tanh(), nn.Linear(4, 2)], (4, 4)),
        (lambda: [nn.Linear(3, 4), nn.ReLU(), batch_norm(4)], (4,)),
    ],
)
def test_batch_norms_are_folded(layers, widths):
    assert assert_same_values(nn.Sequential(*layers()), 3).widths == widths
