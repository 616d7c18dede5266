"""Why only the cones of the bias-free network are left far away: a bound, and windows that move away."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from leadlight.geometry import regions
from leadlight.network import Network
from leadlight.studies.notation import scientific
from leadlight.studies.page import Page

from . import pictures
from .far import FarCells, deviations, offset_bound
from .near_far import EXACT

__all__ = ["show_why", "window_cells"]

WINDOW = 5.0  # half-width of the windows that move away
DISTANCES = (0.0, 10.0, 100.0, 1e3, 1e4)
RADII = tuple(10.0**k for k in range(11))
N_ANGLES = 16


def window_cells(net: Network, distance: float, half_width: float, n_angles: int) -> np.ndarray:
    """Count the cells in squares of one size around points at one distance from the origin: (n_angles,)."""
    counts = []
    for angle in 2 * np.pi * (np.arange(n_angles) + 0.5) / n_angles:
        x, y = float(distance * np.cos(angle)), float(distance * np.sin(angle))
        domain = [(x - half_width, x + half_width), (y - half_width, y + half_width)]
        counts.append(len(regions(net, domain)))
    return np.array(counts)


def show_why(
    page: Page,
    pictured: Mapping[str, Network],
    many: Mapping[str, Sequence[Network]],
    view: Mapping[tuple[str, float], tuple[int, FarCells, int]],
) -> None:
    """Derive and measure why far away only cones are left, and answer for it."""
    measured = {
        name: (deviations(pictured[name], RADII), offset_bound(pictured[name]))
        for name in ("shallow ReLU", "deep ReLU")
    }
    report = page.progress("windows far away", sum(len(many[n]) for n in measured) * len(DISTANCES))
    windows: dict[str, list[np.ndarray]] = {}
    done = 0
    for name in measured:
        columns = []
        for distance in DISTANCES:
            means = []
            for net in many[name]:
                means.append(window_cells(net, distance, WINDOW, N_ANGLES if distance else 1).mean())
                report(done := done + 1)
            columns.append(np.array(means))
        windows[name] = columns
    page.figure(
        "why",
        pictures.deviation_and_windows(RADII, measured, DISTANCES, windows, WINDOW),
        "Left: how far f(ru)/r is from the bias-free network, at worst over 360 directions, and the bound "
        "C/r. Right: cells in a window of one fixed size that moves away from the origin (mean over "
        f"{N_ANGLES} directions; a point is a network). The window is sampled no more sparsely far away, and "
        "yet it is empty.",
        alt="Falling straight lines on logarithmic axes; and counts that fall to one as the window moves.",
        section=EXACT,
    )
    ratios = {
        f"{kind}, seed {i + 1}": (deviations(net, RADII), offset_bound(net))
        for kind in many
        for i, net in enumerate(many[kind])
    }
    worst = max(float(np.max(values * np.array(RADII) / bound)) for values, bound in ratios.values())
    limit = {name: float(values[-1] * RADII[-1]) for name, (values, _) in measured.items()}
    page.derivation(
        "Far away the biases vanish",
        [
            r"ReLU and Abs satisfy $\phi(r z) = r \phi(z)$ for $r > 0$. So $f(r u)/r$ is what a network with "
            r"the same weights and the biases $b_l / r$ makes of $u$.",
            r"They also satisfy $|\phi(s) - \phi(t)| \leq |s - t|$. Let $\delta_l$ be the greatest "
            r"difference, after layer l, to the network $f_0$ without biases; then "
            r"$\delta_l \leq \|W_l\| \delta_{l-1} + \|b_l\| / r$ and $\delta_0 = 0$, where $\|W_l\|$ is the "
            r"greatest absolute row sum.",
            r"Hence $|f(r u)/r - f_0(u)| \leq C / r$ with $C_l = \|W_l\| C_{l-1} + \|b_l\|$. And "
            r"$f_0(r u) = r f_0(u)$: the limit is made of cones with their apex in the origin.",
        ],
        f"{len(ratios)} networks, 360 directions, r from 1 to {scientific(RADII[-1])}: by what share of C/r the "
        "greatest measured deviation exceeds it",
        max(0.0, worst - 1),
        0.0,
    )
    page.claim(
        "cones-by-bound",
        r"For every direction u and every distance r from 1 to $10^{10}$, "
        r"$|f(r u)/r - f_0(u)| \leq C/r$: far away the network without biases is left.",
        worst <= 1,
        {
            "networks": len(ratios),
            "greatest deviation as a share of its bound": worst,
            **{f"r |f(ru)/r - f0(u)|, {name}, r = 1e10": v for name, v in limit.items()},
        },
    )
    distant = {name: float(np.mean(columns[-1])) for name, columns in windows.items()}
    near = {name: float(np.mean(columns[0])) for name, columns in windows.items()}
    page.claim(
        "windows-empty",
        f"A window of half-width {WINDOW:g} at a distance of {DISTANCES[-1]:,.0f} holds fewer than 1.5 "
        "cells on average, though it is sampled as finely as at the origin.",
        max(distant.values()) < 1.5,
        {
            **{f"cells at the origin, {name}": v for name, v in near.items()},
            **{f"cells at {DISTANCES[-1]:,.0f}, {name}": v for name, v in distant.items()},
        },
    )
    _answers(page, view, limit, near, distant)


def _answers(
    page: Page,
    view: Mapping[tuple[str, float], tuple[int, FarCells, int]],
    limit: Mapping[str, float],
    near: Mapping[str, float],
    distant: Mapping[str, float],
) -> None:
    widths = sorted({h for _, h in view})
    first, last = widths[0], widths[-1]
    shallow, deep = "shallow ReLU", "deep ReLU"
    page.answer(
        "What changes from near to far?",
        f"The pieces around the origin shrink to a point and wedges are left. Within ± {first:g} the cells "
        f"that go on for ever as cones take {100 * view[shallow, first][1].area_share:.0f} % of the shallow "
        f"network's square and {100 * view[deep, first][1].area_share:.0f} % of the deep one's; within ± "
        f"{pictures.power(last)} {100 * view[shallow, last][1].area_share:.2f} % and "
        f"{100 * view[deep, last][1].area_share:.2f} %. The cells are not gone: "
        f"{view[shallow, last][0]} and {view[deep, last][0]} are in the square then, against "
        f"{view[shallow, first][0]} and {view[deep, first][0]} near.",
    )
    page.answer(
        "Why?",
        "Because the biases are lost beside inputs that large: f(ru)/r differs from the bias-free network by "
        f"at most C/r, here by {limit[shallow]:.2f}/r and {limit[deep]:.2f}/r at "
        f"$r = 10^{{10}}$, and a network without biases is made of cones. The sheet's reason, sparser "
        "sampling, is not it: the exact cells, which no one samples, show the same picture, and a window of "
        f"fixed size holds {near[shallow]:.0f} (shallow) and {near[deep]:.0f} (deep) cells at the origin "
        f"but {distant[shallow]:.2f} and {distant[deep]:.2f} at a distance of {DISTANCES[-1]:,.0f}.",
    )
