"""scikit-learn's multi-layer perceptrons as networks.

A fitted MLP is its `coefs_` (inputs, units) and `intercepts_`. The result gives what comes before scikit-learn's
output function: logits. Softmax and logistic are not included, so a binary classifier has one logit (of its
second class), a multi-class one a logit for each class.
"""

from __future__ import annotations

from typing import Any

from ..activations import ACTIVATIONS
from ..errors import ModelError
from ..network import Network

__all__ = ["from_sklearn"]

_NAMES = {phi.sklearn_name: phi for phi in ACTIVATIONS.values() if phi.sklearn_name}


def from_sklearn(model: Any) -> Network:
    """Describe a fitted MLPClassifier or MLPRegressor; the outputs are logits (or the regression's values).

    Parameters
    ----------
    model : sklearn.neural_network.MLPClassifier or MLPRegressor

    Raises
    ------
    ModelError
        Not an MLP, not fitted, or an output function that is neither identity, softmax nor logistic.

    Examples
    --------
    >>> from sklearn.neural_network import MLPRegressor
    >>> mlp = MLPRegressor(hidden_layer_sizes=[3], solver="lbfgs", random_state=0)
    >>> from_sklearn(mlp.fit([[0.0], [1.0], [2.0]], [0.0, 1.0, 2.0]))
    Network(1-3-1, relu, 10 parameters)
    """
    from sklearn.neural_network import MLPClassifier, MLPRegressor

    name = type(model).__name__
    if not isinstance(model, MLPClassifier | MLPRegressor):
        hint = (
            " Take the MLP out of the pipeline, e.g. pipeline[-1], and give it the transformed data."
            if hasattr(model, "steps")
            else ""
        )
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
