"""The mistakes of the softmax sheet, wrong beside right: overflow, wrong components, a nameless axis."""

from __future__ import annotations

from typing import Any

import numpy as np

from leadlight.functions import onehot_argmax, softmax
from leadlight.studies.page import Page

from . import pictures

__all__ = ["axis_that_is_not_named", "naive_softmax", "overflow", "overflow_threshold", "wrong_components"]

OVERFLOWING: tuple[tuple[tuple[float, ...], float], ...] = (
    ((1.0, 2.0, 3.0), 1.0),
    ((7.1, 7.2, 7.3), 100.0),
    ((709.5, 709.5, 709.5), 1.0),
    ((-746.0, -747.0, -748.0), 1.0),
)


def naive_softmax(x: np.ndarray, inverse_temperature: float = 1.0) -> np.ndarray:
    """Return exp(k x) / sum exp(k x) as it stands in the sheet, in the dtype of x: it overflows."""
    with np.errstate(over="ignore", invalid="ignore", under="ignore"):
        powers = np.exp(np.asarray(inverse_temperature, dtype=x.dtype) * x)
        return powers / np.sum(powers)


def overflow_threshold(dtype: Any) -> float:
    """Return the greatest number of a dtype whose exponential is still finite.

    Examples
    --------
    >>> round(overflow_threshold(np.float64), 4), round(overflow_threshold(np.float32), 4)
    (709.7827, 88.7228)
    """
    low, high = np.array(0, dtype), np.array(2048, dtype)
    with np.errstate(over="ignore"):
        while np.nextafter(low, high) < high:
            middle = (low + high) / np.array(2, dtype)
            low, high = (middle, high) if np.isfinite(np.exp(middle)) else (low, middle)
    return float(low)


def overflow(page: Page) -> None:
    """Show where the plain exponential overflows and that the stable form does not."""
    double, single = overflow_threshold(np.float64), overflow_threshold(np.float32)
    rows, finite = [], True
    for vector, k in OVERFLOWING:
        x = np.array(vector)
        right = softmax(x, inverse_temperature=k)
        finite &= bool(np.all(np.isfinite(right)) and abs(right.sum() - 1) < 1e-12)
        naive = [_shares(naive_softmax(x.astype(dtype), k)) for dtype in (np.float32, np.float64)]
        rows.append([_shares(x, "g"), k, *naive, _shares(right)])
    page.table(
        "overflow",
        ["x", "k", "naive, float32", "naive, float64", "stable"],
        rows,
        "Softmax as exp(k x) divided by its sum, and with the greatest entry taken out first. In the third "
        "row the exponentials still fit in float64 and only their sum does not: the shares become 0 without "
        "any warning.",
        formats=[None, "g", None, None, None],
    )
    extreme = page.rng("extreme").uniform(-1, 1, size=(1000, 5)) * 1e300
    shares = softmax(extreme, inverse_temperature=1e6)
    sums = float(np.max(np.abs(shares.sum(axis=1) - 1)))
    page.claim(
        "stable",
        "Softmax with the greatest entry taken out is finite and sums to 1 where the naive formula "
        f"overflows: from $k x$ = {double:.2f} in float64 and {single:.2f} in float32.",
        finite
        and bool(np.all(np.isfinite(shares)))
        and sums < 1e-12
        and 709 < double < 710
        and 88 < single < 89,
        {
            "last finite exp, float64": double,
            "last finite exp, float32": single,
            "vectors up to 1e300 at k = 1e6": len(extreme),
            "greatest deviation of a sum from 1": sums,
        },
    )
    page.mend(
        "A naive exponential",
        "The exponential of a number above the threshold is infinite, and infinity divided by infinity is "
        "not a "
        r"number. As an offset changes nothing, the greatest entry can be taken out first: "
        r"$\frac{e^{k (x_j - m)}}{\sum_i e^{k (x_i - m)}}$ has no exponent above 0.",
        wrong=f"softmax of {rows[1][0]} at k = {rows[1][1]:g}: {rows[1][3]}",
        right=rows[1][4],
    )


