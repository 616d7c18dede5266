"""iris: one small run of the whole, the floor of the sigmoid, and the same trainings in plain scikit-learn."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.optimize import minimize

from leadlight import data, studies
from leadlight.errors import DataError
from leadlight.studies.iris.held_out import train_in_scikit_learn
from leadlight.studies.iris.mends import sigmoid_floor
from leadlight.studies.iris.sweeps import train_iris


@pytest.fixture(scope="module")
def result():
    return studies.run("iris", seeds=3, splits=4, seed=2)


def test_the_study_runs_and_what_must_hold_holds(result):
    assert result.status == "ok"
    assert {c.name for c in result.claims} == {
        "slow-rate", "each-faster-rate-is-better", "width-lowers-loss", "same-as-scikit-learn",
        "wider-starts-learn-faster", "sigmoid-floor",
    }  # fmt: skip
    assert [c.name for c in result.claims if c.must_hold and not c.holds] == []


def test_everything_the_sheet_asks_for_is_there(result):
    assert {f.name for f in result.figures} == {"first", "learning-rate", "width"}
    assert {t.name for t in result.tables} == {"learning-rate", "width", "held-out"}
    assert [row[0] for row in result.table("learning-rate").rows] == [1.0, 0.5, 0.1, 0.01, 0.001]
    assert [row[0] for row in result.table("width").rows] == [1, 2, 5, 10, 20, 100]
    assert len(result.answers) == 3
    assert [m.title for m in result.mends] == [
        "A sigmoid before a cross-entropy that expects logits",
        "An accuracy that reads a global",
    ]
    assert all(d.holds for d in result.derivations)
    assert result.limits


def test_the_stale_accuracy_is_a_fifth_of_the_right_one(result):
    wrong, right = (str(v) for v in (result.mends[1].wrong, result.mends[1].right))
    assert "/ 150" in wrong
    assert "/ 30" in right
    assert float(right.split("=")[1].rstrip(" %")) == pytest.approx(
        5 * float(wrong.split("=")[1].rstrip(" %")), abs=0.3
    )


@pytest.mark.parametrize("k", [2, 3, 10])
def test_the_floor_is_the_least_loss_a_bounded_optimiser_finds(k):
    found = minimize(
        lambda z: math.log(np.exp(z).sum()) - z[0], np.full(k, 0.5), bounds=[(0.0, 1.0)] * k, tol=1e-12
    )
    assert found.fun == pytest.approx(sigmoid_floor(k), abs=1e-8)
    assert sigmoid_floor(3) == pytest.approx(0.5514, abs=5e-5)


def test_each_run_of_a_sweep_is_the_run_alone():
    (flowers,) = data.standardise(data.iris(standardised=False))
    together = train_iris(flowers, [3, 7], [0.1, 0.5], [11, 12], 30)
    alone = train_iris(flowers, [7], [0.5], [12], 30)
    assert together.losses[1] == pytest.approx(alone.losses[0], rel=1e-4)


def test_scikit_learn_takes_our_start_and_then_the_same_path():
    (flowers,) = data.standardise(data.iris(standardised=False))
    for epochs in (1, 25):
        ours = train_iris(flowers, [10], [0.1], [5], epochs, dtype="float64")
        theirs = train_in_scikit_learn(flowers, epochs, 99, ours.initial_networks[0])
        for layer in (0, 1):
            np.testing.assert_allclose(theirs.coefs_[layer].T, ours.networks[0].weights[layer], atol=1e-13)
            np.testing.assert_allclose(theirs.intercepts_[layer], ours.networks[0].biases[layer], atol=1e-13)
    assert np.abs(train_in_scikit_learn(flowers, 25, 99).coefs_[0] - theirs.coefs_[0]).max() > 0.1


@pytest.mark.long
def test_at_the_default_parameters_every_claim_holds():
    result = studies.run("iris")
    assert [c.name for c in result.claims if not c.holds] == []
    assert [c.evidence["splits"] for c in result.claims if c.name == "wider-starts-learn-faster"] == [100]


def test_own_data_with_too_few_of_a_class_is_refused_in_one_sentence(tmp_path):
    path = tmp_path / "few.csv"
    path.write_text("a,b,kind\n" + "1,2,x\n2,1,x\n" * 5 + "3,3,y\n")
    with pytest.raises(DataError, match=r"class 'y' has 1 samples; iris needs at least 5"):
        studies.run("iris", data=path, seeds=2, splits=2)


def test_own_data_takes_the_place_of_iris(tmp_path):
    rng = np.random.default_rng(0)
    rows = [f"{x:.4f},{y:.4f},{'left' if x < 0 else 'right'}" for x, y in rng.normal(size=(60, 2))]
    path = tmp_path / "own.csv"
    path.write_text("first,second,side\n" + "\n".join(rows) + "\n")
    result = studies.run("iris", data=path, seeds=2, splits=2, epochs=50, widths=(2, 5))
    assert "60 samples of own" in result.method
    assert [row[0] for row in result.table("width").rows] == [2, 5]
    # scikit-learn's network has one output for two classes, so that it cannot take our start
    assert "same-as-scikit-learn" not in {c.name for c in result.claims}
    assert len(result.table("held-out").rows) == 4
