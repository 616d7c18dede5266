"""Colours of cells and creases, as an RGB table and an index into it: NumPy only, for every kind of picture.

Colours of patterns and linear regions carry no meaning but sameness: they are hashes, so that a pattern keeps
its colour during training, on another domain and on another machine.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from ..errors import ParameterError
from ..geometry.analysis.corner_values import outputs_at_corners
from ..geometry.polyhedral import PolyhedralComplex

__all__ = [
    "COLOURINGS",
    "LEVELS",
    "CellColours",
    "cell_colours",
    "check_output",
    "corner_outputs",
    "layer_colours",
    "layer_names",
    "output_ranges",
    "ramp",
]

COLOURINGS = ("pattern", "linear_region", "output", "slope", "direction", "area")
MOST_NAMED = 8  # layers in a legend
LEVELS = 256  # colours of a continuous scale
NONE = (160, 160, 160)  # where there is nothing for it to show

# 17 samples of matplotlib's viridis and twilight, and of that part of inferno that is told from white and from black;
# between them colours are interpolated.
_RAMPS = {
    "viridis": "440154 48186a 472d7b 424086 3b528b 33638d 2c728e 26828e 21918c 1fa088 28ae80 3fbc73 5ec962 84d44b "
    "addc30 d8e219 fde725",
    "twilight": "e2d9e2 c4ced4 95b5c7 7297c1 6276ba 5e51ad 592a8f 45135c 2f1436 4a1342 741e4f 983550 b25652 c27c63 "
    "cca389 d8c7be e2d9e2",
    "inferno": "801f6c 932667 a52c60 b73557 c83f4b d84c3e e45a31 ee6a24 f57d15 fa9008",
}


@dataclass(frozen=True, eq=False)
class CellColours:
    """What each cell is filled with.

    Attributes
    ----------
    table : ndarray (k, 3) uint8
        Of a continuous scale `LEVELS` colours, and one for NaN.
    index : ndarray (C,) int64
        Row of the table for each cell.
    values : ndarray (C,) float64 or None
        What a continuous scale shows; NaN where there is nothing to show.
    limits : (low, high)
        Values of its first and last colour.
    label : str
        What the values are.
    """

    table: np.ndarray
    index: np.ndarray
    values: np.ndarray | None = None
    limits: tuple[float, float] = (0.0, 1.0)
    label: str = ""

    def of_values(self, values: np.ndarray) -> np.ndarray:
        """RGB (n, 3) uint8 of other values (n,) on the same scale."""
        return self.table[_level(values, self.limits)]


def cell_colours(
    cx: Any,
    by: str = "pattern",
    output: int = 0,
    pale: bool = False,
    limits: tuple[float, float] | None = None,
) -> CellColours:
    """Choose the colour of each cell.

    Parameters
    ----------
    cx : PolyhedralComplex
    by : str
        ``"pattern"`` or ``"linear_region"`` (a hash; no meaning but sameness), ``"output"`` (at the centroid),
        ``"slope"`` (length of the gradient), ``"direction"`` (of the gradient; grey where it is 0) or ``"area"``
        (logarithmic).
    output : int
        The output that ``"output"``, ``"slope"`` and ``"direction"`` are about.
    pale : bool
        Lighten the colours, so that coloured creases stand out.
    limits : (low, high), optional
        Values of a quantity's first and last colour. Default: its extremes on these cells.

    Raises
    ------
    ParameterError
        No such colouring, or no such output.

    Examples
    --------
    >>> import leadlight as ll
    >>> cx = ll.regions(ll.mlp(2, [8], 1), [(-1, 1), (-1, 1)])
    >>> cell_colours(cx, "area").limits == (np.log10(cx.areas.min()), np.log10(cx.areas.max()))
    True
    """
    if by not in COLOURINGS:
        raise ParameterError(f"The colouring was {by!r}; expected one of {', '.join(COLOURINGS)}.")
    if by in ("pattern", "linear_region"):
        if len(cx.packed_patterns) < len(cx):
            raise ParameterError("The stream was made without patterns: leave patterns=False out.")
        hashes = _hash_rows(cx.packed_patterns)
        if by == "linear_region":
            labels = cx.linear_regions()
            _, first = np.unique(labels, return_index=True)
            hashes = hashes[first][labels]
        table = _lightened(_glass(), 3 if pale else 1)
        return CellColours(table, (hashes % np.uint64(len(table))).astype(np.int64))
    check_output(cx, output)
    shades = _of_quantity(cx, by, output)
    if limits is not None and shades.values is not None:
        shades = replace(shades, limits=limits, index=_level(shades.values, limits))
    return replace(shades, table=_lightened(shades.table, 2)) if pale else shades


def _of_quantity(cx: Any, by: str, output: int) -> CellColours:
    A, c = (part[:, output] for part in cx.affine_maps())
    if by == "output":
        least, greatest = output_ranges(cx, output)
        with np.errstate(over="ignore", invalid="ignore"):
            middle = np.einsum("ij,ij->i", A, cx.centroids) + c
        ends = np.concatenate([least, greatest])
        finite = ends[np.isfinite(ends)]
        limits = (float(finite.min()), float(finite.max())) if len(finite) else (0.0, 1.0)
        return _scale(np.fmax(np.fmin(middle, greatest), least), "viridis", "output", limits)
    if by == "slope":
        return _scale(np.hypot.reduce(A, axis=1, initial=0.0), "viridis", "length of the gradient")
    if by == "area":
        with np.errstate(divide="ignore"):
            return _scale(np.log10(cx.areas), "viridis", "area (log10)" if cx.dim == 2 else "length (log10)")
    angle = np.arctan2(A[:, 1], A[:, 0]) if cx.dim == 2 else np.where(A[:, 0] < 0, np.pi, 0.0)
    flat = (A == 0.0).all(axis=1)
    label = "direction of the gradient" + (", grey: none" if flat.any() else "")
    return _scale(np.where(flat, np.nan, angle), "twilight", label, (-np.pi, np.pi))


def corner_outputs(cells: Any, output: int) -> np.ndarray:
    """An output at each corner of each cell, (n,) float64: of a batch of cells by their maps, as good as those are."""
    if isinstance(cells, PolyhedralComplex):
        return outputs_at_corners(cells, output)
    A, c = (np.repeat(part[:, output], cells.n_corners, axis=0) for part in cells.affine_maps())
    with np.errstate(over="ignore", invalid="ignore"):
        return np.einsum("ij,ij->i", A, cells.vertices[cells.cell_vertices]) + c


def output_ranges(cells: Any, output: int) -> tuple[np.ndarray, np.ndarray]:
    """The least and the greatest value of an output on each cell, (C,) float64 each."""
    values, starts = corner_outputs(cells, output), cells.cell_starts[:-1]
    return np.minimum.reduceat(values, starts), np.maximum.reduceat(values, starts)


def check_output(cx: Any, output: Any) -> None:
    """Raise `ParameterError` unless the network has an output of this number."""
    n = cx.network.n_outputs
    if isinstance(output, bool) or not isinstance(output, int | np.integer) or not 0 <= output < n:
        raise ParameterError(f"There is no output {output!r}: the network has outputs 0 to {n - 1}.")


def layer_colours(depth: int) -> np.ndarray:
    """RGB of the creases of each hidden layer, (depth, 3) uint8: dark for the first, bright for the last."""
    table = ramp("inferno", 256)
    return table[np.linspace(0, 255, max(2, depth)).astype(int)][:depth]


def layer_names(layers: Sequence[int], form: str = "layer {}") -> dict[int, str | None]:
    """What legends call layers, counted from 1: of more than `MOST_NAMED` some, the first and the last among them."""
    chosen = np.unique(np.linspace(0, len(layers) - 1, min(len(layers), MOST_NAMED)).round().astype(int))
    named = {layers[i] for i in chosen.tolist()}
    return {layer: form.format(layer + 1) if layer in named else None for layer in layers}


def ramp(name: str, n: int = LEVELS) -> np.ndarray:
    """A continuous scale of n colours, (n, 3) uint8; ``"viridis"``, ``"twilight"`` or ``"inferno"``."""
    anchors = np.array([[int(code[i : i + 2], 16) for i in (0, 2, 4)] for code in _RAMPS[name].split()])
    at = np.linspace(0, len(anchors) - 1, n)
    channels = [np.interp(at, np.arange(len(anchors)), channel) for channel in anchors.T]
    return np.rint(np.stack(channels, axis=1)).astype(np.uint8)


def _lightened(table: np.ndarray, by: int) -> np.ndarray:
    """Colours that differ from white by a part of what they did."""
    return (255 - (255 - table) // by).astype(np.uint8)


def _scale(values: np.ndarray, name: str, label: str, limits: Any = None) -> CellColours:
    finite = values[np.isfinite(values)]
    if limits is None:
        limits = (float(finite.min()), float(finite.max())) if len(finite) else (0.0, 1.0)
    table = np.vstack([ramp(name), np.array(NONE, np.uint8)])
    return CellColours(table, _level(values, limits), values, limits, label)


def _level(values: np.ndarray, limits: tuple[float, float]) -> np.ndarray:
    low, high = limits
    with np.errstate(over="ignore", invalid="ignore"):
        part = (values / 2 - low / 2) / (high / 2 - low / 2) if high > low else np.full(np.shape(values), 0.5)
    level = (np.clip(np.nan_to_num(part, nan=0.0), 0.0, 1.0) * (LEVELS - 1) + 0.5).astype(np.int64)
    return np.where(np.isnan(values), LEVELS, level)


def _hash_rows(rows: np.ndarray) -> np.ndarray:
    """FNV-1a of each row of bytes, finished by splitmix64's mixer: (C,) uint64."""
    hashes = np.full(len(rows), 0xCBF29CE484222325, np.uint64)
    for start in range(0, len(rows), 4096):  # columns of so many rows stay in the cache
        h = hashes[start : start + 4096]
        for column in rows[start : start + 4096].T:
            h ^= column
            h *= np.uint64(0x100000001B3)
        for shift, factor in ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB)):
            h ^= h >> np.uint64(shift)
            h *= np.uint64(factor)
        h ^= h >> np.uint64(31)
    return hashes


def _glass() -> np.ndarray:
    """96 colours of stained glass: hues all around OKLCH at four lightnesses (Ottosson 2020), (96, 3) uint8."""
    lightness, hue = (
        part.ravel() for part in np.meshgrid([0.62, 0.70, 0.78, 0.86], np.arange(24) * (2 * np.pi / 24))
    )
    chroma = 0.105
    a, b = chroma * np.cos(hue), chroma * np.sin(hue)
    cubes = np.stack(
        [
            lightness + 0.3963377774 * a + 0.2158037573 * b,
            lightness - 0.1055613458 * a - 0.0638541728 * b,
            lightness - 0.0894841775 * a - 1.2914855480 * b,
        ]
    )
    to_linear = np.array(
        [
            [4.0767416621, -3.3077115913, 0.2309699292],
            [-1.2684380046, 2.6097574011, -0.3413193965],
            [-0.0041960863, -0.7034186147, 1.7076147010],
        ]
    )
    linear = np.clip(to_linear @ cubes**3, 0.0, 1.0)
    srgb = np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * linear ** (1 / 2.4) - 0.055)
    return np.rint(255 * srgb.T).astype(np.uint8)
