"""Steps of a traced torch module that change the shape of what they are given, and no number in it.

A network takes and gives (n, features). Flattening to that form, dropping the one feature of a single output
(``squeeze(-1)``, ``[:, 0]``) and folding the outputs into several axes (`nn.Unflatten`) leave the numbers of each
sample in their order, so they are let through where no layer comes after that would read them otherwise.
"""

from __future__ import annotations

import operator
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import Enum
from typing import Any

import torch
from torch import fx, nn

from ..activations import Activation
from ..errors import ModelError
from ._torch_maps import Affine, Scale

__all__ = [
    "RESHAPING",
    "RESHAPING_MODULES",
    "Reshape",
    "Shape",
    "reshape_of_module",
    "reshape_of_node",
    "settle",
]


class Shape(Enum):
    """What a step makes of (n, features)."""

    rows = "(n, features)"
    squeezed = "(n,) of one feature, nothing of more"
    numbers = "(n,) of one feature only"
    parts = "more axes than two"
    other = "samples mixed"


@dataclass(frozen=True)
class Reshape:
    """A step that changes the shape, to rows of so many features where it says so."""

    shape: Shape
    name: str
    features: int | None = None


RESHAPING_MODULES = (nn.Flatten, nn.Unflatten)
_FLATTEN = (torch.flatten, "flatten")
_SQUEEZE = (torch.squeeze, "squeeze")
_UNFLATTEN = (torch.unflatten, "unflatten")
_VIEW = (torch.reshape, "view", "reshape")
RESHAPING = (*_FLATTEN, *_SQUEEZE, *_UNFLATTEN, *_VIEW, operator.getitem)


def reshape_of_module(layer: nn.Module, name: str) -> Reshape:
    """What nn.Flatten or nn.Unflatten does."""
    if isinstance(layer, nn.Flatten):
        return Reshape(_flattened(layer.start_dim, layer.end_dim), name)
    return Reshape(Shape.parts if getattr(layer, "dim", None) in (1, -1) else Shape.other, name)


def reshape_of_node(node: fx.Node) -> Reshape:
    """What a call of flatten, squeeze, unflatten, view, reshape or an index does."""
    arguments, given = node.args[1:], node.kwargs
    if node.target in _FLATTEN:
        start, end = (*arguments, *(given.get(key, value) for key, value in _FLATTENED[len(arguments) :]))
        return Reshape(_flattened(start, end), node.name)
    if node.target in _UNFLATTEN:
        dim = arguments[0] if arguments else given.get("dim")
        return Reshape(Shape.parts if dim in (1, -1) else Shape.other, node.name)
    if node.target in _SQUEEZE:
        dim = arguments[0] if arguments else given.get("dim", 1)
        return Reshape(Shape.squeezed if dim in (1, -1) else Shape.other, node.name)
    if node.target is operator.getitem:
        return Reshape(Shape.numbers if _is_first_column(arguments[0]) else Shape.other, node.name)
    return _viewed(
        arguments[0] if arguments and isinstance(arguments[0], tuple | list) else arguments, node.name
    )


_FLATTENED = (("start_dim", 0), ("end_dim", -1))


def _flattened(start: Any, end: Any) -> Shape:
    if end != -1:
        return Shape.other
    return Shape.rows if start == 1 else Shape.numbers if start == 0 else Shape.other


def _is_first_column(index: Any) -> bool:
    """``[:, 0]`` and ``[..., 0]``, also counted from the end."""
    return (
        isinstance(index, tuple)
        and len(index) == 2
        and index[0] in (slice(None), Ellipsis)
        and isinstance(index[1], int)
        and index[1] in (0, -1)
    )


def _viewed(shape: Iterable[Any], name: str) -> Reshape:
    sizes = tuple(shape)
    if len(sizes) == 2:
        features = sizes[1] if isinstance(sizes[1], int) and sizes[1] >= 0 else None
        return Reshape(Shape.rows, name, features)
    return Reshape({0: Shape.other, 1: Shape.numbers}.get(len(sizes), Shape.parts), name)


def _works_on_any_shape(step: Any) -> bool:
    """Whether a step does the same to every number."""
    if isinstance(step, Activation):
        return step.n_units is None
    return isinstance(step, Scale) and len(step.scale) == 1


def settle(steps: Iterable[Any], name: str) -> Iterator[Any]:
    """The layers without the reshapes between them, each of which is checked to change no number.

    Parameters
    ----------
    steps : iterable of Affine, Scale, Activation or Reshape
    name : str
        Of the module, for messages.

    Raises
    ------
    ModelError
        A reshape that mixes samples or takes one feature of several, or one that a layer's inputs come from in
        another shape than (n, features).
    """
    width: int | None = None  # of what the last layer gave, if there was one
    bent: str | None = None  # the reshape that left another shape than (n, features)
    for step in steps:
        if isinstance(step, Reshape):
            good = step.shape is not Shape.other and step.features in (None, width, width or step.features)
            if not good or (step.shape is Shape.numbers and width != 1):
                raise ModelError(
                    f"{name}: the step {step.name!r} must keep one row for each sample: use flatten(1), or "
                    "squeeze(-1) behind a single output."
                )
            if step.shape is Shape.rows:
                bent = None
            elif step.shape is not Shape.squeezed or width in (None, 1):
                bent = step.name
            continue
        if bent is not None and not _works_on_any_shape(step):
            raise ModelError(
                f"{name}: a layer comes after the step {bent!r}, which leaves another shape than (n, features): "
                "use flatten(1) between them."
            )
        if isinstance(step, Affine):
            width = len(step.bias)
        elif isinstance(step, Scale) and len(step.scale) > 1:
            if width not in (None, len(step.scale)):
                raise ModelError(
                    f"{name}: the step {step.name!r} has {len(step.scale)} numbers for {width} units: give one "
                    "number, or one for each unit."
                )
            width = len(step.scale)
        yield step
