"""Weights and biases of one layer from a seed: one table of schemes.

A scheme says how the weights are spread, from the layer's fan-in and fan-out, and where its biases come from
unless the caller says otherwise. Sources: torch's default (LeCun's bound, by way of Kaiming with a = sqrt 5),
Glorot & Bengio 2010 (Xavier), He et al. 2015, LeCun et al. 1998, Saxe et al. 2014 (orthogonal), Poole et al.
2016 (mean field). Drawn in float64, then rounded to float32 by default, so that training in float32 starts
from exactly these numbers.
"""

from __future__ import annotations

import math
import numbers
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from . import specs
from .errors import ParameterError, UnknownNameError

__all__ = ["BIASES", "SCHEMES", "Scheme", "initialise", "scheme"]

_SQRT2 = math.sqrt(2.0)
_Draw = Callable[..., np.ndarray]  # (rng, n_inputs, n_outputs, *parameters) -> array


@dataclass(frozen=True)
class _Family:
    """One entry of the table of schemes."""

    weights: _Draw  # -> (n_outputs, n_inputs)
    signature: specs.Signature = ()
    bias: Callable[..., str] = lambda *parameters: "zeros"  # the default biases, from the parameters


@dataclass(frozen=True)
class Scheme:
    """How to initialise a layer; make one with `scheme`.

    Parameters
    ----------
    name : str
        Name in the table `SCHEMES`.
    parameters : tuple of float
        Its numbers, e.g. the gain.
    bias : str
        Where biases come from: ``"zeros"``, ``"uniform"`` or ``"normal(0.5)"``.

    Raises
    ------
    UnknownNameError, ParameterError
        Not in a table, or numbers that do not fit the name.
    """

    name: str
    parameters: tuple[float, ...]
    bias: str

    def __post_init__(self) -> None:
        if self.name not in SCHEMES:
            raise UnknownNameError("initialisation", self.name, SCHEMES)
        specs.check_values("initialisation", self.name, self.parameters, SCHEMES[self.name].signature)
        for (parameter, _), value in zip(SCHEMES[self.name].signature, self.parameters, strict=True):
            if value < 0.0:
                raise ParameterError(
                    f"The {parameter} of the initialisation {self.name} must be at least 0, not {value!r}."
                )
        name, values = specs.parse(self.bias, "bias", _BIAS_SIGNATURES)
        if any(value < 0.0 for value in values):
            raise ParameterError(f"The standard deviation of the bias {self.bias!r} must be at least 0.")
        object.__setattr__(self, "bias", specs.canonical(name, values))

    @property
    def spec(self) -> str:
        """The string that `scheme` reads back as this (the biases apart)."""
        return specs.canonical(self.name, self.parameters)


def scheme(spec: str | Scheme, bias: str | None = None) -> Scheme:
    """Look up an initialisation by its spec string.

    Parameters
    ----------
    spec : str or Scheme
        One of the table, with s the standard deviation of normal weights, u the bound of uniform ones:

        - ``"torch"``: u = 1 / sqrt(fan_in), as `torch.nn.Linear`; biases uniform within the same bound.
        - ``"xavier_normal(gain=1)"``: s = gain sqrt(2 / (fan_in + fan_out)).
        - ``"xavier_uniform(gain=1)"``: u = gain sqrt(6 / (fan_in + fan_out)).
        - ``"he_normal(gain=sqrt 2)"``: s = gain / sqrt(fan_in).
        - ``"he_uniform(gain=sqrt 2)"``: u = gain sqrt(3 / fan_in).
        - ``"lecun_normal"``, ``"lecun_uniform"``: as He, with gain 1.
        - ``"orthogonal(gain=1)"``: gain times a random matrix with orthonormal rows or columns, whichever are
          fewer (uniform over such matrices).
        - ``"mean_field(sigma_w, sigma_b=0)"``: s = sigma_w / sqrt(fan_in); biases normal with sigma_b.
    bias : str, optional
        ``"zeros"``, ``"uniform"`` (within 1 / sqrt(fan_in)) or ``"normal(0.5)"`` (that standard deviation).
        Default: as above, and zeros where nothing is said.

    Raises
    ------
    UnknownNameError
        No such scheme; the nearest name is offered.
    ParameterError
        The numbers do not fit the name, or are negative.

    Examples
    --------
    >>> scheme("xavier_normal(gain=1.407)")
    Scheme(name='xavier_normal', parameters=(1.407,), bias='zeros')
    >>> scheme("mean_field(sigma_w=1.5, sigma_b=0.1)").bias
    'normal(0.1)'
    """
    if isinstance(spec, Scheme):
        return spec if bias is None else Scheme(spec.name, spec.parameters, bias)
    name, parameters = specs.parse(spec, "initialisation", {name: f.signature for name, f in SCHEMES.items()})
    return Scheme(name, parameters, SCHEMES[name].bias(*parameters) if bias is None else bias)


