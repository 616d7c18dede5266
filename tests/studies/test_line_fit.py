"""line-fit: gradient, least squares and descents against autograd and NumPy, and a small run of the whole."""

from __future__ import annotations

import io

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from leadlight import studies
from leadlight.data import noisy_line
from leadlight.errors import ParameterError
from leadlight.studies.line_fit.animation import frame_epochs
from leadlight.studies.line_fit.descent import (
    by_backward,
    by_hand,
    by_torch_sgd,
    curvatures,
    gradient,
    least_squares,
    loss,
)


@pytest.fixture(scope="module")
def result():
    return studies.run("line-fit", data_sets=20, frames=4)


@pytest.fixture(scope="module")
def points():
    inputs, targets = noisy_line()
    return inputs[:, 0], targets[:, 0]


def test_every_claim_holds(result):
    assert result.status == "ok"
    assert [claim.name for claim in result.claims if not claim.holds] == []
    assert len(result.claims) == 6
    assert all(d.holds for d in result.derivations)


def test_everything_the_sheet_asks_for_is_there(result):
    assert {f.name for f in result.figures} == {"fit", "losses", "bowl", "descent", "half-rate"}
    assert (len(result.answers), len(result.mends), len(result.derivations)) == (3, 2, 2)
    assert {t.name for t in result.tables} == {"programs", "other-lines"}


def test_the_animation_is_a_small_animated_webp(result):
    picture = result.figure("descent")
    assert picture.mime == "image/webp"
    assert len(picture.content) < 400_000
    with Image.open(io.BytesIO(picture.content)) as image:
        assert image.format == "WEBP"
        assert image.n_frames == 4


@pytest.mark.parametrize("start", [(1.1, 2.0), (-1.1, 0.2)])
def test_the_three_programs_agree_to_twelve_digits(points, start):
    x, y = points
    runs = [descend(x, y, start, 0.05, 200) for descend in (by_hand, by_backward, by_torch_sgd)]
    for run in runs:
        assert run.lines.shape == (201, 2)
        assert run.losses.shape == (201,)
        np.testing.assert_array_equal(run.lines[0], start)
        np.testing.assert_allclose(run.lines, runs[0].lines, rtol=0, atol=1e-12)
        np.testing.assert_allclose(run.losses, runs[0].losses, rtol=0, atol=1e-12)


@given(st.integers(0, 2**32 - 1), st.integers(3, 40))
def test_least_squares_against_lapack(seed, n):
    rng = np.random.default_rng(seed)
    x, y = rng.normal(size=n), rng.normal(size=n)
    best = least_squares(x, y)
    reference = np.linalg.lstsq(np.stack([x, np.ones(n)], axis=1), y, rcond=None)[0]
    np.testing.assert_allclose(best, reference, rtol=1e-6, atol=1e-6)
    assert loss(best, x, y) <= loss(best + rng.normal(size=2), x, y)


def test_the_gradient_against_central_differences(points):
    x, y = points
    line, h = np.array([0.7, -1.3]), 1e-6
    numeric = [(loss(line + h * e, x, y) - loss(line - h * e, x, y)) / (2 * h) for e in np.eye(2)]
    np.testing.assert_allclose(gradient(line, x, y), numeric, rtol=1e-8)


def test_curvatures_of_the_sheets_inputs(points):
    x, _ = points
    np.testing.assert_allclose(curvatures(x), [2 * np.mean(x**2), 2.0])


def test_the_half_gradient_takes_twice_as_long(result):
    evidence = result.claim("missing-two-halves-the-rate").evidence
    right, half = evidence["epochs to 1 % of the way, right"], evidence["epochs to 1 % of the way, without 2"]
    assert 2 * right - 2 <= half <= 2 * right + 3


def test_without_noise_the_true_line_is_the_best_and_the_claim_need_not_hold():
    result = studies.run("line-fit", noise=0.0, data_sets=10, frames=2)
    assert result.failing == ()
    claim = result.claim("least-squares-beats-the-truth")
    assert claim.evidence["loss of the true line"] == pytest.approx(0, abs=1e-25)


def test_frames_start_and_end_where_the_descent_does():
    epochs = frame_epochs(200, 40)
    assert (epochs[0], epochs[-1]) == (0, 200)
    assert np.all(np.diff(epochs) > 0)


def test_the_same_seed_gives_the_same_bytes(result):
    again = studies.run("line-fit", data_sets=20, frames=4)
    assert again.to_json() == result.to_json()
    assert [f.content for f in again.figures] == [f.content for f in result.figures]


@pytest.mark.parametrize(
    ("given_values", "message"),
    [
        ({"start": (1.0,)}, "two: slope and intercept"),
        ({"other_slopes": (1.0, 2.0)}, "one intercept for each slope"),
        ({"lr": 1.0}, "at most 0.99"),
        ({"noise": -1.0}, "at least 0"),
    ],
)
def test_bad_parameters_are_named(given_values, message):
    with pytest.raises(ParameterError, match=message):
        studies.run("line-fit", **given_values)
