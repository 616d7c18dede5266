"""What few monotone units can do at most: cones that leave the disc, half-planes, strips.

A network f = c + sum v_i phi(w_i . x + b_i) of units with a monotone phi never rises along a direction d with
v_i (w_i . d) <= 0 for all i; then {f < 0} holds a ray from each of its points. Such a d exists just when the
vectors v_i w_i leave a gap of a half-turn or more between them: always for two units, not always for three.

One unit decides by a half-plane; two parallel ones by a strip. `best_half_plane` and `best_strip` find the
fewest errors of either on the data by sorting projections: O(n log n) a direction.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from leadlight.network import Network

__all__ = ["Cone", "Cut", "best_half_plane", "best_strip", "falling_cone", "greatest_rise", "widest_gap"]


@dataclass(frozen=True)
class Cone:
    """Directions at angles from ``start`` to ``start + opening``, in radians."""

    start: float
    opening: float

    @property
    def axis(self) -> np.ndarray:
        """The unit vector in the middle, (2,)."""
        angle = self.start + self.opening / 2
        return np.array([math.cos(angle), math.sin(angle)])

    def directions(self, n: int) -> np.ndarray:
        """Return n unit vectors from edge to edge, (n, 2)."""
        angles = self.start + self.opening * np.linspace(0.0, 1.0, n)
        return np.column_stack([np.cos(angles), np.sin(angles)])


def falling_cone(net: Network) -> Cone | None:
    """Return the cone of directions along which no unit of a network rises; None if there is none.

    Parameters
    ----------
    net : Network
        Two inputs, one hidden layer of a rising activation, one output. For up to two units there always is
        a cone.

    Examples
    --------
    >>> net = Network.from_arrays([[[1, 0], [0, 1]], [[1, 1]]], [[0, 0], [0]], activation="sigmoid")
    >>> cone = falling_cone(net)  # both units must fall: the third quadrant
    >>> round(math.degrees(cone.start)), round(math.degrees(cone.opening))
    (180, 90)
    """
    angles = _rising_angles(net, np.ones(net.n_units, dtype=bool))
    if not len(angles):
        return Cone(0.0, 2 * math.pi)
    gaps = _gaps(angles)
    widest = int(np.argmax(gaps))
    if gaps[widest] < math.pi:
        return None
    # the v_i w_i lie within an arc that starts after the gap; what falls for both its ends falls for all
    first = angles[(widest + 1) % len(angles)]
    arc = 2 * math.pi - float(gaps[widest])
    return Cone(float(first + arc + math.pi / 2) % (2 * math.pi), math.pi - arc)


def widest_gap(net: Network, units: np.ndarray | None = None) -> float:
    """Return the widest angle between neighbouring vectors v_i w_i, in radians; 2 pi if there is none.

    Parameters
    ----------
    units : ndarray of bool, shape (n_units,), optional
        Which units count; default all.
    """
    units = np.ones(net.n_units, dtype=bool) if units is None else units
    angles = _rising_angles(net, units)
    return float(_gaps(angles).max()) if len(angles) else 2 * math.pi


def _rising_angles(net: Network, units: np.ndarray) -> np.ndarray:
    """Angles of the directions v_i w_i in which each unit's part of the output rises, ascending."""
    rising = (net.weights[1][0][:, None] * net.weights[0])[units]
    rising = rising[rising.any(axis=1)]
    return np.sort(np.arctan2(rising[:, 1], rising[:, 0]))


def _gaps(angles: np.ndarray) -> np.ndarray:
    """Angle from each to the next, around the circle."""
    return np.diff(np.append(angles, angles[0] + 2 * np.pi))


def greatest_rise(net: Network, points: np.ndarray, reach: float = 50.0) -> float:
    """Return the greatest rise of a network's output between steps along its falling cone, from points.

    From each point (n, 2) nine rays of the cone are walked in 40 steps, the last at distance `reach`.
    """
    steps = np.r_[0.0, np.geomspace(reach * 1e-3, reach, 40)]
    cone = falling_cone(net)
    assert cone is not None, "the network has no falling direction"
    rays = cone.directions(9)
    walk = points[:, None, None] + rays[None, :, None] * steps[None, None, :, None]
    values = net(walk.reshape(-1, 2)).reshape(walk.shape[:-1])
    return float(np.diff(values, axis=-1).max())


@dataclass(frozen=True)
class Cut:
    """The data parted in two, class 0 being expected inside."""

    inside: tuple[int, int]  # how many of class 0 and of class 1 lie inside
    outside: tuple[int, int]

    @property
    def errors(self) -> int:
        """Points of class 1 inside and of class 0 outside."""
        return self.inside[1] + self.outside[0]

    @property
    def loss(self) -> float:
        """Cross-entropy when each part is given its own share of class 1 as its probability."""
        total = 0.0
        for part in (self.inside, self.outside):
            total -= sum(k * math.log(k / sum(part)) for k in part if k)
        return total / (sum(self.inside) + sum(self.outside))


def best_half_plane(X: np.ndarray, y: np.ndarray, n_directions: int = 720) -> Cut:
    """Return the cut by a half-plane with the fewest errors, over equally spaced directions."""
    return _best(X, y, 2 * np.pi * np.arange(n_directions) / n_directions, strip=False)


def best_strip(X: np.ndarray, y: np.ndarray, n_directions: int = 360) -> Cut:
    """Return the cut by a strip between parallel lines with the fewest errors, over equal directions."""
    return _best(X, y, np.pi * np.arange(n_directions) / n_directions, strip=True)


def _best(X: np.ndarray, y: np.ndarray, angles: np.ndarray, strip: bool) -> Cut:
    totals = int(np.sum(y == 0)), int(np.sum(y == 1))
    best: Cut | None = None
    for angle in angles:
        order = np.argsort(X @ np.array([np.cos(angle), np.sin(angle)]), kind="stable")
        ones = np.r_[0, np.cumsum(y[order] == 1)]
        gain = np.arange(len(y) + 1) - 2 * ones  # of class 0 less of class 1 below each threshold
        lowest = np.minimum.accumulate(gain) if strip else np.zeros_like(gain)
        end = int(np.argmax(gain - lowest))
        start = int(np.argmin(gain[: end + 1])) if strip else 0
        n_ones = int(ones[end] - ones[start])
        inside = end - start - n_ones, n_ones
        cut = Cut(inside, (totals[0] - inside[0], totals[1] - inside[1]))
        if best is None or cut.errors < best.errors:
            best = cut
    assert best is not None
    return best
