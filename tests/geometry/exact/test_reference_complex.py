"""How cells lie beside one another: facets across T-junctions, creases, bends, border points."""

from dataclasses import replace
from fractions import Fraction

import numpy as np

from leadlight import Network, mlp
from leadlight.geometry.reference import enumerate_cells

BOX = [(-1, 1), (-1, 1)]


def folded():
    """relu(y + 10 relu(-x)), y carried through as relu(y + 5) - 5: one deep crease, bent at the origin."""
    return Network.from_arrays(
        [[[-1.0, 0.0], [0.0, 1.0]], [[10.0, 1.0]], [[1.0]]], [[0.0, 5.0], [-5.0], [0.0]]
    )


def test_facets_and_adjacency_of_a_grid():
    net = Network.from_arrays([np.eye(2), [[1.0, 1.0]]], [[0, 0], [0]])
    cx = enumerate_cells(net, BOX)
    assert (
        len(cx.adjacency()) == len(cx.facets) == 4
    )  # the four arms; cells that share a corner are no neighbours
    assert cx.adjacency() == [(0, 1), (0, 2), (1, 3), (2, 3)]
    ends = {point for facet in cx.facets for point in facet.segment}
    assert ends == {(0, 0), (1, 0), (0, 1), (-1, 0), (0, -1)}


def test_an_edge_split_on_one_side_only_is_two_facets():
    cx = _t_junction()
    assert len(cx) == 3
    assert len(cx.facets) == len(cx.adjacency()) == 3
    lengths = sorted(abs(b[1] - a[1]) for a, b in (f.segment for f in cx.facets) if a[0] == b[0] == 0)
    assert lengths == [1, 1]


def _t_junction():
    """The cells of a half-cut box, glued by hand from two complexes."""
    right = enumerate_cells(Network.from_arrays([[[0.0, 1.0]], [[1.0]]], [[0], [0]]), [(0, 1), (-1, 1)])
    left = enumerate_cells(Network.from_arrays([[[0.0, 1.0]], [[1.0]]], [[5.0], [0]]), [(-1, 0), (-1, 1)])
    return replace(right, cells=left.cells + right.cells, domain=((-1, 1), (-1, 1)))


def test_linear_regions_join_across_t_junctions():
    cx = _t_junction()
    same = replace(cx, cells=tuple(replace(cell, output=((0, 0, 1),)) for cell in cx.cells))
    assert same.linear_regions() == [[0, 1, 2]]


def test_equal_maps_far_apart_are_two_regions():
    # |x| > 1/2 on two sides of a valley: slopes 0 outside, other slopes inside
    net = Network.from_arrays([[[1.0, 0], [1.0, 0], [1.0, 0]], [[1.0, -2.0, 1.0]]], [[0.5, 0.0, -0.5], [0]])
    cx = enumerate_cells(net, BOX)
    assert cx.cells[0].affine == cx.cells[-1].affine  # a tent: zero on both sides
    assert (len(cx), cx.count_linear_regions()) == (4, 4)


def test_creases_carry_layer_and_unit_and_deep_ones_bend():
    cx = enumerate_cells(folded(), BOX)
    assert len(cx) == 4
    assert {(crease.layer, crease.unit) for crease in cx.creases()} == {(0, 0), (1, 0)}
    assert cx.bends() == [(1, 0, (0, 0))]
    deep = [crease.segment for crease in cx.creases() if crease.layer == 1]
    assert {frozenset(segment) for segment in deep} == {
        frozenset({(0, 0), (1, 0)}), frozenset({(0, 0), (Fraction(-1, 10), -1)})
    }  # fmt: skip


def test_creases_of_one_layer_lie_on_their_units_lines():
    net = mlp(2, [8], 1, seed=3)
    cx = enumerate_cells(net, [(-5, 5), (-5, 5)])
    for crease in cx.creases():
        points = np.array([[float(v) for v in p] for p in crease.segment])
        z = points @ net.weights[0][crease.unit] + net.biases[0][crease.unit]
        np.testing.assert_allclose(z, 0, atol=1e-12)
    assert cx.bends() == []


def test_border_points_are_twice_the_lines():
    net = Network.from_arrays([[[1, 0], [0, 1], [1, 1]], [[1, 1, 1]]], [[0, 0, -0.25], [0]])
    cx = enumerate_cells(net, BOX)
    assert len(cx.border_points()) == 6
    diagonal = Network.from_arrays([[[1, 1]], [[1]]], [[0], [0]])
    assert enumerate_cells(diagonal, BOX).border_points() == []  # it ends in corners


def test_the_complex_is_the_same_twice():
    net = mlp(2, [6, 6], 1, seed=1)
    assert enumerate_cells(net, BOX) == enumerate_cells(net, BOX)
