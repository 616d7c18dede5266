"""How many cells each of many segments meets, by float64 with proven error bounds; -1 where these leave it open.

On a segment t -> a + t (b - a), 0 <= t <= 1, each unit is piecewise affine in t. Layer by layer, all cells of all
segments are cut together: a unit's form p + q t on a cell comes with a bound e on its distance from the exact form
everywhere on the segment, each cut with a bound on its distance from the exact one. A unit crosses a cell if its
signs at the two ends are certain and differ; cuts of one cell must be certainly apart. Cost: that of a forward pass
for each cell, in matrix products over all of them.

Bounds: u = 2^-53. A sum of n products and a bias has an error of at most 1.01 (n + 2) u times the sum of the terms'
sizes, in any order of addition, and 2^-1040 more where terms underflow. A form that is constant because all that
goes in is exactly 0 has the bound 0, and its sign is certain. What is not finite fails every comparison.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

__all__ = ["count_on_segments"]

_U = 2.0**-53
_TINY = 2.0**-1040


@dataclass
class _Pieces:
    """The cells of some segments: which segment, and the ends in t with bounds on their errors."""

    segment: np.ndarray  # (C,) int64, ascending; along a segment in order
    ends: np.ndarray  # (C, 2)
    errors: np.ndarray  # (C, 2)


@dataclass
class _Forms:
    """Of each unit on each cell: p + q t, no farther than e from the exact form for any t in [0, 1]."""

    p: np.ndarray  # (C, units)
    q: np.ndarray
    e: np.ndarray

    def take(self, rows: np.ndarray) -> _Forms:
        return _Forms(self.p[rows], self.q[rows], self.e[rows])


def count_on_segments(net: Any, A: np.ndarray, B: np.ndarray) -> np.ndarray:
    """The number of cells that each segment meets, (m,) int64, or -1.

    Parameters
    ----------
    net : Network
        With at least one hidden layer, each activation piecewise linear.
    A, B : ndarray (m, n_inputs) float64
        The ends.
    """
    m = len(A)
    with np.errstate(over="ignore", invalid="ignore", divide="ignore", under="ignore"):
        cells = _Pieces(np.arange(m), np.tile([0.0, 1.0], (m, 1)), np.zeros((m, 2)))
        doubtful = np.zeros(m, bool)
        forms = _first_forms(net.weights[0], net.biases[0], A, B)
        for layer, act in enumerate(net.activations):
            last = layer == net.depth - 1
            pieces = [unit.pieces for unit in act.units()]  # one alone where all have the same
            breakpoints, slopes, intercepts = (
                np.broadcast_to(np.stack(part), (net.widths[layer], len(part[0])))
                for part in zip(*((p.breakpoints, p.slopes, p.intercepts) for p in pieces))
            )
            cuts = _cuts(cells, forms, breakpoints, doubtful)
            if last:
                counts = np.bincount(cells.segment, minlength=m) + np.bincount(
                    cells.segment[cuts.cell], minlength=m
                )
                return np.where(doubtful, -1, counts)
            cells, forms = _cut(cells, forms, cuts, slopes, intercepts)
            forms = _next_forms(net.weights[layer + 1], net.biases[layer + 1], forms)
    raise AssertionError("a network without hidden layers")


def _first_forms(W: np.ndarray, b: np.ndarray, A: np.ndarray, B: np.ndarray) -> _Forms:
    values, bounds = [], []
    for X in (A, B):
        values.append(X @ W.T + b)
        bounds.append(1.02 * (len(W[0]) + 3) * _U * (np.abs(X) @ np.abs(W).T + np.abs(b)) + _TINY)
    p, q = values[0], values[1] - values[0]
    return _Forms(p, q, np.where((W != 0.0).any(axis=1), np.maximum(*bounds) + 2 * _U * np.abs(q), 0.0))


def _next_forms(W: np.ndarray, b: np.ndarray, h: _Forms) -> _Forms:
    size = (np.abs(h.p) + np.abs(h.q)).max(axis=1, initial=0.0)
    carried = h.e.max(axis=1, initial=0.0) * (1 + 2.0**-40)
    rows = np.abs(W).sum(axis=1) * (1 + 2.0**-40)
    rounding = 2.1 * (len(W[0]) + 3) * _U * (size[:, None] * rows + np.abs(b)) + _TINY
    exact = (size + carried == 0.0)[:, None] | (rows == 0.0)
    return _Forms(h.p @ W.T + b, h.q @ W.T, np.where(exact, 0.0, carried[:, None] * rows + rounding))


@dataclass
class _Cuts:
    """Where units cross a breakpoint inside a cell, in order along the segments."""

    cell: np.ndarray  # (k,) int64
    line: np.ndarray  # (k,) int64: unit and breakpoint, as columns of `above`
    at: np.ndarray  # (k,)
    error: np.ndarray  # (k,)
    above: np.ndarray  # (C, units * breakpoints) bool: at the start of the cell


def _cuts(cells: _Pieces, forms: _Forms, breakpoints: np.ndarray, doubtful: np.ndarray) -> _Cuts:
    """All cuts at the units' breakpoints (units, k); marks as doubtful the segments on which one is uncertain."""
    at_start, at_stop, certain = [], [], []
    for end, signs in ((0, at_start), (1, at_stop)):
        t, shift = cells.ends[:, end, None], cells.errors[:, end, None]
        value = forms.p + forms.q * t
        bound = (
            forms.e
            + np.abs(forms.q) * (shift * (1 + 2.0**-40))
            + 4 * _U * (np.abs(forms.p) + np.abs(forms.q))
        )
        constant = (forms.q == 0.0) & (forms.e == 0.0) & np.isfinite(value)
        for at in breakpoints.T:
            signs.append(value > at)
            beyond = np.abs(value - at) > bound + 2 * _U * np.abs(at) + _TINY
            certain.append((beyond | constant).all(axis=1))
    n_lines = breakpoints.shape[1]
    shape = (*forms.p.shape, n_lines)
    start, stop = (
        np.stack(part, axis=2) if n_lines else np.zeros(shape, bool) for part in (at_start, at_stop)
    )
    cell, unit, index = np.nonzero(start != stop)
    p, q, e = (part[cell, unit] for part in (forms.p, forms.q, forms.e))
    threshold = breakpoints[unit, index]
    at = (threshold - p) / q
    # At the exact cut p + q t is within e of the breakpoint.
    off = e + 4 * _U * (np.abs(p) + np.abs(threshold)) + _TINY
    error = 1.01 * off / np.abs(q) + 4 * _U * np.abs(at)
    order = np.lexsort((at, cell))
    cell, line, at, error = cell[order], (unit * n_lines + index)[order], at[order], error[order]
    apart = (at[1:] - at[:-1] > 1.01 * (error[1:] + error[:-1])) | (cell[1:] != cell[:-1])
    doubtful[cells.segment[cell[:-1][~apart]]] = True
    doubtful[cells.segment[cell[~np.isfinite(error)]]] = True
    for whole in certain:
        doubtful[cells.segment[~whole]] = True
    return _Cuts(cell, line, at, error, start.reshape(len(start), -1))


