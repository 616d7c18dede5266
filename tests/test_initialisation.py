"""Initialisation against torch: bounds and spreads in law, orthogonality, and refusals."""

import math

import numpy as np
import pytest
import torch
from scipy import stats

from leadlight.errors import ParameterError, UnknownNameError
from leadlight.initialisation import BIASES, SCHEMES, Scheme, initialise, scheme

N_IN, N_OUT = 60, 40
SPECS = [
    *(name for name in SCHEMES if name != "mean_field"),
    "xavier_normal(gain=1.407)",
    "he_uniform(1.0)",
    "mean_field(sigma_w=1.5, sigma_b=0.1)",
]


def draw(spec, seed=0, n_in=N_IN, n_out=N_OUT, **options):
    return initialise(n_in, n_out, spec, np.random.default_rng(seed), **options)


def torchs(initialiser, *arguments, **options):
    torch.manual_seed(0)
    weights = torch.empty(N_OUT * 20, N_IN * 20, dtype=torch.float64)
    initialiser(weights, *arguments, **options)
    return weights.numpy()


@pytest.mark.parametrize(
    ("spec", "initialiser", "options"),
    [
        ("torch", torch.nn.init.kaiming_uniform_, {"a": math.sqrt(5)}),
        ("xavier_normal", torch.nn.init.xavier_normal_, {}),
        ("xavier_normal(1.407)", torch.nn.init.xavier_normal_, {"gain": 1.407}),
        ("xavier_uniform(gain=2)", torch.nn.init.xavier_uniform_, {"gain": 2.0}),
        ("he_normal", torch.nn.init.kaiming_normal_, {}),
        ("he_uniform", torch.nn.init.kaiming_uniform_, {}),
        ("lecun_normal", torch.nn.init.kaiming_normal_, {"nonlinearity": "linear"}),
        ("lecun_uniform", torch.nn.init.kaiming_uniform_, {"nonlinearity": "linear"}),
    ],
)
def test_weights_have_torchs_law(spec, initialiser, options):
    ours, _ = draw(spec, n_in=N_IN * 20, n_out=N_OUT * 20)
    theirs = torchs(initialiser, **options)
    assert ours.shape == theirs.shape
    assert ours.std() == pytest.approx(theirs.std(), rel=0.005)
    assert abs(ours).max() == pytest.approx(abs(theirs).max(), rel=0.1)
    if "uniform" in initialiser.__name__:
        bound = abs(theirs).max()
        assert abs(ours).max() == pytest.approx(bound, rel=1e-4)
    assert stats.ks_2samp(ours[:50].ravel(), theirs[:50].ravel()).pvalue > 1e-4


def test_torch_default_bounds_weights_and_biases():
    torch.manual_seed(0)
    linear = torch.nn.Linear(N_IN, 4000)
    weights, biases = draw("torch", n_out=4000)
    bound = 1 / math.sqrt(N_IN)
    for ours, theirs in ((weights, linear.weight), (biases, linear.bias)):
        theirs = theirs.detach().numpy()
        assert np.abs(ours).max() <= bound * (1 + 1e-7)
        assert np.abs(ours).max() == pytest.approx(np.abs(theirs).max(), rel=2e-3)
        assert ours.std() == pytest.approx(bound / math.sqrt(3), rel=0.02)


@pytest.mark.parametrize(("n_in", "n_out"), [(5, 5), (3, 8), (8, 3), (1, 4)])
def test_orthogonal_has_orthonormal_rows_or_columns_times_the_gain(n_in, n_out):
    weights, biases = draw("orthogonal(gain=1.5)", n_in=n_in, n_out=n_out, dtype="float64")
    assert weights.shape == (n_out, n_in)
    gram = weights.T @ weights if n_out >= n_in else weights @ weights.T
    np.testing.assert_allclose(gram, 2.25 * np.eye(min(n_in, n_out)), atol=1e-14)
    assert not biases.any()


