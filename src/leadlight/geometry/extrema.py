"""The exact least and greatest values of an output on the closed domain.

An affine map is extreme at a corner of its cell, so the vertices are searched: in float64 with error bounds,
then in rational numbers among those that the bounds leave. Cost: linear in the corners, and an exact forward
pass for each linear region left.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations
from typing import Any

import numpy as np

from ..errors import ParameterError
from . import exact_cell

__all__ = ["Extrema", "Extremum", "corner_values", "extrema"]


@dataclass(frozen=True, repr=False)
class Extremum:
    """An extreme value.

    Attributes
    ----------
    exact : Fraction
    point : tuple of Fraction
        A corner of `cell` where the cell's map takes the value.
    cell : int
    attained : bool
        Whether the network itself takes the value at some point. A continuous one does; with steps it may only
        be approached (a supremum or infimum).
    """

    exact: Fraction
    point: tuple[Fraction, ...]
    cell: int
    attained: bool

    @property
    def value(self) -> float:
        """The value, correctly rounded; infinite beyond the range of float64."""
        return exact_cell.rounded(self.exact)

    def __repr__(self) -> str:
        at = ", ".join(f"{exact_cell.rounded(x):.9g}" for x in self.point)
        approached = "" if self.attained else ", not attained"
        return f"Extremum({self.value:.9g} at ({at}), cell {self.cell}{approached})"


@dataclass(frozen=True)
class Extrema:
    """The least and the greatest value of an output on a domain.

    With steps: the infimum and the supremum over the open cells. What such a network does on the creases alone,
    a set without area, counts for `Extremum.attained` and for nothing else.
    """

    minimum: Extremum
    maximum: Extremum


def extrema(cx: Any, output: int = 0) -> Extrema:
    """Find the exact least and greatest value of an output (before an output activation) on the domain.

    Examples
    --------
    >>> import leadlight as ll
    >>> net = ll.Network.from_arrays([[[1.0], [-1.0]], [[1.0, 1.0]]], [[-0.25, 0.25], [0.0]])  # |x - 1/4|
    >>> found = ll.regions(net, (-1, 1)).extrema()
    >>> found.minimum.exact, found.minimum.point[0], found.maximum.value
    (Fraction(0, 1), Fraction(1, 4), 1.25)
    """
    n_outputs = cx.network.n_outputs
    if isinstance(output, bool) or not isinstance(output, int | np.integer) or not 0 <= output < n_outputs:
        raise ParameterError(f"There is no output {output!r}: the network has outputs 0 to {n_outputs - 1}.")
    cell, values, errors = corner_values(cx, int(output))
    return Extrema(
        minimum=_greatest(cx, int(output), cell, -values, errors, -1),
        maximum=_greatest(cx, int(output), cell, values, errors, 1),
    )


def corner_values(cx: Any, output: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The cell, the value and its error bound at each corner of each cell."""
    cell = np.repeat(np.arange(len(cx)), cx.n_corners)
    maps, bounds = cx._details.maps[cell, output], cx._details.map_errors[cell, output]
    corners, shifts = cx.vertices[cx.cell_vertices], cx.vertex_errors[cx.cell_vertices]
    with np.errstate(over="ignore", invalid="ignore"):  # what is not finite stays in the race
        reach = np.abs(corners) + shifts[:, None]
        terms = corners * maps[:, : cx.dim]
        values = terms.sum(axis=1) + maps[:, 2]
        slopes = np.abs(maps[:, : cx.dim]).sum(axis=1)
        rounding = 2.0**-50 * (np.abs(terms).sum(axis=1) + np.abs(maps[:, 2])) + 2.0**-1060
        errors = slopes * shifts + bounds[:, 0] * reach.sum(axis=1) + bounds[:, 1] + rounding
    return cell, values, np.where(np.isfinite(values), errors, np.inf)


def _greatest(
    cx: Any, output: int, cell: np.ndarray, values: np.ndarray, errors: np.ndarray, sign: int
) -> Extremum:
    """The greatest of sign * output."""
    with np.errstate(over="ignore", invalid="ignore"):
        left = np.flatnonzero(~(values + errors < np.nanmax(values - errors, initial=-np.inf)))
    labels = cx.linear_regions()
    forms: dict[int, exact_cell.Affine] = {}  # by linear region
    done: set[tuple[int, int]] = set()
    best: Fraction | None = None
    where: list[
        tuple[int, tuple[Fraction, ...], bool]
    ] = []  # cell, corner, whether the map is constant there
    for corner in left.tolist():
        owner, vertex = int(cell[corner]), int(cx.cell_vertices[corner])
        region = int(labels[owner])
        if region not in forms:
            pattern = cx._full_pattern(owner)
            forms[region] = exact_cell.preactivation_form(cx._sliced, pattern, cx._sliced.depth, output)
        form = forms[region]
        constant = form[0] == 0 == form[1]
        key = (region, -1 if constant else vertex)
        if key in done:
            continue
        done.add(key)
        point = cx.vertex_exact(vertex)
        value = sign * exact_cell.value_at(form, point)
        if best is None or value > best:
            best, where = value, []
        if value == best:
            where.append((owner, point, constant))
    assert best is not None
    attained = cx.is_continuous or _is_attained(cx, output, sign * best, where)
    owner, point, _ = where[0]
    return Extremum(sign * best, point, owner, attained)


def _is_attained(
    cx: Any, output: int, value: Fraction, where: list[tuple[int, tuple[Fraction, ...], bool]]
) -> bool:
    """Whether a network with jumps takes a value that its cells' maps take at these corners.

    It does inside a cell with a constant map, at a corner if the network's own value there is this, or along an
    edge between two such corners.
    """
    if any(constant for _, _, constant in where):
        return True
    points = [point for _, point, _ in where]
    for (cell, p, _), (other, q, _) in combinations(where, 2):
        if cell == other:
            points.append(tuple((x + y) / 2 for x, y in zip(p, q)))
    return any(exact_cell.network_at(cx._sliced, point)[output] == value for point in points)
