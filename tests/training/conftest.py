"""The oracle of the optional parts of a training: torch's own optimisers, schedulers and clipping in a plain loop."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest
import torch

from leadlight.training import order


@pytest.fixture(params=["compiled", "torch"])
def engine(request):
    return request.param


@pytest.fixture
def plain():
    """`train` and `assert_follows`."""
    return SimpleNamespace(train=_train, assert_follows=_assert_follows)


def _train(net, data, optimizer, epochs, batch_size=None, key=None, clip=None, scheduler=None, per="epoch"):
    """One network trained by torch alone, in float64.

    optimizer(parameters) and scheduler(optimizer) make torch's; clip(parameters) is called before each update;
    per says when the scheduler steps. Returns the losses, the weights and biases, and the rates, one a step.
    """
    module = net.to_torch(torch.float64)
    updates = optimizer(module.parameters())
    rates = scheduler(updates) if scheduler else None
    X, y = (torch.tensor(part) for part in data)
    loss = torch.nn.functional.mse_loss if y.ndim == 2 else torch.nn.functional.cross_entropy
    losses, taken = [], []
    for epoch in range(epochs):
        index = torch.arange(len(X)) if key is None else torch.tensor(order(key, epoch, len(X)))
        for part in index.split(batch_size or len(X)):
            value = loss(module(X[part]), y[part])
            updates.zero_grad()
            value.backward()
            if clip:
                clip(list(module.parameters()))
            updates.step()
            losses.append(value.item())
            taken.append(updates.param_groups[0]["lr"])
            if rates and per == "step":
                rates.step()
        if rates and per == "epoch":
            rates.step()
    arrays = [parameter.detach().numpy() for parameter in module.parameters()]
    return SimpleNamespace(
        losses=np.array(losses), weights=arrays[::2], biases=arrays[1::2], rates=np.array(taken)
    )


def _assert_follows(runs, i, oracle, tolerance=1e-10):
    assert runs.losses[i].shape == oracle.losses.shape
    np.testing.assert_allclose(runs.losses[i], oracle.losses, rtol=tolerance, atol=tolerance)
    net = runs.networks[i]
    for ours, theirs in zip((*net.weights, *net.biases), (*oracle.weights, *oracle.biases), strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=tolerance, atol=tolerance)
