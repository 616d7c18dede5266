"""The activation functions: one table, one complete entry each.

An entry holds the forward map, its derivative (at a kink the value that torch's autograd takes), the linear
pieces where there are any, and the names in torch, scikit-learn and ONNX. The rest is computed from these:
E[phi(s z)^2] and E[phi'(s z)^2] for standard normal z (exact truncated moments for linear pieces,
Gauss-Legendre on panels graded towards the kink otherwise), hence the gain 1/sqrt(E[phi(z)^2]) that keeps the
second moment of a wide layer. All in float64 (float32 stays float32); cost: one pass over the array.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from scipy import special

from . import specs
from .errors import ParameterError, UnknownNameError

__all__ = ["ACTIVATIONS", "Activation", "Pieces", "activation"]

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
        >>> activation("relu").pieces.index([-1.0, 0.0, 2.0])
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
class _Family:
    """One entry of the table: an activation up to its parameters, which each function takes after z."""

    forward: Callable[..., np.ndarray]
    derivative: Callable[..., np.ndarray]
    pieces: Callable[..., Pieces] | None
    formula: str
    signature: specs.Signature = ()
    torch_name: str | None = None
    sklearn_name: str | None = None
    onnx_name: str | None = None
    torch_gain: Callable[..., float] | None = None


@dataclass(frozen=True)
class Activation:
    """An activation function; make one with `activation`.

    Parameters
    ----------
    name : str
        Name in the table `ACTIVATIONS`.
    parameters : tuple of float
        Its parameters, e.g. ``(0.1,)`` for the slope of a leaky ReLU. Default: none.

    Raises
    ------
    UnknownNameError, ParameterError
        Not in the table, or not one finite number for each of its parameters.

    Examples
    --------
    >>> leaky = activation("leaky_relu(0.1)")
    >>> leaky([-2.0, 3.0])
    array([-0.2,  3. ])
    >>> leaky.spec, leaky.torch_name, round(leaky.gain, 3)
    ('leaky_relu(0.1)', 'LeakyReLU', 1.407)
    """

    name: str
    parameters: tuple[float, ...] = ()
    _family: _Family = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        if self.name not in _FAMILIES:
            raise UnknownNameError("activation", self.name, _FAMILIES)
        family = _FAMILIES[self.name]
        specs.check_values("activation", self.name, self.parameters, family.signature)
        object.__setattr__(self, "parameters", tuple(float(value) for value in self.parameters))
        object.__setattr__(self, "_family", family)

    def __reduce__(self) -> tuple:  # the table's functions are not pickled, only the name
        return type(self), (self.name, self.parameters)

    def __str__(self) -> str:
        return self.spec

    def __call__(self, z: Any) -> np.ndarray:
        """Same as `forward`."""
        return self.forward(z)

    def forward(self, z: Any) -> np.ndarray:
        """The function, elementwise: an array of any shape to one of that shape."""
        return self._family.forward(_floating(z), *self.parameters)[()]

    def derivative(self, z: Any) -> np.ndarray:
        """The derivative, elementwise.

        At a kink it takes the value that torch takes: 0 for relu, abs and hardtanh, the slope for leaky_relu,
        alpha for elu. The step's is 0 everywhere.
        """
        return self._family.derivative(_floating(z), *self.parameters)[()]

    @property
    def spec(self) -> str:
        """The string that `activation` reads back as exactly this."""
        return specs.canonical(self.name, self.parameters)

    @property
    def parameter_names(self) -> tuple[str, ...]:
        """Names of the parameters; they are also the keyword arguments of the torch module."""
        return tuple(key for key, _ in self._family.signature)

    @property
    def formula(self) -> str:
        """The function in LaTeX, of z."""
        return self._family.formula

    @property
    def pieces(self) -> Pieces | None:
        """The linear pieces, or None for a curved function."""
        return None if self._family.pieces is None else self._family.pieces(*self.parameters)

    @property
    def is_piecewise_linear(self) -> bool:
        """Whether the function has `pieces`."""
        return self._family.pieces is not None

    @property
    def torch_name(self) -> str | None:
        """Class in `torch.nn`, or None where torch has no such module (abs, step)."""
        return self._family.torch_name

    @property
    def sklearn_name(self) -> str | None:
        """Value of `activation` in scikit-learn's MLPClassifier, or None."""
        return self._family.sklearn_name

    @property
    def onnx_name(self) -> str | None:
        """ONNX operator (hardtanh: Clip with bounds -1 and 1), or None where no single one does it."""
        return self._family.onnx_name

    @property
    def torch_gain(self) -> float | None:
        """What `torch.nn.init.calculate_gain` returns for it, or None where torch knows no gain."""
        return None if self._family.torch_gain is None else self._family.torch_gain(*self.parameters)

    @property
    def gain(self) -> float:
        """1 / sqrt(E[phi(z)^2]), z standard normal (He et al. 2015 for relu).

        With weights of standard deviation gain / sqrt(fan_in) a wide layer keeps the second moment.

        Examples
        --------
        >>> [round(activation(name).gain, 2) for name in ("relu", "abs", "tanh", "sigmoid", "step")]
        [1.41, 1.0, 1.59, 1.85, 1.41]
        """
        return 1.0 / math.sqrt(self.second_moment())

    def second_moment(self, variance: float = 1.0) -> float:
        """E[phi(sqrt(variance) z)^2], z standard normal: the length map of Poole et al. 2016."""
        return _moment(self, False, float(variance))

    def derivative_second_moment(self, variance: float = 1.0) -> float:
        """E[phi'(sqrt(variance) z)^2], z standard normal: chi / sigma_w^2 of Schoenholz et al. 2017.

        The derivative is the one almost everywhere: the step's jump does not count.

        Examples
        --------
        >>> activation("relu").derivative_second_moment(7.0)
        0.5
        """
        return _moment(self, True, float(variance))


