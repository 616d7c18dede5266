"""The losses, each on the network's raw outputs (logits where it classifies), never inferred from the data.

Each entry says what targets it takes and holds the plain NumPy value, which engines are tested against. All
are means over samples and outputs; there is no factor 1/2. Float64.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import special

from ..errors import DataError, ParameterError, ShapeError, UnknownNameError

__all__ = ["LOSSES", "RELATIVE_FLOOR", "Loss", "loss"]

RELATIVE_FLOOR = 0.05
"""Share of the greatest |y| below which relative_mse no longer divides by |y|."""


@dataclass(frozen=True)
class Loss:
    """One loss function.

    Attributes
    ----------
    name : str
    targets : str
        "labels": integers (n,), the class of each sample; "values": numbers (n, n_outputs).
    formula : str
        In LaTeX: p the network's output, y the target.
    """

    name: str
    targets: str
    formula: str
    _value: Callable[[np.ndarray, np.ndarray, float], np.ndarray]
    _correct: Callable[[np.ndarray, np.ndarray], np.ndarray] | None = None

    def __call__(self, outputs: Any, y: Any, scale: float | None = None) -> float:
        """The mean loss.

        Parameters
        ----------
        outputs : array of shape (n, n_outputs)
            What the network gives, before any softmax or sigmoid.
        y : array
            (n,) integer labels for cross_entropy, else (n, n_outputs).
        scale : float, optional
            max |y| of the training data, for relative_mse only. Default: of this `y`.
        """
        outputs = np.asarray(outputs, dtype=np.float64)
        if outputs.ndim != 2:
            raise ShapeError(f"The outputs must have shape (n, n_outputs), not {outputs.shape}.")
        y = self.check_targets(y, outputs.shape[0], outputs.shape[1])
        return float(np.mean(self._value(outputs, y, target_scale(y) if scale is None else scale)))

    @property
    def has_accuracy(self) -> bool:
        """Whether the loss is one of classification."""
        return self._correct is not None

    def accuracy(self, outputs: np.ndarray, y: np.ndarray) -> float:
        """Share of right answers: greatest logit for cross_entropy, sign of the logit for bce_with_logits."""
        if self._correct is None:
            raise ParameterError(f"There is no accuracy for the loss {self.name}: it does not classify.")
        return float(np.mean(self._correct(np.asarray(outputs), np.asarray(y))))

    def check_targets(self, y: Any, n_samples: int, n_outputs: int, name: str = "y") -> np.ndarray:
        """Return the targets as int64 (n,) or float64 (n, n_outputs).

        Raises
        ------
        ShapeError
            Another shape, e.g. (n,) where (n, 1) is due: nothing is broadcast.
        DataError
            Labels that are not integers in [0, n_outputs); values that are not finite, or for
            bce_with_logits not in [0, 1].
        """
        y = as_array(y, name)
        if self.targets == "labels":
            return _check_labels(y, n_samples, n_outputs, name)
        if y.dtype.kind not in "fiub":
            raise DataError(f"The targets {name} must be numbers, not an array of dtype {y.dtype}.")
        if y.ndim == 1 and y.shape[0] == n_samples and n_outputs == 1:
            raise ShapeError(
                f"{name} has shape {y.shape}, but the network gives ({n_samples}, 1): pass {name}[:, None]."
            )
        if y.shape != (n_samples, n_outputs):
            hint = (
                " Class labels go with loss='cross-entropy'." if y.ndim == 1 and y.dtype.kind in "iu" else ""
            )
            raise ShapeError(
                f"{name} has shape {y.shape}, but the loss {self.name} needs one value for each sample and "
                f"output: ({n_samples}, {n_outputs}).{hint}"
            )
        y = as_float64(y)
        if not np.isfinite(y).all():
            raise DataError(
                f"{name} holds {int((~np.isfinite(y)).sum())} values that are NaN or infinite: remove them."
            )
        if self.name == "bce_with_logits" and y.size and (y.min() < 0.0 or y.max() > 1.0):
            raise DataError(
                f"The targets {name} of bce_with_logits must lie in [0, 1], not [{y.min():g}, {y.max():g}]."
            )
        return y


def as_array(values: Any, name: str) -> np.ndarray:
    """`numpy.asarray`, but rows of differing lengths are a DataError."""
    try:
        return np.asarray(values)
    except ValueError:
        raise DataError(f"{name} is no array: its rows differ in length, make them equal.") from None


def as_float64(values: np.ndarray) -> np.ndarray:
    """A float64 copy; what is beyond its range (of a longer type) becomes infinite."""
    with np.errstate(over="ignore"):
        return values.astype(np.float64)


def scale_for(loss: Loss, y: np.ndarray, dtype: str) -> float:
    """`target_scale` of the training's targets.

    Raises
    ------
    DataError
        relative_mse is to divide by 0, or by less than has a reciprocal in `dtype`.
    """
    scale = target_scale(y)
    if loss.name == "relative_mse":
        if scale == 0.0:
            raise DataError("relative_mse divides by max |y|, but all targets are 0: use mse.")
        if RELATIVE_FLOOR * scale < np.finfo(dtype).tiny:
            raise DataError(
                f"relative_mse divides by {RELATIVE_FLOOR:g} max |y| = {RELATIVE_FLOOR * scale:g} or more, which is "
                f"too small for {dtype}: scale the targets up."
            )
    return scale


def target_scale(y: np.ndarray) -> float:
    """max |y|, by which relative_mse sets its floor."""
    return float(np.max(np.abs(y))) if y.size else 0.0


def _check_labels(y: np.ndarray, n_samples: int, n_outputs: int, name: str) -> np.ndarray:
    if y.shape != (n_samples,):
        hint = f" Pass {name}[:, 0]." if y.shape == (n_samples, 1) else ""
        raise ShapeError(
            f"{name} has shape {y.shape}, but cross_entropy needs one class label for each sample: "
            f"({n_samples},).{hint}"
        )
    if y.dtype.kind not in "iu":
        raise DataError(
            f"{name} has dtype {y.dtype}, but cross_entropy needs integer labels: pass {name}.astype(int)."
        )
    if y.size and (y.min() < 0 or y.max() >= n_outputs):
        raise DataError(
            f"{name} holds labels from {y.min()} to {y.max()}, but the network has {n_outputs} outputs: "
            f"labels must lie in 0 to {n_outputs - 1}."
        )
    return y.astype(np.int64)


def _mse(p: np.ndarray, y: np.ndarray, scale: float) -> np.ndarray:
    return (y - p) ** 2


def _relative_mse(p: np.ndarray, y: np.ndarray, scale: float) -> np.ndarray:
    return ((y - p) / np.maximum(np.abs(y), RELATIVE_FLOOR * scale)) ** 2


def _bce_with_logits(p: np.ndarray, y: np.ndarray, scale: float) -> np.ndarray:
    # log(1 + e^p) - p y, so arranged that nothing overflows and nothing cancels
    return np.log1p(np.exp(-np.abs(p))) + (np.maximum(p, 0.0) - p * y)


def _cross_entropy(p: np.ndarray, y: np.ndarray, scale: float) -> np.ndarray:
    return special.logsumexp(p, axis=1) - np.take_along_axis(p, y[:, None], axis=1)[:, 0]


LOSSES: dict[str, Loss] = {
    entry.name: entry
    for entry in (
        Loss("mse", "values", r"(y - p)^2", _mse),
        Loss(
            "relative_mse", "values", r"\left(\frac{y - p}{\max(|y|, 0.05 \max |y|)}\right)^2", _relative_mse
        ),
        Loss(
            "bce_with_logits",
            "values",
            r"\log(1 + e^p) - y p",
            _bce_with_logits,
            lambda p, y: (p > 0.0) == (y > 0.5),
        ),
        Loss(
            "cross_entropy",
            "labels",
            r"\log \sum_j e^{p_j} - p_y",
            _cross_entropy,
            lambda p, y: np.argmax(p, axis=1) == y,
        ),
    )
}
"""All losses by name."""


def loss(name: str | Loss) -> Loss:
    """Look up a loss by its name; hyphens stand for underscores.

    Raises
    ------
    UnknownNameError
        No such loss.

    Examples
    --------
    >>> loss("cross-entropy")([[2.0, 0.0], [0.0, 2.0]], [0, 0])
    1.126...
    >>> loss("mse")([[1.0], [2.0]], [[1.0], [4.0]])
    2.0
    """
    if isinstance(name, Loss):
        return name
    key = name.lower().replace("-", "_") if isinstance(name, str) else str(name)
    if key not in LOSSES:
        raise UnknownNameError("loss", str(name), LOSSES)
    return LOSSES[key]
