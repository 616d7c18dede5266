"""The exact cells of a piecewise-linear network on a box in the plane: the readable oracle.

Layer by layer, each polygon is cut by the lines on which its units change their linear piece (layer-wise
polygon splitting). Weights, biases and slopes are the exact rational numbers that the floats denote, cleared
to integers, so that no sign is ever in doubt. Cells are open and full-dimensional: a line that only touches a
polygon, or a unit that is identically zero on it, does not cut it. Cost: cells x units sign tests on integers
whose length grows with depth; for networks of up to some thousand cells.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from math import lcm
from typing import Any

from ..errors import ModelError
from .complex import Cell, ReferenceComplex
from .polygon import Form, Polygon, box_polygon, primitive, split, to_fractions

__all__ = ["enumerate_cells"]


def enumerate_cells(net: Any, domain: Sequence[Sequence[float | Fraction]]) -> ReferenceComplex:
    """Find all cells of a network of two inputs on a box, exactly.

    Parameters
    ----------
    net : Network
        Two inputs; every hidden activation piecewise linear (relu, leaky_relu, abs, hardtanh, identity,
        step). The output is taken before its own activation: the logits.
    domain : [(x0, x1), (y0, y1)]
        The box, its floats taken as exact numbers.

    Returns
    -------
    ReferenceComplex

    Raises
    ------
    ModelError
        The network has not two inputs, or a hidden activation is not piecewise linear.
    ParameterError
        The box is empty or not finite.

    Notes
    -----
    The pattern of a unit that sits exactly on a breakpoint throughout a cell holds the piece that the
    breakpoint belongs to (`leadlight.activations.Pieces`).

    Examples
    --------
    >>> from leadlight import Network
    >>> W0, W1 = [[1.0, 0.0], [1.0, 0.0], [0.0, 1.0]], [[1.0, -1.0, 1.0]]
    >>> net = Network.from_arrays([W0, W1], [[0.0] * 3, [0.0]])
    >>> cx = enumerate_cells(net, [(-1, 1), (-1, 1)])
    >>> len(cx), cx.count_linear_regions()  # the first two units cancel: they cut, and bend nothing
    (4, 2)
    """
    if net.n_inputs != 2:
        raise ModelError(
            f"The network has {net.n_inputs} inputs; cells in the plane exist for networks of 2 inputs."
        )
    corners = box_polygon(domain)
    states: list[_State] = [(corners, (), ((1, 0, 0), (0, 1, 0)))]
    scale = 1
    for weights, bias, act in zip(net.weights[:-1], net.biases[:-1], net.activations):
        layer = _IntegerLayer(weights, bias, scale)
        bend = _IntegerPieces(act, layer.scale)
        states = [after for state in states for after in _through_layer(state, layer, bend)]
        scale = bend.scale
    last = _IntegerLayer(net.weights[-1], net.biases[-1], scale)
    cells = tuple(Cell(pattern, polygon, last(forms), last.scale) for polygon, pattern, forms in states)
    box = to_fractions(corners)
    return ReferenceComplex(cells, ((box[0][0], box[2][0]), (box[0][1], box[2][1])))


# polygon, pattern so far, and the current layer's values as integer forms (a common scale apart)
_State = tuple[Polygon, tuple[tuple[int, ...], ...], tuple[Form, ...]]


class _IntegerLayer:
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


class _IntegerPieces:
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


def _through_layer(state: _State, layer: _IntegerLayer, bend: _IntegerPieces) -> list[_State]:
    """Cut one cell of the layers before by all units of a layer; return the cells it falls into."""
    polygon, pattern, forms = state
    preactivations = layer(forms)
    parts: list[tuple[Polygon, tuple[int, ...]]] = [(polygon, ())]
    for form in preactivations:
        switches = bend.switches(form)
        parts = [(piece, (*chosen, k)) for part, chosen in parts for piece, k in _cut(part, switches)]
    return [
        (part, (*pattern, chosen), tuple(bend.value(z, k) for z, k in zip(preactivations, chosen)))
        for part, chosen in parts
    ]


def _cut(polygon: Polygon, switches: Sequence[Form]) -> list[tuple[Polygon, int]]:
    """Cut a polygon by parallel lines; return the strips with the number of lines that lie below each."""
    strips: list[tuple[Polygon, int]] = []
    rest = polygon
    for k, switch in enumerate(switches):
        if switch[:2] == (0, 0):  # the unit is constant here: it cuts nothing
            below, above = (None, rest) if switch[2] > 0 else (rest, None)
        else:
            below, above = split(rest, switch)
        if below is not None:
            strips.append((below, k))
        if above is None:
            return strips
        rest = above
    strips.append((rest, len(switches)))
    return strips