def activation(spec: str | Activation) -> Activation:
    """Look up an activation by its spec string; an `Activation` is returned as it is.

    Parameters
    ----------
    spec : str or Activation
        ``"relu"``, ``"leaky_relu(0.1)"``, ``"elu(alpha=0.5)"``: parsed, never evaluated. Parameters
        have torch's defaults: slope 0.01 for leaky_relu, alpha 1 for elu.

    Raises
    ------
    UnknownNameError
        No such activation; the nearest name is offered.
    ParameterError
        The numbers do not fit the name.

    Examples
    --------
    >>> activation("relu")
    Activation(name='relu', parameters=())
    >>> activation("leaky_relu").spec
    'leaky_relu(0.01)'
    """
    if isinstance(spec, Activation):
        return spec
    return Activation(*specs.parse(spec, "activation", _SIGNATURES))


def _floating(z: Any) -> np.ndarray:
    """As an array of float64, or of float32 when it is that already."""
    array = np.asarray(z)
    if array.dtype in (np.float32, np.float64):
        return array
    if array.dtype.kind not in "fiub":
        raise ParameterError(f"An activation needs real numbers, not an array of dtype {array.dtype}.")
    return array.astype(np.float64)


def _normal_density(z: np.ndarray) -> np.ndarray:
    with np.errstate(over="ignore"):  # z^2 may overflow: the density is 0 there
        return np.exp(-0.5 * z * z) / _SQRT_2PI


def _sigmoid_derivative(z: np.ndarray) -> np.ndarray:
    return special.expit(z) * special.expit(-z)  # not s (1 - s), which loses all digits for z > 37


def _tanh_derivative(z: np.ndarray) -> np.ndarray:
    e = np.exp(-np.abs(z))
    return (2.0 * e / (1.0 + e * e)) ** 2  # sech^2 z, without the cancellation in 1 - tanh^2


def _gelu_derivative(z: np.ndarray) -> np.ndarray:
    return special.ndtr(z) + z * _normal_density(z)


def _linear(breakpoints: list, slopes: list, intercepts: list) -> Pieces:
    return Pieces(np.array(breakpoints), np.array(slopes), np.array(intercepts))


