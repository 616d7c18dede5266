"""torch modules as networks, and back.

`from_torch` traces the module symbolically (torch.fx, Reed et al. 2022), so any forward method that is a plain
chain will do: Linear layers, activations as modules, functions or methods. Dropout and Identity pass through, and
so does what only changes shapes: Flatten, and behind the last layer ``squeeze(-1)`` and Unflatten. torch.compile,
DataParallel and their like are looked through. BatchNorm1d in eval mode, and arithmetic with numbers and
buffers (inputs that are standardised), are folded into a neighbouring Linear in float64. Linear layers in a row keep
their floats, with the identity between. What cannot be described is named, with the reason.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from ..errors import LeadlightError, ModelError
from ..network import Network

if TYPE_CHECKING:
    from torch import nn

__all__ = ["from_torch", "to_torch"]


def from_torch(module: nn.Module) -> Network:
    """Describe a torch module that is a plain chain of layers.

    Parameters
    ----------
    module : torch.nn.Module
        Its input is (n, n_inputs), or is flattened first. Any floating dtype and device.

    Returns
    -------
    Network
        Same values as the module in eval mode, a row (n_outputs,) for each sample; exact but for what is folded
        (batch norms and arithmetic, rounded in float64).
        Slopes of a PReLU become fixed numbers of the activation.

    Raises
    ------
    ModelError
        Which part cannot be described, and why: an unsupported layer, branches, layers in a plain Python list,
        a BatchNorm in training mode, control flow that depends on the data.

    Examples
    --------
    >>> import torch
    >>> from_torch(torch.nn.Sequential(torch.nn.Linear(2, 3), torch.nn.Tanh(), torch.nn.Linear(3, 1)))
    Network(2-3-1, tanh, 13 parameters)
    """
    from ._torch_chain import chain
    from ._torch_maps import Affine, fold

    layers = fold(chain(module))
    name = type(module).__name__
    if not any(isinstance(layer, Affine) for layer in layers):
        raise ModelError(f"{name} has no Linear layer, so there is no network to describe.")
    weights, biases, activations = _alternate(layers)
    try:
        return Network.from_arrays(weights, biases, activations[:-1], activations[-1])
    except LeadlightError as error:
        raise ModelError(f"{name} cannot be described: {error}") from error


def to_torch(net: Network, dtype: Any = None) -> nn.Sequential:
    """The network as a `torch.nn.Sequential` of Linear and activation modules, in eval mode's semantics.

    Parameters
    ----------
    net : Network
    dtype : torch.dtype, optional
        Default: float32 when it holds every parameter exactly (slopes of a prelu too), else float64.

    Examples
    --------
    >>> import leadlight as ll
    >>> ll.mlp(2, [3], 1, seed=0).to_torch()
    Sequential(
      (0): Linear(in_features=2, out_features=3, bias=True)
      (1): ReLU()
      (2): Linear(in_features=3, out_features=1, bias=True)
    )
    """
    import torch
    from torch import nn

    phis = (*net.activations, net.output_activation)
    slopes = [np.array(phi.parameters) for phi in phis if phi.name == "prelu"]
    arrays = [*net.weights, *net.biases, *slopes]
    if dtype is None:
        with np.errstate(over="ignore"):
            exact = all(np.array_equal(array.astype(np.float32), array) for array in arrays)
        dtype = torch.float32 if exact else torch.float64
    modules: list[nn.Module] = []
    for W, b, phi in zip(net.weights, net.biases, phis, strict=True):
        linear = nn.Linear(W.shape[1], W.shape[0], device="meta")  # no draw from torch's global generator
        linear.weight = nn.Parameter(torch.tensor(W, dtype=dtype))
        linear.bias = nn.Parameter(torch.tensor(b, dtype=dtype))
        modules += [linear, _activation_module(phi, dtype)]
    if net.output_activation.name == "identity":
        modules.pop()
    return nn.Sequential(*modules)


def _activation_module(phi: Any, dtype: Any) -> nn.Module:
    import torch
    from torch import nn

    from . import _torch_modules

    match phi.name:
        case "abs":
            return _torch_modules.Abs()
        case "step":
            return _torch_modules.Step()
        case "prelu":
            module = nn.PReLU(len(phi.parameters), device="meta")
            module.weight = nn.Parameter(torch.tensor(phi.parameters, dtype=dtype))
            return module
        case "softplus":
            return nn.Softplus(
                threshold=40
            )  # torch's default of 20 is off by 2e-9 there, which float64 shows
        case _:
            return getattr(nn, phi.torch_name)(*phi.parameters)


def _alternate(layers: list) -> tuple[list, list, list]:
    """Weights, biases and one activation after each, with identities where two of a kind meet."""
    from ._torch_maps import Affine

    weights: list[np.ndarray] = []
    biases: list[np.ndarray] = []
    activations: list = []
    width = next(layer.weight.shape[1] for layer in layers if isinstance(layer, Affine))
    for layer in layers:
        if isinstance(layer, Affine):
            if len(activations) < len(weights):
                activations.append("identity")
            weights.append(layer.weight)
            biases.append(layer.bias)
            width = len(layer.bias)
        else:
            if len(activations) == len(weights):  # two activations in a row, or one at the start
                weights.append(np.eye(width))
                biases.append(np.zeros(width))
            activations.append(layer)
    if len(activations) < len(weights):
        activations.append("identity")
    return weights, biases, activations
