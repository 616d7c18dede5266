"""The activation table against torch, mpmath and quadrature."""

import itertools
import math
import pickle

import mpmath
import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from scipy import integrate

from leadlight.activations import ACTIVATIONS, Activation, Pieces, activation
from leadlight.errors import ParameterError, UnknownNameError

NAMES = sorted(ACTIVATIONS)
BOUNDED = ["hardtanh(0, 6)", "hardtanh(-0.3, 0.1)"]
SPECS = [*NAMES, "leaky_relu(0.1)", "leaky_relu(-0.5)", "prelu(-0.7)", "elu(0.3)", *BOUNDED]
LINEAR = [
    "relu",
    "leaky_relu(0.1)",
    "leaky_relu(-0.5)",
    "prelu(0.1)",
    "prelu(-0.7)",
    "abs",
    "identity",
    "hardtanh",
    *BOUNDED,
    "step",
]
KINKS_AND_MORE = np.array(
    [6.0, -0.3, 0.1, -30.0, -2.0, -1.0, -1e-3, -0.0, 0.0, 1e-300, 1e-3, 0.5, 1.0, 2.0, 19.0]
)


def torch_function(phi):
    if phi.name == "abs":
        return torch.abs
    if phi.name == "prelu":
        return lambda z: torch.nn.functional.prelu(z, torch.tensor(phi.parameters, dtype=z.dtype))
    return getattr(torch.nn, phi.torch_name)(**dict(zip(phi.parameter_names, phi.parameters, strict=True)))


MP = {
    "sigmoid": lambda z: 1 / (1 + mpmath.exp(-z)),
    "tanh": mpmath.tanh,
    "softplus": lambda z: mpmath.log1p(mpmath.exp(z)),
    "gelu": lambda z: z * mpmath.ncdf(z),
    "elu(0.3)": lambda z: z if z > 0 else mpmath.mpf(0.3) * mpmath.expm1(z),
}
MP_DERIVATIVES = {
    "sigmoid": lambda z: 1 / (1 + mpmath.exp(-z)) / (1 + mpmath.exp(z)),
    "tanh": lambda z: mpmath.sech(z) ** 2,
    "softplus": MP["sigmoid"],
    "gelu": lambda z: mpmath.ncdf(z) + z * mpmath.npdf(z),
    "elu(0.3)": lambda z: mpmath.mpf(1) if z > 0 else mpmath.mpf(0.3) * mpmath.exp(z),
}


def test_the_table_has_the_twelve_and_each_is_complete():
    assert set(NAMES) == {
        *("relu", "leaky_relu", "prelu", "abs", "identity", "sigmoid", "tanh"),
        *("hardtanh", "softplus", "gelu", "elu", "step"),
    }
    for name, phi in ACTIVATIONS.items():
        assert phi.name == name
        assert phi.formula
        assert phi.gain > 0
        assert phi.is_piecewise_linear == (name in {spec.split("(")[0] for spec in LINEAR})
        assert (phi.pieces is not None) == phi.is_piecewise_linear
        assert phi.torch_name is None or hasattr(torch.nn, phi.torch_name)
    assert {name for name, phi in ACTIVATIONS.items() if phi.torch_name is None} == {"abs", "step"}
    assert {phi.sklearn_name for phi in ACTIVATIONS.values()} == {
        "relu",
        "tanh",
        "logistic",
        "identity",
        None,
    }
    assert {name for name, phi in ACTIVATIONS.items() if phi.onnx_name is None} == {"step"}


@pytest.mark.parametrize("spec", [spec for spec in SPECS if spec != "step"])
def test_forward_and_derivative_agree_with_torch_kinks_included(spec):
    phi = activation(spec)
    z = np.concatenate([KINKS_AND_MORE, np.random.default_rng(0).normal(0, 3, 200)])
    tensor = torch.tensor(z, requires_grad=True)
    value = torch_function(phi)(tensor)
    value.sum().backward()
    np.testing.assert_allclose(phi.forward(z), value.detach().numpy(), rtol=1e-14, atol=1e-14)
    assert tensor.grad is not None
    np.testing.assert_allclose(phi.derivative(z), tensor.grad.numpy(), rtol=1e-12, atol=1e-14)


def test_step_is_zero_at_and_below_zero_and_one_above():
    z = [-1.0, -0.0, 0.0, 5e-324, 2.0]
    np.testing.assert_array_equal(activation("step")(z), [0, 0, 0, 1, 1])
    np.testing.assert_array_equal(activation("step").derivative(z), np.zeros(5))


