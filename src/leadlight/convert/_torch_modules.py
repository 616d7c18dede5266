"""The activations that torch.nn has no module for, as modules."""

from __future__ import annotations

import torch
from torch import Tensor, nn

__all__ = ["Abs", "Step"]


class Abs(nn.Module):
    """|z|."""

    def forward(self, z: Tensor) -> Tensor:
        return torch.abs(z)


class Step(nn.Module):
    """1 where z > 0, else 0; its gradient is 0."""

    def forward(self, z: Tensor) -> Tensor:
        return (z > 0).to(z.dtype)
