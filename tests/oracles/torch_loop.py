"""The oracle of training: the loop that everyone writes, of torch.nn modules, autograd and torch.optim.

One network, one sample order, one step after the other; nothing is stacked, fused or taken by hand. Slow (100
to 300 us a step) and obviously right, in float64 unless told otherwise.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch.optim import lr_scheduler

import leadlight as ll
from leadlight.activations import Activation
from leadlight.training import SGD, Adam, AdamW, Cosine, RMSprop, StepDecay, order


@dataclass
class Trained:
    """What the loop leaves behind."""

    losses: np.ndarray  # (n_steps,) float64: of each batch before its update; NaN after an early stop
    weights: list[np.ndarray]
    biases: list[np.ndarray]
    rates: np.ndarray  # (n_steps,) float64: the learning rate of each update
    stopped_at: int  # epochs taken where the target was met, else -1


class Chain(torch.nn.Module):
    """One Linear after another, an activation after each."""

    def __init__(self, net: ll.Network, dtype: torch.dtype = torch.float64) -> None:
        super().__init__()
        self.layers = torch.nn.ModuleList()
        self.activations = (*net.activations, net.output_activation)
        for W, b in zip(net.weights, net.biases, strict=True):
            layer = torch.nn.Linear(W.shape[1], W.shape[0], dtype=dtype)
            layer.weight.data = torch.tensor(W, dtype=dtype)
            layer.bias.data = torch.tensor(b, dtype=dtype)
            self.layers.append(layer)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        for layer, phi in zip(self.layers, self.activations, strict=True):
            x = activate(phi, layer(x))
        return x


def activate(phi: Activation, z: torch.Tensor) -> torch.Tensor:
    """torch's own activation of that name; its softplus is exact below a threshold only, so that is raised."""
    match phi.name:
        case "identity":
            return z
        case "abs":
            return z.abs()
        case "step":
            return (z > 0).to(z.dtype) + 0.0 * z
        case "prelu":  # its slopes are fixed numbers
            return torch.nn.functional.prelu(z, torch.tensor(phi.parameters, dtype=z.dtype))
        case "softplus":
            return torch.nn.functional.softplus(z, threshold=40)
        case _:
            return getattr(torch.nn, str(phi.torch_name))(*phi.parameters)(z)


def loss_of(name: str, outputs: torch.Tensor, y: torch.Tensor, scale: float) -> torch.Tensor:
    """The mean loss; `scale` is max |y| of all training targets, for relative_mse."""
    match name.replace("-", "_"):
        case "mse":
            return torch.nn.functional.mse_loss(outputs, y)
        case "bce_with_logits":
            return torch.nn.functional.binary_cross_entropy_with_logits(outputs, y)
        case "cross_entropy":
            return torch.nn.functional.cross_entropy(outputs, y)
        case "relative_mse":
            return (((y - outputs) / y.abs().clamp(min=0.05 * scale)) ** 2).mean()
    raise AssertionError(name)


def optimizer_of(optimizer: Any, parameters: Any, lr: float) -> torch.optim.Optimizer:
    """torch's optimiser of the same kind and numbers."""
    match ll.training.optimizers.optimizer(optimizer):
        case SGD(momentum, nesterov, decay):
            return torch.optim.SGD(parameters, lr, momentum, weight_decay=decay, nesterov=nesterov)
        case AdamW(betas, eps, decay):
            return torch.optim.AdamW(parameters, lr, betas, eps, decay)
        case Adam(betas, eps, decay):
            return torch.optim.Adam(parameters, lr, betas, eps, decay)
        case RMSprop(alpha, eps, momentum, centered, decay):
            return torch.optim.RMSprop(parameters, lr, alpha, eps, decay, momentum, centered)
    raise AssertionError(optimizer)


def scheduler_of(schedule: Any, optimizer: torch.optim.Optimizer, total: int) -> lr_scheduler.LRScheduler:
    """torch's scheduler for `total` epochs or steps: the schedule's own after a linear warm-up."""
    schedule = ll.training.schedules.schedule(schedule)
    w = schedule.warmup
    rate = optimizer.param_groups[0]["lr"]
    rising = lr_scheduler.LinearLR(optimizer, start_factor=1 / (w + 1), total_iters=w)
    optimizer.param_groups[0]["lr"] = rate
    match schedule:
        case StepDecay():
            main = lr_scheduler.StepLR(optimizer, schedule.every, schedule.gamma)
        case Cosine():
            main = lr_scheduler.CosineAnnealingLR(optimizer, max(total - w, 1), schedule.final * rate)
        case _:
            main = lr_scheduler.ConstantLR(optimizer, 1.0, 1)
    return lr_scheduler.SequentialLR(optimizer, [rising, main], milestones=[w]) if w else main


