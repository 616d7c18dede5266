"""At the start: cells against the number of units, over depth, beside N^2/2 and the theory."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from leadlight.studies.page import Page

from . import pictures, theory
from .families import Counts

__all__ = ["at_the_start", "exponent"]

SECTION = "At the start"
NEAR_TWO = (
    0.25  # how far a fitted exponent may be from 2 and still be called quadratic: half-way to 2.5 and 1.5
)
WIDE = 32  # corrections to the limit of wide layers are of the order depth / width: 5 / 32 = 16 %


def exponent(units: Sequence[int] | np.ndarray, means: np.ndarray) -> float:
    """Return the slope of a straight line through log means against log units (least squares).

    Examples
    --------
    >>> exponent([10, 20, 40], np.array([3.0, 12.0, 48.0]))
    2.0
    """
    return round(float(np.polyfit(np.log(units), np.log(means), 1)[0]), 9)


def at_the_start(page: Page, measured: Sequence[Counts], half_width: float) -> dict[str, np.ndarray]:
    """Tabulate, draw and judge; return the expected cells of each law: (number of units, depth)."""
    expected = {
        c.law.name: np.array(
            [
                [theory.cells(c.law, c.widths(i, k), half_width) for k in range(len(c.depths))]
                for i in range(len(c.units))
            ]
        )
        for c in measured
    }
    area = (2 * half_width) ** 2
    rows = []
    for c in measured:
        for k, depth in enumerate(c.depths):
            mean, last = c.cells[-1, k].mean(), c.units[-1]
            rows.append([
                c.law.name, depth, c.widths(-1, k)[-1], page.interval(c.cells[-1, k]), mean / (last**2 / 2),
                mean / expected[c.law.name][-1, k], _slope(c, k, c.cells.mean(axis=2)),
                float(np.sqrt(2 * mean / area) / last),
            ])  # fmt: skip
    n, last = measured[0].cells.shape[-1], measured[0].units[-1]
    page.table(
        "initial",
        ["initialisation", "layers", "width", "cells", "mean / (N²/2)", "mean / theory", "exponent", "T"],
        rows,
        f"Exact cells of networks with N = {last} units in the square ± {half_width:g}: median and quartiles of {n} "
        "seeds, the mean over N²/2 and over the theory for wide layers. The exponent is fitted to the means of all "
        "sizes with at least 8 units a layer; T is the least constant for which the bound "
        "$(T N)^2 / 2$ per unit area covers the mean.",
        formats=[None, None, None, ",.0f", ".2f", ".2f", ".2f", ".2f"],
        section=SECTION,
    )
    middle = measured[0].units[measured[0].middle]
    page.figure(
        "cells-against-units",
        pictures.cells_against_units(measured, expected),
        f"Exact cells in the square ± {half_width:g} against the number of units N: means of {n} seeds and their "
        "quartiles, with the theory for wide layers as lines and N²/2 dashed. Right: a fixed N, shared out over more "
        f"and more layers; means with two standard errors, over the 1 + N + N (N - 1) / 2 cells that N creases make if "
        f"every two cross once. Filled: in the square, N = {last}. Hollow: in the whole plane, N = {middle}.",
        alt="Two log-log plots of cells against units, straight lines of slope two, deeper networks lower; on the "
        "right the share in the square falls with depth, faster for torch's default, and that in the plane stays at 1.",
        section=SECTION,
    )
    _claims(page, measured, expected)
    return expected


def _slope(c: Counts, k: int, values: np.ndarray) -> float | None:
    """Fit the exponent at a depth, over the sizes with at least 8 units a layer; None for fewer than two."""
    wide = c.wide(k)
    return exponent(np.array(c.units)[wide], values[wide, k]) if wide.sum() > 1 else None


def _narrowest(measured: Sequence[Counts]) -> int:
    """Return the units of the narrowest layer at the greatest N."""
    return min(c.widths(-1, k)[-1] for c in measured for k in range(len(c.depths)))


def _claims(page: Page, measured: Sequence[Counts], expected: dict[str, np.ndarray]) -> None:
    if len(measured[0].depths) > 1:
        _depth(page, measured)
    plane = {
        f"{c.law.short}, depth {d}": float(c.plane[k].mean() / theory.all_pairs(c.units[c.middle]))
        for c in measured
        for k, d in enumerate(c.depths)
    }
    page.claim(
        "every-pair-crosses-once",
        f"In the whole plane {measured[0].units[measured[0].middle]} units make 1 + N + N(N - 1)/2 cells in the mean "
        "at every depth and for both initialisations, to within 15 %: as many as N lines do.",
        all(abs(ratio - 1) <= 0.15 for ratio in plane.values()),
        {f"mean over that number: {name}": ratio for name, ratio in plane.items()},
        must_hold=False,
    )
    ratios = {
        f"{c.law.short}, depth {d}": float(c.cells[-1, k].mean() / expected[c.law.name][-1, k])
        for c in measured
        for k, d in enumerate(c.depths)
    }
    page.claim(
        "wide-theory",
        "The theory for wide layers, which has nothing to fit, gives the mean number of cells in the square of the "
        "largest networks to within 25 %, at every depth and for both initialisations.",
        all(abs(ratio - 1) <= 0.25 for ratio in ratios.values()),
        {f"mean / theory: {name}": ratio for name, ratio in ratios.items()}
        | {"narrowest layer": _narrowest(measured)},
        must_hold=_narrowest(measured) >= WIDE,
    )
    for c in measured:
        slopes = {d: _slope(c, k, c.cells.mean(axis=2)) for k, d in enumerate(c.depths)}
        theirs = {d: _slope(c, k, expected[c.law.name]) for k, d in enumerate(c.depths)}
        known = [slope for slope in slopes.values() if slope is not None]
        page.claim(
            f"quadratic-{c.law.short.lower()}",
            f"{c.law.name}: at every depth the mean number of cells in the square grows like the square of the number "
            f"of units, the fitted exponent being within {NEAR_TWO:g} of 2.",
            bool(known) and all(abs(slope - 2) <= NEAR_TWO for slope in known),
            {f"exponent at depth {d}": slope for d, slope in slopes.items()}
            | {f"of the theory at depth {d}": slope for d, slope in theirs.items()},
            must_hold=False,
        )


def _depth(page: Page, measured: Sequence[Counts]) -> None:
    """Judge what depth does to the count in the square, at the greatest number of units."""
    least = measured[0].depths[0]
    base = "one layer" if least == 1 else f"{least} layers"
    gain = {
        f"{c.law.short}, depth {d}": float(c.cells[-1, k].mean() / c.cells[-1, 0].mean())
        for c in measured
        for k, d in enumerate(c.depths[1:], 1)
    }
    page.claim(
        "depth-adds-nothing",
        f"At the start no depth makes more cells in the square of {measured[0].units[-1]} units than {base} "
        f"do{'es' * (least == 1)}: no mean exceeds it by more than a quarter.",
        max(gain.values()) <= 1.25,
        {f"mean over that of {base}: {name}": g for name, g in gain.items()},
        must_hold=_narrowest(measured) >= WIDE,
    )
    for c in measured:
        means = c.cells[-1].mean(axis=1)
        page.claim(
            f"depth-hardly-matters-{c.law.short.lower()}",
            f"{c.law.name}: with {c.units[-1]} units the depth with the fewest cells in the square has in the mean at "
            "least half as many as the depth with the most.",
            bool(means.min() >= means.max() / 2),
            {f"mean at depth {d}": m for d, m in zip(c.depths, means)}
            | {"least / greatest": float(means.min() / means.max())},
            must_hold=False,
        )
