"""Activations and losses for the torch engine: forward, and the backward pass written by hand.

Backward kernels work in place on the gradient and read the activation's output where that is enough, so a
hidden layer costs three passes over memory. Each is tested against `leadlight.activations`,
`leadlight.training.losses` and torch's autograd. Arrays are (run, unit, sample).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from ..activations import Activation
from .losses import RELATIVE_FLOOR

__all__ = ["LOSS_KERNELS", "ActivationKernel", "LossKernel", "activation_kernel"]

# Above 40 softplus(z) equals z in float64; torch's own default of 20 is off by 2e-9 there.
SOFTPLUS_THRESHOLD = 40.0

_aten = torch.ops.aten


@dataclass(frozen=True)
class ActivationKernel:
    """forward(z, out) writes phi(z); backward(grad, z, a) multiplies grad by phi'(z) in place."""

    forward: Callable[[Tensor, Tensor], object]
    backward: Callable[[Tensor, Tensor, Tensor], object]
    reads_z: bool = False  # backward needs the preactivations; otherwise grad may overwrite them


def activation_kernel(phi: Activation) -> ActivationKernel:
    """The kernel of one activation."""
    return _ACTIVATIONS[phi.name](*phi.parameters)


def _nothing(g: Tensor, z: Tensor, a: Tensor) -> None:
    pass


def _prelu(slopes: tuple[float, ...]) -> ActivationKernel:
    """With slopes that stay as they are: one for all, or a column of one for each unit."""
    column = torch.tensor(slopes if len(slopes) == 1 else [[slope] for slope in slopes], dtype=torch.float64)

    def forward(z: Tensor, out: Tensor) -> None:
        nonlocal column
        column = column.to(z)  # copied once
        torch.mul(z, column, out=out)
        out.copy_(torch.where(z > 0.0, z, out))

    def backward(g: Tensor, z: Tensor, a: Tensor) -> None:
        g.copy_(torch.where(z > 0.0, g, g * column))

    return ActivationKernel(forward, backward, reads_z=True)


_ACTIVATIONS: dict[str, Callable[..., ActivationKernel]] = {
    "identity": lambda: ActivationKernel(lambda z, out: out.copy_(z), _nothing),
    "relu": lambda: ActivationKernel(
        lambda z, out: torch.clamp_min(z, 0.0, out=out),
        lambda g, z, a: _aten.threshold_backward.grad_input(g, a, 0.0, grad_input=g),
    ),
    "leaky_relu": lambda slope: ActivationKernel(
        lambda z, out: _aten.leaky_relu.out(z, slope, out=out),
        lambda g, z, a: _aten.leaky_relu_backward.grad_input(g, z, slope, False, grad_input=g),
        reads_z=True,
    ),
    "prelu": lambda *slopes: _prelu(slopes),
    "abs": lambda: ActivationKernel(
        lambda z, out: torch.abs(z, out=out),
        lambda g, z, a: g.mul_(z.sign_()),  # z is not needed after this
        reads_z=True,
    ),
    "sigmoid": lambda: ActivationKernel(
        lambda z, out: torch.sigmoid(z, out=out),
        lambda g, z, a: _aten.sigmoid_backward.grad_input(g, a, grad_input=g),
    ),
    "tanh": lambda: ActivationKernel(
        lambda z, out: torch.tanh(z, out=out),
        lambda g, z, a: _aten.tanh_backward.grad_input(g, a, grad_input=g),
    ),
    "hardtanh": lambda low=-1.0, high=1.0: ActivationKernel(
        lambda z, out: _aten.hardtanh.out(z, low, high, out=out),
        lambda g, z, a: _aten.hardtanh_backward.grad_input(g, a, low, high, grad_input=g),
    ),
    "softplus": lambda: ActivationKernel(
        lambda z, out: _aten.softplus.out(z, 1.0, SOFTPLUS_THRESHOLD, out=out),
        lambda g, z, a: _aten.softplus_backward.grad_input(g, z, 1.0, SOFTPLUS_THRESHOLD, grad_input=g),
        reads_z=True,
    ),
    "gelu": lambda: ActivationKernel(
        lambda z, out: _aten.gelu.out(z, out=out),
        lambda g, z, a: _aten.gelu_backward.grad_input(g, z, approximate="none", grad_input=g),
        reads_z=True,
    ),
    "elu": lambda alpha: ActivationKernel(
        lambda z, out: _aten.elu.out(z, alpha, 1.0, 1.0, out=out),
        lambda g, z, a: _aten.elu_backward.grad_input(g, alpha, 1.0, 1.0, False, z, grad_input=g),
        reads_z=True,
    ),
    "step": lambda: ActivationKernel(lambda z, out: out.copy_(z > 0.0), lambda g, z, a: g.zero_()),
}


