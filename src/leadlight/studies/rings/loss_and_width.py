"""The loss by number of units: the sheet's first network, curves, the sheet's losses beside ours, maps."""

from __future__ import annotations

from itertools import pairwise

from leadlight.data import Dataset
from leadlight.random_network import mlp
from leadlight.studies.page import Page
from leadlight.studies.result import Interval

from . import pictures
from .widths import NO_LOSS, Trained, train_widths

__all__ = ["COURSE_EPOCH", "COURSE_LOSSES", "first_network", "losses", "maps"]

COURSE_EPOCH = 9000
COURSE_LOSSES = {1: 0.525, 2: 0.236, 3: 0.043, 5: 0.006}
UNITS = "Hidden units and the loss"


def first_network(page: Page, data: Dataset, n_seeds: int, epochs: int) -> None:
    """Train the sheet's first network, 2-2-1, for few epochs at a high rate."""
    net = mlp(2, [2], 1, activation="sigmoid", seed=0)
    page.table(
        "first-network",
        ["layer", "weights", "parameters"],
        [[row.layer, "×".join(map(str, row.shape)), row.parameters] for row in net.summary().rows]
        + [["total", "", net.n_parameters]],
        "The first network, 2-2-1: parameters by layer (weights and biases).",
        section=UNITS,
    )
    page.claim(
        "nine-parameters",
        "A 2-2-1 network has 9 parameters.",
        net.n_parameters == 9,
        {"parameters": net.n_parameters},
    )
    first = train_widths(page, data, "sigmoid", [2], n_seeds, 1e-2, epochs, label="first")
    shares = 100 * (1 - first.errors[2] / len(data))
    page.table(
        "first-training",
        ["epochs", "loss at the start", "loss at the end", "per cent right"],
        [
            [
                epochs,
                page.interval(first.losses[2][:, 0]),
                page.interval(first.final[2]),
                page.interval(shares),
            ]
        ],
        f"The first network after {epochs} epochs at learning rate 0.01: median [quartiles] of {n_seeds} "
        "seeds. This is too short to see what two units can do.",
        formats=[None, ".3f", ".3f", ".1f"],
        section=UNITS,
    )


def losses(page: Page, trained: Trained, lr: float, epochs: int) -> None:
    """Show losses by width and the sheet's beside them."""
    comparable = epochs > COURSE_EPOCH and lr == 1e-3
    at = min(COURSE_EPOCH, epochs - 1)
    reached = trained.solved(3)
    share = page.share(int(reached.sum()), len(reached))
    few = sum(int(trained.solved(w).sum()) for w in trained.widths if w < 3)
    page.claim(
        "three-units-suffice",
        f"Three sigmoid units bring the loss below {NO_LOSS:g} without errors in most seeds (Wilson's interval of the "
        "share lies above one half), fewer units in none.",
        share.low > 0.5 and few == 0,
        {
            "share of seeds, three units": share,
            "final loss": page.interval(trained.final[3]),
            "points wrong": page.interval(trained.errors[3]),
            "seeds with fewer units": few,
        },
        must_hold=False,
    )
    rows, within = [], {}
    for width in trained.widths:
        values = trained.losses[width][:, at]
        course = COURSE_LOSSES.get(width) if comparable else None
        inside = None if course is None else bool(values.min() <= course <= values.max())
        if inside is not None:
            within[width] = inside
        rows.append([width, page.interval(values), float(values.min()), float(values.max()), course, inside])
    page.table(
        "losses",
        ["units", f"loss at epoch {at:,}", "least", "greatest", "sheet", "sheet within"],
        rows,
        f"Cross-entropy of {len(trained.final[trained.widths[0]])} sigmoid networks a width, median "
        "[quartiles], least and greatest; the sheet's single run, and whether it lies between these.",
        formats=[None, ".4f", ".4f", ".4f", ".3f", None],
        section=UNITS,
    )
    page.table(
        "final",
        ["units", "final loss", "points wrong", "share with zero loss"],
        [
            [w, page.interval(trained.final[w]), page.interval(trained.errors[w]), _share(page, trained, w)]
            for w in trained.widths
        ],
        f"After the last epoch: median [quartiles], and the share of seeds whose loss is below {NO_LOSS:g} "
        "without a point wrong (Wilson interval).",
        formats=[None, ".4f", ".0f", ".2f"],
        section=UNITS,
    )
    page.figure(
        "losses",
        pictures.losses(trained.losses, COURSE_LOSSES if comparable else {}, COURSE_EPOCH),
        "Loss against epoch, median and quartiles over seeds. One and two units come to rest at a floor; from "
        "three units on the loss keeps falling."
        + (" Crosses: the sheet's single runs at epoch 9,000." if comparable else ""),
        alt="Falling loss curves, one band a number of hidden units.",
        section=UNITS,
    )
    if within:
        page.claim(
            "sheet-losses-in-range",
            f"The sheet's losses at epoch {COURSE_EPOCH:,} lie in the range of our seeds at every width.",
            all(within.values()),
            {
                f"{w} units: sheet, ours": f"{COURSE_LOSSES[w]:.3f}, "
                f"{trained.losses[w][:, at].min():.4f} to {trained.losses[w][:, at].max():.4f}"
                for w in within
            },
            must_hold=False,
        )
    finals = {w: page.interval(trained.final[w]) for w in trained.widths}
    page.claim(
        "more-units-less-loss",
        "The final loss falls with every width: the quartile ranges of neighbouring widths do not overlap.",
        all(more.high < fewer.low for fewer, more in pairwise(finals.values())),
        {f"{w} unit{'s' if w > 1 else ''}": final for w, final in finals.items()},
        must_hold=False,
    )


def _share(page: Page, trained: Trained, width: int) -> Interval:
    return page.share(int(trained.solved(width).sum()), len(trained.final[width]))


def maps(page: Page, data: Dataset, trained: Trained) -> None:
    """Draw what the network of median loss decides at each width, with its unit lines."""
    page.figure(
        "maps",
        pictures.maps(data, {w: trained.typical(w) for w in trained.widths}),
        "The data, and for each number of sigmoid units the network with the median final loss: its decision "
        "and the lines on which its units are at one half (grey strip: the side where the unit is on). One "
        "line gives a half-plane, two give a strip or a wedge that lets part of the ring in, three and "
        "more can close a curve around the disc.",
        alt="Decision maps with unit lines: half-plane, strip, and closed regions around the disc.",
        section=UNITS,
    )
