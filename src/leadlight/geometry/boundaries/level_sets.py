"""Level sets and decision boundaries, exactly: the creases of one more layer.

The network is lengthened by a layer whose units bend where an output takes the value, or where two outputs
are equal; its cells are enumerated like any others, and the edges where such a unit changes sides are the
level set. So it is as exact as the complex: joined where it is joined, and every sign certified. A jump of a
network with steps that passes over the value is part of it. Cost: one more enumeration.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import sparse

from ..._machine import available_memory
from ...activations import activation
from ...errors import ParameterError, TooLargeError
from ...network import Network
from ..cells.patterns import unpack
from .candidates import candidates
from .paths import join_segments

__all__ = ["DecisionPartition", "LevelSet", "borders", "cut_at", "decision_partition", "level_set"]

_FEW = 3  # outputs all pairs of which are compared everywhere


@dataclass(frozen=True, eq=False, repr=False)
class LevelSet:
    """Where a function on the domain passes through a value, or a decision changes.

    Attributes
    ----------
    polylines : list of ndarray (k, dim) float64
        Joined at shared points; a closed one ends at the point it starts from. In one dimension each is one
        point, (1, 1). Three or more boundaries that meet in a point end there.
    labels : ndarray (n, 2) int64
        What lies on the left and on the right of each polyline: for a level set -1 (below), 0 (equal) or 1
        (above), for a decision boundary the two classes.
    """

    polylines: list[np.ndarray]
    labels: np.ndarray

    def __len__(self) -> int:
        return len(self.polylines)

    def __repr__(self) -> str:
        if len(self) and all(line.shape[1] == 1 for line in self.polylines):
            return f"LevelSet({len(self)} {'point' if len(self) == 1 else 'points'})"
        lines = "polyline" if len(self) == 1 else "polylines"
        return f"LevelSet({len(self)} {lines}, length {self.length:.6g})"

    @property
    def length(self) -> float:
        """Total length, float64; in one dimension the number of points."""
        if all(line.shape[1] == 1 for line in self.polylines):
            return float(len(self))
        with np.errstate(over="ignore"):
            return float(sum(np.hypot(*np.diff(line, axis=0).T).sum() for line in self.polylines))

    @property
    def is_closed(self) -> np.ndarray:
        """Whether each polyline comes back to its start, (n,) bool."""
        return np.array(
            [len(line) > 2 and bool((line[0] == line[-1]).all()) for line in self.polylines], bool
        )


@dataclass(frozen=True, eq=False)
class DecisionPartition:
    """The domain parted by the class that the network decides for.

    Attributes
    ----------
    complex : PolyhedralComplex
        The network's cells, cut where the decision changes (and where outputs change places that are not the
        largest, but may be on the cell).
    classes : ndarray (C,) int64
        The class decided for on each of its cells: the largest output, the first of equal ones; with one
        output 1 where it is positive and 0 elsewhere.
    boundary : LevelSet
    n_classes : int
        How many there are, also those that the network decides for nowhere on the domain: its outputs, or 2.
    """

    complex: Any
    classes: np.ndarray
    boundary: LevelSet
    n_classes: int

    def __repr__(self) -> str:
        shares = self.class_areas() / self.complex.domain.volume
        return (
            f"DecisionPartition({len(self.complex):,} cells, boundary of length {self.boundary.length:.6g}, "
            f"shares of the classes {', '.join(f'{share:.3g}' for share in shares)})"
        )

    def class_areas(self, n_classes: int | None = None) -> np.ndarray:
        """Area that each class has, (n_classes,) float64; 0 for those beyond the partition's own."""
        return np.bincount(self.classes, self.complex.areas, minlength=n_classes or self.n_classes)


def level_set(cx: Any, value: float = 0.0, output: int = 0) -> LevelSet:
    """Find where an output of the network passes through a value.

    Parameters
    ----------
    cx : PolyhedralComplex
        Of the network and the domain meant.
    value : float
        Taken as an exact number. Of the output before an output activation: 0 is probability 1/2.
    output : int

    Returns
    -------
    LevelSet
        The borders between where the output is below, equal to and above the value. What it only touches from
        one side is not part of it, and cells on which it equals the value throughout are bordered by it: see
        `preimages.preimage` for all inputs at which it takes the value.

    Examples
    --------
    >>> import leadlight as ll
    >>> net = ll.Network.from_arrays([[[1, 0], [-1, 0], [0, 1], [0, -1]], [[1, 1, 1, 1]]], [[0] * 4, [0]])
    >>> diamond = ll.regions(net, [(-2, 2), (-2, 2)]).level_set(1.0)  # |x| + |y| = 1
    >>> len(diamond), diamond.is_closed, round(diamond.length, 6)
    (1, array([ True]), 5.656854)
    """
    return borders(*cut_at(cx, value, output))


