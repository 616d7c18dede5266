"""A network's arrays and activations, and points, read from what was given; one sentence for each mistake."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ._reading import as_array
from .activations import Activation, activation
from .errors import DataError, ModelError, ShapeError

__all__ = ["check_activations", "check_shapes", "checked_points", "frozen", "one_for_each"]


def frozen(array: Any, name: str) -> np.ndarray:
    """A read-only float64 copy, checked to hold finite real numbers that float64 holds exactly."""
    try:
        given = as_array(array, None)
    except (TypeError, ValueError):
        raise ModelError(f"{name} cannot be read as an array of real numbers.") from None
    if given.dtype.kind not in "fiub":
        raise ModelError(f"{name} has dtype {given.dtype}: weights and biases are real numbers.")
    copy = np.array(given, dtype=np.float64, order="C")
    if not np.isfinite(copy).all():
        where = tuple(int(i) for i in np.argwhere(~np.isfinite(copy))[0])
        raise ModelError(f"{name} is {copy[where]} at index {where}: weights and biases must be finite.")
    if given.dtype.itemsize > 8 and (copy != given).any():
        raise ModelError(f"{name} of dtype {given.dtype} has a value that float64 cannot hold exactly.")
    copy.setflags(write=False)
    return copy


def check_shapes(weights: Sequence[np.ndarray], biases: Sequence[np.ndarray]) -> None:
    """Raise a `ShapeError` where matrices and biases do not fit one another."""
    if not weights:
        raise ModelError("A network needs at least one layer, but no weights were given.")
    if len(weights) != len(biases):
        raise ShapeError(
            f"{len(weights)} weight matrices were given with {len(biases)} biases: give one for each."
        )
    for i, (w, b) in enumerate(zip(weights, biases, strict=True)):
        if w.ndim != 2 or 0 in w.shape:
            raise ShapeError(f"weights[{i}] has shape {w.shape}: a matrix (units, inputs) is expected.")
        if b.shape != (w.shape[0],):
            raise ShapeError(
                f"biases[{i}] has shape {b.shape}, but weights[{i}] {w.shape} needs ({w.shape[0]},)."
            )
        if i > 0 and w.shape[1] != weights[i - 1].shape[0]:
            raise ShapeError(
                f"weights[{i}] has shape {w.shape}, but layer {i - 1} has {weights[i - 1].shape[0]} units: "
                "weights are (units, inputs), as in torch's Linear."
            )


def one_for_each(
    given: str | Activation | Sequence[str | Activation], n_hidden: int
) -> tuple[Activation, ...]:
    """The activations of the hidden layers, of one for all of them or one for each."""
    if isinstance(given, (str, Activation)):
        return (activation(given),) * n_hidden
    return tuple(activation(spec) for spec in given)


def check_activations(
    weights: Sequence[np.ndarray], activations: Sequence[Activation], output_activation: Activation
) -> None:
    """Raise a `ShapeError` where there is not one for each layer, with a slope for each unit if it has several."""
    if len(activations) != len(weights) - 1:
        raise ShapeError(
            f"The network has {len(weights) - 1} hidden layers but {len(activations)} activations: "
            "give one for each hidden layer, and the output's as output_activation."
        )
    for i, (w, phi) in enumerate(zip(weights, (*activations, output_activation))):
        if phi.n_units not in (None, len(w)):
            raise ShapeError(
                f"The layer of weights[{i}] has {len(w)} units, but its {phi.name} has {phi.n_units} slopes: "
                "give one for each unit, or a single one for all."
            )


def checked_points(X: Any, n_inputs: int) -> tuple[np.ndarray, bool]:
    """X as float64 (n, n_inputs), and whether it was a single point.

    Raises
    ------
    ShapeError, DataError
        X of another shape, or not finite real numbers.
    """
    try:
        points = as_array(X)
    except (TypeError, ValueError):
        raise DataError("The network evaluates real numbers: X cannot be read as an array of them.") from None
    if points.ndim not in (1, 2) or points.shape[-1] != n_inputs:
        raise ShapeError(
            f"X has shape {points.shape}, but the network takes {n_inputs} inputs: "
            f"give (n, {n_inputs}), or ({n_inputs},) for a single point."
        )
    if not np.isfinite(points).all():
        raise DataError("X has a value that is not finite: remove NaN and infinity first.")
    return np.atleast_2d(points), points.ndim == 1
