"""`train`: check everything once, then hand the problem to an engine.

Cost: the engine's; the checks read the data once.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from .._progress import check_progress
from ..errors import ParameterError, ShapeError, UnknownNameError
from ..network import Network
from .engines import ENGINES, run_on
from .losses import Loss
from .losses import loss as loss_of
from .memory import check_memory, memory_needed
from .optimizers import Optimizer
from .optimizers import optimizer as optimizer_of
from .orders import run_keys
from .problem import Problem, batches_per_epoch, check_range, check_samples, source_of
from .runs import Runs
from .schedules import Constant
from .schedules import schedule as schedule_of

__all__ = ["train"]


def train(
    networks: Network | Sequence[Network],
    data: Any,
    *,
    loss: str | Loss,
    optimizer: str | Optimizer = "sgd",
    lr: float | Sequence[float] | np.ndarray,
    schedule: str | Constant = "constant",
    epochs: int,
    clip_norm: float | None = None,
    clip_value: float | None = None,
    target_loss: float | None = None,
    batch_size: int | None = None,
    drop_last: bool = False,
    shuffle: bool = True,
    dtype: str = "float32",
    engine: str = "auto",
    device: str = "auto",
    threads: int | None = None,
    seed: int | Sequence[int] = 0,
    test: Any = None,
    metrics_every: int | None = None,
    record: str = "step",
    snapshots: Sequence[int] = (),
    progress: Callable[[int, int], None] | None = None,
) -> Runs:
    """Train many networks at once, each as if alone.

    Parameters
    ----------
    networks : Network or sequence of Network
        They may differ in widths, depths and activations, not in inputs and outputs.
    data : (X, y), Dataset or epoch source
        X of shape (n, n_inputs). y: integer labels (n,) for cross_entropy, else values (n, n_outputs);
        nothing is broadcast. An epoch source has ``n_samples`` and ``epoch(k) -> (X, y)``, called for
        k = 0, 1, ... in turn, for the next epoch while this one is trained on; the optimiser's state is kept
        between epochs, training metrics are those of the epoch's own samples.
    loss : str
        "mse" (mean over samples and outputs, no factor 1/2), "relative_mse"
        (mean of ((y - p) / max(|y|, 0.05 max |y|))^2, the inner maximum over all training targets),
        "bce_with_logits", "cross_entropy" (both on the network's outputs as logits). Hyphens may stand for
        underscores. The network's output activation, if it has one, is applied before the loss.
    optimizer : str, SGD, Adam, AdamW or RMSprop
        "sgd", "adam", "adamw", "rmsprop", or one with its numbers: ``SGD(momentum=0.9)``.
    lr : float or array of shape (n_runs,)
        Learning rate, one for all or one for each.
    schedule : str, Constant, StepDecay or Cosine
        How the learning rates change with the epochs or steps, after a linear warm-up if there is one:
        "constant", "cosine", "step(every=30, gamma=0.1)", ``Cosine(final=0.01, warmup=500, per="step")``.
    epochs : int
        0 trains nothing and returns the networks as they are.
    clip_norm, clip_value : float, optional
        Limits of the gradient, as ``torch.nn.utils.clip_grad_norm_`` and ``clip_grad_value_`` set them: a run's
        whole gradient is scaled by clip_norm / (norm + 1e-6) where that is below 1, each of its entries is cut to
        [-clip_value, clip_value]. With both the entries come first. Weight decay is added afterwards.
    target_loss : float, optional
        A run stops after the first epoch whose mean loss (that of ``record="epoch"``: each batch before its
        update, weighted by its samples) is at most this. It keeps its weights of that moment, which later
        snapshots and metrics show too; later losses are NaN. `Runs.stopped_at` says when.
    batch_size : int, optional
        Default: all samples in one batch, which are then not shuffled.
    drop_last : bool
        Leave out an epoch's last batch when it is smaller than the others.
    shuffle : bool
        A new order each epoch, of each run's own (`leadlight.training.order`); False: the order given.
    dtype : str
        "float32" or "float64", of the computation.
    engine, device : str
        "auto" takes the "compiled" engine, and the "torch" engine where that is faster (wide layers) or the
        only one: ``device="cuda"``. `Runs` says which, and why.
    threads : int, optional
        Of the compiled engine, which shares the runs out among them. Default: the environment variable
        OMP_NUM_THREADS, or else all cores. Results do not depend on it.
    seed : int or sequence of int
        Of the batch orders: run i takes the key (seed, i), or (seed[i], 0).
    test : (X, y) or Dataset, optional
        Held-out samples for the metrics.
    metrics_every : int, optional
        Measure every so many epochs and after the last. Default: never; with `test`: after the last.
    record : str
        "step": the loss of each step; "epoch": its mean over each epoch.
    snapshots : sequence of int
        Keep the networks after so many epochs (0: the initial ones).
    progress : callable, optional
        Called now and then as ``progress(done_epochs, epochs)``.

    Returns
    -------
    Runs

    Raises
    ------
    ShapeError, DataError, ParameterError, UnknownNameError
        One sentence on what does not fit.
    MissingExtraError
        The torch engine is due, but torch is not installed.
    KeyboardInterrupt
        On Ctrl-C, with the runs so far as its attribute ``partial``.

    Notes
    -----
    Weights and biases are trained; the slopes of a prelu stay as they are. With a slope for each unit the torch
    engine is due.

    A run diverges at the first step whose loss is not finite or is more than 1e6 times its first loss; it
    is then stopped and reported in ``Runs.divergences``, and the others go on untouched. The same call on
    the same machine gives the same bytes. Training a subset of the networks gives the same bytes on the
    compiled engine, and the same up to rounding on torch.

    Examples
    --------
    >>> import numpy as np, leadlight as ll
    >>> x = np.linspace(-1, 1, 50)[:, None]
    >>> net = ll.mlp(1, [8], 1, seed=0)
    >>> runs = ll.train(net, (x, x**2), loss="mse", optimizer="adam", lr=0.05, epochs=200)
    >>> bool(runs.losses[0, -1] < 0.01 * runs.losses[0, 0])
    True
    """
    nets = _networks(networks)
    loss = loss_of(loss)
    n_inputs, n_outputs = nets[0].n_inputs, nets[0].n_outputs
    engine = _choice("engine", engine, ENGINES)
    device = _choice("device", device, ("auto", "cpu", "cuda"))
    dtype = _choice("dtype", dtype, ("float32", "float64"))
    record = _choice("record", record, ("step", "epoch"))
    parameters = [array.ravel() for net in nets for array in (*net.weights, *net.biases)]
    check_range(np.concatenate(parameters), dtype, "A network")  # at once: there may be thousands of them
    for name, value in (("drop_last", drop_last), ("shuffle", shuffle)):
        if not isinstance(value, bool | np.bool_):
            raise ParameterError(f"{name} must be True or False, not {value!r}.")
    epochs = _integer("epochs", epochs, 0)
    source = source_of(data, loss, n_inputs, n_outputs, dtype)
    batch = _batch_size(batch_size, source.n_samples)
    n_batches = batches_per_epoch(source.n_samples, batch, bool(drop_last))
    schedule = schedule_of(schedule)
    held_out = None if test is None else check_samples(test, loss, n_inputs, n_outputs, dtype, "test")
    check_progress(progress, "done, epochs")
    every = None if metrics_every is None else _integer("metrics_every", metrics_every, 1)
    kept = _snapshots(snapshots, epochs)
    check_memory(
        memory_needed(
            nets,
            n_steps=epochs * n_batches,
            n_metrics=epochs // every if every else 0,
            n_snapshots=len(kept),
            itemsize=4 if dtype == "float32" else 8,
        )
    )
    problem = Problem(
        networks=nets,
        source=source,
        test=held_out,
        loss=loss,
        optimizer=optimizer_of(optimizer),
        learning_rates=_learning_rates(lr, len(nets)),
        rate_factors=None if schedule == Constant() else schedule.factors(epochs, n_batches),
        clip_norm=_positive("clip_norm", clip_norm),
        clip_value=_positive("clip_value", clip_value),
        epochs=epochs,
        target_loss=_positive("target_loss", target_loss),
        batch_size=batch,
        drop_last=bool(drop_last),
        shuffle=bool(shuffle) and batch < source.n_samples,
        keys=run_keys(seed, len(nets)),
        dtype=dtype,
        device=device,
        metric_epochs=_metric_epochs(every, epochs, test is not None),
        snapshots=kept,
        record=record,
        progress=progress,
    )
    threads = None if threads is None else _integer("threads", threads, 1)
    return run_on(engine, problem, threads)


def _networks(networks: Any) -> list[Network]:
    several = isinstance(networks, Sequence | np.ndarray) and not isinstance(networks, str)
    nets: list[Any] = list(networks) if several else [networks]
    if not nets:
        raise ParameterError("train() was given no networks: give at least one.")
    for net in nets:
        if not isinstance(net, Network):
            raise ParameterError(
                f"train() takes leadlight networks, not {type(net).__name__}: convert it with ll.Network.of."
            )
    first = (nets[0].n_inputs, nets[0].n_outputs)
    for i, net in enumerate(nets):
        if (net.n_inputs, net.n_outputs) != first:
            raise ShapeError(
                f"Network {i} maps {net.n_inputs} inputs to {net.n_outputs} outputs and network 0 maps "
                f"{first[0]} to {first[1]}: train them in separate calls."
            )
    return nets


def _choice(name: str, value: Any, known: Sequence[str]) -> str:
    for choice in known:
        if isinstance(value, str | np.dtype) and value == choice:
            return choice
    raise UnknownNameError(name, str(value), known)


def _integer(name: str, value: Any, least: int) -> int:
    if isinstance(value, bool) or not isinstance(value, int | np.integer) or value < least:
        raise ParameterError(f"{name} must be an integer of at least {least}, not {value!r}.")
    return int(value)


def _positive(name: str, value: Any) -> float | None:
    if value is None:
        return None
    is_number = isinstance(value, int | float | np.integer | np.floating) and not isinstance(value, bool)
    if not is_number or not 0.0 < value < np.inf:
        raise ParameterError(f"{name} must be a finite number above 0, or None, not {value!r}.")
    return float(value)


def _batch_size(batch_size: Any, n_samples: int) -> int:
    if batch_size is None:
        return n_samples
    batch = _integer("batch_size", batch_size, 1)
    if batch > n_samples:
        raise ParameterError(
            f"batch_size is {batch}, but there are only {n_samples} samples: give at most that, or None."
        )
    return batch


def _learning_rates(lr: Any, n_runs: int) -> np.ndarray:
    try:
        given = np.asarray(lr)
    except ValueError:  # a ragged list
        given = np.empty(0, dtype=object)
    if given.dtype.kind not in "fiu":
        raise ParameterError(f"lr must be a number or one for each network, not {lr!r}.")
    rates = np.full(n_runs, float(given)) if given.ndim == 0 else given.astype(np.float64)
    if rates.shape != (n_runs,):
        raise ShapeError(
            f"lr has shape {rates.shape} for {n_runs} networks: give one number, or one for each."
        )
    if not np.isfinite(rates).all() or (rates < 0.0).any():
        bad = rates[~(np.isfinite(rates) & (rates >= 0.0))][0]
        raise ParameterError(f"A learning rate must be a finite number of at least 0, not {bad:g}.")
    return rates


def _metric_epochs(every: int | None, epochs: int, has_test: bool) -> tuple[int, ...]:
    if every is None:
        return (epochs,) if has_test else ()
    return tuple(sorted({*range(every, epochs + 1, every), epochs}))


def _snapshots(snapshots: Any, epochs: int) -> tuple[int, ...]:
    try:
        given = list(snapshots)
    except TypeError:
        raise ParameterError(f"snapshots must list epochs, as in [0, 10], not {snapshots!r}.") from None
    wanted = sorted({_integer("A snapshot's epoch", value, 0) for value in given})
    if wanted and wanted[-1] > epochs:
        raise ParameterError(
            f"A snapshot was asked for after epoch {wanted[-1]}, but there are {epochs} epochs."
        )
    return tuple(wanted)
