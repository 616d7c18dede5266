"""The lines w1 x1 + w2 x2 + b = 0 of a first layer's units: clipped to a box, and the regions they code.

Clipping is Liang and Barsky's (1984) in floating point, for pictures. The regions of an arrangement, which of
them are bounded, and whether the lines are in general position are decided exactly: floats denote exact
rational numbers here.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ..errors import ModelError

__all__ = ["clip_line", "unit_lines"]


def unit_lines(net: Any) -> np.ndarray:
    """Return the lines of the units of the first layer of a network of two inputs.

    Parameters
    ----------
    net : Network

    Returns
    -------
    ndarray, shape (n_units, 3)
        Rows w1, w2, b: the unit's preactivation is zero where w1 x1 + w2 x2 + b = 0.
    """
    weights, bias = np.asarray(net.weights[0]), np.asarray(net.biases[0])
    if weights.shape[1] != 2:
        raise ModelError(
            f"The network has {weights.shape[1]} inputs; unit lines exist for networks of 2 inputs."
        )
    return np.column_stack([weights, bias])


def clip_line(line: Sequence[float], domain: Sequence[Sequence[float]]) -> np.ndarray | None:
    """Return the segment of a line inside a box, or None if it misses the box or is no line.

    Parameters
    ----------
    line : (w1, w2, b)
    domain : [(x0, x1), (y0, y1)]

    Returns
    -------
    ndarray, shape (2, 2), or None
        The two end points.

    Examples
    --------
    >>> clip_line((1.0, 0.0, -0.5), [(-1, 1), (-2, 2)])  # vertical: x1 = 1/2
    array([[ 0.5, -2. ],
           [ 0.5,  2. ]])
    """
    w, b = np.asarray(line[:2], dtype=np.float64), float(line[2])
    box = np.asarray(domain, dtype=np.float64)
    scale = np.abs(w).max()
    if not scale > 0:
        return None
    w, b = w / scale, b / scale  # so that no square below overflows
    centre = box.mean(axis=1)
    point = centre - (w @ centre + b) / (w @ w) * w  # the foot of the perpendicular from the centre
    direction = np.array([-w[1], w[0]])
    low, high = -np.inf, np.inf
    for axis in range(2):
        if direction[axis] == 0.0:
            if not box[axis, 0] <= point[axis] <= box[axis, 1]:
                return None
            continue
        ends = (box[axis] - point[axis]) / direction[axis]
        low, high = max(low, ends.min()), min(high, ends.max())
    if not low <= high:
        return None
    ends = np.stack([point + low * direction, point + high * direction])
    return np.clip(ends, box[:, 0], box[:, 1])[np.lexsort((ends[:, 1], ends[:, 0]))]
