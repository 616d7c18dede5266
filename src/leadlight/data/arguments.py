"""The arguments that every data set takes: a seed, a count, a fraction; checked once, in one place.

A seed is mixed with the name of what it seeds (`SeedSequence` with the name's CRC-32 as spawn key), so that
two data sets, or a data set and a network's initial weights, drawn from the same seed do not share their
numbers.
"""

from __future__ import annotations

import math
import operator
import zlib

import numpy as np

from leadlight.errors import ParameterError

__all__ = ["Seed", "check_count", "check_number", "generator"]

Seed = int | np.random.SeedSequence | np.random.Generator


def generator(name: str, seed: Seed) -> np.random.Generator:
    """Random generator of the thing called `name`; a Generator or SeedSequence given is used as it is.

    Examples
    --------
    >>> generator("rings", 0).random() == generator("rings", 0).random()
    True
    >>> generator("rings", 0).random() == generator("spirals", 0).random()
    False
    """
    if isinstance(seed, np.random.Generator | np.random.SeedSequence):
        return np.random.default_rng(seed)
    value = check_count("seed", seed, minimum=0)
    key = zlib.crc32(name.encode())
    return np.random.default_rng(np.random.SeedSequence(value, spawn_key=(key,)))


def check_count(name: str, value: object, minimum: int = 1) -> int:
    """The whole number `value` as int, or a ParameterError that names it."""
    try:
        count = operator.index(value)  # type: ignore[arg-type]
    except TypeError:
        count = None
    if count is None or isinstance(value, bool | np.bool_) or count < minimum:
        raise ParameterError(f"{name} must be a whole number of at least {minimum}; got {value!r}.")
    return count


def check_number(
    name: str, value: object, minimum: float = -math.inf, maximum: float = math.inf, open_ends: bool = False
) -> float:
    """The finite number `value` as float, or a ParameterError that names it and its range."""
    number = math.nan
    if isinstance(value, int | float | np.integer | np.floating) and not isinstance(value, bool):
        number = float(value)
    inside = minimum < number < maximum if open_ends else minimum <= number <= maximum
    if not (math.isfinite(number) and inside):
        left, right = "()" if open_ends else "[]"
        raise ParameterError(
            f"{name} must be a finite number in {left}{minimum:g}, {maximum:g}{right}; got {value!r}."
        )
    return number
