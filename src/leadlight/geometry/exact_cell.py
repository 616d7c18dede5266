"""One cell's affine forms as exact rational numbers, from the network and the cell's pattern alone.

For the few questions that floats with bounds leave open, and for whoever wants the numbers themselves. Cost:
that of one forward pass in long integers.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from fractions import Fraction
from functools import lru_cache
from typing import Any

import numpy as np

from ..activations import activation
from .integer_layers import IntegerLayer, IntegerPieces
from .polygon import Form

__all__ = [
    "Affine",
    "crossing",
    "network_at",
    "output_forms",
    "preactivation_forms",
    "rounded",
    "sign_at",
    "value_at",
]

Affine = tuple[Fraction, Fraction, Fraction]
"""A form a x + b y + c."""


def preactivation_forms(net: Any, pattern: Sequence[np.ndarray], layer: int) -> list[Affine]:
    """What the units of a layer hold before their activation, on the cells of this pattern.

    Parameters
    ----------
    net : Network
        Of one input (y does not occur) or two.
    pattern : sequence of ndarray (units,)
        The pieces that the units of the layers before are on, layer by layer; later ones are not looked at.
    layer : int
        0 for the first hidden layer, ``net.depth`` for the outputs.
    """
    forms: tuple[Form, ...] = ((1, 0, 0), (0, 1, 0))[: net.n_inputs]
    for index in range(layer):
        step, bend = _integer_layer(net, index)
        forms = tuple(bend.value(u, z, int(k)) for u, (z, k) in enumerate(zip(step(forms), pattern[index])))
    last, _ = _integer_layer(net, layer)
    return [
        (Fraction(a, last.scale), Fraction(b, last.scale), Fraction(c, last.scale)) for a, b, c in last(forms)
    ]


@lru_cache(maxsize=32)
def _integer_layer(net: Any, index: int) -> tuple[IntegerLayer, IntegerPieces]:
    """A layer and its pieces as integers, kept for the next cell; those of the outputs are the identity."""
    scale = _integer_layer(net, index - 1)[1].scale if index else 1
    step = IntegerLayer(net.weights[index], net.biases[index], scale)
    act = net.activations[index] if index < net.depth else activation("identity")
    return step, IntegerPieces(act, step.scale)


def output_forms(net: Any, pattern: Sequence[np.ndarray]) -> list[Affine]:
    """The outputs, before an output activation, on the cells of this pattern."""
    return preactivation_forms(net, pattern, net.depth)


def crossing(f: Affine, g: Affine) -> tuple[Fraction, Fraction]:
    """The point where two forms with crossing zero lines are both zero."""
    determinant = f[0] * g[1] - f[1] * g[0]
    return (f[1] * g[2] - f[2] * g[1]) / determinant, (f[2] * g[0] - f[0] * g[2]) / determinant


def sign_at(f: Affine, point: Sequence[Fraction | float]) -> int:
    """-1, 0 or 1: of a form at a point of one or two coordinates, exactly."""
    value = value_at(f, point)
    return (value > 0) - (value < 0)


def value_at(f: Affine, point: Sequence[Fraction | float]) -> Fraction:
    """A form at a point of one or two coordinates, exactly."""
    x, y = (*(Fraction(v) for v in point), Fraction(0))[:2]
    return f[0] * x + f[1] * y + f[2]


def rounded(value: Fraction | int) -> float:
    """The nearest float64, infinite beyond its range."""
    try:
        return float(value)
    except OverflowError:
        return math.inf if value > 0 else -math.inf


def network_at(net: Any, point: Sequence[Fraction | float]) -> list[Fraction]:
    """The outputs at a point, before an output activation, exactly; a breakpoint belongs to the piece on its left."""
    values = [Fraction(v) for v in point]
    for layer, (W, b) in enumerate(zip(net.weights, net.biases)):
        values = [
            sum((Fraction(w) * v for w, v in zip(row, values) if w and v), Fraction(c))
            for row, c in zip(W.tolist(), b.tolist())
        ]
        if layer < net.depth:
            values = [_bent(net.activations[layer].of_unit(unit).pieces, z) for unit, z in enumerate(values)]
    return values


def _bent(pieces: Any, z: Fraction) -> Fraction:
    k = sum(z > Fraction(v) for v in pieces.breakpoints.tolist())
    return Fraction(float(pieces.slopes[k])) * z + Fraction(float(pieces.intercepts[k]))
