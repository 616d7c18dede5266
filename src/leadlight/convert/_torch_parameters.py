"""What a torch layer computes with in eval mode, which need not be the tensor that lies in it at the moment.

torch.nn.utils.prune, weight_norm and spectral_norm set a layer's weight before each forward: after a step of the
optimizer the one that lies there is still that of the step before. Parametrizations make it anew whenever it is asked
for, and in training mode spectral_norm moves on as it does so.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import nn
from torch.nn.utils import parametrize
from torch.nn.utils.prune import BasePruningMethod
from torch.nn.utils.spectral_norm import SpectralNorm
from torch.nn.utils.weight_norm import WeightNorm

__all__ = ["parameter"]


def parameter(layer: nn.Module, name: str) -> Any:
    """The parameter, buffer or other attribute of a layer as its forward in eval mode finds it; changes nothing.

    Examples
    --------
    >>> from torch.nn.utils import prune
    >>> layer = prune.l1_unstructured(nn.Linear(2, 1), "weight", amount=1)
    >>> with torch.no_grad():
    ...     _ = layer.weight_orig.fill_(7.0)
    >>> sorted(parameter(layer, "weight")[0].tolist())
    [0.0, 7.0]
    """
    with torch.no_grad():
        for hook in layer._forward_pre_hooks.values():
            if isinstance(hook, WeightNorm) and hook.name == name:
                return hook.compute_weight(layer)
            if isinstance(hook, SpectralNorm) and hook.name == name:
                return hook.compute_weight(layer, do_power_iteration=False)
            if isinstance(hook, BasePruningMethod) and hook._tensor_name == name:
                return hook.apply_mask(layer)
        if not parametrize.is_parametrized(layer, name):
            return getattr(layer, name)
        made_by = [part for part in layer.parametrizations.modules() if part.training]  # pyright: ignore[reportAttributeAccessIssue]
        try:
            for part in made_by:
                part.training = False
            return getattr(layer, name)
        finally:
            for part in made_by:
                part.training = True
