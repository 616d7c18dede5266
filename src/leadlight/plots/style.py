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
from weakref import WeakSet

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
    "colour_bar",
    "drawing",
    "label_plane",
    "legend",
    "legend_above",
    "legend_beside",
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

_BAR_INCHES = 0.8  # a colour bar with its numbers and its name
_shrunk: WeakSet[Any] = WeakSet()  # axes that leave room for one


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


def colour_bar(ax: Axes, shown: Any, label: str) -> Any:
    """Add a colour bar beside axes, as tall as they are once their aspect has set their height.

    Where no layout makes room for it, the axes do, as for a colour bar of matplotlib's own.
    """
    with matplotlib.rc_context(rc(ax)):
        if not _makes_room(ax) and ax not in _shrunk:
            _shrink(ax, _BAR_INCHES)
        return ax.figure.colorbar(shown, cax=ax.inset_axes((1.05, 0.0, 0.05, 1.0)), label=label)


def legend(ax: Axes, **kw: Any) -> None:
    """Add a legend with leadlight's look if there is anything to name; within the axes where none else is room."""
    handles, labels = ax.get_legend_handles_labels()
    if handles:
        with matplotlib.rc_context(rc(ax)):
            if "bbox_to_anchor" in kw and not _makes_room(ax):
                _legend_inside(ax, handles, labels, kw)
            else:
                ax.legend(handles, labels, **kw)


def legend_beside(ax: Axes, **kw: Any) -> None:
    """Name what is on a map beside the figure, once for all its panels with the same names.

    Beside equal-aspect axes a legend of the axes' own can be clipped by the constrained layout; one of the
    figure cannot. Without a layout that makes room for it, or for other names, it lies within the axes.
    """
    figure, (handles, labels) = ax.figure, ax.get_legend_handles_labels()
    with matplotlib.rc_context(rc(ax)):
        if not handles:
            return
        if not isinstance(figure.get_layout_engine(), ConstrainedLayoutEngine):
            return legend(ax, loc="upper left", bbox_to_anchor=(1.0, 1.0), **kw)
        named = [{text.get_text() for text in one.get_texts()} for one in figure.legends]
        if not named and isinstance(figure, Figure):
            figure.legend(handles, labels, loc="outside right upper", **kw)
        elif not any(names.issuperset(labels) for names in named):
            _legend_inside(ax, handles, labels, kw)


def _legend_inside(ax: Axes, handles: Any, labels: Any, kw: dict[str, Any]) -> None:
    look = {name: value for name, value in kw.items() if name not in ("loc", "bbox_to_anchor", "ncols")}
    ground = readable_on(ax.xaxis.label.get_color())
    ax.legend(
        handles, labels, loc="best", frameon=True, framealpha=0.85, facecolor=ground, edgecolor=GRID, **look
    )


def _makes_room(ax: Axes) -> bool:
    """Whether the figure has a layout, or had one, which leaves room for what is beside its axes."""
    return ax.figure.get_layout_engine() is not None


def _shrink(ax: Axes, inches: float) -> None:
    """Leave room on the right of axes, within the place that they have in the figure."""
    _shrunk.add(ax)
    place, spec = ax.get_position(original=True), ax.get_subplotspec()
    width = place.width * ax.figure.bbox.width / ax.figure.dpi
    part = min(inches / width, 0.4)
    if spec is None:
        ax.set_position((place.x0, place.y0, place.width * (1.0 - part), place.height))
    else:
        ax.set_subplotspec(spec.subgridspec(1, 2, wspace=0.0, width_ratios=(1.0 - part, part))[0])


def legend_above(figure: Figure, handles: Sequence[Any], **kw: Any) -> None:
    """Name what is on several panels once, in one row above the figure; `handles` carry their labels."""
    with matplotlib.rc_context(rc()):
        figure.legend(handles=list(handles), loc="outside upper center", ncols=len(handles), **kw)


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