def train(
    net: ll.Network,
    X: Any,
    y: Any,
    *,
    loss: str,
    optimizer: Any,
    lr: float,
    epochs: int,
    batch_size: int | None = None,
    drop_last: bool = False,
    shuffle: bool = True,
    schedule: Any = "constant",
    clip_norm: float | None = None,
    clip_value: float | None = None,
    target_loss: float | None = None,
    key: tuple[int, int] = (0, 0),
    dtype: torch.dtype = torch.float64,
) -> Trained:
    """Train one network as `ll.train` says it does; `key` is that of its batch orders."""
    module = Chain(net, dtype)
    steps = optimizer_of(optimizer, module.parameters(), lr)
    inputs = torch.tensor(np.asarray(X), dtype=dtype)
    targets = torch.tensor(np.asarray(y))
    if targets.ndim == 2:
        targets = targets.to(dtype)
    scale = float(targets.abs().max())
    n = len(inputs)
    size = batch_size or n
    n_batches = n // size + (n % size > 0 and not drop_last)
    by_step = ll.training.schedules.schedule(schedule).per == "step"
    rates = scheduler_of(schedule, steps, epochs * (n_batches if by_step else 1))
    losses, stopped_at = np.full((epochs, n_batches), np.nan), -1
    taken = np.full((epochs, n_batches), np.nan)
    for epoch in range(epochs):
        shuffled = shuffle and size < n
        indices = torch.from_numpy(order(key, epoch, n)) if shuffled else torch.arange(n)
        batches = indices.split(size)[:n_batches]
        for i, batch in enumerate(batches):
            steps.zero_grad()
            value = loss_of(loss, module(inputs[batch]), targets[batch], scale)
            value.backward()
            if clip_value is not None:
                torch.nn.utils.clip_grad_value_(module.parameters(), clip_value)
            if clip_norm is not None:
                torch.nn.utils.clip_grad_norm_(module.parameters(), clip_norm)
            steps.step()
            losses[epoch, i] = value.item()
            taken[epoch, i] = steps.param_groups[0]["lr"]
            if by_step:
                rates.step()
        if not by_step:
            rates.step()
        mean = np.average(losses[epoch], weights=[len(batch) for batch in batches])
        if target_loss is not None and mean <= target_loss:
            stopped_at = epoch + 1
            break
    return Trained(
        losses.ravel(),
        [layer.weight.detach().double().numpy() for layer in module.layers],
        [layer.bias.detach().double().numpy() for layer in module.layers],
        taken.ravel(),
        stopped_at,
    )


def assert_follows(
    nets: Any,
    data: Any,
    *,
    lr: Any,
    keys: list[tuple[int, int]] | None = None,
    engine: str | None = None,
    dtype: str = "float64",
    tolerance: float = 1e-10,
    **options: Any,
) -> tuple[ll.Runs, list[Trained]]:
    """Train with `ll.train` and with the loop, and compare losses and parameters of each network.

    keys are those of the batch orders, (0, i) for network i by default. Returns the runs and what the loop made.
    """
    only_ours = {} if keys is None else {"seed": [key[0] for key in keys]}
    if engine is not None:
        only_ours["engine"] = engine
    runs = ll.train(nets, data, lr=lr, dtype=dtype, **only_ours, **options)
    oracles = []
    for i, (net, rate) in enumerate(zip(nets, np.broadcast_to(lr, len(nets)))):
        key = (0, i) if keys is None else keys[i]
        oracle = train(net, *data, lr=float(rate), key=key, dtype=getattr(torch, dtype), **options)
        assert deviation(runs.losses[i], oracle.losses) < tolerance
        trained = runs.networks[i]
        for a, b in zip((*trained.weights, *trained.biases), (*oracle.weights, *oracle.biases), strict=True):
            assert deviation(a, b) < tolerance
        oracles.append(oracle)
    return runs, oracles


def deviation(ours: np.ndarray, theirs: np.ndarray) -> float:
    """The largest difference, relative to the value or, where that is less, to 1; NaN must meet NaN."""
    ours, theirs = np.asarray(ours), np.asarray(theirs)
    assert ours.shape == theirs.shape
    with np.errstate(invalid="ignore"):
        difference = np.abs(ours - theirs) / np.maximum(1.0, np.abs(theirs))
    same = (ours == theirs) | (np.isnan(ours) & np.isnan(theirs))
    return float(np.where(same, 0.0, np.where(np.isnan(difference), np.inf, difference)).max(initial=0.0))
