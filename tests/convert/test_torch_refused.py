"""Modules of torch that are no plain chain of layers: one sentence says why, and what to do."""

from __future__ import annotations

import warnings

import pytest
import torch
import torch.nn.functional as F
from torch import nn

import leadlight as ll
from leadlight.errors import ModelError
from torch_modules import Chain


class PlainList(nn.Module):
    def __init__(self):
        super().__init__()
        self.layers = [nn.Linear(2, 3), nn.Linear(3, 1)]

    def forward(self, x):
        for layer in self.layers:
            x = torch.relu(layer(x))
        return x


def test_layers_in_a_plain_list_are_named():
    says = r"PlainList\.layers holds layers in a plain Python list.*not registered.*neither trained nor found"
    with pytest.raises(ModelError, match=says):
        ll.Network.of(PlainList())
    with pytest.raises(ModelError, match=r"Sequential\.0\.layers"):
        ll.Network.of(nn.Sequential(PlainList()))


def test_parameters_in_a_plain_dict_are_named():
    module = Chain(F.relu)
    module.extra = {"a": [nn.Parameter(torch.ones(2))]}
    with pytest.raises(ModelError, match=r"extra holds parameters in a plain Python dict.*nn\.ParameterList"):
        ll.Network.of(module)


class Residual(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc1, self.fc2 = nn.Linear(2, 2), nn.Linear(2, 1)

    def forward(self, x):
        return self.fc2(x + torch.relu(self.fc1(x)))


class TwoInputs(Residual):
    def forward(self, x, y):
        return self.fc2(self.fc1(x))


class TwoOutputs(Residual):
    def forward(self, x):
        z = self.fc1(x)
        return z, self.fc2(z)


class DataDependent(Residual):
    def forward(self, x):
        return self.fc2(x) if x.sum() > 0 else self.fc1(x)


class NoForward(nn.Module):
    pass


def training_batch_norm():
    return nn.Sequential(nn.Linear(2, 2), nn.BatchNorm1d(2), nn.ReLU(), nn.Linear(2, 1)).train()


def scripted():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # newer versions of torch have better
        return torch.jit.script(nn.Sequential(nn.Linear(2, 2)))


@pytest.mark.parametrize(
    ("module", "says"),
    [
        (Residual, "not a plain chain.*add.*residual connections and branches"),
        (TwoInputs, "several inputs"),
        (TwoOutputs, "not a plain chain|returns a tuple"),
        (DataDependent, "cannot be traced"),
        (NoForward, "cannot be traced"),
        (lambda: Chain(lambda z: z * z), "mul.*affine maps must be nn.Linear"),
        (lambda: Chain(lambda z: z / z.shape[1]), "truediv.*affine maps must be nn.Linear"),
        (lambda: Chain(lambda z: torch.add(z, 2, alpha=3)), "add.*affine maps must be nn.Linear"),
        (lambda: Chain(lambda z: 1 / z), "divides by what"),
        (lambda: Chain(lambda z: z / 0), "or by 0"),
        (lambda: Chain(lambda z: z * torch.ones(2, 4)), r"shape \(2, 4\)"),
        (lambda: Chain(lambda z: z * torch.ones(3)), "3 numbers for 4 units"),
        (lambda: Chain(lambda z: z @ torch.ones(4, 4)), "matmul.*affine maps must be nn.Linear"),
        (lambda: Chain(lambda z: z + torch.arange(4)), "real floats"),
        (lambda: Chain(torch.sin), "sin.*not supported: use Linear"),
        (lambda: Chain(lambda z: z.clamp(max=2)), "two numbers as bounds, or min=0 alone"),
        (lambda: Chain(lambda z: z.clamp(torch.zeros(4), 2)), "bounds"),
        (lambda: Chain(lambda z: F.hardtanh(z, 2, -2)), "lower bound below its upper one"),
        (lambda: Chain(lambda z: z.view(-1, 2), width=2), "one row for each sample"),
        (lambda: Chain(lambda z: z[:, 0]), "one row for each sample"),
        (lambda: Chain(lambda z: z.squeeze(0)), "one row for each sample"),
        (lambda: Chain(lambda z: z[:2]), "one row for each sample"),
        (lambda: Chain(lambda z: F.softplus(z, beta=2)), "beta 1"),
        (lambda: Chain(lambda z: F.gelu(z, approximate="tanh")), "exact one"),
        (lambda: Chain(torch.flatten), r"flatten\(1\)"),
        (lambda: Chain(lambda z: z.view(-1, 2, 2)), r"flatten\(1\)"),
        (lambda: Chain(F.relu, width=5), "cannot be described"),
        (lambda: nn.Sequential(nn.Conv2d(1, 2, 3)), "'0' .Conv2d. is not supported"),
        (lambda: nn.Sequential(nn.Linear(2, 2), nn.Softmax(1)), "leave the softmax out"),
        (lambda: Chain(lambda z: F.log_softmax(z, 1)), "leave the softmax out"),
        (
            lambda: nn.Sequential(nn.Linear(2, 2), nn.SiLU()),
            "activations abs, ELU, GELU, Hardtanh",
        ),
        (lambda: nn.Sequential(nn.Flatten(0), nn.Linear(2, 2)), r"flatten\(1\)"),
        (
            lambda: nn.Sequential(nn.Linear(2, 4), nn.Unflatten(1, (2, 2)), nn.Linear(2, 2)),
            "a layer comes after",
        ),
        (lambda: nn.Sequential(nn.Linear(2, 1), nn.Flatten(0), nn.Linear(1, 2)), "a layer comes after"),
        (
            lambda: nn.Sequential(nn.Linear(2, 4), nn.Unflatten(1, (2, 2)), nn.PReLU(2)),
            "a layer comes after",
        ),
        (scripted, "TorchScript.*made from"),
        (lambda: nn.Sequential(nn.Linear(2, 2), nn.GELU("tanh")), "exact one"),
        (lambda: nn.Sequential(nn.ReLU()), "no Linear layer"),
        (lambda: nn.ModuleList([nn.Linear(2, 2)]), "ModuleList"),
        (training_batch_norm, r"call \.eval\(\)"),
        (
            lambda: nn.Sequential(nn.Linear(2, 2), nn.BatchNorm1d(2, track_running_stats=False)),
            "running statistics",
        ),
        (lambda: nn.Sequential(nn.Linear(2, 2, dtype=torch.complex64)), "complex64"),
    ],
)
def test_what_cannot_be_described_is_named(module, says):
    with pytest.raises(ModelError, match=says) as caught:
        ll.Network.of(module())
    assert "\n" not in str(caught.value)


def test_nan_weights_are_named():
    module = nn.Sequential(nn.Linear(2, 1))
    module[0].weight.data.fill_(torch.nan)
    with pytest.raises(ModelError, match="Sequential cannot be described"):
        ll.Network.of(module)


def test_a_lazy_layer_is_named():
    with pytest.raises(ModelError, match="lazy"):
        ll.Network.of(nn.Sequential(nn.LazyLinear(3)))
