"""Through training: exact counts of every run at every snapshot, for labels with a pattern and for random ones."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from leadlight.data import Dataset, spirals
from leadlight.geometry import max_regions, regions
from leadlight.network import Network
from leadlight.random_network import mlp
from leadlight.studies.notation import scientific
from leadlight.studies.page import Page
from leadlight.training import train

from . import pictures
from .families import Law, in_square

__all__ = ["Course", "snapshot_epochs", "through_training"]

SECTION = "Through training"
LABELS = ("spirals", "random labels")
LR = 0.003
TIMES = 4.0  # how much the median count may change before "the order of magnitude stays" is wrong


@dataclass(frozen=True)
class Course:
    """Runs of one initialisation: arrays (labels, snapshot, seed) and the networks of the first seed."""

    law: Law
    epochs: list[int]
    cells: np.ndarray
    accuracy: np.ndarray  # on the training points, in per cent
    first: dict[str, Network]  # before training, and after it by labels


def snapshot_epochs(epochs: int) -> list[int]:
    """Return 0 and 1, 2, 5, 10, ... up to `epochs`.

    Examples
    --------
    >>> snapshot_epochs(40)
    [0, 1, 2, 5, 10, 20, 40]
    """
    steps = [m * 10**k for k in range(len(str(epochs))) for m in (1, 2, 5)]
    return [0, *(e for e in steps if e < epochs), epochs]


def through_training(
    page: Page,
    laws: Sequence[Law],
    widths: Sequence[int],
    points: int,
    epochs: int,
    n: int,
    half_width: float,
) -> None:
    """Train the same networks on spirals and on the same points with shuffled labels; count and judge."""
    data = spirals(n_per_class=points, n_arms=2, noise=0.3, seed=page.seed_sequence("spirals"))
    shuffles = page.seed_sequence("labels").spawn(n)
    random = [np.random.default_rng(seed).permutation(data.y) for seed in shuffles]
    courses = [_train(page, law, widths, data, random, epochs, half_width) for law in laws]
    scale = sum(widths) ** 2 / 2
    page.figure(
        "training",
        pictures.courses(courses, scale, n),
        f"Exact cells in the square ± {half_width:g} during training (Adam {LR:g}, all {len(data)} points in one "
        f"batch) of networks {'-'.join(map(str, widths))}: medians and quartiles of {n} seeds; N²/2 dashed. Right: "
        "mean accuracy on the training points, dashed for torch's default.",
        alt="Counts against epochs on a log axis: nearly level at first, then rising by a factor of about two.",
        section=SECTION,
    )
    course = courses[0]
    names = ("at the start", *(f"after {name}" for name in LABELS))
    page.figure(
        "training-cells",
        pictures.trained_cells(
            [(name, regions(net, [(-half_width, half_width)] * 2)) for name, net in zip(names, course.first.values())],
            data, random[0],
        ),
        "The cells of the first seed's network before training, after training on the spirals and after training on "
        "random labels, with the points in the colours of their labels.",
        alt="Three tilings of a square by small polygons; after training they are finer around the points.",
        section=SECTION,
    )  # fmt: skip
    rows = [
        [c.law.name, name, page.interval(c.cells[j, 0]), page.interval(c.cells[j, -1]),
         page.interval(c.cells[j, -1] / c.cells[j, 0]), float(c.accuracy[j, -1].mean())]
        for c in courses for j, name in enumerate(LABELS)
    ]  # fmt: skip
    page.table(
        "training",
        ["initialisation", "labels", "at the start", "at the end", "end / start", "right in %"],
        rows,
        f"Exact cells of networks {'-'.join(map(str, widths))} trained for {epochs:,} epochs, median and quartiles of "
        f"{n} seeds; mean accuracy on the training points at the end.",
        formats=[None, None, ",.0f", ",.0f", ".2f", ".1f"],
        section=SECTION,
    )
    _judge(page, courses, scale, int(max_regions(widths, 2)))


def _train(
    page: Page,
    law: Law,
    widths: Sequence[int],
    data: Dataset,
    random: Sequence[np.ndarray],
    epochs: int,
    half_width: float,
) -> Course:
    nets = [mlp(2, widths, 2, init=law.init, bias=law.bias, seed=seed)
            for seed in page.seed_sequence(f"trained {law.name}").spawn(len(random))]  # fmt: skip
    at = snapshot_epochs(epochs)
    options = {"loss": "cross_entropy", "optimizer": "adam", "lr": LR, "epochs": epochs, "snapshots": at,
               "record": "epoch", "device": "cpu"}  # fmt: skip
    structured = train(nets, data, **options)
    snapshots = {LABELS[0]: [structured.snapshots[e] for e in at]}
    shuffled = [train([net], (data.X, y), **options) for net, y in zip(nets, random)]  # each its own labels
    snapshots[LABELS[1]] = [[run.snapshots[e][0] for run in shuffled] for e in at]
    targets = {LABELS[0]: [data.y] * len(nets), LABELS[1]: list(random)}
    cells = np.zeros((2, len(at), len(nets)), dtype=np.int64)
    accuracy = np.zeros(cells.shape)
    report = page.progress(f"counting through training, {law.name}", len(LABELS) * len(at))
    for j, name in enumerate(LABELS):
        for k, row in enumerate(snapshots[name]):
            cells[j, k] = [in_square(net, half_width) for net in row]
            accuracy[j, k] = [
                100 * np.mean(net(data.X).argmax(axis=1) == y) for net, y in zip(row, targets[name])
            ]
            report(j * len(at) + k + 1)
    first = {"start": nets[0]} | {name: rows[-1][0] for name, rows in snapshots.items()}
    return Course(law, at, cells, accuracy, first)


def _judge(page: Page, courses: Sequence[Course], scale: float, bound: int) -> None:
    """State what training did to the counts, and whether memorising takes more cells."""
    ratios = {}
    for c in courses:
        medians = np.median(c.cells / c.cells[:, :1], axis=2)
        for name, row in zip(LABELS, medians):
            ratios[f"{c.law.short}, {name}"] = (float(row.min()), float(row.max()))
    page.claim(
        "training-keeps-the-order",
        f"Training changes the median count by less than a factor of {TIMES:g} at every snapshot, for both "
        "initialisations, on spirals and on random labels.",
        all(low > 1 / TIMES and high < TIMES for low, high in ratios.values()),
        {f"over the start, least and greatest: {name}": f"{low:.2f}, {high:.2f}"
         for name, (low, high) in ratios.items()},
        must_hold=False,
    )  # fmt: skip
    most = max(int(c.cells.max()) for c in courses)
    page.claim(
        "training-stays-quadratic",
        "No network has more than N² cells at any time, twice the scale N²/2.",
        most <= 2 * scale,
        {"greatest count": most, "N²": 2 * scale, "bound for these widths": f"{bound:,}"},
        must_hold=False,
    )
    paired = {c.law.short: page.interval(c.cells[1, -1] / c.cells[0, -1], "bootstrap") for c in courses}
    page.claim(
        "memorising-takes-more",
        "Memorising random labels ends with more cells than learning the spirals: the bootstrap interval of the median "
        "ratio, paired by seed, lies above 1 for both initialisations.",
        all(ratio.low > 1 for ratio in paired.values()),
        {f"cells, random labels / spirals: {name}": ratio for name, ratio in paired.items()},
        must_hold=False,
    )
    c, medians = courses[0], np.median(courses[0].cells, axis=2)
    start, least, end = medians[:, 0], medians.min(axis=1), medians[:, -1]
    page.answer(
        "What does training do to the count?",
        f"Less than it could. With {c.law.name} the median goes from {start[0]:,.0f} by way of {least[0]:,.0f} "
        f"to {end[0]:,.0f} on the spirals, and by way of {least[1]:,.0f} to {end[1]:,.0f} on random labels of the same "
        f"points ({c.accuracy[0, -1].mean():.0f} % and {c.accuracy[1, -1].mean():.0f} % of the training points are "
        f"right then). At the end random labels have {paired[c.law.short]:.2f} times the cells of the spirals (median "
        "and 95 % interval, paired by seed). The bound for these widths is "
        f"{scientific(bound)}. Hanin and Rolnick (NeurIPS 2019) report the same from their experiments: their bound, "
        "which does not grow with depth, stays tight through training, on memorisation tasks too.",
    )
