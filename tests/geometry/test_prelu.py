"""Networks with a slope for each unit: against torch, the exact oracle, and networks that say the same otherwise."""

import pickle
from fractions import Fraction

import numpy as np
import pytest
import torch
from torch import nn

import leadlight as ll
import torch_loop
from compiled_cells import compare, enumerate_compiled
from degenerate_networks import SLOPES, random_case
from exact_networks import exact_values, pieces_on_interval
from leadlight import Activation, Network
from leadlight.errors import ModelError, ParameterError, ShapeError
from leadlight.geometry.reference import enumerate_cells

BOX = [(-1.5, 1.5), (-1, 1)]


def with_slopes(net, rng, share=0.8):
    """The network with prelus of degenerate slopes in most of its layers."""
    acts = [
        Activation("prelu", rng.choice(SLOPES, width)) if rng.random() < share else act
        for act, width in zip(net.activations, net.widths)
    ]
    return Network(net.weights, net.biases, tuple(acts), net.output_activation)


def random_net(widths=(6, 5), n_inputs=2, n_outputs=2, seed=0):
    rng = np.random.default_rng(seed)
    acts = [Activation("prelu", rng.normal(0, 0.7, width)) for width in widths]
    return ll.mlp(n_inputs, widths, n_outputs, activation=acts, seed=seed, bias="normal(0.3)")


# ---- the cells


def check_against_the_oracle(seed):
    net, box, kind = random_case(seed, prelus=0.0)
    net = with_slopes(net, np.random.default_rng(seed))
    expected = enumerate_cells(net, box)
    compare(net, enumerate_compiled(net, box), expected)
    assert ll.regions(net, box).n_linear_regions == expected.count_linear_regions(), kind


@pytest.mark.parametrize("seed", [*range(120), 2195])  # the last: linear parts that cancel in floats
def test_cells_are_the_oracle_s(seed):
    check_against_the_oracle(seed)


@pytest.mark.long
@pytest.mark.parametrize("block", range(20))
def test_cells_are_the_oracle_s_on_many_networks(block):
    for seed in range(1000 + 100 * block, 1100 + 100 * block):
        check_against_the_oracle(seed)


def test_the_oracle_takes_each_unit_s_own_slope():
    W, b = [[[1.0, 0.0], [0.0, 1.0]], [[1.0, 1.0]]], [[0.0, 0.0], [0.0]]
    net = Network.from_arrays(W, b, "prelu(0.5, 1)")
    cx = enumerate_cells(net, [(-1, 1), (-1, 1)])
    assert (len(cx), cx.count_linear_regions()) == (4, 2)  # the second unit cuts, and bends nothing
    found = ll.regions(net, [(-1, 1), (-1, 1)])
    assert sorted(found.affine_maps()[0][:, 0].tolist()) == [[0.5, 1.0], [0.5, 1.0], [1.0, 1.0], [1.0, 1.0]]


@pytest.mark.parametrize("seed", range(10))
def test_on_an_interval_the_pieces_are_the_oracle_s(seed):
    rng = np.random.default_rng(seed)
    net = with_slopes(ll.mlp(1, [4, 3], 1, seed=seed, bias="normal(0.5)"), rng, share=1.0)
    cx = ll.regions(net, (-2, 2))
    expected = pieces_on_interval(net, -2, 2)
    assert len(cx) == len(expected)
    order = sorted(range(len(cx)), key=cx.polygon_exact)
    for cell, (start, end, pattern, slopes, offsets) in zip(order, expected):
        assert [point[0] for point in cx.polygon_exact(cell)] == [start, end]
        assert tuple(map(tuple, (part.tolist() for part in cx.pattern(cell)))) == pattern
        assert cx.affine_map_exact(cell) == ([[slope] for slope in slopes], offsets)


