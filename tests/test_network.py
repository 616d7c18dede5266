"""Network: evaluation and Jacobians against torch, counts, seeds, immutability, refusals."""

import math
import pickle
import sys
from types import ModuleType, SimpleNamespace

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

import leadlight as ll
from leadlight.activations import ACTIVATIONS, activation
from leadlight.errors import DataError, ModelError, ParameterError, ShapeError, UnknownNameError
from leadlight.network import Network
from leadlight.random_network import mlp

TORCH_SPECS = [
    "relu",
    "leaky_relu(0.1)",
    "abs",
    "identity",
    "sigmoid",
    "tanh",
    "hardtanh",
    "hardtanh(-0.5, 2)",
    "softplus",
    "gelu",
    "elu",
    "prelu(-0.5)",
]


def torch_forward(net, x):
    """The network in torch, independently of our evaluation."""
    phis = [*net.activations, net.output_activation]
    for W, b, phi in zip(net.weights, net.biases, phis, strict=True):
        x = torch.nn.functional.linear(x, torch.tensor(W), torch.tensor(b))
        options = dict(zip(phi.parameter_names, phi.parameters, strict=True))
        if phi.name == "prelu":
            x = torch.nn.functional.prelu(x, torch.tensor(phi.parameters, dtype=x.dtype))
        else:
            x = torch.abs(x) if phi.name == "abs" else getattr(torch.nn, phi.torch_name)(**options)(x)
    return x


@st.composite
def networks(draw):
    widths = draw(st.lists(st.integers(1, 6), max_size=4))
    phis = draw(st.lists(st.sampled_from(TORCH_SPECS), min_size=len(widths), max_size=len(widths)))
    return mlp(
        draw(st.integers(1, 4)),
        widths,
        draw(st.integers(1, 3)),
        activation=phis,
        init="mean_field(sigma_w=1.5, sigma_b=0.5)",
        seed=draw(st.integers(0, 1000)),
        output_activation=draw(st.sampled_from(["identity", "sigmoid", "tanh"])),
    )


@given(networks(), st.integers(0, 5))
def test_values_and_jacobian_are_torchs(net, n):
    X = np.random.default_rng(n).normal(0, 2, (n, net.n_inputs))
    np.testing.assert_allclose(net(X), torch_forward(net, torch.tensor(X)), rtol=1e-12, atol=1e-14)
    jacobian = net.jacobian(X)
    assert jacobian.shape == (n, net.n_outputs, net.n_inputs)
    for x, ours in zip(X, jacobian, strict=True):
        theirs = torch.autograd.functional.jacobian(lambda t: torch_forward(net, t), torch.tensor(x))
        np.testing.assert_allclose(ours, theirs, rtol=1e-10, atol=1e-13)


def test_jacobian_on_a_crease_is_torchs():
    net = Network.from_arrays([[[1.0], [-1.0]], [[1.0, 1.0]]], [[0.0, 0.0], [0.0]], activation="relu")
    assert net.jacobian([0.0])[0, 0] == 0.0


@given(networks())
def test_layers_fit_together(net):
    X = np.random.default_rng(0).normal(0, 1, (7, net.n_inputs))
    before, after = net.preactivations(X), net.hidden(X)
    assert [z.shape for z in before] == [(7, width) for width in (*net.widths, net.n_outputs)]
    assert [h.shape for h in after] == [(7, width) for width in net.widths]
    for phi, z, h in zip(net.activations, before, after, strict=False):
        np.testing.assert_array_equal(phi(z), h)
    np.testing.assert_array_equal(net.output_activation(before[-1]), net(X))


def test_single_points_lose_the_batch_axis():
    net = mlp(3, [4, 5], 2, seed=1)
    x = np.array([0.1, -2.0, 0.3])
    assert net(x).shape == (2,)
    assert net.jacobian(x).shape == (2, 3)
    assert [z.shape for z in net.preactivations(x)] == [(4,), (5,), (2,)]
    assert [h.shape for h in net.hidden(x)] == [(4,), (5,)]
    np.testing.assert_array_equal(net(x), net(x[None])[0])
    np.testing.assert_array_equal(net.jacobian(x), net.jacobian(x[None])[0])
    assert net(np.zeros((0, 3))).shape == (0, 2)


