"""Complexes one after another as an animation: how cells move during training."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from matplotlib.animation import FuncAnimation

from ..errors import DataError, ShapeError
from ..geometry.polyhedral import PolyhedralComplex
from . import style
from .regions import RegionsDisplay

__all__ = ["animate_regions"]


def animate_regions(
    complexes: Sequence[PolyhedralComplex],
    *,
    titles: Sequence[str] | None = None,
    interval: int = 150,
    figsize: tuple[float, float] = (4.0, 3.6),
    **options: Any,
) -> FuncAnimation:
    """Draw complexes of one domain one after another; a pattern keeps its colour from frame to frame.

    Parameters
    ----------
    complexes : sequence of PolyhedralComplex
        Two-dimensional, e.g. of the snapshots of a training run.
    titles : sequence of str, optional
        One for each. Default: its number and its cells.
    interval : int
        Milliseconds from frame to frame.
    figsize : (width, height)
        In inches.
    **options
        Of `RegionsDisplay.plot`; a colour bar is left out.

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
    displays = [RegionsDisplay(cx) for cx in complexes]
    if not displays:
        raise DataError("There is nothing to animate: give at least one complex.")
    if titles is None:
        titles = [f"{i}: {len(display.complex):,} cells" for i, display in enumerate(displays)]
    if len(titles) != len(displays):
        raise ShapeError(f"{len(titles)} titles were given for {len(displays)} complexes: give one for each.")
    figure, axes = style.subplots(figsize=figsize)
    figure.set_facecolor("white")  # frames are drawn over one another
    ax = axes[0, 0]

    def draw(frame: int) -> list[Any]:
        ax.clear()
        displays[frame].plot(ax, title=titles[frame], **{"legend": False, **options, "colourbar": False})
        return []

    return FuncAnimation(figure, draw, frames=len(displays), init_func=lambda: [], interval=interval)