def test_slopes_of_relu_leaky_relu_and_abs_say_the_same():
    base = ll.mlp(2, [7, 6], 1, seed=3, bias="normal(0.3)")
    for spec, slope in (("relu", 0.0), ("leaky_relu(0.3)", 0.3), ("abs", -1.0)):
        plain = Network(base.weights, base.biases, (spec, spec), "identity")  # pyright: ignore
        acts = tuple(Activation("prelu", [slope] * width) for width in base.widths)
        same = Network(base.weights, base.biases, acts, base.output_activation)
        cx, expected = ll.regions(same, BOX), ll.regions(plain, BOX)
        assert np.array_equal(cx.patterns, expected.patterns)
        assert np.array_equal(cx.vertices, expected.vertices)
        assert np.array_equal(cx.affine_maps()[0], expected.affine_maps()[0])
        assert cx.n_linear_regions == expected.n_linear_regions
        assert int(ll.count_regions(same, BOX)) == len(expected)


def test_measures_of_a_complex_agree_with_the_network():
    net = random_net(widths=(9, 8), n_outputs=3)
    cx = ll.regions(net, BOX)
    assert cx.is_continuous
    X = np.random.default_rng(1).uniform((-1.5, -1), (1.5, 1), (4000, 2))
    cell = cx.locate(X)
    A, c = cx.affine_maps()
    values = net(X)
    np.testing.assert_allclose(np.einsum("noi,ni->no", A[cell], X) + c[cell], values, rtol=1e-10, atol=1e-12)
    ends = cx.extrema(1)
    assert ends.minimum.value <= values[:, 1].min() <= values[:, 1].max() <= ends.maximum.value
    assert float(exact_values(net, ends.maximum.point)[1]) == ends.maximum.value
    jacobians = net.jacobian(X)
    steepest = np.linalg.norm(jacobians, 2, axis=(1, 2)).max()
    assert steepest <= cx.lipschitz().constant * (1 + 1e-12)
    parts = cx.decision_partition()
    assert np.array_equal(parts.classes[parts.complex.locate(X)], values.argmax(axis=1))
    for line in cx.level_set(0.1, output=2).polylines:
        np.testing.assert_allclose(net(line)[:, 2], 0.1, atol=1e-9)
    assert cx.integral()[0] == pytest.approx(6 * values[:, 0].mean(), abs=0.2)


def test_exact_values_and_maps_take_each_unit_s_own_slope():
    net = random_net(n_outputs=1)
    cx = ll.regions(net, BOX)
    for cell in range(0, len(cx), 7):
        A, c = cx.affine_map_exact(cell)
        for corner in cx.polygon_exact(cell):
            assert [sum(a * x for a, x in zip(A[0], corner)) + c[0]] == exact_values(net, corner)


def test_on_a_slice():
    net = random_net(n_inputs=4, widths=(5, 4), n_outputs=1)
    points = np.random.default_rng(0).normal(size=(3, 4))
    plane = ll.slice_plane(*points)
    cx = ll.regions(net, BOX, slice=plane)
    S = np.random.default_rng(1).uniform(-1, 1, (200, 2))
    A, c = cx.affine_maps()
    cell = cx.locate(S)
    np.testing.assert_allclose(
        np.einsum("noi,ni->no", A[cell], S) + c[cell], net(plane.points(S)), rtol=1e-9, atol=1e-11
    )


def test_bounds_count_its_two_pieces():
    net = random_net()
    bounds = ll.max_regions(net.widths, 2, net.activations)
    assert bounds == ll.max_regions(net.widths, 2, "leaky_relu")
    assert len(ll.regions(net, BOX)) <= int(bounds)


# ---- values, files, torch


def test_values_are_torch_s():
    net = random_net(widths=(7, 1, 5), n_inputs=3)
    module = net.to_torch(torch.float64)
    assert [part.num_parameters for part in module if isinstance(part, nn.PReLU)] == [7, 1, 5]
    X = np.random.default_rng(0).normal(size=(500, 3)) * 4
    given = torch.tensor(X, requires_grad=True)
    np.testing.assert_allclose(net(X), module(given).detach().numpy(), rtol=1e-12, atol=1e-13)
    module(given)[:, 0].sum().backward()
    assert given.grad is not None
    np.testing.assert_allclose(net.jacobian(X)[:, 0], given.grad.numpy(), rtol=1e-12, atol=1e-13)


