"""The Lipschitz constant of a network on a domain: the greatest norm of the Jacobians of its cells.

On a convex domain this is the exact constant for the pair of norms (the segment between two points passes
through cells, and inside the steepest one the bound is reached). A network with jumps has none. Cost: linear
in the cells; the norms are computed in float64 from maps with error bounds.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..errors import ParameterError
from . import exact_cell

__all__ = ["Lipschitz", "lipschitz"]


@dataclass(frozen=True)
class Lipschitz:
    """A Lipschitz constant.

    Attributes
    ----------
    constant : float
        Infinite where the network jumps.
    cell : int
        A cell whose Jacobian has this norm, or one beside a jump.
    error : float
        How far the constant may be from the exact one; infinite where float64 gave no bound.
    norm : float
        1, 2 or inf, of inputs and outputs alike.
    """

    constant: float
    cell: int
    error: float
    norm: float


def lipschitz(cx: Any, norm: float = 2) -> Lipschitz:
    """Find the smallest L with ||f(x) - f(y)|| <= L ||x - y|| on the domain, f before an output activation.

    Parameters
    ----------
    cx : PolyhedralComplex
    norm : 1, 2 or inf
        The norm on both sides; on a slice, of the slice's coordinates.

    Examples
    --------
    >>> import leadlight as ll
    >>> net = ll.Network.from_arrays([[[3.0], [-1.0]], [[1.0, 1.0]]], [[0.0, 0.0], [0.0]])
    >>> ll.regions(net, (-1, 1)).lipschitz().constant  # slopes 3 and -1
    3.0
    """
    if norm not in (1, 2, math.inf):
        raise ParameterError(f"norm must be 1, 2 or inf, not {norm!r}.")
    norm = float(norm)
    if not cx.is_continuous:
        jump = _first_jump(cx)
        if jump is not None:
            return Lipschitz(math.inf, jump, 0.0, norm)
    A, _ = cx.affine_maps()
    steepness = _norms(A, norm)
    cell = int(np.argmax(np.where(np.isnan(steepness), np.inf, steepness)))
    slack = np.abs(cx._map_errors[:, :, 0])
    # ||A + E|| <= ||A|| + ||E||, and the 2-norm of E is at most its Frobenius norm.
    rows = slack[:, :, None] * np.ones(cx.dim)
    spread = np.sqrt((rows**2).sum(axis=(1, 2))) if norm == 2 else _norms(rows, norm)
    with np.errstate(invalid="ignore"):
        upper = float(np.max(steepness + spread)) if len(cx) else 0.0
        lower = float(np.max(steepness - spread))
    constant = float(steepness[cell])
    rounding = 2.0**-50 * constant
    return Lipschitz(constant, cell, max(upper - constant, constant - lower) + rounding, norm)


def _norms(A: np.ndarray, norm: float) -> np.ndarray:
    """The induced norm of each matrix of (n, rows, columns)."""
    if norm == 1:
        return np.abs(A).sum(axis=1).max(axis=1)
    if norm == math.inf:
        return np.abs(A).sum(axis=2).max(axis=1)
    if 1 in A.shape[1:]:
        return np.sqrt((A**2).sum(axis=(1, 2)))
    return np.linalg.norm(A, ord=2, axis=(1, 2))


def _first_jump(cx: Any) -> int | None:
    """A cell beside an edge on which the outputs of the two sides differ, or None; decided exactly."""
    between = cx.edges.interior
    pairs, ends = cx.edges.cells[between], cx.edges.vertices[between]
    maps, errors = cx._maps, cx._map_errors
    i, j = pairs.T
    apart = maps[i] - maps[j]
    bound = errors[i] + errors[j]
    for vertex in ends.T:
        at, shift = cx.vertices[vertex], cx.vertex_errors[vertex]
        terms = apart[:, :, : cx.dim] * at[:, None]
        value = terms.sum(axis=2) + apart[:, :, 2]
        reach = (np.abs(at) + shift[:, None]).sum(axis=1)
        allowed = np.abs(apart[:, :, : cx.dim]).sum(axis=2) * shift[:, None] + bound[:, :, 0] * reach[:, None]
        size = np.abs(maps[i]).max(axis=2) + np.abs(maps[j]).max(axis=2)
        allowed += bound[:, :, 1] + 2.0**-48 * size * (1.0 + reach[:, None])
        certain = np.flatnonzero((np.abs(value) > allowed).any(axis=1))
        if len(certain):
            return int(i[certain[0]])
    for pair, edge_ends in zip(pairs.tolist(), ends.tolist()):
        left, right = (exact_cell.output_forms(cx._sliced, cx._full_pattern(cell)) for cell in pair)
        for vertex in edge_ends:
            point = cx.vertex_exact(vertex)
            if any(
                exact_cell.value_at(f, point) != exact_cell.value_at(g, point) for f, g in zip(left, right)
            ):
                return pair[0]
    return None
