"""The measured counts beside the upper bounds on what any weights could reach."""

from __future__ import annotations

from leadlight.geometry import max_regions
from leadlight.studies.notation import scientific
from leadlight.studies.page import Page

from .families import Counts

__all__ = ["beside_the_bounds"]


def beside_the_bounds(page: Page, c: Counts) -> None:
    """Tabulate the mean and greatest count at the greatest N over depth beside N^2/2 and the bounds."""
    rows, within, gaps = [], True, {}
    for i in range(len(c.units)):
        for k, depth in enumerate(c.depths):
            bounds, most = max_regions(c.widths(i, k), 2), int(c.cells[i, k].max())
            within &= most <= bounds.upper
            if i == len(c.units) - 1:
                gaps[depth] = bounds.upper / float(c.cells[i, k].mean())
                rows.append([
                    depth, c.widths(i, k)[-1], float(c.cells[i, k].mean()), most, c.units[i] ** 2 / 2,
                    *(_short(bounds.upper_bounds.get(name, bounds.upper)) for name in ("Montufar 2017", "Serra 2018")),
                    _short(bounds.lower), _short(2 ** c.units[i]),
                ])  # fmt: skip
    page.table(
        "bounds",
        ["layers", "width", "mean", "most", "N²/2", "Montúfar 2017", "Serra 2018", "reached", "patterns"],
        rows,
        f"Networks of {c.units[-1]} units with {c.law.name}: mean and most cells of {c.cells.shape[-1]} seeds in the "
        "square beside upper bounds for the whole plane. 'Reached' is what some weights of these widths do "
        "have (Montúfar 2014); 'patterns' is 2 to the power N. For one layer the bounds are the number of cells of N "
        "lines in general position.",
        formats=[None, None, ",.0f", ",d", ",.0f", None, None, None, None],
        section="Beside the bounds",
    )  # fmt: skip
    page.claim(
        "within-bounds",
        "No network, of any size and depth, has more cells than the bounds for its widths allow.",
        within,
        {"networks": c.cells.size}
        | {f"bound / mean at depth {d}": g if g < 1000 else scientific(g) for d, g in gaps.items()},
    )
    deepest, shallowest = c.depths[-1], c.depths[0]
    page.answer(
        "How far is that from what the widths allow?",
        f"At depth {shallowest} the bound is {gaps[shallowest]:.2f} times the mean count; at depth {deepest} it is "
        f"{scientific(gaps[deepest])} times the mean. What depth could do, random weights do not do: the bounds grow "
        "exponentially with the depth, the counts do not grow with it at all.",
    )


def _short(value: int | None) -> str:
    """Return a whole number for the table; a dash where no such bound is known."""
    if value is None:
        return "–"
    return f"{value:,}" if value < 10**6 else scientific(value)
