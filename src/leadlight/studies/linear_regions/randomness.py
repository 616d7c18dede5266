"""What torch's default draws: directions that crowd, biases that are uniform, and pictures of one colour."""

from __future__ import annotations

from collections.abc import Sequence
from math import pi

import numpy as np
from scipy.integrate import quad
from scipy.stats import norm

from leadlight.geometry.exact.polygon import area, box_polygon, split
from leadlight.network import Network
from leadlight.studies.notation import scientific
from leadlight.studies.page import Page
from leadlight.studies.result import Interval

from . import pictures
from .constant import constant_seeds
from .counts import short
from .far import FAR
from .laws import angle_cdf, angle_density, first_layers, fits

__all__ = ["constant_pictures", "directions_and_biases", "sector_share"]

SECTION = "What the initialisation draws"


def sector_share(slope: int, steps: int) -> float:
    """Return the share of the square's right quarter |x2| <= x1 that lies below x2 = (slope / steps) x1.

    Cut out of the square exactly, by `leadlight.geometry.exact.polygon`.

    Examples
    --------
    >>> sector_share(1, 2)  # the triangle up to 45 degrees holds 1, of it 1/4 above the slope 1/2
    0.75
    """
    part = box_polygon([(0, 1), (-1, 1)])
    for form in ((1, -1, 0), (1, 1, 0)):  # x2 < x1, x2 > -x1
        part = split(part, form)[1] or part
    below, _ = split(part, (-slope, steps, 0))
    return 0.0 if below is None else float(area(below) / area(part))


def directions_and_biases(page: Page, nets: Sequence[Network]) -> None:
    """Test directions and biases of many shallow networks against their laws, and derive the angle's."""
    weights, biases = first_layers(nets)
    bound = 1 / np.sqrt(2)
    square, even, uniform, gaussian = results = fits(weights, biases, bound)
    page.figure(
        "laws",
        pictures.laws(np.arctan2(weights[:, 1], weights[:, 0]), biases, bound),
        f"First-layer weights and biases of {len(nets)} shallow networks ({len(biases):,} units) and the "
        "laws they are tested against. Directions crowd towards the diagonals.",
        alt="A histogram of angles with four peaks at the diagonals, and a flat histogram of biases.",
        section=SECTION,
    )
    page.table(
        "laws",
        ["what", "law", "greatest distance", "p-value"],
        [[f.quantity, f.law, f.distance, f"{f.p_value:.2g}"] for f in results],
        f"Kolmogorov-Smirnov tests over {len(biases):,} units, directions folded into one quarter turn.",
        formats=[None, None, ".4f", None],
        section=SECTION,
    )
    page.claim(
        "not-evenly-spaced",
        "Directions are not evenly spaced: the uniform law is rejected (p below 0.001).",
        even.p_value < 1e-3,
        {"p-value": even.p_value, "greatest distance": even.distance, "units": len(biases)},
    )
    page.claim(
        "not-gaussian",
        "Biases are not Gaussian: a Gaussian of the same spread is rejected (p below 0.001).",
        gaussian.p_value < 1e-3,
        {"p-value": gaussian.p_value, "greatest distance": gaussian.distance, "units": len(biases)},
    )
    page.claim(
        "laws-fit",
        r"Directions follow $1/(8 \cos^2 \varphi)$ and biases the uniform law: neither is rejected (p of "
        r"0.01 or more).",
        min(square.p_value, uniform.p_value) >= 0.01,
        {"p-value, directions": square.p_value, "p-value, biases": uniform.p_value},
        must_hold=False,  # a true law is rejected for one seed in fifty
    )
    total = quad(
        lambda phi: float(angle_density(np.array(phi))),
        -pi,
        pi,
        points=[-3 * pi / 4, -pi / 4, pi / 4, 3 * pi / 4],
    )[0]
    steps = 20
    by_area = [
        abs(sector_share(k, steps) - float(angle_cdf(np.arctan(k / steps)))) for k in range(-steps + 1, steps)
    ]
    page.derivation(
        "The angle of a vector uniform in a square",
        [
            r"On the side $x_1 = 1$ of $[-1, 1]^2$ the square reaches out to $\rho(\varphi) = 1/\cos "
            r"\varphi$ for $|\varphi| \leq \pi/4$.",
            r"The area up to the angle grows by $\frac{1}{2} \rho^2 d\varphi$. Of the area 4 that is the "
            r"density $\frac{1}{8 \cos^2 \varphi}$, and by symmetry the same in the other three quarters.",
            r"In one quarter: $P(\Phi \leq \varphi) = \frac{1 + \tan \varphi}{2}$. The density at the "
            r"diagonals is twice that at the axes.",
        ],
        f"{2 * steps - 1} sectors of the square cut out exactly, against the distribution function; and the "
        "integral of the density, less 1",
        max(*by_area, abs(total - 1)),
        1e-12,
    )
    near_diagonal = float(
        np.mean(np.abs(np.abs(np.degrees(np.arctan2(weights[:, 1], weights[:, 0]))) % 90 - 45) < 15)
    )
    page.answer(
        "Are the directions of the lines evenly spaced?",
        f"No. {100 * near_diagonal:.1f} % of {len(biases):,} weight vectors lie within 15 degrees of a "
        f"diagonal; even spacing would put 33.3 % there, the law of a square "
        f"{100 * (1 - np.tan(np.radians(30))):.1f} %. Each weight is uniform, so the vector is uniform in a "
        f"square, whose corners reach out furthest. The test gives "
        f"p = {scientific(even.p_value)} for even spacing and p = {square.p_value:.2f} for the square's law.",
    )
    outside = 2 * float(norm.sf(np.sqrt(3)))
    page.answer(
        "Are the biases Gaussian?",
        f"No, they are uniform between ±{bound:.4f} = ±1/√2. The greatest of {len(biases):,} is "
        f"{np.abs(biases).max():.4f} in size, where a Gaussian of the same spread would leave that range for "
        f"{100 * outside:.0f} % of them. The test gives p = {scientific(gaussian.p_value)} for a Gaussian "
        f"and p = {uniform.p_value:.2f} for the uniform law.",
    )


