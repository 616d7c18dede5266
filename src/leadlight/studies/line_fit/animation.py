"""The descent as an animated WebP: the line over its data, and the point that walks down the loss bowl.

Each frame is drawn by matplotlib's Agg canvas on a white ground (a raster cannot follow the page's theme) and
encoded by Pillow; frames crowd at the start, where the line moves fast. About 0.1 s a frame.
"""

from __future__ import annotations

import io
from collections.abc import Callable

import matplotlib
import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from PIL import Image

from leadlight.plots.style import BLACK, CLASS_COLOURS, INK, rc, subplots

from .descent import Descent
from .pictures import draw_bowl

__all__ = ["animate", "frame_epochs"]

FRAME_MS = 90
LAST_FRAME_MS = 2000


def frame_epochs(epochs: int, n_frames: int) -> list[int]:
    """Return the epochs to draw, the first and the last among them, at growing distances.

    Examples
    --------
    >>> frame_epochs(200, 6)
    [0, 2, 7, 23, 69, 200]
    """
    return np.unique(np.round(np.geomspace(1, epochs + 1, n_frames) - 1).astype(int)).tolist()


def animate(
    x: np.ndarray,
    y: np.ndarray,
    descent: Descent,
    best: np.ndarray,
    n_frames: int = 40,
    progress: Callable[[int], None] = lambda done: None,
) -> bytes:
    """Return the WebP of one descent.

    Parameters
    ----------
    x, y : ndarray of shape (n,)
    descent : Descent
    best : ndarray of shape (2,)
        The line of least squares, marked in the bowl.
    n_frames : int
        At most so many frames.
    progress : callable
        Told how many frames are done.

    Returns
    -------
    bytes
    """
    with matplotlib.rc_context(rc()):
        figure, axes = subplots(1, 2, figsize=(6.8, 3.0))
        figure.set_facecolor("#ffffff")
        data_ax, bowl_ax = axes[0]
        data_ax.plot(x, y, "o", color=CLASS_COLOURS[0], markersize=2.5, alpha=0.7)
        data_ax.set_xlabel("x")
        data_ax.locator_params(nbins=5)
        data_ax.set_ylabel("y")
        ends = np.array([x.min(), x.max()])
        reach = np.outer(descent.lines[:, 0], ends) + descent.lines[:, 1:]
        low, high = min(reach.min(), y.min()), max(reach.max(), y.max())
        data_ax.set_ylim(low - 0.05 * (high - low), high + 0.05 * (high - low))
        (line,) = data_ax.plot([], [], color=CLASS_COLOURS[3], linewidth=2)
        draw_bowl(bowl_ax, x, y, [descent], best)
        (point,) = bowl_ax.plot([], [], "o", color="#ffffff", markeredgecolor=BLACK, markersize=6, zorder=5)
        title = figure.suptitle(" ", color=INK, fontsize=10)
        canvas = FigureCanvasAgg(figure)
        canvas.draw()
        figure.set_layout_engine("none")  # the first layout stays, so that nothing jumps
        epochs = frame_epochs(len(descent.losses) - 1, n_frames)
        frames = []
        for epoch in epochs:
            slope, intercept = descent.lines[epoch]
            line.set_data(ends, slope * ends + intercept)
            point.set_data([slope], [intercept])
            title.set_text(
                f"epoch {epoch}:  y = {slope:.2f} x {'+' if intercept >= 0 else '-'} {abs(intercept):.2f},  "
                f"loss {descent.losses[epoch]:.4f}"
            )
            canvas.draw()
            frames.append(Image.fromarray(np.asarray(canvas.buffer_rgba())[..., :3].copy()))
            progress(len(frames))
    buffer = io.BytesIO()
    durations = [FRAME_MS] * (len(frames) - 1) + [LAST_FRAME_MS]
    frames[0].save(
        buffer,
        "WEBP",
        save_all=True,
        append_images=frames[1:],
        duration=durations,
        loop=0,
        quality=75,
        method=4,
    )
    return buffer.getvalue()
