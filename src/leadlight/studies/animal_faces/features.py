"""What the first layer looks like after training: its templates drawn, and measured against two controls.

The initial weights are noise; the same network trained on shuffled labels has seen the same images without
a reason to sort them. What both lack is what the labels taught.
"""

from __future__ import annotations

from dataclasses import dataclass

import matplotlib
import numpy as np

from ...data import ImageSet
from ...network import Network
from ...plots import FeatureMapsDisplay, ImageGridDisplay, style
from ..page import Page
from .classify import Trained
from .templates import MEASURES, WINDOW, measure_all, smoothness, weight_images

__all__ = ["Measured", "measure_features", "show_features", "show_measures"]

COLOURS = {"initial": "#8c8c8c", "trained": "#0072b2", "shuffled labels": "#d55e00"}


@dataclass(frozen=True)
class Measured:
    """Every measure of every first-layer unit: group -> measure -> (n_networks, units)."""

    groups: dict[str, dict[str, np.ndarray]]
    images: float  # smoothness of the training images themselves

    def median(self, group: str, measure: str) -> np.ndarray:
        """Median over the units, for each network."""
        return np.median(self.groups[group][measure], axis=1)


def class_means(images: ImageSet) -> np.ndarray:
    """Mean input of each class, (classes, d)."""
    X = images.features()
    return np.stack([X[images.labels == k].mean(axis=0, dtype=np.float64) for k in range(images.n_classes)])


def measure_features(trained: Trained, faces: ImageSet) -> Measured:
    """Measure the first layers of the initial, the trained and the control networks."""
    side, means = faces.images.shape[1], class_means(faces)
    networks = {
        "initial": trained.deep.initial,
        "trained": trained.deep.networks,
        "shuffled labels": trained.control.networks,
    }
    found = {
        name: measure_all([net.weights[0] for net in nets], means, side) for name, nets in networks.items()
    }
    return Measured(found, float(np.median(smoothness(faces.images[:1000].astype(np.float64)))))


def show_features(page: Page, trained: Trained, held_out: ImageSet) -> None:
    """Draw the sheet's picture, its controls, and what single units answer to."""
    side, net = held_out.images.shape[1], trained.deep.networks[0]
    shape = (3, side, side)
    page.figure(
        "first-layer",
        FeatureMapsDisplay.from_network(net, shape).plot().figure_,
        "First-layer weights of one trained network, each unit's as an image: $w/(2\\max|w|) + 1/2$ with the "
        "greatest weight of all units, as on the sheet. Mid-grey is 0.",
        alt="64 small coloured images, each with soft light and dark patches across the whole square.",
    )
    some = slice(0, 24)  # noise does not compress: all 64 of each would make a large file
    figure, axes = style.subplots(1, 3, figsize=(9.6, 2.4))
    panels = {
        "initial": trained.deep.initial[0],
        "trained on faces": net,
        "trained on shuffled labels": trained.control.networks[0],
    }
    for ax, (title, network) in zip(axes[0], panels.items()):
        images = weight_images(network.weights[0][some], side)
        FeatureMapsDisplay(images).plot(ax, per_row=6, per_unit=True, title=title)
    page.figure(
        "first-layer-controls",
        figure,
        "24 units of the same seed three times, each now scaled by its own greatest weight: before training, after "
        "training on the faces, and after training on the same images with shuffled labels. Look for faces in both: "
        "what a first layer learns is made of the images, whatever their labels.",
        alt="Three grids of 24 weight images: before training, trained, and trained on shuffled labels.",
    )
    page.figure(
        "units-and-images",
        _excited(net, held_out),
        "Eight units of the trained network, those that vary most over the validation images. Top: the weights. "
        "Middle: the mean of the twentieth of the images that excite the unit most. Bottom: that of those that "
        "excite it least.",
        alt="Three rows of eight images: weights, mean of most exciting and mean of least exciting images.",
    )


