"""Creases of single units against the oracle's segments and bends, in exact rational numbers."""

from fractions import Fraction
from itertools import pairwise
from math import hypot

import numpy as np
import pytest

import leadlight as ll
from degenerate_networks import KINDS, random_case
from leadlight.errors import ParameterError
from leadlight.geometry.reference import enumerate_cells

BOX = [(-2, 2), (-2, 2)]


def by_unit(found):
    units = {}
    for crease in found:
        units.setdefault((crease.layer, crease.unit), []).append(crease)
    return units


def bends_of(cx):
    """Layer, unit and exact point of every bend."""
    return sorted(
        (crease.layer, crease.unit, cx.vertex_exact(bend.vertex))
        for crease in cx.creases()
        for part in crease.bends
        for bend in part
    )


def segment_length(segment):
    (px, py), (qx, qy) = segment
    return hypot(float(qx - px), float(qy - py))


@pytest.mark.parametrize("kind", KINDS)
def test_every_unit_has_all_of_its_crease_and_bends_where_the_oracle_s_does(kind):
    for seed in range(list(KINDS).index(kind) + 48_000, 48_048, len(KINDS)):
        net, box, _ = random_case(seed, max_units=8)
        oracle, cx = enumerate_cells(net, box), ll.regions(net, box)
        expected = {}
        for crease in oracle.creases():
            expected.setdefault((crease.layer, crease.unit), []).append(crease)
        found = by_unit(cx.creases())
        assert found.keys() == expected.keys(), seed
        for unit, creases in found.items():
            edges = np.unique(np.concatenate([along for crease in creases for along in crease.edges]))
            lengths = [hypot(*np.diff(cx.vertices[ends], axis=0)[0]) for ends in cx.edges.vertices[edges]]
            total = sum(segment_length(crease.segment) for crease in expected[unit])
            assert sum(lengths) == pytest.approx(total, rel=1e-6, abs=1e-9), (seed, unit)
        bends = {(layer, unit, point) for layer, unit, point in oracle.bends()}
        touched = {}  # points where earlier units change their piece
        for crease in oracle.creases():
            for point in crease.segment:
                touched.setdefault(point, set()).add((crease.layer, crease.unit))
        for (layer, unit), creases in found.items():
            mine, ends = set(), set()
            for crease in creases:
                for path, some in zip(crease.paths, crease.bends):
                    ends |= {cx.vertex_exact(int(path[0])), cx.vertex_exact(int(path[-1]))}
                    for bend in some:
                        point = cx.vertex_exact(bend.vertex)
                        mine.add(point)
                        assert bend.units, (seed, unit)
                        assert set(bend.units) <= touched[point], (seed, unit)
                        assert all(other < layer for other, _ in bend.units)
            theirs = {point for k, u, point in bends if (k, u) == (layer, unit)}
            assert theirs - ends <= mine, (seed, layer, unit)
            if cx.is_continuous:
                assert mine <= theirs, (seed, layer, unit)


def test_paths_run_along_their_edges_with_the_higher_piece_on_the_left():
    net = ll.mlp(2, [8, 8, 8], 1, "hardtanh", init="he_normal", bias="normal(0.5)", seed=3)
    cx = ll.regions(net, BOX)
    patterns = cx.patterns
    offsets = np.cumsum([0, *net.widths])
    found = cx.creases()
    assert {crease.breakpoint for crease in found} == {0, 1}
    for crease in found:
        unit = offsets[crease.layer] + crease.unit
        for path, along, polyline, closed in zip(
            crease.paths, crease.edges, crease.polylines, crease.is_closed
        ):
            for v, w, e in zip(path[:-1], path[1:], along):
                ends = cx.edges.vertices[e].tolist()
                assert sorted(ends) == sorted([v, w])
                left, right = cx.edges.cells[e] if ends == [v, w] else cx.edges.cells[e][::-1]
                assert patterns[left, unit] == crease.breakpoint + 1
                assert patterns[right, unit] == crease.breakpoint
            z = net.preactivations((cx.vertices[path[1:]] + cx.vertices[path[:-1]]) / 2)[crease.layer]
            np.testing.assert_allclose(z[:, crease.unit], [-1.0, 1.0][crease.breakpoint], atol=1e-9)
            length = np.hypot(*np.diff(polyline, axis=0).T).sum()
            assert length == pytest.approx(np.hypot(*np.diff(cx.vertices[path], axis=0).T).sum())
            on_border = (np.abs(polyline[[0, -1]]).max(axis=1) == 2.0).all()
            assert on_border or closed
            if crease.layer == 0:
                assert len(polyline) == 2
    only = cx.creases(layer=1, unit=5)
    assert [(c.layer, c.unit) for c in only] == [
        (c.layer, c.unit) for c in found if (c.layer, c.unit) == (1, 5)
    ]
    assert sum(len(cx.creases(layer=k)) for k in range(3)) == len(found)


