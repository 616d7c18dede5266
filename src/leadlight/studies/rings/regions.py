"""Three unit lines: seven regions with codes, one bit a line, and the code that no region has."""

from __future__ import annotations

from itertools import product

import numpy as np

from leadlight.data import Dataset
from leadlight.geometry import arrangement_bounded_regions, arrangement_regions, unit_lines
from leadlight.studies.page import Page

from . import pictures
from .triangle import holds_origin, relation, triangle_of
from .widths import Trained

__all__ = ["BY_HAND", "seven"]

SECTION = "Lines and regions"
# Three lines drawn by hand, the first of them vertical (w2 = 0): x1 = -1.5
BY_HAND = np.array([[1.0, 0.0, 1.5], [-0.6, -1.0, 1.6], [-0.6, 1.0, 1.6]])


def seven(page: Page, data: Dataset, trained: Trained) -> None:
    """Count and code the regions of every trained network of three units, exactly."""
    networks = trained.networks[3]
    all_lines = [unit_lines(net) for net in networks]
    found = [(lines, triangle) for lines in all_lines if (triangle := triangle_of(lines)) is not None]
    counts = {len(t.regions) for _, t in found}
    bounded = {sum(t.regions.values()) for _, t in found}
    flips = [
        sum(a != b for a, b in zip(*pair)) == 1 and set(pair) <= t.regions.keys()
        for _, t in found
        for pair in t.crossings
    ]
    typical = unit_lines(trained.typical(3))
    shown = [("drawn by hand", BY_HAND)]
    if triangle_of(typical) is not None:
        shown.append(("learned", typical))
    page.figure(
        "regions",
        pictures.regions(data, dict(shown)),
        "Three lines cut the plane into seven regions, here coded by (line 1, line 2, line 3), 1 where the "
        "unit is on (the grey strip's side). Left: by hand, the first line vertical; right: the network of "
        "three units with the median loss. Crossing a line flips its bit.",
        alt="Seven regions of three lines with three-bit codes, by hand and as learned around the disc.",
        section=SECTION,
    )
    _code_table(page, shown)
    page.claim(
        "seven-regions",
        "Three lines in general position make seven regions, one bounded and six outer, in every trained "
        "network of three units.",
        len(found) == len(networks) and counts == {7} and bounded == {1},
        {
            "networks": len(networks),
            "in general position": len(found),
            "at most, by the formula n (n + 1) / 2 + 1": arrangement_regions(3, 2),
            "bounded, by the formula (n - 1) (n - 2) / 2": arrangement_bounded_regions(3, 2),
        },
    )
    page.claim(
        "one-bit-a-line",
        "Crossing a line flips exactly one bit: each of the nine pieces of the lines parts two codes that "
        "differ in one place.",
        all(flips) and len(flips) == 9 * len(found),
        {"pieces of lines checked": len(flips), "with one bit flipped": sum(flips)},
    )
    page.claim(
        "missing-code",
        "Exactly one of the eight codes is missing, and it is the complement of the triangle's.",
        all(t.missing == t.opposite for _, t in found),
        {
            "networks": len(found),
            "missing is the complement": sum(t.missing == t.opposite for _, t in found),
            "different missing codes": len({t.missing for _, t in found}),
        },
    )
    _why_missing(page, data, [lines for lines, _ in found])
    enclosed = sum(holds_origin(lines) for lines, _ in found)
    page.number("three-unit networks whose triangle holds the centre of the disc", enclosed)
    (example,) = [triangle_of(lines) for name, lines in shown if name == shown[-1][0]]
    assert example is not None
    page.answer(
        "Into how many regions do three lines cut the plane, and which code is missing?",
        "Into seven at most: one bounded, the triangle, and six outer ones (not seven outer, as the sheet "
        f"counts). In {enclosed} of {len(networks)} networks of three units the triangle holds the centre of "
        f"the disc. For the {shown[-1][0]} lines of the figure the triangle's code is "
        f"{_word(example.inside)}, and the code that no point has is {_word(example.missing)}, on the far side "
        "of all three lines at once.",
    )


def _code_table(page: Page, shown: list[tuple[str, np.ndarray]]) -> None:
    rows = []
    for code in product((0, 1), repeat=3):
        row: list[str] = [_word(code)]
        for _, lines in shown:
            triangle = triangle_of(lines)
            assert triangle is not None
            kinds = {code: "triangle" if bounded else "outer" for code, bounded in triangle.regions.items()}
            row.append(kinds.get(code, "missing"))
        rows.append(row)
    page.table(
        "codes",
        ["code", *[name for name, _ in shown]],
        rows,
        "The eight codes and the regions that have them, certified.",
        section=SECTION,
    )


def _why_missing(page: Page, data: Dataset, sets: list[np.ndarray]) -> None:
    """Derive that the complement of the triangle's code is missing; check the relation it rests on."""
    worst, signs_right = 0.0, True
    for lines in sets:
        a, total, error = relation(lines)
        triangle = triangle_of(lines)
        assert triangle is not None
        signs = np.where(np.array(triangle.inside) == 1, 1.0, -1.0)
        m = signs * (data.X @ lines[:, :2].T + lines[:, 2])
        scale = float(np.abs(a * m).max())
        worst = max(worst, error, float(np.abs(m @ a - total).max()) / scale)
        signs_right &= bool((a > 0).all()) and total > 0
    page.derivation(
        "The missing code is the complement of the triangle's",
        [
            "Let $m_i(x) = \\pm(w_i \\cdot x + b_i)$, the sign chosen such that all three are positive in the "
            "triangle.",
            "The triangle is bounded, so no direction $d \\ne 0$ has $\\nabla m_i \\cdot d \\ge 0$ for all three. "
            "By Gordan's theorem there are then $a_i \\ge 0$, not all zero, with $\\sum_i a_i \\nabla m_i = 0$; as "
            "no two lines are parallel, all three are positive.",
            "So $\\sum_i a_i m_i(x) = K$ is the same at every point of the plane, and $K > 0$, as it is "
            "inside the triangle.",
            "A point with the complementary code would have $m_i(x) \\le 0$ for all three, hence $K \\le 0$: "
            "there is none.",
            "The other codes all occur: at each of the three crossings four regions meet, whose codes agree "
            "in the third bit with the triangle's; together these are the seven codes with at least one bit "
            "of the triangle's.",
        ],
        f"Greatest relative deviation of $\\sum_i a_i m_i$ from $K$ over all data points and all {len(sets)} "
        "networks of three units"
        + (", all $a_i$ and $K$ being positive." if signs_right else "; not all $a_i$ and $K$ are positive."),
        worst if signs_right else 1.0,
        1e-9,
    )


def _word(code: tuple[int, ...]) -> str:
    return "".join(map(str, code))
