"""How many different gradients a network has, exactly.

Cells of one linear region share theirs, and of those whose floats have no error equal ones count once. Error bounds
part the others, column by column, into groups that floats cannot tell apart, and exact arithmetic counts the different
ones in each group. Cost: a few sorts of the linear regions, and an exact forward pass for each that is in a group with
others.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ..exact.contexts import ExactContexts, in_blocks

__all__ = ["count_gradients"]

_TOGETHER = 1024  # regions whose exact forms are held at once


def count_gradients(cx: Any) -> int:
    """How many different Jacobians (n_outputs, dim) the network has on the cells of a complex.

    Not certified: how many different ones float64 sees.

    Examples
    --------
    >>> import leadlight as ll
    >>> net = ll.Network.from_arrays([[[1.0]] * 4, [[1.0, -1.0, 1.0, -1.0]]], [[3.0, 1.0, -1.0, -3.0], [0.0]])
    >>> cx = ll.regions(net, (-5, 5))  # two steps up, each of slope 1: slopes 0, 1, 0, 1, 0
    >>> cx.n_linear_regions, count_gradients(cx)
    (5, 2)
    """
    cells = np.unique(cx.linear_regions(), return_index=True)[1]
    A = cx._details.maps[cells][:, :, : cx.dim].reshape(len(cells), -1)
    if not cx.certified:
        return len(np.unique(A, axis=0))
    errors = np.repeat(cx._details.map_errors[cells][:, :, 0], cx.dim, axis=1)
    kept = _without_copies(A, errors)
    cells, group = cells[kept], _groups(A[kept], errors[kept])
    sizes = np.bincount(group)
    count = int((sizes == 1).sum())
    order = np.argsort(group, kind="stable")
    for members in np.split(cells[order], np.cumsum(sizes)[:-1]):
        if len(members) > 1:
            count += len(_exact_jacobians(cx, members))
    return count


def _without_copies(A: np.ndarray, errors: np.ndarray) -> np.ndarray:
    """The rows without those that repeat another whose floats are exact: of a sawtooth network all but two go."""
    exact = np.flatnonzero((errors == 0).all(axis=1))
    first = exact[np.unique(A[exact] + 0.0, axis=0, return_index=True)[1]]  # -0 is 0
    return np.union1d(first, np.flatnonzero((errors != 0).any(axis=1)))


def _groups(A: np.ndarray, errors: np.ndarray) -> np.ndarray:
    """Label rows so that those with different labels are certainly different, (n,) int64."""
    n = len(A)
    with np.errstate(over="ignore", invalid="ignore"):
        lower, upper = A - errors * (1 + 1e-12), A + errors * (1 + 1e-12)
        known = np.isfinite(lower) & np.isfinite(upper)
    lower, upper = np.where(known, lower, -np.inf), np.where(known, upper, np.inf)
    ranks = [_ranks(low, high) for low, high in zip(lower.T, upper.T)]
    group, count = np.zeros(n, np.int64), 1
    while True:
        for low, high in ranks:
            order = np.lexsort((low, group))
            mine = group[order]
            # The greatest upper end so far within the group: groups are lifted above one another.
            reach = np.maximum.accumulate(mine * (2 * n + 1) + high[order])
            starts = np.ones(n, bool)
            starts[1:] = mine[1:] * (2 * n + 1) + low[order][1:] > reach[:-1]
            group[order] = np.cumsum(starts) - 1
        if group.max() + 1 == count:
            return group
        count = int(group.max()) + 1


def _ranks(low: np.ndarray, high: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The places of both kinds of ends among all ends."""
    place = np.unique(np.concatenate([low, high]), return_inverse=True)[1]
    return place[: len(low)], place[len(low) :]


def _exact_jacobians(cx: Any, cells: np.ndarray) -> set[tuple[tuple[int, int], ...]]:
    """The different Jacobians on some cells, each number as an odd integer and a power of two."""
    found = set()
    for block in in_blocks(cells, _TOGETHER):
        exact = ExactContexts(cx, block)
        for cell in block.tolist():
            at = exact.context(cell)
            forms = [exact.core.exact_form(at, output)[: cx.dim] for output in range(cx.network.n_outputs)]
            found.add(tuple(_reduced(*number) for form in forms for number in form))
    return found


def _reduced(n: int, k: int) -> tuple[int, int]:
    if n == 0:
        return 0, 0
    zeros = (n & -n).bit_length() - 1
    return n >> zeros, k + zeros
