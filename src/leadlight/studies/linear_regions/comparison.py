"""Counts over many seeds beside the bounds: cells, linear regions, lines along the border; shallow and "
"deep."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from leadlight.geometry import max_regions
from leadlight.network import Network
from leadlight.studies.page import Page

from . import border, pictures
from .counts import KINDS, Counts, arrangement_counts, count_many, short
from .far import FAR

__all__ = ["compare", "count_all"]

SECTION = "Counts over many seeds"
HALF_WIDTHS = (1.0, 5.0, 10.0, 100.0, 1e3, 1e4, 1e6)


def count_all(page: Page, nets: Mapping[str, Sequence[Network]]) -> dict[str, Counts]:
    """Count all kinds of networks in all squares."""
    report = page.progress("exact counts", sum(map(len, nets.values())))
    done = 0

    def one_more() -> None:
        nonlocal done
        report(done := done + 1)

    return {kind: count_many(nets[kind], HALF_WIDTHS, one_more) for kind in KINDS}


def compare(
    page: Page, nets: Mapping[str, Sequence[Network]], counted: Mapping[str, Counts], near: float
) -> None:
    """Show the counts, the growth with the half-width, the border, and what follows."""
    n = len(nets["shallow ReLU"])
    bounds = {kind: max_regions(widths, 2, activation) for kind, (widths, activation) in KINDS.items()}
    rows = []
    for kind, counts in counted.items():
        for half_width in (near, FAR):
            i = counts.at(half_width)
            rows.append(
                [
                    kind,
                    "± " + short(half_width),
                    page.interval(counts.cells[i]),
                    int(counts.cells[i].max()),
                    page.interval(counts.linear_regions[i]),
                    bounds[kind].upper,
                ]
            )
    page.table(
        "counts",
        ["network", "square", "cells", "most", "linear regions", "bound"],
        rows,
        f"Exact counts over {n} seeds: median and interquartile range. ± 1e10 stands for the whole plane. "
        "No network of these widths has more cells than the bound.",
        formats=[None, None, ".0f", None, ".0f", None],
        section=SECTION,
    )
    shown = HALF_WIDTHS[:-1]
    page.figure(
        "growth",
        pictures.growth(
            shown,
            {k: list(counted[k].cells[: len(shown)]) for k in ("shallow ReLU", "deep ReLU", "deep Abs")},
            bounds["shallow ReLU"].upper,
        ),
        f"Cells in view against the half-width; points are {n} seeds, lines medians, bars quartiles. The "
        "shallow network's count stops growing when the last crossing of two lines is in view.",
        alt="Three rising curves that level off; the shallow one at its bound.",
        section=SECTION,
    )
    full = _shallow_exactly(page, nets["shallow ReLU"], counted["shallow ReLU"], bounds["shallow ReLU"].upper)
    border.count_cones(page, counted)
    border.lines_along_the_border(page, counted)
    _shallow_and_deep(page, counted, near, full, {k: b.upper for k, b in bounds.items()})


def _shallow_exactly(page: Page, nets: Sequence[Network], counts: Counts, bound: int) -> np.ndarray:
    """Check the certified cells against lines and crossings; return each seed's half-width of full view."""
    report = page.progress("lines and crossings", len(nets))
    lines, cells, full = [], [], []
    for k, net in enumerate(nets):
        parts = arrangement_counts(net, counts.half_widths)
        for store, part in zip((lines, cells, full), parts, strict=True):
            store.append(part)
        report(k + 1)
    lines, cells, full = np.array(lines).T, np.array(cells).T, np.array(full)
    in_view = np.array(counts.half_widths)[:, None] > full
    page.claim(
        "cells-of-lines",
        "In every square and for every seed the shallow network has 1 + (lines in view) + (crossings in "
        "view) cells.",
        bool(np.array_equal(cells, counts.cells)),
        {
            "networks": len(nets),
            "squares": len(counts.half_widths),
            "differing": int(np.sum(cells != counts.cells)),
        },
    )
    page.claim(
        "all-crossings",
        f"The shallow network has all its {bound} cells in view exactly if the square holds every crossing "
        "of two lines.",
        bool(np.array_equal(counts.cells == bound, in_view)),
        {
            "half-width that holds every crossing": page.interval(full),
            "greatest of them": float(full.max()),
            f"networks with {bound} cells in the greatest square": int(np.sum(counts.cells[-1] == bound)),
            "networks": len(nets),
        },
    )
    page.claim(
        "border-lines",
        "Along the border of every square half the end points of the shallow network's creases are exactly "
        "the lines in view.",
        bool(np.array_equal(lines, counts.border_lines)),
        {
            "networks": len(nets),
            **{
                f"lines in view within ± {h:g}": page.interval(lines[i])
                for i, h in enumerate(counts.half_widths)
                if h <= 100
            },
        },
    )
    return full


