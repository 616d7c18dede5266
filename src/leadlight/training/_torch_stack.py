"""One stack: networks of like shape as three-way arrays, their outputs and gradients by batched products.

Each layer's weights and biases are one block (run, out, in + 1), all blocks lie in one flat buffer, and
every hidden layer carries a row of ones, so that biases and their gradients come with the products.
Narrower networks are padded with zeros and their gradients masked; runs never touch one another's slices,
so what overflows in one stays there. Backpropagation is written out. Cost a step: three products a layer
and three passes a hidden layer.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor

from ..network import Network
from ._torch_kernels import LossKernel, activation_kernel

__all__ = ["Stack"]


class _Workspace:
    """Buffers for one batch size."""

    def __init__(
        self, n_runs: int, sizes: Sequence[int], reads_z: Sequence[bool], like: Tensor, batch: int
    ) -> None:
        def empty(rows: int) -> Tensor:
            return torch.empty((n_runs, rows, batch), dtype=like.dtype, device=like.device)

        self.z = [empty(width) for width in sizes[1:]]
        self.a = [empty(width + 1) for width in sizes[1:-1]]  # the last row stays 1
        for activations in self.a:
            activations[:, -1] = 1.0
        self.units = [activations[:, :-1] for activations in self.a]
        self.gradient = [
            empty(z.shape[1]) if separate else z for z, separate in zip(self.z, reads_z, strict=True)
        ]
        self.output = empty(sizes[-1])


class Stack:
    """Networks of one depth and one choice of activations, padded to `sizes`."""

    def __init__(
        self,
        networks: Sequence[Network],
        sizes: tuple[int, ...],
        loss: LossKernel,
        dtype: torch.dtype,
        device: str,
    ) -> None:
        self.networks, self.sizes, self.loss = list(networks), sizes, loss
        first = self.networks[0]
        self.kernels = [activation_kernel(phi) for phi in first.activations]
        self.has_output_activation = first.output_activation.name != "identity"
        self.output_kernel = activation_kernel(first.output_activation)
        n_runs = len(self.networks)
        self.shapes = [(n_runs, n_out, n_in + 1) for n_in, n_out in itertools.pairwise(sizes)]
        flat, mask = self._flatten()
        self.parameters = torch.from_numpy(flat).to(device=device, dtype=dtype)
        self.mask = None if mask.all() else torch.from_numpy(mask).to(device=device, dtype=dtype)
        self.gradient = torch.zeros_like(self.parameters)
        self.W = self.blocks(self.parameters)
        self.dW = self.blocks(self.gradient)
        self.back = [block[:, :, :-1].transpose(1, 2) for block in self.W]  # (run, in, out), without biases
        self._workspaces: dict[int, _Workspace] = {}

    def _flatten(self) -> tuple[np.ndarray, np.ndarray]:
        """All parameters in one float64 array, and which of them are not padding."""
        blocks, masks = [], []
        for layer, shape in enumerate(self.shapes):
            block, mask = np.zeros(shape), np.zeros(shape)
            for run, net in enumerate(self.networks):
                n_out, n_in = net.weights[layer].shape
                block[run, :n_out, :n_in] = net.weights[layer]
                block[run, :n_out, -1] = net.biases[layer]
                mask[run, :n_out, :n_in] = 1.0
                mask[run, :n_out, -1] = 1.0
            blocks.append(block.ravel())
            masks.append(mask.ravel())
        return np.concatenate(blocks), np.concatenate(masks)

    def blocks(self, flat: Tensor) -> list[Tensor]:
        """Views of a buffer like `parameters`, one a layer: (run, out, in + 1)."""
        sizes = [a * b * c for a, b, c in self.shapes]
        return [part.view(shape) for part, shape in zip(flat.split(sizes), self.shapes, strict=True)]

    def per_parameter(self, values: np.ndarray) -> Tensor:
        """One value for each run, (n_runs,), spread over the flat buffer."""
        spread = [np.repeat(values, n_out * n_in) for _, n_out, n_in in self.shapes]
        return torch.from_numpy(np.concatenate(spread)).to(self.parameters)

    def network(self, run: int, flat: Tensor) -> Network:
        """The network of one run with parameters from a buffer like `parameters`."""
        weights, biases = [], []
        net = self.networks[run]
        for layer, block in enumerate(self.blocks(flat)):
            n_out, n_in = net.weights[layer].shape
            own = block[run].cpu().double().numpy()
            weights.append(own[:n_out, :n_in].copy())
            biases.append(own[:n_out, -1].copy())
        return net.with_parameters(weights, biases)

    def is_finite(self) -> np.ndarray:
        """Which runs have finite parameters, (n_runs,) bool."""
        finite = torch.isfinite(self.parameters)
        if bool(finite.all()):
            return np.ones(len(self.networks), dtype=bool)
        blocks = [block.flatten(1).all(1) for block in self.blocks(finite)]
        return torch.stack(blocks).all(0).cpu().numpy()

    def workspace(self, batch: int) -> _Workspace:
        """The buffers for a batch size, kept for the next call; only the two latest sizes."""
        if batch not in self._workspaces:
            while len(self._workspaces) > 2:
                del self._workspaces[next(iter(self._workspaces))]
            reads_z = [kernel.reads_z for kernel in self.kernels] + [True]
            self._workspaces[batch] = _Workspace(
                len(self.networks), self.sizes, reads_z, self.parameters, batch
            )
        return self._workspaces[batch]

    def forward(self, X: Tensor) -> Tensor:
        """Outputs (run, output, sample) for X, (input + 1, sample) for all or (run, input + 1, sample).

        X ends in a row of ones. The result lies in a buffer that the next call overwrites.
        """
        work = self.workspace(X.shape[-1])
        z = work.z[0]
        if X.ndim == 2:
            torch.mm(self.W[0].flatten(0, 1), X, out=z.flatten(0, 1))
        else:
            torch.bmm(self.W[0], X, out=z)
        for layer, kernel in enumerate(self.kernels):
            kernel.forward(z, work.units[layer])
            z = work.z[layer + 1]
            torch.bmm(self.W[layer + 1], work.a[layer], out=z)
        if self.has_output_activation:
            self.output_kernel.forward(z, work.output)
            return work.output
        return z

    def value_and_gradient(self, X: Tensor, rows: Tensor, value: Tensor) -> None:
        """Write each run's mean loss on a batch to `value` (run,), and the gradient to `self.gradient`."""
        outputs = self.forward(X)
        work = self.workspace(X.shape[-1])
        last = len(self.kernels)
        grad = work.gradient[last]
        self.loss.value_and_gradient(outputs, rows, grad, value)
        if self.has_output_activation:
            self.output_kernel.backward(grad, work.z[last], outputs)
        for layer in range(last, 0, -1):
            torch.bmm(grad, work.a[layer - 1].transpose(1, 2), out=self.dW[layer])
            below = work.gradient[layer - 1]
            if grad.shape[1] == 1:  # an outer product: one pass instead of a batched call
                torch.mul(self.back[layer], grad, out=below)
            else:
                torch.bmm(self.back[layer], grad, out=below)
            self.kernels[layer - 1].backward(below, work.z[layer - 1], work.units[layer - 1])
            grad = below
        if X.ndim == 2:
            torch.mm(grad.flatten(0, 1), X.t(), out=self.dW[0].flatten(0, 1))
        else:
            torch.bmm(grad, X.transpose(1, 2), out=self.dW[0])
        if self.mask is not None:
            self.gradient.mul_(self.mask)

    def clip_gradient(self, value: float | None, norm: float | None) -> None:
        """Cut the gradient's entries to [-value, value], then scale each run's to at most about the norm."""
        if value is not None:
            self.gradient.clamp_(-value, value)
        if norm is not None:
            norms = [torch.linalg.vector_norm(block, dim=(1, 2), dtype=torch.float64) for block in self.dW]
            share = (norm / (torch.stack(norms).norm(dim=0) + 1e-6)).clamp_max_(1.0).to(self.gradient.dtype)
            for block in self.dW:
                block.mul_(share[:, None, None])
