"""Arithmetic of a traced torch module with numbers, buffers and parameters, as scalings unit by unit.

Inputs that are standardised, ``(x - self.mean) / self.std``, and outputs that are scaled back are written so.
"""

from __future__ import annotations

import operator
from typing import Any

import numpy as np
import torch

from ._torch_maps import Scale

__all__ = ["ARITHMETIC", "NOT_BY_UNIT", "scaling"]

_ADD = (operator.add, operator.iadd, torch.add, "add", "add_")
_SUBTRACT = (operator.sub, operator.isub, torch.sub, "sub", "sub_")
_MULTIPLY = (operator.mul, operator.imul, torch.mul, "mul", "mul_")
_DIVIDE = (operator.truediv, operator.itruediv, torch.div, "div", "div_")
_NEGATE = (operator.neg, torch.neg, "neg", "neg_")
ARITHMETIC = (*_ADD, *_SUBTRACT, *_MULTIPLY, *_DIVIDE, *_NEGATE)
NOT_BY_UNIT = (operator.matmul, torch.matmul, torch.mm, "matmul", "mm")


def scaling(target: Any, constant: Any, constant_first: bool, name: str) -> Scale:
    """The scaling that a step makes of what the layers before it gave.

    Parameters
    ----------
    target : function or str
        One of `ARITHMETIC`.
    constant : None, number or array of shape (), (1,), (units,) or (1, units)
        None for a negation.
    constant_first : bool
        Whether it is the left operand.
    name : str
        Of the step.

    Raises
    ------
    ValueError
        A constant of another shape, or one that is divided by what the layers gave.
    """
    values = np.zeros(1) if constant is None else np.asarray(constant, dtype=np.float64)
    if values.ndim > 2 or (values.ndim == 2 and len(values) != 1):
        raise ValueError(f"it takes an array of shape {values.shape}; give one number, or one for each unit.")
    values = values.ravel()
    one, zero = np.ones_like(values), np.zeros_like(values)
    if target in _NEGATE:
        return Scale(-one, zero, name)
    if target in _ADD:
        return Scale(one, values, name)
    if target in _SUBTRACT:
        return Scale(-one, values, name) if constant_first else Scale(one, -values, name)
    if target in _MULTIPLY:
        return Scale(values, zero, name)
    if constant_first or not values.all():
        raise ValueError("it divides by what the layers before it give, or by 0.")
    return Scale(one / values, zero, name)