def _shallow_and_deep(
    page: Page, counted: Mapping[str, Counts], near: float, full: np.ndarray, bounds: Mapping[str, int]
) -> None:
    """Compare shallow and deep near and far, cells and linear regions, ReLU and Abs."""
    cells = {kind: counts.cells[[counts.at(near), -1]] for kind, counts in counted.items()}
    regions = {kind: counts.linear_regions[[counts.at(near), -1]] for kind, counts in counted.items()}
    intervals = {(kind, k): page.interval(cells[kind][k], "bootstrap") for kind in counted for k in (0, 1)}
    shallow, deep = intervals["shallow ReLU", 0], intervals["deep ReLU", 0]
    page.claim(
        "within-bounds",
        "No network has more cells than the bound for its widths allows, nor more linear regions than cells.",
        all(
            counts.cells.max() <= bounds[kind] and np.all(counts.linear_regions <= counts.cells)
            for kind, counts in counted.items()
        ),
        {f"{kind}: most cells, bound": f"{int(cells[kind].max())}, {bounds[kind]:,}" for kind in counted},
    )
    page.claim(
        "shallow-has-more-near",
        f"Within ± {near:g} the shallow ReLU network, with 81 parameters, has more cells than the deep one, "
        "with 111 (medians, intervals apart).",
        shallow.low > deep.high,
        {"cells, shallow": shallow, "cells, deep": deep},
        must_hold=False,
    )
    merged = {kind: int(np.sum(regions[kind][1] < cells[kind][1])) for kind in counted}
    page.claim(
        "linear-regions-merge",
        "Every cell of a shallow network is a linear region of its own, while in some deep ReLU networks "
        "cells merge.",
        merged["shallow ReLU"] == 0 and merged["deep ReLU"] > 0,
        {f"{kind}: networks with fewer linear regions than cells": n for kind, n in merged.items()},
        must_hold=False,
    )
    n = cells["deep ReLU"].shape[1]
    page.answer(
        "Compare the shallow and the deep network.",
        f"Within ± {near:g} the shallow ReLU network has {shallow.median:.0f} cells in the median and the "
        f"deep one {deep.median:.0f}, although the bound for the deep one is {bounds['deep ReLU']:,} and "
        f"for the shallow one {bounds['shallow ReLU']}: initial weights come nowhere near what depth may "
        f"allow. Over the seeds the whole plane has {_range(cells['shallow ReLU'][1])} cells of the shallow "
        f"network and {_range(cells['deep ReLU'][1])} of the deep one; in "
        f"{merged['deep ReLU']} of {n} deep networks some cells merge into one linear region.",
    )
    page.answer(
        "What does Abs in place of ReLU change?",
        "Nothing in the cells of the shallow network, whose lines are the same; each cell only has another "
        f"slope. The deep network has {intervals['deep Abs', 0].median:.0f} cells in the median within ± "
        f"{near:g} against {deep.median:.0f} with ReLU, and up to {int(cells['deep Abs'][1].max())} against "
        f"{int(cells['deep ReLU'][1].max())} in the whole plane. No unit of Abs is ever flat, so no crease "
        "is lost behind units that are off, and no two cells have one and the same slope by being switched "
        f"off together: cells merge in {merged['deep Abs']} of {n} networks, with ReLU in "
        f"{merged['deep ReLU']}.",
    )
    page.number("half-width of full view", page.interval(full))


def _range(values: np.ndarray) -> str:
    """Return the least and the greatest of whole numbers in words."""
    low, high = int(values.min()), int(values.max())
    return f"always {low}" if low == high else f"{low} to {high}"
