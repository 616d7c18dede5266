"""polynomial: the count, the models against scikit-learn, the rules against the definition, one small run."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import PolynomialFeatures, StandardScaler

import leadlight as ll
from leadlight import studies
from leadlight.data import spirals
from leadlight.studies.page import Page
from leadlight.studies.polynomial import models
from leadlight.studies.polynomial.counting import terms
from leadlight.studies.polynomial.outside import frozen_edge, mean_interval, the_rule


@pytest.fixture(scope="module")
def result():
    return studies.run(
        "polynomial",
        degrees=[1, 3],
        seeds=2,
        data_sets=2,
        n_per_class=80,
        epochs=2,
        batch=64,
        width=8,
        resolution=40,
        seed=1,
    )


def named(pieces):
    return {piece.name: piece for piece in pieces}


def test_the_study_runs_and_the_count_is_proved(result):
    assert result.status == "ok"
    count = named(result.claims)["terms"]
    assert count.holds
    assert count.must_hold
    assert count.evidence["listed"] == count.evidence["formula"] == 1325
    (derivation,) = result.derivations
    assert derivation.holds
    assert derivation.error == 0


def test_everything_that_is_asked_for_is_there(result):
    assert set(named(result.figures)) == {"maps", "along-arms", "by-degree"}
    assert set(named(result.tables)) == {"models", "degrees"}
    assert [a.question for a in result.answers] == [
        "Does a wide model generalise outside its training range?"
    ]
    assert set(named(result.claims)) == {
        "terms", "worse-outside", "better-than-chance", "the-end-fools-it", "the-mlp-does-better",
        "nobody-follows-the-arms", "scale-matters-inside", "scale-costs-outside",
    }  # fmt: skip
    assert len(result.limits) == 4
    rows = {row[0]: row for row in named(result.tables)["models"].rows}
    assert rows["degree 50, raw"][1] == rows["degree 50, standardised"][1] == 1325 * 4 + 4
    assert rows["MLP"][1] == 3 * 8 + 9 * 8 + 9 * 4
    assert [row[:2] for row in named(result.tables)["degrees"].rows] == [(1, 2), (3, 9), (50, 1325)]


@pytest.mark.parametrize("degree", [1, 2, 7, 50])
def test_terms_are_scikit_learns(degree):
    counted = PolynomialFeatures(degree, include_bias=False).fit(np.zeros((1, 2))).n_output_features_
    assert terms(degree) == counted


def test_features_are_scikit_learns():
    data, X = spirals(50, seed=0), spirals(20, seed=1).X
    raw, scaled = PolynomialFeatures(6, include_bias=False), StandardScaler()
    expected = raw.fit_transform(X)
    assert models.monomials(6, False)(data)(X) == pytest.approx(expected, rel=1e-12)
    pipeline = make_pipeline(raw, scaled).fit(data.X)
    assert models.monomials(6, True)(data)(X) == pytest.approx(pipeline.transform(X), rel=1e-9, abs=1e-9)


def test_a_model_is_its_network_on_its_features_in_any_chunks(monkeypatch):
    data = spirals(30, seed=0)
    features = models.monomials(3, True)(data)
    model = models.Model(features, ll.mlp(9, [], 4, seed=0))
    whole = model.network(features(data.X))
    monkeypatch.setattr(models, "AT_ONCE", 7)
    assert model(data.X) == pytest.approx(whole, rel=1e-12)


def test_seeds_are_dealt_out_and_the_outside_begins_after_one(tmp_path):
    sets = models.arm_sets(Page("polynomial", tmp_path), 100, 3, 7)
    assert [len(drawn.seeds) for drawn in sets] == [3, 2, 2]
    assert len({seed for drawn in sets for seed in drawn.seeds}) == 7
    noiseless = spirals(100, noise=0, t_range=(1 + 0.3 / 100, 1.3)).X
    assert np.hypot(*noiseless.T).min() > 1
    assert np.hypot(*noiseless.T).max() == pytest.approx(1.3)


def test_a_separable_problem_is_fitted(tmp_path):
    page = Page("polynomial", tmp_path)
    sets = models.arm_sets(page, 200, 1, 2)
    one = models.fit(page, "MLP", sets, models.as_they_are, widths=[32, 32], epochs=60, batch=32)
    assert one.n_parameters == 3 * 32 + 33 * 32 + 33 * 4
    assert one.diverged == 0
    assert one.train.min() > 90
    drawn = sets[0]
    again = [100 * np.mean(m(drawn.test.X).argmax(axis=1) == drawn.test.y) for m in one.models]
    assert one.test == pytest.approx(again)
    fresh = models.test_again(page, one, 200, 3)
    assert fresh.shape == (2, 3)
    assert fresh.min() > 80


def test_the_rules_without_noise():
    at_the_edge = spirals(50, noise=0, t_range=(0.99, 1.01))
    assert (frozen_edge(at_the_edge.X) == at_the_edge.y).all()
    just_before, just_after = (spirals(20, noise=0, t_range=(t, t + 0.01)) for t in (1.23, 1.26))
    assert (frozen_edge(just_before.X) == just_before.y).all()  # half-way to the next arm at t = 1.25
    assert not (frozen_edge(just_after.X) == just_after.y).any()
    everywhere = spirals(200, noise=0, t_range=(0.05, 1.3))
    assert (the_rule(everywhere.X) == everywhere.y).all()


def test_knowing_the_rule_beats_going_by_direction():
    data = models.outside_arms(1000, seed=0)
    assert np.mean(the_rule(data.X) == data.y) > np.mean(frozen_edge(data.X) == data.y) + 0.05


def test_the_interval_of_a_mean():
    interval = mean_interval(np.arange(100.0), np.random.default_rng(0))
    assert interval.median == 49.5
    half = 1.96 * np.std(np.arange(100.0)) / 10
    assert interval.low == pytest.approx(49.5 - half, abs=0.6)
    assert interval.high == pytest.approx(49.5 + half, abs=0.6)


@pytest.mark.long
def test_the_sheets_single_run_lies_within_ours():
    result = studies.run("polynomial", degrees=[50])
    held = {claim.name: claim.holds for claim in result.claims}
    assert held["the-sheets-accuracy"]
    assert held["worse-outside"]
    assert held["better-than-chance"]
    assert held["scale-matters-inside"]
    assert held["scale-costs-outside"]
    assert not held["the-mlp-does-better"]