def test_many_points_are_evaluated_in_blocks_to_the_same_values():
    net = mlp(2, [20], 1)
    X = np.random.default_rng(0).uniform(-5, 5, (10_001, 2))
    np.testing.assert_allclose(net(X), net.preactivations(X)[-1], rtol=1e-13, atol=1e-14)


def test_counts_and_shapes_of_the_course():
    shallow = mlp(2, [20], 1)
    deep = mlp(2, [5, 5, 5, 5], 1, activation="abs")
    assert (shallow.n_parameters, deep.n_parameters) == (81, 111)
    assert (deep.n_inputs, deep.n_outputs, deep.widths, deep.depth) == (2, 1, (5, 5, 5, 5), 4)
    assert deep.n_units == 20
    assert deep.layer_sizes == (2, 5, 5, 5, 5, 1)
    assert deep.n_parameters == sum(a.size for a in (*deep.weights, *deep.biases))
    linear = mlp(1325, [], 4)
    assert (linear.depth, linear.widths, linear.n_units, linear.hidden(np.zeros(1325))) == (0, (), 0, [])


def test_summary_lists_layers_and_totals():
    net = mlp(2, [5, 3], 4, activation=["relu", "leaky_relu(0.1)"], output_activation="sigmoid")
    summary = net.summary()
    assert [tuple(row) for row in summary.rows] == [
        ("hidden 1", (5, 2), "relu", 15),
        ("hidden 2", (3, 5), "leaky_relu(0.1)", 18),
        ("output", (4, 3), "sigmoid", 16),
    ]
    assert summary.total == net.n_parameters == 49
    lines = str(summary).splitlines()
    assert len({len(line) for line in lines}) == 1
    assert lines[-1].startswith("total")
    assert lines[-1].endswith("49")


@pytest.mark.parametrize(
    ("net", "text"),
    [
        (mlp(2, [20], 1), "Network(2-20-1, relu, 81 parameters)"),
        (mlp(2, [3, 3], 1, ["relu", "abs"]), "Network(2-3-3-1, relu, abs, 25 parameters)"),
        (mlp(2, [], 1, output_activation="tanh"), "Network(2-1, output tanh, 3 parameters)"),
        (mlp(3072, [64], 3), "Network(3072-64-3, relu, 196,867 parameters)"),
    ],
)
def test_repr_says_what_it_is(net, text):
    assert repr(net) == text


def test_same_seed_same_bytes():
    net = mlp(2, [20], 1, seed=5)
    assert net.equals(mlp(2, [20], 1, seed=5))
    assert net.equals(mlp(2, [20], 1, seed=np.random.SeedSequence(5)))
    assert not net.equals(mlp(2, [20], 1, seed=6))
    sequence = np.random.SeedSequence(3)
    assert mlp(2, [4], 1, seed=sequence).equals(mlp(2, [4], 1, seed=sequence))
    rng = np.random.default_rng(0)
    assert not mlp(2, [4], 1, seed=rng).equals(mlp(2, [4], 1, seed=rng))
    # the layers are drawn in order, so networks that begin alike begin with the same numbers
    np.testing.assert_array_equal(net.weights[0], mlp(2, [20, 5], 1, seed=5).weights[0])


def test_drawn_weights_are_float32_unless_asked():
    single, double = mlp(2, [5], 1, seed=0), mlp(2, [5], 1, seed=0, dtype="float64")
    for net, is_single in ((single, True), (double, False)):
        same = [np.array_equal(w, w.astype(np.float32)) for w in (*net.weights, *net.biases)]
        assert all(same) == is_single
    np.testing.assert_array_equal(single.weights[0], double.weights[0].astype(np.float32))


