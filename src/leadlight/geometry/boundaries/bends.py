"""Where a unit's crease bends: at vertices at which earlier units change their piece.

On their two sides the unit is two different affine forms. Whether the edges that meet there lie on one line is decided
by the rounded vertices and their error bounds, and by exact arithmetic where these leave it open. Cost: linear in the
edges along the crease times the bytes of a pattern.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from ..cells.patterns import differences
from ..exact.contexts import ExactContexts, in_blocks

__all__ = ["Bend", "bends_along"]

_TOGETHER = 512  # vertices whose cells' exact forms are held at once


@dataclass(frozen=True)
class Bend:
    """A point where a crease changes its direction.

    Attributes
    ----------
    vertex : int
        Of the complex.
    units : tuple of (layer, unit)
        The units of earlier layers that change their piece there, ascending.
    """

    vertex: int
    units: tuple[tuple[int, int], ...]


def bends_along(cx: Any, layer: int, path: np.ndarray, along: np.ndarray) -> list[Bend]:
    """The bends of one part of a unit's crease: its vertices and edges in order, as of `UnitCrease`."""
    if cx.dim == 1:
        return []
    forward = cx.edges.vertices[along, 0] == path[:-1]
    cells = np.where(forward[:, None], cx.edges.cells[along], cx.edges.cells[along][:, ::-1])
    after = np.arange(0 if len(path) > 2 and path[0] == path[-1] else 1, len(along))
    before = after - 1  # the last one before the first where the path is closed
    units: dict[int, set[tuple[int, int]]] = {}
    for earlier in range(layer):
        for side in cells.T:
            changed, _, _, place = differences(cx, earlier + cx._n_slice_layers, side[before], side[after])
            for unit, i in zip(changed.tolist(), place.tolist()):
                units.setdefault(i, set()).add((earlier, unit))
    chosen = np.array(sorted(units), np.int64)
    bent = chosen[_turns(cx, path[after[chosen]], along[before[chosen]], along[after[chosen]])]
    return [Bend(int(path[after[i]]), tuple(sorted(units[i]))) for i in bent.tolist()]


def _turns(cx: Any, at: np.ndarray, before: np.ndarray, after: np.ndarray) -> np.ndarray:
    """Whether two edges that meet in a vertex lie on different lines, (m,) bool."""
    one, other = (cx.edges.vertices[edges].sum(axis=1) - at for edges in (before, after))  # their other ends
    if not cx.certified:
        (ax, ay), (bx, by) = ((cx.vertices[end] - cx.vertices[at]).T for end in (one, other))
        return ax * by != ay * bx
    turned = _surely_bent(cx, at, one, other)
    for block in in_blocks(np.flatnonzero(~turned), _TOGETHER):
        exact = ExactContexts(cx, cx.edges.cells[np.concatenate([before[block], after[block]]), 0])
        for i in block.tolist():
            lines = [exact.edge(int(cx.edges.cells[edge, 0]), int(edge)) for edge in (before[i], after[i])]
            turned[i] = not exact.core.same_line(*lines)
    return turned


def _surely_bent(cx: Any, at: np.ndarray, one: np.ndarray, other: np.ndarray) -> np.ndarray:
    """Whether two edges from a vertex are not on one line by more than the vertices' errors allow, (n,) bool."""
    (ax, ay), (bx, by) = ((cx.vertices[end] - cx.vertices[at]).T for end in (one, other))
    with np.errstate(over="ignore", invalid="ignore"):
        error_a, error_b = (
            (cx.vertex_errors[end] + cx.vertex_errors[at]) * (1 + 1e-12) for end in (one, other)
        )
        size_a, size_b = np.abs(ax) + np.abs(ay), np.abs(bx) + np.abs(by)
        # Differences, products and their difference round once each: 8 units in the last place are plenty.
        bound = size_a * error_b + size_b * error_a + 2 * error_a * error_b + 2.0**-50 * size_a * size_b
        return np.abs(ax * by - ay * bx) > bound * (1 + 1e-12) + 2.0**-1060
