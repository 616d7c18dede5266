"""Displays of a complex: what is drawn is what the complex says, on the axes given, with its options."""

import itertools

import numpy as np
import pytest
from matplotlib.collections import LineCollection, PathCollection, TriMesh
from matplotlib.colors import to_hex
from PIL import Image

import leadlight as ll
from leadlight.errors import DataError, ParameterError, ShapeError
from leadlight.plots import (
    BoundaryDisplay,
    CreaseDisplay,
    GraphDisplay,
    LevelSetDisplay,
    RegionsDisplay,
    StatisticsDisplay,
    animate_regions,
    style,
)
from leadlight.plots.colours import COLOURINGS, cell_colours

BOX = [(-2, 2), (-1.5, 1.5)]
NET = ll.mlp(2, [8, 8], 2, seed=1, init="he_normal", bias="normal(0.4)")
CX = ll.regions(NET, BOX)


def collections(display, kind):
    return [c for c in display.ax_.collections if isinstance(c, kind)]


@pytest.mark.parametrize("colour", COLOURINGS)
def test_every_colouring_draws(colour):
    display = RegionsDisplay.from_complex(CX).plot(colour=colour, output=1, title=colour)
    display.figure_.canvas.draw()
    assert (display.ax_.get_xlim(), display.ax_.get_ylim()) == ((-2, 2), (-1.5, 1.5))
    assert len(display.ax_.child_axes) == (colour not in ("pattern", "linear_region"))
    assert display.ax_.get_title() == colour


def test_each_colour_s_path_has_the_area_of_its_cells():
    filled, edges = collections(RegionsDisplay(CX).plot(), PathCollection)
    colours = cell_colours(CX)
    paths = filled.get_paths()
    assert len(paths) == len(np.unique(colours.index))
    for path, shade in zip(paths, filled.get_facecolors()):
        corners = path.to_polygons()
        area = (
            sum(np.dot(p[:-1, 0], p[1:, 1]) - np.dot(p[:-1, 1], p[1:, 0]) for p in map(np.asarray, corners))
            / 2
        )
        mine = (np.rint(shade[:3] * 255) == colours.table[colours.index]).all(axis=1)
        assert area == pytest.approx(CX.areas[mine].sum(), rel=1e-9)
    assert len(edges.get_paths()[0].vertices) == 2 * len(CX.edges.interior)


def test_shading_takes_the_network_s_values_at_the_corners():
    net = ll.Network.from_arrays([np.eye(2), [[1.0, 2.0]]], [[0, 0], [3.0]])
    shown = collections(RegionsDisplay.from_network(net, [(-1, 1), (-1, 1)]).plot(colour="output"), TriMesh)[
        0
    ]
    assert sorted(set(shown.get_array().tolist())) == [3, 4, 5, 6]


