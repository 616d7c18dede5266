"""What reaches the border of a square: lines, counted by their ends, and the cells that go on for ever."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from leadlight.studies.page import Page

from .counts import Counts, short

__all__ = ["claim_cones", "count_cones", "lines_along_the_border"]

SECTION = "Along the border"


def claim_cones(page: Page, counted: Mapping[str, Counts]) -> None:
    """State what is left far away: exactly one cell for each cone of the bias-free network."""
    far = {kind: counts.far for kind, counts in counted.items()}
    page.claim(
        "cones-exactly",
        "Far away only cones are left: in the square of half-width $10^{10}$ every cone of the bias-free "
        "network has one cell with exactly its gradient, and these cells take more than 99 % of the area.",
        all(f.matched == f.cones and f.area_share > 0.99 for results in far.values() for f in results),
        {
            "networks": sum(map(len, far.values())),
            "cones": sum(f.cones for results in far.values() for f in results),
            "cones matched": sum(f.matched for results in far.values() for f in results),
            "least share of the area": min(f.area_share for results in far.values() for f in results),
        },
    )


def count_cones(page: Page, counted: Mapping[str, Counts]) -> None:
    """Tabulate the cells that go on for ever: cones, and strips between parallel creases."""
    far = {kind: counts.far for kind, counts in counted.items()}
    page.table(
        "far",
        [
            "network",
            "bias-free cones",
            "border cells",
            "strips",
            "cells in all",
        ],
        [
            [
                kind,
                page.interval([f.cones for f in results]),
                page.interval([f.unbounded for f in results]),
                page.interval([f.strips for f in results]),
                page.interval(counted[kind].cells[-1]),
            ]
            for kind, results in far.items()
        ],
        "In the square of half-width $10^{10}$: cones of the network without its biases, cells that reach "
        "the border, and those of them that are strips. A strip runs to infinity between parallel creases "
        "and has no share of the directions: where all but one unit of a ReLU layer are off, later layers "
        "see one number only.",
        formats=[None, ".4g", ".4g", ".4g", ".4g"],
        section=SECTION,
    )
    page.claim(
        "forty-cones",
        "Every shallow network has 2 · 20 = 40 unbounded cells, and 40 cones without its biases.",
        all(f.unbounded == f.cones == 40 for kind in ("shallow ReLU", "shallow Abs") for f in far[kind]),
        {
            f"{kind}: least and most unbounded cells": f"{min(f.unbounded for f in far[kind])} and "
            f"{max(f.unbounded for f in far[kind])}"
            for kind in ("shallow ReLU", "shallow Abs")
        },
    )


def lines_along_the_border(page: Page, counted: Mapping[str, Counts]) -> None:
    """Count lines along the border, half the end points, for growing squares."""
    shallow, deep = counted["shallow ReLU"], counted["deep ReLU"]
    page.table(
        "border",
        ["half-width", "shallow: end points / 2", "seeds with 20", "deep ReLU", "deep Abs"],
        [
            [
                short(h),
                page.interval(shallow.border_lines[i]),
                f"{int(np.sum(shallow.border_lines[i] == 20))} of {shallow.cells.shape[1]}",
                page.interval(deep.border_lines[i]),
                page.interval(counted["deep Abs"].border_lines[i]),
            ]
            for i, h in enumerate(shallow.half_widths)
        ],
        "Creases that end on the border of the square, halved; median and interquartile range.",
        formats=[None, ".4g", None, ".4g", ".4g"],
        section=SECTION,
    )
    near, last = shallow.border_lines[shallow.at(5.0)], shallow.border_lines[shallow.at(1e6)]
    odd = int(np.sum(deep.border_lines[deep.at(1e6)] != 20))
    page.answer(
        "Count the lines along the border (end points / 2): are there 20?",
        f"Within ± 5 the shallow network shows {np.median(near):g} in the median and all 20 for "
        f"{int(np.sum(near == 20))} of {len(near)} seeds: the others have a line that passes the square by. "
        f"Within ± $10^6$ {int(np.sum(last == 20))} of {len(last)} show exactly 20. For the deep network "
        "half the end points count no lines, since a unit's crease may bend, close up, or have several "
        f"branches: it has 20 units too, yet {odd} of "
        f"{len(last)} seeds show another number far out.",
    )