def test_orthogonal_is_uniform_over_rotations_and_reflections():
    rng = np.random.default_rng(0)
    first = np.array([initialise(2, 2, "orthogonal", rng, dtype="float64")[0] for _ in range(2000)])
    angles = np.arctan2(first[:, 1, 0], first[:, 0, 0])
    assert stats.kstest(angles, stats.uniform(-math.pi, 2 * math.pi).cdf).pvalue > 1e-3
    assert np.mean(np.linalg.det(first) > 0) == pytest.approx(0.5, abs=0.05)


def test_mean_field_spreads_and_its_biases():
    weights, biases = draw("mean_field(sigma_w=1.5, sigma_b=0.1)", n_in=400, n_out=4000)
    assert weights.std() == pytest.approx(1.5 / 20, rel=0.01)
    assert biases.std() == pytest.approx(0.1, rel=0.05)
    assert not draw("mean_field(1.5)")[1].any()


def test_biases_are_explicit():
    assert {name: scheme(name).bias for name in SCHEMES if name != "mean_field"} == {
        name: "uniform" if name == "torch" else "zeros" for name in SCHEMES if name != "mean_field"
    }
    assert not draw("torch", bias="zeros")[1].any()
    normal = draw("he_normal", n_out=4000, bias="normal(0.5)")[1]
    assert normal.std() == pytest.approx(0.5, rel=0.05)
    uniform = draw("he_normal", n_out=4000, bias="uniform")[1]
    assert np.abs(uniform).max() == pytest.approx(1 / math.sqrt(N_IN), rel=1e-2)
    assert set(BIASES) == {"zeros", "uniform", "normal"}


@pytest.mark.parametrize("spec", SPECS)
def test_same_seed_same_bytes_and_float32_by_default(spec):
    weights, biases = draw(spec, seed=7)
    again, biases_again = draw(spec, seed=7)
    other, _ = draw(spec, seed=8)
    assert weights.tobytes() == again.tobytes()
    assert biases.tobytes() == biases_again.tobytes()
    assert not np.array_equal(weights, other)
    exact, _ = draw(spec, seed=7, dtype="float64")
    assert weights.dtype == exact.dtype == np.float64
    np.testing.assert_array_equal(weights, exact.astype(np.float32))
    assert not np.array_equal(weights, exact)


@pytest.mark.parametrize("spec", SPECS)
def test_specs_round_trip(spec):
    how = scheme(spec)
    assert scheme(how.spec) == how
    assert scheme(how) is how
    assert scheme(how, bias="normal(2)").bias == "normal(2.0)"
    assert scheme(how, bias="normal(2)").parameters == how.parameters


def test_bad_schemes():
    with pytest.raises(UnknownNameError, match="Unknown initialisation 'xavier': did you mean 'xavier_"):
        scheme("xavier")
    with pytest.raises(UnknownNameError, match="Unknown bias 'zero': did you mean 'zeros'"):
        scheme("torch", bias="zero")
    with pytest.raises(UnknownNameError, match="initialisation"):
        Scheme("he", (), "zeros")
    with pytest.raises(ParameterError, match="lacks its sigma_w"):
        scheme("mean_field")
    with pytest.raises(ParameterError, match="gain of the initialisation he_normal must be at least 0"):
        scheme("he_normal(-1)")
    with pytest.raises(ParameterError, match="standard deviation of the bias"):
        scheme("torch", bias="normal(-1)")
    with pytest.raises(ParameterError, match="lacks its deviation"):
        scheme("torch", bias="normal")
    with pytest.raises(ParameterError, match="n_inputs must be an integer of at least 1, not 0"):
        draw("torch", n_in=0)
    with pytest.raises(ParameterError, match="n_outputs"):
        draw("torch", n_out=2.5)
    with pytest.raises(ParameterError, match='"float32" or "float64", not \'float16\''):
        draw("torch", dtype="float16")
