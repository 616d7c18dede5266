"""Trace a torch module into a plain chain of affine maps, scalings and activations.

Every node of the traced graph must be a layer that `_torch_layers` knows. Nodes that only ask for sizes
(``x.view(x.size(0), -1)``) do not count as branches. Wrappers that compile, copy or average a module (torch.compile,
DataParallel, AveragedModel) are looked through, wherever they are.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from torch import Tensor, fx, jit, nn
from torch.optim.swa_utils import AveragedModel

from ..errors import ModelError
from ._torch_layers import Layer, describe, is_constant, module_layers, node_layers
from ._torch_modules import Abs, Step
from ._torch_shapes import Reshape, settle

__all__ = ["chain"]

_WRAPPERS = (nn.DataParallel, nn.parallel.DistributedDataParallel, AveragedModel)


class _Tracer(fx.Tracer):
    """Looks into every module but torch's own layers and ours, and through wrappers."""

    def is_leaf_module(self, m: nn.Module, module_qualified_name: str) -> bool:
        return isinstance(m, Abs | Step) or super().is_leaf_module(m, module_qualified_name)

    def call_module(
        self, m: nn.Module, forward: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> Any:
        inner = _unwrapped(m)
        return super().call_module(inner, forward if inner is m else inner.forward, args, kwargs)


def _unwrapped(module: nn.Module) -> nn.Module:
    """What a wrapper is about: the module that was compiled, copied or averaged."""
    while True:
        if isinstance(module, _WRAPPERS):
            module = module.module
        elif "_orig_mod" in module._modules:  # of torch.compile, whose class takes seconds to import
            module = module.get_submodule("_orig_mod")
        else:
            return module


def chain(module: nn.Module) -> list[Layer]:
    """The layers of a module, in order; see `leadlight.convert.torch.from_torch` for what it raises."""
    module = _unwrapped(module)
    name = type(module).__name__
    if isinstance(module, jit.ScriptModule):
        raise ModelError(
            f"{name} is TorchScript, which cannot be traced: pass the module that it was made from."
        )
    _refuse_hidden_layers(module)
    if _Tracer().is_leaf_module(module, ""):  # a single layer
        return list(settle(module_layers(module, name), name))
    own = set(vars(module))
    try:
        graph = _Tracer().trace(module)
    except Exception as error:  # anything the module's own forward may raise on a traced value
        reason = str(error).strip().splitlines() or [type(error).__name__]
        raise ModelError(
            f"{name} cannot be traced to a plain chain of layers (its forward may depend on the data): {reason[0]}"
        ) from error
    try:
        steps: list[Layer | Reshape] = []
        for node in _plain_chain(graph, name):
            steps += node_layers(module, node)
    finally:
        for attribute in set(vars(module)) - own:  # tensors made in forward, which the tracer puts there
            delattr(module, attribute)
    return list(settle(steps, name))


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
        used = [one for one in node.all_input_nodes if one not in sizes and not is_constant(one)]
        if is_constant(node):
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
                f"{name} is not a plain chain: {describe(node)} takes {before} where only "
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
