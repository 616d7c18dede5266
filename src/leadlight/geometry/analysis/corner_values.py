"""The outputs at the corners of the cells: by their affine maps in float64, with error bounds, and exactly in doubt.

Where maps are steep beside the values that they take (in a cell as thin as the rounding of its vertices, say) floats
say nothing: there the numbers are rational. Cost: linear in the corners, and an exact forward pass for each linear
region in doubt.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ..exact import cell_forms

__all__ = ["corner_values", "outputs_at_corners"]


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


def outputs_at_corners(cx: Any, output: int) -> np.ndarray:
    """An output at each corner of each cell, (n,) float64, right to 2^-24 of the output's greatest size at least.

    A value whose error bound is beyond that is made exactly, and rounded; infinite beyond the range of float64.
    """
    cell, values, errors = corner_values(cx, output)
    known = np.isfinite(values)
    size = (np.abs(values[known]) - errors[known]).max(initial=0.0)
    doubtful = np.flatnonzero(~(errors <= 2.0**-24 * size + 2.0**-1050))
    if len(doubtful) == 0:
        return values
    labels = cx.linear_regions()
    forms: dict[int, cell_forms.Affine] = {}  # by linear region
    for corner in doubtful.tolist():
        owner = int(cell[corner])
        region = int(labels[owner])
        if region not in forms:
            pattern = cx._full_pattern(owner)
            forms[region] = cell_forms.preactivation_form(cx._sliced, pattern, cx._sliced.depth, output)
        a, b, c = forms[region]
        if a == 0 == b:
            values[corner] = cell_forms.rounded(c)
        else:
            point = cx.vertex_exact(int(cx.cell_vertices[corner]))
            values[corner] = cell_forms.rounded(cell_forms.value_at(forms[region], point))
    return values
