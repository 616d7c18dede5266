"""damped-sine: staircases, halves and mirrors against oracles, a small run of the whole, and the sheet's losses."""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import r2_score

from leadlight import mlp, studies
from leadlight.data import damped_sine
from leadlight.errors import ParameterError
from leadlight.geometry import StepSkeleton, step_skeleton
from leadlight.studies.damped_sine.fits import half_r2, median_difference, r2
from leadlight.studies.damped_sine.mistakes import quotient_step
from leadlight.studies.damped_sine.sides import error_weights, mirror_image
from leadlight.studies.damped_sine.staircase import (
    SPACING,
    rise_widths,
    staircase,
    thresholds_inside,
    zero_distances,
)
from leadlight.studies.page import Page
from leadlight.training import train
from leadlight.training.losses import loss

whole = st.integers(-4, 4).map(float)  # small whole numbers: ties, zero weights and zero jumps come up


@pytest.fixture(scope="module")
def result():
    return studies.run(
        "damped-sine", widths=(3, 1, 2), more_units=(6,), units=3, seeds=2, starts=3, epochs=400, mirrored_epochs=300
    )  # fmt: skip


# the whole ---------------------------------------------------------------------------------------------------


def test_the_study_runs_and_what_must_hold_holds(result):
    assert result.status == "ok"
    assert [c.name for c in result.claims if c.must_hold and not c.holds] == []
    assert {c.name for c in result.claims if c.must_hold} == {
        "at-most-n-plus-1-pieces", "jumps-are-v-sign-w", "step-at-0",
    }  # fmt: skip
    assert {c.name for c in result.claims} >= {
        "width-lowers-loss", "each-unit-helps", "thresholds-at-zeros", "skeleton-is-not-the-curve", "sheet-loss",
        "sheet-loss-mirrored", "sheet-gap-is-luck", "mirrored-is-not-easier", "left-fits-better",
        "mirrored-right-fits-better", "image-right-fits-better", "relative-error-turns-the-sides",
        "relative-error-turns-the-mirrored", "more-units-reach-the-right",
    }  # fmt: skip


def test_everything_the_sheet_asks_for_is_there(result):
    assert {f.name for f in result.figures} == {"widths", "fits", "skeleton", "thresholds", "sides", "halves"}
    assert {t.name for t in result.tables} == {"widths", "sheet", "sides"}
    assert [a.question for a in result.answers] == [
        "How does the loss depend on the number of hidden units?",
        "Plot the thresholds and the skeleton: what do they show?",
        "The sheet ends at 0.252, and mirrored at 0.078: is the mirrored curve easier?",
        "Why does one side fit so well and the other not?",
        "Test it by mirroring",
        "Test it by a relative error",
        "Would more units fit both sides?",
    ]
    assert len(result.mends) == 4
    assert len(result.derivations) == 2
    assert all(d.holds for d in result.derivations)
    assert result.limits


def test_widths_are_sorted_and_the_wider_ones_follow(result):
    assert [row[0] for row in result.table("widths").rows] == [1, 2, 3, 6]


def test_exact_facts_of_the_curve_are_in_the_answers(result):
    why = next(a.text for a in result.answers if a.question.startswith("Why"))
    assert "93 % of the sum of squares" in why
    assert "20 half swings" in why
    relative = next(a.text for a in result.answers if "relative" in a.question)
    assert "3.5 times as much on the right" in relative


def test_the_mends_show_wrong_beside_right(result):
    by_title = {m.title: m for m in result.mends}
    step = by_title["A step computed as 0/0"]
    assert "nan" in str(step.wrong)
    assert "at z = 0: 0; mean over the samples: 0.995" in str(step.right)
    half, full = (
        float(str(v).rsplit("=", 1)[1])
        for m in [by_title["A factor 1/2 in the text, none in the code"]]
        for v in (m.wrong, m.right)
    )
    assert full == pytest.approx(2 * half, abs=2e-4)


def test_figures_stay_small(result):
    assert max(len(f.content) for f in result.figures) < 500_000