def _excited(net: Network, images: ImageSet, n_units: int = 8):
    z = net.preactivations(images.features())[0]
    units = np.argsort(-z.std(axis=0))[:n_units]
    n = max(1, len(images) // 20)
    order = np.argsort(z[:, units], axis=0, kind="stable")
    maps = FeatureMapsDisplay(weight_images(net.weights[0][units], images.images.shape[1])).images(
        per_unit=True
    )
    pixels = images.images.astype(np.float64) / 255
    most = np.stack([pixels[order[-n:, i]].mean(axis=0) for i in range(n_units)])
    least = np.stack([pixels[order[:n, i]].mean(axis=0) for i in range(n_units)])
    return ImageGridDisplay(np.concatenate([maps, most, least])).plot(per_row=n_units).figure_


def _boxes(ax, groups: dict[str, np.ndarray], title: str) -> None:
    """Lying box plots, the first group on top."""
    with matplotlib.rc_context(style.rc()):
        drawn = ax.boxplot(
            list(groups.values()), orientation="horizontal", widths=0.55, whis=(5, 95), showfliers=False,
            patch_artist=True, tick_labels=list(groups), medianprops={"color": style.INK, "linewidth": 1.4},
            whiskerprops={"color": style.MUTED}, capprops={"color": style.MUTED},
        )  # fmt: skip
        for box, group in zip(drawn["boxes"], groups):
            box.set(facecolor=style.tint(COLOURS[group], 0.35), edgecolor=style.MUTED)
        ax.invert_yaxis()
        ax.set_title(title)
        ax.grid(True, axis="x")
        ax.set_axisbelow(True)
        ax.spines[["top", "right"]].set_visible(False)


def show_measures(page: Page, measured: Measured, n_inputs: int, n_classes: int, drawn: bool) -> None:
    """Table and picture of the measures, and what is claimed of them (surely only of drawn faces)."""
    groups, side = measured.groups, int(np.sqrt(n_inputs / 3))
    titles = {
        "smoothness": "smoothness: correlation of neighbours",
        "participation": "participation: share of the pixels in use",
        "window share": f"window share: most energy in {WINDOW} × {WINDOW} pixels",
        "difference share": "difference share: energy along class means",
    }
    figure, axes = style.subplots(2, 2, figsize=(9.2, 5.4))
    figure.get_layout_engine().set(hspace=0.08)  # type: ignore[union-attr]
    for ax, name in zip(axes.ravel(), MEASURES):
        _boxes(ax, {group: values[name].ravel() for group, values in groups.items()}, titles[name])
    axes[1, 1].set_xscale("log")
    page.figure(
        "structure",
        figure,
        "Four measures of the first-layer weights, over all units of all seeds: boxes hold the middle half, whiskers "
        f"reach from the 5th to the 95th percentile. Energy means squared weights. A detector of a part of "
        f"{WINDOW} × {WINDOW} pixels would have participation {WINDOW**2 / side**2:.3f} and window share 1; weights of "
        f"equal size everywhere have 1 and {WINDOW**2 / side**2:.3f}.",
        alt="Box plots of four measures for initial, trained and control weights.",
    )
    page.table(
        "structure-table",
        ["first layer", *MEASURES],
        [[group, *(page.interval(values[name]) for name in MEASURES)] for group, values in groups.items()],
        "Median [quartiles] over all units of all seeds. For comparison: the training images themselves have "
        f"smoothness {measured.images:.3f}, and a random direction has difference share "
        f"{(n_classes - 1) / n_inputs:.5f}.",
        formats=[None, ".2f", ".2f", ".2f", ".4f"],
    )
    trained = groups["trained"]
    smooth, before = measured.median("trained", "smoothness"), measured.median("initial", "smoothness")
    control = measured.median("shuffled labels", "smoothness")
    page.claim(
        "smoother-than-initial",
        "Training makes the first layer's templates smoother than the noise that they start from, for every seed.",
        bool((smooth > before + 0.05).all()),
        {"initial, median unit": page.interval(before), "trained, median unit": page.interval(smooth)},
        must_hold=drawn,
    )
    page.claim(
        "control-is-smooth-too",
        "Labels are not what makes templates smooth: on shuffled labels they become at least half as smooth as on "
        "true ones.",
        bool(np.median(control) >= np.median(smooth) / 2),
        {"trained": page.interval(smooth), "shuffled labels": page.interval(control)},
        must_hold=False,
    )
    large = int((trained["window share"] > 0.5).sum())
    page.claim(
        "few-part-detectors",
        f"Hardly any first-layer unit is a detector of a small part: fewer than 1 in 20 have half of their energy in "
        f"{WINDOW} × {WINDOW} pixels, {100 * WINDOW**2 / side**2:.1f} % of the image.",
        large < 0.05 * trained["window share"].size,
        {
            "units": trained["window share"].size,
            "with half of their energy in a window": large,
            "greatest window share": trained["window share"].max(),
            "window share": page.interval(trained["window share"]),
            "initial": page.interval(groups["initial"]["window share"]),
        },
        must_hold=False,
    )
    own = measured.median("trained", "difference share")
    page.claim(
        "more-than-class-means",
        "Templates are not the differences of class means: less than a tenth of the median unit's energy lies "
        "along them, for every seed.",
        bool((own < 0.1).all()),
        {
            "trained": page.interval(own),
            "shuffled labels": page.interval(measured.median("shuffled labels", "difference share")),
            "random direction": (n_classes - 1) / n_inputs,
        },
        must_hold=False,
    )
