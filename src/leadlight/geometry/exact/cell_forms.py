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

from ...activations import activation
from .integer_layers import IntegerLayer, IntegerPieces
from .polygon import Form

__all__ = [
    "Affine",
    "crossing",
    "network_at",
    "network_from",
    "output_forms",
    "preactivation_form",
    "rounded",
    "sign_at",
    "value_at",
]

Affine = tuple[Fraction, Fraction, Fraction]
"""A form a x + b y + c."""


def preactivation_form(net: Any, pattern: Sequence[np.ndarray], layer: int, unit: int) -> Affine:
    """What a unit of a layer holds before its activation, on the cells of this pattern.

    Parameters
    ----------
    net : Network
        Of one input (y does not occur) or two.
    pattern : sequence of ndarray (units,) uint8
        The pieces that the units of the layers before are on, layer by layer; later ones are not looked at.
    layer : int
        0 for the first hidden layer, ``net.depth`` for the outputs.
    unit : int
    """
    before = _hidden_forms(net, tuple(np.asarray(pieces, np.uint8).tobytes() for pieces in pattern[:layer]))
    step, _ = _integer_layer(net, layer)
    a, b, c = step.unit(before, unit)
    return Fraction(a, step.scale), Fraction(b, step.scale), Fraction(c, step.scale)


@lru_cache(maxsize=64)
def _hidden_forms(net: Any, pattern: tuple[bytes, ...]) -> tuple[Form, ...]:
    """The outputs of the layers whose pattern is given, as integers; kept, as neighbours share most layers."""
    if not pattern:
        return ((1, 0, 0), (0, 1, 0))[: net.n_inputs]
    step, bend = _integer_layer(net, len(pattern) - 1)
    before = step(_hidden_forms(net, pattern[:-1]))
    return tuple(bend.value(unit, z, piece) for unit, (z, piece) in enumerate(zip(before, pattern[-1])))


@lru_cache(maxsize=32)
def _integer_layer(net: Any, index: int) -> tuple[IntegerLayer, IntegerPieces]:
    """A layer and its pieces as integers, kept for the next cell; those of the outputs are the identity."""
    scale = _integer_layer(net, index - 1)[1].scale if index else 1
    step = IntegerLayer(net.weights[index], net.biases[index], scale)
    act = net.activations[index] if index < net.depth else activation("identity")
    return step, IntegerPieces(act, step.scale)


def output_forms(net: Any, pattern: Sequence[np.ndarray]) -> list[Affine]:
    """The outputs, before an output activation, on the cells of this pattern."""
    return [preactivation_form(net, pattern, net.depth, output) for output in range(net.n_outputs)]


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
    return network_from(net, 0, [Fraction(v) for v in point])


def network_from(net: Any, first: int, values: Sequence[Fraction]) -> list[Fraction]:
    """The outputs, exactly, for these values of what a layer takes: of the inputs, where it is the first."""
    for layer in range(first, net.depth + 1):
        W, b = net.weights[layer], net.biases[layer]
        values = [
            sum((Fraction(w) * v for w, v in zip(row, values) if w and v), Fraction(c))
            for row, c in zip(W.tolist(), b.tolist())
        ]
        if layer < net.depth:
            values = [_bent(net.activations[layer].of_unit(unit).pieces, z) for unit, z in enumerate(values)]
    return list(values)


def _bent(pieces: Any, z: Fraction) -> Fraction:
    k = sum(z > Fraction(v) for v in pieces.breakpoints.tolist())
    return Fraction(float(pieces.slopes[k])) * z + Fraction(float(pieces.intercepts[k]))
