"""A layer of a network on affine forms, in integers: what floats denote, cleared of denominators.

Affine forms a x + b y + c are held as integer triples, together a common scale apart from the real ones. A
layer's scale is the one before times the least common denominator of its weights. Cost: one product of
integers a weight, of a length that grows with depth.
"""

from __future__ import annotations

import itertools
from fractions import Fraction
from math import lcm
from typing import Any

from ...errors import ModelError
from .polygon import Form, primitive

__all__ = ["IntegerLayer", "IntegerPieces"]


class IntegerLayer:
    """z = W h + b on integer forms: given scale_in * h it returns scale * z."""

    def __init__(self, weights: Any, bias: Any, scale_in: int) -> None:
        rows = [[w.as_integer_ratio() for w in row] for row in weights.tolist()]
        offsets = [b.as_integer_ratio() for b in bias.tolist()]
        common = max(below for row in [*rows, offsets] for _, below in row)  # powers of two
        self.rows = [[above * (common // below) for above, below in row] for row in rows]
        self.offsets = [above * (common // below) * scale_in for above, below in offsets]
        self.scale = common * scale_in

    def __call__(self, forms: tuple[Form, ...]) -> tuple[Form, ...]:
        return tuple(self.unit(forms, unit) for unit in range(len(self.rows)))

    def unit(self, forms: tuple[Form, ...], unit: int) -> Form:
        """One of them."""
        a = b = 0
        c = self.offsets[unit]
        for w, (fa, fb, fc) in zip(self.rows[unit], forms):
            if w and (fa or fb or fc):
                a, b, c = a + w * fa, b + w * fb, c + w * fc
        return a, b, c


class IntegerPieces:
    """A piecewise-linear activation on integer forms: given scale_in * z it returns scale * phi(z)."""

    def __init__(self, act: Any, scale_in: int) -> None:
        if not act.is_piecewise_linear:
            raise ModelError(
                f"The activation {act.spec!r} is not piecewise linear, so it has no cells; "
                "use relu, leaky_relu, prelu, abs, hardtanh, step or identity."
            )
        exact = {unit: _fractions(unit.pieces) for unit in set(act.units())}
        common = lcm(*(v.denominator for _, *values in exact.values() for v in itertools.chain(*values)))
        made = {
            unit: (
                [(v.denominator, v.numerator * scale_in) for v in breakpoints],
                [int(v * common) for v in slopes],
                [int(v * common) * scale_in for v in intercepts],
            )
            for unit, (breakpoints, slopes, intercepts) in exact.items()
        }
        self.units = [made[unit] for unit in act.units()]  # one alone where all have the same pieces
        self.scale = common * scale_in

    def switches(self, unit: int, form: Form) -> list[Form]:
        """The forms, one a breakpoint of the unit, that are zero where scale_in * z sits on it."""
        breakpoints, _, _ = self.units[unit if len(self.units) > 1 else 0]
        return [primitive((a_ * form[0], a_ * form[1], a_ * form[2] - at)) for a_, at in breakpoints]

    def value(self, unit: int, form: Form, piece: int) -> Form:
        _, slopes, intercepts = self.units[unit if len(self.units) > 1 else 0]
        slope = slopes[piece]
        return slope * form[0], slope * form[1], slope * form[2] + intercepts[piece]


def _fractions(pieces: Any) -> tuple[list[Fraction], ...]:
    return tuple(
        [Fraction(v) for v in array.tolist()]
        for array in (pieces.breakpoints, pieces.slopes, pieces.intercepts)
    )