_FAMILIES: dict[str, _Family] = {
    "relu": _Family(
        forward=lambda z: np.maximum(z, 0),
        derivative=lambda z: (z > 0).astype(z.dtype),
        pieces=lambda: _linear([0], [0, 1], [0, 0]),
        formula=r"\max(z, 0)",
        torch_name="ReLU",
        sklearn_name="relu",
        onnx_name="Relu",
        torch_gain=lambda: math.sqrt(2.0),
    ),
    "leaky_relu": _Family(
        forward=lambda z, slope: np.where(z > 0, z, slope * z),
        derivative=lambda z, slope: np.where(z > 0, z.dtype.type(1), z.dtype.type(slope)),
        pieces=lambda slope: _linear([0], [slope, 1], [0, 0]),
        formula=r"z \text{ if } z > 0 \text{ else } a z",
        signature=(("negative_slope", 0.01),),
        torch_name="LeakyReLU",
        onnx_name="LeakyRelu",
        torch_gain=lambda slope: math.sqrt(2.0 / (1.0 + slope**2)),
    ),
    "abs": _Family(
        forward=np.abs,
        derivative=np.sign,
        pieces=lambda: _linear([0], [-1, 1], [0, 0]),
        formula=r"|z|",
        onnx_name="Abs",
    ),
    "identity": _Family(
        forward=np.copy,
        derivative=np.ones_like,
        pieces=lambda: _linear([], [1], [0]),
        formula=r"z",
        torch_name="Identity",
        sklearn_name="identity",
        onnx_name="Identity",
        torch_gain=lambda: 1.0,
    ),
    "sigmoid": _Family(
        forward=special.expit,
        derivative=_sigmoid_derivative,
        pieces=None,
        formula=r"1 / (1 + e^{-z})",
        torch_name="Sigmoid",
        sklearn_name="logistic",
        onnx_name="Sigmoid",
        torch_gain=lambda: 1.0,
    ),
    "tanh": _Family(
        forward=np.tanh,
        derivative=_tanh_derivative,
        pieces=None,
        formula=r"\tanh z",
        torch_name="Tanh",
        sklearn_name="tanh",
        onnx_name="Tanh",
        torch_gain=lambda: 5.0 / 3.0,
    ),
    "hardtanh": _Family(
        forward=lambda z: np.clip(z, -1, 1),
        derivative=lambda z: (np.abs(z) < 1).astype(z.dtype),
        pieces=lambda: _linear([-1, 1], [0, 1, 0], [-1, 0, 1]),
        formula=r"\min(\max(z, -1), 1)",
        torch_name="Hardtanh",
        onnx_name="Clip",
    ),
    "softplus": _Family(
        forward=lambda z: np.logaddexp(z, z.dtype.type(0)),
        derivative=special.expit,
        pieces=None,
        formula=r"\log(1 + e^z)",
        torch_name="Softplus",
        onnx_name="Softplus",
    ),
    "gelu": _Family(
        forward=lambda z: z * special.ndtr(z),
        derivative=_gelu_derivative,
        pieces=None,
        formula=r"z \Phi(z)",
        torch_name="GELU",
        onnx_name="Gelu",
    ),
    "elu": _Family(
        forward=lambda z, alpha: np.where(z > 0, z, alpha * np.expm1(np.minimum(z, 0))),
        derivative=lambda z, alpha: np.where(z > 0, z.dtype.type(1), alpha * np.exp(np.minimum(z, 0))),
        pieces=None,
        formula=r"z \text{ if } z > 0 \text{ else } \alpha (e^z - 1)",
        signature=(("alpha", 1.0),),
        torch_name="ELU",
        onnx_name="Elu",
    ),
    "step": _Family(
        forward=lambda z: (z > 0).astype(z.dtype),
        derivative=np.zeros_like,
        pieces=lambda: _linear([0], [0, 0], [0, 1]),
        formula=r"1 \text{ if } z > 0 \text{ else } 0",
    ),
}
_SIGNATURES = {name: family.signature for name, family in _FAMILIES.items()}

ACTIVATIONS: dict[str, Activation] = {name: activation(name) for name in _FAMILIES}
"""All activations by name, those with parameters at torch's defaults."""


@functools.lru_cache(maxsize=4096)
def _moment(phi: Activation, of_derivative: bool, variance: float) -> float:
    """E[f(sqrt(variance) z)^2] for f = phi or phi'."""
    if not (math.isfinite(variance) and variance >= 0.0):
        raise ParameterError(f"The variance must be a finite number of at least 0, not {variance!r}.")
    scale = math.sqrt(variance)
    if phi.pieces is not None and scale > 0.0:
        return _moment_of_pieces(phi.pieces, of_derivative, scale)
    z, weights = _gaussian_rule()
    values = phi.derivative(scale * z) if of_derivative else phi.forward(scale * z)
    return float(weights @ values**2)


def _moment_of_pieces(pieces: Pieces, of_derivative: bool, scale: float) -> float:
    """Sum over the pieces of E[(a z + c)^2; z on the piece], from the moments of a truncated normal."""
    edges = np.concatenate([[-np.inf], pieces.breakpoints / scale, [np.inf]])
    density = np.append(np.insert(_normal_density(edges[1:-1]), 0, 0.0), 0.0)  # 0 at both infinities
    edge_times_density = np.append(np.insert(edges[1:-1] * density[1:-1], 0, 0.0), 0.0)
    mass = np.diff(special.ndtr(edges))
    if of_derivative:
        return float(pieces.slopes**2 @ mass)
    first = -np.diff(density)
    second = mass - np.diff(edge_times_density)
    a, c = pieces.slopes * scale, pieces.intercepts
    return float(a**2 @ second + 2.0 * (a * c) @ first + c**2 @ mass)


@functools.cache
def _gaussian_rule() -> tuple[np.ndarray, np.ndarray]:
    """Nodes and weights for the mean of f(s z) over standard normal z, f not analytic on Re z = 0 only.

    Panels halve towards 0, so every panel keeps its distance from what happens there at any scale s.
    """
    nodes, weights = np.polynomial.legendre.leggauss(32)
    edges = np.concatenate([[0.0], 40.0 * 0.5 ** np.arange(40, -1, -1)])
    half = np.diff(edges)[:, None] / 2.0
    z = ((edges[1:] + edges[:-1])[:, None] / 2.0 + half * nodes).ravel()
    mass = (half * weights).ravel() * _normal_density(z)
    return np.concatenate([-z[::-1], z]), np.concatenate([mass[::-1], mass])
