"""Segments joined to paths: through every point where exactly one comes and one goes.

Cost: sorts of the segments and, for their order along the paths, log2(longest path) passes (pointer doubling).
"""

from __future__ import annotations

import numpy as np
from scipy import sparse
from scipy.sparse.csgraph import connected_components

__all__ = ["join_segments"]


def join_segments(ends: np.ndarray, labels: np.ndarray) -> tuple[list[np.ndarray], list[np.ndarray]]:
    """Join directed segments of equal labels.

    Parameters
    ----------
    ends : ndarray (n, 2) int
        From point to point.
    labels : ndarray (n, k) int
        Segments of different labels are not joined; where three or more segments meet none are.

    Returns
    -------
    paths : list of ndarray (m + 1,) int64
        Points in order; a closed path ends where it starts. Open paths first.
    segments : list of ndarray (m,) int64
        The segments along each.

    Examples
    --------
    >>> import numpy as np
    >>> paths, segments = join_segments(np.array([(2, 3), (1, 2), (7, 8), (8, 7)]), np.zeros((4, 1), int))
    >>> [path.tolist() for path in paths], [along.tolist() for along in segments]
    ([[1, 2, 3], [7, 8, 7]], [[1, 0], [2, 3]])
    """
    n = len(ends)
    if n == 0:
        return [], []
    before = _predecessors(np.asarray(ends, np.int64), labels)
    linked = np.flatnonzero(before >= 0)
    graph = sparse.coo_array((np.ones(len(linked), bool), (linked, before[linked])), shape=(n, n))
    n_paths, path = connected_components(graph, directed=False)
    first = np.full(n_paths, -1)
    first[path[before < 0]] = np.flatnonzero(before < 0)
    closed = first < 0
    smallest = np.unique(path, return_index=True)[1]
    first[closed] = smallest[closed]
    before[first] = -1
    rank, further = (before >= 0).astype(np.int64), before
    while (going := further >= 0).any():
        rank[going] += rank[further[going]]
        further = np.where(going, further[further], -1)
    place = np.empty(n_paths, np.int64)
    place[np.lexsort((first, closed))] = np.arange(n_paths)
    order = np.lexsort((rank, place[path]))
    lengths = np.bincount(place[path])
    cuts = np.cumsum(lengths)[:-1]
    segments = np.split(order, cuts)
    starts = ends[order[np.cumsum(lengths) - lengths], 0]
    points = np.insert(ends[order, 1], np.cumsum(lengths) - lengths, starts)
    return np.split(points, cuts + np.arange(1, n_paths)), segments


def _predecessors(ends: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """The segment that each one continues, or -1: (n,) int64."""
    n = len(ends)
    point = np.unique(ends, return_inverse=True)[1].reshape(ends.shape)
    degree = np.bincount(point.ravel())
    label = np.unique(labels, axis=0, return_inverse=True)[1].ravel()
    goes, comes = (point * (label.max() + 1) + label[:, None]).T  # a code for each point and label
    single = []
    for codes in (goes, comes):
        code, place, count = np.unique(codes, return_index=True, return_counts=True)
        single.append((code[count == 1], place[count == 1]))
    _, i, j = np.intersect1d(single[0][0], single[1][0], assume_unique=True, return_indices=True)
    following, preceding = single[0][1][i], single[1][1][j]
    through = degree[point[following, 0]] == 2
    before = np.full(n, -1, np.int64)
    before[following[through]] = preceding[through]
    return before
