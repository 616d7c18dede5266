"""Log-sum-exp, softmax and their like, for every finite input.

lse(x; k) = log(sum_j exp(k x_j)) / k with inverse temperature k. The maximum m is taken out first, as always;
beyond that, k (x - m) is computed from halves, since x - m itself can overflow (1e308 against -1e308), and
lse - m with log1p over the other entries, so that a small excess over the maximum keeps its digits. Float64
throughout, O(size of x).
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from .errors import DataError, ParameterError, ShapeError

__all__ = ["bce", "logsumexp", "logsumexp_gradient", "onehot_argmax", "softmax", "softmax_jacobian"]


def logsumexp(x: Any, axis: int = -1, inverse_temperature: float = 1.0) -> np.ndarray:
    """Smooth maximum log(sum exp(k x)) / k along an axis.

    Parameters
    ----------
    x : array_like
        Any shape but (), finite.
    axis : int
        The axis that is summed over.
    inverse_temperature : float
        k > 0. As k grows the result tends to the maximum: 0 <= lse - max <= log(n) / k, equal to the upper
        bound at a full tie; as k tends to 0 it grows like log(n) / k.

    Returns
    -------
    ndarray
        The shape of x without the axis. Infinite only where the value itself exceeds the float64 range.

    Raises
    ------
    ParameterError, ShapeError, DataError
        k not positive and finite; no such axis or nothing on it; values that are not finite real numbers.

    Examples
    --------
    >>> logsumexp([[1.0, 2.0, 3.0], [0.0, 0.0, 0.0]]).round(4)
    array([3.4076, 1.0986])
    >>> float(logsumexp([1000.0, 1000.0], inverse_temperature=100.0).round(5))
    1000.00693
    """
    x, k = _checked(x, axis, inverse_temperature)
    top = np.argmax(x, axis=axis, keepdims=True)
    largest = np.take_along_axis(x, top, axis)
    terms = np.exp(_scaled_gap(x, largest, k))
    np.put_along_axis(terms, top, 0.0, axis)  # its exp(0) = 1 is the 1 of log1p
    excess = np.log1p(terms.sum(axis=axis, keepdims=True))
    with np.errstate(over="ignore"):
        result = largest + excess / k
        # With a tiny k, excess / k may overflow where the sum with a very negative maximum does not.
        result = np.where(np.isfinite(result), result, 2.0 * (largest / 2.0 + excess / 2.0 / k))
    return np.squeeze(result, axis=axis)[()]


def softmax(x: Any, axis: int = -1, inverse_temperature: float = 1.0) -> np.ndarray:
    """Shares exp(k x_j) / sum exp(k x) along an axis: the gradient of `logsumexp`.

    Parameters
    ----------
    x : array_like
        Any shape but (), finite.
    axis : int
        The axis along which the shares sum to 1.
    inverse_temperature : float
        k > 0. As k grows the result tends to `onehot_argmax` (ties shared), as k tends to 0 to equal shares.

    Returns
    -------
    ndarray
        The shape of x.

    Raises
    ------
    ParameterError, ShapeError, DataError
        As `logsumexp`.

    Examples
    --------
    >>> softmax([[1.0, 2.0, 3.0], [11.0, 12.0, 13.0]]).round(5)
    array([[0.09003, 0.24473, 0.66524],
           [0.09003, 0.24473, 0.66524]])
    """
    x, k = _checked(x, axis, inverse_temperature)
    terms = np.exp(_scaled_gap(x, x.max(axis=axis, keepdims=True), k))
    return terms / terms.sum(axis=axis, keepdims=True)


def logsumexp_gradient(x: Any, axis: int = -1, inverse_temperature: float = 1.0) -> np.ndarray:
    """Gradient of `logsumexp` by x, which is `softmax`: of the shape of x.

    Examples
    --------
    >>> logsumexp_gradient([0.0, 0.0])
    array([0.5, 0.5])
    """
    return softmax(x, axis, inverse_temperature)


def softmax_jacobian(x: Any, axis: int = -1, inverse_temperature: float = 1.0) -> np.ndarray:
    """Derivative of `softmax` by x: k (diag(p) - p p^T), the Hessian of `logsumexp`.

    Parameters
    ----------
    x, axis, inverse_temperature
        As `softmax`.

    Returns
    -------
    ndarray (..., n, n)
        The axis, of length n, moved to the end and doubled. Symmetric; rows sum to 0. The diagonal
        p_i (1 - p_i) is computed as p_i times the other shares: it keeps its digits when p_i is close to 1.

    Examples
    --------
    >>> softmax_jacobian([0.0, 0.0], inverse_temperature=2.0)
    array([[ 0.5, -0.5],
           [-0.5,  0.5]])
    """
    p = np.moveaxis(softmax(x, axis, inverse_temperature), axis, -1)
    diagonal = np.eye(p.shape[-1], dtype=bool)
    others = np.where(diagonal, 0.0, p[..., None, :]).sum(axis=-1)
    outer = p[..., :, None] * p[..., None, :]
    return inverse_temperature * np.where(diagonal, (p * others)[..., None], 0.0 - outer)


def onehot_argmax(x: Any, axis: int = -1, ties: str = "share") -> np.ndarray:
    """One at the largest entry along an axis, zero elsewhere: the limit of `softmax` at zero temperature.

    Parameters
    ----------
    x : array_like
        Any shape but (), finite.
    axis : int
    ties : {"share", "first"}
        Equal largest entries share the one equally, as the limit of softmax does, or the first takes it all.

    Returns
    -------
    ndarray
        The shape of x, float64.

    Examples
    --------
    >>> onehot_argmax([[1.0, 3.0, 2.0], [5.0, 5.0, 0.0]])
    array([[0. , 1. , 0. ],
           [0.5, 0.5, 0. ]])
    >>> onehot_argmax([5.0, 5.0, 0.0], ties="first")
    array([1., 0., 0.])
    """
    x, _ = _checked(x, axis, 1.0)
    if ties == "first":
        result = np.zeros_like(x)
        np.put_along_axis(result, np.argmax(x, axis=axis, keepdims=True), 1.0, axis)
        return result
    if ties != "share":
        raise ParameterError(f'ties must be "share" or "first", not {ties!r}.')
    largest = x == x.max(axis=axis, keepdims=True)
    return largest / largest.sum(axis=axis, keepdims=True)


def bce(p: Any, y: Any, reduction: str = "none") -> np.ndarray | float:
    """Binary cross-entropy of probabilities, -y log p - (1 - y) log(1 - p), as `torch.nn.BCELoss`.

    Logarithms are clamped at -100, so a sure and wrong prediction costs 100, not infinity. A network's raw
    output is a logit, not a probability: train on it with ``loss="bce-with-logits"``, which needs no clamp.

    Parameters
    ----------
    p : array_like
        Predicted probabilities, in [0, 1].
    y : array_like
        Targets in [0, 1]: of exactly the shape of p, or one number for all.
    reduction : {"none", "mean"}
        Elementwise, or the mean of all.

    Returns
    -------
    ndarray of the shape of p, or float

    Raises
    ------
    DataError, ShapeError, ParameterError
        Values outside [0, 1]; shapes that differ, (n,) against (n, 1) included; an unknown reduction.

    Examples
    --------
    >>> bce([0.01, 0.3, 0.5, 1.0], 1.0).round(4)
    array([4.6052, 1.204 , 0.6931, 0.    ])
    """
    p, y = _finite(p, "p"), _finite(y, "y")
    if reduction not in ("none", "mean"):
        raise ParameterError(f'The reduction must be "none" or "mean", not {reduction!r}.')
    if y.shape not in ((), p.shape):
        raise ShapeError(
            f"The target has shape {y.shape} and the prediction {p.shape}: they must be the same."
        )
    for name, values in (("p", p), ("y", y)):
        if values.size and not (values.min() >= 0.0 and values.max() <= 1.0):
            raise DataError(
                f"{name} has values from {values.min()} to {values.max()}, but must lie in [0, 1]: "
                "turn logits into probabilities with a sigmoid first."
            )
    with np.errstate(divide="ignore"):
        losses = -(y * np.maximum(np.log(p), -100.0) + (1.0 - y) * np.maximum(np.log1p(-p), -100.0))
    losses = losses + 0.0  # no -0.0
    if reduction == "none":
        return losses[()]
    if losses.size == 0:
        raise DataError("The mean of no losses at all is not defined: p is empty.")
    return float(losses.mean())


def _scaled_gap(x: np.ndarray, largest: np.ndarray, k: float) -> np.ndarray:
    """k (x - largest) <= 0 without overflow before it is due; -inf where exp of it is 0 anyway."""
    with np.errstate(over="ignore"):
        return 2.0 * (k * (x / 2.0 - largest / 2.0))


def _checked(x: Any, axis: int, inverse_temperature: float) -> tuple[np.ndarray, float]:
    array = _finite(x, "x")
    if array.ndim == 0:
        raise ShapeError("x is a single number: an array with at least one axis is expected.")
    if not -array.ndim <= axis < array.ndim:
        raise ShapeError(f"x of shape {array.shape} has no axis {axis}.")
    if array.shape[axis] == 0:
        raise ShapeError(f"x of shape {array.shape} is empty along axis {axis}: there is no maximum.")
    k = float(inverse_temperature)
    if not (math.isfinite(k) and k > 0.0):
        raise ParameterError(
            f"The inverse temperature must be positive and finite, not {inverse_temperature!r}."
        )
    return array, k


def _finite(values: Any, name: str) -> np.ndarray:
    """As float64, checked to be finite real numbers."""
    try:
        array = np.asarray(values)
        if array.dtype.kind not in "fiub":
            raise TypeError
        array = array.astype(np.float64)
    except (TypeError, ValueError):
        raise DataError(f"{name} cannot be read as an array of real numbers.") from None
    if not np.isfinite(array).all():
        raise DataError(f"{name} has a value that is not finite: remove NaN and infinity first.")
    return array
