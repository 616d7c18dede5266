"""The shared look: neutral colours, transparent figures, layouts that clip nothing."""

import io

import matplotlib
import matplotlib.style
import numpy as np
import pytest
from matplotlib.colors import to_hex
from matplotlib.figure import Figure

from leadlight.errors import ParameterError
from leadlight.plots import (
    FieldDisplay,
    HiddenCubeDisplay,
    UnitLinesDisplay,
    style,
)


def test_subplots_are_two_dimensional_and_not_pyplot_s():
    figure, axes = style.subplots(1, 3)
    assert axes.shape == (1, 3)
    assert figure.get_facecolor()[3] == axes[0, 0].get_facecolor()[3] == 0
    assert axes[0, 0].xaxis.label.get_color() == style.INK


def test_drawing_leaves_the_settings_alone():
    before = dict(matplotlib.rcParams)
    FieldDisplay(np.zeros((3, 3)), (0, 1, 0, 1)).plot()
    assert dict(matplotlib.rcParams) == before


def test_text_on_axes_in_a_dark_style_is_as_light_as_their_labels():
    with matplotlib.style.context("dark_background"):
        left, right = Figure(layout="constrained").subplots(1, 2), Figure().subplots()
    bar = FieldDisplay(np.eye(3), (0, 1, 0, 1)).plot(left[0], title="field").ax_.child_axes[0]
    assert to_hex(left[0].title.get_color()) == to_hex(bar.yaxis.label.get_color()) == "#ffffff"
    assert {to_hex(text.get_color()) for text in bar.get_yticklabels()} == {"#ffffff"}
    for ax in (left[1], right):
        UnitLinesDisplay([[1, 0, 0]]).plot(ax, points=np.eye(2), labels=[0, 1])
    for legend in (*left[1].figure.legends, right.get_legend()):
        assert {to_hex(text.get_color()) for text in legend.get_texts()} == {"#ffffff"}


def test_neutral_colours_reach_the_svg():
    display = UnitLinesDisplay([[1, 0, 0]]).plot(title="title")
    svg = io.StringIO()
    with matplotlib.rc_context(style.rc()):
        display.figure_.savefig(svg, format="svg", metadata={"Date": None})
    assert style.INK in svg.getvalue()
    assert style.MUTED in svg.getvalue()


@pytest.mark.parametrize("figsize", [(4.2, 3.6), (4.4, 3.4), (6.0, 3.0), (3.4, 4.5)])
def test_no_label_is_clipped(figsize):
    """Equal-aspect axes with a legend beside them, at sizes limited by width and by height."""
    figure, axes = style.subplots(figsize=figsize)
    UnitLinesDisplay([[1, 0, 0], [1, 1, 0]]).plot(
        axes[0, 0], half_width=1.7, points=np.zeros((2, 2)), labels=[0, 1], title="title"
    )
    figure.savefig(io.BytesIO())
    box = figure.get_tightbbox()
    assert box.x0 >= 0
    assert box.y0 >= 0
    assert box.x1 <= figsize[0]
    assert box.y1 <= figsize[1]


def test_class_colours_repeat_lighter_after_eight():
    colours = style.class_colours(10)
    assert [to_hex(c) for c in colours[:8]] == list(style.CLASS_COLOURS)
    assert len(set(colours)) == 10


@pytest.mark.parametrize(
    ("ground", "text"), [("#ffffff", style.BLACK), ("#0072b2", "#ffffff"), ("#f0e442", style.BLACK)]
)
def test_text_reads_on_its_ground(ground, text):
    assert style.readable_on(ground) == text


def test_flat_axes_for_a_cube_are_refused():
    with pytest.raises(ParameterError, match="3d"):
        HiddenCubeDisplay(np.zeros((2, 3))).plot(style.subplots()[1][0, 0])


def test_a_notebook_shows_a_display_once_it_is_drawn():
    display = FieldDisplay(np.eye(3), (0, 1, 0, 1))
    assert display._repr_png_() is None
    data, size = display.plot()._repr_png_()
    assert data.startswith(b"\x89PNG")
    inches = display.figure_.get_size_inches()
    assert size == {"width": round(96 * inches[0]), "height": round(96 * inches[1])}
    pixels = matplotlib.image.imread(io.BytesIO(data))
    assert pixels.shape[1] == pytest.approx(200 / 96 * size["width"], abs=3)
    assert (pixels[0, 0, :3] == 1).all()  # on white: dark text on a dark page would not be read


def test_what_pyplot_shows_is_not_shown_twice():
    from matplotlib import pyplot

    figure, ax = pyplot.subplots()
    try:
        assert FieldDisplay(np.eye(3), (0, 1, 0, 1)).plot(ax)._repr_png_() is None
    finally:
        pyplot.close(figure)
