"""Affine maps and scalings of traced torch modules, and how scalings are folded into the maps beside them.

Folding takes products and sums of floats, each rounded in float64; adding to a bias and factors of 2 are mostly exact.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

__all__ = ["Affine", "Scale", "fold"]


@dataclass(frozen=True)
class Affine:
    """z = W x + b."""

    weight: np.ndarray  # (out, in) float64
    bias: np.ndarray  # (out,) float64
    name: str


@dataclass(frozen=True)
class Scale:
    """z = scale * x + shift, unit by unit: a batch norm in eval mode, arithmetic with numbers and buffers."""

    scale: np.ndarray  # (units,) float64, or (1,) for any number of units
    shift: np.ndarray  # like scale
    name: str


def fold(layers: Sequence[Any]) -> list[Any]:
    """Fold each scaling into the map before it, else into the one after it, else make it a map of its own.

    Parameters
    ----------
    layers : sequence of Affine, Scale or Activation

    Returns
    -------
    list of Affine or Activation
        Where there is an Affine at all.
    """
    folded: list[Any] = []
    for layer in layers:
        last = folded[-1] if folded else None
        if isinstance(layer, Scale) and isinstance(last, Affine):
            weight, bias = layer.scale[:, None] * last.weight, layer.scale * last.bias + layer.shift
            folded[-1] = Affine(weight, bias, last.name)
        elif isinstance(layer, Scale) and isinstance(last, Scale):
            folded[-1] = Scale(layer.scale * last.scale, layer.scale * last.shift + layer.shift, layer.name)
        elif isinstance(layer, Affine) and isinstance(last, Scale):
            shift = np.broadcast_to(last.shift, layer.weight.shape[1])
            folded[-1] = Affine(layer.weight * last.scale, layer.weight @ shift + layer.bias, layer.name)
        else:
            folded.append(layer)
    return [
        _map_of(layer, folded, i) if isinstance(layer, Scale) else layer for i, layer in enumerate(folded)
    ]


def _map_of(layer: Scale, layers: Sequence[Any], place: int) -> Affine | Scale:
    """A scaling with an activation on each side as a map of so many units as the nearest map says."""
    before = (len(one.bias) for one in reversed(layers[:place]) if isinstance(one, Affine))
    after = (one.weight.shape[1] for one in layers[place:] if isinstance(one, Affine))
    width = next(itertools.chain(before, after), None)
    if width is None:
        return layer
    scale, shift = np.broadcast_to(layer.scale, width), np.broadcast_to(layer.shift, width)
    return Affine(np.diag(scale), shift.copy(), layer.name)
