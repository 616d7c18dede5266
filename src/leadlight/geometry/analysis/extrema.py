"""The exact least and greatest values of an output on the closed domain.

An affine map is extreme at a corner of its cell, so the vertices are searched: in float64 with error bounds,
then in rational numbers among those that the bounds leave. A network with steps is constant on each cell, each open
side and at each corner, and may take on a side what it takes in no cell: there these are searched too. Where very many
corners are left, as in a sawtooth network all of whose teeth are equally high, one more unit decides them at once: it
is on where the output is above the best value so far, and the network's cells are gone through until there is one.
Cost: linear in the corners, and an exact forward pass for each linear region left, or one more enumeration.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np

from ...activations import activation
from ...errors import ParameterError
from ...network import Network
from ..cells.patterns import unpack
from ..exact import cell_forms
from .corner_values import corner_values
from .step_values import face, values_on_faces

__all__ = ["Extrema", "Extremum", "extrema"]

MANY = 500  # corners left from which on they are decided together, if the first few have the greatest value
FEW = 20


@dataclass(frozen=True, repr=False)
class Extremum:
    """An extreme value.

    Attributes
    ----------
    exact : Fraction
    point : tuple of Fraction
        Where the network takes it: a corner of `cell`; with steps a point in the cell, on its border or at a corner.
    cell : int
    """

    exact: Fraction
    point: tuple[Fraction, ...]
    cell: int

    @property
    def value(self) -> float:
        """The value, correctly rounded; infinite beyond the range of float64."""
        return cell_forms.rounded(self.exact)

    def __repr__(self) -> str:
        at = ", ".join(f"{cell_forms.rounded(x):.9g}" for x in self.point)
        return f"Extremum({self.value:.9g} at ({at}), cell {self.cell})"


@dataclass(frozen=True)
class Extrema:
    """The least and the greatest value of an output on a closed domain.

    With steps these are the infimum and supremum, too: such a network takes finitely many values. What it takes on
    creases or on the domain's border alone counts: a unit exactly on a breakpoint holds the piece on its left.
    """

    minimum: Extremum
    maximum: Extremum


def extrema(cx: Any, output: int = 0) -> Extrema:
    """Find the exact least and greatest value of an output (before an output activation) on the domain.

    Parameters
    ----------
    cx : PolyhedralComplex
    output : int

    Returns
    -------
    Extrema

    Raises
    ------
    ParameterError
        There is no such output.

    Examples
    --------
    >>> import leadlight as ll
    >>> net = ll.Network.from_arrays([[[1.0], [-1.0]], [[1.0, 1.0]]], [[-0.25, 0.25], [0.0]])  # |x - 1/4|
    >>> found = ll.regions(net, (-1, 1)).extrema()
    >>> found.minimum.exact, found.minimum.point[0], found.maximum.value
    (Fraction(0, 1), Fraction(1, 4), 1.25)
    >>> net = ll.Network.from_arrays([[[1.0], [-1.0]], [[1.0, 1.0]]], [[0.0, 0.0], [0.0]], "step")
    >>> ll.regions(net, (-1, 1)).extrema()  # 1 beside 0, and 0 there
    Extrema(minimum=Extremum(0 at (0), cell 1), maximum=Extremum(1 at (-0.5), cell 0))
    """
    n_outputs = cx.network.n_outputs
    if isinstance(output, bool) or not isinstance(output, int | np.integer) or not 0 <= output < n_outputs:
        raise ParameterError(f"There is no output {output!r}: the network has outputs 0 to {n_outputs - 1}.")
    cell, values, errors = corner_values(cx, int(output))
    low = _greatest(cx, int(output), cell, -values, errors, -1)
    high = _greatest(cx, int(output), cell, values, errors, 1)
    if cx.is_continuous:
        return Extrema(low, high)
    on_faces = np.concatenate(values_on_faces(cx, int(output))).tolist()
    return Extrema(_of_steps(cx, low, on_faces, -1), _of_steps(cx, high, on_faces, 1))


def _greatest(
    cx: Any, output: int, cell: np.ndarray, values: np.ndarray, errors: np.ndarray, sign: int
) -> Extremum:
    """The greatest of sign * output."""
    with np.errstate(over="ignore", invalid="ignore"):
        left = np.flatnonzero(~(values + errors < np.nanmax(values - errors, initial=-np.inf)))
    if cx.is_continuous:  # all cells around a vertex give it the same value
        left = np.sort(left[np.unique(cx.cell_vertices[left], return_index=True)[1]])
    labels = cx.linear_regions()
    forms: dict[int, cell_forms.Affine] = {}  # by linear region
    done: set[tuple[int, int]] = set()
    best: Fraction | None = None
    where: tuple[tuple[Fraction, ...], int] | None = None
    for place, corner in enumerate(left.tolist()):
        owner, vertex = int(cell[corner]), int(cx.cell_vertices[corner])
        region = int(labels[owner])
        if region not in forms:
            pattern = cx._full_pattern(owner)
            forms[region] = cell_forms.preactivation_form(cx._sliced, pattern, cx._sliced.depth, output)
        form = forms[region]
        constant = form[0] == 0 == form[1]
        key = (region, -1 if constant else vertex)
        if key in done:
            continue
        done.add(key)
        point = cx.vertex_exact(vertex)
        value = sign * cell_forms.value_at(form, point)
        if best is None or value > best:
            best, where = value, (point, owner)
        if len(done) == FEW and len(left) - place > MANY and _is_bound(cx, output, sign, best):
            break
    assert best is not None
    assert where is not None
    return Extremum(sign * best, *where)


def _is_bound(cx: Any, output: int, sign: int, value: Fraction) -> bool:
    """Whether sign * output is proven to be above a value nowhere: by one more unit, which is on where it is."""
    from ..stream import iter_regions

    terms = _in_floats(value * (odd := _odd_part(value.denominator)))
    if not cx.certified or terms is None or cell_forms.rounded(odd) != odd:
        return False
    net = cx.network
    row = np.zeros((1, net.n_outputs))
    row[0, output] = sign * float(odd)
    one = np.ones((1, 1))
    above = Network(  # the terms are subtracted one by one, so that no sum of them is rounded
        weights=(*net.weights, row, *[one] * (len(terms) - 1), np.zeros((1, 1))),
        biases=(*net.biases, *(np.array([-term]) for term in terms), np.zeros(1)),
        activations=(*net.activations, *[activation("identity")] * len(terms), activation("relu")),
        output_activation=activation("identity"),
    )
    with iter_regions(above, cx.domain, slice=cx.slice, maps=False) as batches:
        return not any(
            unpack(cells, np.arange(len(cells)), cells._sliced.depth - 1).any() for cells in batches
        )


def _odd_part(number: int) -> int:
    return number // (number & -number)


def _in_floats(value: Fraction) -> list[float] | None:
    """Floats, at least one, whose exact sum is a value; None where some few do not make it."""
    terms: list[float] = []
    while value or not terms:
        terms.append(cell_forms.rounded(value))
        if not math.isfinite(terms[-1]) or (terms[-1] == 0.0 and value) or len(terms) > 8:
            return None
        value -= Fraction(terms[-1])
    return terms


def _of_steps(cx: Any, best: Extremum, on_faces: list[Fraction], sign: int) -> Extremum:
    """The greatest of sign * output, given the best of the cells, on each of which it is constant, and all faces."""
    beyond = max(range(len(on_faces)), key=lambda i: sign * on_faces[i])
    if sign * on_faces[beyond] > sign * best.exact:
        return Extremum(on_faces[beyond], *face(cx, beyond))
    corners = cx.polygon_exact(best.cell)
    return Extremum(
        best.exact, tuple(sum(axis, Fraction(0)) / len(corners) for axis in zip(*corners)), best.cell
    )