def test_float32_weights_are_kept_exactly_and_everything_is_read_only():
    W, b = np.random.default_rng(0).normal(size=(3, 2)).astype(np.float32), np.float32([0.1, 0.2, 0.3])
    net = Network.from_arrays([W], [b])
    np.testing.assert_array_equal(net.weights[0].astype(np.float32), W)
    W[:] = 0
    assert net.weights[0].any()
    assert net.weights[0].dtype == net.biases[0].dtype == np.float64
    for kept in (net, pickle.loads(pickle.dumps(net))):  # noqa: S301 - our own bytes
        assert kept.equals(net)
        for array in (*kept.weights, *kept.biases):
            with pytest.raises(ValueError, match="read-only"):
                array[...] = 1.0
    with pytest.raises(AttributeError):
        net.weights = ()


def test_equals_looks_at_everything():
    net = mlp(2, [3, 3], 1)
    other_bias = net.with_parameters(net.weights, [*net.biases[:-1], net.biases[-1] + 1])
    assert net.equals(net.with_parameters(net.weights, net.biases))
    assert not net.equals(other_bias)
    assert not net.equals(mlp(2, [3, 3], 1, activation="tanh"))
    assert not net.equals(mlp(2, [3, 3], 1, output_activation="tanh"))
    assert not net.equals(mlp(2, [3], 1))


def test_with_parameters_keeps_activations_and_may_change_widths():
    net = mlp(2, [3], 1, activation="leaky_relu(0.1)", output_activation="tanh")
    wider = mlp(2, [9], 1)
    changed = net.with_parameters(wider.weights, wider.biases)
    assert changed.widths == (9,)
    assert (changed.activations, changed.output_activation) == (net.activations, net.output_activation)


def test_the_constructor_reads_spec_strings_too():
    net = mlp(2, [3], 1, activation="tanh")
    assert net.equals(Network(net.weights, net.biases, ["tanh"], "identity"))  # pyright: ignore


def test_step_networks_evaluate_too():
    net = Network.from_arrays([[[1.0]], [[2.0]]], [[0.0], [1.0]], activation="step")
    np.testing.assert_array_equal(net([[-1.0], [0.0], [0.5]]), [[1], [1], [3]])
    assert not net.jacobian([[-1.0], [0.0]]).any()
    assert {phi.name for phi in ACTIVATIONS.values()} - {spec.split("(")[0] for spec in TORCH_SPECS} == {
        "step"
    }


def test_public_names():
    assert ll.mlp is mlp
    assert ll.Network is Network
    assert ll.activation is activation


def test_conveniences_hand_over_to_convert(monkeypatch):
    """What they do there is tested in tests/convert; here, that the right function gets the right arguments."""
    calls = []

    def recorder(name):
        return lambda *arguments: calls.append((name, *arguments)) or name

    fake = ModuleType("leadlight.convert")
    fake.network_of = recorder("network_of")
    fake.safetensors = SimpleNamespace(save=recorder("save"), load=recorder("load"))
    fake.torch = SimpleNamespace(to_torch=recorder("to_torch"))
    monkeypatch.setitem(vars(ll), "convert", fake)
    monkeypatch.setitem(sys.modules, "leadlight.convert", fake)
    net = mlp(2, [3], 1)
    assert Network.of("model") == "network_of"
    assert Network.load("file") == "load"
    assert net.save("file") is None
    assert net.to_torch() == net.to_torch("float64") == "to_torch"
    assert calls == [
        ("network_of", "model"),
        ("load", "file"),
        ("save", net, "file"),
        ("to_torch", net, None),
        ("to_torch", net, "float64"),
    ]


def refusal(call, error, words):
    with pytest.raises(error, match=words) as caught:
        call()
    assert "\n" not in str(caught.value)


ONES = np.ones


