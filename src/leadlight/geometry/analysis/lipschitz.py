"""The Lipschitz constant of a network on a domain: the greatest norm of the Jacobians of its cells.

On a convex domain this is the exact constant for the pair of norms (the segment between two points passes
through cells, and inside the steepest one the bound is reached). A network with steps has none where it jumps, be it
on a crease or on the domain's border alone. Cost: linear in the cells; the norms are computed in float64 from maps
with error bounds.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from ...errors import ParameterError
from ..exact import cell_forms
from .step_values import face, values_on_faces

__all__ = ["Lipschitz", "lipschitz", "matrix_norms"]


@dataclass(frozen=True)
class Lipschitz:
    """A Lipschitz constant.

    Attributes
    ----------
    constant : float
        Infinite where the network jumps, or where it is beyond the range of float64.
    cell : int
        A cell whose Jacobian has this norm, or one beside a jump.
    error : float
        How far the constant may be from the exact one; infinite where float64 gave no bound, or the complex is
        not certified.
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

    Returns
    -------
    Lipschitz

    Raises
    ------
    ParameterError
        Another norm.

    Examples
    --------
    >>> import leadlight as ll
    >>> net = ll.Network.from_arrays([[[3.0], [-1.0]], [[1.0, 1.0]]], [[0.0, 0.0], [0.0]])
    >>> ll.regions(net, (-1, 1)).lipschitz().constant  # slopes 3 and -1
    3.0
    """
    if (
        isinstance(norm, bool)
        or not isinstance(norm, int | float | np.number)
        or norm not in (1, 2, math.inf)
    ):
        raise ParameterError(f"norm must be 1, 2 or inf, not {norm!r}.")
    norm = float(norm)
    if not cx.is_continuous:
        jump = _first_jump(cx)
        if jump is not None:
            return Lipschitz(math.inf, jump, 0.0, norm)
    A, slack = cx.affine_maps()[0], cx._details.map_errors[:, :, 0]
    steepness = matrix_norms(A, norm)
    # ||A + E|| <= ||A|| + ||E||, and the 2-norm of E is at most its Frobenius norm.
    spread = matrix_norms(
        (slack[:, :, None] * np.ones(cx.dim)).reshape(len(cx), *((1, -1) if norm == 2 else A.shape[1:])), norm
    )
    cell = int(np.argmax(steepness))
    constant = float(steepness[cell])
    if (
        constant == math.inf or not cx.certified
    ):  # of a number that float64 cannot hold, or of floats at their word
        return Lipschitz(constant, cell, math.inf, norm)
    upper, lower = float((steepness + spread).max()), float((steepness - spread).max())
    # A sum of one term for each output rounds by at most so many units in the last place, a root by fewer.
    rounding = 2.0**-52 * (cx.network.n_outputs + 8) * constant + 2.0**-1074
    return Lipschitz(constant, cell, max(upper - constant, constant - lower) + rounding, norm)


def matrix_norms(A: np.ndarray, norm: float) -> np.ndarray:
    """The induced norm of each matrix of (n, rows, columns), (n,) float64; infinite where an entry is not finite.

    For the 2-norm there is one row, or one or two columns.

    Scaled, so that no square leaves the range.
    """
    with np.errstate(over="ignore"):
        if norm == 1:
            return np.abs(A).sum(axis=1).max(axis=1)
        if norm == math.inf:
            return np.abs(A).sum(axis=2).max(axis=1)
        size = np.abs(A).max(axis=(1, 2))
        scale = np.where((size > 0.0) & (size < np.inf), size, 1.0)
        scaled = np.where((size < np.inf)[:, None, None], A, 0.0) / scale[:, None, None]
        if 1 in A.shape[1:]:
            norms = np.sqrt((scaled**2).sum(axis=(1, 2)))
        else:
            # The greater eigenvalue of the 2 x 2 matrix A^T A: as exact as the entries, nothing cancels.
            p, q = (scaled**2).sum(axis=1).T
            r = (scaled[:, :, 0] * scaled[:, :, 1]).sum(axis=1)
            norms = np.sqrt((p + q) / 2.0 + np.hypot((p - q) / 2.0, r))
        return np.where(size < np.inf, norms * scale, np.inf)


def _first_jump(cx: Any) -> int | None:
    """A cell beside a jump of a network with steps, or None; decided exactly."""
    between = _jump_between_cells(cx)
    if between is not None:
        return between
    for output, value in enumerate(
        cx.affine_map_exact(0)[1]
    ):  # on all cells, each of which it is constant on
        on_faces = np.concatenate(values_on_faces(cx, output))
        apart = np.flatnonzero(on_faces != value)
        if len(apart):
            return face(cx, int(apart[0]))[1]
    return None


def _jump_between_cells(cx: Any) -> int | None:
    """A cell beside an edge on which the outputs of the two sides differ, or None."""
    between = cx.edges.interior
    pairs, ends = cx.edges.cells[between], cx.edges.vertices[between]
    maps, errors = cx._details.maps, cx._details.map_errors
    i, j = pairs.T
    for vertex in ends.T:
        with np.errstate(over="ignore", invalid="ignore"):  # what is not finite is left open
            apart, bound = maps[i] - maps[j], errors[i] + errors[j]
            at, shift = cx.vertices[vertex], cx.vertex_errors[vertex]
            terms = apart[:, :, : cx.dim] * at[:, None]
            value = terms.sum(axis=2) + apart[:, :, 2]
            reach = (np.abs(at) + shift[:, None]).sum(axis=1)
            slopes = np.abs(apart[:, :, : cx.dim]).sum(axis=2)
            allowed = slopes * shift[:, None] + bound[:, :, 0] * reach[:, None]
            size = np.abs(maps[i]).max(axis=2) + np.abs(maps[j]).max(axis=2)
            allowed += bound[:, :, 1] + 2.0**-48 * size * (1.0 + reach[:, None]) + 2.0**-1060
            certain = np.flatnonzero((np.abs(value) > allowed).any(axis=1))
        if len(certain):
            return int(i[certain[0]])
    for pair, edge_ends in zip(pairs.tolist(), ends.tolist()):
        left, right = (cell_forms.output_forms(cx._sliced, cx._full_pattern(cell)) for cell in pair)
        for vertex in edge_ends:
            point = cx.vertex_exact(vertex)
            if any(
                cell_forms.value_at(f, point) != cell_forms.value_at(g, point) for f, g in zip(left, right)
            ):
                return pair[0]
    return None
