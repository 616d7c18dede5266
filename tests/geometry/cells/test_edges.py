"""Where edges end on the border of the domain, against the oracle."""

import pytest

import leadlight as ll
from degenerate_networks import random_case
from leadlight.errors import ParameterError
from leadlight.geometry.reference import enumerate_cells


def test_border_points_of_random_networks():
    found = 0
    for seed in range(150):
        net, box, kind = random_case(seed)
        cx = ll.regions(net, box)
        if cx.is_continuous:
            expected = enumerate_cells(net, box).border_points()
            assert sorted(map(cx.vertex_exact, cx.border_vertices)) == expected, f"{kind}, seed {seed}"
            found += len(expected)
    assert found > 50


def test_a_line_through_corners_ends_in_no_border_point():
    cx = ll.regions(ll.Network.from_arrays([[[1, 1]], [[1]]], [[0], [0]]), [(-1, 1), (-1, 1)])
    assert len(cx) == 2
    assert cx.border_vertices.tolist() == []
    assert cx.creases()[0].n_bends == 0


def test_a_polygon():
    triangle = ll.regions(ll.Network.from_arrays([[[1, 0]], [[1]]], [[-0.5], [0]]), [(0, 0), (1, 0), (0, 1)])
    assert triangle.vertices[triangle.border_vertices].tolist() == [[0.5, 0.0], [0.5, 0.5]]


def test_an_interval_has_none():
    cx = ll.regions(ll.mlp(1, [3], 1), (-1, 1))
    with pytest.raises(ParameterError, match="border_vertices are those"):
        _ = cx.border_vertices
