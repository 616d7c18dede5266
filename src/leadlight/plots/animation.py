"""Complexes one after another as an animation: how cells move during training."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.animation import FuncAnimation, writers

from .._progress import check_progress
from ..errors import DataError, FileError, ParameterError, ShapeError
from ..geometry.polyhedral import PolyhedralComplex
from ..geometry.through_training.evolution import Evolution
from . import style
from .colours import cell_colours
from .graph import GraphDisplay
from .regions import RegionsDisplay

__all__ = ["animate_evolution", "animate_regions"]

PILLOW = (".gif", ".webp", ".png", ".apng")


def animate_regions(
    complexes: Sequence[PolyhedralComplex],
    *,
    titles: Sequence[str] | None = None,
    interval: int = 150,
    figsize: tuple[float, float] = (4.0, 3.6),
    **options: Any,
) -> FuncAnimation:
    """Draw complexes of one domain one after another; a pattern, or a value, keeps its colour from frame to frame.

    Parameters
    ----------
    complexes : sequence of PolyhedralComplex
        E.g. of the snapshots of a training run. On an interval graphs are drawn, on one scale.
    titles : sequence of str, optional
        One for each. Default: its number and its cells.
    interval : int
        Milliseconds from frame to frame.
    figsize : (width, height)
        In inches.
    **options
        Of `RegionsDisplay.plot` or `GraphDisplay.plot`. The scale of colours is that of all frames together.

    Returns
    -------
    matplotlib.animation.FuncAnimation
        ``.save("cells.webp", writer="pillow")`` writes it to a file.

    Raises
    ------
    DataError, ShapeError, ParameterError

    Examples
    --------
    >>> import tempfile, leadlight as ll
    >>> nets = [ll.mlp(2, [6], 1, seed=seed) for seed in (0, 1)]
    >>> film = animate_regions([ll.regions(net, [(-1, 1), (-1, 1)]) for net in nets])
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     film.save(f"{folder}/cells.gif", writer="pillow", dpi=40)
    """
    complexes = list(complexes)
    if not complexes:
        raise DataError("There is nothing to animate: give at least one complex.")
    if titles is None:
        titles = [f"{i}: {len(cx):,} cells" for i, cx in enumerate(complexes)]
    if len(titles) != len(complexes):
        raise ShapeError(
            f"{len(titles)} titles were given for {len(complexes)} complexes: give one for each."
        )
    if len({cx.dim for cx in complexes}) > 1:
        raise ShapeError("Complexes on an interval and in the plane were given: animate one kind at a time.")
    on_interval = complexes[0].dim == 1
    displays = [GraphDisplay(cx) if on_interval else RegionsDisplay(cx) for cx in complexes]
    options = {"legend": False, **options}
    if not on_interval:
        options = {**options, "limits": options.get("limits") or _limits(complexes, options)}
    heights = _heights(complexes, options.get("output", 0)) if on_interval else None
    figure, axes = style.subplots(figsize=figsize)
    figure.set_facecolor("white")  # frames are drawn over one another
    ax = axes[0, 0]

    def draw(frame: int) -> list[Any]:
        ax.clear()
        displays[frame].plot(ax, title=titles[frame], **options)
        if heights is not None:
            ax.set_ylim(*heights)
        return []

    draw(0)
    figure.draw_without_rendering()
    figure.set_layout_engine("none")  # else labels would push the axes about from frame to frame
    return FuncAnimation(figure, draw, frames=len(displays), init_func=lambda: [], interval=interval)


def _limits(complexes: Sequence[PolyhedralComplex], options: dict[str, Any]) -> tuple[float, float] | None:
    """The least and greatest value that the colours show in all of them; None where they show no quantity."""
    by = options.get("colour", "pattern")
    if by in ("pattern", "linear_region"):
        return None
    ends = np.array([cell_colours(cx, by, options.get("output", 0)).limits for cx in complexes])
    return float(ends[:, 0].min()), float(ends[:, 1].max())


def _heights(complexes: Sequence[PolyhedralComplex], output: int) -> tuple[float, float]:
    """The least and greatest value of an output in all of them, and some room."""
    found = [cx.extrema(output) for cx in complexes]
    ends = [(ends.minimum.value, ends.maximum.value) for ends in found]
    low, high = np.min(ends), np.max(ends)
    room = 0.05 * (high - low) or 1.0
    return low - room, high + room


def animate_evolution(
    evolution: Evolution,
    path: str | os.PathLike[str] | None = None,
    *,
    fps: float = 6.0,
    dpi: float = 110.0,
    titles: Sequence[str] | None = None,
    progress: Callable[[int, int], None] | None = None,
    **options: Any,
) -> FuncAnimation:
    """Draw the cells of an `Evolution` step by step; a pattern keeps its colour from frame to frame.

    Parameters
    ----------
    evolution : Evolution
        Which kept its networks or complexes.
    path : path-like, optional
        File to write: .gif, .webp or .png (animated) by Pillow; others, such as .mp4, by ffmpeg.
    fps : float
        Frames a second.
    dpi : float
        Pixels an inch, of the file.
    titles : sequence of str, optional
        One for each frame. Default: the step and the number of cells.
    progress : callable, optional
        Called as ``progress(frame, all)`` while the file is written.
    **options
        Of `animate_regions`.

    Returns
    -------
    matplotlib.animation.FuncAnimation

    Raises
    ------
    ParameterError
        Neither networks nor complexes were kept, or ffmpeg is needed and not there.
    FileError
        The file cannot be written.
    """
    if isinstance(fps, bool) or not isinstance(fps, int | float) or not 0 < fps <= 100:
        raise ParameterError(f"fps must be a number above 0 and of at most 100, not {fps!r}.")
    check_progress(progress, "frame, all")
    writer = None if path is None else _writer_of(Path(path))
    frames = evolution.frames()
    if titles is None:
        titles = [f"step {step:,}: {len(cx):,} cells" for step, cx in frames]
    film = animate_regions(
        [cx for _, cx in frames], titles=titles, interval=max(1, round(1000 / fps)), **options
    )
    if path is not None:
        try:
            film.save(os.fspath(path), writer, fps, dpi, progress_callback=progress)  # pyright: ignore[reportArgumentType]
        except OSError as error:
            raise FileError(f"Cannot write {path}: {error.strerror or error}.") from error
    return film


def _writer_of(path: Path) -> str:
    if path.suffix.lower() in PILLOW:
        return "pillow"
    if not path.suffix:
        raise ParameterError(f"The animation's file {path} has no ending: call it {path}.gif or {path}.webp.")
    if not writers.is_available("ffmpeg"):
        raise ParameterError(
            f"A {path.suffix} file needs the program ffmpeg, which is not there: write a .gif or .webp file."
        )
    return "ffmpeg"