def initialise(
    n_inputs: int,
    n_outputs: int,
    spec: str | Scheme,
    rng: np.random.Generator,
    bias: str | None = None,
    dtype: str = "float32",
) -> tuple[np.ndarray, np.ndarray]:
    """Draw the weights and biases of one layer.

    Parameters
    ----------
    n_inputs, n_outputs : int
        Fan-in and fan-out, at least 1.
    spec : str or Scheme
        See `scheme`.
    rng : numpy.random.Generator
        Drawn from: first the weights, then the biases.
    bias : str, optional
        Overrides the scheme's biases.
    dtype : {"float32", "float64"}
        Precision that the numbers are rounded to.

    Returns
    -------
    weights : ndarray (n_outputs, n_inputs) float64
    biases : ndarray (n_outputs,) float64

    Examples
    --------
    >>> weights, biases = initialise(3, 2, "orthogonal", np.random.default_rng(0), dtype="float64")
    >>> bool(np.allclose(weights @ weights.T, np.eye(2))), biases
    (True, array([0., 0.]))
    """
    for name, value in (("n_inputs", n_inputs), ("n_outputs", n_outputs)):
        if not isinstance(value, numbers.Integral) or value < 1:
            raise ParameterError(f"{name} must be an integer of at least 1, not {value!r}.")
    if dtype not in ("float32", "float64"):
        raise ParameterError(f'The dtype must be "float32" or "float64", not {dtype!r}.')
    how = scheme(spec, bias)
    bias_name, bias_values = specs.parse(how.bias, "bias", _BIAS_SIGNATURES)
    weights = SCHEMES[how.name].weights(rng, n_inputs, n_outputs, *how.parameters)
    biases = BIASES[bias_name](rng, n_inputs, n_outputs, *bias_values)
    return weights.astype(dtype).astype(np.float64), biases.astype(dtype).astype(np.float64)


def _normal(deviation: Callable[..., float]) -> _Draw:
    return lambda rng, n_in, n_out, *values: rng.normal(0.0, deviation(n_in, n_out, *values), (n_out, n_in))


def _uniform(bound: Callable[..., float]) -> _Draw:
    def draw(rng: np.random.Generator, n_in: int, n_out: int, *values: float) -> np.ndarray:
        limit = bound(n_in, n_out, *values)
        return rng.uniform(-limit, limit, (n_out, n_in))

    return draw


def _orthogonal(rng: np.random.Generator, n_in: int, n_out: int, gain: float) -> np.ndarray:
    tall = rng.normal(size=(max(n_in, n_out), min(n_in, n_out)))
    q, r = np.linalg.qr(tall)
    q *= np.where(np.diag(r) < 0.0, -1.0, 1.0)  # the signs that make q uniformly distributed (Mezzadri 2007)
    return gain * (q if n_out >= n_in else q.T)


_GAIN_1: specs.Signature = (("gain", 1.0),)
_GAIN_SQRT2: specs.Signature = (("gain", _SQRT2),)

SCHEMES: dict[str, _Family] = {
    "torch": _Family(_uniform(lambda n_in, n_out: 1.0 / math.sqrt(n_in)), bias=lambda: "uniform"),
    "xavier_normal": _Family(
        _normal(lambda n_in, n_out, gain: gain * math.sqrt(2.0 / (n_in + n_out))), _GAIN_1
    ),
    "xavier_uniform": _Family(
        _uniform(lambda n_in, n_out, gain: gain * math.sqrt(6.0 / (n_in + n_out))), _GAIN_1
    ),
    "he_normal": _Family(_normal(lambda n_in, n_out, gain: gain / math.sqrt(n_in)), _GAIN_SQRT2),
    "he_uniform": _Family(_uniform(lambda n_in, n_out, gain: gain * math.sqrt(3.0 / n_in)), _GAIN_SQRT2),
    "lecun_normal": _Family(_normal(lambda n_in, n_out: 1.0 / math.sqrt(n_in))),
    "lecun_uniform": _Family(_uniform(lambda n_in, n_out: math.sqrt(3.0 / n_in))),
    "orthogonal": _Family(_orthogonal, _GAIN_1),
    "mean_field": _Family(
        _normal(lambda n_in, n_out, sigma_w, sigma_b: sigma_w / math.sqrt(n_in)),
        (("sigma_w", None), ("sigma_b", 0.0)),
        bias=lambda sigma_w, sigma_b: f"normal({sigma_b!r})",
    ),
}
"""The schemes by name, see `scheme`."""

BIASES: dict[str, _Draw] = {
    "zeros": lambda rng, n_in, n_out: np.zeros(n_out),
    "uniform": lambda rng, n_in, n_out: rng.uniform(-1.0 / math.sqrt(n_in), 1.0 / math.sqrt(n_in), n_out),
    "normal": lambda rng, n_in, n_out, deviation: rng.normal(0.0, deviation, n_out),
}
"""Where biases come from: (rng, n_inputs, n_outputs, *numbers) -> (n_outputs,)."""
_BIAS_SIGNATURES: dict[str, specs.Signature] = {
    "zeros": (),
    "uniform": (),
    "normal": (("deviation", None),),
}
