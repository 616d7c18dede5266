"""Fitted scikit-learn MLPs: their own predictions from our logits."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import expit
from sklearn.linear_model import LogisticRegression
from sklearn.neural_network import MLPClassifier, MLPRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

import leadlight as ll
from leadlight.errors import ModelError

rng = np.random.default_rng(0)
X = rng.standard_normal((60, 3))


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


@pytest.mark.parametrize(
    ("model", "says"),
    [
        (MLPClassifier(), "not fitted"),
        (LogisticRegression(), "LogisticRegression is not an MLP"),
        (make_pipeline(StandardScaler(), MLPClassifier()), "out of the pipeline"),
    ],
)
def test_what_cannot_be_described_is_named(model, says):
    with pytest.raises(ModelError, match=says):
        ll.Network.of(model)
