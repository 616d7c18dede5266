"""The data as hidden activations: near the corners of a cube, where a plane parts disc and ring."""

from __future__ import annotations

import numpy as np

from leadlight.data import Dataset
from leadlight.geometry import unit_lines
from leadlight.studies.page import Page

from . import pictures
from .separable import Separation, separate
from .triangle import triangle_of
from .widths import Trained

__all__ = ["corners", "near_corners", "separability"]

SECTION = "Hidden activations in the cube"
NEAR = 0.1  # a coordinate is near a corner within this distance of 0 or 1


def near_corners(activations: np.ndarray) -> np.ndarray:
    """Return which points (n, d) have every coordinate within 0.1 of 0 or 1, (n,) bool."""
    return np.all((activations <= NEAR) | (activations >= 1 - NEAR), axis=1)


def corners(page: Page, data: Dataset, trained: Trained) -> None:
    """Measure how much of the data lies near corners, and which corner stays empty."""
    rows = []
    for width in trained.widths:
        near = [near_corners(net.hidden(data.X)[0]) for net in trained.networks[width]]
        rows.append(
            [width] + [page.interval([100 * float(np.mean(n[m])) for n in near]) for m in _parts(data)]
        )
    page.table(
        "corners",
        ["units", "all points", "disc", "ring"],
        rows,
        f"Per cent of the points with every hidden activation within {NEAR:g} of 0 or 1, median [quartiles] "
        "over seeds.",
        formats=[None, ".1f", ".1f", ".1f"],
        section=SECTION,
    )
    used, empty, points = 0, 0, 0
    for net in trained.networks[3]:
        triangle = triangle_of(unit_lines(net))
        if triangle is None:
            continue
        rounded = (net.preactivations(data.X)[0] > 0).astype(int)
        codes = {tuple(code) for code in rounded.tolist()}
        used += 1
        empty += triangle.missing not in codes
        points += len(rounded)
    page.claim(
        "empty-corner",
        "Rounded to 0 and 1, the hidden activations of three units are codes of regions: no point is nearest "
        "to the corner of the missing code.",
        empty == used,
        {"networks": used, "with that corner empty": empty, "points looked at": points},
    )


def separability(page: Page, data: Dataset, trained: Trained) -> None:
    """Certify by linear programming at which widths a plane parts the hidden activations."""
    raw = separate(data.X, data.y)
    rows: list[list] = [["none (x, y)", page.share(int(raw.separable), 1), None, raw.gap]]
    parted: dict[int, list[Separation]] = {}
    for width in trained.widths:
        found = parted[width] = [separate(net.hidden(data.X)[0], data.y) for net in trained.networks[width]]
        margins = [f.margin for f in found if f.separable]
        gaps = [f.gap for f in found if not f.separable]
        rows.append([str(width), page.share(len(margins), len(found)),
                     page.interval(margins) if margins else None, max(gaps) if gaps else None])  # fmt: skip
    page.table(
        "separability",
        ["units", "share parted", "margin of the plane", "gap, where none exists"],
        rows,
        "Whether a plane parts disc and ring in the space of the hidden activations, by linear programming: "
        "share of seeds with Wilson interval; the distance of the nearest point from the plane; and, where "
        "none exists, how far apart the two weighted averages are whose equality proves it (zero up to "
        "rounding).",
        formats=[None, ".2f", ".3f", ".1e"],
        section=SECTION,
    )
    typical = trained.typical(3)
    hidden = typical.hidden(data.X)[0]
    plane = separate(hidden, data.y)
    triangle = triangle_of(unit_lines(typical))
    page.figure(
        "cube",
        pictures.cube(hidden, data, plane, None if triangle is None else triangle.missing),
        "The hidden activations of three units (the network with the median loss) from two sides"
        + (
            f", and the plane that parts disc and ring, {plane.margin:.3f} from the nearest points."
            if plane.separable
            else "; no plane parts disc and ring."
        )
        + " The disc gathers at the corner of the triangle's code and the ring along edges and corners around "
        "it; the opposite corner (cross) is the missing code.",
        alt="Points in a cube: the disc near one corner, the ring on a loop around, a plane between.",
        section=SECTION,
    )
    clean = [f for f, e in zip(parted[3], trained.errors[3]) if e == 0]
    page.claim(
        "parted-in-the-cube",
        "Wherever three units leave no error, linear programming finds a plane in the cube with every point on "
        "its class's side.",
        all(f.separable for f in clean),
        {"networks without errors": len(clean), "parted": sum(f.separable for f in clean),
         "of networks": len(parted[3])},
    )  # fmt: skip
    few = [f for width in trained.widths if width <= 2 for f in parted[width]]
    page.claim(
        "not-parted-below-three",
        "With one or two units no plane parts the hidden activations, and weighted averages of disc and ring "
        "that coincide prove it.",
        all(not f.separable and f.gap <= 1e-6 for f in few),
        {"networks": len(few), "parted": sum(f.separable for f in few),
         "greatest gap": max(f.gap for f in few)},
        must_hold=False,
    )  # fmt: skip


def _parts(data: Dataset) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    return np.ones(len(data), dtype=bool), data.y == 0, data.y == 1