def test_a_run_without_wider_networks_or_the_close_width_still_answers():
    result = studies.run(
        "damped-sine", widths=(2,), more_units=(2,), units=1, seeds=2, starts=2, epochs=5, mirrored_epochs=9
    )
    assert result.status == "ok"
    assert len(result.answers) == 6


@pytest.mark.parametrize(
    ("name", "value"), [("units", 0), ("lr", 0.0), ("starts", 1), ("epochs", 0), ("widths", (0,))]
)
def test_parameters_out_of_range_are_refused(name, value):
    with pytest.raises(ParameterError, match=name):
        studies.run("damped-sine", **{name: value})


@pytest.mark.long
def test_at_full_size_the_sheet_lies_in_our_range_and_the_sides_behave_as_described():
    result = studies.run("damped-sine")
    # of ten units each second one brings no sure gain
    assert [c.name for c in result.claims if not c.holds] == ["each-unit-helps"]
    rows = {row[0]: row for row in result.table("sheet").rows}
    assert rows["curve"][-1] is rows["mirrored"][-1] is True
    assert rows["curve"][3:4] == (0.252,)
    assert rows["mirrored"][2:4] == (14_000, 0.078)


# staircases --------------------------------------------------------------------------------------------------


@given(st.lists(st.tuples(whole, whole, whole), min_size=1, max_size=6), whole)
def test_a_staircase_is_the_skeleton_everywhere(units, offset):
    w, b, v = (np.array(column) for column in zip(*units))
    skeleton = StepSkeleton(w, b, v, offset)
    exact = staircase(skeleton)
    assert exact.jumps_agree
    assert exact.n_pieces <= len(units) + 1
    for x in np.arange(-6, 6, 0.07):  # never on a threshold: those are quotients of small whole numbers
        piece = sum(edge < Fraction(float(x)) for edge in exact.thresholds)
        if all(edge != Fraction(float(x)) for edge in exact.thresholds):
            assert float(exact.levels[piece]) == skeleton(x)


def test_a_unit_that_is_off_at_its_threshold_decides_no_level():
    one = StepSkeleton(np.array([1.0]), np.array([0.0]), np.array([5.0]), 2.0)
    assert float(one(0.0)) == 2.0  # the step is 0 at 0
    exact = staircase(one)
    assert [float(v) for v in exact.levels] == [2.0, 7.0]
    assert exact.n_pieces == 2


def test_jumps_that_cancel_part_no_pieces():
    skeleton = StepSkeleton(np.array([1.0, 2.0]), np.array([-1.0, -2.0]), np.array([3.0, -3.0]), 0.5)
    exact = staircase(skeleton)
    assert exact.thresholds == [1]
    assert exact.n_pieces == 1
    assert exact.jumps_agree


def test_constant_units_have_no_threshold():
    exact = staircase(StepSkeleton(np.zeros(2), np.array([1.0, -1.0]), np.array([3.0, 4.0]), 0.0))
    assert (exact.thresholds, exact.levels) == ([], [3])


def test_the_staircase_of_a_trained_network_agrees_with_its_float_levels():
    start = mlp(1, [9], 1, activation="sigmoid", seed=3)
    net = train(start, damped_sine(), loss="mse", optimizer="adam", lr=0.01, epochs=50).networks[0]
    skeleton = step_skeleton(net)
    exact = staircase(skeleton)
    edges, levels = skeleton.pieces()
    assert edges == pytest.approx([float(t) for t in exact.thresholds], rel=1e-14)
    assert levels == pytest.approx([float(v) for v in exact.levels], abs=1e-13)


def test_distances_to_the_zeros_of_the_sine():
    x = np.linspace(-9, 9, 1001)
    d = zero_distances(x)
    assert np.abs(np.sin(3 * x)) == pytest.approx(np.sin(3 * d), abs=1e-12)
    assert d.max() <= SPACING / 2 + 1e-12
    assert np.median(zero_distances(np.random.default_rng(0).uniform(-10, 10, 20_000))) == pytest.approx(
        SPACING / 4, rel=0.03
    )


