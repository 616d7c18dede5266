"""Thresholds and step skeletons of all trained networks: exact facts, pictures, and how far a step is from a unit."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from matplotlib.lines import Line2D

from leadlight.geometry import step_skeleton
from leadlight.network import Network
from leadlight.plots import PieceDisplay, legends, style
from leadlight.studies.page import Page

from .fits import Fits
from .staircase import SPACING, rise_widths, staircase, thresholds_inside, zero_distances

__all__ = ["prove_staircases", "show_skeletons"]


def prove_staircases(page: Page, networks: Sequence[Network]) -> None:
    """Claim, exactly for every network, what its skeleton is made of."""
    pieces, most, agree, gap = [], [], [], 0.0
    report = page.progress("step skeletons, exactly", len(networks))
    for done, net in enumerate(networks, 1):
        skeleton = step_skeleton(net)
        exact = staircase(skeleton)
        pieces.append(exact.n_pieces)
        most.append(net.n_units + 1)
        agree.append(exact.jumps_agree)
        levels = skeleton.pieces()[1]
        scale = 1.0 + float(np.abs(skeleton.heights).sum())
        if len(levels) == len(exact.levels):  # two thresholds may differ by less than floats can tell
            gap = max(gap, float(np.max(np.abs(levels - [float(v) for v in exact.levels]))) / scale)
        report(done)
    page.claim(
        "at-most-n-plus-1-pieces",
        "With its units replaced by steps, every trained network of n units has at most n + 1 constant pieces.",
        all(p <= m for p, m in zip(pieces, most)),
        {
            "networks": len(pieces),
            "with exactly n + 1 pieces": int(sum(p == m for p, m in zip(pieces, most))),
            "most pieces": max(pieces),
        },
    )
    page.claim(
        "jumps-are-v-sign-w",
        "At each threshold −b/w the staircase jumps by exactly v sign(w), summed over the units that share it "
        "(the certified pieces of `leadlight.regions`; no rounding).",
        all(agree),
        {
            "networks": len(agree),
            "where every jump agrees": sum(agree),
            "jumps": sum(pieces) - len(pieces),
        },
    )
    page.derivation(
        "Where a unit switches and by how much the staircase jumps",
        [
            r"A network of $n$ units is $f(x) = c + \sum_{k=1}^{n} v_k\, \sigma(w_k x + b_k)$. Replace $\sigma$ by the "
            r"step $s$ with $s(z) = 1$ for $z > 0$ and $s(z) = 0$ for $z \leq 0$.",
            r"The argument of unit $k$ changes sign at $x = -b_k / w_k$ only. From left to right it rises through 0 if "
            r"$w_k > 0$ and falls through 0 if $w_k < 0$.",
            r"So the staircase changes there by $+v_k$ or by $-v_k$: by $v_k\, \mathrm{sign}(w_k)$, and nowhere else. "
            r"At most $n$ thresholds part the axis into at most $n + 1$ pieces.",
        ],
        "Levels by cumulated jumps in floats, against the exact values on the certified pieces between the "
        "thresholds, relative to the sum of all |v|",
        gap,
        1e-12,
    )


def show_skeletons(page: Page, fits: Fits) -> None:
    """Draw the typical network's skeleton and all starts' thresholds; claim what they show."""
    x, y = fits.data.X[:, 0], fits.data.y[:, 0]
    low, high = float(x.min()), float(x.max())
    typical = fits.typical
    _draw_skeleton(page, typical, x, y)
    _draw_thresholds(page, fits)
    inside = [thresholds_inside(net, low, high) for net in fits.networks]
    distances = np.array([np.median(zero_distances(t)) for t in inside if len(t)])
    chance = SPACING / 4
    spread = page.interval(distances, "bootstrap") if len(distances) else None
    page.claim(
        "thresholds-at-zeros",
        "The thresholds gather at the zeros of the sine: within a start their median distance from the nearest zero "
        "is less than evenly spread thresholds have.",
        spread is not None and spread.high < chance,
        {"median distance to the nearest zero": spread, "evenly spread": chance, "starts": len(distances)},
        must_hold=False,
    )
    widths = np.concatenate([rise_widths(n)[_is_inside(n, low, high)] for n in fits.networks])
    away = np.array(
        [math.sqrt(np.mean((step_skeleton(n)(x) - p) ** 2)) for n, p in zip(fits.networks, fits.predictions)]
    )
    deviation = float(np.std(y))
    page.claim(
        "skeleton-is-not-the-curve",
        "A step is a poor stand-in for these units: every skeleton is further from its own network (root mean "
        "square) than a constant is from the curve.",
        bool(away.min() > deviation),
        {
            "skeleton to network": page.interval(away),
            "least": float(away.min()),
            "constant to curve": deviation,
            "10 % to 90 % of a unit takes": page.interval(widths) if len(widths) else None,
            "half a swing takes": SPACING,
        },
        must_hold=False,
    )  # fmt: skip
    jumps = np.abs(step_skeleton(typical).jumps)
    steep = float(np.median(widths)) if len(widths) else math.inf
    verdict = (
        "about as long as"
        if 0.5 < steep / SPACING < 2
        else ("longer than" if steep > SPACING else "shorter than")
    )
    page.answer(
        "Plot the thresholds and the skeleton: what do they show?",
        f"Each unit makes one rise or one fall at its threshold. Of the {typical.n_units} thresholds of the typical "
        f"network, {len(thresholds_inside(typical, low, high))} lie on the axis drawn; over all starts they lie at a "
        f"median distance of {np.median(distances) if len(distances) else math.nan:.2f} from a zero of the sine, where "
        f"evenly spread ones would have {chance:.2f}. The skeleton tells place and direction, not height: a unit takes "
        f"{steep:.2f} to go from 10 % to 90 %, {verdict} the half swing of {SPACING:.2f}, so neighbours overlap and "
        f"jumps of up to {jumps.max():.1f} build swings of at most {np.abs(y).max():.1f}.",
    )


def _is_inside(net: Network, low: float, high: float) -> np.ndarray:
    thresholds = step_skeleton(net).thresholds
    return (thresholds >= low) & (thresholds <= high)


def _draw_skeleton(page: Page, net: Network, x: np.ndarray, y: np.ndarray) -> None:
    figure, axes = style.subplots(2, 1, figsize=(7.6, 5.2), sharex=True, height_ratios=(1, 1.15))
    PieceDisplay.from_network(net, x, y).plot(axes[0, 0], skeleton=False, legend=False)
    display = PieceDisplay.from_network(net, x, y).plot(axes[1, 0], legend=False)
    edges, levels = step_skeleton(net).pieces()
    seen = levels[np.searchsorted(edges, x.min(), side="right") : np.searchsorted(edges, x.max()) + 1]
    shown = np.concatenate([seen, y])
    margin = 0.06 * np.ptp(shown)
    display.ax_.set_ylim(shown.min() - margin, shown.max() + margin)
    axes[0, 0].set_xlabel("")
    handles, _ = display.ax_.get_legend_handles_labels()
    legends.legend_above(figure, handles)
    page.figure(
        "skeleton",
        figure,
        f"The start of median loss with {net.n_units} units. Above: curve, network and thresholds. Below, on a longer "
        "axis: the same with each unit replaced by a step. Every stair is one unit; its height is v sign(w).",
        alt="A staircase whose stairs go up and down where the network rises and falls, but much higher.",
    )


def _draw_thresholds(page: Page, fits: Fits) -> None:
    x, y = fits.data.X[:, 0], fits.data.y[:, 0]
    order = np.argsort(fits.final, kind="stable")
    colours = {1: style.CLASS_COLOURS[0], -1: style.CLASS_COLOURS[3]}
    figure, axes = style.subplots(2, 1, figsize=(7.6, 4.8), sharex=True, height_ratios=(1, 2.4))
    curve, rows = axes[:, 0]
    curve.plot(x, y, color=style.MUTED)
    curve.set_ylabel("$y$")
    for ax in (curve, rows):
        for number in range(math.ceil(x.min() / SPACING), math.floor(x.max() / SPACING) + 1):
            ax.axvline(number * SPACING, color=style.GRID, linewidth=0.7, zorder=0)
        ax.spines[["top", "right"]].set_visible(False)
    for place, start in enumerate(order, 1):
        skeleton = step_skeleton(fits.networks[start])
        for sign, marker in ((1, "^"), (-1, "v")):
            at = skeleton.thresholds[np.sign(skeleton.jumps) == sign]
            rows.plot(
                at, np.full(len(at), place), marker, color=colours[sign], markersize=3.6, markeredgewidth=0
            )
    rows.set_xlim(x.min() - 0.2, x.max() + 0.2)
    rows.set_ylim(len(order) + 0.8, 0.2)
    rows.set_xlabel("$x$; thresholds $-b_k/w_k$")
    rows.set_ylabel("start, by rising loss")
    handles = [
        Line2D([], [], color=colours[s], marker=m, linestyle="", markersize=5, label=name)
        for s, m, name in ((1, "^", "the unit makes a rise"), (-1, "v", "the unit makes a fall"))
    ]
    legends.legend_above(figure, handles)
    gone = sum(len(net.biases[0]) - len(thresholds_inside(net, x.min(), x.max())) for net in fits.networks)
    page.figure(
        "thresholds",
        figure,
        f"Thresholds of the units of all {len(order)} starts, one row a start, the best at the top. Pale lines: zeros "
        f"of the sine. The units stand where the curve swings most. {gone} of {sum(n.n_units for n in fits.networks)} "
        "thresholds lie off the axis.",
        alt="Rows of triangles, up and down in turn: dense on the left where the curve swings most, few on the right.",
    )
