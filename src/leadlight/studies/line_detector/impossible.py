"""What no 3 x 3 filter can do, shown on all patches, on the ends of runs and on the worked example."""

from __future__ import annotations

import numpy as np

from leadlight.studies.notation import signed
from leadlight.studies.page import Page

from . import pictures
from .detect import KERNELS, Scene, filter_response, patches, score
from .limits import all_patches, best_separation, find_contradiction, run_end_patches

__all__ = ["ends_of_runs", "every_patch", "worked_example"]

ROW_SUMS = (1, 3, 1)  # what the worked example forces; derived and checked below


def every_patch(page: Page, scene: Scene) -> None:
    """Run the filters over every binary patch there is."""
    cases = all_patches()
    full = np.all(cases[:, 1] == 1, axis=1)
    rows = []
    for name, bias in (("middle row", -2.5), ("line", -2.5), ("line", -5.5)):
        marked = np.tensordot(cases, KERNELS[name], axes=2) + bias > 0
        rows.append(
            [name, bias, int(marked.sum()), int(np.sum(marked & full)), int(np.sum(marked & ~full))],
        )
    page.table(
        "patches",
        ["kernel", "bias", "patches marked", "with all three middle pixels lit", "others"],
        rows,
        f"All {len(cases)} binary 3 × 3 patches, {full.sum()} of which have all three middle pixels lit.",
        formats=[None, "g", None, None, None],
    )
    page.claim(
        "all-patches",
        f"Of all {len(cases)} binary patches the middle-row kernel with bias −2.5 marks exactly the "
        f"{full.sum()} with all three middle pixels lit.",
        rows[0][2:] == [int(full.sum()), int(full.sum()), 0],
        {
            "patches": len(cases),
            "all three lit": int(full.sum()),
            "marked": rows[0][2],
            "others marked": rows[0][4],
        },
    )
    on_image = score(filter_response(scene.image, KERNELS["middle row"], -2.5), scene.horizontal)
    page.number("middle row, bias -2.5, on the image: missed", on_image.missed)


def ends_of_runs(page: Page) -> None:
    """Show that a 3 x 3 window cannot tell the end of a short run from the end of a long one."""
    short, long = run_end_patches(2), run_end_patches(3)
    same = all(np.array_equal(a, b) for a, b in zip(short, long, strict=True))
    answers = [float(np.sum(KERNELS["line"] * patch) - 2.5) for patch in (short[0], long[0])]
    page.figure(
        "run-ends",
        pictures.run_ends((2, 3)),
        "Around the first pixel of a run of 2 and of a run of 3, a 3 × 3 window (framed) sees the same.",
        alt="Two runs of lit pixels; the framed patches at their left ends are equal.",
    )
    page.claim(
        "run-ends-alike",
        "The patches around the ends of a run of 2 and of a run of 3 are equal, so every 3 × 3 filter "
        "answers alike.",
        same,
        {
            "pixels that differ": int(sum(np.sum(a != b) for a, b in zip(short, long, strict=True))),
            "line kernel on the run of 2": answers[0],
            "line kernel on the run of 3": answers[1],
        },
    )
    page.answer(
        "Can a 3 × 3 filter know whether a run is long enough to be a line?",
        "No. The window at the end of a run of 2 is the window at the end of a run of 3, pixel for pixel, "
        "and one input has one response: with the line kernel and bias −2.5 both get "
        f"{answers[0]:g}. Either the ends of runs of 3 are missed or runs of 2 are taken for lines; "
        "longer runs need a wider window or a second layer.",
    )


