"""The look that all pictures share: colours, fonts, and the one way in which a Display gets its axes.

Colours are safe for the colour-blind (Okabe and Ito 2008; viridis; a blue-red map without green; twilight for
angles). Figures are transparent and never registered with pyplot. Everything neutral (text, spines, ticks,
grid) is drawn in exactly `INK`, `MUTED` or `GRID`, which the HTML report replaces by CSS variables so that
figures follow its dark and its light theme; whatever lies on a filled map is `BLACK` or white instead.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import matplotlib
import numpy as np
from cycler import cycler
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from matplotlib.layout_engine import ConstrainedLayoutEngine

from ..errors import ParameterError

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = [
    "BLACK",
    "CLASS_COLOURS",
    "CYCLIC",
    "DIVERGING",
    "GRID",
    "INK",
    "MUTED",
    "SEQUENTIAL",
    "Display",
    "class_colours",
    "drawing",
    "label_plane",
    "rc",
    "readable_on",
    "subplots",
    "tint",
]

INK = "#1b1f24"
MUTED = "#6e7781"
GRID = "#d0d7de"
BLACK = (
    "#010101"  # on data; matplotlib writes no fill for pure black, and the page's ink would take its place
)

# Okabe and Ito's palette, ordered so that neighbours differ in lightness too; its black would vanish in the
# dark theme and its yellow in the light one, so a grey and a darker yellow stand in and come last.
CLASS_COLOURS = ("#0072b2", "#e69f00", "#009e73", "#d55e00", "#cc79a7", "#56b4e9", "#8c8c8c", "#b5a900")

SEQUENTIAL = "viridis"
DIVERGING = "RdBu_r"
CYCLIC = "twilight"


def rc(ax: Axes | None = None) -> Any:
    """Return matplotlib's settings for every figure of leadlight, for `matplotlib.rc_context`.

    On axes that exist already, text has their labels' colour: on a page in a dark style it stays legible.
    """
    ink = INK if ax is None else ax.xaxis.label.get_color()
    return {
        "figure.facecolor": "none",
        "savefig.facecolor": "none",
        "savefig.edgecolor": "none",
        "axes.facecolor": "none",
        "font.family": "DejaVu Sans",  # ships with matplotlib: the same glyphs on every machine
        "font.size": 9.0,
        "mathtext.fontset": "dejavusans",
        "axes.titlesize": 10.0,
        "axes.labelsize": 9.0,
        "axes.titlelocation": "center",
        "axes.linewidth": 0.8,
        "axes.edgecolor": MUTED,
        "axes.labelcolor": ink,
        "text.color": ink,
        "xtick.color": MUTED,
        "ytick.color": MUTED,
        "xtick.labelcolor": ink,
        "ytick.labelcolor": ink,
        "xtick.labelsize": 8.0,
        "ytick.labelsize": 8.0,
        "grid.color": GRID,
        "grid.linewidth": 0.6,
        "axes.prop_cycle": cycler(color=CLASS_COLOURS),
        "lines.linewidth": 1.4,
        "legend.fontsize": 8.0,
        "legend.frameon": False,
        "image.origin": "lower",
        "image.interpolation": "nearest",
        "axes.formatter.use_mathtext": True,
        "contour.negative_linestyle": "solid",  # dashes would say that negative levels differ in kind
        "axes.formatter.limits": (-4, 5),
        "svg.fonttype": "path",
        "svg.hashsalt": "leadlight",
        "axes3d.xaxis.panecolor": (0.5, 0.5, 0.5, 0.04),
        "axes3d.yaxis.panecolor": (0.5, 0.5, 0.5, 0.04),
        "axes3d.zaxis.panecolor": (0.5, 0.5, 0.5, 0.04),
    }


class SettledLayout(ConstrainedLayoutEngine):
    """Constrained layout, repeated until it settles, at most three times.

    matplotlib measures labels from where equal-aspect axes were before they shrank, so that a single pass can
    clip them; each further pass starts from where the one before has put them.
    """

    def execute(self, fig: Any) -> None:
        before = None
        for _ in range(3):
            super().execute(fig)
            now = np.array([axes.get_position(original=True).bounds for axes in fig.axes])
            if before is not None and np.allclose(now, before, rtol=0.0, atol=1e-6):  # in parts of the figure
                break
            before = now


def subplots(
    rows: int = 1, cols: int = 1, figsize: tuple[float, float] | None = None, **kw: Any
) -> tuple[Figure, np.ndarray]:
    """Make a figure outside pyplot, with leadlight's look and a layout that clips no label.

    Parameters
    ----------
    rows, cols : int
        The grid of axes.
    figsize : (width, height), optional
        In inches; by default 3.4 x 3.0 for each axes.
    **kw
        Passed on to `Figure.subplots`: ``sharex``, ``subplot_kw``, ``width_ratios`` and so on.

    Returns
    -------
    figure : Figure
    axes : ndarray of Axes, shape (rows, cols)
        Always two-dimensional.
    """
    with matplotlib.rc_context(rc()):
        figure = Figure(figsize=figsize or (3.4 * cols, 3.0 * rows), layout=SettledLayout())
        axes = figure.subplots(rows, cols, **{"squeeze": False, **kw})
    return figure, np.atleast_2d(axes)


@dataclass(eq=False)
class Display:
    """A picture: made from its data, drawn by ``plot``, which sets its axes and figure and returns the display.

    What is the same in every display's ``plot``, where it takes it:

    - `ax`, Axes, optional: where to draw. Default: the only axes of a new figure, made outside pyplot.
    - `legend`, `colourbar`, bool, default True: leave room for one, and draw it where there is something to name.
    - `title`, str, optional: above the axes.
    - `names`, two str, optional: what is on the axes. Default: the inputs, or the coordinates of a slice.

    Attributes
    ----------
    ax_, figure_ : Axes, Figure
        None before `plot`.
    """

    ax_: Any = field(init=False, default=None, repr=False)
    figure_: Any = field(init=False, default=None, repr=False)

    def _repr_png_(self) -> tuple[bytes, dict[str, int]] | None:
        """What a notebook shows once it is drawn, unless pyplot shows the figure itself."""
        if self.figure_ is None or self.figure_.canvas.manager is not None:
            return None
        stream = io.BytesIO()
        with matplotlib.rc_context(rc()):
            self.figure_.savefig(stream, format="png", dpi=200, facecolor="white")
        width, height = (round(96 * inches) for inches in self.figure_.get_size_inches())
        return stream.getvalue(), {"width": width, "height": height}


@contextmanager
def drawing(
    display: Any,
    ax: Axes | None,
    figsize: tuple[float, float] = (4.2, 3.6),
    projection: str | None = None,
    title: str | None = None,
) -> Iterator[Any]:
    """Give a Display its axes, drawn with leadlight's look and titled, and set its ``ax_`` and ``figure_``."""
    with matplotlib.rc_context(rc(ax)):
        if ax is None:
            figure = Figure(figsize=figsize, layout=SettledLayout())
            ax = figure.add_subplot(projection=projection)
        elif projection is not None and ax.name != projection:
            raise ParameterError(
                f"{type(display).__name__} was given axes with the projection {ax.name!r}; "
                f"it needs projection={projection!r}: make them so, or leave ax out."
            )
        display.ax_, display.figure_ = ax, ax.get_figure()
        yield ax
        if title is not None:
            ax.set_title(title)


def label_plane(ax: Axes, extent: Sequence[float], names: Sequence[str] = ("$x_1$", "$x_2$")) -> None:
    """Set up axes as a piece of the plane: x to the right, y up, one unit as long on both, labelled."""
    ax.set_xlim(extent[0], extent[1])
    ax.set_ylim(extent[2], extent[3])
    ax.set_aspect("equal")
    ax.set_xlabel(names[0])
    ax.set_ylabel(names[1])
    ax.locator_params(nbins=5)


def class_colours(n: int) -> list[tuple[float, float, float]]:
    """Return the first `n` class colours, (red, green, blue) each; they repeat, lighter, after eight."""
    return [tint(CLASS_COLOURS[i % 8], 0.45 * (i // 8) % 1) for i in range(n)]


def tint(colour: Any, amount: float) -> tuple[float, float, float]:
    """Mix a colour with white; amount 0 leaves it as it is, 1 gives white."""
    r, g, b = (c + (1 - c) * amount for c in to_rgb(colour))
    return r, g, b


def readable_on(colour: Any) -> str:
    """Return black or white, whichever reads better on a colour (relative luminance of WCAG 2)."""
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in to_rgb(colour)]
    luminance = 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
    return BLACK if luminance > 0.179 else "#ffffff"
