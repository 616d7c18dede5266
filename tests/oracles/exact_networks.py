"""Networks in exact rational numbers, as plainly as can be: values at points, and the pieces on an interval."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise

__all__ = ["exact_values", "pieces_on_interval"]


def exact_values(net, point):
    """The outputs at a point, before an output activation: a list of Fractions."""
    values = [Fraction(v) for v in point]
    for layer, (W, b) in enumerate(zip(net.weights, net.biases)):
        values = [
            sum(Fraction(w) * v for w, v in zip(row, values)) + Fraction(c)
            for row, c in zip(W.tolist(), b.tolist())
        ]
        if layer < net.depth:
            tables = [net.activations[layer].of_unit(unit).pieces for unit in range(len(b))]
            values = [_apply(table, _piece(table, z), z) for table, z in zip(tables, values)]
    return values


def pieces_on_interval(net, low, high):
    """The cells of a network of one input: a list of (start, end, pattern, slopes, intercepts), ascending, exact."""
    cells = [(Fraction(low), Fraction(high), (), [(Fraction(1), Fraction(0))])]
    for layer, (W, b) in enumerate(zip(net.weights, net.biases)):
        found = []
        for start, end, pattern, forms in cells:
            lines = [
                (
                    sum(Fraction(w) * s for w, (s, _) in zip(row, forms)),
                    sum(Fraction(w) * t for w, (_, t) in zip(row, forms)) + Fraction(c),
                )
                for row, c in zip(W.tolist(), b.tolist())
            ]
            if layer == net.depth:
                found.append((start, end, pattern, lines))
                continue
            tables = [net.activations[layer].of_unit(unit).pieces for unit in range(len(b))]
            cuts = {
                (Fraction(t) - offset) / slope
                for table, (slope, offset) in zip(tables, lines)
                for t in table.breakpoints.tolist()
                if slope
            }
            ends = [start, *sorted(cut for cut in cuts if start < cut < end), end]
            for p, q in pairwise(ends):
                chosen = tuple(
                    _piece(table, slope * (p + q) / 2 + offset)
                    for table, (slope, offset) in zip(tables, lines)
                )
                bent = [
                    (
                        Fraction(float(table.slopes[k])) * slope,
                        Fraction(float(table.slopes[k])) * offset + Fraction(float(table.intercepts[k])),
                    )
                    for table, k, (slope, offset) in zip(tables, chosen, lines)
                ]
                found.append((p, q, (*pattern, chosen), bent))
        cells = found
    return [(p, q, pattern, [s for s, _ in f], [t for _, t in f]) for p, q, pattern, f in cells]


def _piece(table, z):
    return sum(z > Fraction(v) for v in table.breakpoints.tolist())


def _apply(table, k, z):
    return Fraction(float(table.slopes[k])) * z + Fraction(float(table.intercepts[k]))