def test_layers_of_torch_come_back_exactly():
    torch.manual_seed(0)
    module = nn.Sequential(nn.Linear(2, 5), nn.PReLU(5), nn.Linear(5, 4), nn.PReLU(), nn.Linear(4, 1))
    with torch.no_grad():
        module[1].weight.copy_(torch.randn(5))
    net = Network.of(module)
    assert net.activations[0].parameters == tuple(module[1].weight.double().tolist())
    assert net.activations[1] == ll.activation("prelu(0.25)")
    back = net.to_torch()
    assert Network.of(back).equals(net)
    assert all(tensor.dtype == torch.float32 for tensor in back.state_dict().values())
    X = torch.randn(100, 2)
    assert torch.equal(back(X), module(X))
    assert back[1].weight.requires_grad


def test_slopes_that_float32_cannot_hold_make_a_float64_module():
    net = ll.mlp(2, [2], 1, activation="prelu(0.1, 0.2)")
    assert next(net.to_torch().parameters()).dtype == torch.float64


def test_a_call_of_prelu_is_described_too():
    class Module(nn.Module):
        def __init__(self):
            super().__init__()
            self.first, self.last = nn.Linear(2, 3), nn.Linear(3, 1)
            self.slopes = nn.Parameter(torch.tensor([0.5, -0.5, 2.0]))

        def forward(self, x):
            return self.last(nn.functional.prelu(self.first(x), self.slopes))

    assert Network.of(Module()).activations == (ll.activation("prelu(0.5, -0.5, 2)"),)


def test_files_hold_the_slopes_exactly(tmp_path):
    net = random_net()
    net.save(tmp_path / "net.safetensors")
    assert Network.load(tmp_path / "net.safetensors").equals(net)
    cx = ll.regions(net, BOX)
    cx.save(tmp_path / "cells.npz")
    assert ll.geometry.PolyhedralComplex.load(tmp_path / "cells.npz").network.equals(net)
    assert pickle.loads(pickle.dumps(net)).equals(net)  # noqa: S301 - our own bytes


def test_the_callback_reads_the_slopes_of_a_module():
    module = random_net(n_outputs=1).to_torch().train()
    callback = ll.RegionCallback(BOX, keep="networks")
    callback(0, module)
    assert callback.evolution.networks[0].equals(random_net(n_outputs=1))


# ---- descriptions and mistakes


def test_what_is_shown_and_counted():
    net = random_net(widths=(6, 5), n_outputs=1)
    assert repr(net) == "Network(2-6-5-1, prelu(6 slopes), prelu(5 slopes), 59 parameters)"
    assert "prelu(6 slopes)" in str(net.summary())
    assert sum(p.numel() for p in net.to_torch().parameters()) == 59 + 11
    assert net.activations[0].pieces is None
    assert net.activations[0].is_piecewise_linear
    assert net.activations[0].of_unit(2).pieces.slopes[0] == net.activations[0].parameters[2]


def test_gain_is_that_of_the_mean_over_the_units():
    act = Activation("prelu", (0.5, -1.0, 0.0))
    assert act.second_moment() == pytest.approx((1 + (0.25 + 1 + 0) / 3) / 2, rel=1e-14)
    assert act.derivative_second_moment(3.0) == pytest.approx((1 + (0.25 + 1 + 0) / 3) / 2, rel=1e-14)


def test_single_precision_stays_so_and_kinks_are_torch_s():
    act = Activation("prelu", (0.5, -1.0))
    z = np.array([[-2.0, -2.0], [0.0, 0.0], [3.0, 3.0]], np.float32)
    assert act(z).dtype == act.derivative(z).dtype == np.float32
    np.testing.assert_array_equal(act(z), [[-1, 2], [0, 0], [3, 3]])
    np.testing.assert_array_equal(act.derivative(z), [[0.5, -1], [0.5, -1], [1, 1]])


