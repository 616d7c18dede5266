"""The optimisers, by name and numbers: what they are, not how an engine steps them.

The updates are those of torch.optim, of the same defaults and the same order of operations: SGD with
(Nesterov) momentum (Sutskever et al. 2013), Adam (Kingma and Ba 2015) with L2 regularisation in the gradient,
AdamW with decoupled weight decay (Loshchilov and Hutter 2019), RMSprop (Hinton 2012; centered: Graves 2013). The
learning rate is not part of them: each run has its own.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..errors import ParameterError, UnknownNameError

__all__ = ["OPTIMIZERS", "SGD", "Adam", "AdamW", "Optimizer", "RMSprop", "optimizer"]


@dataclass(frozen=True)
class SGD:
    """Stochastic gradient descent.

    With v <- momentum v + g, the step is -lr v, or -lr (g + momentum v) with `nesterov`.

    Parameters
    ----------
    momentum : float
        In [0, 1).
    nesterov : bool
        Nesterov's form; it needs a positive momentum.
    weight_decay : float
        Added to the gradient as ``weight_decay * parameter``; it decays biases too, as torch does.

    Examples
    --------
    >>> SGD(momentum=0.9)
    SGD(momentum=0.9, nesterov=False, weight_decay=0.0)
    """

    momentum: float = 0.0
    nesterov: bool = False
    weight_decay: float = 0.0

    def __post_init__(self) -> None:
        _check(self, "momentum", below=1.0)
        _check(self, "weight_decay")
        if not isinstance(self.nesterov, bool):
            raise ParameterError(f"SGD's nesterov must be True or False, not {self.nesterov!r}.")
        if self.nesterov and not self.momentum:
            raise ParameterError("SGD with nesterov=True needs a positive momentum, e.g. momentum=0.9.")


@dataclass(frozen=True)
class Adam:
    """Adam: steps of the gradient's running mean over the root of its running square.

    Parameters
    ----------
    betas : tuple of float
        Decay of the running mean and of the running square, each in [0, 1).
    eps : float
        Added to the root; positive, so that a gradient of zero makes no step.
    weight_decay : float
        Added to the gradient as ``weight_decay * parameter``.
    """

    betas: tuple[float, float] = (0.9, 0.999)
    eps: float = 1e-8
    weight_decay: float = 0.0

    def __post_init__(self) -> None:
        betas = self.betas
        good = isinstance(betas, tuple | list) and len(betas) == 2
        if not good or not all(_is_number(beta) and 0.0 <= beta < 1.0 for beta in betas):
            raise ParameterError(
                f"{type(self).__name__}'s betas must be two numbers in [0, 1), not {betas!r}."
            )
        object.__setattr__(self, "betas", (float(betas[0]), float(betas[1])))
        _check(self, "eps", above=0.0)
        _check(self, "weight_decay")


@dataclass(frozen=True)
class AdamW(Adam):
    """Adam with decoupled weight decay: parameters shrink by ``lr * weight_decay`` of themselves a step."""

    weight_decay: float = 0.01


@dataclass(frozen=True)
class RMSprop:
    """RMSprop: steps of the gradient over the root of its running square.

    Parameters
    ----------
    alpha : float
        Decay of the running square, in [0, 1).
    eps : float
        Added to the root; positive, so that a gradient of zero makes no step.
    momentum : float
        In [0, 1): the divided gradients are summed up as SGD sums its gradients.
    centered : bool
        Divide by the root of the running variance instead: the running square less the squared running mean,
        or 0 where rounding makes that negative (torch gives NaN there).
    weight_decay : float
        Added to the gradient as ``weight_decay * parameter``.

    Examples
    --------
    >>> RMSprop(momentum=0.9)
    RMSprop(alpha=0.99, eps=1e-08, momentum=0.9, centered=False, weight_decay=0.0)
    """

    alpha: float = 0.99
    eps: float = 1e-8
    momentum: float = 0.0
    centered: bool = False
    weight_decay: float = 0.0

    def __post_init__(self) -> None:
        _check(self, "alpha", below=1.0)
        _check(self, "eps", above=0.0)
        _check(self, "momentum", below=1.0)
        _check(self, "weight_decay")
        if not isinstance(self.centered, bool):
            raise ParameterError(f"RMSprop's centered must be True or False, not {self.centered!r}.")


Optimizer = SGD | Adam | RMSprop

OPTIMIZERS: dict[str, type[Optimizer]] = {"sgd": SGD, "adam": Adam, "adamw": AdamW, "rmsprop": RMSprop}
"""All optimisers by name."""


def optimizer(spec: str | Optimizer) -> Optimizer:
    """Look up an optimiser by its name, with its defaults; an optimiser is returned as it is.

    Raises
    ------
    UnknownNameError
        No such optimiser.
    ParameterError
        Neither a name nor an optimiser.

    Examples
    --------
    >>> optimizer("adamw").weight_decay
    0.01
    """
    if isinstance(spec, Optimizer):
        return spec
    if not isinstance(spec, str):
        raise ParameterError(f"The optimizer must be a name or e.g. SGD(momentum=0.9), not {spec!r}.")
    if spec.lower() not in OPTIMIZERS:
        raise UnknownNameError("optimizer", spec, OPTIMIZERS)
    return OPTIMIZERS[spec.lower()]()


def _is_number(value: Any) -> bool:
    return (
        isinstance(value, int | float | np.integer | np.floating)
        and not isinstance(value, bool)
        and math.isfinite(value)
    )


def _check(owner: Optimizer, name: str, below: float = math.inf, above: float | None = None) -> None:
    """Require a number in [0, below), greater than `above` where that is given; store it as a float."""
    value = getattr(owner, name)
    if not _is_number(value) or value < 0.0 or value >= below or (above is not None and value <= above):
        wanted = "in [0, 1)" if below == 1.0 else "above 0" if above is not None else "of at least 0"
        raise ParameterError(f"{type(owner).__name__}'s {name} must be a number {wanted}, not {value!r}.")
    object.__setattr__(owner, name, float(value))
