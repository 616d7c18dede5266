"""How a positive number is distributed over the cells: sums, extremes and a logarithmic histogram that merges.

Bins are fixed, eight to each doubling, so that the histograms of two sets of cells add up to that of both: a
stream of cells keeps some kilobytes whatever their number. Quantiles of kept values are exact, those of bins
within 9 %. Cost: linear in the cells.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from ...errors import ParameterError

__all__ = ["Distribution"]

PER_DOUBLING = 8
_STEPS = 2.0 ** (np.arange(PER_DOUBLING) / PER_DOUBLING)


@dataclass(frozen=True, eq=False)
class Distribution:
    """A number of at least 0 that each cell has, counted by cell and weighted by area.

    Attributes
    ----------
    n : int
        Number of cells.
    n_zero : int
        Cells where it is 0 (an area: below the rounding of float64). They are in no bin.
    minimum, maximum : float
        NaN if there are no cells.
    total, spread : float
        Its sum over the cells, and that of its squared distances from the mean.
    weight, weighted_total : float
        The sum of the cells' areas, and of area times number.
    zero_weight : float
        The area of the cells where it is 0.
    first_bin : int
        Bin k goes from 2^(k / 8) to 2^((k + 1) / 8).
    bin_counts, bin_weights : ndarray (bins,) int64, float64
        Cells in each bin from the first on, and their area.
    values, weights : ndarray (n,) float64, or None
        The numbers themselves, ascending, and their cells' areas, where they were kept.
    """

    n: int
    n_zero: int
    minimum: float
    maximum: float
    total: float
    spread: float
    weight: float
    weighted_total: float
    zero_weight: float
    first_bin: int
    bin_counts: np.ndarray
    bin_weights: np.ndarray
    values: np.ndarray | None = None
    weights: np.ndarray | None = None

    def __repr__(self) -> str:
        if self.n == 0:
            return "Distribution(no cells)"
        return f"Distribution({self.n:,} cells, {self.minimum:.6g} to {self.maximum:.6g}, mean {self.mean():.6g})"

    @classmethod
    def of(cls, values: np.ndarray, weights: np.ndarray, keep: bool = False) -> Distribution:
        """Of the numbers of some cells, (n,) float64, and their areas, (n,) float64.

        Examples
        --------
        >>> import numpy as np
        >>> some = Distribution.of(np.array([0.0, 1.0, 1.5, 4.0]), np.array([1.0, 1.0, 2.0, 4.0]))
        >>> some.mean(), some.mean(by="area"), some.n_zero
        (1.625, 2.5, 1)
        >>> counts, edges = some.histogram()
        >>> counts.tolist(), edges.tolist()
        ([2, 0, 1], [1.0, 2.0, 4.0, 8.0])
        """
        positive = values > 0.0
        index = _bins(values[positive])
        first = int(index.min()) if len(index) else 0
        order = np.argsort(values, kind="stable") if keep else None
        with np.errstate(over="ignore", invalid="ignore"):
            return cls(
                n=len(values),
                n_zero=len(values) - len(index),
                minimum=float(values.min()) if len(values) else math.nan,
                maximum=float(values.max()) if len(values) else math.nan,
                total=float(values.sum()),
                spread=float(((values - values.mean()) ** 2).sum()) if len(values) else 0.0,
                weight=float(weights.sum()),
                weighted_total=float(np.where(weights > 0.0, weights * values, 0.0).sum()),
                zero_weight=float(weights[~positive].sum()),
                first_bin=first,
                bin_counts=np.bincount(index - first).astype(np.int64),
                bin_weights=np.bincount(index - first, weights[positive]),
                values=None if order is None else values[order],
                weights=None if order is None else weights[order],
            )

    @classmethod
    def empty(cls) -> Distribution:
        """Of no cells."""
        return cls.of(np.empty(0), np.empty(0))

    def __add__(self, other: Distribution) -> Distribution:
        """Of the cells of both together; the values themselves are not kept."""
        if self.n == 0 or other.n == 0:
            return other if self.n == 0 else self
        # Of two means (Chan, Golub and LeVeque 1983): nothing cancels, as it would between sums of squares.
        apart = self.mean() - other.mean()
        between = apart * apart * (self.n * other.n / (self.n + other.n))
        parts = [part for part in (self, other) if len(part.bin_counts)]
        first = min((part.first_bin for part in parts), default=0)
        n_bins = max((part.first_bin + len(part.bin_counts) for part in parts), default=0) - first
        counts, weights = np.zeros(n_bins, np.int64), np.zeros(n_bins)
        for part in parts:
            place = slice(part.first_bin - first, part.first_bin - first + len(part.bin_counts))
            counts[place] += part.bin_counts
            weights[place] += part.bin_weights
        return Distribution(
            n=self.n + other.n,
            n_zero=self.n_zero + other.n_zero,
            minimum=min(self.minimum, other.minimum),
            maximum=max(self.maximum, other.maximum),
            total=self.total + other.total,
            spread=self.spread + other.spread + between,
            weight=self.weight + other.weight,
            weighted_total=self.weighted_total + other.weighted_total,
            zero_weight=self.zero_weight + other.zero_weight,
            first_bin=first,
            bin_counts=counts,
            bin_weights=weights,
        )

    def mean(self, by: str = "cell") -> float:
        """The mean over the cells, or over the domain's area (``by="area"``); NaN if there are none."""
        total, weight = (self.total, self.n) if _by_cell(by) else (self.weighted_total, self.weight)
        return total / weight if weight else math.nan

    @property
    def std(self) -> float:
        """The standard deviation over the cells."""
        if self.n == 0:
            return math.nan
        return math.sqrt(self.spread / self.n)

    @property
    def median(self) -> float:
        """The median over the cells; see `quantile`."""
        return float(self.quantile(0.5))

    def quantile(self, q: float | np.ndarray, by: str = "cell") -> np.ndarray:
        """The smallest number that a share q of the cells, or of the area, does not exceed.

        Parameters
        ----------
        q : float or array_like
            In [0, 1].
        by : {"cell", "area"}

        Returns
        -------
        ndarray float64
            Of the shape of q. Exact where values were kept; else from the bins, at most 9 % off.
        """
        share = np.asarray(q, dtype=np.float64)
        if not ((share >= 0.0) & (share <= 1.0)).all():
            raise ParameterError(f"A quantile's share was {q!r}; expected numbers from 0 to 1.")
        if self.n == 0:
            return np.full(share.shape, math.nan)
        by_cell = _by_cell(by)
        if self.values is not None and self.weights is not None:
            mass, numbers = np.ones(self.n) if by_cell else self.weights, self.values
        else:
            middle = 2.0 ** ((self.first_bin + np.arange(len(self.bin_counts)) + 0.5) / PER_DOUBLING)
            numbers = np.concatenate([[0.0], middle]).clip(self.minimum, self.maximum)
            zero = self.n_zero if by_cell else self.zero_weight
            mass = np.concatenate([[zero], self.bin_counts if by_cell else self.bin_weights])
        below = np.cumsum(mass)
        place = np.searchsorted(below, share * below[-1], side="left")
        inner = numbers[np.minimum(place, len(numbers) - 1)]
        return np.where(share == 0.0, self.minimum, np.where(share == 1.0, self.maximum, inner))

    def histogram(self, per_doubling: int = 1, by: str = "cell") -> tuple[np.ndarray, np.ndarray]:
        """Cells, or their area, in logarithmic bins; those where the number is 0 are left out.

        Parameters
        ----------
        per_doubling : {1, 2, 4, 8}
            Bins to each doubling.
        by : {"cell", "area"}

        Returns
        -------
        counts : ndarray (bins,) int64; float64 by area
        edges : ndarray (bins + 1,) float64
            Powers of 2^(1 / per_doubling); a bin holds its lower edge.
        """
        if per_doubling not in (1, 2, 4, 8):
            raise ParameterError(f"per_doubling was {per_doubling!r}; expected 1, 2, 4 or 8.")
        mass = self.bin_counts if _by_cell(by) else self.bin_weights
        width = PER_DOUBLING // per_doubling
        first, last = self.first_bin // width, -(-(self.first_bin + len(mass)) // width)
        padded = np.zeros((last - first) * width, mass.dtype)
        padded[self.first_bin - first * width :][: len(mass)] = mass
        with np.errstate(over="ignore"):
            edges = _edges(np.arange(first, last + 1) * width)
        return padded.reshape(-1, width).sum(axis=1), edges


def _bins(positive: np.ndarray) -> np.ndarray:
    """The bin of each positive number, (n,) int64; infinity is in the last."""
    mantissa, exponent = np.frexp(np.minimum(positive, np.finfo(np.float64).max))
    step = np.searchsorted(_STEPS, 2.0 * mantissa, side="right") - 1
    return PER_DOUBLING * (exponent.astype(np.int64) - 1) + step


def _edges(bins: np.ndarray) -> np.ndarray:
    return np.ldexp(_STEPS[bins % PER_DOUBLING], bins // PER_DOUBLING)


def _by_cell(by: str) -> bool:
    if by not in ("cell", "area"):
        raise ParameterError(f"by was {by!r}; expected 'cell' or 'area'.")
    return by == "cell"
