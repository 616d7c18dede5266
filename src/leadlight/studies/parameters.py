"""Typed parameters of a study: declared once, shown in the help, checked before anything runs.

A study declares a frozen dataclass whose fields are made by `parameter`: default, one line of meaning,
range, and the value for ``--quick``. `resolve` builds an instance from what the user gave (default, then
quick value, then given value), checking name, type and range of each; `describe` lists them for the command
line. Allowed types: bool, int, float, str, Path, any of these or None, and tuples of one of them.
"""

from __future__ import annotations

import dataclasses
import math
import operator
import shlex
import types
import typing
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

from leadlight.errors import ParameterError, UnknownNameError

__all__ = ["ParameterInfo", "command_line", "describe", "parameter", "resolve"]

RESERVED = frozenset({"name", "out", "seed", "quick", "workers"})  # options of `leadlight run` itself


class _NotGiven:
    def __repr__(self) -> str:
        return "NOT_GIVEN"


NOT_GIVEN: Any = _NotGiven()
_Parameters = TypeVar("_Parameters")


@dataclasses.dataclass(frozen=True)
class ParameterInfo:
    """One parameter of a study, as the command line shows and checks it.

    ``type`` is the scalar type (of each element, if ``many``); ``quick`` is `NOT_GIVEN` where ``--quick``
    changes nothing.
    """

    name: str
    type: type
    many: bool
    optional: bool
    default: Any
    quick: Any
    help: str
    minimum: float | None = None
    maximum: float | None = None
    above: float | None = None
    choices: tuple[Any, ...] | None = None

    @property
    def option(self) -> str:
        """The option of the command line, e.g. ``--n-seeds``."""
        return "--" + self.name.replace("_", "-")

    @property
    def type_name(self) -> str:
        """The type in words, e.g. ``"int"`` or ``"float ..."`` (several)."""
        return self.type.__name__.lower() + (" ..." if self.many else "")

    @property
    def has_quick(self) -> bool:
        """Whether ``--quick`` gives another default."""
        return self.quick is not NOT_GIVEN


def parameter(
    default: Any,
    help: str,
    *,
    minimum: float | None = None,
    maximum: float | None = None,
    above: float | None = None,
    choices: Sequence[Any] | None = None,
    quick: Any = NOT_GIVEN,
) -> Any:
    """Declare a parameter of a study: a dataclass field with its meaning and range.

    Parameters
    ----------
    default : bool, int, float, str, Path, None or tuple
        The value when nothing is given.
    help : str
        One line of meaning, with the unit where there is one.
    minimum, maximum : float, optional
        Inclusive limits (of each element, for tuples).
    above : float, optional
        Exclusive lower limit.
    choices : sequence, optional
        The only values allowed.
    quick : optional
        The value under ``--quick`` (unless the user gives one).

    Examples
    --------
    >>> @dataclasses.dataclass(frozen=True)
    ... class Parameters:
    ...     n_seeds: int = parameter(20, "runs a width", minimum=1, quick=3)
    >>> resolve(Parameters, {}, quick=True)
    Parameters(n_seeds=3)
    """
    metadata = {
        "help": help,
        "minimum": minimum,
        "maximum": maximum,
        "above": above,
        "choices": None if choices is None else tuple(choices),
        "quick": quick,
    }
    return dataclasses.field(default=default, metadata=metadata)


def describe(parameters: type) -> list[ParameterInfo]:
    """List the parameters of a study's ``Parameters`` class in the order of declaration."""
    hints = typing.get_type_hints(parameters)
    infos = []
    for field in dataclasses.fields(parameters):
        scalar, many, optional = _shape_of(hints[field.name])
        meta = {"help": "", "quick": NOT_GIVEN, **field.metadata}
        infos.append(ParameterInfo(field.name, scalar, many, optional, field.default, **meta))
    return infos


def _shape_of(hint: Any) -> tuple[type, bool, bool]:
    """Return (scalar type, many, optional) of a type hint."""
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin in (typing.Union, types.UnionType):
        rest = [a for a in arguments if a is not type(None)]
        scalar, many, _ = _shape_of(rest[0])
        return scalar, many, len(rest) < len(arguments)
    if origin is tuple:
        return arguments[0], True, False
    if hint not in (bool, int, float, str, Path):
        raise ParameterError(
            f"A study's parameter has type {hint!r}; expected bool, int, float, str, Path or a tuple of one."
        )
    return hint, False, False


