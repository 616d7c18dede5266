"""Spec strings: ``"leaky_relu(0.1)"``, ``"xavier_normal(gain=1.407)"``.

A name, and in brackets its numbers by position or by name. Read with a regular expression and `float`, never
evaluated. The canonical string of what was read writes each float64 with `repr`, so it reads back exactly.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from .errors import ParameterError, UnknownNameError

__all__ = ["Bounds", "OneOrMore", "Signature", "canonical", "check_values", "parse"]


@dataclass(frozen=True)
class OneOrMore:
    """One parameter of which there may be any number of values, at least one; a single one by default."""

    parameter: str
    default: float


@dataclass(frozen=True)
class Bounds:
    """A lower and an upper bound: both, the lower one less, or none where they are the defaults."""

    lower: tuple[str, float]
    upper: tuple[str, float]

    @property
    def signature(self) -> Signature:
        """The two as parameters."""
        return self.lower, self.upper

    @property
    def defaults(self) -> tuple[float, float]:
        """What they are where they are not given."""
        return self.lower[1], self.upper[1]


# The parameters that a name takes, in order: (parameter, default), None where a value must be given.
Signature = tuple[tuple[str, float | None], ...]
AnySignature = Signature | OneOrMore | Bounds

_SPEC = re.compile(r"\s*([A-Za-z][A-Za-z0-9_-]*)\s*(?:\((.*)\))?\s*", re.DOTALL)


def parse(text: str, kind: str, known: Mapping[str, AnySignature]) -> tuple[str, tuple[float, ...]]:
    """Read a spec string against the table of names and parameters.

    Parameters
    ----------
    text : str
        The spec. Case does not matter and hyphens stand for underscores.
    kind : str
        What is named, for messages, e.g. ``"activation"``.
    known : mapping of str to signature
        For each name its parameters with their defaults, in order.

    Returns
    -------
    name : str
    values : tuple of float
        One for each parameter of the signature; one or more; none where bounds are the defaults.

    Raises
    ------
    UnknownNameError
        No such name; the nearest one is offered.
    ParameterError
        Not a string of this form, or its numbers do not fit the name.

    Examples
    --------
    >>> parse("elu(alpha=0.5)", "activation", {"elu": (("alpha", 1.0),)})
    ('elu', (0.5,))
    """
    if not isinstance(text, str):
        raise ParameterError(f"The {kind} must be given as a string such as {_example(known)}, not {text!r}.")
    match = _SPEC.fullmatch(text)
    if match is None:
        raise ParameterError(
            f"Cannot read the {kind} {text!r}: write a name and its numbers: {_example(known)}."
        )
    name = match[1].lower().replace("-", "_")
    if name not in known:
        raise UnknownNameError(kind, name, known)
    given = match[2].split(",") if match[2] is not None and match[2].strip() else []
    values = _bind(text, kind, name, given, known[name])
    check_values(kind, name, values, known[name])
    return name, values


def check_values(kind: str, name: str, values: Sequence[float], signature: AnySignature) -> None:
    """Raise `ParameterError` unless there is one finite number for each parameter, bounds in ascending order."""
    usage = _usage(name, signature)
    if isinstance(signature, OneOrMore):
        if not values:
            raise ParameterError(f"The {kind} {name} takes at least 1 number, not 0: write {usage}.")
        signature = ((signature.parameter, None),) * len(values)
    bounds = isinstance(signature, Bounds)
    if isinstance(signature, Bounds):
        signature = signature.signature if values else ()
    if len(values) != len(signature):
        raise ParameterError(
            f"The {kind} {name} takes {_count(len(signature))}, not {len(values)}: write {usage}."
        )
    for (parameter, _), value in zip(signature, values, strict=True):
        if not math.isfinite(value):
            raise ParameterError(f"The {kind} {name} needs a finite {parameter}, not {value!r}: {usage}.")
    if bounds and values and not values[0] < values[1]:
        raise ParameterError(
            f"The {kind} {name} needs its lower bound below its upper one, not {values[0]!r} and {values[1]!r}: "
            f"write {usage}."
        )


def canonical(name: str, values: Sequence[float]) -> str:
    """Write the spec string that reads back as exactly these values.

    Examples
    --------
    >>> canonical("leaky_relu", (0.1,))
    'leaky_relu(0.1)'
    """
    return f"{name}({', '.join(repr(float(value)) for value in values)})" if values else name


def _bind(text: str, kind: str, name: str, given: list[str], signature: AnySignature) -> tuple[float, ...]:
    """Assign the numbers in the brackets to the parameters, as a call would."""
    usage = _usage(name, signature)
    if isinstance(signature, OneOrMore):
        if len(given) > 1:  # by position only
            return tuple(_number(text, kind, item, usage) for item in given)
        signature = ((signature.parameter, signature.default),)
    if isinstance(signature, Bounds):
        if not given:
            return ()
        signature = signature.signature
    if len(given) > len(signature):
        raise ParameterError(
            f"The {kind} {text!r} has {_count(len(given))}, but {name} takes {len(signature)}: write {usage}."
        )
    bound: dict[str, float] = {}
    for position, item in enumerate(given):
        key, equals, number = item.rpartition("=")
        key = key.strip() if equals else signature[position][0]
        if key not in dict(signature):
            raise ParameterError(f"The {kind} {name} has no parameter {key!r} (in {text!r}): write {usage}.")
        if key in bound:
            raise ParameterError(f"The {kind} {text!r} gives {key} twice: write {usage}.")
        bound[key] = _number(text, kind, number, usage)
    values = []
    for key, default in signature:
        value = bound.get(key, default)
        if value is None:
            raise ParameterError(f"The {kind} {text!r} lacks its {key}: write {usage}.")
        values.append(value)
    return tuple(values)


def _number(text: str, kind: str, given: str, usage: str) -> float:
    try:
        return float(given)
    except ValueError:
        raise ParameterError(
            f"The {kind} {text!r} has {given.strip()!r} where a number belongs: write {usage}."
        ) from None


def _count(n: int) -> str:
    return f"{n} number" if n == 1 else f"{n} numbers"


def _usage(name: str, signature: AnySignature) -> str:
    if not signature:
        return f'"{name}"'
    if isinstance(signature, OneOrMore):
        return f'"{name}({signature.parameter}={signature.default!r})" or "{name}(0.1, 0.2, ...)"'
    if isinstance(signature, Bounds):
        signature = signature.signature
    return f'"{name}({", ".join(f"{key}={1.0 if value is None else value!r}" for key, value in signature)})"'


def _example(known: Mapping[str, AnySignature]) -> str:
    with_numbers = [name for name, signature in known.items() if signature]
    name = with_numbers[0] if with_numbers else next(iter(known))
    return _usage(name, known[name])
