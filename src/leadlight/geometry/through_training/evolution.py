"""How the cells of a network change during training: a table of exact counts and lengths, one row a step.

`measuring.evolution` makes it of snapshots that are there already, `callback.RegionCallback` within a training loop.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..._notebook import table_html
from ..._table import Table
from ...errors import ParameterError
from ...network import Network
from .._arguments import STAGES
from ..domain import Domain
from ..polyhedral import PolyhedralComplex
from ..regions import regions
from ..slices import Slice
from .step_measures import NetworkMeasures, StepMeasures

__all__ = ["Evolution"]


@dataclass(frozen=True, eq=False, repr=False)
class Evolution:
    """Measures of a network's cells, step by step. Made by `evolution` and by `RegionCallback`.

    Lengths and areas are float64 and in the domain's units (on a slice: in its coordinates; on an interval areas
    are lengths, and lengths numbers of points); NaN where not measured. Counts are int64; -1 where not counted.

    Attributes
    ----------
    steps : ndarray (n,) int64
    n_cells : ndarray (n,) int64
        Activation regions.
    proven : ndarray (n,) bool
        Whether `n_cells` is proven; see `RegionCount`.
    layer_counts : ndarray (n, depth) int64
        Cells of the first 1, 2, ... hidden layers alone.
    n_linear_regions : ndarray (n,) int64
    crease_length : ndarray (n,) float64
        Total length of the edges between cells.
    crease_lengths : ndarray (n, depth) float64
        The same by the layer that makes them (coincident ones: the earliest).
    boundary_length : ndarray (n,) float64
        Of the decision boundary: the zero set of one output, the borders of the argmax of several.
    area_min, area_median, area_mean, area_max : ndarray (n,) float64
        Of the cells, from rounded vertices.
    n_small : ndarray (n,) int64
        Cells whose area is less than `small` times the domain's.
    signs : ndarray (n, 3) int64
        Signs decided by float64, by double-double and exactly.
    notes : tuple of str
        Why something is missing in a row; empty where nothing is.
    networks, complexes : tuple of (Network or None), tuple of (PolyhedralComplex or None)
        One for each step if they were kept, else empty.
    domain : Domain
    slice : Slice or None
    certified : bool
    small : float

    Examples
    --------
    >>> import numpy as np, leadlight as ll
    >>> X = np.random.default_rng(0).uniform(-1, 1, (100, 2))
    >>> data = X, X[:, :1] * X[:, 1:]
    >>> runs = ll.train(ll.mlp(2, [8], 1), data, loss="mse", lr=0.1, epochs=20, snapshots=[0, 10, 20])
    >>> found = ll.evolution(runs, [(-1, 1), (-1, 1)])
    >>> found.steps, found.crease_length.shape
    (array([ 0, 10, 20]), (3,))
    """

    steps: np.ndarray
    n_cells: np.ndarray
    proven: np.ndarray
    layer_counts: np.ndarray
    n_linear_regions: np.ndarray
    crease_length: np.ndarray
    crease_lengths: np.ndarray
    boundary_length: np.ndarray
    area_min: np.ndarray
    area_median: np.ndarray
    area_mean: np.ndarray
    area_max: np.ndarray
    n_small: np.ndarray
    signs: np.ndarray
    notes: tuple[str, ...]
    networks: tuple[Network | None, ...]
    complexes: tuple[PolyhedralComplex | None, ...]
    domain: Domain
    slice: Slice | None
    certified: bool
    small: float

    @classmethod
    def of_rows(cls, rows: Sequence[StepMeasures], how: NetworkMeasures, keep: str | None) -> Evolution:
        """Put rows together."""
        depth = next((len(row.layer_counts) for row in rows if row.layer_counts is not None), 0)

        def column(name: str, dtype: Any = np.int64) -> np.ndarray:
            return np.array([getattr(row, name) for row in rows], dtype)

        def layers(name: str, missing: Any) -> np.ndarray:
            none = np.full(depth, missing)
            found = [getattr(row, name) for row in rows]
            return np.array([none if part is None else part for part in found], none.dtype).reshape(
                len(rows), depth
            )

        return cls(
            steps=column("step"),
            n_cells=column("n_cells"),
            proven=column("proven", bool),
            layer_counts=layers("layer_counts", -1),
            n_linear_regions=column("n_linear_regions"),
            crease_length=column("crease_length", np.float64),
            crease_lengths=layers("crease_lengths", np.nan),
            boundary_length=column("boundary_length", np.float64),
            area_min=column("area_min", np.float64),
            area_median=column("area_median", np.float64),
            area_mean=column("area_mean", np.float64),
            area_max=column("area_max", np.float64),
            n_small=column("n_small"),
            signs=column("signs").reshape(-1, len(STAGES)),
            notes=tuple(row.note for row in rows),
            networks=tuple(row.network for row in rows) if keep else (),
            complexes=tuple(row.complex for row in rows) if keep == "complexes" else (),
            domain=how.domain,
            slice=how.slice,
            certified=how.certified,
            small=how.small,
        )

    def __len__(self) -> int:
        return len(self.steps)

    def __repr__(self) -> str:
        if not len(self):
            return f"Evolution(no steps on {self.domain})"
        ends = self.n_cells[[0, -1][: len(self)]].tolist()
        cells = " to ".join(f"{n:,}" if n >= 0 else "unknown" for n in ends) + " cells"
        counted = self.n_cells[self.n_cells >= 0]
        if len(counted) and (counted.min() < min(ends) or counted.max() > max(ends)):
            cells += f" ({counted.min():,} to {counted.max():,} on the way)"
        steps = f"step {self.steps[0]}"
        if len(self) > 1:
            steps = f"{len(self)} steps, {self.steps[0]} to {self.steps[-1]}"
        return f"Evolution({steps}, {cells} on {self.domain})"

    def _repr_html_(self) -> str:
        return table_html(self.table(), repr(self))

    def table(self) -> Table:
        """One row a step, and a column for each measure there is; None where a step lacks it.

        Examples
        --------
        >>> import leadlight as ll
        >>> nets = [ll.mlp(2, [3], 1, seed=seed) for seed in (0, 1)]
        >>> ll.evolution(nets, [(-1, 1), (-1, 1)], measures=()).table()["step"]
        [0, 1]
        """
        depth = self.layer_counts.shape[1]
        columns: dict[str, np.ndarray] = {"step": self.steps, "n_cells": self.n_cells, "proven": self.proven}
        if depth > 1:
            columns |= {f"cells_to_layer_{i + 1}": self.layer_counts[:, i] for i in range(depth)}
        columns |= {"n_linear_regions": self.n_linear_regions, "crease_length": self.crease_length}
        if depth > 1:
            columns |= {f"crease_length_layer_{i + 1}": self.crease_lengths[:, i] for i in range(depth)}
        for name in ("boundary_length", "area_min", "area_median", "area_mean", "area_max", "n_small"):
            columns[name] = getattr(self, name)
        for i, stage in enumerate(STAGES):
            columns[f"signs_{stage.replace('-', '_')}"] = self.signs[:, i]
        present = {name: _or_none(values) for name, values in columns.items()}
        needed = ("step", "n_cells", "proven")
        kept = {
            name: values
            for name, values in present.items()
            if name in needed or any(value is not None for value in values)
        }
        return Table({**kept, "note": list(self.notes)})

    def to_pandas(self) -> Any:
        """`table` as a `pandas.DataFrame`; pandas is not among leadlight's dependencies."""
        return self.table().to_pandas()

    def plot(self, ax: Any = None, **options: Any) -> Any:
        """Draw counts and lengths against the step; see `plots.EvolutionDisplay`."""
        from ... import plots

        return plots.EvolutionDisplay(self).plot(ax, **options)

    def animate(self, path: str | os.PathLike[str] | None = None, **options: Any) -> Any:
        """Draw the cells step by step, each pattern in its colour throughout; see `plots.animate_evolution`.

        Parameters
        ----------
        path : path-like, optional
            A .gif, .webp or .png (animated) file to write; .mp4 and others need ffmpeg.
        **options
            Of `plots.animate_evolution`.

        Returns
        -------
        matplotlib.animation.FuncAnimation
        """
        from ... import plots

        return plots.animate_evolution(self, path, **options)

    def frames(self) -> list[tuple[int, PolyhedralComplex]]:
        """Step and complex of each step whose complex is kept, or can be found again from its network.

        Raises
        ------
        ParameterError
            Neither complexes nor networks were kept.
        """
        if self.complexes:
            return [(int(step), cx) for step, cx in zip(self.steps, self.complexes) if cx is not None]
        if not self.networks:
            raise ParameterError(
                "There is nothing to draw the cells from: ask for keep='networks' or keep='complexes' first."
            )
        how: dict[str, Any] = {"slice": self.slice, "certified": self.certified}
        return [
            (int(step), regions(net, self.domain, **how))
            for step, net in zip(self.steps, self.networks)
            if net is not None
        ]


def _or_none(values: np.ndarray) -> list:
    if values.dtype == bool:
        return values.tolist()
    missing = np.isnan(values) if values.dtype.kind == "f" else values < 0
    return [None if gone else value for value, gone in zip(values.tolist(), missing.tolist())]
