"""The sheet's two questions, answered from what this run measured."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from ..page import Page
from .classify import Trained
from .features import Measured
from .probes import Layers
from .templates import WINDOW

__all__ = ["answer"]


def answer(
    page: Page,
    trained: Trained,
    measured: Measured,
    layers: Mapping[str, Layers],
    shares: Mapping[str, float],
) -> None:
    """Answer, with branches where the outcome can go either way."""
    probe = np.median(layers["trained"].probe, axis=0)
    unit = np.median(layers["trained"].unit, axis=0)
    control = np.median(layers["shuffled labels"].probe, axis=0)
    deep = float(np.median(trained.deep.final("test_accuracy")))
    shallow = float(np.median(trained.shallow.final("test_accuracy")))
    window = float(np.median(measured.groups["trained"]["window share"]))
    exponent = int(np.ceil(np.log10(max(shares["SGD"], 1e-300))))
    smooth = {name: float(np.median(group["smoothness"])) for name, group in measured.groups.items()}

    def listed(values: np.ndarray, spec: str) -> str:
        texts = [f"{value:{spec}}" for value in values]
        return ", ".join(texts[:-1]) + " and " + texts[-1]

    stages = (
        "In stages, yes" if (np.diff(probe) > -1).all() and probe[-1] > probe[0] + 1 else "Not even in stages"
    )
    depth = (
        f"a single hidden layer ends at {shallow:.1f} %, the sheet's three at {deep:.1f} %, so here the extra layers "
        + ("buy accuracy." if deep > shallow + 1 else "are not what the accuracy comes from.")
    )
    span = "already spans the image" if window < 0.5 else "sees the image through its templates only"
    page.answer(
        "First-layer features look like whole faces: is this MLP's representation hierarchical?",
        f"{stages}: a linear reader finds {listed(probe, '.1f')} % on the pixels and after layers 1 to "
        f"{len(probe) - 1} (with shuffled labels {listed(control[1:], '.1f')} %), and the median unit's area under the "
        f"ROC curve goes {listed(unit, '.2f')}. In parts that are put together to wholes, no: the first layer {span} "
        f"(the median unit has {100 * window:.0f} % of its energy in its strongest {WINDOW} × {WINDOW} pixels), and no "
        f"later layer sees anything but rectified sums of such templates. Nor is depth needed for it: {depth}",
    )
    page.answer(
        "Why are first-layer features high-level?",
        "Because every unit is joined to every pixel and is trained by adding images: its gradient is "
        f"$\\sum_n \\delta_n x_n$. After SGD on {shares['images']:.0f} images less than "
        f"$10^{{{exponent}}}$ of the energy of the first layer's change lies outside their span (after Adam, which "
        f"rescales each weight, {shares['Adam']:.3f}; of a random direction {shares['random']:.2f}), so a template is "
        "a blend of whole faces. The control shows that looks are not meaning: with shuffled labels neighbouring "
        f"weights still correlate by {smooth['shuffled labels']:.2f} (true labels {smooth['trained']:.2f}, before "
        f"training {abs(smooth['initial']):.2f}), and alone the median first-layer unit tells a class with an area of "
        f"only {unit[1]:.2f} under its ROC curve, where 0.5 says nothing and 1 all.",
    )
