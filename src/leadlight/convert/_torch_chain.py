"""Trace a torch module into a plain chain of affine maps, scalings and activations.

One table for modules, one for functions and methods; every node of the traced graph must be in one of them, or
is named in the error. Nodes that only ask for sizes (``x.view(x.size(0), -1)``) do not count as branches.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, fx, nn

from ..activations import Activation, activation
from ..errors import ModelError
from ._torch_modules import Abs, Step

__all__ = ["Affine", "Scale", "chain"]


@dataclass(frozen=True)
class Affine:
    """z = W x + b."""

    weight: np.ndarray  # (out, in) float64
    bias: np.ndarray  # (out,) float64
    name: str


@dataclass(frozen=True)
class Scale:
    """z = scale * x + shift, unit by unit: a batch norm in eval mode."""

    scale: np.ndarray  # (units,) float64
    shift: np.ndarray  # (units,) float64
    name: str


Layer = Affine | Scale | Activation


class _Tracer(fx.Tracer):
    """Looks into every module but torch's own and ours."""

    def is_leaf_module(self, m: nn.Module, module_qualified_name: str) -> bool:
        return isinstance(m, Abs | Step) or super().is_leaf_module(m, module_qualified_name)


def chain(module: nn.Module) -> list[Layer]:
    """The layers of a module, in order; see `leadlight.convert.torch.from_torch` for what it raises."""
    _refuse_hidden_layers(module)
    name = type(module).__name__
    if _Tracer().is_leaf_module(module, ""):  # a single layer
        return list(_module_layers(module, name))
    try:
        graph = _Tracer().trace(module)
    except Exception as error:  # anything the module's own forward may raise on a traced value
        reason = str(error).strip().splitlines() or [type(error).__name__]
        raise ModelError(
            f"{name} cannot be traced to a plain chain of layers (its forward may depend on the data): {reason[0]}"
        ) from error
    layers: list[Layer] = []
    for node in _plain_chain(graph, name):
        layers += _node_layers(module, node)
    return layers


def _refuse_hidden_layers(module: nn.Module) -> None:
    """Layers or parameters in a plain list, tuple or dict are invisible to torch: name the first."""
    registered = {id(part) for part in (*module.modules(), *module.parameters(), *module.buffers())}
    for path, part in module.named_modules():
        for attribute, value in vars(part).items():
            if attribute.startswith("_") or not isinstance(value, list | tuple | dict):
                continue
            for item in _contents(value):
                if id(item) in registered:
                    continue
                what = "layers" if isinstance(item, nn.Module) else "parameters"
                container = "ModuleList" if isinstance(item, nn.Module) else "ParameterList"
                where = f"{type(module).__name__}.{path + '.' if path else ''}{attribute}"
                raise ModelError(
                    f"{where} holds {what} in a plain Python {type(value).__name__}, so their parameters are not "
                    f"registered: they are neither trained nor found; use nn.{container}."
                )


def _contents(value: Any) -> Iterator[Any]:
    for item in value.values() if isinstance(value, dict) else value:
        if isinstance(item, list | tuple | dict):
            yield from _contents(item)
        elif isinstance(item, nn.Module) or (isinstance(item, Tensor) and item.requires_grad):
            yield item


def _asks_for_size(node: fx.Node) -> bool:
    if node.op == "call_method":
        return node.target in ("size", "dim")
    return node.op == "call_function" and node.target is getattr and node.args[1] in ("shape", "ndim")


def _plain_chain(graph: fx.Graph, name: str) -> Iterator[fx.Node]:
    """The nodes from the input to the output, each using only the one before."""
    sizes: set[fx.Node] = set()
    current: fx.Node | None = None
    for node in graph.nodes:
        used = [one for one in node.all_input_nodes if one not in sizes and one.op != "get_attr"]
        if node.op == "get_attr":
            continue
        if _asks_for_size(node) or (node.all_input_nodes and not used and node.op == "call_function"):
            sizes.add(node)  # a size, or arithmetic on sizes
            continue
        if node.op == "placeholder":
            if current is not None and not node.args:
                raise ModelError(
                    f"{name} takes several inputs ({current.name}, {node.name}): leadlight takes one."
                )
            current = current or node
            continue
        if used != [current]:
            before = ", ".join(repr(one.name) for one in used) or "nothing"
            raise ModelError(
                f"{name} is not a plain chain: {_describe(node)} takes {before} where only "
                f"{current.name if current else 'the input'!r} may come; residual connections and branches are not "
                "supported."
            )
        if node.op == "output":
            if node.args[0] is not current:
                raise ModelError(
                    f"{name} returns a {type(node.args[0]).__name__}: leadlight needs one tensor."
                )
            return
        current = node
        yield node


def _describe(node: fx.Node) -> str:
    target = (
        node.target if isinstance(node.target, str) else getattr(node.target, "__name__", str(node.target))
    )
    return "the output" if node.op == "output" else f"the step {node.name!r} ({target})"


def _node_layers(module: nn.Module, node: fx.Node) -> Iterator[Layer]:
    if node.op == "call_module":
        path = str(node.target)
        yield from _module_layers(module.get_submodule(path), path)
        return
    if node.target is F.linear:
        yield _linear_call(module, node)
        return
    if node.target in (F.prelu, torch.prelu, "prelu"):
        yield _prelu(_parameter(module, node, "weight", _arguments(node).get("weight")), node.name)
        return
    if node.target in _PASSING:
        return
    if node.target in _RESHAPING:
        _check_reshape(module, node)
        return
    build = _CALLS.get(node.target)
    if build is None:
        hint = " (affine maps must be nn.Linear or F.linear)" if node.target in _ARITHMETIC else ""
        raise ModelError(
            f"{type(module).__name__}: {_describe(node)} is no layer or activation that leadlight knows{hint}."
        )
    try:
        yield build(*node.args[1:], **{key: value for key, value in node.kwargs.items() if key != "input"})
    except (TypeError, ValueError) as error:
        raise ModelError(f"{type(module).__name__}: {_describe(node)} is not supported: {error}") from error


