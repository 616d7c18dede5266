"""Exact decision boundaries of one seed at every depth, and the sheet's map drawn transposed beside the right one."""

from __future__ import annotations

import numpy as np
from scipy.stats import rankdata

from ...data import Dataset
from ...geometry import DecisionPartition, regions
from ...network import Network
from ...plots import BoundaryDisplay, DecisionMapDisplay, style
from ..page import Page

__all__ = ["agreement", "decision_maps", "typical_seed"]


def typical_seed(accuracies: np.ndarray) -> int:
    """The seed that is nearest to the median at all depths: least sum over depths of its distance in ranks.

    Accuracies are (n_depths, n_seeds).

    Examples
    --------
    >>> typical_seed(np.array([[90.0, 10.0, 50.0], [80.0, 70.0, 75.0]]))
    2
    """
    distances = np.abs(rankdata(accuracies, axis=1) - (accuracies.shape[1] + 1) / 2)
    return int(np.argmin(distances.sum(axis=0)))


def agreement(display: DecisionMapDisplay, points: np.ndarray, classes: np.ndarray) -> float:
    """Share of the points whose pixel in the map shows their class; points outside the map are left out."""
    x0, x1, y0, y1 = display.extent
    rows, columns = display.classes.shape
    column = np.floor((points[:, 0] - x0) / (x1 - x0) * columns).astype(int)
    row = np.floor((points[:, 1] - y0) / (y1 - y0) * rows).astype(int)
    inside = (column >= 0) & (column < columns) & (row >= 0) & (row < rows)
    return float(np.mean(display.classes[row[inside], column[inside]] == classes[inside]))


def exact_agreement(parts: DecisionPartition, points: np.ndarray, classes: np.ndarray) -> float:
    """Share of the points that lie in a cell of their class; points outside the domain are left out."""
    cells = parts.complex.locate(points)
    inside = cells >= 0
    return float(np.mean(parts.classes[cells[inside]] == classes[inside]))


def decision_maps(
    page: Page, networks: dict[int, Network], test: Dataset, half_width: float, resolution: int
) -> None:
    """Draw test points and boundaries at every depth; check that maps are the right way up; show one transposed."""
    points, labels = test.X, test.y
    exact = {
        depth: regions(net, [(-half_width, half_width)] * 2).decision_partition()
        for depth, net in networks.items()
    }
    maps = {
        depth: DecisionMapDisplay.from_network(net, half_width, resolution, class_names=test.class_names)
        for depth, net in networks.items()
    }
    figure, axes = style.subplots(2, -(-(len(maps) + 1) // 2), figsize=(9.4, 6.2))
    panels = list(axes.flat)
    extent = (-half_width, half_width, -half_width, half_width)
    plain = DecisionMapDisplay(np.zeros((1, 1), dtype=int), extent, test.class_names)
    plain.plot(panels[0], points=points, labels=labels, point_size=5, legend=False, title="test points")
    panels[0].images[0].remove()
    right, flipped, cells = [], [], []
    for ax, (depth, display) in zip(panels[1:], maps.items()):
        predicted = networks[depth](points).argmax(axis=1)
        accuracy = 100 * np.mean(predicted == labels)
        title = f"{depth} hidden layer{'s' * (depth > 1)}: {accuracy:.1f} %"
        BoundaryDisplay(exact[depth]).plot(
            ax, points=points, labels=labels, point_size=4, class_names=test.class_names,
            legend=depth == min(maps), title=title,
        )  # fmt: skip
        right.append(agreement(display, points, predicted))
        flipped.append(agreement(_transposed(display), points, predicted))
        cells.append(exact_agreement(exact[depth], points, predicted))
    for ax in panels[len(maps) + 1 :]:
        ax.set_visible(False)
    page.figure(
        "maps",
        figure,
        "The class that a network of each depth gives to every point of the square: certified cells and their exact "
        "boundaries, no pixels, with the test points drawn in, and the test accuracy. All depths show the same seed: "
        "the one nearest to the median at all depths, in ranks. A dot on another colour's ground is an error.",
        alt="Decision regions of networks with one to several hidden layers under the arms of a spiral.",
    )
    best = int(np.argmax([np.mean(net(points).argmax(axis=1) == labels) for net in networks.values()]))
    depth = list(networks)[best]
    predicted = networks[depth](points).argmax(axis=1)
    for name, display, what in (
        ("map-transposed", _transposed(maps[depth]), "transposed"),
        ("map-upright", maps[depth], "right"),
    ):
        figure, axes = style.subplots(1, 1, figsize=(3.6, 3.0))
        display.plot(axes[0, 0], points=points, labels=labels, point_size=4, legend=False)
        share = agreement(display, points, predicted)
        page.figure(
            name,
            figure,
            f"The map of {depth} hidden layer{'s' * (depth > 1)} drawn {what}: its colour under a test point is the "
            f"network's answer for {100 * share:.1f} % of them.",
            alt=f"A decision map with test points, {what}.",
        )
    page.mend(
        "The decision map drawn transposed",
        "Points are listed with the first coordinate slowest and reshaped to an image, whose rows are heights: the "
        "map is mirrored at the diagonal, its points are not. Over all depths the colour under a test point is the "
        f"network's answer for {100 * np.mean(flipped):.1f} % of the points, and {100 * np.mean(right):.1f} % the "
        "right way round (the rest lie in a pixel that a boundary crosses).",
        wrong="map-transposed",
        right="map-upright",
    )
    page.claim(
        "maps-are-upright",
        "In every map the pixel under a test point has the colour of the network's answer, for more than 95 % of them; "
        "its cell has it for all.",
        min(right) > 0.95 and min(cells) == 1.0,
        {
            "least share, as drawn": min(right),
            "mean share, transposed": float(np.mean(flipped)),
            "least share, cells": min(cells),
        },
        must_hold=resolution >= 200,
    )


def _transposed(display: DecisionMapDisplay) -> DecisionMapDisplay:
    return DecisionMapDisplay(display.classes.T, display.extent, display.class_names)
