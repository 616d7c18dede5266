"""The figures of the line-detector study.

Orange frames are always the pixels that should be found. Where only positive responses are filled, a filled
frame is a pixel found, an empty frame one missed, and a filled square without a frame a false alarm.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.figure import Figure

from leadlight.plots import MatrixDisplay
from leadlight.plots.style import subplots

from .detect import Scene
from .limits import Contradiction

__all__ = ["contradiction", "image_with_lines", "kernels_side_by_side", "responses", "run_ends"]


def image_with_lines(scene: Scene) -> Figure:
    """Draw the image twice, with the interior's line pixels of each direction framed."""
    figure, axes = subplots(1, 2, figsize=(7.2, 3.7))
    for ax, marks, name in zip(axes[0], (scene.horizontal, scene.vertical), ("horizontal", "vertical")):
        MatrixDisplay(scene.image).plot(
            ax, marks=np.pad(marks, 1), numbers=False, title=f"{name} lines framed"
        )
    return figure


def responses(rows: Sequence[tuple[str, np.ndarray, np.ndarray, np.ndarray]]) -> Figure:
    """Draw, for each (title, kernel, response, marks), the kernel, the response, and the ReLU of it."""
    figure, axes = subplots(len(rows), 3, figsize=(9.2, 3.0 * len(rows)), width_ratios=(0.62, 1, 1))
    for (kernel_ax, response_ax, relu_ax), (title, kernel, response, marks) in zip(axes, rows, strict=True):
        MatrixDisplay(kernel).plot(kernel_ax, ticks=False, title=title)
        MatrixDisplay(response, "response").plot(
            response_ax, marks=marks, numbers=False, colourbar=True, title="response with bias"
        )
        MatrixDisplay(np.maximum(response, 0), "ReLU").plot(
            relu_ax, marks=marks, numbers=False, colourbar=True, title="after the ReLU"
        )
    return figure


def kernels_side_by_side(columns: Sequence[tuple[str, np.ndarray, np.ndarray]], marks: np.ndarray) -> Figure:
    """Draw, for each (title, kernel, response), the kernel above the pixels that stay positive."""
    figure, axes = subplots(2, len(columns), figsize=(2.25 * len(columns), 4.2), height_ratios=(0.75, 1))
    for (kernel_ax, response_ax), (title, kernel, response) in zip(axes.T, columns, strict=True):
        fmt = "{:.0f}" if np.all(kernel == np.round(kernel)) else "{:.2f}"
        MatrixDisplay(kernel).plot(kernel_ax, fmt=fmt, ticks=False, title=title)
        MatrixDisplay((response > 0).astype(float)).plot(response_ax, marks=marks, numbers=False, ticks=False)
    axes[1, 0].set_ylabel("response above 0")
    return figure


def run_ends(lengths: Sequence[int]) -> Figure:
    """Draw runs of the given lengths on an empty ground, with the patch around their first pixel framed."""
    width = max(lengths) + 4
    figure, axes = subplots(1, len(lengths), figsize=(0.42 * width * len(lengths), 1.9))
    for ax, length in zip(axes[0], lengths, strict=True):
        image = np.zeros((3, width))
        image[1, 2 : 2 + length] = 1
        marks = np.zeros_like(image, dtype=bool)
        marks[:, 1:4] = True
        MatrixDisplay(image).plot(ax, marks=marks, numbers=False, ticks=False, title=f"a run of {length}")
    return figure


def contradiction(proof: Contradiction) -> Figure:
    """Draw the two patches that no kernel with the given row sums parts, and their difference."""
    figure, axes = subplots(1, 3, figsize=(6.2, 2.2))
    panels = (
        (proof.line, "on a line: must be above 0"),
        (proof.other, "not on a line: below 0"),
        (proof.other - proof.line, "difference: whole rows"),
    )
    for ax, (patch, title) in zip(axes[0], panels, strict=True):
        MatrixDisplay(patch).plot(ax, ticks=False, title=title)
        ax.title.set_fontsize(9)
    return figure
