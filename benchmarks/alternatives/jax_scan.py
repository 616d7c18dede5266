"""JAX: one compiled function for each shape of network, `jit(vmap(scan))` over its runs and all their steps.

Samples are columns and weights (out, in), so that what XLA vectorises is the samples; a batch is gathered as
rows; labels are one-hot (the gradient of a lookup is a scatter); a run alone in its shape goes without vmap.
Each was the faster way on these workloads; unrolling the scan was not. Compiled ahead of time, so that
compiling can be timed apart.
"""

from __future__ import annotations

import time
from collections import defaultdict
from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from workloads import Workload

__all__ = ["JaxScan"]

ACTIVATIONS = {"relu": jax.nn.relu, "sigmoid": jax.nn.sigmoid}


def mean_loss(params: Any, x: jax.Array, y: jax.Array, activation: str, loss: str) -> jax.Array:
    """Of x (inputs, samples) and y (outputs, samples), labels one-hot."""
    for W, b in params[:-1]:
        x = ACTIVATIONS[activation](W @ x + b)
    W, b = params[-1]
    p = W @ x + b
    if loss == "mse":
        return jnp.mean((p - y) ** 2)
    if loss == "bce_with_logits":
        return jnp.mean(jax.nn.softplus(p) - p * y)
    return jnp.mean(jax.nn.logsumexp(p, axis=0) - jnp.sum(p * y, axis=0))


def sgd(params: Any, moments: Any, gradient: Any, rate: jax.Array, correction: Any) -> tuple[Any, Any]:
    return jax.tree.map(lambda p, g: p - rate * g, params, gradient), moments


def adam(params: Any, moments: Any, gradient: Any, rate: jax.Array, correction: Any) -> tuple[Any, Any]:
    """torch.optim.Adam's update with its defaults."""
    size, root = correction
    first = jax.tree.map(lambda m, g: 0.9 * m + 0.1 * g, moments[0], gradient)
    second = jax.tree.map(lambda v, g: 0.999 * v + 0.001 * g * g, moments[1], gradient)
    params = jax.tree.map(
        lambda p, m, v: p - rate * size * m / (jnp.sqrt(v) * root + 1e-8), params, first, second
    )
    return params, (first, second)


def corrections(n_steps: int) -> tuple[jax.Array, jax.Array]:
    """Adam's bias corrections of every step, from float64: 1 - 0.999^t has lost four digits in float32."""
    t = np.arange(1, n_steps + 1)
    return jnp.asarray(1 / (1 - 0.9**t), jnp.float32), jnp.asarray(1 / np.sqrt(1 - 0.999**t), jnp.float32)


def train(
    params: Any, rate: jax.Array, batches: jax.Array | None, X: jax.Array, y: jax.Array, work: Workload
) -> tuple[Any, jax.Array]:
    """All steps of one run: its parameters and the loss before each step."""
    activation = work.nets[0].activations[0].name if work.nets[0].activations else "none"
    update = {"sgd": sgd, "adam": adam}[work.optimizer]
    whole = (X.T, y.T)

    def step(state: Any, given: Any) -> tuple[Any, jax.Array]:
        index, correction = given
        params, moments = state
        x, targets = whole if index is None else (X[index].T, y[index].T)
        value, gradient = jax.value_and_grad(mean_loss)(params, x, targets, activation, work.loss)
        return update(params, moments, gradient, rate, correction), value

    zeros = jax.tree.map(jnp.zeros_like, params)
    moments, correction = None, None
    if work.optimizer == "adam":
        moments, correction = (zeros, zeros), corrections(work.steps_per_run)
    (params, _), losses = jax.lax.scan(
        step, (params, moments), (batches, correction), length=work.steps_per_run
    )
    return params, losses


class JaxScan:
    name = "JAX jit(vmap(scan))"
    version = f"jax {jax.__version__}"
    in_parts = False
    losses_of = "step"
    tolerance = 1e-5

    def __init__(self, work: Workload) -> None:
        self.work = work
        y = np.arange(work.nets[0].n_outputs) == work.y[:, None] if work.loss == "cross_entropy" else work.y
        samples = jnp.asarray(work.X, jnp.float32), jnp.asarray(y, jnp.float32)
        shapes = defaultdict(list)
        for run, net in enumerate(work.nets):
            shapes[tuple(net.layer_sizes)].append(run)
        self.compile_seconds = 0.0
        self.groups = [(runs, *self.compile(runs, samples)) for runs in shapes.values()]

    def compile(self, runs: list[int], samples: tuple[jax.Array, jax.Array]) -> tuple[Any, Any]:
        """The function for runs of one shape, and its arguments."""
        work = self.work
        nets = [work.nets[run] for run in runs]
        params = [
            (
                jnp.asarray(np.stack([net.weights[layer] for net in nets]), jnp.float32),
                jnp.asarray(np.stack([net.biases[layer] for net in nets]), jnp.float32)[:, :, None],
            )
            for layer in range(len(nets[0].weights))
        ]
        rates = jnp.asarray(work.rates[runs], jnp.float32)
        batches = None
        if work.batch_size:
            batches = jnp.asarray(work.batches[runs].reshape(len(runs), work.steps_per_run, work.batch_size))
        own = (params, rates, batches)
        function = partial(train, work=work)
        if len(runs) == 1:
            own = jax.tree.map(lambda array: array[0], own)
        else:
            function = jax.vmap(function, in_axes=(0, 0, 0, None, None))
        started = time.perf_counter()
        compiled = jax.jit(function).lower(*own, *samples).compile()
        self.compile_seconds += time.perf_counter() - started
        return compiled, (*own, *samples)

    def measure(self, budget: float) -> float:
        started = time.perf_counter()
        results = [(runs, compiled(*arguments)) for runs, compiled, arguments in self.groups]
        jax.block_until_ready(results)
        seconds = time.perf_counter() - started
        self.losses = np.empty((len(self.work.nets), self.work.steps_per_run))
        for runs, (_, losses) in results:
            self.losses[runs] = np.asarray(losses).reshape(len(runs), -1)
        return seconds
