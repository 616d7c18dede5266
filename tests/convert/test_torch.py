"""torch modules to networks and back: same values, same floats, and a reason where it cannot be."""

from __future__ import annotations

import warnings

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from torch import nn
from torch.nn.utils.parametrizations import weight_norm
from torch.optim.swa_utils import AveragedModel

import leadlight as ll
from leadlight.activations import ACTIVATIONS
from leadlight.convert.torch import from_torch, to_torch
from leadlight.errors import ModelError


class Whole(nn.Module):
    """A module whose one attribute is the network, as many write it."""

    def __init__(self, net):
        super().__init__()
        self.net = net

    def forward(self, x):
        return self.net(x)


@pytest.fixture(autouse=True)
def _seed():
    torch.manual_seed(0)


def assert_same_values(module, n_inputs, net=None):
    net = ll.Network.of(module) if net is None else net
    x = torch.randn(50, n_inputs, dtype=torch.float64) * 2
    with torch.no_grad():
        expected = module.double().eval()(x)
    np.testing.assert_allclose(net(x.numpy()), expected.numpy(), rtol=1e-11, atol=1e-12)
    return net


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


def small():
    return nn.Sequential(nn.Linear(2, 3), nn.ReLU(), nn.Dropout(0.5), nn.Linear(3, 2))


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


class Chain(nn.Module):
    """fc1, `step`, fc2."""

    def __init__(self, step, width=4):
        super().__init__()
        self.fc1, self.fc2, self.step = nn.Linear(2, 4), nn.Linear(width, 3), step

    def forward(self, x):
        return self.fc2(self.step(self.fc1(x)))


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


def test_a_plain_list_of_registered_layers_does_no_harm():
    module = Chain(F.relu)
    module.all = [module.fc1, module.fc2]
    assert_same_values(module, 2)


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