@pytest.mark.parametrize("spec", sorted(MP))
@given(z=st.floats(-700, 700))
def test_smooth_ones_keep_their_digits_in_the_tails(spec, z):
    phi = activation(spec)
    with mpmath.workdps(60):
        value, slope = float(MP[spec](mpmath.mpf(z))), float(MP_DERIVATIVES[spec](mpmath.mpf(z)))
    np.testing.assert_allclose(phi.forward(z), value, rtol=1e-11, atol=1e-300)
    # the derivative of gelu crosses zero near -0.75 as a sum of two terms, so there its error is absolute
    atol = 1e-15 if spec == "gelu" else 1e-300
    np.testing.assert_allclose(phi.derivative(z), slope, rtol=1e-11, atol=atol)


@pytest.mark.parametrize("spec", SPECS)
def test_extreme_inputs_raise_no_warning_and_stay_numbers(spec):
    phi = activation(spec)
    z = np.array([-1.7e308, -1e200, -800.0, 5e-324, 800.0, 1e200, 1.7e308])
    assert np.isfinite(phi.forward(z)).all()
    assert np.isfinite(phi.derivative(z)).all()


@pytest.mark.parametrize("spec", SPECS)
def test_shapes_and_dtypes_pass_through_and_inputs_are_left_alone(spec):
    phi = activation(spec)
    for dtype in (np.float32, np.float64):
        z = np.linspace(-2, 2, 12, dtype=dtype).reshape(3, 4)
        before = z.copy()
        for result in (phi(z), phi.derivative(z)):
            assert result.shape == (3, 4)
            assert result.dtype == dtype
            assert not np.shares_memory(result, z)
        np.testing.assert_array_equal(z, before)
    assert phi([1, 2]).dtype == np.float64
    assert phi(1.0).shape == ()
    assert phi(np.zeros((0, 2))).shape == (0, 2)


@pytest.mark.parametrize("spec", LINEAR)
def test_the_pieces_are_the_function_and_its_slope(spec):
    phi = activation(spec)
    pieces = phi.pieces
    assert len(pieces) == len(pieces.breakpoints) + 1 == len(pieces.intercepts)
    z = np.concatenate([pieces.breakpoints, np.random.default_rng(1).normal(0, 2, 300)])
    i = pieces.index(z)
    np.testing.assert_array_equal(pieces.slopes[i] * z + pieces.intercepts[i], phi(z))
    off = ~np.isin(z, pieces.breakpoints)
    np.testing.assert_array_equal(pieces.slopes[i][off], phi.derivative(z)[off])
    assert pieces.is_continuous == (phi.name != "step")


def test_a_breakpoint_belongs_to_the_piece_on_its_left_and_pieces_are_read_only():
    pieces = activation("hardtanh").pieces
    np.testing.assert_array_equal(pieces.index([-2, -1, 0, 1, 1.5]), [0, 0, 1, 1, 2])
    for array in (pieces.breakpoints, pieces.slopes, pieces.intercepts):
        assert array.dtype == np.float64
        assert not array.flags.writeable
    assert activation("leaky_relu(0.1)").pieces.slopes[0] == 0.1  # the very float64 that was given
    assert not Pieces([0], [1, 1], [0, 1]).is_continuous


def test_gains_of_the_course():
    expected = {
        "relu": math.sqrt(2),
        "leaky_relu(0.1)": math.sqrt(2 / 1.01),
        "abs": 1,
        "identity": 1,
        "step": math.sqrt(2),
        "gelu": 1 / math.sqrt(1 / 3 + 1 / (2 * math.pi * math.sqrt(3))),
    }
    for spec, gain in expected.items():
        assert activation(spec).gain == pytest.approx(gain, rel=1e-14)
    assert round(activation("leaky_relu(0.1)").gain, 3) == 1.407
    assert round(activation("tanh").gain, 2) == 1.59
    assert round(activation("sigmoid").gain, 2) == 1.85


def test_torch_gains_beside_ours():
    for spec in SPECS:
        phi = activation(spec)
        name = {"identity": "linear"}.get(phi.name, phi.name)
        parameter = phi.parameters[0] if phi.name == "leaky_relu" else None
        if phi.torch_gain is None:
            with pytest.raises(ValueError, match="Unsupported nonlinearity"):
                torch.nn.init.calculate_gain(name)
        else:
            assert phi.torch_gain == pytest.approx(torch.nn.init.calculate_gain(name, parameter), rel=1e-15)
    assert activation("tanh").torch_gain == pytest.approx(5 / 3)
    assert activation("tanh").gain != pytest.approx(5 / 3, rel=0.01)


