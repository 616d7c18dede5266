"""scikit-learn's multi-layer perceptrons as networks.

A fitted MLP is its `coefs_` (inputs, units) and `intercepts_`. The result gives what comes before scikit-learn's
output function: logits. Softmax and logistic are not included, so a binary classifier has one logit (of its
second class), a multi-class one a logit for each class. In a pipeline, scalers before the MLP are affine maps feature
by feature: they are folded into its first layer, so that the network takes what the pipeline takes.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ..activations import ACTIVATIONS
from ..errors import ModelError
from ..network import Network

__all__ = ["from_sklearn"]

_NAMES = {phi.sklearn_name: phi for phi in ACTIVATIONS.values() if phi.sklearn_name}


def from_sklearn(model: Any) -> Network:
    """Describe a fitted MLPClassifier or MLPRegressor; the outputs are logits (or the regression's values).

    Parameters
    ----------
    model : sklearn.neural_network.MLPClassifier or MLPRegressor, or a Pipeline that ends in one
        Before it a pipeline may have StandardScaler, MinMaxScaler (without clip), MaxAbsScaler and "passthrough".

    Returns
    -------
    Network
        Weights and biases as they were fitted; behind scalers those of the first layer are rounded in float64.

    Raises
    ------
    ModelError
        Not an MLP, not fitted, a step of the pipeline that is no scaler, or an output function that is neither
        identity, softmax nor logistic.

    Examples
    --------
    >>> from sklearn.neural_network import MLPRegressor
    >>> mlp = MLPRegressor(hidden_layer_sizes=[3], solver="lbfgs", random_state=0)
    >>> from_sklearn(mlp.fit([[0.0], [1.0], [2.0]], [0.0, 1.0, 2.0]))
    Network(1-3-1, relu, 10 parameters)
    """
    from sklearn.neural_network import MLPClassifier, MLPRegressor
    from sklearn.pipeline import Pipeline

    name = type(model).__name__
    if isinstance(model, Pipeline):
        return _behind_scalers(from_sklearn(model.steps[-1][1]), model)
    if not isinstance(model, MLPClassifier | MLPRegressor):
        hint = " Pass its best_estimator_." if hasattr(model, "best_estimator_") else ""
        raise ModelError(
            f"{name} is not an MLPClassifier or MLPRegressor: leadlight describes these only.{hint}"
        )
    if not hasattr(model, "coefs_"):
        raise ModelError(f"This {name} is not fitted: call fit(X, y) first.")
    if model.out_activation_ not in ("identity", "softmax", "logistic"):
        raise ModelError(
            f"This {name} has the output function {model.out_activation_!r}, which leadlight lacks."
        )
    return Network.from_arrays([W.T for W in model.coefs_], model.intercepts_, _NAMES[model.activation])


def _behind_scalers(net: Network, pipeline: Any) -> Network:
    """The network of what the pipeline takes, its scalers folded into the first layer from the last to the first."""
    W, b = net.weights[0], net.biases[0]
    for name, step in reversed(pipeline.steps[:-1]):
        factor, shift = _scaling(name, step, W.shape[1])
        W, b = W * factor, b + W @ shift
    return net.with_parameters((W, *net.weights[1:]), (b, *net.biases[1:]))


def _scaling(name: str, step: Any, n_features: int) -> tuple[np.ndarray, np.ndarray]:
    """Factor and shift of a step of a pipeline, x -> factor x + shift, both (n_features,)."""
    from sklearn.preprocessing import MaxAbsScaler, MinMaxScaler, StandardScaler

    one, zero = np.ones(n_features), np.zeros(n_features)
    if step is None or step == "passthrough":
        return one, zero
    if isinstance(step, MinMaxScaler) and not step.clip:
        return step.scale_, step.min_
    if isinstance(step, MaxAbsScaler) and not getattr(step, "clip", False):
        return 1.0 / np.asarray(step.scale_), zero
    if isinstance(step, StandardScaler):
        factor = 1.0 / np.asarray(step.scale_) if step.with_std else one
        return factor, -np.asarray(step.mean_) * factor if step.with_mean else zero
    raise ModelError(
        f"The pipeline's step {name!r} ({type(step).__name__}) is no scaler that leadlight can fold into the MLP "
        "(StandardScaler, MinMaxScaler or MaxAbsScaler, without clip): pass pipeline[-1], which takes the "
        "transformed data."
    )
