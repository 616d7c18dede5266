"""A torch module in the middle of its training, as a network, leaving the training as it is."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from ..errors import ModelError
from ..network import Network
from .torch import from_torch

if TYPE_CHECKING:
    from torch import Tensor, nn

__all__ = ["from_training"]


def from_training(module: nn.Module) -> Network | None:
    """Describe a module as it stands between two steps of its training.

    Parameters
    ----------
    module : torch.nn.Module
        In any mode, of any floating dtype, on any device. Taken out of DataParallel, DistributedDataParallel
        and torch.compile. Dropout is left out and batch norms are described with their running statistics, as in
        eval mode.

    Returns
    -------
    Network or None
        None where a parameter, or a running statistic, is not finite, as after a divergence.

    Raises
    ------
    ModelError
        As `from_torch`.

    Notes
    -----
    Copies the weights exactly (bfloat16 and float32 are float64 numbers). No gradients, modes or random numbers
    are touched: layers' modes are put back, and so are the generators of torch that a forward method may draw from
    while it is traced.

    Examples
    --------
    >>> import torch
    >>> module = torch.nn.Sequential(torch.nn.Linear(2, 3), torch.nn.BatchNorm1d(3), torch.nn.ReLU())
    >>> from_training(module), module[1].training
    (Network(2-3, output relu, 9 parameters), True)
    """
    import torch

    if not _are_finite(module.parameters()):
        return None
    devices = {parameter.device for parameter in module.parameters() if parameter.device.type == "cuda"}
    modes = [(part, part.training) for part in module.modules()]
    with torch.no_grad(), torch.random.fork_rng(devices=sorted(devices, key=str)):
        try:
            for part, _ in modes:
                part.training = False
            return from_torch(module)
        except ModelError:
            if _are_finite(module.buffers()):
                raise
            return None
        finally:
            for part, mode in modes:
                part.training = mode


def _are_finite(tensors: Iterable[Tensor]) -> bool:
    """Whether all numbers there are; tensors without any, of lazy layers and on the device meta, are passed over."""
    import torch
    from torch.nn.parameter import is_lazy

    return all(bool(torch.isfinite(one).all()) for one in tensors if not is_lazy(one) and not one.is_meta)
