"""The complex's own answers on shapes known by hand. Against the oracle: test_regions.py."""

from dataclasses import fields
from fractions import Fraction

import numpy as np
import pytest

import leadlight as ll
from leadlight.errors import ParameterError
from leadlight.geometry.writing.summaries import stream_summary

GRID = ll.Network.from_arrays(
    [[[1, 0], [1, 0], [0, 1]], [[1, 1, 1]]], [[0, -1, 0], [0]]
)  # x = 0, x = 1, y = 0: six rectangles


@pytest.fixture
def grid():
    return ll.regions(GRID, [(-1, 3), (-1, 1)])


def test_rectangles(grid):
    assert len(grid) == grid.n_cells == 6
    assert sorted(grid.areas.tolist()) == [1.0, 1.0, 1.0, 1.0, 2.0, 2.0]
    assert sorted(grid.perimeters.tolist()) == [4.0, 4.0, 4.0, 4.0, 6.0, 6.0]
    assert {tuple(c) for c in grid.centroids.tolist()} == {
        (x, y) for x in (-0.5, 0.5, 2) for y in (-0.5, 0.5)
    }
    assert grid.n_corners.tolist() == [4] * 6
    assert (len(grid.vertices), len(grid.edges)) == (12, 17)
    assert len(grid.edges.interior) == 7
    for i, polygon in enumerate(grid.polygons()):
        np.testing.assert_array_equal(polygon, grid.polygon(i))
        assert [tuple(map(Fraction, p)) for p in polygon.tolist()] == grid.polygon_exact(i)
        assert grid.area_exact(i) == Fraction(grid.areas[i])
    np.testing.assert_array_equal(grid.polygon(-1), grid.polygon(5))


def test_edges_name_their_unit(grid):
    edges = grid.edges
    for e, (v, w) in enumerate(edges.vertices.tolist()):
        (x0, y0), (x1, y1) = grid.vertices[[v, w]]
        left, right = edges.cells[e]
        normal = np.array([y0 - y1, x1 - x0])  # to the left
        middle = np.array([x0 + x1, y0 + y1]) / 2
        assert normal @ (grid.centroids[left] - middle) > 0
        if right < 0:
            assert edges.layer[e] == -1
            p, q = grid.domain.corners[[edges.unit[e], (edges.unit[e] + 1) % 4]]
            side = q - p
            assert all(side[0] * (y - p[1]) == side[1] * (x - p[0]) for x, y in ((x0, y0), (x1, y1)))
        else:
            assert normal @ (grid.centroids[right] - middle) < 0
            assert edges.layer[e] == 0
            z = GRID.weights[0][edges.unit[e]] @ middle + GRID.biases[0][edges.unit[e]]
            assert z == 0.0
    assert set(edges.layer[edges.interior].tolist()) == {0}


def test_neighbours(grid):
    graph = grid.to_networkx()
    assert graph.number_of_nodes() == 6
    assert sorted(dict(graph.degree).values()) == [2, 2, 2, 2, 3, 3]
    assert {data["unit"] for _, _, data in graph.edges(data=True)} == {0, 1, 2}
    assert (grid.adjacency().toarray().sum(axis=0) == [graph.degree[i] for i in range(6)]).all()


def test_slivers_have_an_exact_area_and_a_centre_inside():
    W = [[3.0, 1e-30], [3.0, 1.0000000000000002e-30]]
    cx = ll.regions(ll.Network.from_arrays([W, [[1.0, 1.0]]], [[-1.0] * 2, [0.0]]), [(0, 1), (-1, 1)])
    exact = [cx.area_exact(i) for i in range(len(cx))]
    assert 0 < min(exact) < Fraction(1, 10**40)
    assert sum(exact) == 2
    assert (cx.areas >= 0.0).all()
    assert ((cx.centroids >= (0, -1)) & (cx.centroids <= (1, 1))).all()


def test_the_summary_says_what_was_counted(grid):
    text = grid.summary()
    assert "cells (activation regions)  6" in text
    assert "linear regions              6" in text
    assert "12, 17" in text
    assert "float64" in text
    on_interval = ll.regions(ll.mlp(1, [5], 1, seed=0), (-9, 9))
    assert f"points between cells        {len(on_interval) - 1}\n" in on_interval.summary()
    assert repr(grid) == "PolyhedralComplex(6 cells on Domain([-1, 3] x [-1, 1]))"
    assert sum(grid.signs.values()) > 0


def test_the_summary_says_that_the_outputs_own_bends_are_left_out():
    for last, said in (("identity", 0), ("sigmoid", 0), ("hardtanh", 1), ("leaky_relu(0.5)", 1)):
        net = ll.Network.from_arrays(GRID.weights, GRID.biases, "relu", last)
        with ll.iter_regions(net, [(-1, 3), (-1, 1)]) as stream:
            found = stream_summary(stream, stream.statistics())
        for text in (ll.regions(net, [(-1, 3), (-1, 1)]).summary(), found):
            assert text.count(f"outputs                     before their {last}, which would bend") == said


def test_what_does_not_exist_gets_one_sentence(grid):
    for ask in (grid.polygon, grid.pattern, grid.polygon_exact, grid.affine_map_exact, grid.area_exact):
        for cell in (6, -7, 1.0, True, "0", None):
            with pytest.raises(ParameterError, match=r"no cell .* 0 to 5\.$"):
                ask(cell)
    with pytest.raises(ParameterError, match=r"no vertex 12: .* 0 to 11\.$"):
        grid.vertex_exact(12)
    with pytest.raises(ParameterError, match="interval"):
        _ = grid.breakpoints
    with pytest.raises(AttributeError):
        grid.domain = None


def test_errors_of_maps_are_told():
    net = ll.mlp(2, [8, 8], 3, init="he_normal", seed=2)
    cx = ll.regions(net, [(-1, 1), (-1, 1)])
    (A, c), (A_errors, c_errors) = cx.affine_maps(), cx.affine_map_errors()
    assert A_errors.shape == c_errors.shape == c.shape == (len(cx), 3)
    for cell in range(len(cx)):
        rows, offsets = cx.affine_map_exact(cell)
        for output in range(3):
            apart = max(abs(Fraction(a) - b) for a, b in zip(A[cell, output].tolist(), rows[output]))
            assert apart <= Fraction(A_errors[cell, output])
            assert abs(Fraction(c[cell, output]) - offsets[output]) <= Fraction(c_errors[cell, output])
    assert 0 < A_errors.max() < 1e-12
    word = ll.regions(net, [(-1, 1), (-1, 1)], certified=False)
    assert np.isinf(word.affine_map_errors()).all()


@pytest.mark.parametrize("domain", [(-1, 1), [(-1, 1), (-1, 1)]])
def test_made_without_its_constructor_a_complex_has_all_fields(domain):
    cx = ll.regions(ll.mlp(1 if isinstance(domain, tuple) else 2, [8, 8], 1, seed=0), domain)
    for made in (cx, cx.edges, cx._details):
        assert set(vars(made)) == {field.name for field in fields(made)}
