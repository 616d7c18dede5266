"""Legends and colour bars: nothing lies on a neighbour or leaves the figure, and each name stands once."""

import matplotlib
import matplotlib.style
import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import to_hex
from matplotlib.figure import Figure

from leadlight import mlp, regions
from leadlight.plots import (
    DecisionMapDisplay,
    FieldDisplay,
    UnitLinesDisplay,
    legends,
    style,
)


def test_one_legend_for_a_figure_of_several_maps():
    figure, axes = style.subplots(1, 2)
    for ax in axes.ravel():
        UnitLinesDisplay([[1, 0, 0]]).plot(ax, points=np.eye(2), labels=[0, 1])
    assert len(figure.legends) == 1


def drawn(figure):
    """Where its renderer puts things, once the figure is drawn."""
    FigureCanvasAgg(figure).draw()
    return figure.canvas.get_renderer()


def names_in(legend):
    return [text.get_text() for text in legend.get_texts()]


@pytest.mark.parametrize("layout", [None, "none", "constrained", "tight"])
def test_legends_and_colour_bars_leave_the_neighbours_alone(layout):
    cx = regions(mlp(2, [8, 8], 1, seed=0), [(-2, 2), (-2, 2)])
    line = regions(mlp(1, [8, 8], 1, seed=0), (-2, 2))
    figure = Figure(figsize=(11, 3.2), layout=layout)
    axes = figure.subplots(1, 4)
    cx.plot(axes[0], creases=True, colour="slope")
    line.plot(axes[1])
    classes = DecisionMapDisplay.from_function(lambda X: X[:, 0] > 0, 2.0, resolution=8)
    classes.plot(axes[2], points=np.eye(2), labels=[0, 1])
    cx.plot(axes[3], colour="output")
    renderer = drawn(figure)
    bars = [child for ax in axes for child in ax.child_axes]
    assert len(bars) == 2
    beside = [*bars, *(ax.legend_ for ax in axes if ax.legend_ is not None), *figure.legends]
    assert len(beside) >= 4  # "layer 1" means the same in the first two: one legend names it in a layout
    for one in beside:
        mine = one.axes if one in bars else one.parent
        box = one.get_tightbbox(renderer)
        others = [ax for ax in axes if one not in (ax.legend_, *ax.child_axes)]
        assert not any(box.overlaps(ax.get_window_extent(renderer)) for ax in others), mine
        assert box.x1 <= figure.bbox.x1


def test_without_a_layout_a_legend_lies_within_its_axes_and_reads_on_a_dark_page():
    with matplotlib.style.context("dark_background"):
        figure = Figure(figsize=(4, 3))
        ax = figure.add_axes((0.1, 0.1, 0.8, 0.8))
        ax.plot([0, 1], label="a line")
        legends.legend(ax, loc="upper left", bbox_to_anchor=(1.0, 1.0), ncols=3, title="lines")
    renderer = drawn(figure)
    box, whole = ax.legend_.get_window_extent(renderer), ax.get_window_extent(renderer)
    assert whole.x0 <= box.x0 <= box.x1 <= whole.x1
    assert (names_in(ax.legend_), ax.legend_.get_title().get_text()) == (["a line"], "lines")
    assert to_hex(ax.legend_.get_frame().get_facecolor()) == style.BLACK
    assert to_hex(ax.legend_.get_texts()[0].get_color()) == "#ffffff"


def test_a_colour_bar_takes_its_room_from_axes_in_no_grid():
    figure = Figure(figsize=(4, 3))
    ax = figure.add_axes((0.1, 0.1, 0.8, 0.8))
    for _ in range(2):  # once, though it be drawn again
        FieldDisplay(np.zeros((4, 4)), (0, 1, 0, 1)).plot(ax)
        assert ax.get_position(original=True).width == pytest.approx(0.8 - 0.8 / 4)
        ax.clear()


def test_other_names_than_the_figure_s_legend_has_are_in_the_axes():
    figure, axes = style.subplots(1, 3)
    for ax, name in zip(axes[0], ("a", "b", "a")):
        ax.plot([0, 1], label=name)
        legends.legend_beside(ax)
    assert [names_in(one) for one in figure.legends] == [["a"]]
    assert [None if ax.legend_ is None else names_in(ax.legend_) for ax in axes[0]] == [None, ["b"], None]


def test_a_legend_above_names_each_handle_once_in_one_row_without_a_frame():
    figure, axes = style.subplots(1, 2)
    for ax in axes.flat:
        ax.plot([0, 1], [0, 1], label="rise")
        ax.plot([0, 1], [1, 0], label="fall")
    legends.legend_above(figure, axes[0, 0].get_legend_handles_labels()[0])
    figure.canvas.draw()
    (legend,) = figure.legends
    assert [text.get_text() for text in legend.get_texts()] == ["rise", "fall"]
    assert not legend.get_frame_on()
    assert legend.get_window_extent().y0 >= axes[0, 0].get_window_extent().y1