def _cut(
    cells: _Pieces, forms: _Forms, cuts: _Cuts, slopes: np.ndarray, intercepts: np.ndarray
) -> tuple[_Pieces, _Forms]:
    """The cells after the layer, and its units after the activation there."""
    parts = 1 + np.bincount(cuts.cell, minlength=len(cells.segment))
    parent = np.repeat(np.arange(len(parts)), parts)
    ends, errors = cells.ends[parent], cells.errors[parent]
    after = (
        np.arange(len(cuts.cell)) + cuts.cell + 1
    )  # the part behind each cut: those before, and one a cell
    ends[after - 1, 1] = ends[after, 0] = cuts.at
    errors[after - 1, 1] = errors[after, 0] = cuts.error
    turned = np.zeros((len(parent), cuts.above.shape[1]), np.int32)
    turned[after, cuts.line] = 1
    turned = np.cumsum(turned, axis=0, dtype=np.int32)
    first = np.cumsum(parts) - parts
    above = cuts.above[parent] ^ (turned - turned[first][parent]).astype(bool)
    index = above.reshape(len(parent), forms.p.shape[1], -1).sum(axis=2)
    unit = np.arange(len(slopes))
    slope, offset = slopes[unit, index], intercepts[unit, index]
    h = forms.take(parent)
    p, q = slope * h.p + offset, slope * h.q
    rounding = 4 * _U * (np.abs(slope * h.p) + np.abs(offset) + np.abs(q)) + _TINY
    e = np.where(slope == 0.0, 0.0, np.abs(slope) * h.e * (1 + 2.0**-40) + rounding)
    return _Pieces(cells.segment[parent], ends, errors), _Forms(p, q, e)