@dataclass(frozen=True)
class LossKernel:
    """A loss on outputs p (run, output, sample), with targets as rows of a table.

    rows(y, n_outputs, scale) -> float64 (k * n_outputs, n): what the loss reads of each sample.
    value_and_gradient(p, rows, grad, value): the mean loss of each run to value (run,), its gradient to grad.
    correct(p, rows): which answers are right, (run, ..., sample) bool.
    """

    rows: Callable[[np.ndarray, int, float], np.ndarray]
    value_and_gradient: Callable[[Tensor, Tensor, Tensor, Tensor], None]
    correct: Callable[[Tensor, Tensor], Tensor] | None = None


def _mse(p: Tensor, y: Tensor, grad: Tensor, value: Tensor) -> None:
    torch.sub(p, y, out=grad)
    torch.mean(grad * grad, (1, 2), out=value)
    grad.mul_(2.0 / (p.shape[1] * p.shape[2]))


def _relative_mse(p: Tensor, rows: Tensor, grad: Tensor, value: Tensor) -> None:
    y, inverse = rows.chunk(2, 1)
    torch.sub(p, y, out=grad)
    grad.mul_(inverse)
    torch.mean(grad * grad, (1, 2), out=value)
    grad.mul_(inverse).mul_(2.0 / (p.shape[1] * p.shape[2]))


def _relative_rows(y: np.ndarray, n_outputs: int, scale: float) -> np.ndarray:
    return np.concatenate([y, 1.0 / np.maximum(np.abs(y), RELATIVE_FLOOR * scale)], axis=1).T


def _bce(p: Tensor, y: Tensor, grad: Tensor, value: Tensor) -> None:
    # log(1 + e^p) - p y = log(1 + e^-|p|) + (max(p, 0) - p y): for y of 0 or 1 the bracket cancels exactly
    tail = _aten.softplus.default(torch.abs(p).neg_(), 1.0, SOFTPLUS_THRESHOLD)
    torch.mul(p, y, out=grad)
    tail.sub_(grad).add_(torch.clamp_min(p, 0.0, out=grad))
    torch.mean(tail, (1, 2), out=value)
    torch.sigmoid(p, out=grad)
    grad.sub_(y).mul_(1.0 / (p.shape[1] * p.shape[2]))


def _cross_entropy(p: Tensor, onehot: Tensor, grad: Tensor, value: Tensor) -> None:
    log_p = torch.log_softmax(p, 1)
    torch.sum(torch.mul(log_p, onehot, out=grad), (1, 2), out=value)
    value.mul_(-1.0 / p.shape[2])
    torch.exp(log_p, out=grad)
    grad.sub_(onehot).mul_(1.0 / p.shape[2])


def _onehot(y: np.ndarray, n_outputs: int, scale: float) -> np.ndarray:
    return (np.arange(n_outputs)[:, None] == y).astype(np.float64)


def _values(y: np.ndarray, n_outputs: int, scale: float) -> np.ndarray:
    return y.T


LOSS_KERNELS: dict[str, LossKernel] = {
    "mse": LossKernel(_values, _mse),
    "relative_mse": LossKernel(_relative_rows, _relative_mse),
    "bce_with_logits": LossKernel(_values, _bce, lambda p, y: (p > 0.0) == (y > 0.5)),
    "cross_entropy": LossKernel(_onehot, _cross_entropy, lambda p, y: p.argmax(1) == y.argmax(1)),
}
