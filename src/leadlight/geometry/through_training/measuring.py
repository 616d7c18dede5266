"""`evolution`: what is measured of a network's cells at each snapshot of its training.

The snapshots are there already, of `leadlight.train` or any networks. Cost: that of `regions` for each, twice with the
decision boundary; memory: one complex at a time, unless they are kept.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import Any

from ..._progress import check_progress
from ...errors import ParameterError
from ..slices import Slice
from .evolution import Evolution
from .snapshots import snapshot_pairs
from .step_measures import DEFAULT_MEASURES, NetworkMeasures, StepMeasures

__all__ = ["evolution", "keep_of"]

_KEPT = (None, "networks", "complexes")


def evolution(
    snapshots: Any,
    domain: Any,
    *,
    run: int | None = None,
    steps: Sequence[int] | None = None,
    slice: Slice | None = None,
    measures: str | Iterable[str] = DEFAULT_MEASURES,
    small: float = 1e-6,
    certified: bool = True,
    threads: int | None = None,
    max_cells: int | None = None,
    keep: str | None = "networks",
    progress: Callable[[int, int], None] | None = None,
) -> Evolution:
    """Measure the cells of a network at each snapshot of its training.

    Parameters
    ----------
    snapshots : Runs, mapping or sequence
        What ``ll.train(..., snapshots=[0, 10, ...])`` gave, or its ``snapshots``; any mapping of a step to a
        Network; (step, Network) pairs; or Networks, see `steps`.
    domain, slice, certified, threads
        As of `regions`.
    run : int, optional
        Which run, where `snapshots` has several.
    steps : sequence of int, optional
        One for each, where `snapshots` is a sequence of Networks. Default: 0, 1, 2, ...
    measures : str or sequence of str
        Some of ``"areas"``, ``"boundary"``, ``"creases"``, ``"linear_regions"`` (the last costs most), or
        ``"all"``. With none, ``()``, cells are counted only, which is fastest.
    small : float
        Count cells of less than this part of the domain's area (`Evolution.n_small`).
    max_cells : int, optional
        Of a snapshot that has more, count the cells only. Default: what half of the free memory holds.
    keep : {"networks", "complexes", None}
        What to keep for an animation. Complexes take memory, networks the time to find the cells again.
    progress : callable, optional
        Called as ``progress(done, all)`` after each snapshot.

    Returns
    -------
    Evolution

    Raises
    ------
    DataError, ShapeError, ParameterError, UnknownNameError, ModelError
        There are no snapshots, or they do not fit one another or the domain; one sentence says which.
    KeyboardInterrupt
        On Ctrl-C, with the steps so far as its attribute ``partial``.

    Examples
    --------
    >>> import leadlight as ll
    >>> found = evolution({0: ll.mlp(1, [4], 1, seed=0), 100: ll.mlp(1, [4], 1, seed=1)}, (-2, 2))
    >>> found.n_cells.tolist()  # pieces of the graph
    [4, 4]
    """
    how = NetworkMeasures(
        domain, slice, measures, certified=certified, threads=threads, max_cells=max_cells, small=small
    )
    keep = keep_of(keep)
    pairs = snapshot_pairs(snapshots, run, steps)
    check_progress(progress, "done, all")
    rows: list[StepMeasures] = []
    try:
        for step, net in pairs:
            row = how(step, net)
            rows.append(row if keep == "complexes" else replace(row, complex=None))
            if progress is not None:
                progress(len(rows), len(pairs))
    except KeyboardInterrupt as interrupt:
        interrupt.partial = Evolution.of_rows(rows, how, keep)  # pyright: ignore[reportAttributeAccessIssue]
        raise
    return Evolution.of_rows(rows, how, keep)


def keep_of(given: Any) -> str | None:
    """Check what to keep."""
    if given not in _KEPT:
        raise ParameterError(f"keep must be 'networks', 'complexes' or None, not {given!r}.")
    return given
