"""Softmax and its like against mpmath with exact inputs, scipy and torch."""

import math

import mpmath
import numpy as np
import pytest
import torch
from hypothesis import example, given, settings
from hypothesis import strategies as st
from scipy import special

from leadlight.errors import DataError, ParameterError, ShapeError
from leadlight.functions import (
    bce,
    logsumexp,
    logsumexp_gradient,
    onehot_argmax,
    softmax,
    softmax_jacobian,
)

EPS = np.finfo(np.float64).eps
BIG = np.finfo(np.float64).max
any_float = st.floats(allow_nan=False, allow_infinity=False)
temperatures = st.floats(5e-324, 1e6) | st.floats(1e-3, 1e3)


@st.composite
def vectors(draw):
    """Vectors of every magnitude; often with entries close to one another, where softmax is not one-hot."""
    n = draw(st.integers(1, 6))
    wild = st.lists(any_float, min_size=n, max_size=n)
    mild = st.lists(st.floats(-50, 50), min_size=n, max_size=n)
    x = draw(wild | mild)
    if draw(st.booleans()):
        x[-1] = x[0]
    return x


def exactly(x, k):
    """Shares, log-sum-exp and the excess over the maximum, in 60 digits, of the very numbers given."""
    with mpmath.workdps(60):
        x, k = [mpmath.mpf(value) for value in x], mpmath.mpf(k)
        top = max(x)
        terms = [mpmath.exp(k * (value - top)) for value in x]
        others = list(terms)
        others.remove(1)
        excess = mpmath.log1p(mpmath.fsum(others)) / k
        total = mpmath.fsum(terms)
        return [float(term / total) for term in terms], top + excess, excess


@given(vectors(), temperatures)
@example([1e308, -1e308], 5e-324)
@example([BIG, -BIG, BIG], 1e6)
@example([5e-324, 0.0, -5e-324], 1e6)
@example([-BIG, BIG], 1e-308)
@example([0.0, -50.0], 1.0)
@settings(max_examples=400)
def test_softmax_is_right_for_every_finite_input(x, k):
    shares, _, _ = exactly(x, k)
    p = softmax(x, inverse_temperature=k)
    # exp(t) multiplies the two roundings in t = k (x - max) by |t|, at most 745 before the result is 0
    np.testing.assert_allclose(p, shares, rtol=2000 * EPS, atol=5e-324)
    assert p.sum() == pytest.approx(1.0, rel=10 * EPS)


@given(vectors(), temperatures)
@example([-1.7e308, -1.7e308], 3.8e-309)
@example([-BIG, -BIG], 2e-309)
@example([0.0, -50.0], 1.0)
@example([5e-324], 1e6)
@example([BIG, BIG], 1.0)
@settings(max_examples=400)
def test_logsumexp_is_right_for_every_finite_input(x, k):
    _, value, excess = exactly(x, k)
    result = logsumexp(x, inverse_temperature=k)
    if abs(value) > BIG * (1 - 1e-12):
        assert abs(result) > BIG * (1 - 1e-9)
        return
    tolerance = 4 * EPS * abs(max(x)) + float(1000 * EPS * excess) + 1e-323
    assert abs(mpmath.mpf(float(result)) - value) <= tolerance
    assert result >= max(x)


@given(st.lists(st.floats(-1e3, 1e3), min_size=1, max_size=8), st.floats(1e-6, 1e6))
def test_bounds_of_the_sheet(x, k):
    gap = logsumexp(x, inverse_temperature=k) - max(x)
    assert -1e-12 <= gap <= math.log(len(x)) / k * (1 + 1e-12) + 1e-12


def test_bound_is_met_at_a_full_tie():
    for k in (1.0, 10.0, 1e6):
        assert logsumexp(np.zeros(7), inverse_temperature=k) == pytest.approx(math.log(7) / k, rel=4 * EPS)


def test_values_of_the_course():
    expected = [0.09003, 0.24473, 0.66524]
    np.testing.assert_array_equal(softmax([1, 2, 3]).round(5), expected)
    np.testing.assert_array_equal(softmax([11, 12, 13]), softmax([1, 2, 3]))
    np.testing.assert_array_equal(softmax([10, 20, 30]).round(5), [0.0, 0.00005, 0.99995])
    np.testing.assert_array_equal(softmax([1, 2, 3], inverse_temperature=10), softmax([10, 20, 30]))


def test_an_excess_far_below_one_ulp_of_one_keeps_its_digits():
    assert logsumexp([0.0, -50.0]) == pytest.approx(math.exp(-50), rel=1e-15)


@pytest.mark.parametrize("axis", [0, 1, 2, -1, -3])
def test_axes_agree_with_scipy(axis):
    x = np.random.default_rng(0).normal(0, 5, (3, 4, 5))
    for k in (0.1, 1.0, 7.0):
        np.testing.assert_allclose(softmax(x, axis, k), special.softmax(k * x, axis), rtol=1e-13)
        np.testing.assert_allclose(logsumexp(x, axis, k), special.logsumexp(k * x, axis) / k, rtol=1e-13)
        np.testing.assert_array_equal(logsumexp_gradient(x, axis, k), softmax(x, axis, k))


def test_limits_in_temperature():
    x = np.array([2.0, 1.0, 2.0, -3.0])
    np.testing.assert_array_equal(softmax(x, inverse_temperature=1e6), onehot_argmax(x))
    np.testing.assert_allclose(softmax(x, inverse_temperature=1e-12), np.full(4, 0.25), rtol=1e-10)
    assert logsumexp(x, inverse_temperature=1e6) == pytest.approx(2.0, abs=1e-6)


