"""ReLU instead of sigmoid: does the loss still go to zero, and from how many units?"""

from __future__ import annotations

import numpy as np

from leadlight.data import Dataset
from leadlight.network import Network
from leadlight.studies.page import Page
from leadlight.studies.result import Interval

from . import pictures
from .enclosed import closed_regions, enclosure
from .monotone import widest_gap
from .widths import NO_LOSS, Trained, count_errors

__all__ = ["live_gap", "question"]

SECTION = "ReLU instead of sigmoid"


def question(page: Page, data: Dataset, sigmoid: Trained, relu: Trained) -> None:
    """Compare the shares of seeds that reach zero loss, by width."""
    shares: dict[str, dict[int, Interval]] = {
        family.activation: {
            w: page.share(int(family.solved(w).sum()), len(family.final[w])) for w in family.widths
        }
        for family in (sigmoid, relu)
    }
    rows, gap_rows = [], []
    for w in relu.widths:
        solved, final = relu.solved(w), relu.final[w]
        gaps = np.degrees([live_gap(net, data) for net in relu.networks[w]])
        rows.append([w, shares["relu"][w], *[_middle(page, final[c]) for c in (solved, ~solved)]])
        gap_rows.append([w, *[v for c in (solved, ~solved) for v in (int(c.sum()), _middle(page, gaps[c]))]])
    page.table(
        "relu",
        ["ReLUs", "share with zero loss", "their loss", "loss of the others"],
        rows,
        f"{len(relu.final[relu.widths[0]])} ReLU networks a width: share of seeds with zero loss, below "
        f"{NO_LOSS:g} and no point wrong (Wilson interval), and the final losses of these and of the others "
        "(median [quartiles]).",
        formats=[None, ".2f", ".4f", ".3f"],
        section=SECTION,
    )
    page.table(
        "gaps",
        ["ReLUs", "with zero loss", "their widest gap", "others", "their widest gap "],
        gap_rows,
        "The widest gap, in degrees, between the directions of the vectors $v_i w_i$ of units that are on "
        "somewhere in the data (median [quartiles] over seeds). From 180 on the proof for two units applies "
        "and the region is not closed.",
        formats=[None, None, ".0f", None, ".0f"],
        section=SECTION,
    )
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
    wrong = count_errors(worst, data)
    page.figure(
        "relu-maps",
        pictures.maps(
            data,
            {
                "three ReLUs, least loss": best,
                "three ReLUs, a stuck seed" if len(stuck) else "three ReLUs, greatest loss": worst,
            },
            show_data=False,
        ),
        "Two networks of three ReLUs. Left: the least loss. The unit lines are not the sides of the region: "
        "they are the creases of the logit, which rises linearly beyond them and is not bounded as a sum of "
        "sigmoids is; the boundary, where the colours meet, is exact and has "
        f"{enclosure(best).sides} straight sides. Right: {wrong} points wrong, and a widest gap of "
        f"{np.degrees(live_gap(worst, data)):.1f} degrees between the vectors $v_i w_i$ of its live units.",
        alt="Two ReLU networks with their exact decision boundaries and their unit lines.",
        section=SECTION,
    )
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
    if relu.widths[-1] > 3:
        page.claim(
            "relu-share-grows",
            f"More ReLU seeds come to zero loss with {relu.widths[-1]} units than with 3: Wilson's intervals of the "
            "shares do not overlap.",
            shares["relu"][relu.widths[-1]].low > shares["relu"][3].high,
            {f"share at {w}": shares["relu"][w] for w in relu.widths if w >= 3},
            must_hold=False,
        )
    page.claim(
        "sigmoids-are-surer",
        "With three units more seeds come to zero loss with sigmoids than with ReLUs: Wilson's intervals do not "
        "overlap.",
        shares["sigmoid"][3].low > shares["relu"][3].high,
        {"sigmoid": shares["sigmoid"][3], "ReLU": shares["relu"][3]},
        must_hold=False,
    )
    with_errors, without = _gaps_by_outcome(relu, data)
    if with_errors:
        page.claim(
            "stuck-runs-are-open",
            "Of ReLU runs with three or more units, every one with errors has a wider gap between the vectors "
            "of its live units than any without errors.",
            min(with_errors) > max(without, default=0.0),
            {
                "runs with errors": len(with_errors),
                "their least gap in degrees": min(with_errors),
                "of them at 180 degrees or more, where no region closes": sum(g >= 180 for g in with_errors),
                "runs without": len(without),
                "their greatest gap in degrees": max(without, default=None),
            },
            must_hold=False,
        )
    closed_regions(page, relu)
    most = relu.widths[-1]
    first = "at no width here" if least is None else f"from {least} units on in some seeds"
    open_ = sum(gap >= 179 for gap in with_errors)
    stuck_runs = (
        f"of the {len(with_errors)} runs with three or more units that end with errors {open_} have live units "
        "that leave a gap of 179 degrees or more (from 180 on the proof for two units applies to them)."
        if with_errors
        else "no run with three or more units ends with errors here."
    )
    page.answer(
        "ReLU instead of sigmoid: does the loss still go to zero, and from how many units?",
        f"It does so {first}: with 3 ReLUs in {_per_cent(shares['relu'][3])} of {len(solved3)} seeds (three "
        f"sigmoid units: {_per_cent(shares['sigmoid'][3])}), with {most} in {_per_cent(shares['relu'][most])}. "
        f"Fewer than three cannot enclose the disc, as ReLU is monotone too; and {stuck_runs} A ReLU that is "
        "off at every point has no gradient to come back; where none is lost the loss can go further down than "
        "with sigmoids, since the logit is not bounded "
        f"(median at {most} ReLUs {float(np.median(relu.final[most])):.5f}, at "
        f"{sigmoid.widths[-1]} sigmoids {float(np.median(sigmoid.final[sigmoid.widths[-1]])):.5f}).",
    )


def _middle(page: Page, values: np.ndarray) -> Interval | None:
    return page.interval(values) if len(values) else None


def live_gap(net: Network, data: Dataset) -> float:
    """Return the widest gap between the vectors v_i w_i of units that are on at some point, in radians."""
    return widest_gap(net, np.any(net.preactivations(data.X)[0] > 0, axis=0))


def _gaps_by_outcome(family: Trained, data: Dataset) -> tuple[list[float], list[float]]:
    """Widest gaps, in degrees, of runs of three or more units with errors, and of those without."""
    found: tuple[list[float], list[float]] = ([], [])
    for width in family.widths:
        for net, errors in zip(family.networks[width], family.errors[width]) if width >= 3 else ():
            found[int(errors == 0)].append(float(np.degrees(live_gap(net, data))))
    return found


def _per_cent(share: Interval) -> str:
    return f"{100 * share.median:.0f} % [{100 * share.low:.0f}, {100 * share.high:.0f}]"