def wrong_components(page: Page, resolution: int) -> None:
    """Show the sheet's pictures of the wrong component and of the swapped argmax beside the right ones."""
    k = 10.0

    def swapped(points: np.ndarray) -> np.ndarray:
        return (points[:, 1] >= points[:, 0]).astype(float)  # component 1, lit where x2 wins, and on the tie

    page.figure(
        "mended-components",
        pictures.maps(
            [
                ("second row, wrong:\ncomponent 1 again", lambda p: softmax(p, inverse_temperature=k)[:, 0]),
                ("second row, right:\ncomponent 2", lambda p: softmax(p, inverse_temperature=k)[:, 1]),
                ("argmax 1, wrong:\nswapped, tie to one side", swapped),
                ("argmax 1, right:\ntie shared", lambda p: onehot_argmax(p)[:, 0]),
            ],
            resolution,
        ),
        f"The sheet's pictures beside the right ones (softmax at k = {k:g}).",
        alt="Four maps of the square; the wrong ones are mirror images of the right ones.",
    )
    axis = np.linspace(-1, 1, resolution)
    points = np.stack(np.meshgrid(axis, axis), axis=-1).reshape(-1, 2)
    shares = softmax(points, inverse_temperature=k)
    page.mend(
        "The second row of pictures shows component 1 again",
        "Two shares add up to 1, so the second map must be the first one's complement. Drawn twice, "
        "component 1 gives sums far from it.",
        wrong=f"sum of the two maps: {2 * shares[:, 0].min():.3f} to {2 * shares[:, 0].max():.3f}",
        right=f"sum of the two maps: {shares.sum(axis=1).min():.3f} to {shares.sum(axis=1).max():.3f}",
    )
    cold = softmax(points, inverse_temperature=1e6)[:, 0]
    wrong = float(np.mean(np.abs(swapped(points) - cold)))
    right = float(np.mean(np.abs(onehot_argmax(points)[:, 0] - cold)))
    page.claim(
        "onehot-is-the-limit",
        "The one-hot argmax with shared ties is the limit of softmax on every grid point, the diagonal "
        "included; the sheet's swapped one is wrong everywhere.",
        right == 0 and wrong > 0.9,
        {
            "mean distance from softmax at k = 1e6": right,
            "the same, swapped": wrong,
            "grid points": len(points),
        },
    )
    page.mend(
        "The one-hot components are swapped, and ties go to one side",
        "Component 1 must be 1 where $x_1$ is the greater. On the diagonal softmax is (1/2, 1/2) at every "
        "temperature, so its limit is too: `argmax` alone, which takes the first of equals, does not give "
        "it.",
        wrong=f"mean distance from softmax at k = 1e6: {wrong:.3g}",
        right=f"mean distance from softmax at k = 1e6: {right:.3g}",
    )


def axis_that_is_not_named(page: Page) -> None:
    """Show what it costs when `axis` is not the axis that is summed over."""
    x = np.array([[1.0, 2.0, 3.0], [3.0, 1.0, 2.0]])  # two vectors, one a row
    wrong, right = softmax(x, axis=0).sum(axis=1), softmax(x, axis=1).sum(axis=1)
    page.mend(
        "An `axis` argument that does not name the axis",
        "In NumPy `axis` names the axis that is summed over, the one that the shares add up to 1 along. In "
        "the sheet it is the other one, the axis of the vectors: two vectors of three entries, normalised "
        "across the vectors, have shares that do not add up to 1.",
        wrong=f"sums of the shares of each vector: {_shares(wrong, '.3f')}",
        right=f"sums of the shares of each vector: {_shares(right, '.3f')}",
    )


def _shares(values: np.ndarray, spec: str = ".5f") -> str:
    return "(" + ", ".join("nan" if np.isnan(v) else format(float(v), spec) for v in values) + ")"
