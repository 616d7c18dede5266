"""softmax: the sheet's values and limits, checked by mpmath and autograd, and one small run of the whole."""

from __future__ import annotations

import mpmath
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadlight import studies
from leadlight.errors import ParameterError
from leadlight.functions import logsumexp, softmax
from leadlight.studies.softmax.derivations import autograd_errors, bound_violation
from leadlight.studies.softmax.mistakes import naive_softmax, overflow_threshold


@pytest.fixture(scope="module")
def result():
    return studies.run("softmax", resolution=21, checks=20)


def test_every_claim_holds(result):
    assert result.status == "ok"
    assert [claim.name for claim in result.claims if not claim.holds] == []
    assert len(result.claims) == 8
    assert all(d.holds for d in result.derivations)


def test_everything_the_sheet_asks_for_is_there(result):
    figures = {"contours", "components", "gap", "temperatures", "mended-components"}
    assert {f.name for f in result.figures} == figures
    assert (len(result.answers), len(result.mends), len(result.derivations)) == (6, 4, 6)


def test_the_sheets_three_vectors(result):
    rows = result.table("vectors").rows
    assert [[round(share, 5) for share in row[1:4]] for row in rows] == [
        [0.09003, 0.24473, 0.66524],
        [0.09003, 0.24473, 0.66524],
        [0.0, 0.00005, 0.99995],
    ]


def test_the_gap_meets_its_bound_at_the_tie(result):
    for k, greatest, bound, least, _ in result.table("grid").rows:
        assert bound == np.log(2) / k
        assert greatest == pytest.approx(bound, abs=1e-15)
        assert 0 <= least < bound


def test_lse_and_softmax_of_the_sheets_vectors_against_mpmath():
    with mpmath.workdps(50):
        for vector in ((1, 2, 3), (11, 12, 13), (10, 20, 30)):
            for k in (1, 10, 100):
                powers = [mpmath.exp(k * mpmath.mpf(v)) for v in vector]
                total = mpmath.fsum(powers)
                assert logsumexp(vector, inverse_temperature=k) == pytest.approx(float(mpmath.log(total) / k))
                expected = [float(p / total) for p in powers]
                np.testing.assert_allclose(softmax(vector, inverse_temperature=k), expected, rtol=1e-13)


@pytest.mark.parametrize("k", [0.01, 1.0, 10.0, 100.0])
def test_gradient_and_jacobian_against_autograd(k):
    points = np.random.default_rng(1).normal(size=(50, 3))
    assert max(autograd_errors(points, k)) <= 1e-12


@given(st.integers(0, 2**32 - 1), st.floats(1e-3, 1e6), st.integers(1, 6))
def test_the_bounds_hold_for_any_temperature(seed, k, n):
    points = np.round(np.random.default_rng(seed).normal(scale=3, size=(20, n)), 1)
    assert bound_violation(points, k) <= 1e-14 * max(1, 1 / k)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_the_overflow_threshold_is_the_last_finite_exponential(dtype):
    threshold = overflow_threshold(dtype)
    assert threshold == pytest.approx(float(np.log(np.finfo(dtype).max)), rel=1e-6)
    x = np.array(threshold, dtype)
    with np.errstate(over="ignore"):
        assert np.isfinite(np.exp(x))
        assert np.isinf(np.exp(np.nextafter(x, np.array(np.inf, dtype))))


def test_naive_softmax_overflows_where_the_table_says(result):
    assert np.isnan(naive_softmax(np.array([7.1, 7.2, 7.3]), 100.0)).all()
    np.testing.assert_array_equal(naive_softmax(np.full(3, 709.5)), np.zeros(3))
    np.testing.assert_allclose(naive_softmax(np.array([1.0, 2.0, 3.0])), softmax([1.0, 2.0, 3.0]))
    assert result.table("overflow").rows[2][3] == "(0.00000, 0.00000, 0.00000)"
    assert result.table("overflow").rows[2][4] == "(0.33333, 0.33333, 0.33333)"


@pytest.mark.parametrize("k", [1e-5, 1e6])
def test_extreme_temperatures_hold_too(k):
    result = studies.run("softmax", inverse_temperatures=(k,), resolution=11, checks=5)
    assert result.failing == ()
    assert all(d.holds for d in result.derivations)


def test_a_temperature_of_zero_is_refused():
    with pytest.raises(ParameterError, match="above 0"):
        studies.run("softmax", inverse_temperatures=(1.0, 0.0))
