"""Cells drawn: every colouring, neighbours told apart, exact shading, creases by layer."""

import numpy as np
import pytest

from leadlight import Network, mlp
from leadlight.errors import ParameterError
from leadlight.plots import CellsDisplay
from leadlight.plots.cells import COLOURINGS, _map_colours

DOMAIN = [(-3, 3), (-2, 2)]


@pytest.fixture(scope="module")
def display():
    return CellsDisplay.from_network(mlp(2, [4, 4], 2, seed=2, init="he_normal", bias="normal(0.5)"), DOMAIN)


@pytest.mark.parametrize("colour", COLOURINGS)
def test_every_colouring(display, colour):
    display.plot(colour=colour, component=1, title=colour).figure_.canvas.draw()
    assert display.ax_.get_xlim() == (-3, 3)
    assert display.ax_.get_ylim() == (-2, 2)
    assert len(display.figure_.axes) == (1 if colour in ("pattern", "linear_region") else 2)


def test_neighbours_have_different_colours(display):
    colours = _map_colours(display.complex, whole_regions=False)
    assert all(colours[i] != colours[j] for i, j in display.complex.adjacency())
    by_region = _map_colours(display.complex, whole_regions=True)
    for region in display.complex.linear_regions():
        assert len({by_region[i] for i in region}) == 1


def test_shading_takes_the_network_s_values_at_the_corners(display):
    net = Network.from_arrays([np.eye(2), [[1.0, 2.0]]], [[0, 0], [3.0]])
    shown = CellsDisplay.from_network(net, [(-1, 1), (-1, 1)]).plot(colour="output").ax_.collections[0]
    assert sorted(set(shown.get_array().tolist())) == [3, 4, 5, 6]


def test_creases_and_bends(display):
    display.plot(creases=True, bends=True)
    names = [text.get_text() for text in display.figure_.legends[0].get_texts()]
    assert names == ["layer 1", "layer 2", "bend"]


def test_bad_choices(display):
    with pytest.raises(ParameterError, match="colour"):
        display.plot(colour="red")
    with pytest.raises(ParameterError, match="2 outputs"):
        display.plot(colour="slope", component=2)


def test_what_no_eye_can_see_is_not_drawn():
    lines = [[1.0, 0.0], [0.0, 1.0], [1.0, 1.0]]
    net = Network.from_arrays([lines, [[1.0, 2.0, 3.0]]], [[0.0, 0.0, -1.0], [0.0]])  # a triangle of size 1
    far = CellsDisplay.from_network(net, [(-1e5, 1e5), (-1e5, 1e5)])
    polygons = far._polygons()
    assert sorted(map(len, polygons))[:2] == [0, 3]  # the triangle is a speck; its neighbours are wedges
    assert len(CellsDisplay.from_network(net, [(-5, 5), (-5, 5)])._polygons()) == len(polygons) == 7
    segments = far.plot(creases=True).ax_.collections[-1].get_segments()
    assert len(segments) == 6  # of nine, three are sides of the triangle