@pytest.mark.parametrize(
    ("make", "error", "sentence"),
    [
        (lambda: ll.mlp(2, [4], 1, activation="prelu(1, 2, 3)"), ShapeError, "has 4 units, but its prelu has 3"),
        (lambda: ll.mlp(2, [4], 3, output_activation="prelu(1, 2)"), ShapeError, "has 3 units, .* has 2 slopes"),
        (lambda: Activation("prelu", (0.1, float("nan"))), ParameterError, "finite negative_slope, not nan"),
        (lambda: ll.activation("prelu(0.1, inf)"), ParameterError, "finite negative_slope, not inf"),
        (lambda: ll.activation("prelu(0.1; 0.2)"), ParameterError, "where a number belongs"),
        (lambda: Activation("prelu"), ParameterError, "at least 1 number"),
        (lambda: Activation("prelu", np.eye(2)), ParameterError, "must be a sequence of numbers"),
        (lambda: Activation("prelu", 0.5), ParameterError, "must be a sequence of numbers"),  # pyright: ignore
        (lambda: Activation("prelu", (1, 2))([1.0, 2.0, 3.0]), ShapeError, r"arrays \(..., 2\)"),
        (lambda: Activation("prelu", (1, 2))(1.0), ShapeError, r"not of shape \(\)"),
        (lambda: Network.of(nn.Sequential(nn.Linear(2, 4), nn.PReLU(3))), ModelError, "4 units, but its prelu has 3"),
        (lambda: Network.of(nn.PReLU()), ModelError, "has no Linear layer"),
    ],
)  # fmt: skip
def test_mistakes_get_one_sentence(make, error, sentence):
    with pytest.raises(error, match=sentence) as caught:
        make()
    assert "\n" not in str(caught.value)


def test_a_module_with_slopes_that_are_not_finite_is_refused():
    module = nn.Sequential(nn.Linear(2, 3), nn.PReLU(3), nn.Linear(3, 1))
    with torch.no_grad():
        module[1].weight[1] = float("nan")
    with pytest.raises(ModelError, match=r"layer '1' .PReLU. is not supported: .* not nan"):
        Network.of(module)


# ---- training keeps the slopes


@pytest.mark.parametrize("engine", ["auto", "torch"])
def test_training_keeps_the_slopes_and_is_torch_s(engine):
    rng = np.random.default_rng(0)
    X = rng.uniform(-1, 1, (40, 2))
    y = X[:, :1] * X[:, 1:]
    nets = [random_net(n_outputs=1, seed=seed) for seed in (0, 1)]
    how = {"loss": "mse", "optimizer": "adam", "lr": 0.01, "epochs": 8, "batch_size": 10}
    runs = ll.train(nets, (X, y), engine=engine, dtype="float64", **how)
    assert runs.engine == "torch"
    assert ("a prelu has a slope for each unit" in runs.routed) == (engine == "auto")
    for run, net in enumerate(nets):
        assert runs.networks[run].activations == net.activations
        expected = torch_loop.train(net, X, y, key=(0, run), **how)
        np.testing.assert_allclose(runs.losses[run], expected.losses, rtol=1e-8)


def test_the_compiled_engine_says_what_it_does_not_take():
    net, data = random_net(n_outputs=1), (np.zeros((4, 2)), np.zeros((4, 1)))
    with pytest.raises(ParameterError, match="a prelu has a slope for each unit: use engine='auto'"):
        ll.train(net, data, loss="mse", lr=0.1, epochs=1, engine="compiled")
    shared = ll.mlp(2, [5], 1, activation="prelu(-0.3)")
    leaky = Network(shared.weights, shared.biases, ("leaky_relu(-0.3)",), "identity")  # pyright: ignore
    a, b = (
        ll.train(one, (np.eye(2), np.eye(2)[:, :1]), loss="mse", lr=0.1, epochs=5) for one in (shared, leaky)
    )
    assert a.engine == "compiled"
    assert np.array_equal(a.losses, b.losses)
    assert a.networks[0].activations == shared.activations


def test_extreme_slopes_are_exact():
    net = Network.from_arrays(
        [[[1.0, 0.0], [0.0, 1.0]], [[1.0, 1.0]]], [[0.0] * 2, [0.0]], "prelu(5e-324, 1e308)"
    )
    cx = ll.regions(net, [(-1, 1), (-1, 1)])
    assert len(cx) == cx.n_linear_regions == 4
    slopes = {tuple(row) for cell in range(4) for row in cx.affine_map_exact(cell)[0]}
    tiny, huge = Fraction(5e-324), Fraction(1e308)
    assert slopes == {(1, 1), (tiny, 1), (1, huge), (tiny, huge)}
