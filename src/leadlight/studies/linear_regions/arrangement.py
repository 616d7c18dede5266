"""The greatest number of regions of n lines: derived, and counted on random arrangements.

Also the geometry of general position: what two parallel lines or three lines through one point cost.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from leadlight.geometry import (
    GeneralPosition,
    arrangement_bounded_regions,
    arrangement_regions,
    arrangement_regions_by_code,
    general_position,
    regions,
)
from leadlight.network import Network
from leadlight.studies.page import Page

from . import pictures

__all__ = ["EXAMPLES", "Example", "derive", "example_counts", "show_general_position", "unbounded_and_all"]

N_LINES = 20


@dataclass(frozen=True)
class Example:
    """Three lines w1 x1 + w2 x2 + b = 0, one a row, and what they are an example of."""

    name: str
    lines: tuple[tuple[float, float, float], ...]


EXAMPLES = (
    Example("general position", ((1, 2, -1), (2, -1, 0.5), (1, 0, 1))),
    Example("two with proportional weights", ((1, 2, -1), (-0.5, -1, -1), (1, 0, 1))),
    Example("three through one point", ((1, 2, -1), (2, -1, -2), (1, 0, -1))),
    Example("two the same line", ((1, 2, -1), (-2, -4, 2), (1, 0, 1))),
)


def unbounded_and_all(lines: np.ndarray) -> tuple[int, int]:
    """Return how many regions of the plane are unbounded, and how many there are, exactly."""
    found = arrangement_regions_by_code(lines)
    return sum(not region.bounded for region in found), len(found)


def random_lines(rng: np.random.Generator, n: int) -> np.ndarray:
    """Draw n lines (n, 3) in general position with whole coefficients, each draw checked exactly."""
    while True:
        lines = rng.integers(-99, 100, size=(n, 3)).astype(float)
        if np.all(lines[:, :2].any(axis=1)) and general_position(lines).holds:
            return lines


def example_counts(example: Example) -> tuple[int, int, GeneralPosition]:
    """Return the cells of a ReLU network with these lines, the regions of the arrangement, and its flaws."""
    lines = np.array(example.lines)
    net = Network.from_arrays([lines[:, :2], np.ones((1, len(lines)))], [lines[:, 2], np.zeros(1)])
    cells = len(regions(net, [(-100, 100), (-100, 100)]))
    return cells, len(arrangement_regions_by_code(lines)), general_position(lines)


def derive(page: Page, repeats: int) -> None:
    """Derive R_n and the number of unbounded regions, and count both on random arrangements."""
    rng = page.rng("arrangements")
    worst = worst_unbounded = 0
    greatest = unbounded = 0
    report = page.progress("line arrangements", N_LINES)
    for n in range(1, N_LINES + 1):
        for _ in range(repeats):
            unbounded, greatest = unbounded_and_all(random_lines(rng, n))
            worst = max(worst, abs(greatest - arrangement_regions(n, 2)))
            worst_unbounded = max(worst_unbounded, abs(unbounded - 2 * n))
        report(n)
    page.derivation(
        "The greatest number of regions of n lines",
        [
            "A new line in general position meets the $n - 1$ lines before it in $n - 1$ different points. "
            "They cut it into $n$ pieces.",
            "Each piece cuts one old region in two, so $R_n = R_{n-1} + n$. No line can do more: it has no "
            "more than $n$ pieces.",
            r"With $R_0 = 1$: $R_n = 1 + \sum_{k=1}^{n} k = \frac{n (n + 1)}{2} + 1$, and "
            f"$R_{{{N_LINES}}} = {arrangement_regions(N_LINES, 2)}$.",
        ],
        f"exact count of the regions of {repeats} random arrangements in general position for each n from 1 "
        f"to {N_LINES}; the greatest difference from the formula",
        worst,
        0.0,
    )
    page.derivation(
        "Of them 2n are unbounded",
        [
            "Draw a circle around all crossings. Each of the $n$ lines, no two of them parallel, meets it "
            "twice, and outside no two lines meet.",
            "So the circle is cut into $2 n$ arcs, and each arc lies in an unbounded region of its own.",
            r"Bounded are the other $\frac{n (n + 1)}{2} + 1 - 2 n = \frac{(n - 1)(n - 2)}{2}$.",
        ],
        "the same arrangements: each region is bounded or not, exactly; the greatest difference from 2n",
        worst_unbounded,
        0.0,
    )
    page.answer(
        f"What is the greatest number of regions of n lines, and of {N_LINES}?",
        f"$R_n = R_{{n-1}} + n$ because the n-th line is cut into n pieces by those before, so that "
        f"$R_n = n (n + 1)/2 + 1$. Our last random arrangement of {N_LINES} lines in general position has "
        f"{greatest} regions, counted exactly; the formula says {arrangement_regions(N_LINES, 2)}.",
    )
    page.answer(
        "How many of the regions are unbounded?",
        f"$2 n$: a large circle is cut into $2 n$ arcs, one for each unbounded region. Of the {greatest} "
        f"regions {unbounded} are unbounded and {greatest - unbounded} bounded; the formulas say "
        f"{2 * N_LINES} and {arrangement_bounded_regions(N_LINES, 2)}.",
    )


def show_general_position(page: Page) -> None:
    """Show what three lines lose when they are not in general position."""
    counted = [(example, *example_counts(example)) for example in EXAMPLES]
    page.figure(
        "general-position",
        pictures.line_examples([(e.name, np.array(e.lines), n) for e, _, n, _ in counted]),
        "Three lines in the plane. Only in general position do they make seven regions.",
        alt="Four drawings of three lines: a triangle, two parallels and one across, three through a point, "
        "and two that coincide.",
        section="General position",
    )
    page.table(
        "general-position",
        ["three lines", "parallel pairs", "through one point", "regions", "ReLU cells"],
        [[e.name, len(f.parallel), len(f.concurrent), n, cells] for e, cells, n, f in counted],
        "Regions of the plane, counted exactly from the lines, and as the cells of a ReLU network. The "
        "same line counts as a parallel pair.",
        section="General position",
    )
    numbers = {e.name: n for e, _, n, _ in counted}
    full = arrangement_regions(3, 2)
    page.claim(
        "general-position",
        "Of these arrangements of three lines exactly those with no proportional weights and no point "
        f"common to all three have {full} regions.",
        all((n == full) == flaws.holds and n == cells for _, cells, n, flaws in counted),
        numbers,
    )
    parallel = EXAMPLES[1].lines
    page.answer(
        "When are lines in general position?",
        "When no two are parallel and no three pass through one point. Parallel means proportional weights, "
        f"not identical ones: {_pair(parallel[0])} and {_pair(parallel[1])} are different vectors of one "
        f"direction, and with them three lines make {numbers[EXAMPLES[1].name]} regions instead of {full}. "
        f"Three lines through one point make {numbers[EXAMPLES[2].name]} as well.",
    )


def _pair(line: tuple[float, float, float]) -> str:
    return f"$({line[0]:g}, {line[1]:g})$"
