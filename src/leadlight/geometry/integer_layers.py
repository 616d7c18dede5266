"""A layer of a network on affine forms, in integers: what floats denote, cleared of denominators.

Affine forms a x + b y + c are held as integer triples, together a common scale apart from the real ones. A
layer's scale is the one before times the least common denominator of its weights. Cost: one product of
integers a weight, of a length that grows with depth.
"""

from __future__ import annotations

from fractions import Fraction
from math import lcm
from typing import Any

from ..errors import ModelError
from .polygon import Form, primitive

__all__ = ["IntegerLayer", "IntegerPieces"]


class IntegerLayer:
    """z = W h + b on integer forms: given scale_in * h it returns scale * z."""

    def __init__(self, weights: Any, bias: Any, scale_in: int) -> None:
        rows = [[Fraction(w) for w in row] for row in weights.tolist()]
        offsets = [Fraction(b) for b in bias.tolist()]
        common = lcm(*(v.denominator for row in [*rows, offsets] for v in row))
        self.rows = [[int(w * common) for w in row] for row in rows]
        self.offsets = [int(b * common) * scale_in for b in offsets]
        self.scale = common * scale_in

    def __call__(self, forms: tuple[Form, ...]) -> tuple[Form, ...]:
        result = []
        for row, offset in zip(self.rows, self.offsets):
            a = b = 0
            c = offset
            for w, (fa, fb, fc) in zip(row, forms):
                if w and (fa or fb or fc):
                    a, b, c = a + w * fa, b + w * fb, c + w * fc
            result.append((a, b, c))
        return tuple(result)


class IntegerPieces:
    """A piecewise-linear activation on integer forms: given scale_in * z it returns scale * phi(z)."""

    def __init__(self, act: Any, scale_in: int) -> None:
        if act.pieces is None:
            raise ModelError(
                f"The activation {act.spec!r} is not piecewise linear, so it has no cells; "
                "use relu, leaky_relu, abs, hardtanh, step or identity."
            )
        breakpoints = [Fraction(v) for v in act.pieces.breakpoints.tolist()]
        slopes = [Fraction(v) for v in act.pieces.slopes.tolist()]
        intercepts = [Fraction(v) for v in act.pieces.intercepts.tolist()]
        common = lcm(*(v.denominator for v in slopes + intercepts))
        self.breakpoints = [(v.denominator, v.numerator * scale_in) for v in breakpoints]
        self.slopes = [int(v * common) for v in slopes]
        self.intercepts = [int(v * common) * scale_in for v in intercepts]
        self.scale = common * scale_in

    def switches(self, form: Form) -> list[Form]:
        """The forms, one a breakpoint, that are zero where scale_in * z sits on it."""
        return [primitive((a_ * form[0], a_ * form[1], a_ * form[2] - at)) for a_, at in self.breakpoints]

    def value(self, form: Form, piece: int) -> Form:
        slope = self.slopes[piece]
        return slope * form[0], slope * form[1], slope * form[2] + self.intercepts[piece]
