"""What each step of a traced torch module is: an affine map, a scaling, an activation, or a change of shape.

One table for modules, one for functions and methods. What is in neither is named in the error.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, fx, nn

from ..activations import ACTIVATIONS, Activation, activation
from ..errors import ModelError
from ._torch_arithmetic import ARITHMETIC, NOT_BY_UNIT, scaling
from ._torch_maps import Affine, Scale
from ._torch_modules import Abs, Step
from ._torch_parameters import parameter
from ._torch_shapes import RESHAPING, RESHAPING_MODULES, Reshape, reshape_of_module, reshape_of_node

__all__ = ["Layer", "describe", "is_constant", "module_layers", "node_layers"]


Layer = Affine | Scale | Activation


def describe(node: fx.Node) -> str:
    target = (
        node.target if isinstance(node.target, str) else getattr(node.target, "__name__", str(node.target))
    )
    return "the output" if node.op == "output" else f"the step {node.name!r} ({target})"


def node_layers(module: nn.Module, node: fx.Node) -> Iterator[Layer | Reshape]:
    if node.op == "call_module":
        path = str(node.target)
        yield from module_layers(module.get_submodule(path), path)
        return
    if node.target is F.linear:
        yield _linear_call(module, node)
        return
    if node.target in (F.prelu, torch.prelu, "prelu"):
        yield _prelu(_parameter(module, node, "weight", _arguments(node).get("weight")), node.name)
        return
    if node.target in _PASSING:
        return
    if node.target in RESHAPING:
        yield reshape_of_node(node)
        return
    build = _scaling(module, node) if node.target in ARITHMETIC else _CALLS.get(node.target)
    if build is None:
        name = node.target if isinstance(node.target, str) else getattr(node.target, "__name__", "")
        hint = "affine maps must be nn.Linear or F.linear" if node.target in _OF_MAPS else _hint(name)
        raise ModelError(f"{type(module).__name__}: {describe(node)} is not supported: {hint}.")
    try:
        yield build(*node.args[1:], **{key: value for key, value in node.kwargs.items() if key != "input"})
    except (TypeError, ValueError) as error:
        raise ModelError(f"{type(module).__name__}: {describe(node)} is not supported: {error}") from error


def _scaling(module: nn.Module, node: fx.Node) -> Callable[..., Scale] | None:
    """What makes the scaling of a step that has, beside what the layers before it give, one constant at most."""
    constants = [one for one in node.args if not isinstance(one, fx.Node) or is_constant(one)]
    if node.kwargs or len(constants) != len(node.args) - 1:
        return None
    constant = _value(module, constants[0]) if constants else None
    if isinstance(constant, Tensor):
        constant = _array(constant, node.name)
    elif constant is not None and not isinstance(constant, int | float):
        return None
    return lambda *_: scaling(node.target, constant, constants[:1] == [node.args[0]], node.name)


def is_constant(node: fx.Node) -> bool:
    """Whether a node is a parameter or buffer, or is made of these alone."""
    if node.op == "get_attr":
        return True
    made = node.op in ("call_function", "call_method") and len(node.all_input_nodes) > 0
    return made and all(map(is_constant, node.all_input_nodes))


def _value(module: nn.Module, source: Any) -> Any:
    """A number, or what a constant node is: made by torch as in the module's own forward."""
    if not isinstance(source, fx.Node):
        return source
    if source.op == "get_attr":
        return _attribute(module, str(source.target))
    arguments = [_value(module, one) for one in source.args]
    options = {key: _value(module, one) for key, one in source.kwargs.items()}
    with torch.no_grad():
        if callable(source.target):
            return source.target(*arguments, **options)
        return getattr(arguments[0], source.target)(*arguments[1:], **options)


def _attribute(module: nn.Module, path: str) -> Any:
    owner, _, name = path.rpartition(".")
    return parameter(module.get_submodule(owner), name)


def _linear_call(module: nn.Module, node: fx.Node) -> Affine:
    """F.linear(x, weight, bias) on parameters of the module."""
    given = _arguments(node)
    weight = _parameter(module, node, "weight", given.get("weight"))
    bias = given.get("bias")
    return _affine(weight, None if bias is None else _parameter(module, node, "bias", bias), node.name)


def _arguments(node: fx.Node) -> dict[str, Any]:
    """What a call of F.linear or F.prelu was given, by name."""
    return dict(zip(("input", "weight", "bias"), node.args, strict=False)) | dict(node.kwargs)


def _parameter(module: nn.Module, node: fx.Node, key: str, source: Any) -> Any:
    """The parameter of the module that a call was given."""
    if not isinstance(source, fx.Node) or source.op != "get_attr":
        raise ModelError(
            f"{type(module).__name__}: {describe(node)} computes its {key}; it must be a parameter."
        )
    return _attribute(module, str(source.target))


def _affine(weight: Tensor, bias: Tensor | None, name: str) -> Affine:
    W = _array(weight, name)
    return Affine(W, np.zeros(len(W)) if bias is None else _array(bias, name), name)


def _array(tensor: Tensor, name: str) -> np.ndarray:
    if isinstance(tensor, nn.parameter.UninitializedParameter):
        raise ModelError(
            f"The layer {name!r} is lazy and not initialised: run the module once on data first."
        )
    if tensor.is_meta:
        raise ModelError(f"The layer {name!r} is on the device meta, without numbers: move it to a real one.")
    if not tensor.is_floating_point():
        raise ModelError(
            f"The layer {name!r} has parameters of dtype {tensor.dtype}: leadlight needs real floats."
        )
    return tensor.detach().cpu().to(torch.float64).numpy()


