"""Colours of cells: the scales are matplotlib's, hashes are stable, every colouring fits every complex."""

import matplotlib
import numpy as np
import pytest

import leadlight as ll
from leadlight.errors import ParameterError
from leadlight.plots.colours import COLOURINGS, cell_colours, layer_colours, ramp

BOX = [(-2, 2), (-2, 2)]


@pytest.mark.parametrize("name", ["viridis", "twilight"])
def test_the_scales_are_matplotlib_s(name):
    theirs = matplotlib.colormaps[name](np.linspace(0, 1, 256))[:, :3] * 255
    assert np.abs(ramp(name) - theirs).max() < 6


@pytest.mark.parametrize("by", COLOURINGS)
@pytest.mark.parametrize("dim", [1, 2])
def test_every_colouring_gives_each_cell_a_row(by, dim):
    cx = ll.regions(ll.mlp(dim, [6], 2, seed=1), BOX[:dim])
    colours = cell_colours(cx, by, output=1)
    assert colours.index.shape == (len(cx),)
    assert colours.index.min() >= 0
    assert colours.index.max() < len(colours.table)
    assert (colours.table.dtype, colours.table.shape[1]) == (np.uint8, 3)


def test_a_pattern_keeps_its_colour_on_another_domain_and_with_other_weights():
    net = ll.mlp(2, [7, 6], 1, seed=5, bias="normal(0.5)")
    moved = net.with_parameters([w + 1e-3 for w in net.weights], [b + 1e-3 for b in net.biases])
    seen: dict = {}
    for cx in (ll.regions(net, BOX), ll.regions(net, [(0, 1), (0, 2)]), ll.regions(moved, BOX)):
        for pattern, row in zip(cx.patterns, cell_colours(cx).index):
            assert seen.setdefault(pattern.tobytes(), row) == row
    assert len(set(seen.values())) > 15  # and patterns do differ in colour


def test_cells_of_one_linear_region_have_one_colour():
    net = ll.Network.from_arrays([[[1, 0], [1, 0], [0, 1]], [[1, -1, 1]]], [[0, 0, 0], [0]])
    cx = ll.regions(net, BOX)
    index = cell_colours(cx, "linear_region").index
    assert (len(cx), len(set(index.tolist()))) == (4, 2)
    assert all(len(set(index[cx.linear_regions() == k])) == 1 for k in (0, 1))


def test_scales_show_the_quantity():
    net = ll.Network.from_arrays([[[1, 0], [-3, 0]], [[1, 1]]], [[0, 0], [0]])
    cx = ll.regions(net, BOX)  # slope 3 on the left, 1 on the right
    left = int(cx.centroids[0, 0] > 0)
    slope = cell_colours(cx, "slope")
    assert slope.values[left] == 3
    assert slope.index[left] == 255
    assert cell_colours(cx, "output").limits == (0, 6)
    direction = cell_colours(cx, "direction").values
    assert (abs(direction[left]), direction[1 - left]) == (np.pi, 0)


def test_a_flat_cell_has_no_direction():
    dead = ll.Network.from_arrays([np.eye(2), [[1, 1]]], [[0, 0], [0]])
    cx = ll.regions(dead, BOX)
    colours = cell_colours(cx, "direction")
    flat = int(cx.locate([[-1, -1]])[0])
    assert np.isnan(colours.values).nonzero()[0].tolist() == [flat]
    assert colours.table[colours.index[flat]].tolist() == [160, 160, 160]
    assert colours.label == "direction of the gradient, grey: none"


def test_slopes_are_lengths_at_the_ends_of_the_range():
    for size in (1e-200, 1e200):
        net = ll.Network.from_arrays([[[3 * size, -4 * size]]], [[0]])
        assert cell_colours(ll.regions(net, BOX), "slope").values[0] == pytest.approx(5 * size)


def test_layers_go_from_dark_to_bright():
    light = layer_colours(4).astype(int).sum(axis=1)
    assert (np.diff(light) > 0).all()
    assert len(layer_colours(0)) == 0


def test_bad_choices():
    cx = ll.regions(ll.mlp(2, [3], 1), BOX)
    with pytest.raises(ParameterError, match="'red'; expected one of pattern"):
        cell_colours(cx, "red")
    with pytest.raises(ParameterError, match="no output 1"):
        cell_colours(cx, "slope", output=1)
