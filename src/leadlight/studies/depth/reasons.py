"""What depth does at a fixed budget: gradients at the start, units and networks that die, exact cells and bends.

Gradients are those of the whole training loss at the initial weights, read off one plain SGD step of rate 1 in
double precision (the step is the gradient). A unit is dead if it is 0 on every training point; a network is
constant if all its outputs are. Cells are certified (`leadlight.regions`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise

import numpy as np

from ...data import Dataset
from ...geometry import regions
from ...network import Network
from ...plots import SweepDisplay, style
from ...training import train
from ..page import Page
from .compare import Comparison

__all__ = ["Reasons", "dead_units", "first_layer_gradients", "is_constant", "reasons"]

RULE = "at_least"


@dataclass(frozen=True)
class Reasons:
    """What was measured at each depth under the course's rule, one value a seed: arrays (n_depths, n_seeds)."""

    gradient: np.ndarray  # root mean square over the first layer's weights, at the start
    dead: np.ndarray  # per cent of the hidden units, after training
    constant_start: np.ndarray  # bool
    constant: np.ndarray  # bool, after training
    cells: np.ndarray
    regions: np.ndarray
    bends: np.ndarray


def dead_units(net: Network, X: np.ndarray) -> float:
    """Share of the hidden units that are 0 on every one of the points."""
    return sum(int((~(h > 0).any(axis=0)).sum()) for h in net.hidden(X)) / net.n_units


def is_constant(net: Network, X: np.ndarray) -> bool:
    """Whether the network gives all the points the same outputs, to the last bit."""
    return bool(np.ptp(net(X), axis=0).max() == 0.0)


def first_layer_gradients(networks: Sequence[Network], data: Dataset) -> np.ndarray:
    """Root mean square gradient of the cross-entropy with respect to the first weights, (n_networks,)."""
    runs = train(
        list(networks),
        data,
        loss="cross_entropy",
        optimizer="sgd",
        lr=1.0,
        epochs=1,
        dtype="float64",
        device="cpu",
    )
    steps = [
        before.weights[0] - after.weights[0] for before, after in zip(runs.initial_networks, runs.networks)
    ]
    return np.array([np.sqrt(np.mean(step**2)) for step in steps])


def reasons(page: Page, runs: Comparison, width: float) -> Reasons:
    """Measure, tabulate and draw; `width` is half the side of the box on which cells are counted."""
    m = _measure(page, runs, width)
    depths, n = runs.depths, runs.n_seeds
    began = ", ".join(str(int(values.sum())) for values in m.constant_start)
    page.table(
        "reasons",
        ["layers", "width", "1,000 x gradient", "dead %", "constant", "cells", "regions", "bends"],
        [
            [d, min(runs.widths[RULE, d]), page.interval(1000 * m.gradient[k]), page.interval(m.dead[k]),
             int(m.constant[k].sum()), page.interval(m.cells[k]), page.interval(m.regions[k]),
             page.interval(m.bends[k])]
            for k, d in enumerate(depths)
        ],
        f"Course's rule, {n} seeds. Width: the narrowest layer's. Gradient: root mean square over the first layer's "
        "weights before training. Dead: 0 on every training point, after training. Constant: networks that end with "
        f"one output for all training points ({began} began so "
        f"at depths {', '.join(map(str, depths))}). Cells, linear regions and bends of creases: "
        f"exact, on the box of half-width {width:g}.",
        formats=[None, None, ".2f", ".0f", None, ".0f", ".0f", ".0f"],
    )  # fmt: skip
    figure, axes = style.subplots(1, 3, figsize=(9.4, 3.2))
    for ax, values, label, log in (
        (axes[0, 0], m.gradient, "first layer's gradient at the start", True),
        (axes[0, 1], m.dead, "dead units after training in %", False),
        (axes[0, 2], m.cells, "cells of the trained network", False),
    ):
        shown = [row[row > 0] for row in values] if log else values
        SweepDisplay(depths, shown, xlabel="hidden layers", ylabel=label).plot(ax, log_x=False, log_y=log)
        ax.set_xticks(depths)
    page.figure(
        "reasons",
        figure,
        f"What each further layer does at an equal budget ({n} seeds, median and quartiles): the first layer's "
        "gradient before training, the share of dead units and the number of cells after it. A gradient of 0 has no "
        f"place on the logarithmic axis: {int((m.gradient == 0).sum())} networks that are constant from the start are "
        "left out there.",
        alt="Three plots against depth: gradients at the start, dead units, and exact numbers of cells.",
    )
    typical = [page.interval(values, "bootstrap") for values in m.gradient]
    page.claim(
        "gradients-fade",
        "Each further layer lowers the median gradient of the first layer at the start of training: the bootstrap "
        "intervals of neighbouring depths do not overlap.",
        all(deep.high < shallow.low for shallow, deep in pairwise(typical)),
        {f"{d} hidden layer{'s' * (d > 1)}": typical[k] for k, d in enumerate(depths)},
        must_hold=False,
    )
    lost = [page.share(int(values.sum()), n) for values in m.constant]
    page.claim(
        "networks-die-only-when-deep",
        "No network of the least depth ends constant, and of the greatest depth more do than of any other: Wilson's "
        "interval of the share lies above that of every depth but the last but one.",
        lost[0].median == 0
        and lost[-1].median == max(died.median for died in lost)
        and all(lost[-1].low > died.high for died in lost[:-2]),
        {f"share that ends constant, depth {d}": died for d, died in zip(depths, lost)},
        must_hold=False,
    )
    return m


def _measure(page: Page, runs: Comparison, width: float) -> Reasons:
    report = page.progress("counting cells", len(runs.depths))
    rows: dict[str, list] = {name: [] for name in Reasons.__dataclass_fields__}
    for number, depth in enumerate(runs.depths):
        start, end = runs.initial[RULE, depth], runs.networks[RULE, depth]
        blocks = [list(block) for _, block in groupby(range(runs.n_seeds), key=lambda i: id(runs.data[i]))]
        gradients = [first_layer_gradients([start[i] for i in b], runs.data[b[0]]) for b in blocks]
        rows["gradient"].append(np.concatenate(gradients))
        rows["dead"].append([100 * dead_units(net, d.X) for net, d in zip(end, runs.data)])
        rows["constant_start"].append([is_constant(net, d.X) for net, d in zip(start, runs.data)])
        rows["constant"].append([is_constant(net, d.X) for net, d in zip(end, runs.data)])
        complexes = [regions(net, [(-width, width)] * 2) for net in end]
        rows["cells"].append([len(cx) for cx in complexes])
        rows["regions"].append([cx.n_linear_regions for cx in complexes])
        rows["bends"].append([sum(crease.n_bends for crease in cx.creases()) for cx in complexes])
        report(number + 1)
    return Reasons(**{name: np.array(values) for name, values in rows.items()})
