"""Optimiser steps for the torch engine, in place on one flat parameter buffer, with a rate for each run.

The updates are algebraically those of torch.optim, with Adam's two bias corrections folded into the step
size and eps, which saves two passes over memory.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import torch
from torch import Tensor

from .optimizers import SGD, Adam, AdamW, Optimizer, RMSprop

__all__ = ["stepper"]


def stepper(
    optimizer: Optimizer, parameters: Tensor, gradient: Tensor, rates: float | Tensor
) -> Callable[[float], None]:
    """A function that makes one step at `factor` times the rates; it owns the optimiser's state.

    Parameters
    ----------
    parameters, gradient : Tensor of shape (p,)
        Updated in place, and read (the gradient is used as scratch space).
    rates : float or Tensor of shape (p,)
        Learning rate of all, or of each parameter.
    """
    if isinstance(optimizer, SGD):
        return _sgd(optimizer, parameters, gradient, rates)
    if isinstance(optimizer, RMSprop):
        return _rmsprop(optimizer, parameters, gradient, rates)
    return _adam(optimizer, parameters, gradient, rates)


def _sgd(optimizer: SGD, p: Tensor, g: Tensor, rates: float | Tensor) -> Callable[[float], None]:
    momentum, decay, nesterov = optimizer.momentum, optimizer.weight_decay, optimizer.nesterov
    velocity = torch.zeros_like(p) if momentum else p

    def step(factor: float) -> None:
        if decay:
            g.add_(p, alpha=decay)
        update = g
        if momentum:
            velocity.mul_(momentum).add_(g)
            update = g.add_(velocity, alpha=momentum) if nesterov else velocity
        if isinstance(rates, Tensor):
            p.addcmul_(update, rates, value=-factor)
        else:
            p.add_(update, alpha=-factor * rates)

    return step


def _adam(optimizer: Adam, p: Tensor, g: Tensor, rates: float | Tensor) -> Callable[[float], None]:
    (beta1, beta2), eps = optimizer.betas, optimizer.eps
    decoupled = optimizer.weight_decay if isinstance(optimizer, AdamW) else 0.0
    decay = 0.0 if isinstance(optimizer, AdamW) else optimizer.weight_decay
    mean, square = torch.zeros_like(p), torch.zeros_like(p)
    root = torch.empty_like(p)
    power1 = power2 = 1.0

    def step(factor: float) -> None:
        nonlocal power1, power2
        power1 *= beta1
        power2 *= beta2
        # lr/c1 mean / (sqrt(square/c2) + eps) = lr sqrt(c2)/c1 mean / (sqrt(square) + eps sqrt(c2))
        root_c2 = math.sqrt(1.0 - power2)
        size = -factor * root_c2 / (1.0 - power1)
        if decoupled and isinstance(rates, Tensor):
            p.addcmul_(p, rates, value=-factor * decoupled)
        elif decoupled:
            p.mul_(1.0 - factor * rates * decoupled)
        if decay:
            g.add_(p, alpha=decay)
        mean.lerp_(g, 1.0 - beta1)
        square.mul_(beta2).addcmul_(g, g, value=1.0 - beta2)
        torch.sqrt(square, out=root)
        root.add_(eps * root_c2)
        if isinstance(rates, Tensor):
            p.addcdiv_(torch.mul(mean, rates, out=g), root, value=size)
        else:
            p.addcdiv_(mean, root, value=rates * size)

    return step


def _rmsprop(optimizer: RMSprop, p: Tensor, g: Tensor, rates: float | Tensor) -> Callable[[float], None]:
    alpha, eps, decay = optimizer.alpha, optimizer.eps, optimizer.weight_decay
    square, root = torch.zeros_like(p), torch.empty_like(p)
    mean = torch.zeros_like(p) if optimizer.centered else None
    descend = _sgd(SGD(momentum=optimizer.momentum), p, g, rates)  # on gradients divided by their size

    def step(factor: float) -> None:
        if decay:
            g.add_(p, alpha=decay)
        square.mul_(alpha).addcmul_(g, g, value=1.0 - alpha)
        if mean is None:
            torch.sqrt(square, out=root)
        else:
            mean.lerp_(g, 1.0 - alpha)
            torch.addcmul(square, mean, mean, value=-1.0, out=root).clamp_min_(0.0).sqrt_()
        g.div_(root.add_(eps))
        descend(factor)

    return step