def resolve(
    parameters: type[_Parameters], given: Mapping[str, Any] | None = None, quick: bool = False
) -> _Parameters:
    """Build a study's parameters: the default, over it the quick value, over it what was given.

    Parameters
    ----------
    parameters : type
        The study's frozen dataclass.
    given : mapping, optional
        Values by name (``n_seeds`` or ``n-seeds``). Lists are taken for tuples, whole numbers for floats and
        strings for paths; nothing else is converted.
    quick : bool
        Whether to use the quick values.

    Raises
    ------
    UnknownNameError
        If a name is not a parameter of the study.
    ParameterError
        If a value has the wrong type or lies outside its range.
    """
    infos = {info.name: info for info in describe(parameters)}
    values = {i.name: i.quick if quick and i.has_quick else i.default for i in infos.values()}
    for name, value in (given or {}).items():
        key = str(name).replace("-", "_")
        if key not in infos:
            raise UnknownNameError("parameter", str(name), infos)
        values[key] = value
    return parameters(**{name: _checked(infos[name], value) for name, value in values.items()})


def _checked(info: ParameterInfo, value: Any) -> Any:
    if value is None and info.optional:
        return None
    if not info.many:
        return _scalar(info, value)
    if isinstance(value, str | bytes) or not (isinstance(value, Sequence) or hasattr(value, "__array__")):
        raise ParameterError(f"{info.option} must be several values of type {_word(info)}, got {value!r}.")
    elements = tuple(_scalar(info, element) for element in list(value))  # type: ignore[arg-type]
    if not elements:
        raise ParameterError(f"{info.option} needs at least one value.")
    return elements


def _scalar(info: ParameterInfo, value: Any) -> Any:
    result = _convert(info.type, value)
    if result is None:
        raise ParameterError(
            f"{info.option} must be {_word(info)}, got {value!r} of type {type(value).__name__}."
        )
    if info.choices is not None and result not in info.choices:
        raise ParameterError(
            f"{info.option} must be one of {', '.join(map(str, info.choices))}, got {value!r}."
        )
    if info.type in (int, float):
        outside = (
            (info.minimum is not None and result < info.minimum)
            or (info.maximum is not None and result > info.maximum)
            or (info.above is not None and result <= info.above)
        )
        if outside or not math.isfinite(result):
            raise ParameterError(f"{info.option} must be {_word(info)}{_range(info)}, got {value!r}.")
    return result


def _convert(kind: type, value: Any) -> Any:
    """Return `value` as `kind` where that loses nothing, else None."""
    if kind is bool or isinstance(value, bool):
        return value if kind is bool and isinstance(value, bool) else None
    if kind is str:
        return value if isinstance(value, str) else None
    if kind is Path:
        return Path(value) if isinstance(value, str | Path) and str(value) else None
    if isinstance(value, str | bytes):
        return None
    try:
        return operator.index(value) if kind is int else float(value)
    except (TypeError, ValueError, OverflowError):
        return None


def _word(info: ParameterInfo) -> str:
    words = {
        bool: "true or false",
        int: "a whole number",
        float: "a finite number",
        str: "text",
        Path: "a path",
    }
    return words[info.type]


def _range(info: ParameterInfo) -> str:
    parts = []
    if info.above is not None:
        parts.append(f"above {info.above:g}")
    if info.minimum is not None:
        parts.append(f"at least {info.minimum:g}")
    if info.maximum is not None:
        parts.append(f"at most {info.maximum:g}")
    return " " + " and ".join(parts) if parts else ""


def command_line(name: str, parameters: Any, *, seed: int = 0, quick: bool = False) -> str:
    """Return the shell command that repeats a run, naming only what differs from the defaults.

    Examples
    --------
    >>> @dataclasses.dataclass(frozen=True)
    ... class Parameters:
    ...     widths: tuple[int, ...] = parameter((1, 2), "hidden units")
    >>> command_line("rings", Parameters(widths=(3, 5)), seed=7)
    'leadlight run rings --seed 7 --widths 3 --widths 5'
    """
    words = ["leadlight", "run", name, "--seed", str(seed)]
    if quick:
        words.append("--quick")
    for info in describe(type(parameters)):
        value = getattr(parameters, info.name)
        usual = info.quick if quick and info.has_quick else info.default
        if value == usual or value is None:
            continue
        if info.type is bool:
            words.append(info.option if value else "--no-" + info.option[2:])
            continue
        for element in value if info.many else (value,):
            words += [info.option, repr(element) if info.type is float else str(element)]
    return shlex.join(words)


def checked_seed(seed: Any) -> int:
    """Return the seed as an int; NumPy's `SeedSequence` takes whole numbers from 0 on.

    Raises
    ------
    ParameterError
        If it is not a whole number, or negative.
    """
    result = _convert(int, seed)
    if result is None or result < 0:
        raise ParameterError(f"--seed must be a whole number at least 0, got {seed!r}.")
    return result