def decision_partition(cx: Any, **how: Any) -> DecisionPartition:
    """Part the domain by the class that the network decides for; see `DecisionPartition`.

    Parameters
    ----------
    cx : PolyhedralComplex
        Of the network and the domain meant.
    **how
        ``threads``, ``max_cells`` and ``progress`` of `regions`.

    Examples
    --------
    >>> import leadlight as ll
    >>> net = ll.Network.from_arrays([[[1, 0], [0, 1], [0, 0]]], [[0, 0, 0.5]])  # largest of x, y, 1/2
    >>> parts = ll.regions(net, [(0, 1), (0, 1)]).decision_partition()
    >>> parts.class_areas(), len(parts.boundary)
    (array([0.375, 0.375, 0.25 ]), 3)
    """
    k = cx.network.n_outputs
    if k == 1:
        cut = _with_layer(cx, np.ones((1, 1)), np.zeros(1), **how)
        classes = _last_layer(cut)[:, 0].astype(np.int64)
        return DecisionPartition(cut, classes, borders(cut, classes), 2)
    able = candidates(cx) if k > _FEW else np.ones((len(cx), k), bool)
    first, second = _pairs(able)
    rows = np.zeros((len(first), k))
    rows[np.arange(len(first)), first] = -1.0
    rows[np.arange(len(first)), second] = 1.0
    cut = _with_layer(cx, rows, np.zeros(len(first)), **how)
    later_wins = _last_layer(cut).astype(bool)  # output `second` is above output `first`
    parent = _parents(cx, cut)
    classes = able.argmax(axis=1)[parent]
    place = np.zeros((k, k), np.int64)
    place[first, second] = np.arange(len(first))
    for candidate in np.flatnonzero(able.any(axis=0)).tolist():
        wins = able[parent, candidate] & (classes < candidate)
        wins &= later_wins[np.arange(len(cut)), place[classes, candidate]]
        classes[wins] = candidate
    return DecisionPartition(cut, classes, borders(cut, classes), k)


def _pairs(able: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The pairs of classes, at least one, that are both candidates on one cell; the lower class first.

    Raises
    ------
    TooLargeError
        Very many.
    """
    some = sparse.csr_array(able, dtype=np.int32)
    first, second = sparse.triu(some.T @ some, 1).nonzero()
    if len(first) == 0:
        return np.array([0]), np.array([1])
    if 32 * len(first) * able.shape[1] > available_memory():
        raise TooLargeError(
            f"The decision between {able.shape[1]:,} classes is open for {len(first):,} pairs of them, more than "
            "memory holds: look at a smaller domain, or at fewer outputs."
        )
    return first, second


def _parents(cx: Any, cut: Any) -> np.ndarray:
    """The cell of a complex that each cell of one with further layers lies in, (C,) int64."""
    patterns, of_cut = cx.packed_patterns, cut.packed_patterns[:, : cx.packed_patterns.shape[1]]
    # Both are enumerated in one order, so that the parts of a cell follow one another; patterns say whether they do.
    differs = (of_cut[1:] != of_cut[:-1]).any(axis=1)
    parent = np.concatenate([[0], np.cumsum(differs)])
    if parent[-1] == len(cx) - 1 and np.array_equal(patterns[parent], of_cut):
        return parent
    name = np.unique(np.concatenate([patterns, of_cut]), axis=0, return_inverse=True)[1].reshape(-1)
    owner = np.empty(len(cx), np.int64)
    owner[name[: len(cx)]] = np.arange(len(cx))
    return owner[name[len(cx) :]]


def cut_at(cx: Any, value: float, output: int) -> tuple[Any, np.ndarray]:
    """The complex cut where an output passes through a value, and -1, 0 or 1 on its cells: below, equal, above.

    Its network's output is the one meant less the value.
    """
    n_outputs = cx.network.n_outputs
    if isinstance(output, bool) or not isinstance(output, int | np.integer) or not 0 <= output < n_outputs:
        raise ParameterError(f"There is no output {output!r}: the network has outputs 0 to {n_outputs - 1}.")
    try:
        value = float(value)
    except (TypeError, ValueError, OverflowError):
        raise ParameterError(f"The level must be a number that float64 holds, not {value!r}.") from None
    if not np.isfinite(value):
        raise ParameterError(f"The level must be a finite number, not {value!r}.")
    rows = np.zeros((2, n_outputs))
    rows[:, output] = 1.0, -1.0
    cut = _with_layer(cx, rows, np.array([-value, value]), np.array([[1.0, -1.0]]))
    above, below = _last_layer(cut).T.astype(np.int64)
    return cut, above - below


def _with_layer(
    cx: Any, rows: np.ndarray, offsets: np.ndarray, last: np.ndarray | None = None, **how: Any
) -> Any:
    """The complex of the network with its outputs as a layer, and these relu units of them as one more.

    Its one output has the weights `last` (1, units), by default 0.
    """
    from ..regions import regions

    net = cx.network
    longer = Network(
        weights=(*net.weights, rows, np.zeros((1, len(rows))) if last is None else last),
        biases=(*net.biases, offsets, np.zeros(1)),
        activations=(*net.activations, activation("identity"), activation("relu")),
        output_activation=activation("identity"),
    )
    return regions(longer, cx.domain, slice=cx.slice, certified=cx.certified, **how)


def _last_layer(cut: Any) -> np.ndarray:
    """The pieces of the last hidden layer's units on each cell, (C, units) uint8."""
    return unpack(cut, np.arange(len(cut)), len(cut._sliced.widths) - 1)


def borders(cut: Any, states: np.ndarray) -> LevelSet:
    """The edges between cells of different states, joined."""
    between = cut.edges.interior
    left, right = states[cut.edges.cells[between]].T
    kept = left != right
    ends, labels = cut.edges.vertices[between[kept]], np.stack([left[kept], right[kept]], axis=1)
    if cut.dim == 1:
        order = np.argsort(ends[:, 0])  # vertices of an interval are numbered upwards
        points = cut.vertices[ends[order, 0]]
        return LevelSet([point[None] for point in points], labels[order])
    turned = labels[:, 0] < labels[:, 1]  # the larger label on the left throughout
    ends[turned], labels[turned] = ends[turned, ::-1], labels[turned, ::-1]
    paths, segments = join_segments(ends, labels)
    first = np.array([along[0] for along in segments], np.int64)
    return LevelSet([cut.vertices[path] for path in paths], labels[first])