@pytest.mark.parametrize("variance", [1e-4, 0.3, 1.0, 7.0, 1e4])
@pytest.mark.parametrize("spec", SPECS)
def test_moments_agree_with_adaptive_quadrature(spec, variance):
    phi, scale = activation(spec), math.sqrt(variance)
    edges = {-12.0, -1.0, -5 / scale, 0.0, 5 / scale, 1.0, 12.0, -1 / scale, 1 / scale}
    edges = sorted(edges | {parameter / scale for parameter in phi.parameters})
    edges = [edge for edge in edges if abs(edge) <= 12]

    def mean(function):
        def weighted(z):
            return function(scale * z) ** 2 * math.exp(-z * z / 2) / math.sqrt(2 * math.pi)

        parts = [
            integrate.quad(weighted, a, b, epsabs=1e-13, epsrel=1e-11)[0]
            for a, b in itertools.pairwise(edges)
        ]
        return math.fsum(parts)

    assert phi.second_moment(variance) == pytest.approx(mean(phi.forward), rel=1e-9, abs=1e-13)
    assert phi.derivative_second_moment(variance) == pytest.approx(mean(phi.derivative), rel=1e-9, abs=1e-13)


def test_moments_at_no_variance_are_the_values_at_zero():
    for phi in ACTIVATIONS.values():
        assert phi.second_moment(0.0) == pytest.approx(float(phi(0.0)) ** 2, abs=1e-15)
    with pytest.raises(ParameterError, match="variance"):
        activation("relu").second_moment(-1.0)
    with pytest.raises(ParameterError, match="variance"):
        activation("tanh").derivative_second_moment(math.nan)


@pytest.mark.parametrize("spec", SPECS)
def test_specs_round_trip_and_equality_is_by_value(spec):
    phi = activation(spec)
    assert activation(phi.spec) == phi
    assert hash(activation(phi.spec)) == hash(phi)
    assert activation(phi) is phi
    assert str(phi) == phi.spec
    assert pickle.loads(pickle.dumps(phi)) == phi  # noqa: S301 - our own bytes
    assert repr(phi) == f"Activation(name={phi.name!r}, parameters={phi.parameters!r})"


def test_a_hardtanh_has_two_bounds_or_none():
    assert activation("hardtanh(-1, 1)") == activation("hardtanh()") == Activation("hardtanh", (-1, 1))
    assert activation("hardtanh(max_val=2)").spec == "hardtanh(-1.0, 2.0)"
    relu6 = activation("hardtanh(0, 6)")
    assert dict(zip(relu6.parameter_names, relu6.parameters)) == {"min_val": 0.0, "max_val": 6.0}
    z = np.array([-1.0, 0.0, 0.1, 5.5, 6.0, 7.0])
    np.testing.assert_array_equal(relu6(z), torch.nn.ReLU6()(torch.tensor(z)).numpy())
    assert relu6.formula == r"\min(\max(z, 0), 6)"
    assert activation("hardtanh").formula == r"\min(\max(z, -1), 1)"
    with pytest.raises(ParameterError, match="lower bound below its upper one"):
        activation("hardtanh(1, 1)")
    with pytest.raises(ParameterError, match="takes 2 numbers, not 1"):
        Activation("hardtanh", (0.0,))
    with pytest.raises(ParameterError, match="finite max_val"):
        activation("hardtanh(0, inf)")


def test_names_that_are_not_there_and_numbers_that_do_not_fit():
    with pytest.raises(UnknownNameError, match="Unknown activation 'leakyrelu': did you mean 'leaky_relu'"):
        activation("LeakyReLU(0.1)")
    with pytest.raises(UnknownNameError, match="did you mean 'relu'"):
        Activation("rleu")
    with pytest.raises(ParameterError, match="takes 1 number"):
        Activation("leaky_relu")
    with pytest.raises(ParameterError, match="finite alpha"):
        Activation("elu", (math.inf,))
    with pytest.raises(ParameterError, match="real numbers"):
        activation("relu")(["a"])
    with pytest.raises(ParameterError, match="real numbers"):
        activation("relu")(1j)
