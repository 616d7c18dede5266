"""Fitted scikit-learn MLPs: their own predictions from our logits."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import expit
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV
from sklearn.neural_network import MLPClassifier, MLPRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import MaxAbsScaler, MinMaxScaler, PolynomialFeatures, StandardScaler

import leadlight as ll
from leadlight.errors import ModelError

rng = np.random.default_rng(0)
X = rng.standard_normal((60, 3))
SHIFTED = 5.0 * X + [3.0, -20.0, 0.0]


def options(activation="relu"):
    return {
        "hidden_layer_sizes": (5, 4),
        "activation": activation,
        "solver": "lbfgs",
        "max_iter": 500,
        "tol": 1e-2,
    }


@pytest.mark.parametrize("activation", ["identity", "logistic", "tanh", "relu"])
def test_regressors(activation):
    mlp = MLPRegressor(random_state=0, **options(activation)).fit(X, X[:, :2] ** 2)
    net = ll.Network.of(mlp)
    assert net.widths == (5, 4)
    np.testing.assert_allclose(net(X), mlp.predict(X), rtol=1e-12, atol=1e-13)


def test_a_binary_classifier_has_one_logit():
    mlp = MLPClassifier(random_state=0, **options()).fit(X, X[:, 0] > 0)
    net = ll.Network.of(mlp)
    assert net.n_outputs == 1
    np.testing.assert_allclose(expit(net(X)[:, 0]), mlp.predict_proba(X)[:, 1], rtol=1e-10, atol=1e-14)


def test_a_multi_class_classifier_has_one_logit_a_class():
    mlp = MLPClassifier(random_state=0, **options("tanh")).fit(X, (X[:, 0] > 0).astype(int) + (X[:, 1] > 0))
    net = ll.Network.of(mlp)
    np.testing.assert_allclose(ll.softmax(net(X)), mlp.predict_proba(X), rtol=1e-9, atol=1e-12)


def fitted(*steps):
    mlp = MLPRegressor(random_state=0, **options())
    return make_pipeline(*steps, mlp).fit(SHIFTED, X[:, :2] ** 2)


def searched():
    search = GridSearchCV(MLPRegressor(random_state=0, **options()), {"alpha": [1e-3, 1e-2]}, cv=2)
    return search.fit(X, X[:, 0])


@pytest.mark.parametrize(
    "steps",
    [
        [],
        ["passthrough", StandardScaler()],
        [StandardScaler(with_mean=False)],
        [StandardScaler(with_std=False)],
        [StandardScaler(with_mean=False, with_std=False)],
        [MinMaxScaler((-1, 2))],
        [MaxAbsScaler(), StandardScaler(), MinMaxScaler()],
    ],
)
def test_scalers_of_a_pipeline_are_folded_in(steps):
    pipeline = fitted(*steps)
    net = ll.Network.of(pipeline)
    assert net.layer_sizes == (3, 5, 4, 2)
    np.testing.assert_allclose(net(SHIFTED), pipeline.predict(SHIFTED), rtol=1e-10, atol=1e-11)


@pytest.mark.parametrize(
    ("model", "says"),
    [
        (MLPClassifier(), "not fitted"),
        (LogisticRegression(), "LogisticRegression is not an MLP"),
        (make_pipeline(StandardScaler(), MLPClassifier()), "not fitted"),
        (make_pipeline(StandardScaler(), LogisticRegression()), "LogisticRegression is not an MLP"),
        (
            fitted(PolynomialFeatures(2)),
            r"'polynomialfeatures' .PolynomialFeatures. is no scaler.*pipeline\[-1\]",
        ),
        (fitted(MinMaxScaler(clip=True)), "MinMaxScaler. is no scaler.*without clip"),
        (searched(), "GridSearchCV is not an MLP.*best_estimator_"),
    ],
)
def test_what_cannot_be_described_is_named(model, says):
    with pytest.raises(ModelError, match=says):
        ll.Network.of(model)