def test_rise_widths_and_thresholds_inside_of_a_network_by_hand():
    net = mlp(1, [3], 1, activation="sigmoid").with_parameters(
        [np.array([[2.0], [-0.5], [0.0]]), np.ones((1, 3))], [np.array([2.0, 6.0, 1.0]), np.zeros(1)]
    )
    assert thresholds_inside(net, -10, 9.9).tolist() == [-1.0]  # the others: 12, and none
    lengths = rise_widths(net)
    x = 12 + lengths[1] / 2 * np.array([-1, 1])
    assert 1 / (1 + np.exp(-(-0.5 * x + 6))) == pytest.approx([0.9, 0.1])
    assert lengths[2] == math.inf


# sides -------------------------------------------------------------------------------------------------------


def test_r2_agrees_with_scikit_learn():
    rng = np.random.default_rng(1)
    y, p = rng.normal(size=(2, 30))
    assert r2(y, p) == pytest.approx(r2_score(y, p))


@pytest.mark.parametrize("mirrored", [False, True])
def test_halves_are_a_hundred_samples_each_cut_at_zero(mirrored):
    data = damped_sine(mirrored)
    x, y = data.X[:, 0], data.y[:, 0]
    left = x < -0.05
    p = y + np.where(left, 0.1, 0.3) * np.cos(x)
    assert half_r2(data, p) == pytest.approx((r2_score(y[left], p[left]), r2_score(y[~left], p[~left])))
    assert left.sum() == 100


def test_the_mirror_image_is_the_curve_and_the_sheet_s_mirror_differs_in_one_sample():
    curve, image, mirrored = damped_sine(), mirror_image(damped_sine()), damped_sine(mirrored=True)
    assert np.all(np.diff(image.X[:, 0]) > 0)
    assert image.y[:, 0] == pytest.approx(np.sin(-3 * image.X[:, 0]) * np.exp(image.X[:, 0] / 8), abs=1e-12)
    assert np.sum(image.y**2) == pytest.approx(np.sum(curve.y**2))
    shared = {round(v, 6) for v in image.X[:, 0]} & {round(v, 6) for v in mirrored.X[:, 0]}
    assert len(shared) == 199


def test_error_weights_are_those_of_the_relative_loss():
    y = damped_sine().y
    p = np.cos(y)
    expected = loss("relative_mse")(p, y)
    assert np.mean(error_weights(y[:, 0]) * (p - y)[:, 0] ** 2) == pytest.approx(expected)
    assert error_weights(y[:, 0]).max() == pytest.approx(1 / (0.05 * np.abs(y).max()) ** 2)


def test_training_mirrored_from_turned_starts_gives_the_same_bits():
    data = damped_sine()
    net = mlp(1, [4], 1, activation="sigmoid", seed=5)
    turned = net.with_parameters([-net.weights[0], net.weights[1]], net.biases)
    here, there = (
        train(n, (X, data.y), loss="mse", optimizer="adam", lr=0.01, epochs=200)
        for n, X in ((net, data.X), (turned, -data.X))
    )
    assert np.array_equal(here.losses, there.losses)
    assert np.array_equal(here.networks[0].weights[0], -there.networks[0].weights[0])


def test_the_difference_of_medians_has_an_interval_around_it(tmp_path):
    page = Page("damped-sine", tmp_path)
    rng = np.random.default_rng(0)
    middle, low, high = median_difference(page, rng.normal(2, 1, 200), rng.normal(0, 1, 200))
    assert low < middle < high
    assert low > 1.5
    assert high < 2.5
    assert median_difference(page, np.ones(5), np.ones(5)) == (0.0, 0.0, 0.0)


def test_the_quotient_step_is_the_step_but_at_zero():
    z = np.array([-2.0, -1e-300, 0.0, 1e-300, 3.0])
    found = quotient_step(z)
    assert np.isnan(found[2])
    assert found[[0, 1, 3, 4]].tolist() == [0, 0, 1, 1]
