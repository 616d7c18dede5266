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
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from scipy import special

from . import specs
from ._activation_table import FAMILIES, Family, Pieces, normal_density
from .errors import ParameterError, UnknownNameError

__all__ = ["ACTIVATIONS", "Activation", "Pieces", "activation"]


@dataclass(frozen=True)
class Activation:
    """An activation function; make one with `activation`.

    Parameters
    ----------
    name : str
        Name in the table `ACTIVATIONS`.
    parameters : tuple of float
        Its parameters, e.g. ``(0.1,)`` for the slope of a leaky ReLU. Default: none. A prelu takes one slope for
        all units, or one for each; they are fixed numbers, which training does not change. A hardtanh takes two
        bounds, or none for -1 and 1 (which are then left out); with 0 and 6 it is torch's ReLU6.

    Raises
    ------
    UnknownNameError, ParameterError
        Not in the table, not one finite number for each of its parameters, or bounds that do not ascend.

    Examples
    --------
    >>> leaky = activation("leaky_relu(0.1)")
    >>> leaky([-2.0, 3.0])
    array([-0.2,  3. ])
    >>> leaky.spec, leaky.torch_name, round(leaky.gain, 3)
    ('leaky_relu(0.1)', 'LeakyReLU', 1.407)
    >>> Activation("prelu", [0.5, -1.0])([[-2.0, -2.0]])  # a slope for each of two units
    array([[-1.,  2.]])
    """

    name: str
    parameters: tuple[float, ...] = ()
    _family: Family = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        if self.name not in FAMILIES:
            raise UnknownNameError("activation", self.name, FAMILIES)
        family = FAMILIES[self.name]
        try:
            values = tuple(float(value) for value in self.parameters)
        except (TypeError, ValueError):
            given = " ".join(repr(self.parameters).split())
            raise ParameterError(
                f"The parameters of {self.name} must be a sequence of numbers, not {given}."
            ) from None
        specs.check_values("activation", self.name, values, family.signature)
        if isinstance(family.signature, specs.Bounds) and values == family.signature.defaults:
            values = ()  # one name for one function
        object.__setattr__(self, "parameters", values)
        object.__setattr__(self, "_family", family)

    def __reduce__(self) -> tuple:  # the table's functions are not pickled, only the name
        return type(self), (self.name, self.parameters)

    def __str__(self) -> str:
        return self.spec

    def __call__(self, z: Any) -> np.ndarray:
        """Same as `forward`."""
        return self.forward(z)

    def forward(self, z: Any) -> np.ndarray:
        """The function, elementwise: an array of any shape to one of that shape.

        With slopes for each of n units: of shape (..., n).
        """
        return self._family.forward(_floating(z), *self.parameters)[()]

    def derivative(self, z: Any) -> np.ndarray:
        """The derivative, elementwise.

        At a kink it takes the value that torch takes: 0 for relu, abs and hardtanh, the slope for leaky_relu
        and prelu, alpha for elu. The step's is 0 everywhere.
        """
        return self._family.derivative(_floating(z), *self.parameters)[()]

    @property
    def spec(self) -> str:
        """The string that `activation` reads back as exactly this."""
        return specs.canonical(self.name, self.parameters)

    @property
    def label(self) -> str:
        """The spec for reading: slopes for each unit only by their number."""
        return self.spec if self.n_units is None else f"{self.name}({self.n_units} slopes)"

    @property
    def parameter_names(self) -> tuple[str, ...]:
        """Names of the parameters; but for prelu's they are also the keyword arguments of the torch module."""
        signature = self._family.signature
        if isinstance(signature, specs.OneOrMore):
            return (signature.parameter,) * len(self.parameters)
        if isinstance(signature, specs.Bounds):
            signature = signature.signature if self.parameters else ()
        return tuple(key for key, _ in signature)

    @property
    def n_units(self) -> int | None:
        """Of how many units it is, where each has its own parameter (prelu); None where it is the same for all."""
        return len(self.parameters) if self.name == "prelu" and len(self.parameters) > 1 else None

    def of_unit(self, unit: int) -> Activation:
        """The activation of one unit of a layer: this one, or with the unit's own slope.

        Examples
        --------
        >>> Activation("prelu", (0.5, -1.0)).of_unit(1).spec
        'prelu(-1.0)'
        """
        return self if self.n_units is None else Activation(self.name, self.parameters[unit : unit + 1])

    def units(self) -> tuple[Activation, ...]:
        """The activation of each unit, one alone where it is the same for all.

        Equal ones are the same object, so that what is made from each can be shared.
        """
        if self.n_units is None:
            return (self,)
        distinct = {slope: Activation(self.name, (slope,)) for slope in self.parameters}
        return tuple(distinct[slope] for slope in self.parameters)

    @property
    def formula(self) -> str:
        """The function in LaTeX, of z."""
        formula = self._family.formula
        return formula if isinstance(formula, str) else formula(*self.parameters)

    @property
    def pieces(self) -> Pieces | None:
        """The linear pieces; None for a curved function, and where each unit has its own (see `units`)."""
        if self._family.pieces is None or self.n_units is not None:
            return None
        return self._family.pieces(*self.parameters)

    @property
    def is_piecewise_linear(self) -> bool:
        """Whether the function, of each unit, consists of linear pieces."""
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
        """ONNX operator (hardtanh: Clip with its bounds), or None where no single one does it."""
        return self._family.onnx_name

    @property
    def torch_gain(self) -> float | None:
        """What `torch.nn.init.calculate_gain` returns for it, or None where torch knows no gain."""
        return None if self._family.torch_gain is None else self._family.torch_gain(*self.parameters)

    @property
    def gain(self) -> float:
        """1 / sqrt(E[phi(z)^2]), z standard normal (He et al. 2015 for relu).

        With weights of standard deviation gain / sqrt(fan_in) a wide layer keeps the second moment, which with
        slopes for each unit is the mean over the units.

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
        ``"relu"``, ``"leaky_relu(0.1)"``, ``"prelu(0.1, 0.2, -0.3)"`` (one slope for each of three units),
        ``"elu(alpha=0.5)"``, ``"hardtanh(0, 6)"``: parsed, never evaluated. Parameters have torch's defaults:
        slope 0.01 for leaky_relu, 0.25 for prelu, alpha 1 for elu, bounds -1 and 1 for hardtanh.

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


_SIGNATURES = {name: family.signature for name, family in FAMILIES.items()}

ACTIVATIONS: dict[str, Activation] = {name: activation(name) for name in FAMILIES}
"""All activations by name, those with parameters at torch's defaults."""