def constant_pictures(page: Page, nets: Sequence[Network], half_width: float) -> None:
    """Measure how often a deep network's picture is constant near the origin, and how often everywhere."""
    found = constant_seeds(nets, half_width)
    wider = [(h, sum(bool(constant_seeds([nets[i]], h)) for i in found)) for h in (10.0, 100.0, 1e3, FAR)]
    share = page.share(len(found), len(nets))
    page.table(
        "constant",
        ["half-width", "constant pictures", "of networks", "share in per cent"],
        [
            [short(h), k, len(nets), _percent(page, k, len(nets))]
            for h, k in ((half_width, len(found)), *wider)
        ],
        "Deep ReLU networks whose output is one constant on the whole square, confirmed exactly; share with "
        "95 % Wilson interval.",
        formats=[None, None, ",", ".3f"],
        section=SECTION,
    )
    page.claim(
        "constant-picture",
        f"About one deep ReLU network in a hundred has a constant picture within ± {half_width:g}: the "
        "95 % interval of the share meets the range from 0.7 to 1.4 per cent.",
        share.low < 0.014 and share.high > 0.007,
        {"constant pictures": len(found), "networks": len(nets), "share": share},
        must_hold=False,
    )
    page.answer(
        "How often is the picture constant (an unlucky initialisation)?",
        f"Within ± {half_width:g}, {len(found)} of {len(nets):,} deep ReLU networks are exactly constant: "
        f"{100 * share.median:.2f} % (95 % interval {100 * share.low:.2f} to {100 * share.high:.2f} %). Some "
        f"layer's units are then all off, or all units that vary are off. It is mostly a matter of the view: "
        f"only {wider[0][1]} of them are constant within ± 10 as well, and {wider[-1][1]} in the whole "
        "plane.",
    )


def _percent(page: Page, successes: int, n: int) -> Interval:
    share = page.share(successes, n)
    return Interval(100 * share.median, 100 * share.low, 100 * share.high, n, share.kind)
