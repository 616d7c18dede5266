"""Layers whose weights are made from others: pruned, normalised, parametrized. In training, and as they stand."""

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn.utils import parametrizations, parametrize, prune

import leadlight as ll
from leadlight.convert.torch_training import from_training
from leadlight.errors import ModelError


def pruned(layer):
    prune.random_unstructured(layer, "weight", amount=0.3)
    prune.l1_unstructured(layer, "weight", amount=0.3)  # the two in a container
    return prune.l1_unstructured(layer, "bias", amount=2)


class Doubled(nn.Module):
    def forward(self, weight):
        return 2 * weight


def doubled(layer):
    parametrize.register_parametrization(layer, "weight", Doubled())
    return layer


WRAPPERS = [
    pruned,
    doubled,
    parametrizations.weight_norm,
    parametrizations.spectral_norm,
    pytest.param(nn.utils.weight_norm, marks=pytest.mark.filterwarnings("ignore:`torch.nn.utils.weight_norm`")),
    nn.utils.spectral_norm,
]  # fmt: skip


def trained(wrap):
    """A module just after a step of its optimizer: weights that hooks make are those of the step before."""
    torch.manual_seed(0)
    module = nn.Sequential(wrap(nn.Linear(2, 9)), nn.ReLU(), nn.Linear(9, 2))
    optimizer = torch.optim.SGD(module.parameters(), lr=0.5)
    for _ in range(3):
        optimizer.zero_grad()
        module(torch.randn(16, 2)).square().sum(dim=1).sub(1).square().mean().backward()
        optimizer.step()
    return module


@pytest.mark.parametrize("wrap", WRAPPERS)
@pytest.mark.parametrize("convert", [ll.Network.of, from_training])
def test_the_network_is_what_the_module_is_in_eval_mode_after_the_step(wrap, convert):
    module = trained(wrap)
    net = convert(module)
    points = torch.randn(50, 2)
    with torch.no_grad():
        np.testing.assert_allclose(net(points.numpy()), module.eval()(points).numpy(), rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize("wrap", WRAPPERS)
@pytest.mark.parametrize("convert", [ll.Network.of, from_training])
def test_nothing_of_the_module_changes(wrap, convert):
    module = trained(wrap)
    before = {name: tensor.clone() for name, tensor in module.state_dict().items()}
    lying = [id(value) for part in module.modules() for value in vars(part).values()]
    convert(module)
    assert all(torch.equal(tensor, before[name]) for name, tensor in module.state_dict().items())
    assert [id(value) for part in module.modules() for value in vars(part).values()] == lying
    assert all(part.training for part in module.modules())


@pytest.mark.parametrize(
    ("layer", "sentence"), [(nn.LazyLinear(8), "lazy"), (nn.Linear(2, 8, device="meta"), "device meta")]
)
@pytest.mark.parametrize("convert", [ll.Network.of, from_training])
def test_layers_without_numbers_get_one_sentence(layer, sentence, convert):
    with pytest.raises(ModelError, match=sentence):
        convert(nn.Sequential(layer, nn.ReLU(), nn.Linear(8, 1)))


def test_running_statistics_that_diverged_make_an_empty_row():
    module = nn.Sequential(nn.Linear(2, 3), nn.BatchNorm1d(3), nn.ReLU(), nn.Linear(3, 1))
    module(torch.full((4, 2), torch.inf))
    callback = ll.RegionCallback([(-1, 1), (-1, 1)])
    callback(0, module)
    assert callback.evolution.notes == ("not counted: weights that are not finite",)
    assert callback.evolution.n_cells.tolist() == [-1]