def test_coincident_creases_belong_to_every_unit():
    # x = 0 for both units of the first layer, and again for the second layer's first, where it adds them
    net = ll.Network.from_arrays([[[1, 0], [-2, 0]], [[1, 0], [1, 1]], [[1, 1]]], [[0, 0], [0, -1], [0]])
    cx = ll.regions(net, BOX)
    assert set(zip(cx.edges.layer.tolist(), cx.edges.unit.tolist())) - {(-1, k) for k in range(4)} == {
        (0, 0),
        (1, 1),
    }
    found = by_unit(cx.creases())
    assert found.keys() == {(0, 0), (0, 1), (1, 0), (1, 1)}
    for unit in ((0, 0), (0, 1), (1, 0)):
        (crease,) = found[unit]
        assert [line.tolist() for line in crease.polylines] in ([[[0, -2], [0, 2]]], [[[0, 2], [0, -2]]])
    assert found[1, 1][0].length == 8.0  # x = 1 and x = -1/2


def test_a_closed_crease_and_the_units_that_bend_it():
    # |x| + |y| = 1
    net = ll.Network.from_arrays([np.eye(2), [[1.0, 1.0]], [[1.0]]], [[0, 0], [-1], [0]], ["abs", "relu"])
    cx = ll.regions(net, BOX)
    (crease,) = cx.creases(1, 0)
    assert crease.is_closed.tolist() == [True]
    (bends,) = crease.bends
    assert {(tuple(cx.vertices[bend.vertex].tolist()), bend.units) for bend in bends} == {
        ((1, 0), ((0, 1),)), ((-1, 0), ((0, 1),)), ((0, 1), ((0, 0),)), ((0, -1), ((0, 0),)),
    }  # fmt: skip
    assert len(crease.polylines[0]) == 5
    assert "layer 1, unit 0" in repr(crease)


def test_a_crossing_without_a_bend_is_none():
    # The second layer's unit is 2 y - 1 whatever x is, except by 2^-60 x where x > 0: bent, by less than floats see.
    for weight, n_bends in ((0.0, 0), (2.0**-60, 1)):
        net = ll.Network.from_arrays(
            [[[1, 0], [0, 1], [0, -1]], [[weight, 2, -2]], [[1]]], [[0, 0, 0], [-1], [0]]
        )
        cx = ll.regions(net, BOX)
        ((bends,),) = [crease.bends for crease in cx.creases(1, 0)]
        assert [bend.units for bend in bends] == [((0, 0),)] * n_bends
        assert bends_of(cx) == sorted(enumerate_cells(net, BOX).bends())