@functools.lru_cache(maxsize=4096)
def _moment(phi: Activation, of_derivative: bool, variance: float) -> float:
    """E[f(sqrt(variance) z)^2] for f = phi or phi'."""
    if not (math.isfinite(variance) and variance >= 0.0):
        raise ParameterError(f"The variance must be a finite number of at least 0, not {variance!r}.")
    if phi.n_units is not None:  # the mean over the units
        return math.fsum(_moment(unit, of_derivative, variance) for unit in phi.units()) / phi.n_units
    scale = math.sqrt(variance)
    if phi.pieces is not None and scale > 0.0:
        return _moment_of_pieces(phi.pieces, of_derivative, scale)
    z, weights = _gaussian_rule()
    values = phi.derivative(scale * z) if of_derivative else phi.forward(scale * z)
    return float(weights @ values**2)


def _moment_of_pieces(pieces: Pieces, of_derivative: bool, scale: float) -> float:
    """Sum over the pieces of E[(a z + c)^2; z on the piece], from the moments of a truncated normal."""
    edges = np.concatenate([[-np.inf], pieces.breakpoints / scale, [np.inf]])
    density = np.append(np.insert(normal_density(edges[1:-1]), 0, 0.0), 0.0)  # 0 at both infinities
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
    mass = (half * weights).ravel() * normal_density(z)
    return np.concatenate([-z[::-1], z]), np.concatenate([mass[::-1], mass])
