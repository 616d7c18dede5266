"""The core's exp, log, tanh and their like against mpmath, over the whole range of float32 and float64.

Bounds are those stated in src/core/training/functions.hpp, in units in the last place of the exact value. Where
that lies below the smallest normal number, training counts it as 0 or flushes it, and the error is below that
number.
"""

from __future__ import annotations

import mpmath
import numpy as np
import pytest

from leadlight import _core
from leadlight.training._compiled_engine import ACTIVATION_CODES

PRECISIONS = ("float32", "float64")
BITS = {"float32": np.uint32, "float64": np.uint64}
LIMIT = {"float32": 13.27, "float64": 37.66}  # of the normal distribution's argument
CODES = {"exp": 0, "one_minus_exp": 1, "log": 2, "log1p": 3, "normal": 4}


def function(name, x):
    value = np.empty_like(x)
    getattr(_core, f"function_{x.dtype}")(CODES[name], x, value)
    return value


def activation(name, x):
    value, derivative = np.empty_like(x), np.empty_like(x)
    getattr(_core, f"activation_{x.dtype}")(ACTIVATION_CODES.index(name), 1.0, x, value, derivative)
    return value, derivative


def magnitudes(dtype, n=1):
    """n numbers of every binade, from the smallest below the normal numbers to the largest."""
    info, rng = np.finfo(dtype), np.random.default_rng(7)
    exponents = np.arange(info.minexp - info.nmant, info.maxexp).repeat(n)
    with np.errstate(under="ignore"):
        values = np.ldexp(rng.uniform(1, 2, len(exponents)), exponents).astype(dtype)
    return np.concatenate([values, np.array([info.smallest_subnormal, info.tiny, info.max], dtype)])


