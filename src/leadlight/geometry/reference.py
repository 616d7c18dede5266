"""The exact cells of a piecewise-linear network on a box in the plane: the plain oracle of `regions`, for tests.

Layer by layer, each polygon is cut by the lines on which its units change their linear piece (layer-wise
polygon splitting). Weights, biases and slopes are the exact rational numbers that the floats denote, cleared
to integers, so that no sign is ever in doubt. Cells are open and full-dimensional: a line that only touches a
polygon, or a unit that is identically zero on it, does not cut it. Cost: cells x units sign tests on integers
whose length grows with depth; for networks of up to some thousand cells.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from ..errors import ModelError
from .exact.integer_layers import IntegerLayer, IntegerPieces
from .exact.polygon import Form, Polygon, box_polygon, split, to_fractions
from .exact.reference_complex import Cell, ReferenceComplex

__all__ = ["enumerate_cells"]


def enumerate_cells(net: Any, domain: Sequence[Sequence[float | Fraction]]) -> ReferenceComplex:
    """Find all cells of a network of two inputs on a box, exactly.

    Parameters
    ----------
    net : Network
        Two inputs; every hidden activation piecewise linear (relu, leaky_relu, prelu, abs, hardtanh,
        identity, step). The output is taken before its own activation: the logits.
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
        layer = IntegerLayer(weights, bias, scale)
        bend = IntegerPieces(act, layer.scale)
        states = [after for state in states for after in _through_layer(state, layer, bend)]
        scale = bend.scale
    last = IntegerLayer(net.weights[-1], net.biases[-1], scale)
    cells = tuple(Cell(pattern, polygon, last(forms), last.scale) for polygon, pattern, forms in states)
    box = to_fractions(corners)
    return ReferenceComplex(cells, ((box[0][0], box[2][0]), (box[0][1], box[2][1])))


# polygon, pattern so far, and the current layer's values as integer forms (a common scale apart)
_State = tuple[Polygon, tuple[tuple[int, ...], ...], tuple[Form, ...]]


def _through_layer(state: _State, layer: IntegerLayer, bend: IntegerPieces) -> list[_State]:
    """Cut one cell of the layers before by all units of a layer; return the cells it falls into."""
    polygon, pattern, forms = state
    preactivations = layer(forms)
    parts: list[tuple[Polygon, tuple[int, ...]]] = [(polygon, ())]
    for unit, form in enumerate(preactivations):
        switches = bend.switches(unit, form)
        parts = [(piece, (*chosen, k)) for part, chosen in parts for piece, k in _cut(part, switches)]
    return [
        (part, (*pattern, chosen), tuple(map(bend.value, range(len(chosen)), preactivations, chosen)))
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