def module_layers(layer: nn.Module, name: str) -> Iterator[Layer | Reshape]:
    if isinstance(layer, nn.Linear):
        yield _affine(parameter(layer, "weight"), parameter(layer, "bias"), name)
    elif isinstance(layer, nn.BatchNorm1d):
        yield _batch_norm(layer, name)
    elif type(layer) is nn.PReLU:
        yield _prelu(parameter(layer, "weight"), name)
    elif type(layer) in _MODULES:
        try:
            yield _MODULES[type(layer)](layer)
        except ValueError as error:
            raise ModelError(f"The layer {name!r} ({layer}) is not supported: {error}") from error
    elif isinstance(layer, RESHAPING_MODULES):
        yield reshape_of_module(layer, name)
    elif not isinstance(layer, _PASSING_MODULES):
        kind = type(layer).__name__
        raise ModelError(f"The layer {name!r} ({kind}) is not supported: {_hint(kind)}.")


def _hint(name: str) -> str:
    """What to do about a layer or function of this name."""
    if name.lower().replace("_", "") in ("softmax", "logsoftmax"):
        return "leadlight takes the logits, so leave the softmax out and pass the part before it"
    known = sorted({phi.torch_name or phi.name for phi in ACTIVATIONS.values()}, key=str.lower)
    return (
        f"use Linear, BatchNorm1d and the activations {', '.join(known)}, or pass the part of the module that "
        "consists of these"
    )


def _batch_norm(layer: nn.BatchNorm1d, name: str) -> Scale:
    if layer.running_mean is None or layer.running_var is None:
        raise ModelError(f"The batch norm {name!r} keeps no running statistics, so it is no fixed map.")
    if layer.training:
        raise ModelError(f"The batch norm {name!r} is in training mode: call .eval() on the module first.")
    scale = 1.0 / np.sqrt(_array(layer.running_var, name) + layer.eps)
    if layer.weight is not None:
        scale = scale * _array(parameter(layer, "weight"), name)
    shift = -scale * _array(layer.running_mean, name)
    if layer.bias is not None:
        shift = shift + _array(parameter(layer, "bias"), name)
    return Scale(scale, shift, name)


def _prelu(slopes: Tensor, name: str) -> Activation:
    """Its slopes as the fixed numbers of the activation: one for all units, or one for each."""
    values = _array(slopes, name).ravel()
    try:
        return Activation("prelu", tuple(values.tolist()))
    except ValueError as error:
        raise ModelError(f"The layer {name!r} (PReLU) is not supported: {error}") from error


def _named(name: str) -> Callable[..., Activation]:
    return lambda inplace=False: activation(name)


def _leaky_relu(negative_slope: float = 0.01, inplace: bool = False) -> Activation:
    return Activation("leaky_relu", (negative_slope,))


def _elu(alpha: float = 1.0, inplace: bool = False) -> Activation:
    return Activation("elu", (alpha,))


def _hardtanh(min_val: float = -1.0, max_val: float = 1.0, inplace: bool = False) -> Activation:
    return Activation("hardtanh", (min_val, max_val))


def _relu6(inplace: bool = False) -> Activation:
    return Activation("hardtanh", (0.0, 6.0))


def _clamp(min: float | None = None, max: float | None = None) -> Activation:
    if max is None and min == 0:
        return activation("relu")
    if not isinstance(min, int | float) or not isinstance(max, int | float):
        raise ValueError("give two numbers as bounds, or min=0 alone for a ReLU.")
    return _hardtanh(min, max)


def _softplus(beta: float = 1.0, threshold: float = 20.0) -> Activation:
    if beta != 1.0 or threshold < 20.0:
        raise ValueError("softplus has beta 1 and a threshold of at least 20 here.")
    return activation("softplus")


def _gelu(approximate: str = "none") -> Activation:
    if approximate != "none":
        raise ValueError("gelu is the exact one here, approximate='none'.")
    return activation("gelu")


_MODULES: dict[type, Callable[[Any], Activation]] = {
    nn.ReLU: lambda layer: activation("relu"),
    nn.Sigmoid: lambda layer: activation("sigmoid"),
    nn.Tanh: lambda layer: activation("tanh"),
    nn.LeakyReLU: lambda layer: _leaky_relu(layer.negative_slope),
    nn.ELU: lambda layer: _elu(layer.alpha),
    nn.ReLU6: lambda layer: _relu6(),
    nn.Hardtanh: lambda layer: _hardtanh(layer.min_val, layer.max_val),
    nn.Softplus: lambda layer: _softplus(layer.beta, layer.threshold),
    nn.GELU: lambda layer: _gelu(layer.approximate),
    Abs: lambda layer: activation("abs"),
    Step: lambda layer: activation("step"),
}
_PASSING_MODULES = (nn.Identity, nn.Dropout, nn.Dropout1d, nn.AlphaDropout, nn.Sequential)

_CALLS: dict[Any, Callable[..., Activation]] = {
    F.leaky_relu: _leaky_relu,
    F.elu: _elu,
    F.hardtanh: _hardtanh,
    F.relu6: _relu6,
    torch.clamp: _clamp,
    torch.clip: _clamp,
    "clamp": _clamp,
    "clip": _clamp,
    F.softplus: _softplus,
    F.gelu: _gelu,
}
for _name in ("relu", "sigmoid", "tanh", "abs"):
    for _target in (_name, f"{_name}_", getattr(torch, _name)):
        _CALLS[_target] = _named(_name)
_CALLS |= {F.relu: _named("relu"), F.sigmoid: _named("sigmoid"), F.tanh: _named("tanh")}
_CALLS |= {operator.abs: _named("abs"), torch.absolute: _named("abs")}

_PASSING = (F.dropout, F.alpha_dropout, "contiguous")
_OF_MAPS = (*ARITHMETIC, *NOT_BY_UNIT)
