import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from sklearn.preprocessing import PolynomialFeatures

from leadlight.data import polynomial_exponents, polynomial_features
from leadlight.errors import ParameterError, ShapeError


@settings(deadline=None)
@given(st.integers(1, 4), st.integers(1, 6), st.data())
def test_features_and_their_order_are_scikit_learns(n_inputs, degree, draw):
    X = draw.draw(arrays(np.float64, (3, n_inputs), elements=st.floats(-2, 2)))
    oracle = PolynomialFeatures(degree, include_bias=False).fit(X)
    assert (polynomial_exponents(n_inputs, degree) == oracle.powers_).all()
    np.testing.assert_allclose(polynomial_features(X, degree), oracle.transform(X), rtol=1e-14, atol=1e-300)


def test_degree_50_in_the_plane_has_1325_terms():
    assert polynomial_features(np.zeros((2, 2)), 50).shape == (2, 1325)
    assert len({tuple(row) for row in polynomial_exponents(2, 50)}) == 1325


@settings(deadline=None)
@given(st.integers(1, 60))
def test_the_number_of_terms_in_the_plane(P):
    exponents = polynomial_exponents(2, P)
    assert len(exponents) == (P + 1) * (P + 2) // 2 - 1 == math.comb(P + 2, 2) - 1
    assert ((exponents.sum(axis=1) >= 1) & (exponents.sum(axis=1) <= P)).all()


def test_small_powers_are_exact():
    assert polynomial_features([[3.0, 2.0]], 3).tolist() == [[3, 2, 9, 6, 4, 27, 18, 12, 8]]


def test_what_cannot_be_is_named():
    with pytest.raises(ShapeError, match=r"got \(3,\)"):
        polynomial_features([1.0, 2.0, 3.0], 2)
    with pytest.raises(ParameterError, match="degree must be a whole number"):
        polynomial_features([[1.0]], 0)
    with pytest.raises(ParameterError, match="100 inputs to degree 30 make"):
        polynomial_exponents(100, 30)
    with pytest.raises(ParameterError, match="do not fit in memory"):
        polynomial_features(np.broadcast_to(0.0, (1_000_000, 2)), 50)
