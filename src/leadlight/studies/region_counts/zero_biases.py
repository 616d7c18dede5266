"""Without biases: cells are cones, as many in every square about the origin, and about 2 N of them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from leadlight.geometry import regions
from leadlight.network import Network
from leadlight.studies.page import Page

from . import pictures
from .families import even_widths, he, in_square, networks
from .initial import exponent

__all__ = ["without_biases"]

SECTION = "The case that is left out: no biases"
FAR = 2.0**20  # times as wide
PICTURED = (8, 8)


def without_biases(
    page: Page, units: Sequence[int], depths: Sequence[int], n: int, sigma: float, half_width: float
) -> None:
    """Count cones over units and depth, in the square and in one a million times larger."""
    law, units = he(0.0), sorted(set(units))
    cells = np.zeros((len(units), len(depths), n), dtype=np.int64)
    differ = total = 0
    report = page.progress("counting cones", len(units) * len(depths))
    for i, n_units in enumerate(units):
        for k, depth in enumerate(depths):
            nets = networks(page, law, even_widths(n_units, depth), n)
            cells[i, k] = [in_square(net, half_width) for net in nets]
            for net, count in zip(nets[:3], cells[i, k]):  # three of each architecture
                differ += in_square(net, half_width * FAR) != count
                total += 1
            report(i * len(depths) + k + 1)
    (with_biases,) = networks(page, he(sigma), PICTURED, 1)
    without = Network.from_arrays(
        with_biases.weights, [np.zeros_like(b) for b in with_biases.biases], activation="relu"
    )
    square = [(-half_width, half_width)] * 2
    page.figure(
        "cones",
        pictures.cones(
            regions(with_biases, square), regions(without, square), units, depths, cells.mean(axis=2)
        ),
        f"Left and middle: the cells of one network {'-'.join(map(str, PICTURED))} with its biases and without "
        "them. Right: mean cells of networks without biases over 2 N.",
        alt="A network's cells as small polygons, then the same as cones from the origin; ratios near 1.",
        section=SECTION,
    )
    page.claim(
        "cones-have-no-scale",
        "Without biases a square $2^{20}$ times as wide has exactly as many cells: all are cones.",
        differ == 0,
        {"networks counted in both": total, "differing": int(differ)},
    )
    first = depths.index(1) if 1 in depths else None
    if first is not None:
        wrong = int(np.sum(cells[:, first] != 2 * np.array(units)[:, None]))
        page.claim(
            "cones-of-one-layer",
            "One hidden layer of N units without biases has exactly 2 N cells, every time.",
            wrong == 0,
            {"networks": int(cells[:, first].size), "with another number": wrong},
        )
    if len(units) > 1:
        slopes = {d: exponent(units[-3:], cells[-3:, k].mean(axis=1)) for k, d in enumerate(depths)}
        page.claim(
            "cones-grow-linearly",
            "Without biases the mean number of cells grows like N, not like N²: the exponents of the three largest "
            "sizes are within 0.25 of 1 at every depth.",
            all(abs(slope - 1) <= 0.25 for slope in slopes.values()),
            {f"exponent at depth {d}": slope for d, slope in slopes.items()}
            | {f"mean / 2N at depth {d}": float(cells[-1, k].mean() / (2 * units[-1])) for k, d in enumerate(depths)},
            must_hold=False,
        )  # fmt: skip
    page.answer(
        "What if all biases are zero?",
        "Then the network is homogeneous, all creases run into the origin, and the cells are cones: as many in a "
        f"small square as in a large one, and about 2 N of them ({cells[-1].mean(axis=1).min() / units[-1]:.2f} N to "
        f"{cells[-1].mean(axis=1).max() / units[-1]:.2f} N in the mean for N = {units[-1]}). A count per unit area "
        "then means nothing, and no bound on the density of the biases holds: this is the case that the theorem's "
        "conditions leave out.",
    )
