"""Modules of torch for tests of their conversion, and the comparison of a network with its module."""

from __future__ import annotations

import numpy as np
import torch
from torch import nn

import leadlight as ll

__all__ = ["Chain", "assert_same_values"]


class Chain(nn.Module):
    """fc1, `step`, fc2."""

    def __init__(self, step, width=4):
        super().__init__()
        self.fc1, self.fc2, self.step = nn.Linear(2, 4), nn.Linear(width, 3), step

    def forward(self, x):
        return self.fc2(self.step(self.fc1(x)))


def assert_same_values(module, n_inputs, net=None):
    net = ll.Network.of(module) if net is None else net
    x = torch.randn(50, n_inputs, dtype=torch.float64) * 2
    with torch.no_grad():
        expected = module.double().eval()(x)
    np.testing.assert_allclose(net(x.numpy()), expected.numpy(), rtol=1e-11, atol=1e-12)
    return net
