"""ReLU instead of sigmoid: does the loss still go to zero, and from how many units?"""

from __future__ import annotations

import numpy as np

from leadlight.data import Dataset
from leadlight.studies.page import Page
from leadlight.studies.result import Interval

from . import pictures
from .widths import NO_LOSS, Trained

__all__ = ["idle_units", "question"]

SECTION = "ReLU instead of sigmoid"


def idle_units(preactivations: np.ndarray) -> int:
    """Return how many units (columns) never bend within the data: off at every point, or on at every one."""
    return int(np.sum((preactivations <= 0).all(axis=0) | (preactivations > 0).all(axis=0)))


def question(page: Page, data: Dataset, sigmoid: Trained, relu: Trained) -> None:
    """Compare the shares of seeds that reach zero loss, by width."""
    shares: dict[str, dict[int, Interval]] = {
        family.activation: {
            w: page.share(int(family.solved(w).sum()), len(family.final[w])) for w in family.widths
        }
        for family in (sigmoid, relu)
    }
    rows = []
    for w in relu.widths:
        solved, final = relu.solved(w), relu.final[w]
        failed = [net for net, ok in zip(relu.networks[w], solved) if not ok]
        idle = sum(idle_units(net.preactivations(data.X)[0]) > 0 for net in failed)
        rows.append([w, shares["relu"][w], page.interval(final[solved]) if solved.any() else None,
                     page.interval(final[~solved]) if failed else None, len(failed), idle])  # fmt: skip
    page.table(
        "relu",
        ["ReLUs", "share of seeds with zero loss", "their loss", "loss of the others", "others",
         "of these with an idle unit"],
        rows,
        f"{len(relu.final[relu.widths[0]])} ReLU networks a width. Zero loss: below {NO_LOSS:g} and no point "
        "wrong (share with Wilson interval). An idle unit is off, or on, at every point of the data, and "
        "bends nothing.",
        formats=[None, ".2f", ".4f", ".3f", None, None],
        section=SECTION,
    )  # fmt: skip
    page.figure(
        "relu",
        pictures.relu(shares, {"sigmoid": sigmoid.final, "ReLU": relu.final}, NO_LOSS),
        "Left: share of seeds that reach zero loss, with 95 % Wilson intervals. Right: the final loss of "
        "every seed, median and quartiles; seeds that miss gather at the losses of fewer units.",
        alt="Share of successful seeds against units, and final losses, for sigmoid and ReLU networks.",
        section=SECTION,
    )
    solved3 = relu.solved(3)
    order = np.argsort(relu.final[3], kind="stable")
    best, worst = relu.networks[3][int(order[0])], relu.networks[3][int(order[-1])]
    stuck = order[~solved3[order]]
    if len(stuck):
        worst = relu.networks[3][int(stuck[len(stuck) // 2])]
    page.figure(
        "relu-maps",
        pictures.maps(data, {"three ReLUs, least loss": best, "three ReLUs, a stuck seed" if len(stuck)
                             else "three ReLUs, greatest loss": worst}, show_data=False),
        "Two networks of three ReLUs. The best closes a polygon around the disc: from each of its lines on "
        "outwards the logit rises linearly, so its loss can become smaller than a sigmoid's, whose logit is "
        "bounded by its output weights." + (
            " The stuck one has lost a unit and draws what fewer units can." if len(stuck) else ""
        ),
        alt="Decision maps of two ReLU networks with their unit lines.",
        section=SECTION,
    )  # fmt: skip
    reached = [w for w in relu.widths if shares["relu"][w].median > 0]
    values = [shares["relu"][w].median for w in relu.widths if w >= 3]
    least = min(reached, default=None)
    page.claim(
        "relu-from-three",
        "ReLU networks reach zero loss from three units on, though not with every seed at three.",
        least == 3 and values[0] < 1,
        {"least width with zero loss": least}
        | {f"share at {w}": shares["relu"][w] for w in relu.widths if w >= 3},
        must_hold=False,
    )
    page.claim(
        "relu-share-grows",
        "From three units on the share of ReLU seeds with zero loss does not fall from one width to the next.",
        bool(np.all(np.diff(values) >= 0)),
        {f"share at {w}": shares["relu"][w] for w in relu.widths if w >= 3},
        must_hold=False,
    )
    most = relu.widths[-1]
    first = "at no width here" if least is None else f"from {least} units on in some seeds"
    zero = float(np.median(relu.final[most]))
    page.answer(
        "ReLU instead of sigmoid: does the loss still go to zero, and from how many units?",
        f"It does so {first}: with 3 ReLUs in a share of {shares['relu'][3]:.2f} of {len(solved3)} seeds "
        f"(three sigmoid units: {shares['sigmoid'][3]:.2f}), with {most} in {shares['relu'][most]:.2f}. "
        "Fewer than three cannot enclose the disc, as ReLU is monotone too. "
        f"A seed that succeeds goes further than sigmoids do (median of all seeds at {most} ReLUs: "
        f"{zero:.5f}), since a logit of ReLUs grows with the distance; one that fails has lost units, which "
        "went idle or doubled one another, and a ReLU that is off everywhere has no gradient to come back.",
    )
