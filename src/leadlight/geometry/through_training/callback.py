"""`RegionCallback`: the cells of a network measured within any training loop."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

import numpy as np

from ...errors import ParameterError, ShapeError
from ...network import Network
from ..slices import Slice
from .evolution import Evolution
from .measuring import keep_of
from .step_measures import DEFAULT_MEASURES, NetworkMeasures, StepMeasures

__all__ = ["RegionCallback"]


class RegionCallback:
    """Measure the cells of a network every so many steps of a training, and leave the training as it is.

    Parameters
    ----------
    domain, slice, certified, threads
        As of `regions`.
    every : int
        Measure at the steps that this divides; others cost nothing.
    measures, small
        As of `evolution`.
    max_cells : int, optional
        Beyond so many, count the cells only. Default: what half of the free memory holds.
    max_seconds : float, optional
        For one step. The cells are then counted first; what time does not allow is left out, and
        ``evolution.notes`` says so. Without it no row depends on the clock.
    keep : {"networks", "complexes", None}
        What to keep for an animation: a copy of the weights for each step, or the cells.
    log : callable, optional
        Called as ``log(name, value, step)`` for each number there is, like ``SummaryWriter.add_scalar``; names
        are ``"regions/n_cells"`` and so on, the columns of `Evolution.table`.

    Attributes
    ----------
    evolution : Evolution
        The rows so far.
    seconds : float
        Time spent here so far.

    Raises
    ------
    ParameterError, ShapeError, UnknownNameError
        At once, for an argument; at the first step (`ModelError` too), for a module that does not fit.

    Notes
    -----
    The module is read as in eval mode: dropout left out, batch norms with their running statistics. Its
    weights are copied exactly; its modes, gradients and torch's random numbers are not touched. Weights that are
    not finite make an empty row with a note.

    Examples
    --------
    >>> import torch, leadlight as ll
    >>> module = torch.nn.Sequential(torch.nn.Linear(2, 8), torch.nn.ReLU(), torch.nn.Linear(8, 1))
    >>> optimizer = torch.optim.SGD(module.parameters(), lr=0.1)
    >>> callback = ll.RegionCallback([(-1, 1), (-1, 1)], every=10)
    >>> callback(0, module)
    >>> for step in range(1, 21):
    ...     optimizer.zero_grad()
    ...     module(torch.randn(16, 2)).square().mean().backward()
    ...     optimizer.step()
    ...     callback(step, module)
    >>> callback.evolution.steps
    array([ 0, 10, 20])
    """

    def __init__(
        self,
        domain: Any,
        *,
        every: int = 1,
        slice: Slice | None = None,
        measures: str | Iterable[str] = DEFAULT_MEASURES,
        small: float = 1e-6,
        certified: bool = True,
        threads: int | None = None,
        max_cells: int | None = None,
        max_seconds: float | None = None,
        keep: str | None = None,
        log: Callable[[str, float, int], Any] | None = None,
    ) -> None:
        self._measure = NetworkMeasures(
            domain, slice, measures, certified, threads, max_cells, max_seconds, small
        )
        self._every = _number("every", every, 1)
        self._keep = keep_of(keep)
        if log is not None and not callable(log):
            raise ParameterError(f"log must be a function of (name, value, step), not {log!r}.")
        self._log = log
        self._rows: list[StepMeasures] = []
        self._layer_sizes: tuple[int, ...] | None = None
        self._calls = 0
        self.seconds = 0.0

    def __call__(self, step: int, model: Any) -> None:
        """Measure `model` if `step` is a multiple of `every`.

        Parameters
        ----------
        step : int
        model : torch.nn.Module, Network, or whatever `Network.of` takes
        """
        if _number("step", step, 0) % self._every:
            return
        start = time.perf_counter()
        net = _network_of(model)
        if net is None:
            row = StepMeasures(int(step), note="not counted: weights that are not finite")
        else:
            self._check_layers(net)
            row = self._measure(int(step), net)
        self._rows.append(
            replace(
                row,
                network=row.network if self._keep else None,
                complex=row.complex if self._keep == "complexes" else None,
            )
        )
        if self._log is not None:
            columns = Evolution.of_rows([row], self._measure, None).table()
            for name, (value,) in columns.items():
                if value is not None and name not in ("step", "proven", "note"):
                    self._log(f"regions/{name}", value, int(step))
        self.seconds += time.perf_counter() - start

    def step(self, model: Any) -> None:
        """The same where nobody counts: the first call is step 1, like the first update of the weights."""
        self._calls += 1
        self(self._calls, model)

    @property
    def evolution(self) -> Evolution:
        """The table of all steps measured so far."""
        return Evolution.of_rows(self._rows, self._measure, self._keep)

    def _check_layers(self, net: Network) -> None:
        if self._layer_sizes not in (None, net.layer_sizes):
            raise ShapeError(
                f"The model has the layers {net.layer_sizes}, the one before {self._layer_sizes}: "
                "use one RegionCallback for each."
            )
        self._layer_sizes = net.layer_sizes

    def __repr__(self) -> str:
        return (
            f"RegionCallback(every {self._every} steps, {len(self._rows)} measured on {self._measure.domain})"
        )


def _network_of(model: Any) -> Network | None:
    """The model as a network, or None where it is a torch module with weights that are not finite."""
    if "torch" in sys.modules and isinstance(model, sys.modules["torch"].nn.Module):
        from ...convert.torch_training import from_training

        return from_training(model)
    return Network.of(model)


def _number(name: str, value: Any, least: int) -> int:
    if isinstance(value, bool) or not isinstance(value, int | np.integer) or value < least:
        raise ParameterError(f"{name} must be an integer of at least {least}, not {value!r}.")
    return int(value)
