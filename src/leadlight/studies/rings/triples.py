"""Any three of five hidden units: which triples part the classes, and why never more than five of the ten."""

from __future__ import annotations

import math
from itertools import combinations

import numpy as np

from leadlight.data import Dataset
from leadlight.geometry import unit_lines
from leadlight.studies.page import Page

from . import pictures
from .cube import SECTION
from .separable import separate
from .triangle import holds_origin
from .widths import Trained

__all__ = ["ahead", "three_of_five"]


def three_of_five(page: Page, data: Dataset, trained: Trained) -> None:
    """Ask of every three of five units whether their activations alone part the classes."""
    triples = list(combinations(range(5), 3))
    counts, enclosing, agree = [], [], 0
    report = page.progress("triples of five units", len(trained.networks[5]))
    for done, net in enumerate(trained.networks[5]):
        hidden, lines = net.hidden(data.X)[0], unit_lines(net)
        parted = [separate(hidden[:, t], data.y).separable for t in triples]
        around = [holds_origin(lines[list(t)]) for t in triples]
        counts.append(sum(parted))
        enclosing.append(sum(around))
        agree += sum(a == p for a, p in zip(around, parted))
        report(done + 1)
    total = len(triples) * len(counts)
    typical = trained.typical(5)
    hidden = typical.hidden(data.X)[0]
    page.figure(
        "cubes-of-five",
        pictures.cubes(hidden, data, {t: separate(hidden[:, t], data.y) for t in triples}),
        "The ten triples of five hidden units (the network with the median loss). A plane is drawn where one "
        "parts the classes; where there is none, ring points share the disc's corner.",
        alt="Ten cubes of hidden activations, some with a separating plane.",
        section=SECTION,
    )
    page.claim(
        "triples-are-triangles",
        "In at least 98 % of the cases three of five units part the classes just when their three lines "
        "enclose the centre of the disc.",
        agree >= 0.98 * total,
        {
            "triples": total,
            "in agreement": page.share(agree, total),
            "parted": sum(counts),
            "enclosing": sum(enclosing),
        },
        must_hold=False,
    )
    page.claim(
        "half-of-the-triples",
        "In no seed do more than five of the ten triples part the classes.",
        max(counts) <= 5,
        {"parted triples a seed": page.interval(counts), "least": min(counts), "greatest": max(counts)},
        must_hold=False,
    )
    _at_most_five(page, [unit_lines(net) for net in trained.networks[5]], enclosing)
    page.answer(
        "Do any three coordinates of five do?",
        f"{'No' if min(counts) < 10 else 'Yes, here'}: {np.median(counts):.0f} of the ten triples in the median "
        f"seed ({min(counts)} to {max(counts)} over {len(counts)} seeds) part disc and ring by a plane. In "
        f"{agree} of {total} cases a triple does so just when its three lines enclose the centre of the disc, "
        "and of five lines around a point at most five triples can enclose it (see the derivation).",
    )


def _at_most_five(page: Page, sets: list[np.ndarray], enclosing: list[int]) -> None:
    counted = [10 - sum(math.comb(h, 2) for h in ahead(lines)) for lines in sets]
    page.derivation(
        "Of five lines around a point at most five triples enclose it",
        [
            "Let $n_i$ point straight away from line $i$ at the centre of the disc. Three lines enclose the "
            "centre just when no half-plane through it holds their three $n_i$.",
            "A triple that some half-plane holds has one $n_i$ that comes first, going round. If $h_i$ of the "
            "others lie in the half-turn after $n_i$, then $\\sum_i \\frac{h_i (h_i - 1)}{2}$ triples do not "
            "enclose the centre.",
            "Of each two directions one comes first, so $\\sum_i h_i = 10$, the number of pairs.",
            "As $h (h - 1) / 2$ is convex, the sum is least when all five $h_i = 2$: it is at least 5, and at "
            "most $10 - 5 = 5$ triples enclose the centre.",
        ],
        "Greatest difference between $10 - \\sum_i h_i (h_i - 1) / 2$ and the number of enclosing triples found "
        f"in exact arithmetic, over {len(sets)} networks of five units, which have {min(enclosing)} to "
        f"{max(enclosing)}.",
        float(max(abs(a - b) for a, b in zip(counted, enclosing))),
        0.0,
    )


def ahead(lines: np.ndarray) -> list[int]:
    """Return for each line (k, 3) how many others' normals lie in the half-turn after its own.

    Normals point from the origin away from the line, which must not pass through the origin.
    """
    normals = lines[:, :2] * np.where(lines[:, 2:] > 0, 1.0, -1.0)
    cross = np.outer(normals[:, 0], normals[:, 1]) - np.outer(normals[:, 1], normals[:, 0])
    return (cross > 0).sum(axis=1).tolist()
