"""How much of the answer is there after each layer: linear probes, and what single units say alone.

A probe (Alain and Bengio 2017) is a logistic regression on standardised activations: it finds what a linear
reader can. A unit's selectivity is the area under its ROC curve for the class that it tells best from the
others: it asks whether one unit alone is a detector. Cost: some seconds for the pixels, 0.2 s for a layer.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.stats import rankdata

from ...data import ImageSet
from ...network import Network
from ...plots import SweepDisplay, style
from ..page import Page
from .classify import Trained

__all__ = ["Layers", "probe_accuracy", "probe_layers", "selectivity", "show_probes"]

STRENGTH = 1e-3  # scikit-learn's C: strong regularisation, best for pixels of a few values tried
COLOURS = {"trained": "#0072b2", "shuffled labels": "#d55e00", "initial": "#8c8c8c"}


def probe_accuracy(
    X: np.ndarray, labels: np.ndarray, X_test: np.ndarray, labels_test: np.ndarray, strength: float = STRENGTH
) -> float:
    """Accuracy in per cent on (X_test, labels_test) of a multinomial logistic regression fitted to (X, labels).

    Features are standardised by the mean and deviation of X; constant ones become 0.
    """
    from sklearn.linear_model import LogisticRegression
    from sklearn.preprocessing import StandardScaler

    scaler = StandardScaler().fit(X)
    model = LogisticRegression(C=strength, max_iter=1000, tol=1e-3).fit(scaler.transform(X), labels)
    return 100 * float(model.score(scaler.transform(X_test), labels_test))


def selectivity(activations: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """Each unit's best area under the ROC curve for one class against the rest, either way round.

    Parameters
    ----------
    activations : ndarray, shape (n, units)
    labels : ndarray of int, shape (n,)
        At least two classes occur.

    Returns
    -------
    ndarray, shape (units,)
        1/2 for a unit that says nothing (a constant one exactly), 1 for a perfect detector. From ranks, ties
        shared (Mann and Whitney's statistic).

    Examples
    --------
    >>> activations = np.array([[0.0, 5.0, 0.0], [0.0, 6.0, 0.0], [1.0, 7.0, 0.0], [2.0, 5.5, 0.0]])
    >>> selectivity(activations, np.array([0, 0, 1, 1])).tolist()
    [1.0, 0.75, 0.5]
    """
    ranks = rankdata(activations, axis=0)
    areas = []
    for label in np.unique(labels):
        own = labels == label
        n, m = int(own.sum()), int((~own).sum())
        area = (ranks[own].sum(axis=0) - n * (n + 1) / 2) / (n * m)
        areas.append(np.maximum(area, 1 - area))
    return np.max(areas, axis=0)


@dataclass(frozen=True)
class Layers:
    """After the pixels (column 0) and each hidden layer, one row a network."""

    probe: np.ndarray  # accuracy of the linear probe, per cent (n_networks, layers + 1)
    unit: np.ndarray  # median selectivity of the units
    best: np.ndarray  # selectivity of the best unit


def probe_layers(
    networks: Sequence[Network],
    fitted: tuple[np.ndarray, np.ndarray],
    tested: tuple[np.ndarray, np.ndarray],
    pixels: tuple[float, float, float],
) -> Layers:
    """Probe every hidden layer of every network; `pixels` are the three values for the images themselves."""
    table = []
    for net in networks:
        rows = [pixels]
        for h, h_test in zip(net.hidden(fitted[0]), net.hidden(tested[0])):
            units = selectivity(h_test, tested[1])
            accuracy = probe_accuracy(h, fitted[1], h_test, tested[1])
            rows.append((accuracy, float(np.median(units)), float(units.max())))
        table.append(rows)
    values = np.array(table)
    return Layers(values[..., 0], values[..., 1], values[..., 2])


def show_probes(
    page: Page, trained: Trained, faces: ImageSet, held_out: ImageSet, n_images: int
) -> dict[str, Layers]:
    """Fit and draw the probes of trained, untrained and control networks."""
    few = faces.take(page.rng("probe images").permutation(len(faces))[:n_images])
    fitted, tested = (few.features(), few.labels), (held_out.features(), held_out.labels)
    report = page.progress("linear probes", 4)
    single = selectivity(tested[0], tested[1])
    pixels = (probe_accuracy(*fitted, *tested), float(np.median(single)), float(single.max()))
    report(1)
    groups = {
        "trained": trained.deep.networks,
        "shuffled labels": trained.control.networks,
        "initial": trained.deep.initial,
    }
    found = {}
    for done, (name, networks) in enumerate(groups.items()):
        found[name] = probe_layers(networks, fitted, tested, pixels)
        report(done + 2)
    places = ["pixels", *(f"layer {i + 1}" for i in range(found["trained"].probe.shape[1] - 1))]
    figure, axes = style.subplots(1, 2, figsize=(9.2, 3.5))
    for ax, key, label in (
        (axes[0, 0], "probe", "linear probe, accuracy in per cent"),
        (axes[0, 1], "unit", "median unit, area under the ROC curve"),
    ):
        series = {name: list(getattr(layers, key).T) for name, layers in found.items()}
        SweepDisplay(places, series, xlabel="activations of", ylabel=label).plot(
            ax,
            colours=COLOURS,
            levels={"chance": trained.chance if key == "probe" else 0.5},
            legend=key == "unit",
        )
    page.figure(
        "probes",
        figure,
        f"Left: validation accuracy of a linear probe fitted to {len(few):,} training images, on the pixels and "
        "after each hidden layer. Right: how well the median unit alone tells its best class from the others. "
        "Points are seeds, bars quartiles.",
        alt="Both measures against the layer, for trained, control and initial networks.",
    )
    n_control, n_deep = len(trained.control.networks), len(trained.deep.networks)
    page.table(
        "probe-table",
        ["layer", "trained %", "shuffled %", "initial %", "median unit", "best unit"],
        [
            [
                place,
                *(page.interval(found[name].probe[:, i]) for name in groups),
                page.interval(found["trained"].unit[:, i]),
                page.interval(found["trained"].best[:, i]),
            ]
            for i, place in enumerate(places)
        ],
        f"Accuracy of linear probes; single units of the trained networks "
        f"(area under the ROC curve, 0.5 says nothing, 1 all): median [quartiles] "
        f"over {n_deep} seeds ({n_control} with shuffled labels).",
        formats=[None, ".1f", ".1f", ".1f", ".3f", ".3f"],
    )  # fmt: skip
    layers = found["trained"].probe
    middle = np.median(layers, axis=0)
    page.claim(
        "first-layer-helps",
        "A linear reader sees more in the first hidden layer of a trained network than in the pixels, "
        "for every seed.",
        bool((layers[:, 1] > layers[:, 0]).all()),
        {"pixels, %": pixels[0], "layer 1, %": page.interval(layers[:, 1])},
        must_hold=False,
    )
    first, further = middle[1] - middle[0], middle[-1] - middle[1]
    page.claim(
        "first-layer-adds-most",
        "The first layer adds more to what a linear reader sees than all further ones together (medians).",
        bool(first > further),
        {
            "pixels to layer 1, points": float(first),
            f"layer 1 to {len(middle) - 1}, points": float(further),
            **{f"{place}, %": page.interval(layers[:, i]) for i, place in enumerate(places)},
        },
        must_hold=False,
    )
    unit = found["trained"].unit
    page.claim(
        "units-become-detectors",
        "Single units become detectors of classes only with depth: the median unit's area under the ROC curve "
        "rises from layer to layer, for every seed.",
        bool((unit[:, 1:] > unit[:, :-1]).all()),
        {place: page.interval(unit[:, i]) for i, place in enumerate(places)},
        must_hold=False,
    )
    return found
