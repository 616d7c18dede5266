"""How many cells a piecewise-linear network can have at most: the known bounds, as exact integers.

Every upper bound here bounds the activation regions (cells) on the whole input space, therefore on any box,
and therefore the linear regions too. Sources:

- one layer: n hyperplanes cut R^d into at most sum_{j<=d} C(n, j) regions, of them C(n - 1, d) bounded
  (Schlaefli; Zaslavsky 1975, Memoirs of the AMS 154); both are attained in general position;
- k^N patterns of N units with k pieces each;
- Montufar 2017, "Notes on the number of linear regions of deep neural networks", SampTA;
- Serra, Tjandraatmadja, Ramalingam 2018, "Bounding and counting linear regions of deep neural networks",
  ICML, Theorem 1 (ReLU only: it uses that units that are off lower the rank);
- from below, the maximum over all weights: Montufar, Pascanu, Cho, Bengio 2014, "On the number of linear
  regions of deep neural networks", NeurIPS (ReLU, no layer narrower than the input).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from math import comb, prod
from typing import Any

from ...activations import Activation, activation
from ...errors import ParameterError

__all__ = [
    "Bounds",
    "arrangement_bounded_regions",
    "arrangement_regions",
    "hardtanh_regions",
    "max_regions",
    "montufar2014_lower_bound",
    "montufar2017_bound",
    "patterns_bound",
    "serra2018_bound",
]


@dataclass(frozen=True)
class Bounds:
    """Bounds on the greatest number of cells over all weights. ``int(bounds)`` is the least upper bound."""

    upper: int  # the least of upper_bounds
    source: str  # which one that is
    upper_bounds: dict[str, int]  # name of the bound -> its value
    lower: int | None  # some weights reach at least this many; None where no bound is known to us

    def __int__(self) -> int:
        return self.upper

    @property
    def is_exact(self) -> bool:
        """Whether the maximum is known: the two sides meet."""
        return self.lower == self.upper


def max_regions(
    widths: Sequence[int], n_inputs: int, activation: str | Activation | Sequence[Any] = "relu"
) -> Bounds:
    """Return what is known of the greatest number of cells of a network.

    Parameters
    ----------
    widths : sequence of int
        Units of each hidden layer.
    n_inputs : int
    activation : str or Activation, or one for each layer, default "relu"
        Piecewise linear.

    Returns
    -------
    Bounds

    Raises
    ------
    ParameterError
        A width or n_inputs is not a whole number of at least 1, or an activation is not piecewise linear.

    Examples
    --------
    >>> int(max_regions([20], 2)), max_regions([20], 2).is_exact
    (211, True)
    >>> max_regions([3, 3], 2).upper_bounds
    {'patterns': 64, 'Montufar 2017': 49, 'Serra 2018': 40}
    >>> max_regions([5, 5, 5, 5], 2).lower
    1024
    """
    widths, n_inputs = _checked(widths, n_inputs)
    pieces, relu = _pieces(activation, len(widths))
    upper = {
        "patterns": prod(k**n for n, k in zip(widths, pieces)),
        "Montufar 2017": montufar2017_bound(widths, n_inputs, pieces),
    }
    lower = None
    if len(widths) == 1:
        upper = {"arrangement": upper["Montufar 2017"]}  # attained in general position
        lower = upper["arrangement"]
    elif relu:
        upper["Serra 2018"] = serra2018_bound(widths, n_inputs)
        if min(widths) >= n_inputs:
            lower = montufar2014_lower_bound(widths, n_inputs)
    source = min(upper, key=lambda name: (upper[name], name == "patterns"))
    return Bounds(upper[source], source, upper, lower)


def arrangement_regions(n: int, d: int, breakpoints: int = 1) -> int:
    """Return the greatest number of regions into which a layer of n units cuts R^d.

    Each unit brings `breakpoints` parallel hyperplanes, in all sum_{j<=d} C(n, j) breakpoints^j regions
    (Zaslavsky 1975): any j hyperplanes of different units meet in one flat, parallel ones never.

    Examples
    --------
    >>> [arrangement_regions(n, 2) for n in (1, 2, 3, 20)]  # n (n + 1) / 2 + 1
    [2, 4, 7, 211]
    >>> arrangement_regions(4, 2, breakpoints=2)  # hardtanh
    33
    """
    return sum(comb(n, j) * breakpoints**j for j in range(d + 1))


def arrangement_bounded_regions(n: int, d: int) -> int:
    """Return how many of the regions of n hyperplanes in general position in R^d are bounded: C(n - 1, d).

    Examples
    --------
    >>> arrangement_regions(20, 2) - arrangement_bounded_regions(20, 2)  # 2 n unbounded ones in the plane
    40
    """
    return comb(n - 1, d) if n > 0 else 0


def hardtanh_regions(n: int, d: int = 2) -> int:
    """Return the greatest number of regions of one layer of n hardtanh units: 2 n^2 + 1 in the plane.

    Examples
    --------
    >>> [hardtanh_regions(n) for n in (1, 2, 3)]
    [3, 9, 19]
    """
    return arrangement_regions(n, d, breakpoints=2)


def patterns_bound(n_units: int, pieces: int = 2) -> int:
    """Return the number of conceivable activation patterns, pieces^N: 2^N for relu, leaky_relu and abs."""
    return pieces**n_units


def montufar2017_bound(widths: Sequence[int], n_inputs: int, pieces: int | Sequence[int] = 2) -> int:
    """Return the product over layers of the most regions that one layer can cut each cell into.

    A cell enters layer l by an affine map of rank at most d_l = min(n_0, ..., n_{l-1}), so that the layer
    cuts it into at most sum_{j<=d_l} C(n_l, j) (Montufar 2017; with `pieces` linear pieces a unit, each term
    times (pieces - 1)^j, as for parallel hyperplanes).

    Examples
    --------
    >>> montufar2017_bound([5, 5], 2)
    256
    """
    counts = [pieces] * len(widths) if isinstance(pieces, int) else pieces
    total, rank = 1, n_inputs
    for n, k in zip(widths, counts):
        total *= arrangement_regions(n, rank, k - 1)
        rank = min(rank, n)
    return total


def serra2018_bound(widths: Sequence[int], n_inputs: int) -> int:
    """Return the bound of Serra et al. 2018, Theorem 1, for ReLU networks.

    The sum over all (j_1, ..., j_L) of prod C(n_l, j_l) with 0 <= j_l <= min(n_0, n_1 - j_1, ...,
    n_{l-1} - j_{l-1}, n_l), summed here layer by layer over the rank that is left.

    Examples
    --------
    >>> serra2018_bound([1, 1], 1)  # (0,0), (0,1), (1,0): the second unit bends only where the first is on
    3
    """
    widths = tuple(widths)

    @cache
    def regions(layer: int, rank: int) -> int:
        if layer == len(widths):
            return 1
        n = widths[layer]
        return sum(comb(n, j) * regions(layer + 1, min(rank, n - j)) for j in range(min(rank, n) + 1))

    return regions(0, n_inputs)


def montufar2014_lower_bound(widths: Sequence[int], n_inputs: int) -> int:
    """Return a number of linear regions that some ReLU network of these widths has.

    prod_{l<L} floor(n_l / n_0)^{n_0} * sum_{j<=n_0} C(n_L, j) (Montufar et al. 2014).

    Raises
    ------
    ParameterError
        A layer is narrower than the input: the theorem does not cover it.

    Examples
    --------
    >>> montufar2014_lower_bound([4, 4], 2)  # the first layer folds the plane 2 x 2 times onto itself
    44
    """
    if min(widths) < n_inputs:
        raise ParameterError(
            f"The widths were {list(widths)} with {n_inputs} inputs; this bound needs widths >= n_inputs."
        )
    folds = prod((n // n_inputs) ** n_inputs for n in widths[:-1])
    return folds * arrangement_regions(widths[-1], n_inputs)


def _checked(widths: Sequence[int], n_inputs: int) -> tuple[tuple[int, ...], int]:
    try:
        whole = all(int(n) == n and n >= 1 for n in (*widths, n_inputs)) and len(widths) > 0
    except (TypeError, ValueError):
        whole = False
    if not whole:
        raise ParameterError(
            f"widths were {widths!r} with {n_inputs!r} inputs; expected a list of whole numbers "
            "of at least 1 and one more such number."
        )
    return tuple(int(n) for n in widths), int(n_inputs)


def _pieces(given: str | Activation | Sequence[Any], n_layers: int) -> tuple[list[int], bool]:
    """Return the number of linear pieces of each layer's units, and whether all are ReLU."""
    specs = [given] * n_layers if isinstance(given, str | Activation) else list(given)
    if len(specs) != n_layers:
        raise ParameterError(
            f"{len(specs)} activations came with {n_layers} layers; give one, or one a layer."
        )
    activations = [activation(spec) for spec in specs]
    counts = []
    for act in activations:
        if not act.is_piecewise_linear:
            raise ParameterError(
                f"The activation {act.spec!r} is not piecewise linear, so no number of regions bounds it; "
                "use relu, leaky_relu, prelu, abs, hardtanh, step or identity."
            )
        counts.append(max(len(unit.pieces) for unit in act.units()))  # pyright: ignore[reportArgumentType]
    return counts, all(act.name == "relu" for act in activations)