def test_creases_by_layer_and_of_one_unit():
    display = CreaseDisplay.from_network(NET, BOX).plot()
    names = [text.get_text() for text in display.figure_.legends[0].get_texts()]
    assert names == ["layer 1", "layer 2"]
    layers = CX.edges.layer[CX.edges.interior]
    drawn = [len(c.get_paths()[0].vertices) // 2 for c in collections(display, PathCollection)]
    assert drawn == [(layers == 0).sum(), (layers == 1).sum()]
    layer, unit = 1, int(CX.edges.unit[CX.edges.interior][layers == 1][0])
    others, mine = collections(CreaseDisplay(CX).plot(unit=(layer, unit)), PathCollection)
    chosen = (CX.edges.layer == layer) & (CX.edges.unit == unit)
    assert len(mine.get_paths()[0].vertices) == 2 * chosen.sum() > 0
    assert len(others.get_paths()[0].vertices) == 2 * (len(layers) - chosen.sum())
    with pytest.raises(ParameterError, match=r"no unit \(2, 0\): the hidden layers have \[8, 8\]"):
        CreaseDisplay(CX).plot(unit=(2, 0))


def test_bends_are_marked():
    display = RegionsDisplay(CX).plot(creases=True, bends=True)
    names = [text.get_text() for text in display.figure_.legends[0].get_texts()]
    assert names == ["layer 1", "layer 2", "bend"]
    marks = display.ax_.collections[-1].get_offsets()
    bends = [bend.vertex for crease in CX.creases() for part in crease.bends for bend in part]
    np.testing.assert_array_equal(marks, CX.vertices[sorted(bends)])
    one = CreaseDisplay(CX).plot(unit=(1, 0), bends=True).ax_.collections[-1].get_offsets()
    assert len(one) == sum(crease.n_bends for crease in CX.creases(1, 0)) > 0


def test_what_no_eye_can_see_is_not_drawn():
    lines = [[1.0, 0.0], [0.0, 1.0], [1.0, 1.0]]  # seven cells, one of them a triangle of size 1
    net = ll.Network.from_arrays([lines, [[1.0, 2.0, 3.0]]], [[0.0, 0.0, -1.0], [0.0]])
    for half_width, corners in ((1e5, [3, 3, 3, 3, 4, 4]), (5, [3, 3, 3, 4, 5, 5, 5])):
        cx = ll.regions(net, [(-half_width, half_width)] * 2)
        filled = collections(RegionsDisplay(cx).plot(), PathCollection)[0]
        polygons = [polygon for path in filled.get_paths() for polygon in path.to_polygons()]
        assert sorted(len(polygon) - 1 for polygon in polygons) == corners


def test_a_domain_too_thin_to_see_is_drawn_as_its_outline():
    net = ll.mlp(2, [8], 1, seed=0)
    cx = ll.regions(net, [(0, 0), (1, 1), (1, 1.0001)])
    for display in (cx, BoundaryDisplay.from_complex(cx)):
        ax = display.plot(legend=False).ax_
        assert len(ax.patches) == 1
        assert sum(len(part.get_paths()) for part in ax.collections if isinstance(part, PathCollection)) <= 1


def test_the_boundary_and_its_sides():
    points = np.array([[0.0, 0.0], [1.0, 1.0]])
    display = BoundaryDisplay.from_complex(CX).plot(points=points, labels=[0, 1], edges=True, title="t")
    boundary = display.partition.boundary
    (lines,) = collections(display, LineCollection)
    assert sum(len(segment) for segment in lines.get_segments()) == sum(map(len, boundary.polylines))
    values = NET(np.concatenate(boundary.polylines))
    np.testing.assert_allclose(values[:, 0], values[:, 1], atol=1e-12)
    assert BoundaryDisplay.from_network(NET, BOX).plot(fill=False).ax_.get_xlim() == (-2, 2)


def legend_of(display):
    return [text.get_text() for text in display.figure_.legends[0].get_texts()]


def test_a_boundary_names_classes_that_are_nowhere_unless_there_are_many():
    one = ll.mlp(2, [6], 1, seed=0)
    assert legend_of(BoundaryDisplay.from_network(one, BOX).plot()) == ["class 0", "class 1"]

    def outputs(k):  # two rising ones, and k - 2 that are far below everywhere on the box
        rows, offsets = np.zeros((k, 2)), np.full(k, -100.0)
        rows[:2], offsets[:2] = [[1, 0], [0, 1]], 0.0
        return ll.Network.from_arrays([rows], [offsets])

    few = BoundaryDisplay.from_network(outputs(4), BOX)
    assert few.partition.n_classes == 4
    assert legend_of(few.plot(class_names=["right", "up"])) == ["right", "up", "class 2", "class 3"]
    assert few.partition.class_areas().tolist()[2:] == [0.0, 0.0]
    many = BoundaryDisplay.from_network(outputs(11), BOX)
    assert legend_of(many.plot()) == ["class 0", "class 1"]
    assert legend_of(many.plot(points=[[0.0, 0.0]], labels=[7])) == ["class 0", "class 1", "class 7"]


def test_a_boundary_names_its_classes_and_checks_its_points():
    points = [[0.0, 0.0], [1.0, 1.0], [-1.0, 0.5]]
    display = BoundaryDisplay.from_complex(CX).plot(
        points=points, labels=[0, 1, 2], class_names=["disc", "ring"]
    )
    names = [text.get_text() for text in display.figure_.legends[0].get_texts()]
    assert names == ["disc", "ring", "class 2"]
    assert display.complex is display.partition.complex
    names = legend_of(BoundaryDisplay.from_complex(CX).plot())
    assert names == ["class 0", "class 1"]  # of the outputs, without points
    assert not BoundaryDisplay.from_complex(CX).plot(legend=False).figure_.legends
    with pytest.raises(ShapeError, match="2 labels came with 3 points"):
        display.plot(points=points, labels=[0, 1])
    with pytest.raises(ShapeError, match=r"points had the shape \(3,\); expected \(n, 2\)"):
        display.plot(points=[0.0, 1.0, 2.0])


def test_a_boundary_on_the_bare_page_follows_the_theme():
    def ink(**options):
        (lines,) = collections(BoundaryDisplay.from_complex(CX).plot(**options), LineCollection)
        return to_hex(lines.get_colors()[0])

    assert (ink(), ink(fill=False)) == (style.BLACK, style.INK)


def test_a_polygon_has_its_outline_and_a_bar_the_height_of_its_map():
    cx = ll.regions(NET, [(0, 0), (2, 0), (1, 1)])
    (outline,) = RegionsDisplay(cx).plot().ax_.patches
    np.testing.assert_array_equal(outline.get_xy()[:-1], cx.domain.corners)
    display = RegionsDisplay(CX).plot(colour="area")
    assert display.ax_.patches[:] == []
    display.figure_.canvas.draw()
    whole, bar = (axes.get_window_extent() for axes in (display.ax_, *display.ax_.child_axes))
    assert (bar.y0, bar.y1) == pytest.approx((whole.y0, whole.y1), abs=1)
    assert display.ax_.child_axes[0].get_yscale() == "log"


def test_level_sets():
    display = LevelSetDisplay.from_complex(CX, [0.2, -0.1], output=1).plot()
    assert display.values == [-0.1, 0.2]
    for value, found in zip(display.values, display.level_sets):
        for line in found.polylines:
            np.testing.assert_allclose(NET(line)[:, 1], value, atol=1e-12)
    assert len(collections(display, LineCollection)) == 2
    (bar,) = display.ax_.child_axes
    assert [label.get_text() for label in bar.get_yticklabels()] == ["−0.1", "0.2"]
    one = LevelSetDisplay.from_complex(CX, [0.25]).plot()
    assert one.ax_.child_axes == []
    assert [text.get_text() for text in one.figure_.legends[0].get_texts()] == ["output = 0.25"]
    many = LevelSetDisplay.from_complex(CX, 30).plot().ax_.child_axes[0].get_yticklabels()
    assert len({label.get_text() for label in many}) == len(many) == 10
    with pytest.raises(ParameterError, match="no output 2"):
        LevelSetDisplay.from_complex(CX, 3, output=2)
    for number in (-1, True):
        with pytest.raises(ParameterError, match="values must be a number of levels"):
            LevelSetDisplay.from_complex(CX, number)


def test_a_constant_output_has_no_levels_between():
    flat = NET.with_parameters([*NET.weights[:-1], np.zeros((2, 8))], [*NET.biases[:-1], np.full(2, 2.5)])
    display = LevelSetDisplay.from_network(flat, BOX, np.int64(8)).plot()
    assert (display.values, display.level_sets, display.ax_.child_axes) == ([], [], [])
    huge = NET.with_parameters(
        [np.full((8, 2), 1e200), *NET.weights[1:-1], np.full((2, 8), 1e200)], NET.biases
    )
    with pytest.raises(ParameterError, match="leaves the range"):
        LevelSetDisplay.from_network(huge, BOX, 3)


def test_a_ramp_steeper_than_floats_can_say_keeps_its_values():
    """From 0 to 1 in less than the rounding of a vertex: the maps beside it are worth nothing in floats."""
    K = 1e30
    net = ll.Network.from_arrays([[[K, K]], [[1], [1]], [[1, -1]]], [[-K / 3], [0, -1], [0]])
    display = RegionsDisplay.from_network(net, [(0, 1), (0, 1)]).plot(colour="output")
    (shown,) = collections(display, TriMesh)
    assert set(shown.get_array().tolist()) == {0.0, 1.0}
    assert shown.get_clim() == (0.0, 1.0)
    heights = GraphDisplay.from_network(net, (0, 1), slice=ll.slice_line([0, 0], [1, 1])).plot().ax_.lines[0]
    np.testing.assert_array_equal(heights.get_ydata(), [0, 0, 0, 1, 1, 1])


def test_the_graph_takes_the_network_s_values():
    net = ll.mlp(1, [6, 6], 1, seed=2, init="he_normal", bias="normal(0.5)")
    display = ll.regions(net, (-3, 3)).plot(title="t")
    assert isinstance(display, GraphDisplay)
    x, y = display.ax_.lines[0].get_data()
    np.testing.assert_allclose(y, net(x[:, None])[:, 0], atol=1e-12)
    shown = sum(len(c.get_offsets()) for c in collections(display, PathCollection))
    assert shown == len(display.complex.breakpoints)


def test_a_jump_is_a_gap():
    net = ll.Network.from_arrays([[[1.0]], [[2.0]]], [[0], [0]], "step")
    x, y = GraphDisplay.from_network(net, (-1, 1)).plot().ax_.lines[0].get_data()
    np.testing.assert_array_equal(x, [-1, 0, np.nan, 0, 1])
    np.testing.assert_array_equal(y, [0, 0, np.nan, 2, 2])


def test_the_dot_at_a_jump_is_at_the_network_s_own_value():
    # step(x) + 2 step(-x): 2 to the left, 1 to the right, 0 between
    net = ll.Network.from_arrays([[[1.0], [-1.0]], [[1.0, 2.0]]], [[0, 0], [0]], "step")
    (dots,) = GraphDisplay.from_network(net, (-1, 1)).plot().ax_.collections
    assert dots.get_offsets().tolist() == [[0.0, 0.0]]
    turned = ll.Network.from_arrays([[[-1.0]], [[1.0]]], [[0.5], [0]], "step")  # 1 up to 1/2, and 0 there
    (dots,) = GraphDisplay.from_network(turned, (-1, 1)).plot().ax_.collections
    assert dots.get_offsets().tolist() == [[0.5, 0.0]]


def test_a_slice_is_drawn_in_its_coordinates_on_axes_given():
    net = ll.mlp(5, [6, 4], 1, seed=5)
    plane = ll.slice_plane(*np.random.default_rng(0).normal(size=(3, 5)))
    _, axes = style.subplots()
    display = ll.regions(net, BOX, slice=plane).plot(axes[0, 0], creases=True, legend=False)
    assert display.ax_ is axes[0, 0]
    assert display.ax_.get_xlabel() == "$s$"


def test_the_wrong_dimension_is_told():
    line = ll.regions(ll.mlp(1, [3], 1), (-1, 1))
    for display in (
        RegionsDisplay,
        CreaseDisplay,
        BoundaryDisplay.from_complex,
        LevelSetDisplay.from_complex,
    ):
        with pytest.raises(ParameterError, match="GraphDisplay draws those on an interval"):
            display(line)
    with pytest.raises(ParameterError, match="RegionsDisplay those in the plane"):
        GraphDisplay(CX)
    with pytest.raises(ParameterError, match="colouring was 'red'"):
        RegionsDisplay(CX).plot(colour="red")


def test_a_network_in_place_of_its_cells_gets_one_sentence():
    for display in (
        RegionsDisplay,
        CreaseDisplay,
        GraphDisplay,
        StatisticsDisplay,
        StatisticsDisplay.from_complex,
        BoundaryDisplay.from_complex,
        LevelSetDisplay.from_complex,
    ):
        with pytest.raises(
            ParameterError, match=r"not a Network: of a network it is \w+Display.from_network\("
        ):
            display(CX.network)


def test_an_animation_has_a_frame_for_each_complex(tmp_path):
    complexes = [ll.regions(ll.mlp(2, [5], 1, seed=seed), BOX) for seed in range(3)]
    film = animate_regions(complexes, interval=80, creases=True)
    film.save(tmp_path / "cells.gif", writer="pillow", dpi=40)
    with Image.open(tmp_path / "cells.gif") as read:
        assert read.n_frames == 3
        frames = []
        for i in range(3):
            read.seek(i)
            frames.append(np.asarray(read.convert("RGB")).astype(int))
    assert all(np.abs(a - b).mean() > 1 for a, b in itertools.pairwise(frames))
    with pytest.raises(DataError, match="nothing to animate"):
        animate_regions([])
    with pytest.raises(ShapeError, match="2 titles were given for 3"):
        animate_regions(complexes, titles=["a", "b"])


def test_a_boundary_is_not_made_of_a_complex_itself():
    with pytest.raises(
        ParameterError, match=r"not PolyhedralComplex: make the display with BoundaryDisplay\.from_"
    ):
        BoundaryDisplay(CX)
