"""From the strip over an interval, in which the core sees one dimension, back to the interval."""

from __future__ import annotations

from typing import Any

import numpy as np

__all__ = ["interval_of_strip"]


def interval_of_strip(found: dict[str, Any]) -> dict[str, Any]:
    """The core's arrays of a strip (`_flat.flat_corners`) as those of its interval.

    Cells are in ascending order; each has two vertices, its ends; an "edge" is one vertex, between the cell on
    its left and that on its right, the two ends of the interval last.
    """
    n = found["n_cells"]
    cells, ends = found["edges"][:, :2], found["edges"][:, 2:]
    crease = found["edge_creases"]
    y = found["vertices"][:, 1]
    between = np.flatnonzero(cells[:, 1] >= 0)
    upwards = y[ends[between, 0]] < y[ends[between, 1]]
    left, right = np.where(upwards, cells[between].T, cells[between, ::-1].T)
    following = np.full(n, -1)
    following[left] = np.arange(len(between))
    order, points = np.empty(n, np.int64), np.empty(max(0, n - 1), np.int64)
    order[0] = cells[crease == -4, 0][0]  # side 3 of the strip is its left end
    for i in range(n - 1):
        points[i] = following[order[i]]
        order[i + 1] = right[points[i]]
    border = [np.flatnonzero(crease == side)[0] for side in (-4, -2)]
    line = np.concatenate([between[points], border]).astype(np.int64)  # the upright edges, in order
    lower = np.where(y[ends[line, 0]] < y[ends[line, 1]], ends[line, 0], ends[line, 1])
    number = np.empty(n, np.int32)
    number[order] = np.arange(n)
    sequence = np.concatenate(
        [[n - 1], np.arange(n - 1), [n]]
    )  # of the vertices, by position: left end first
    children = found["tree_children"]
    places, errors = _ascending(found["vertices"][lower, 0], found["vertex_errors"][lower])
    return {
        **found,
        "vertices": places[:, None],
        "vertex_errors": errors,
        "cell_starts": np.arange(0, 2 * n + 1, 2),
        "cell_vertices": np.stack([sequence[:-1], sequence[1:]], axis=1).ravel().astype(np.int32),
        "cell_edges": np.stack([sequence[:-1], sequence[1:]], axis=1).ravel().astype(np.int32),
        "patterns": found["patterns"][order],
        "edges": np.concatenate(
            [
                np.stack([np.arange(n - 1), np.arange(1, n), np.arange(n - 1)], axis=1),
                [(0, -1, n - 1), (n - 1, -1, n)],
            ]
        ).astype(np.int32),
        "edge_creases": np.where(crease[line] < 0, np.where(crease[line] == -4, -1, -2), crease[line]),
        "maps": found["maps"][order] if len(found["maps"]) else found["maps"],
        "map_errors": found["map_errors"][order] if len(found["map_errors"]) else found["map_errors"],
        "tree_children": np.where(children < 0, -1 - number[-1 - np.minimum(children, -1)], children).astype(
            np.int32
        ),
    }


def _ascending(places: np.ndarray, errors: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Points in their exact order, the interval's two ends last, put in order where rounding has swapped some."""
    low, high = places[-2:]
    ordered = places.copy()
    ordered[:-2] = np.maximum.accumulate(places[:-2].clip(low, high))
    if not errors.any():  # not certified: there are no bounds
        return ordered, errors
    return ordered, errors + np.abs(ordered - places) * (1 + 2.0**-50)
