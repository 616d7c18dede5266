"""What is left of a network far from the origin: the cones of the network without its biases.

ReLU, leaky ReLU and abs are positively homogeneous, phi(r z) = r phi(z) for r > 0, and change by no more than
their argument does. So f(r u)/r differs from the bias-free f0(u) by at most C/r. Exactly: along a ray x = r u
every preactivation ends up as a r + c, whose sign for large r is that of a, or of c where a = 0. Each cone of
f0 thereby has one cell of f, found here exactly, with the very gradient of f0 on the cone.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache

import numpy as np

from leadlight.errors import ModelError
from leadlight.geometry import PolyhedralComplex, regions
from leadlight.geometry.exact.integer_layers import IntegerLayer, IntegerPieces
from leadlight.network import Network

__all__ = [
    "FAR",
    "FarCells",
    "deviations",
    "directions_inside",
    "far_cells",
    "far_pattern",
    "offset_bound",
    "without_biases",
]

FAR = 10.0**10  # half-width of the box that stands for the whole plane
_Pattern = tuple[tuple[int, ...], ...]


def without_biases(net: Network) -> Network:
    """Return the network with all biases set to zero."""
    return net.with_parameters(net.weights, [np.zeros_like(b) for b in net.biases])


def offset_bound(net: Network) -> float:
    """Return C with |f(x) - f0(x)| <= C for every x, in the maximum norm.

    The error that enters a layer grows by at most the layer's greatest absolute row sum, and its bias adds
    to it: C_l = ||W_l|| C_{l-1} + ||b_l||. For activations with slopes within [-1, 1] and phi(0) = 0.

    Examples
    --------
    >>> net = Network.from_arrays([[[1.0, -2.0]], [[3.0]]], [[0.5], [0.25]])
    >>> offset_bound(net)  # 3 * 0.5 + 0.25
    1.75
    """
    for act in net.activations:
        if act.pieces is None or np.abs(act.pieces.slopes).max() > 1 or act.pieces.intercepts.any():
            raise ModelError(
                f"The activation {act.spec!r} is not positively homogeneous with slopes within [-1, 1]; "
                "the bound holds for relu, abs and leaky_relu."
            )
    bound = 0.0
    for weights, bias in zip(net.weights, net.biases, strict=True):
        bound = float(np.abs(weights).sum(axis=1).max()) * bound + float(np.abs(bias).max())
    return bound


def deviations(net: Network, radii: Sequence[float], n_directions: int = 360) -> np.ndarray:
    """Return max over directions u of |f(r u)/r - f0(u)|, for each radius r: shape (len(radii),)."""
    angles = 2 * np.pi * (np.arange(n_directions) + 0.5) / n_directions
    directions = np.stack([np.cos(angles), np.sin(angles)], axis=1)
    cones = without_biases(net)(directions)
    return np.array([float(np.abs(net(r * directions) / r - cones).max()) for r in radii])


def far_pattern(net: Network, direction: Sequence[Fraction]) -> _Pattern:
    """Return the activation pattern of a network at r u for all large r, exactly.

    Parameters
    ----------
    net : Network
        Two inputs; activations with a single breakpoint at 0 (relu, abs, leaky_relu).
    direction : (u1, u2)
        Exact numbers, not both zero.

    Examples
    --------
    The second unit's line x1 = -1 and the first's x1 = 1 are both behind a point far to the right.

    >>> net = Network.from_arrays([[[1.0, 0.0], [-1.0, 0.0]], [[1.0, 1.0]]], [[-1.0, -1.0], [0.0]])
    >>> far_pattern(net, (Fraction(1), Fraction(0)))
    ((1, 0),)
    """
    common = math.lcm(*(Fraction(v).denominator for v in direction))  # the length of u does not matter
    forms: tuple[tuple[int, int, int], ...] = tuple((int(v * common), 0, 0) for v in direction)  # a r + c
    pattern = []
    for layer, pieces in _integer_layers(net):
        forms = layer(forms)
        chosen = tuple(int(a > 0 or (a == 0 and c > 0)) for a, _, c in forms)
        pattern.append(chosen)
        forms = tuple(pieces.value(u, form, k) for u, (form, k) in enumerate(zip(forms, chosen)))
    return tuple(pattern)


@lru_cache(maxsize=1)
def _integer_layers(net: Network) -> list[tuple[IntegerLayer, IntegerPieces]]:
    """The hidden layers in integers, for all directions that one network is asked about."""
    layers, scale = [], 1
    for weights, bias, act in zip(net.weights[:-1], net.biases[:-1], net.activations, strict=True):
        if act.pieces is None or act.pieces.breakpoints.tolist() != [0.0]:
            raise ModelError(f"The activation {act.spec!r} does not have its one breakpoint at 0.")
        layer = IntegerLayer(weights, bias, scale)
        layers.append((layer, IntegerPieces(act, layer.scale)))
        scale = layers[-1][1].scale
    return layers


@dataclass(frozen=True)
class FarCells:
    """How the cells of a network in a box answer to the cones of its bias-free network."""

    cones: int  # cells of the bias-free network
    matched: int  # cones that have a cell of their own, with exactly the cone's gradient
    unbounded: int  # cells of the network that reach the border of the box
    area_share: float  # of the box, taken up by the matched cells

    @property
    def strips(self) -> int:
        """Cells that reach the border and are no cone's: between parallel creases, for a box large enough."""
        return self.unbounded - self.matched


def far_cells(net: Network, cx: PolyhedralComplex) -> FarCells:
    """Match the cones of the bias-free network with cells of the network, exactly.

    Parameters
    ----------
    net : Network
    cx : PolyhedralComplex
        Its cells in a square about the origin.
    """
    cones = regions(without_biases(net), [(-1, 1), (-1, 1)])
    cell_of = {pattern.tobytes(): cell for cell, pattern in enumerate(cx.patterns)}
    matched = set()
    for cone, direction in enumerate(directions_inside(cones)):
        pattern = np.concatenate(far_pattern(net, direction)).astype(np.uint8)
        cell = cell_of.get(pattern.tobytes())
        if cell is not None and cx.affine_map_exact(cell)[0] == cones.affine_map_exact(cone)[0]:
            matched.add(cell)
    at_border = np.isin(cx.cell_vertices, cx.edges.vertices[cx.edges.cells[:, 1] < 0])
    reach = int(np.logical_or.reduceat(at_border, cx.cell_starts[:-1]).sum())
    taken = float(cx.areas[sorted(matched)].sum())
    return FarCells(len(cones), len(matched), reach, taken / cx.domain.volume)


def directions_inside(cones: PolyhedralComplex) -> list[tuple[Fraction, Fraction]]:
    """Return a point inside each cell: its centre as rounded if that lies inside, else the mean of its corners."""
    points = [(Fraction(x), Fraction(y)) for x, y in cones.centroids.tolist()]
    for cell in np.flatnonzero(cones.locate(cones.centroids) != np.arange(len(cones))).tolist():
        corners = cones.polygon_exact(cell)
        x, y = (sum(axis, Fraction(0)) / len(corners) for axis in zip(*corners))
        points[cell] = x, y
    return points
