"""Study `line-detector`: which 3 x 3 filters are positive exactly on the pixels of lines?

Every pixel of the 18 x 18 interior of the sheet's image is classified by its runs of lit pixels and compared
with the response of each filter (valid cross-correlation and a bias). What cannot be done is shown by a
linear programme and by a contradiction in whole numbers. No training, and nothing that depends on
the seed but the random kernels that check a derivation.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from leadlight.data import line_image
from leadlight.studies.notation import signed
from leadlight.studies.page import Page
from leadlight.studies.parameters import parameter

from . import impossible, mistakes, pictures
from .detect import KERNELS, Scene, filter_response, patches, score
from .limits import best_separation

__all__ = ["Parameters", "run"]


@dataclass(frozen=True)
class Parameters:
    """What can be changed about the study."""

    bias: float = parameter(-2.5, "bias of the two line kernels; every value between -3 and -2 is exact")


def run(parameters: Parameters, page: Page) -> None:
    """Write the study's page."""
    image = line_image()
    scene = Scene.of(image)
    page.method(
        "A filter's response is the valid cross-correlation of the image with a 3 × 3 kernel, plus a bias. A "
        "line pixel lies on a run of at least three lit pixels of the whole image along its row (or column); "
        f"the {image.shape[0] - 2} × {image.shape[1] - 2} interior, where a whole patch fits, is scored. "
        "What no filter can do is decided by a linear programme (HiGHS) and proved in whole numbers."
    )
    page.figure(
        "image",
        pictures.image_with_lines(scene),
        f"The image of the sheet. Framed: the {scene.horizontal.sum()} horizontal and the "
        f"{scene.vertical.sum()} vertical line pixels of the interior; "
        f"{np.sum(scene.horizontal & scene.vertical)} pixels are both.",
        alt="A 20 by 20 drawing of lines, a rectangle and diagonals, with line pixels framed.",
    )
    _exact_kernels(parameters, page, scene)
    mistakes.other_kernels(page, scene)
    mistakes.convolution(page, scene)
    impossible.every_patch(page, scene)
    impossible.ends_of_runs(page)
    impossible.worked_example(page, scene)
    page.limits(
        "One image is no test set. The exact kernels tell its lines from its diagonals because of what "
        "happens to lie beside them; a run of two alone on an empty ground would be taken for a line.",
        "The definition of a line pixel counts the whole run, which a 3 × 3 window cannot see: an exact "
        "filter on this image is luck of the image as much as skill of the filter.",
        "Pixels on the border are not scored, lines of other directions are not looked for, and pixels are "
        "exactly 0 or 1: noise or grey values would need a margin larger than the one shown.",
        "The kernels are written by hand. Whether training would find them is another question.",
    )


def _exact_kernels(parameters: Parameters, page: Page, scene: Scene) -> None:
    """Show that the two line kernels are exact, what the ReLU leaves, and that no kernel does it by more."""
    bias, kernel = parameters.bias, KERNELS["line"]
    exact_bias = -3 < bias < -2
    rows, kept = [], np.zeros_like(scene.horizontal)
    for name, k, wanted in (("horizontal", kernel, scene.horizontal), ("vertical", kernel.T, scene.vertical)):
        response = filter_response(scene.image, k, bias)
        result = score(response, wanted)
        kept |= response > 0
        rows.append((f"{name}, bias {signed(bias)}", k, response, wanted))
        page.claim(
            f"{name}-exact",
            f"With bias {signed(bias)} the {name} line kernel is above 0 on all {wanted.sum()} {name} line "
            "pixels and below 0 on all others.",
            result.exact,
            {
                "line pixels found": result.found,
                "line pixels missed": result.missed,
                "false alarms": result.false_alarms,
                "exactly 0": result.zeros,
                "least response on a line": result.line_margin,
                "greatest response elsewhere": result.other_margin,
            },
            must_hold=exact_bias,
        )
        page.number(f"{name} line pixels", int(wanted.sum()))
    page.figure(
        "responses",
        pictures.responses(rows),
        "Kernels, responses and what the ReLU leaves. Framed: the line pixels. Red is above 0, blue below.",
        alt="Two kernels with their response maps; after the ReLU only framed pixels stay dark.",
    )
    either = scene.horizontal | scene.vertical
    page.claim(
        "relu-keeps-lines",
        "After the ReLU, the pixels that stay positive in one channel or the other are exactly the "
        f"{either.sum()} pixels on lines.",
        bool(np.array_equal(kept, either)),
        {
            "pixels on lines": int(either.sum()),
            "pixels kept": int(kept.sum()),
            "both": int(np.sum(kept & either)),
        },
        must_hold=exact_bias,
    )
    raw = score(filter_response(scene.image, kernel), scene.horizontal)
    best = best_separation(patches(scene.image), scene.horizontal.ravel())
    scale = float(np.abs(kernel).max())
    middle = -(raw.line_margin + raw.other_margin) / 2
    own_margin = (raw.line_margin - raw.other_margin) / 2
    page.claim(
        "widest-margin",
        f"No kernel with entries within ±{scale:g} separates the horizontal line pixels by more than the "
        "line kernel with the bias midway (linear programme).",
        bool(abs(best.margin * scale - own_margin) < 1e-9),
        {"margin of the line kernel": own_margin, "greatest margin possible": round(best.margin * scale, 12)},
    )
    page.answer(
        "Which kernels and biases put line pixels above 0 and all other pixels below?",
        "The kernel with rows (−1, −1, −1), (2, 2, 2), (−1, −1, −1) for horizontal lines and its transpose "
        f"for vertical ones. Without bias it gives at least {raw.line_margin:g} on line pixels and at most "
        f"{raw.other_margin:g} elsewhere, so every bias strictly between {signed(-raw.line_margin)} and "
        f"{signed(-raw.other_margin)} is exact; {signed(middle)} leaves the widest margin, {own_margin:g} on "
        "both sides.",
    )
    page.answer(
        "Which bias keeps only line pixels positive after the ReLU?",
        f"The same: the ReLU sets what is below 0 to 0 and keeps the rest. With bias {signed(bias)}, "
        f"{kept.sum()} pixels of the interior stay positive in one of the two channels, and "
        f"{np.sum(kept & either)} of them are on lines ({scene.horizontal.sum()} horizontal, "
        f"{scene.vertical.sum()} vertical, {np.sum(scene.horizontal & scene.vertical)} of them both).",
    )
