"""Why two monotone units never enclose the disc, and what loss half-planes and strips can reach."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from leadlight.data import Dataset
from leadlight.studies.page import Page

from . import pictures
from .monotone import best_half_plane, best_strip, falling_cone, greatest_rise
from .widths import Trained

__all__ = ["explain_the_loss", "two_units"]

SECTION = "Why two units are not enough"
N_STARTS = 50  # points of the disc from which a cone is walked


def two_units(page: Page, data: Dataset, families: Sequence[Trained]) -> None:
    """Prove that two units cannot enclose a region, and check the cones of the trained networks."""
    rises, openings, rows = [], [], []
    disc = data.X[data.y == 0]
    for family in families:
        for seed, net in enumerate(family.networks[2]):
            starts = disc[net(disc)[:, 0] < 0][:N_STARTS]
            cone = falling_cone(net)
            assert cone is not None  # there always is one for two units
            openings.append(np.degrees(cone.opening))
            if len(starts):
                rises.append(greatest_rise(net, starts))
            if seed < 4:
                edges = np.degrees([cone.start, cone.start + cone.opening])
                rows.append([pictures.shown(family.activation), seed + 1, *edges.tolist(), float(openings[-1]),
                             rises[-1] if len(starts) else None, int(family.errors[2][seed])])  # fmt: skip
    worst = max(0.0, *rises) if rises else 0.0
    page.derivation(
        "Two monotone units cannot enclose a bounded region",
        [
            "Let $f(x) = c + v_1 \\varphi(w_1 \\cdot x + b_1) + v_2 \\varphi(w_2 \\cdot x + b_2)$ with a "
            "$\\varphi$ that never falls (sigmoid, ReLU, tanh), and write $a_i = v_i w_i$.",
            "Let $d$ be a direction with $a_1 \\cdot d \\le 0$ and $a_2 \\cdot d \\le 0$. As $t$ grows, "
            "$w_i \\cdot (x + t d) + b_i$ moves one way only, and $v_i \\varphi$ of it never rises.",
            "So $f(x + t d) \\le f(x)$ for all $t \\ge 0$.",
            "Such a $d \\ne 0$ always exists: each condition allows a closed half-plane of directions through "
            "the origin, and two of these share at least a line (if $a_1$ and $a_2$ are opposite), otherwise "
            "a cone of opening $\\pi$ less the angle between $a_1$ and $a_2$.",
            "Hence with each of its points the set $\\{f < 0\\}$ contains a ray (and $\\{f > 0\\}$ one the other "
            "way): neither is bounded. A ray from the disc crosses the ring.",
            "With three units the conditions can exclude each other: no direction has $a_i \\cdot d \\le 0$ for "
            "all three when the $a_i$ leave no gap of a half-turn between them. Three is the least number.",
        ],
        f"Greatest rise of $f$ along nine rays of the cone of each trained two-unit network, from up to "
        f"{N_STARTS} points of the disc with $f < 0$ out to a distance of 50 ({len(rises)} networks).",
        worst,
        1e-6,
    )
    page.table(
        "cones",
        ["units", "seed", "cone from", "to", "opening", "greatest rise", "points wrong"],
        rows,
        "The cone of directions, in degrees, along which a trained two-unit network never rises (first four "
        f"seeds of each kind). Median opening over all {len(openings)}: {np.median(openings):.1f} degrees: the "
        "two lines are nearly parallel, which keeps the gap in the ring narrow. A rise of the size of a "
        "rounding error, or a negative one, is none.",
        formats=[None, None, ".1f", ".1f", ".2f", ".1e", None],
        section=SECTION,
    )
    shown = families[0].typical(2)
    page.figure(
        "cone",
        pictures.cone(data, shown),
        "A trained two-unit network. Left: its decision, and from three points of the disc the cone along "
        "which its output never rises: whatever it lets in at the disc it lets in out to infinity. Right: the "
        "output along the middle of the cone, from ten points of the disc.",
        alt="A strip with cones that start in the disc and cross the ring; outputs that fall along them.",
        section=SECTION,
    )
    solved = sum(int(f.solved(w).sum()) for f in families for w in f.widths if w <= 2)
    count = sum(len(f.final[w]) for f in families for w in f.widths if w <= 2)
    fewest = min(int(f.errors[w].min()) for f in families for w in f.widths if w <= 2)
    page.claim(
        "two-units-never-suffice",
        "No network of one or two units, sigmoid or ReLU, comes to a loss of zero.",
        solved == 0,
        {"networks": count, "with zero loss": solved, "fewest points wrong": fewest},
    )
    page.claim(
        "no-rise-in-the-cone",
        "No two-unit network rises anywhere along its cone, up to rounding.",
        worst <= 1e-6,
        {"networks": len(rises), "greatest rise": worst,
         "least opening in degrees": float(np.min(openings))},
    )  # fmt: skip


def explain_the_loss(page: Page, data: Dataset, trained: Trained) -> None:
    """Compare the floors of one and two units with the best half-plane and the best strip."""
    cuts = {1: ("half-plane", best_half_plane(data.X, data.y)), 2: ("strip", best_strip(data.X, data.y))}
    cuts = {w: cut for w, cut in cuts.items() if w in trained.widths}
    page.table(
        "floors",
        ["units", "shape", "fewest points wrong", "networks' points wrong", "its loss", "networks' loss"],
        [[w, shape, cut.errors, page.interval(trained.errors[w]), cut.loss, page.interval(trained.final[w])]
         for w, (shape, cut) in cuts.items()],
        "The best half-plane and the best strip for this data, over directions half a degree apart, with the "
        "loss of a classifier that knows only inside and outside; beside them what the networks reached "
        "(median [quartiles]).",
        formats=[None, None, None, ".0f", ".4f", ".4f"],
        section=SECTION,
    )  # fmt: skip
    off = {w: float(np.median(trained.final[w]) - cut.loss) for w, (_, cut) in cuts.items()}
    page.claim(
        "geometry-explains-the-floor",
        "The median losses of one and two units lie within 0.05 of the best half-plane's and the best strip's.",
        all(abs(v) <= 0.05 for v in off.values()),
        {f"{cuts[w][0]}: difference": v for w, v in off.items()},
        must_hold=False,
    )
    medians = {w: float(np.median(trained.final[w])) for w in trained.widths}
    errors = {w: float(np.median(trained.errors[w])) for w in trained.widths}
    floors = "; ".join(
        f"the best {shape} has {cut.errors} points wrong and a loss of {cut.loss:.3f}, and {w} "
        f"unit{'s' if w > 1 else ''} came to {medians[w]:.3f} with {errors[w]:.0f} wrong"
        for w, (shape, cut) in cuts.items()
    )
    most = max(trained.widths)
    page.answer(
        "Vary the number of hidden units, and explain the loss.",
        f"Up to two units the decision is an unbounded region, and the loss is that of the part of the ring "
        f"inside it: {floors}. Three units can close a triangle around the disc: their median loss is "
        f"{medians[3]:.4f} with {errors[3]:.0f} points wrong, and further units cut the corners of the "
        f"region and let the logits grow: {medians[most]:.4f} with {most} units.",
    )
