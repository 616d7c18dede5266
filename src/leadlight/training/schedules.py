"""Learning-rate schedules: a factor on the learning rates of all runs, by epoch or by step.

Let t = 0, 1, ... count the epochs (``per="epoch"``: the rate is the same throughout an epoch) or the optimiser's
steps (``per="step"``), let T be how many there are, and w the warm-up. The factor is (t + 1) / (w + 1) for t < w,
and from then on what the schedule says for t - w of T - w. In torch.optim.lr_scheduler these are
``LinearLR(start_factor=1 / (w + 1), total_iters=w)`` and the schedule's own class, joined by ``SequentialLR``.
"""

from __future__ import annotations

import math
from dataclasses import KW_ONLY, dataclass

import numpy as np

from .. import specs
from ..errors import ParameterError, UnknownNameError

__all__ = ["SCHEDULES", "Constant", "Cosine", "StepDecay", "schedule"]


@dataclass(frozen=True)
class Constant:
    """The rate itself, after the warm-up.

    Parameters
    ----------
    warmup : int
        Epochs or steps over which the rate rises linearly, from 1 / (warmup + 1) of it; they come first.
    per : str
        "epoch" or "step": what all numbers of the schedule count, and when the rate changes.

    Examples
    --------
    >>> Constant(warmup=3).factors(epochs=5, batches_per_epoch=1).tolist()
    [0.25, 0.5, 0.75, 1.0, 1.0]
    """

    _: KW_ONLY
    warmup: int = 0
    per: str = "epoch"

    def __post_init__(self) -> None:
        _check_integer(self, "warmup", 0)
        if self.per not in ("epoch", "step"):
            raise UnknownNameError(f"per of {type(self).__name__}", str(self.per), ("epoch", "step"))

    def factors(self, epochs: int, batches_per_epoch: int) -> np.ndarray:
        """The factor on the rate of each step, (epochs * batches_per_epoch,) float64.

        Raises
        ------
        ParameterError
            The warm-up is longer than the training, or a factor is beyond the range of float64.
        """
        total = epochs if self.per == "epoch" else epochs * batches_per_epoch
        if self.warmup > total:
            raise ParameterError(
                f"The warm-up takes {self.warmup} {self.per}s, but the training has only {total}: "
                "shorten it, or train for longer."
            )
        rising = np.arange(1, self.warmup + 1) / (self.warmup + 1)
        with np.errstate(over="ignore"):
            factors = np.concatenate([rising, self._from_then_on(total - self.warmup)])
        if not np.isfinite(factors).all():
            raise ParameterError(
                f"{self!r} grows beyond all numbers within {total} {self.per}s: lower gamma."
            )
        return np.repeat(factors, batches_per_epoch) if self.per == "epoch" else factors

    def _from_then_on(self, total: int) -> np.ndarray:
        return np.ones(total)


@dataclass(frozen=True)
class StepDecay(Constant):
    """The rate times gamma after every so many epochs or steps; torch's ``StepLR``.

    Parameters
    ----------
    every : int
        Epochs or steps between two changes.
    gamma : float
        Positive.
    warmup, per
        See `Constant`.

    Examples
    --------
    >>> StepDecay(2, gamma=0.5).factors(epochs=6, batches_per_epoch=1).tolist()
    [1.0, 1.0, 0.5, 0.5, 0.25, 0.25]
    """

    every: int
    gamma: float = 0.1

    def __post_init__(self) -> None:
        super().__post_init__()
        _check_integer(self, "every", 1)
        _check_number(self, "gamma", "above 0", lambda gamma: gamma > 0.0)

    def _from_then_on(self, total: int) -> np.ndarray:
        return self.gamma ** (np.arange(total) // self.every).astype(np.float64)


@dataclass(frozen=True)
class Cosine(Constant):
    """Half a cosine from the rate down to ``final`` of it at the end; torch's ``CosineAnnealingLR``.

    The factor is final + (1 - final) (1 + cos(pi t / T)) / 2 (Loshchilov and Hutter 2017), so the last epoch or
    step, t = T - 1, is not quite there.

    Parameters
    ----------
    final : float
        In [0, 1].
    warmup, per
        See `Constant`.

    Examples
    --------
    >>> Cosine(final=0.1).factors(epochs=4, batches_per_epoch=1).round(3).tolist()
    [1.0, 0.868, 0.55, 0.232]
    """

    final: float = 0.0

    def __post_init__(self) -> None:
        super().__post_init__()
        _check_number(self, "final", "in [0, 1]", lambda final: 0.0 <= final <= 1.0)

    def _from_then_on(self, total: int) -> np.ndarray:
        angle = np.pi * np.arange(total) / max(total, 1)
        return self.final + (1.0 - self.final) * (1.0 + np.cos(angle)) / 2.0


SCHEDULES: dict[str, type[Constant]] = {"constant": Constant, "step": StepDecay, "cosine": Cosine}
"""All schedules by name."""

_SIGNATURES: dict[str, specs.Signature] = {
    "constant": (("warmup", 0.0),),
    "step": (("every", None), ("gamma", 0.1), ("warmup", 0.0)),
    "cosine": (("final", 0.0), ("warmup", 0.0)),
}


def schedule(spec: str | Constant) -> Constant:
    """Read a schedule per epoch from a string; a schedule is returned as it is.

    Raises
    ------
    UnknownNameError
        No such schedule.
    ParameterError
        Neither a string nor a schedule, or its numbers do not fit.

    Examples
    --------
    >>> schedule("step(every=30, gamma=0.2)")
    StepDecay(warmup=0, per='epoch', every=30, gamma=0.2)
    >>> schedule("cosine(warmup=5)").final
    0.0
    """
    if isinstance(spec, Constant):
        return spec
    if not isinstance(spec, str):
        raise ParameterError(f"The schedule must be a name or e.g. Cosine(warmup=5), not {spec!r}.")
    name, values = specs.parse(spec, "schedule", _SIGNATURES)
    numbers = dict(zip((parameter for parameter, _ in _SIGNATURES[name]), values, strict=True))
    for count in ("every", "warmup"):
        if count in numbers and numbers[count].is_integer():
            numbers[count] = int(numbers[count])
    return SCHEDULES[name](**numbers)  # pyright: ignore[reportArgumentType]


def _check_integer(owner: Constant, name: str, least: int) -> None:
    value = getattr(owner, name)
    if isinstance(value, bool) or not isinstance(value, int | np.integer) or value < least:
        raise ParameterError(
            f"{type(owner).__name__}'s {name} must be an integer of at least {least}, not {value!r}."
        )
    object.__setattr__(owner, name, int(value))


def _check_number(owner: Constant, name: str, wanted: str, holds) -> None:
    value = getattr(owner, name)
    is_number = isinstance(value, int | float | np.number) and not isinstance(value, bool)
    if not is_number or not math.isfinite(value) or not holds(value):
        raise ParameterError(f"{type(owner).__name__}'s {name} must be a number {wanted}, not {value!r}.")
    object.__setattr__(owner, name, float(value))