@pytest.mark.parametrize("k", [0.3, 1.0, 5.0])
def test_gradients_agree_with_autograd(k):
    x = np.random.default_rng(1).normal(0, 1, (4, 3))
    tensor = torch.tensor(x, requires_grad=True)
    (torch.logsumexp(k * tensor, -1) / k).sum().backward()
    assert tensor.grad is not None
    np.testing.assert_allclose(logsumexp_gradient(x, inverse_temperature=k), tensor.grad.numpy(), rtol=1e-13)
    for row in x:
        expected = torch.autograd.functional.jacobian(lambda t: torch.softmax(k * t, 0), torch.tensor(row))
        np.testing.assert_allclose(
            softmax_jacobian(row, inverse_temperature=k), expected, rtol=1e-12, atol=1e-16
        )


def test_softmax_jacobian_shape_symmetry_and_digits():
    x = np.random.default_rng(2).normal(0, 3, (2, 5, 3))
    for axis, shape in ((-1, (2, 5, 3, 3)), (1, (2, 3, 5, 5)), (0, (5, 3, 2, 2))):
        jacobian = softmax_jacobian(x, axis, 2.0)
        assert jacobian.shape == shape
        np.testing.assert_array_equal(jacobian, np.swapaxes(jacobian, -1, -2))
        np.testing.assert_allclose(jacobian.sum(-1), 0.0, atol=1e-15)
    # p (1 - p) with 1 - p = e^-50: a plain difference would give 0
    assert softmax_jacobian([0.0, -50.0])[0, 0] == pytest.approx(math.exp(-50), rel=1e-13)


def test_onehot_argmax_shares_ties_or_takes_the_first():
    x = np.array([[1.0, 3.0, 3.0], [0.0, 0.0, 0.0], [5.0, 1.0, 2.0]])
    np.testing.assert_array_equal(onehot_argmax(x), [[0, 0.5, 0.5], [1 / 3, 1 / 3, 1 / 3], [1, 0, 0]])
    np.testing.assert_array_equal(onehot_argmax(x, ties="first"), [[0, 1, 0], [1, 0, 0], [1, 0, 0]])
    np.testing.assert_array_equal(onehot_argmax(x, axis=0, ties="first"), [[0, 1, 1], [0, 0, 0], [1, 0, 0]])
    with pytest.raises(ParameterError, match="ties must be"):
        onehot_argmax(x, ties="last")


def test_bce_values_of_the_course_and_the_clamp():
    np.testing.assert_array_equal(bce([0.01, 0.3, 0.5, 1.0], 1.0).round(4), [4.6052, 1.2040, 0.6931, 0.0])
    np.testing.assert_array_equal(bce([0.0, 1.0], [1.0, 0.0]), [100.0, 100.0])
    assert not np.signbit(bce([0.0, 1.0], [0.0, 1.0])).any()
    assert bce(0.5, 1).shape == ()


@given(st.lists(st.tuples(st.floats(0, 1), st.floats(0, 1)), min_size=1, max_size=20))
def test_bce_is_torchs(pairs):
    p, y = np.array(pairs).T
    expected = torch.nn.functional.binary_cross_entropy(torch.tensor(p), torch.tensor(y), reduction="none")
    np.testing.assert_allclose(bce(p, y), expected.numpy(), rtol=1e-13, atol=1e-300)
    assert bce(p, y, reduction="mean") == pytest.approx(expected.mean().item(), rel=1e-12, abs=1e-300)


def test_bce_refuses_what_torch_would_broadcast_or_what_is_no_probability():
    p = np.full((4, 1), 0.5)
    with pytest.raises(ShapeError, match=r"\(4,\) and the prediction \(4, 1\)"):
        bce(p, np.ones(4))
    with pytest.raises(DataError, match="sigmoid"):
        bce([1.5], [1.0])
    with pytest.raises(DataError, match=r"y has values from -1"):
        bce([0.5], [-1.0])
    with pytest.raises(DataError, match="not finite"):
        bce([math.nan], [1.0])
    with pytest.raises(ParameterError, match="reduction"):
        bce(p, p, reduction="sum")
    with pytest.raises(DataError, match="empty"):
        bce([], [], reduction="mean")
    assert bce([], []).shape == (0,)


@pytest.mark.parametrize(
    "function", [logsumexp, softmax, softmax_jacobian, logsumexp_gradient, onehot_argmax]
)
def test_bad_input_gets_one_sentence(function):
    for x, error, words in [
        (3.0, ShapeError, "single number"),
        (np.zeros((2, 0)), ShapeError, "empty along axis -1"),
        ([1.0, math.inf], DataError, "not finite"),
        ([math.nan], DataError, "not finite"),
        (["a", "b"], DataError, "real numbers"),
        ([1j], DataError, "real numbers"),
        ([[1.0], [1.0, 2.0]], DataError, "real numbers"),
    ]:
        with pytest.raises(error, match=words):
            function(x)
    with pytest.raises(ShapeError, match=r"x of shape \(2,\) has no axis 1"):
        function([1.0, 2.0], axis=1)


@pytest.mark.parametrize("k", [0.0, -1.0, math.inf, math.nan])
def test_inverse_temperature_must_be_positive_and_finite(k):
    for function in (logsumexp, softmax, softmax_jacobian):
        with pytest.raises(ParameterError, match="inverse temperature"):
            function([1.0], inverse_temperature=k)