def points(dtype, low, high, n):
    """Numbers of every binade, n more where the function bends, and zeros, within [low, high]."""
    everywhere = magnitudes(dtype, 2 if dtype == "float32" else 1)
    rng = np.random.default_rng(3)
    bends = rng.uniform(max(low, -40), min(high, 40), n).astype(dtype)
    far = rng.uniform(max(low, -750), min(high, 750), n // 4).astype(dtype)
    x = np.concatenate([everywhere, -everywhere, bends, far, np.array([0.0, -0.0], dtype)])
    return x[(x >= low) & (x <= high)]


def largest_error(value, exact):
    """In units in the last place where the exact value is normal; below it must be less than a normal number."""
    info = np.finfo(value.dtype)
    tiny, worst = mpmath.mpf(float(info.tiny)), 0.0
    for got, wanted in zip(value, exact, strict=True):
        error = abs(mpmath.mpf(float(got)) - wanted)
        if abs(wanted) < tiny:
            assert error < tiny
        else:
            exponent = mpmath.frexp(wanted)[1] - 1  # 2^exponent <= |wanted| < 2^(exponent + 1)
            worst = max(worst, float(error / mpmath.ldexp(1, exponent - info.nmant)))
    return worst


def exactly(formula, x):
    with mpmath.workdps(40):
        return [formula(mpmath.mpf(float(value))) for value in x]


def softplus(z):
    return max(z, 0) + mpmath.log1p(mpmath.exp(-abs(z)))


def sigmoid(z):
    e = mpmath.exp(-abs(z))
    return (1 if z > 0 else e) / (1 + e)


def tanh(z):
    """As mpmath's, but also exact to 40 digits where e^(-2|z|) - 1 cancels."""
    e = mpmath.expm1(-2 * abs(z))
    return mpmath.sign(z) * -e / (2 + e)


# Name, where it is used, its exact value and the bound.
FUNCTIONS = {
    "exp": (-np.inf, {"float32": 88, "float64": 709}, mpmath.exp, 1.1),
    "one_minus_exp": (-np.inf, 0, lambda x: -mpmath.expm1(x), 1.3),
    "log": ("tiny", np.inf, mpmath.log, 2.1),
    "log1p": (0, 1, mpmath.log1p, 3.8),
    "normal": ("limit", "limit", mpmath.ncdf, 10),
}
ACTIVATIONS = {
    "sigmoid": (sigmoid, 2.6),
    "tanh": (tanh, 2.7),
    "softplus": (softplus, 4.3),
    "elu": (lambda z: z if z > 0 else mpmath.expm1(z), 1.3),
}


@pytest.mark.parametrize("dtype", PRECISIONS)
@pytest.mark.parametrize("name", FUNCTIONS)
def test_functions_are_within_their_bound(name, dtype):
    low, high, formula, bound = FUNCTIONS[name]
    low = {"tiny": np.finfo(dtype).tiny, "limit": -LIMIT[dtype]}.get(low, low)
    high = LIMIT[dtype] if high == "limit" else high[dtype] if isinstance(high, dict) else high
    x = points(dtype, low, high, 2000)
    if name == "log":  # where it crosses 0
        x = np.concatenate([x, (1 + np.linspace(-0.4, 0.4, 1001)).astype(dtype)])
    assert largest_error(function(name, x), exactly(formula, x)) <= bound


@pytest.mark.parametrize("dtype", PRECISIONS)
@pytest.mark.parametrize("name", ACTIVATIONS)
def test_activations_are_within_their_bound(name, dtype):
    formula, bound = ACTIVATIONS[name]
    x = points(dtype, -np.inf, np.inf, 2000)
    assert largest_error(activation(name, x)[0], exactly(formula, x)) <= bound


@pytest.mark.parametrize("dtype", PRECISIONS)
def test_gelu_and_its_derivative_are_within_their_bounds(dtype):
    x = points(dtype, -750, 750, 2000)
    value, derivative = activation("gelu", x)
    tiny = float(np.finfo(dtype).tiny)
    with mpmath.workdps(40):
        phi = [mpmath.ncdf(float(z)) for z in x]
        exact = [p * mpmath.mpf(float(z)) for p, z in zip(phi, x, strict=True)]
        slope = [p + float(z) * mpmath.npdf(float(z)) for p, z in zip(phi, x, strict=True)]
    normal = np.array([p >= tiny for p in phi])
    assert largest_error(value[normal], np.array(exact, object)[normal]) <= 11
    lost = zip(value[~normal].tolist(), np.array(exact, object)[~normal], strict=True)
    assert max(abs(got - wanted) for got, wanted in lost) <= LIMIT[dtype] * tiny
    # it crosses 0, where only the absolute error can be small
    errors = [abs(float(got - wanted)) for got, wanted in zip(derivative.tolist(), slope, strict=True)]
    assert max(errors) <= 4 * np.finfo(dtype).eps


@pytest.mark.parametrize("dtype", PRECISIONS)
def test_derivatives_are_within_their_bounds(dtype):
    x = points(dtype, -np.inf, np.inf, 1000)
    assert largest_error(activation("softplus", x)[1], exactly(sigmoid, x)) <= 3.9
    elu = exactly(lambda z: mpmath.mpf(1) if z > 0 else mpmath.exp(z), x)
    assert largest_error(activation("elu", x)[1], elu) <= 1.1
    # a (1 - a) and 1 - a^2 of a rounded output are right in absolute value, as torch's are
    eps = np.finfo(dtype).eps
    for name, formula in (
        ("sigmoid", lambda z: sigmoid(z) * sigmoid(-z)),
        ("tanh", lambda z: mpmath.sech(z) ** 2),
    ):
        got = activation(name, x)[1]
        assert (
            max(abs(float(a - b)) for a, b in zip(got.tolist(), exactly(formula, x), strict=True)) <= 3 * eps
        )


@pytest.mark.parametrize("dtype", PRECISIONS)
def test_infinities_zeros_and_what_is_no_number(dtype):
    x = np.array([-np.inf, np.inf, np.nan, 0.0, -0.0], dtype)
    tiny = float(np.finfo(dtype).tiny)
    expected = {
        "relu": [0, np.inf, np.nan, 0, 0],
        "sigmoid": [pytest.approx(0, abs=tiny), 1, np.nan, 0.5, 0.5],
        "tanh": [-1, 1, np.nan, 0, 0],
        "hardtanh": [-1, 1, np.nan, 0, 0],
        "softplus": [0, np.inf, np.nan, np.log(np.array(2, dtype)), np.log(np.array(2, dtype))],
        "gelu": [0, np.inf, np.nan, 0, 0],
        "elu": [-1, np.inf, np.nan, 0, 0],
        "step": [0, 1, np.nan, 0, 0],
    }
    for name, wanted in expected.items():
        value, derivative = activation(name, x)
        for got, exact in zip(value.tolist(), wanted, strict=True):
            assert (np.isnan(got) and np.isnan(exact)) or got == exact, name
        assert np.isfinite(derivative[[0, 1, 3, 4]]).all(), name
    assert np.signbit(activation("tanh", x)[0][3:]).tolist() == [False, True]
    e = function("exp", x)
    assert e[0] == 0
    assert (
        2.0 ** (np.finfo(dtype).maxexp - 2) <= e[1] <= np.finfo(dtype).max
    )  # cut, so that nothing overflows
    for name in FUNCTIONS:
        assert np.isnan(function(name, x)[2]), name


# float64 where the compiler has a wider type; mpmath has covered every binade above.
WITH_A_WIDER = PRECISIONS if np.finfo(np.longdouble).nmant >= 63 else ("float32",)


@pytest.mark.long
@pytest.mark.parametrize("dtype", WITH_A_WIDER)
def test_millions_of_arguments_are_within_the_bounds(dtype):
    """Against NumPy in the next wider precision, itself right to 1e-3 of a unit."""
    wide = np.float64 if dtype == "float32" else np.longdouble
    info, kind = np.finfo(dtype), BITS[dtype]
    top = np.array([88 if dtype == "float32" else 709], dtype)
    bits = np.random.default_rng(0).integers(0, top.view(kind)[0], 4_000_000, dtype=kind)
    x = np.concatenate([bits.view(dtype), np.linspace(0, top[0], 4_000_001).astype(dtype)])
    t = -x.astype(wide)
    e = np.exp(t)
    unit = np.minimum(x, 1)
    cases = [
        (function("exp", -x), e, 1.1),
        (function("exp", x), np.exp(-t), 1.1),
        (function("one_minus_exp", -x), -np.expm1(t), 1.3),
        (function("log1p", unit), np.log1p(unit.astype(wide)), 3.8),
        (function("log", 1 + x), np.log((1 + x).astype(wide)), 2.1),
        (activation("sigmoid", -x)[0], e / (1 + e), 2.6),
        (activation("sigmoid", x)[0], 1 / (1 + e), 2.6),
        (activation("tanh", x)[0], np.tanh(-t), 2.7),
        (activation("softplus", -x)[0], np.log1p(e), 4.3),
        (activation("softplus", x)[0], np.log1p(e) - t, 4.3),
    ]
    for value, exact, bound in cases:
        normal = exact >= info.tiny
        ulp = np.ldexp(np.ones_like(exact), np.frexp(exact)[1] - 1 - info.nmant)
        error = np.abs(value - exact)
        assert np.all(error[normal] <= bound * ulp[normal])
        assert np.all(error[~normal] < info.tiny)
