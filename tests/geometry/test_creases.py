"""Where creases end on the border and bend inside, against the plain enumerator's rational arithmetic."""

import itertools

import numpy as np
import pytest

import leadlight as ll
from degenerate_networks import random_case
from leadlight.errors import ParameterError
from leadlight.geometry.reference import enumerate_cells

BOX = [(-1, 1), (-1, 1)]


def bends_of(cx):
    return sorted((layer, unit, cx.vertex_exact(vertex)) for layer, unit, vertex in cx.bends().tolist())


def continuous_cases(seeds):
    for seed in seeds:
        net, box, kind = random_case(seed)
        if all(unit.pieces.is_continuous for act in net.activations for unit in act.units()):
            yield net, box, f"{kind}, seed {seed}"


def test_bends_and_border_points_of_random_networks():
    found = 0
    for net, box, case in continuous_cases(range(150)):
        cx, expected = ll.regions(net, box), enumerate_cells(net, box)
        assert bends_of(cx) == sorted(expected.bends()), case
        assert sorted(map(cx.vertex_exact, cx.border_vertices)) == expected.border_points(), case
        found += len(expected.bends())
    assert found > 50


def test_whole_numbers_whose_creases_pass_through_vertices_without_bending():
    rng = np.random.default_rng(0)
    straight = 0
    for _ in range(40):
        sizes = [2, *rng.integers(1, 5, size=3), 1]
        weights = [rng.integers(-2, 3, size=(o, i)).astype(float) for i, o in itertools.pairwise(sizes)]
        biases = [rng.integers(-2, 3, size=o).astype(float) for o in sizes[1:]]
        net = ll.Network.from_arrays(weights, biases)
        cx, expected = ll.regions(net, BOX), enumerate_cells(net, BOX)
        assert bends_of(cx) == sorted(expected.bends())
        deep = cx.edges.vertices[cx.edges.interior][cx.edges.layer[cx.edges.interior] > 0]
        straight += len(np.intersect1d(*deep.T)) - len(set(cx.bends()[:, 2].tolist()))
    assert straight > 0


def test_an_angle_below_rounding_is_a_bend():
    # beyond x = 0 the second layer's crease y = 0 turns by 2^-60: both weights are floats, the angle is none
    net = ll.Network.from_arrays(
        [[[1.0, 0.0], [0.0, 1.0], [0.0, -1.0]], [[2.0**-60, 1.0, -1.0]], [[1.0]]], [[0.0] * 3, [0.0], [0.0]]
    )
    cx = ll.regions(net, [(-1, 1), (-2, 1)])
    deep = cx.bends()
    assert (1, 0) in {tuple(row[:2]) for row in deep.tolist()}
    assert bends_of(cx) == sorted(enumerate_cells(net, [(-1, 1), (-2, 1)]).bends())


def test_a_line_through_corners_ends_in_no_border_point():
    cx = ll.regions(ll.Network.from_arrays([[[1, 1]], [[1]]], [[0], [0]]), BOX)
    assert len(cx) == 2
    assert cx.border_vertices.tolist() == []
    assert cx.bends().shape == (0, 3)


def test_a_polygon_and_a_slice():
    triangle = ll.regions(ll.Network.from_arrays([[[1, 0]], [[1]]], [[-0.5], [0]]), [(0, 0), (1, 0), (0, 1)])
    assert triangle.vertices[triangle.border_vertices].tolist() == [[0.5, 0.0], [0.5, 0.5]]
    net = ll.mlp(4, [6, 6], 1, seed=0, init="he_normal", bias="normal(0.3)")
    cx = ll.regions(net, BOX, slice=ll.slice_plane(*np.eye(3, 4)))
    assert len(cx.bends()) > 0
    assert set(cx.bends()[:, 0].tolist()) == {1}  # the first layer's are straight on a slice too


def test_an_interval_has_neither():
    cx = ll.regions(ll.mlp(1, [3], 1), (-1, 1))
    with pytest.raises(ParameterError, match="bends are those of a complex in the plane"):
        cx.bends()
    with pytest.raises(ParameterError, match="border_vertices are those"):
        _ = cx.border_vertices