def _check_reshape(module: nn.Module, node: fx.Node) -> None:
    """Only what keeps the samples apart: flatten from dimension 1, view or reshape to (n, features)."""
    arguments = node.args[1:]
    if node.target in (torch.flatten, "flatten"):
        good = (node.kwargs.get("start_dim", arguments[0] if arguments else 0)) == 1
    else:
        shape = arguments[0] if arguments and isinstance(arguments[0], tuple | list) else arguments
        good = isinstance(shape, tuple | list) and len(shape) == 2
    if not good:
        raise ModelError(
            f"{type(module).__name__}: {_describe(node)} must keep one row for each sample: use flatten(1)."
        )


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
            f"{type(module).__name__}: {_describe(node)} computes its {key}; it must be a parameter."
        )
    value: Any = module
    for part in str(source.target).split("."):
        value = getattr(value, part)
    return value


def _affine(weight: Tensor, bias: Tensor | None, name: str) -> Affine:
    W = _array(weight, name)
    return Affine(W, np.zeros(len(W)) if bias is None else _array(bias, name), name)


def _array(tensor: Tensor, name: str) -> np.ndarray:
    if isinstance(tensor, nn.parameter.UninitializedParameter):
        raise ModelError(
            f"The layer {name!r} is lazy and not initialised: run the module once on data first."
        )
    if not tensor.is_floating_point():
        raise ModelError(
            f"The layer {name!r} has parameters of dtype {tensor.dtype}: leadlight needs real floats."
        )
    return tensor.detach().cpu().to(torch.float64).numpy()


def _module_layers(layer: nn.Module, name: str) -> Iterator[Layer]:
    if isinstance(layer, nn.Linear):
        yield _affine(layer.weight, layer.bias, name)
    elif isinstance(layer, nn.BatchNorm1d):
        yield _batch_norm(layer, name)
    elif type(layer) is nn.PReLU:
        yield _prelu(layer.weight, name)
    elif type(layer) in _MODULES:
        try:
            yield _MODULES[type(layer)](layer)
        except ValueError as error:
            raise ModelError(f"The layer {name!r} ({layer}) is not supported: {error}") from error
    elif isinstance(layer, nn.Flatten) and layer.start_dim != 1:
        raise ModelError(f"The layer {name!r} ({layer}) must keep one row for each sample: use nn.Flatten().")
    elif not isinstance(layer, _PASSING_MODULES):
        hint = _HINTS.get(
            type(layer).__name__, "only Linear layers, activations and BatchNorm1d can be described"
        )
        raise ModelError(f"The layer {name!r} ({type(layer).__name__}) is not supported: {hint}.")


def _batch_norm(layer: nn.BatchNorm1d, name: str) -> Scale:
    if layer.running_mean is None or layer.running_var is None:
        raise ModelError(f"The batch norm {name!r} keeps no running statistics, so it is no fixed map.")
    if layer.training:
        raise ModelError(f"The batch norm {name!r} is in training mode: call .eval() on the module first.")
    scale = 1.0 / np.sqrt(_array(layer.running_var, name) + layer.eps)
    if layer.weight is not None:
        scale = scale * _array(layer.weight, name)
    shift = -scale * _array(layer.running_mean, name)
    if layer.bias is not None:
        shift = shift + _array(layer.bias, name)
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
    if (min_val, max_val) != (-1.0, 1.0):
        raise ValueError(f"hardtanh has the bounds -1 and 1 here, not {min_val} and {max_val}.")
    return activation("hardtanh")


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
    nn.Hardtanh: lambda layer: _hardtanh(layer.min_val, layer.max_val),
    nn.Softplus: lambda layer: _softplus(layer.beta, layer.threshold),
    nn.GELU: lambda layer: _gelu(layer.approximate),
    Abs: lambda layer: activation("abs"),
    Step: lambda layer: activation("step"),
}
_PASSING_MODULES = (nn.Identity, nn.Flatten, nn.Dropout, nn.Dropout1d, nn.AlphaDropout, nn.Sequential)
_HINTS = {
    "Softmax": "leadlight takes the logits, so leave the softmax out",
    "LogSoftmax": "leadlight takes the logits, so leave the softmax out",
    "ReLU6": "it has no entry in leadlight.activations",
}

_CALLS: dict[Any, Callable[..., Activation]] = {
    F.leaky_relu: _leaky_relu,
    F.elu: _elu,
    F.hardtanh: _hardtanh,
    F.softplus: _softplus,
    F.gelu: _gelu,
}
for _name in ("relu", "sigmoid", "tanh", "abs"):
    for _target in (_name, f"{_name}_", getattr(torch, _name)):
        _CALLS[_target] = _named(_name)
_CALLS |= {F.relu: _named("relu"), F.sigmoid: _named("sigmoid"), F.tanh: _named("tanh")}
_CALLS |= {operator.abs: _named("abs"), torch.absolute: _named("abs")}

_PASSING = (F.dropout, F.alpha_dropout, "contiguous")
_RESHAPING = (torch.flatten, "flatten", torch.reshape, "view", "reshape")
_ARITHMETIC = (
    operator.add,
    operator.mul,
    operator.matmul,
    operator.sub,
    operator.truediv,
    torch.matmul,
    torch.mm,
)
