"""init-gain: how large initial weights must be. Gains on paper, fifty random layers, one epoch of training.

The theory is the mean-field one (Xavier 2010; He 2015; Poole 2016; Schoenholz 2017), checked on random
networks; then the sheet's network is trained for one epoch on the face images at each gain.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ...activations import activation
from .._face_images import DATA_HELP, face_images, source_in_words
from ..page import Page
from ..parameters import parameter
from .deep import fifty_layers, phase_diagram
from .gains import derive_xavier, mend_mean, tabulate_gains
from .sweep import PHI, show_sweep, sweep_gains

__all__ = ["Parameters", "run"]


@dataclass(frozen=True)
class Parameters:
    """What init-gain runs."""

    data: Path | None = parameter(None, DATA_HELP)
    gains: int = parameter(10, "number of gains, evenly spaced from 0.1 to 3", minimum=3, quick=4)
    seeds: int = parameter(5, "networks trained at each gain", minimum=2, quick=2)
    images: int = parameter(14_630, "drawn faces for training", minimum=256, quick=2560)
    depth: int = parameter(50, "layers of the random networks", minimum=10)
    width: int = parameter(200, "units in each of their layers", minimum=20, quick=100)
    networks: int = parameter(10, "random networks for each curve", minimum=2, quick=3)
    points: int = parameter(13, "values of sigma_w in the phase diagram", minimum=5, quick=7)


def run(parameters: Parameters, page: Page) -> None:
    """Fill the page."""
    p = parameters
    phi = activation(PHI)
    faces, held_out = face_images(page, p.data, p.images, max(300, p.images // 10))
    page.method(
        f"**Theory.** Second moments through one layer are derived and checked on random layers. **Random networks.** "
        f"{p.networks} networks of {p.depth} layers of {p.width} units for each curve, no training. **Training.** The "
        f"sheet's network 3072-128-64-32-3 with {phi.spec}, Xavier weights and zero biases, {p.gains} gains from "
        f"0.1 to 3, {p.seeds} seeds each; SGD at 0.01, batches of 64, one epoch over "
        f"{source_in_words(p.data, faces, held_out)} (float32). A seed means the same draws and batches at every "
        "gain."
    )
    derive_xavier(page)
    fifty_layers(page, p.depth, p.width, p.networks)
    tabulate_gains(page)
    mend_mean(page, phi, 0.1)
    phase_diagram(page, p.points, min(p.depth, 30), p.width, max(2, p.networks // 3))

    gains = np.linspace(0.1, 3.0, p.gains)
    sweep = sweep_gains(page, gains, p.seeds, faces, held_out)
    nearest = gains[np.argmin(np.abs(gains - phi.gain))]
    uniform = sweep_gains(page, [nearest], p.seeds, faces, held_out, mode="uniform")
    chance = 100 * float(np.bincount(held_out.labels).max()) / len(held_out)
    show_sweep(page, sweep, uniform, chance)
    page.mend(
        "The curve that was never recorded",
        "The sheet's loop trains every gain and then fails at the plot, because no accuracy was stored. Here "
        f"{sweep.test.size} trainings are recorded and drawn.",
        wrong="no values to plot",
        right="accuracy against gain, every point of every seed: see the figure above",
    )
    page.limits(
        "One epoch at one learning rate: a longer training, Adam or batch normalisation forgives a poor gain.",
        f"One set of images and one tapering network; {p.gains} gains cannot place an optimum more finely than "
        f"{2.9 / (p.gains - 1):.2f}.",
        "Mean-field theory is for infinite width at initialisation: it says which signals survive, not which "
        "network learns best.",
    )
