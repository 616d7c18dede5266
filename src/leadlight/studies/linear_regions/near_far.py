"""From near to far: pictures of networks and gradients, exact cells, and what of them is in view."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from leadlight.geometry import PolyhedralComplex, regions
from leadlight.network import Network
from leadlight.plots.grid import box, evaluate
from leadlight.studies.page import Page

from . import pictures
from .counts import short, square
from .far import FAR, FarCells, far_cells, without_biases

__all__ = [
    "EXACT",
    "explain_gradients",
    "far_away",
    "far_view_widths",
    "gradients_seen",
    "show_cells",
    "show_images",
]

NEAR_AND_FAR = "Near and far"
EXACT = "Exact cells"


def show_images(
    page: Page,
    nets: Mapping[str, Network],
    half_widths: Sequence[float],
    powers: Sequence[float],
    gradient_half_widths: Sequence[float],
    resolution: int,
) -> None:
    """Draw the images of all networks and the gradients of the ReLU ones."""
    relu = {name: net for name, net in nets.items() if "ReLU" in name}
    absolute = {name: net for name, net in nets.items() if "Abs" in name}
    page.figure(
        "images",
        pictures.images(relu, half_widths, resolution),
        "The output on squares about the origin, dark low and bright high, each panel on its own scale with "
        "contours, which are straight on each piece; the title is the half-width. Near, many flat pieces; "
        "far, a fan of wedges around the origin.",
        alt="Two rows of square images; to the right both turn into wedges that meet in the centre.",
        section=NEAR_AND_FAR,
    )
    page.figure(
        "powers",
        pictures.images(relu, powers, resolution, powers=True),
        "The same in powers of ten: from some size on the picture stays what it is, however far one goes.",
        alt="Two rows of images; those from ten to the fourth on look alike.",
        section=NEAR_AND_FAR,
    )
    page.figure(
        "abs-images",
        pictures.images(absolute, half_widths, resolution),
        "The same weights with Abs in place of ReLU. No unit is ever switched off, so both sides of every "
        "crease slope.",
        alt="Two rows of square images like folded paper, with wedges to the right.",
        section=NEAR_AND_FAR,
    )
    page.figure(
        "gradients",
        pictures.gradients(relu, gradient_half_widths, resolution),
        "Both components of the exact gradient, in colours that run through a cycle eight times so that "
        "slopes which hardly differ are told apart. Each piece has one colour: the gradient is constant on "
        "it.",
        alt="Eight images of flatly coloured pieces: polygons near the origin, wedges far from it.",
        section=NEAR_AND_FAR,
    )


def gradients_seen(net: Network, half_width: float, resolution: int) -> int:
    """Return how many different gradients the pixels of an image show."""
    values = evaluate(lambda points: net.jacobian(points)[:, 0], box(half_width), resolution)
    return len(np.unique(np.round(values.reshape(-1, 2), 12), axis=0))


def show_cells(page: Page, nets: Mapping[str, Network], near: float, far: float) -> None:
    """Draw the exact cells near and far, and those of the bias-free network."""
    rows: dict[str, list[tuple[str, PolyhedralComplex, bool]]] = {}
    for name in ("shallow ReLU", "deep ReLU", "deep Abs"):
        net = nets[name]
        here, there = (regions(net, square(h)) for h in (near, far))
        cones = regions(without_biases(net), square(1.0))
        rows[name] = [
            (f"± {near:g}: {len(here)} cells", here, len(net.widths) > 1),
            (f"± {pictures.power(far)}: {len(there)} cells", there, False),
            (f"without biases: {len(cones)} cones", cones, False),
        ]
    page.figure(
        "cells",
        pictures.cells(rows),
        "Exact cells with the creases of each layer, no pixels involved. Left, near: the creases of the "
        "first layer are straight, those of deeper layers bend (white dots) where they cross earlier ones. "
        "Middle, far: the same cells, most of them too small to see. Right: the network without its biases.",
        alt="Nine drawings of polygons; the far ones and those without biases look the same.",
        section=EXACT,
    )
    bends = {name: sum(crease.n_bends for crease in panels[0][1].creases()) for name, panels in rows.items()}
    page.claim(
        "bends",
        "The creases of the shallow network are straight; creases of the deep one bend.",
        bends["shallow ReLU"] == 0 and bends["deep ReLU"] > 0,
        {f"bends of the {name} network within ± {near:g}": n for name, n in bends.items()},
    )


def far_away(
    page: Page, nets: Mapping[str, Network], half_widths: Sequence[float], resolution: int
) -> dict[tuple[str, float], tuple[int, FarCells, int]]:
    """Tabulate, for the pictured networks, what is in view and what share of it the cones take."""
    found = {}
    report = page.progress("the picture from near to far", 2 * len(half_widths))
    for name in ("shallow ReLU", "deep ReLU"):
        for half_width in half_widths:
            cx = regions(nets[name], square(half_width))
            seen = gradients_seen(nets[name], half_width, resolution)
            found[name, half_width] = len(cx), far_cells(nets[name], cx), seen
            report(len(found))
    page.table(
        "view",
        ["network", "half-width", "cells in view", "gradients the pixels show", "area taken by cones"],
        [
            [name, short(half_width), cells, seen, f"{100 * far.area_share:.2f} %"]
            for (name, half_width), (cells, far, seen) in found.items()
        ],
        f"The pictured networks: cells counted exactly, the different gradients among {resolution} × "
        f"{resolution} pixels, and the share of the square's area that lies in cells which go on for "
        "ever as cones.",
        section=EXACT,
    )
    return found


def far_view_widths(half_widths: Sequence[float]) -> tuple[float, ...]:
    """Return the half-widths of the table of views: the sheet's, a million, and the far square."""
    return tuple(sorted({*map(float, half_widths), 1e6, FAR}))


def explain_gradients(
    page: Page, nets: Mapping[str, Network], half_widths: Sequence[float], resolution: int
) -> None:
    """Say what the pictures of the gradient show, by counting the colours in them."""
    counts = {}
    for name in ("shallow ReLU", "deep ReLU"):
        for half_width in (half_widths[0], half_widths[-1]):
            n_regions = regions(nets[name], square(half_width)).n_linear_regions
            counts[name, half_width] = gradients_seen(nets[name], half_width, resolution), n_regions
    page.claim(
        "flat-gradients",
        "The pixels of an image show no more different gradients than the square has linear regions.",
        all(seen <= n_regions for seen, n_regions in counts.values()),
        {
            f"{name} ± {h:g}: gradients seen, linear regions": f"{seen}, {n_regions}"
            for (name, h), (seen, n_regions) in counts.items()
        },
    )
    shallow, deep = (
        ", ".join(
            f"{seen} for {n_regions} linear regions within ± {h:g}"
            for (name, h), (seen, n_regions) in counts.items()
            if name == kind
        )
        for kind in ("shallow ReLU", "deep ReLU")
    )
    page.answer(
        "What do the pictures of the gradient show?",
        "The linear regions themselves: the gradient is constant on each, so every piece is filled with one "
        "colour, and jumps at the creases, straight for the shallow network and bent for the deep one. The "
        f"{resolution} × {resolution} pixels show this many gradients: shallow {shallow}; deep {deep}. Where "
        "they show fewer than there are, the rest lie between the pixels, or have the gradient of another "
        "piece.",
    )
