"""The filters that the sheet holds to be line detectors, each scored and mended."""

from __future__ import annotations

import numpy as np
from scipy.signal import convolve2d

from leadlight.studies.notation import signed
from leadlight.studies.page import Page

from . import pictures
from .detect import INTERIOR, KERNELS, Scene, Score, filter_response, score

__all__ = ["convolution", "other_kernels"]


def other_kernels(page: Page, scene: Scene) -> None:
    """Score the sheet's other filters on the horizontal lines and mend those it holds to be right."""
    line, lines = KERNELS["line"], scene.horizontal
    tried = [("line", -2.5), ("middle row", -2.0), ("middle row", -1.5), ("edge", -2.0), ("mean", -0.5)]
    results: dict[tuple[str, float], Score] = {}
    rows, columns = [], []
    for name, bias in tried:
        response = filter_response(scene.image, KERNELS[name], bias)
        result = results[name, bias] = score(response, lines)
        rows.append(
            [name, bias, result.found, result.missed, result.zeros, result.false_alarms, result.exact]
        )
        columns.append((f"{name}, {signed(bias)}", KERNELS[name], response))
    page.table(
        "filters",
        ["kernel", "bias", "lines found", "lines missed", "exactly 0", "false alarms", "exact"],
        rows,
        "Five filters on the horizontal line pixels of the interior.",
        formats=[None, "g", None, None, None, None, None],
    )
    page.figure(
        "kernels",
        pictures.kernels_side_by_side(columns, lines),
        "Kernel and bias above, the pixels with a response above 0 below. A filled frame is a line pixel "
        "found, an empty frame one missed, a filled square without frame a false alarm.",
        alt="Five kernels; only the first fills all framed pixels and no others.",
    )
    exact = str(score(filter_response(scene.image, line, -2.5), lines))

    middle = filter_response(scene.image, KERNELS["middle row"])
    lit_middle = results["middle row", -2.0]
    corners = _corners(scene)
    missed = lines & (middle - 2 <= 0)
    page.claim(
        "middle-row-misses-corners",
        f"The middle-row kernel with bias −2 misses the {corners.sum()} corners of the rectangle and leaves "
        f"{lit_middle.zeros} pixels at exactly 0.",
        bool(np.array_equal(missed, corners)) and lit_middle.zeros == 9,
        {
            "missed": lit_middle.missed,
            "of them corners": int(np.sum(missed & corners)),
            "zeros": lit_middle.zeros,
        },
    )
    page.mend(
        "The middle-row kernel with bias −2",
        "At a corner of the rectangle two of the three pixels in the row are lit, and 2 − 2 = 0 is not above "
        "0; the same zeros stand at pixels beside the diagonals, which should be below 0. Rows above and "
        "below must count against a line, as in the line kernel.",
        wrong=str(lit_middle),
        right=exact,
    )
    loose = results["middle row", -1.5]
    false_alarms = ~lines & (middle - 1.5 > 0)
    page.claim(
        "middle-row-lights-diagonal",
        f"With bias −1.5 the middle-row kernel finds all {loose.found} line pixels and lights "
        f"{loose.false_alarms} pixels of the diagonals where they meet the vertical line.",
        loose.missed == 0 and loose.false_alarms == 5,
        {
            "found": loose.found,
            "false alarms": loose.false_alarms,
            "of them lit in the image": int(np.sum(scene.image[INTERIOR][false_alarms])),
        },
    )
    page.mend(
        "The middle-row kernel with bias −1.5",
        "A lower threshold brings the corners back, and with them every place where two of three neighbours "
        "in a row are lit: next to the vertical line the diagonals look like that.",
        wrong=str(loose),
        right=exact,
    )
    edge = results["edge", -2.0]
    page.claim(
        "edge-kernel-fails",
        f"The sheet's edge kernel with bias −2 finds {edge.found} of the {lines.sum()} horizontal line "
        f"pixels and lights {edge.false_alarms} others.",
        edge.found == 0 and edge.false_alarms == 21,
        {"found": edge.found, "missed": edge.missed, "false alarms": edge.false_alarms, "zeros": edge.zeros},
    )
    page.mend(
        "The edge kernel as a line detector",
        "Rows (1, 1, 1), (0, 0, 0), (−1, −1, −1) ignore the middle row altogether: they answer to something "
        "bright above and dark below, so they light the pixels *under* a line and never the line itself.",
        wrong=str(edge),
        right=exact,
    )
    mean = results["mean", -0.5]
    page.answer(
        "What does the mean filter with bias −0.5 do?",
        "It blurs: its response is the share of lit pixels in the patch less one half, above 0 where five or "
        f"more of nine are lit, whatever their arrangement. On horizontal lines it finds {mean.found} of "
        f"{mean.found + mean.missed} pixels and lights {mean.false_alarms} others, around corners and "
        "crossings.",
    )


def _corners(scene: Scene) -> np.ndarray:
    """Return the pixels (18, 18) where a horizontal and a vertical run end: the rectangle's corners."""
    image = scene.image
    across = image[1:-1, :-2] + image[1:-1, 2:]
    along = image[:-2, 1:-1] + image[2:, 1:-1]
    return scene.horizontal & scene.vertical & (across == 1) & (along == 1)


def convolution(page: Page, scene: Scene) -> None:
    """Show what the word convolution hides: the flipped kernel."""
    kernel = KERNELS["edge"]
    correlated = filter_response(scene.image, kernel)
    convolved = convolve2d(scene.image, kernel, mode="valid")
    differ = int(np.sum(convolved != correlated))
    page.claim(
        "convolution-flips",
        "`scipy.signal.convolve2d` turns the kernel by 180 degrees: with the edge kernel every response "
        "changes sign.",
        bool(np.array_equal(convolved, -correlated)),
        {"pixels": correlated.size, "pixels where the two differ": differ},
    )
    page.mend(
        "A correlation called convolution",
        "What the sheet (like every deep-learning library) calls a convolution does not flip the kernel. Use "
        "`correlate2d`. With the line kernels, which look the same turned around, no one would notice; with "
        f"the edge kernel {differ} of {correlated.size} responses differ.",
        wrong=f"convolve2d under the long line: {signed(convolved[10, 8])}",
        right=f"correlate2d under the long line: {correlated[10, 8]:g}",
    )