@pytest.mark.parametrize(
    ("weights", "biases", "error", "words"),
    [
        ([], [], ModelError, "at least one layer"),
        ([ONES((2, 1))], [], ShapeError, "1 weight matrices were given with 0 biases"),
        ([ONES(2)], [ONES(1)], ShapeError, r"weights\[0\] has shape \(2,\)"),
        ([ONES((0, 2))], [ONES(0)], ShapeError, r"weights\[0\] has shape \(0, 2\)"),
        ([ONES((2, 1))], [ONES((2, 1))], ShapeError, r"biases\[0\] has shape \(2, 1\).*needs \(2,\)"),
        ([ONES((3, 2)), ONES((3, 1))], [ONES(3), ONES(3)], ShapeError, r"weights\[1\].*layer 0 has 3 units"),
        ([[[1.0, math.nan]]], [[0.0]], ModelError, r"weights\[0\] is nan at index \(0, 1\)"),
        ([[[1.0]]], [[-math.inf]], ModelError, r"biases\[0\] is -inf at index \(0,\)"),
        ([[["1"]]], [[0.0]], ModelError, r"weights\[0\] has dtype"),
        ([[[1.0], [1.0, 2.0]]], [[0.0]], ModelError, r"weights\[0\] cannot be read"),
        ([[[1j]]], [[0.0]], ModelError, r"weights\[0\]"),
    ],
)
def test_arrays_that_are_no_network(weights, biases, error, words):
    refusal(lambda: Network.from_arrays(weights, biases), error, words)


def test_weights_beyond_float64_are_refused_not_rounded():
    wide = np.array([[np.longdouble(1) + np.finfo(np.longdouble).eps]])
    if wide.astype(np.float64) == wide:  # a platform whose long double is a double
        return
    refusal(lambda: Network.from_arrays([wide], [[0.0]]), ModelError, "float64 cannot hold exactly")


def test_activations_that_do_not_fit():
    arrays = [ONES((2, 1)), ONES((1, 2))], [ONES(2), ONES(1)]
    refusal(
        lambda: Network.from_arrays(*arrays, activation=["relu"] * 2),
        ShapeError,
        "1 hidden layers but 2 activ",
    )
    refusal(lambda: Network.from_arrays(*arrays, activation="rleu"), UnknownNameError, "did you mean 'relu'")
    refusal(
        lambda: Network.from_arrays(*arrays, activation="nn.ReLU()"),
        ParameterError,
        "Cannot read the activation",
    )
    refusal(
        lambda: Network.from_arrays(*arrays, output_activation="soft"), UnknownNameError, "Unknown activation"
    )
    refusal(lambda: mlp(2, [3, 3], 1, activation=["relu"]), ShapeError, "2 hidden layers but 1 activations")


def test_mlp_arguments_that_do_not_fit():
    refusal(lambda: mlp(2, [0], 1), ParameterError, "integer of at least 1, not 0")
    refusal(lambda: mlp(2.5, [3], 1), ParameterError, "integer of at least 1, not 2.5")
    refusal(lambda: mlp(2, 20, 1), ParameterError, r"widths.*\[20\]")
    refusal(lambda: mlp(2, [3], 1, seed=-1), ParameterError, "seed must be an integer")
    refusal(lambda: mlp(2, [3], 1, seed="one"), ParameterError, "seed must be an integer")
    refusal(lambda: mlp(2, [3], 1, init="torhc"), UnknownNameError, "did you mean 'torch'")
    refusal(lambda: mlp(2, [3], 1, dtype="float16"), ParameterError, "dtype")


def test_inputs_that_do_not_fit():
    net = mlp(2, [3], 1)
    for evaluate in (net, net.jacobian, net.preactivations, net.hidden):
        for X in (np.zeros((5, 3)), np.zeros(3), 1.0, np.zeros((2, 2, 2))):
            refusal(lambda: evaluate(X), ShapeError, r"takes 2 inputs: give \(n, 2\)")  # noqa: B023
        refusal(lambda: evaluate([[0.0, math.nan]]), DataError, "not finite")  # noqa: B023
        refusal(lambda: evaluate([["a", "b"]]), DataError, "real numbers")  # noqa: B023
