"""The table of activation functions: one complete entry for each family.

Adding an activation takes an entry here, and one in each training engine.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy import special

from . import specs
from .errors import ShapeError

__all__ = ["FAMILIES", "Family", "Pieces", "normal_density"]

_SQRT_2PI = math.sqrt(2.0 * math.pi)


@dataclass(frozen=True, eq=False)
class Pieces:
    """A piecewise-linear function of one variable with k breakpoints and k + 1 pieces.

    A breakpoint belongs to the piece on its left: piece i is ``breakpoints[i-1] < z <= breakpoints[i]``, with
    value ``slopes[i] * z + intercepts[i]``. For a continuous function the choice changes no value.
    """

    breakpoints: np.ndarray  # (k,) float64, ascending, read-only
    slopes: np.ndarray  # (k+1,) float64, read-only
    intercepts: np.ndarray  # (k+1,) float64, read-only

    def __post_init__(self) -> None:
        for name in ("breakpoints", "slopes", "intercepts"):
            array = np.array(getattr(self, name), dtype=np.float64)
            array.setflags(write=False)
            object.__setattr__(self, name, array)

    def __len__(self) -> int:
        return len(self.slopes)

    def index(self, z: np.ndarray) -> np.ndarray:
        """Index of the piece that each value lies on: int64 of the shape of z.

        Examples
        --------
        >>> FAMILIES["relu"].pieces().index([-1.0, 0.0, 2.0])
        array([0, 0, 1])
        """
        return np.searchsorted(self.breakpoints, np.asarray(z, dtype=np.float64), side="left")

    @property
    def is_continuous(self) -> bool:
        """Whether neighbouring pieces meet (all but the step's do)."""
        left = self.slopes[:-1] * self.breakpoints + self.intercepts[:-1]
        right = self.slopes[1:] * self.breakpoints + self.intercepts[1:]
        return bool(np.array_equal(left, right))


@dataclass(frozen=True)
class Family:
    """One entry of the table: an activation up to its parameters, which each function takes after z."""

    forward: Callable[..., np.ndarray]
    derivative: Callable[..., np.ndarray]
    pieces: Callable[..., Pieces] | None
    formula: str | Callable[..., str]
    signature: specs.AnySignature = ()
    torch_name: str | None = None
    sklearn_name: str | None = None
    onnx_name: str | None = None
    torch_gain: Callable[..., float] | None = None


def normal_density(z: np.ndarray) -> np.ndarray:
    with np.errstate(over="ignore"):  # z^2 may overflow: the density is 0 there
        return np.exp(-0.5 * z * z) / _SQRT_2PI


def _sigmoid_derivative(z: np.ndarray) -> np.ndarray:
    return special.expit(z) * special.expit(-z)  # not s (1 - s), which loses all digits for z > 37


def _tanh_derivative(z: np.ndarray) -> np.ndarray:
    e = np.exp(-np.abs(z))
    return (2.0 * e / (1.0 + e * e)) ** 2  # sech^2 z, without the cancellation in 1 - tanh^2


def _gelu_derivative(z: np.ndarray) -> np.ndarray:
    return special.ndtr(z) + z * normal_density(z)


def _of_units(values: tuple[float, ...], z: np.ndarray) -> np.ndarray:
    """One value for all units, or one for each along the last axis of z."""
    array = np.array(values, z.dtype)
    if len(array) == 1:
        return array[0]
    if z.shape[-1:] != array.shape:
        raise ShapeError(
            f"A prelu with {len(array)} slopes takes arrays (..., {len(array)}), not of shape {z.shape}."
        )
    return array


def _linear(breakpoints: list, slopes: list, intercepts: list) -> Pieces:
    return Pieces(np.array(breakpoints), np.array(slopes), np.array(intercepts))


FAMILIES: dict[str, Family] = {
    "relu": Family(
        forward=lambda z: np.maximum(z, 0),
        derivative=lambda z: (z > 0).astype(z.dtype),
        pieces=lambda: _linear([0], [0, 1], [0, 0]),
        formula=r"\max(z, 0)",
        torch_name="ReLU",
        sklearn_name="relu",
        onnx_name="Relu",
        torch_gain=lambda: math.sqrt(2.0),
    ),
    "leaky_relu": Family(
        forward=lambda z, slope: np.where(z > 0, z, slope * z),
        derivative=lambda z, slope: np.where(z > 0, z.dtype.type(1), z.dtype.type(slope)),
        pieces=lambda slope: _linear([0], [slope, 1], [0, 0]),
        formula=r"z \text{ if } z > 0 \text{ else } a z",
        signature=(("negative_slope", 0.01),),
        torch_name="LeakyReLU",
        onnx_name="LeakyRelu",
        torch_gain=lambda slope: math.sqrt(2.0 / (1.0 + slope**2)),
    ),
    "prelu": Family(
        forward=lambda z, *slopes: np.where(z > 0, z, _of_units(slopes, z) * z),
        derivative=lambda z, *slopes: np.where(z > 0, z.dtype.type(1), _of_units(slopes, z)),
        pieces=lambda slope: _linear([0], [slope, 1], [0, 0]),
        formula=r"z \text{ if } z > 0 \text{ else } a_j z",
        signature=specs.OneOrMore("negative_slope", 0.25),
        torch_name="PReLU",
        onnx_name="PRelu",
    ),
    "abs": Family(
        forward=np.abs,
        derivative=np.sign,
        pieces=lambda: _linear([0], [-1, 1], [0, 0]),
        formula=r"|z|",
        onnx_name="Abs",
    ),
    "identity": Family(
        forward=np.copy,
        derivative=np.ones_like,
        pieces=lambda: _linear([], [1], [0]),
        formula=r"z",
        torch_name="Identity",
        sklearn_name="identity",
        onnx_name="Identity",
        torch_gain=lambda: 1.0,
    ),
    "sigmoid": Family(
        forward=special.expit,
        derivative=_sigmoid_derivative,
        pieces=None,
        formula=r"1 / (1 + e^{-z})",
        torch_name="Sigmoid",
        sklearn_name="logistic",
        onnx_name="Sigmoid",
        torch_gain=lambda: 1.0,
    ),
    "tanh": Family(
        forward=np.tanh,
        derivative=_tanh_derivative,
        pieces=None,
        formula=r"\tanh z",
        torch_name="Tanh",
        sklearn_name="tanh",
        onnx_name="Tanh",
        torch_gain=lambda: 5.0 / 3.0,
    ),
    "hardtanh": Family(
        forward=lambda z, low=-1.0, high=1.0: np.clip(z, z.dtype.type(low), z.dtype.type(high)),
        derivative=lambda z, low=-1.0, high=1.0: ((low < z) & (z < high)).astype(z.dtype),
        pieces=lambda low=-1.0, high=1.0: _linear([low, high], [0, 1, 0], [low, 0, high]),
        formula=lambda low=-1.0, high=1.0: rf"\min(\max(z, {low:g}), {high:g})",
        signature=specs.Bounds(("min_val", -1.0), ("max_val", 1.0)),
        torch_name="Hardtanh",
        onnx_name="Clip",
    ),
    "softplus": Family(
        forward=lambda z: np.logaddexp(z, z.dtype.type(0)),
        derivative=special.expit,
        pieces=None,
        formula=r"\log(1 + e^z)",
        torch_name="Softplus",
        onnx_name="Softplus",
    ),
    "gelu": Family(
        forward=lambda z: z * special.ndtr(z),
        derivative=_gelu_derivative,
        pieces=None,
        formula=r"z \Phi(z)",
        torch_name="GELU",
        onnx_name="Gelu",
    ),
    "elu": Family(
        forward=lambda z, alpha: np.where(z > 0, z, alpha * np.expm1(np.minimum(z, 0))),
        derivative=lambda z, alpha: np.where(z > 0, z.dtype.type(1), alpha * np.exp(np.minimum(z, 0))),
        pieces=None,
        formula=r"z \text{ if } z > 0 \text{ else } \alpha (e^z - 1)",
        signature=(("alpha", 1.0),),
        torch_name="ELU",
        onnx_name="Elu",
    ),
    "step": Family(
        forward=lambda z: (z > 0).astype(z.dtype),
        derivative=np.zeros_like,
        pieces=lambda: _linear([0], [0, 0], [0, 1]),
        formula=r"1 \text{ if } z > 0 \text{ else } 0",
    ),
}
