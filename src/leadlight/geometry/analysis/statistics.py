"""Statistics of the cells: how large they are, how many sides they have, how steep the network is on them.

Of a complex, or of batches of cells that are added up one by one and never sit in memory together.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from ...errors import ParameterError
from .distribution import Distribution
from .gradients import count_gradients
from .lipschitz import matrix_norms

__all__ = ["RegionStatistics", "statistics"]


@dataclass(frozen=True, eq=False)
class RegionStatistics:
    """Statistics of cells. Made by `PolyhedralComplex.statistics`; those of two sets of cells add up.

    Attributes
    ----------
    dim : int
    areas : Distribution
        Of the cells' areas, lengths in one dimension.
    sides : ndarray (k,) int64
        ``sides[i]`` cells have i sides, which is the number of their corners (2 in one dimension).
    gradients : Distribution
        Of the 2-norm of the network's Jacobian on each cell (before an output activation; in slice coordinates
        on a slice).
    n_gradients : int or None
        How many different Jacobians there are, exactly; None for batches of cells.

    Examples
    --------
    >>> import leadlight as ll
    >>> found = ll.regions(ll.mlp(2, [16, 16], 1, seed=0), [(-3, 3), (-3, 3)]).statistics()
    >>> found.n_cells == int(found.sides.sum()), bool(abs(found.areas.total - 36.0) < 1e-9)
    (True, True)
    >>> counts, edges = found.areas.histogram()
    >>> int(counts.sum()) + found.areas.n_zero == found.n_cells
    True
    """

    dim: int
    areas: Distribution
    sides: np.ndarray
    gradients: Distribution
    n_gradients: int | None = None

    @classmethod
    def of(cls, cells: Any) -> RegionStatistics:
        """Of a batch of cells, without keeping their numbers.

        Parameters
        ----------
        cells : PolyhedralComplex or CellBatch
            With ``dim``, ``areas``, ``n_corners`` and ``affine_maps()``.

        Examples
        --------
        >>> import leadlight as ll
        >>> net = ll.mlp(2, [8], 1, seed=0)
        >>> left, right = (ll.regions(net, [(x, x + 1), (-1, 1)]) for x in (-1, 0))
        >>> both = RegionStatistics.of(left) + RegionStatistics.of(right)
        >>> both.n_cells == len(left) + len(right), round(both.areas.total, 9)
        (True, 4.0)
        """
        return _measured(cells, cells.affine_maps()[0], keep=False, n_gradients=None)

    @classmethod
    def empty(cls, dim: int) -> RegionStatistics:
        """Of no cells: what a sum over batches starts from."""
        return cls(dim, Distribution.empty(), np.zeros(0, np.int64), Distribution.empty())

    def __add__(self, other: RegionStatistics) -> RegionStatistics:
        if not isinstance(other, RegionStatistics):
            return NotImplemented
        if self.dim != other.dim:
            raise ParameterError("Cells in the plane and cells on an interval have no statistics together.")
        sides = np.zeros(max(len(self.sides), len(other.sides)), np.int64)
        for part in (self.sides, other.sides):
            sides[: len(part)] += part
        return RegionStatistics(self.dim, self.areas + other.areas, sides, self.gradients + other.gradients)

    @property
    def n_cells(self) -> int:
        """Number of cells."""
        return self.areas.n

    @property
    def mean_sides(self) -> float:
        """Mean number of sides of a cell; NaN if there are none."""
        return float(self.sides @ np.arange(len(self.sides)) / self.n_cells) if self.n_cells else float("nan")

    def __str__(self) -> str:
        size = "length" if self.dim == 1 else "area"
        lines = [f"{self.n_cells:,} cells", _row(size, self.areas), _row("gradient norm", self.gradients)]
        if self.dim == 2:
            lines.append(f"{'sides':<14} mean {self.mean_sides:.3f}, most {max(len(self.sides) - 1, 0)}")
        if self.n_gradients is not None:
            lines.append(f"{self.n_gradients:,} different gradients")
        return "\n".join(lines)

    def __repr__(self) -> str:
        size = "length" if self.dim == 1 else "area"
        return f"RegionStatistics({self.n_cells:,} cells, mean {size} {self.areas.mean():.3g})"

    def plot(self, axes: Any = None, **options: Any) -> Any:
        """Draw three histograms; see `plots.StatisticsDisplay`."""
        from ... import plots

        return plots.StatisticsDisplay(self).plot(axes, **options)


def statistics(cx: Any) -> RegionStatistics:
    """See `PolyhedralComplex.statistics`."""
    return _measured(cx, cx.affine_maps()[0], keep=True, n_gradients=count_gradients(cx))


def _measured(cells: Any, A: np.ndarray, keep: bool, n_gradients: int | None) -> RegionStatistics:
    return RegionStatistics(
        dim=cells.dim,
        areas=Distribution.of(cells.areas, cells.areas, keep),
        sides=np.bincount(cells.n_corners).astype(np.int64),
        gradients=Distribution.of(matrix_norms(A, 2), cells.areas, keep),
        n_gradients=n_gradients,
    )


def _row(name: str, some: Distribution) -> str:
    shown = {"min": some.minimum, "median": some.median, "mean": some.mean(), "max": some.maximum}
    return f"{name:<14} " + ", ".join(f"{what} {value:.3g}" for what, value in shown.items())