def test_whole_numbers_whose_creases_pass_through_vertices_without_bending():
    rng = np.random.default_rng(0)
    straight = bent = 0
    for _ in range(40):
        sizes = [2, *rng.integers(1, 5, size=3), 1]
        weights = [rng.integers(-2, 3, size=(o, i)).astype(float) for i, o in pairwise(sizes)]
        biases = [rng.integers(-2, 3, size=o).astype(float) for o in sizes[1:]]
        net = ll.Network.from_arrays(weights, biases)
        cx, expected = ll.regions(net, [(-1, 1), (-1, 1)]), enumerate_cells(net, [(-1, 1), (-1, 1)]).bends()
        found = bends_of(cx)
        assert len(found) == len(set(found)) == sum(crease.n_bends for crease in cx.creases())
        ends = {
            (crease.layer, crease.unit, cx.vertex_exact(int(end)))
            for crease in cx.creases()
            for path in crease.paths
            for end in path[[0, -1]]
        }
        assert set(found) <= set(expected) <= set(found) | ends  # where a crease crosses itself its parts end
        deep = cx.edges.vertices[cx.edges.interior][cx.edges.layer[cx.edges.interior] > 0]
        straight += len(
            {cx.vertex_exact(v) for v in np.intersect1d(*deep.T).tolist()} - {p for *_, p in found}
        )
        bent += len(found)
    assert straight > 0 < bent


def test_points_on_an_interval():
    net = ll.mlp(1, [6, 5], 1, seed=4)
    cx = ll.regions(net, (-4, 4))
    found = cx.creases()
    at = np.concatenate([cx.edges.vertices[e] for crease in found for along in crease.edges for e in along])
    np.testing.assert_array_equal(np.unique(at), np.arange(len(cx) - 1))
    for crease in found:
        for polyline in crease.polylines:
            z = net.preactivations(polyline)[crease.layer][:, crease.unit]
            np.testing.assert_allclose(z, 0.0, atol=1e-12)
        assert crease.length == len(crease.paths)
        assert not any(crease.bends)


def test_on_a_slice_layers_are_the_network_s_own():
    net = ll.mlp(4, [6, 6], 1, seed=2, init="he_normal", bias="normal(0.5)")
    plane = ll.slice_plane(np.zeros(4), np.eye(4)[0], np.eye(4)[2])
    cx = ll.regions(net, BOX, slice=plane)
    found = cx.creases()
    assert {crease.layer for crease in found} == {0, 1}
    for crease in found:
        z = net.preactivations(plane.points(np.concatenate(crease.polylines)))[crease.layer][:, crease.unit]
        np.testing.assert_allclose(z, 0.0, atol=1e-9)
        for bends in crease.bends:
            for bend in bends:
                here = plane.points(cx.vertices[[bend.vertex]])
                first = net.preactivations(here)[0][0]
                assert crease.layer == 1
                np.testing.assert_allclose(first[[unit for _, unit in bend.units]], 0.0, atol=1e-9)


def test_no_crease_in_the_domain_is_an_empty_list():
    net = ll.Network.from_arrays([[[1.0, 0.0]], [[1.0]]], [[9.0], [0.0]])
    assert ll.regions(net, BOX).creases() == []
    assert ll.regions(ll.Network.from_arrays([[[1.0, 0.0]]], [[9.0]]), BOX).creases() == []


@pytest.mark.parametrize(
    ("layer", "unit", "sentence"),
    [
        (2, None, "no hidden layer 2: .* 0 to 1"), (True, None, "no hidden layer"), (None, 0, "without its layer"),
        (0, 4, "no unit 4 in hidden layer 0: .* 0 to 3"), (1, -1, "no unit"), (0, 1.0, "no unit"),
    ],
)  # fmt: skip
def test_units_that_do_not_exist_get_one_sentence(layer, unit, sentence):
    cx = ll.regions(ll.mlp(2, [4, 3], 1), BOX)
    with pytest.raises(ParameterError, match=sentence):
        cx.creases(layer, unit)


def test_half_lines_where_a_unit_leaves_a_plateau():
    # On x > 0 the first unit is 0 throughout: so is the next layer's first, which has no crease there.
    net = ll.Network.from_arrays([[[-1, 0]], [[-1], [-1]], [[1, 1]]], [[0], [0, 1], [0]])
    cx = ll.regions(net, BOX)
    assert {(c.layer, c.unit) for c in cx.creases()} == {(0, 0), (1, 1)}
    assert cx.creases(1, 0) == []
    (crease,) = cx.creases(1, 1)
    assert cx.vertex_exact(int(crease.paths[0][0]))[0] == Fraction(-1)
