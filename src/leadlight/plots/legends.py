"""Legends and colour bars: beside axes or a figure where its layout makes room for them, else within the axes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any
from weakref import WeakSet

from matplotlib import rc_context
from matplotlib.figure import Figure
from matplotlib.layout_engine import ConstrainedLayoutEngine

from . import style

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["colour_bar", "legend", "legend_above", "legend_beside"]

_BAR_INCHES = 0.8  # a colour bar with its numbers and its name
_shrunk: WeakSet[Any] = WeakSet()  # axes that leave room for one


def colour_bar(ax: Axes, shown: Any, label: str) -> Any:
    """Add a colour bar beside axes, as tall as they are once their aspect has set their height.

    Where no layout makes room for it, the axes do, as for a colour bar of matplotlib's own.
    """
    with rc_context(style.rc(ax)):
        if not _makes_room(ax) and ax not in _shrunk:
            _shrink(ax, _BAR_INCHES)
        return ax.figure.colorbar(shown, cax=ax.inset_axes((1.05, 0.0, 0.05, 1.0)), label=label)


def legend(ax: Axes, **kw: Any) -> None:
    """Add a legend with leadlight's look if there is anything to name; within the axes where none else is room."""
    handles, labels = ax.get_legend_handles_labels()
    if handles:
        with rc_context(style.rc(ax)):
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
    with rc_context(style.rc(ax)):
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
    ground = style.readable_on(ax.xaxis.label.get_color())
    ax.legend(
        handles,
        labels,
        loc="best",
        frameon=True,
        framealpha=0.85,
        facecolor=ground,
        edgecolor=style.GRID,
        **look,
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
    with rc_context(style.rc()):
        figure.legend(handles=list(handles), loc="outside upper center", ncols=len(handles), **kw)
