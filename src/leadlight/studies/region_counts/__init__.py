"""region-counts: how many cells networks have, at the start, through training, and at most.

Exact counts (`leadlight.count_regions`) over depth, width and many seeds, beside what is proven and what is not.
What the papers say was checked in their abstracts and in later papers that restate the theorems (Tseran and
Montufar 2021; Tiwari and Konidaris 2022); their constants are not quoted. Hanin and Rolnick 2019 (ICML, 1-D; NeurIPS,
any dimension) bound means over random weights whose biases have bounded densities given all else and
whose units have bounded gradients; N^2/2 is no theorem, but derived here as a limit for wide layers.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..page import Page
from ..parameters import parameter
from .bounds import beside_the_bounds
from .derivations import derive
from .families import TORCH, Counts, count_all, he
from .initial import at_the_start
from .lines import along_a_line
from .noise import noise_and_pictures
from .sawtooth import count_sawtooths
from .theory import all_pairs
from .training import through_training
from .zero_biases import without_biases

__all__ = ["Parameters", "run"]


@dataclass(frozen=True)
class Parameters:
    """What region-counts counts."""

    units: tuple[int, ...] = parameter(
        (20, 40, 80, 160, 320), "hidden units N, shared out over the layers", minimum=10, quick=(20, 40, 80)
    )
    depths: tuple[int, ...] = parameter(
        (1, 2, 3, 4, 5), "numbers of hidden layers", minimum=1, maximum=10, quick=(1, 2, 4)
    )
    seeds: int = parameter(20, "networks of each architecture", minimum=2, quick=6)
    sigma: float = parameter(0.5, "standard deviation of the biases beside He's weights", above=0)
    half_width: float = parameter(1.0, "half the side of the square counted in", above=0)
    width: int = parameter(32, "units in each of the three layers that are trained", minimum=4, quick=12)
    points: int = parameter(40, "training points on each of the two spiral arms", minimum=5)
    epochs: int = parameter(2000, "epochs of training", minimum=10, quick=300)
    runs: int = parameter(20, "trained networks of each kind", minimum=2, quick=4)
    layers: int = parameter(18, "layers of the deepest sawtooth", minimum=2, maximum=24, quick=12)
    noise_layers: int = parameter(10, "layers of the sawtooth with noise", minimum=3, maximum=16, quick=8)
    draws: int = parameter(20, "draws of the noise at each level", minimum=2, quick=6)


def run(parameters: Parameters, page: Page) -> None:
    """Fill the page."""
    p = parameters
    normal = he(p.sigma)
    page.method(
        f"**Counts** are of cells (activation regions), exact, of the real network that the float32 weights denote, in "
        f"the square ± {p.half_width:g}. **At the start**: {p.seeds} networks of each of {len(set(p.units))} sizes and "
        f"{len(set(p.depths))} depths, with He's normal weights and normal biases of standard deviation {p.sigma:g}, "
        "with torch's default, and without biases. **Through training**: networks "
        f"{p.width}-{p.width}-{p.width} trained on two spirals and on the same points with shuffled labels. **At "
        "most**: sawtooth networks, and the known bounds.\n\n"
        "**What the theory says.** Hanin and Rolnick (NeurIPS 2019): the mean number of cells of a ReLU network per "
        "unit volume of an $n$-dimensional input is at most of the form $(T N)^n / n!$, $N$ units in all, with a "
        "constant $T$ that depends on how densely biases are spread given all other weights and on how large the "
        "gradients of units become, not on the depth as such. It bounds a mean over the initial weights from above; it "
        "promises no network so many cells, and says nothing where biases are all zero, for then they have no density. "
        "In the plane $N^2/2$ is a scale seen in experiments, not a law of theirs: the derivations below say where it "
        "comes from."
    )
    measured = [count_all(page, law, p.units, p.depths, p.seeds, p.half_width) for law in (normal, TORCH)]
    expected = at_the_start(page, measured, p.half_width)
    derive(page, normal, p.sigma, p.half_width)
    _answer_start(page, measured, expected)
    along_a_line(page, measured, p.half_width)
    without_biases(page, p.units, measured[0].depths, p.seeds, p.sigma, p.half_width)
    beside_the_bounds(page, measured[0])
    through_training(page, (normal, TORCH), [p.width] * 3, p.points, p.epochs, p.runs, p.half_width)
    counts = count_sawtooths(page, p.layers, p.sigma)
    noise_and_pictures(page, counts, p.noise_layers, p.draws)
    page.limits(
        "The theorems are quoted in the form of their abstracts and of later papers that restate them; their constants "
        "and the smallest cube for which they hold are not checked here, and the form $(T N)^n / n!$ was not seen in "
        "the paper itself.",
        "The thresholds of the claims were set after exploratory runs, with reasons, but not blind.",
        "Two inputs, equal widths, three ways to draw weights. In a square of another size, or with biases of another "
        "scale, all ratios to N²/2 differ; the theory lines say how.",
        "The theory for deeper layers is a limit for wide ones. It is derived here without a proof that counts "
        "converge; that it agrees is what the claim says, no more.",
        "A count of cells says how finely a network could bend, not how much it does: neighbouring cells may differ by "
        "next to nothing, and some networks with few cells fit better than others with many.",
        "Training is Adam at one learning rate on eighty points: other tasks, longer training or regularisation may "
        "change the counts more.",
    )


def _answer_start(page: Page, measured: list[Counts], expected: dict[str, np.ndarray]) -> None:
    """Answer what the counts at the start say, from their means."""
    normal, torch = measured
    n, share = normal.units[-1], [c.cells[-1].mean(axis=1) / (c.units[-1] ** 2 / 2) for c in measured]
    theory = [expected[c.law.name][-1] / (c.units[-1] ** 2 / 2) for c in measured]
    page.answer(
        "How many cells has a network before training?",
        f"Of the order of N²/2: {n} units in one layer make {normal.cells[-1, 0].mean():,.0f} cells in the mean with "
        f"{normal.law.name}, {share[0][0]:.2f} times N²/2, and {torch.cells[-1, 0].mean():,.0f} with {torch.law.name} "
        f"({share[1][0]:.2f} times). For one layer of normal weights the mean is a polynomial in N with known "
        "coefficients, with the leading term N²/2 in the whole plane, where every two lines cross once; a square "
        "sees its share of the crossings.",
    )
    plane = [c.plane.mean(axis=1) / all_pairs(c.units[c.middle]) for c in measured]
    page.answer(
        "Does depth add cells at the start?",
        f"No. In the whole plane it hardly matters: {normal.units[normal.middle]} units make {np.min(plane):.2f} to "
        f"{np.max(plane):.2f} times 1 + N + N(N - 1)/2 cells in the mean, whatever the depth and the "
        "initialisation. In the square it takes some away: shared out over "
        f"{normal.depths[-1]} layers the {n} units make {share[0][-1]:.2f} times N²/2 with {normal.law.name} (theory "
        f"{theory[0][-1]:.2f}) and {share[1][-1]:.2f} times with {torch.law.name} (theory {theory[1][-1]:.2f}). From "
        "layer to layer biases gain on the signal, slowly with He's weights and fast with torch's default, which "
        "shrinks the signal; so the creases of deeper layers lie farther out. That the count hardly depends on depth "
        "is a good rule for weights that keep the signal's size, and for the whole plane; for torch's default in a "
        "fixed square it is none.",
    )
