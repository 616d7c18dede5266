"""The two derivations behind the theory lines, each with a check that could fail."""

from __future__ import annotations

import numpy as np

from leadlight.studies.page import Page

from . import theory
from .families import Law, he, in_square, networks

__all__ = ["derive"]

CHECK_UNITS, CHECK_NETWORKS = 40, 200


def derive(page: Page, law: Law, sigma: float, half_width: float) -> None:
    """Derive the expected number of cells of one layer and of several."""
    counts = [in_square(net, half_width) for net in networks(page, law, [CHECK_UNITS], CHECK_NETWORKS)]
    expected = theory.cells(law, [CHECK_UNITS], half_width)
    error = np.std(counts, ddof=1) / np.sqrt(len(counts))
    page.derivation(
        "One hidden layer: the expected number of cells in a square",
        [
            r"$N$ lines of which no three meet in a point make $1 + (\text{lines that meet the square}) + "
            r"(\text{crossings inside})$ cells there.",
            r"Let $w \sim N(0, s^2 I)$ and $b \sim N(0, s^2 \sigma^2)$. The line $w \cdot x + b = 0$ is where the "
            r"plane $z = \sigma$ is cut by a plane through the origin of space with a uniform normal $(w, b/\sigma)$. "
            r"Such a plane meets the square, put at height $\sigma$, with probability (perimeter seen from the "
            r"origin)$/2\pi$ (Crofton): $p_1 = \frac{4}{\pi} \arctan \frac{h}{\sqrt{h^2 + \sigma^2}}$ for the "
            r"half-width $h$.",
            r"Two such planes meet in a uniform direction, so two lines cross inside with probability (solid angle of "
            r"the square)$/2\pi$: $p_2 = \frac{2}{\pi} \arctan \frac{h^2}{\sigma \sqrt{2 h^2 + \sigma^2}}$.",
            r"$E[\text{cells}] = 1 + p_1 N + p_2 N (N - 1) / 2$ for every $N$. In the whole plane $p_1 = p_2 = 1$: "
            r"$N^2/2$ is what is left when every two creases cross once.",
        ],
        f"The mean of {CHECK_NETWORKS} exact counts with N = {CHECK_UNITS} is {np.mean(counts):.1f}, the formula gives "
        f"{expected:.1f}; the error is their difference in standard errors.",
        error=abs(np.mean(counts) - expected) / error,
        tolerance=4.0,
    )
    scales = theory.scales(he(sigma), [1] * 5)
    errors = [
        abs(theory.share_of_pairs(half_width, s, s) - theory.crossing_in_square(half_width, s))
        for s in scales
    ]
    errors += [abs(theory.share_in_plane(s, t) - 1) for s in scales for t in (s, 10 * s)]
    page.derivation(
        "Deeper layers, as wide as one likes",
        [
            r"In a wide network the preactivation $z$ of a unit of layer $l$ is normal given the layers before, with "
            r"variance $q_l(x) = a_l |x|^2 + b_l$. A ReLU halves the second moment: $a_{l+1} = v a_l / 2$, $b_{l+1} = "
            r"v b_l / 2 + \mathrm{Var}[b]$, with $v$ = fan-in times $\mathrm{Var}[w]$. Its gradient has the covariance "
            r"$a_l I$.",
            r"The expected number of points on a curve where $z$ vanishes, and of points where two such functions "
            r"vanish, hangs only on the law of values and gradients at each point (Kac and Rice). That law is the one "
            r"of an affine function $w \cdot x + b$, as in the first layer, with $\sigma$ replaced by $s_l = "
            r"\sqrt{b_l / a_l}$. So in the mean the network cuts like $N$ independent random lines, $n_l$ of them of "
            r"the scale $s_l$, although its creases bend.",
            r"Cells are 1 + (ends on the border) / 2 + crossings (Euler), if every set of creases hangs together with "
            r"the border. Two random lines cross once: in the whole plane $1 + N + N(N-1)/2$ cells, at every depth. "
            r"A line meets each crease once: $N + 1$ pieces; a segment through the origin of half-length $h$ meets "
            r"$\frac{2}{\pi} \arctan(h / s_l)$ of it.",
            r"In a square the scales matter. For He's weights $s_l = \sigma \sqrt{l}$: the creases of deeper layers "
            r"lie farther out. Where $v < 2$, as in torch's default ($v = 1/3$), $s_l$ grows like $(2/v)^{l/2}$ once "
            r"the later biases outweigh the first. Two creases cross at $x$ with the density $E|\det(u, v)| / (2 \pi "
            r"\sqrt{(|x|^2 + s_k^2)(|x|^2 + s_l^2)})$, $u$ and $v$ their gradients given that both vanish; summed "
            r"over pairs and over the square it gives the theory line. For more than one layer that is a limit, "
            r"approached as depth / width becomes small.",
        ],
        f"For two creases of one layer the quadrature of that density over the square gives the closed form $p_2$, and "
        f"over the whole plane it gives 1 for two equal and two different scales, at {len(scales)} scales from "
        f"{scales[0]:.3g} to {scales[-1]:.3g}.",
        error=max(errors),
        tolerance=1e-6,
    )