def worked_example(page: Page, scene: Scene) -> None:
    """Derive the row sums of the worked example and show that no kernel with them separates this image."""
    example = np.zeros((5, 5))
    example[2] = 1
    windows = patches(example).reshape(3, 3, 3, 3)[:, 0]  # one window a row of the result
    lit_rows = windows[:, :, 0]  # (result row, kernel row): which kernel row lies on the lit row
    sums = np.linalg.solve(lit_rows, np.array([-1.0, 1.0, -1.0]) + 2)
    page.derivation(
        "The worked example fixes the row sums of the kernel",
        [
            "Let $s_1, s_2, s_3$ be the sums of the kernel's rows. Only the middle row of the 5 × 5 image is "
            "lit, so a window that has it in its bottom, middle or top row responds with "
            r"$s_3 + b, \; s_2 + b, \; s_1 + b$.",
            r"With $b = -2$ and the result rows $-1, 1, -1$: $s_3 - 2 = -1, \; s_2 - 2 = 1, \; s_1 - 2 = "
            r"-1$.",
            r"Hence $(s_1, s_2, s_3) = (1, 3, 1)$, and nothing else is said about the nine entries.",
        ],
        "the three equations solved numerically",
        float(np.max(np.abs(sums - ROW_SUMS))),
        1e-12,
    )
    windows = patches(scene.image).astype(int)
    best = best_separation(windows, scene.horizontal.ravel(), ROW_SUMS)
    proof = find_contradiction(windows, scene.horizontal.ravel(), ROW_SUMS)
    page.claim(
        "no-kernel-of-the-worked-example",
        "No 3 × 3 kernel with row sums 1, 3, 1, with any bias, is above 0 on this image's horizontal line "
        "pixels and below 0 on all others.",
        not best.exists and proof is not None,
        {
            "greatest margin (linear programme)": round(best.margin, 12),
            "excess of the contradicting patch (exact)": proof.excess if proof else None,
        },
    )
    example_kernel = np.array([[0, 1, 0], [1, 1, 1], [0, 1, 0]], dtype=float)
    result = score(filter_response(scene.image, example_kernel, -2), scene.horizontal)
    page.answer(
        "Which kernel gives the worked example's rows −1, 1, −1, and is it a line detector?",
        f"Any kernel with row sums {sums[0]:g}, {sums[1]:g}, {sums[2]:g}, such as (0, 1, 0), (1, 1, 1), (0, "
        "1, 0). None of them is one on the big image: the linear programme's best margin is "
        f"{signed(best.margin)}, below 0. The kernel just named: {result}.",
    )
    page.mend(
        "The worked example's kernel on the big image",
        "Rows above and below that add to +1 each mean that lit neighbours *raise* the response, so a pixel "
        "under a line is favoured over a line's own end. The rows beside the middle one must count against "
        "it.",
        wrong=str(result),
        right=str(score(filter_response(scene.image, KERNELS["line"], -2.5), scene.horizontal)),
    )
    if proof is None:
        return
    page.figure(
        "contradiction",
        pictures.contradiction(proof),
        "Two patches of the image that differ by a whole row: the second, which should be below 0, exceeds "
        f"the first, which should be above 0, by exactly that row's sum, {proof.excess}.",
        alt="Two 3 by 3 patches and their difference, one full row.",
    )
    page.derivation(
        "Two patches of the image contradict each other",
        [
            r"The response of a patch $p$ is $r(p) = \sum_{ij} k_{ij} p_{ij} + b$.",
            r"The patch $q$ (not on a line) is the patch $p$ (on a line) with its top row lit, so "
            rf"$r(q) - r(p) = s_1 = {proof.excess}$ for every kernel with these row sums and every bias.",
            rf"Were $r(p) > 0$, then $r(q) > {proof.excess} > 0$, although $r(q) < 0$ is asked for.",
        ],
        "the difference of the two responses for 1,000 random kernels with row sums 1, 3, 1",
        _largest_deviation(page, proof.other - proof.line, proof.excess),
        1e-12,
    )


def _largest_deviation(page: Page, difference: np.ndarray, excess: int) -> float:
    """Return how far k . difference strays from `excess` over random kernels of the right row sums."""
    kernels = page.rng("kernels").normal(size=(1000, 3, 3))
    kernels += ((np.array(ROW_SUMS) - kernels.sum(axis=2)) / 3)[..., None]
    return float(np.max(np.abs(np.tensordot(kernels, difference, axes=2) - excess)))
