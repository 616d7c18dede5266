"""Whether two classes of points can be parted by a plane, with a certificate for either answer.

A linear programme (scipy's HiGHS) looks for the plane w . h + b = 0, |w_j| <= 1, whose nearest point on the
right side is farthest in the sense of w . h + b. If the classes can be parted, the plane is the certificate
and is checked point by point. If not, the dual weights average both classes to one common point (Farkas;
Mangasarian 1965), which no plane can part. Cost: a programme of n constraints in d + 2 unknowns.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.optimize import linprog

from leadlight.errors import DataError

__all__ = ["Separation", "separate"]


@dataclass(frozen=True)
class Separation:
    """The answer and what proves it."""

    separable: bool  # every point lies strictly on its class's side of the plane, checked one by one
    normal: np.ndarray  # (d,) unit normal, pointing to class 1; zeros if there is no plane
    offset: float  # the plane is normal . h + offset = 0
    margin: float  # distance of the nearest point from this plane (not the widest possible); 0 if none
    gap: float  # distance between the dual averages of the classes: 0 proves that no plane exists


def separate(points: Any, labels: Any) -> Separation:
    """Part class 0 from class 1 by a plane, or show that they share a weighted average.

    Parameters
    ----------
    points : array_like, shape (n, d)
    labels : array_like, shape (n,)
        0 or 1; both must occur.

    Raises
    ------
    DataError
        One class only, or the programme was not solved.

    Examples
    --------
    >>> parted = separate([[0, 0], [0, 1], [3, 0], [3, 1]], [0, 0, 1, 1])
    >>> parted.separable, parted.margin
    (True, 1.5)
    >>> xor = separate([[0, 0], [1, 1], [0, 1], [1, 0]], [0, 0, 1, 1])
    >>> xor.separable, xor.gap < 1e-9
    (False, True)
    """
    H = np.asarray(points, dtype=np.float64)
    sides = np.where(np.asarray(labels).reshape(-1) == 1, 1.0, -1.0)
    if len(np.unique(sides)) < 2:
        raise DataError("A plane parts two classes, but the labels hold one: give points of both.")
    n, d = H.shape
    # unknowns w, b, m: maximise m with sides (w . h + b) >= m for every point
    constraints = np.column_stack([-sides[:, None] * H, -sides, np.ones(n)])
    cost = np.r_[np.zeros(d + 1), -1.0]
    bounds = [(-1, 1)] * d + [(None, None)] * 2
    found = linprog(cost, A_ub=constraints, b_ub=np.zeros(n), bounds=bounds, method="highs")
    if found.status != 0:
        raise DataError(f"The linear programme of the separating plane was not solved: {found.message}")
    dual = np.maximum(-found.ineqlin.marginals, 0.0)
    averages = [dual[sides == s] @ H[sides == s] / max(dual[sides == s].sum(), 1e-300) for s in (-1, 1)]
    gap = float(np.linalg.norm(averages[1] - averages[0]))
    w = found.x[:d]
    length = float(np.linalg.norm(w))
    if length < 1e-12:
        return Separation(False, np.zeros(d), 0.0, 0.0, gap)
    w = w / length
    along = H @ w
    low, high = float(along[sides < 0].max()), float(along[sides > 0].min())
    margin = (high - low) / 2
    if margin <= 0:
        return Separation(False, np.zeros(d), 0.0, 0.0, gap)
    return Separation(True, w, -(low + high) / 2, margin, gap)
