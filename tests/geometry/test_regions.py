"""`regions` against the readable oracle, against itself on changed networks, and against bad input."""

import math
from fractions import Fraction
from itertools import pairwise

import numpy as np
import pytest

import leadlight as ll
from degenerate_networks import KINDS, of_units, random_case
from exact_networks import exact_values, pieces_on_interval
from leadlight.errors import ModelError, ParameterError, ShapeError, TooLargeError
from leadlight.geometry import ball
from leadlight.geometry.reference import enumerate_cells

BOX = [(-2, 2), (-2, 2)]
EASY_KINDS = [kind for kind in KINDS if kind != "extreme scales"]


def shifted_case(seed, n_inputs, activation="relu"):
    rng = np.random.default_rng(seed)
    sizes = [n_inputs, *rng.integers(2, 6, rng.integers(1, 4)).tolist(), 2]
    return ll.Network.from_arrays(
        [rng.normal(size=(o, i)) for i, o in pairwise(sizes)],
        [rng.normal(size=o) / 2 for o in sizes[1:]],
        activation,
    )


def pattern_of(cx, cell):
    return tuple(tuple(layer.tolist()) for layer in cx.pattern(cell))


def partition(labels):
    """The set of classes of a labelling."""
    return {frozenset(np.flatnonzero(labels == label).tolist()) for label in set(labels.tolist())}


@pytest.mark.parametrize("kind", KINDS)
def test_cells_corners_areas_maps_and_linear_regions_are_those_of_the_oracle(kind):
    for seed in range(list(KINDS).index(kind) + 12_000, 12_060, len(KINDS)):
        net, box, _ = random_case(seed)
        cx, expected = ll.regions(net, box), enumerate_cells(net, box)
        assert len(cx) == len(expected), (seed, net)
        number = {pattern_of(cx, i): i for i in range(len(cx))}
        cells = [number[cell.pattern] for cell in expected.cells]
        assert len(set(cells)) == len(cx)
        assert partition(cx.linear_regions()) == {
            frozenset(cells[i] for i in region) for region in expected.linear_regions()
        }, (seed, net)
        assert cx.n_linear_regions == expected.count_linear_regions()
        for i, cell in zip(cells, expected.cells):
            ours = cx.polygon_exact(i)
            assert set(ours) == set(cell.polygon)
            assert cx.area_exact(i) == cell.area
            assert cx.areas[i] == pytest.approx(float(cell.area), rel=1e-6, abs=1e-11)
            matrix, offset = cell.affine
            assert cx.affine_map_exact(i) == ([list(row) for row in matrix], list(offset))
        assert sum(map(cx.area_exact, range(len(cx)))) == cx.domain.exact_volume
        neighbours = cx.adjacency()
        assert (neighbours != neighbours.T).nnz == 0
        assert neighbours.nnz == 2 * len(expected.adjacency())
        assert all(neighbours[cells[i], cells[j]] for i, j in expected.adjacency())


def test_the_second_anchor_has_81_cells_and_77_linear_regions():
    import torch

    torch.manual_seed(0)
    layers = [torch.nn.Linear(a, b) for a, b in pairwise((2, 5, 5, 5, 5, 1))]
    net = ll.Network.from_arrays(
        [layer.weight.detach().numpy() for layer in layers], [layer.bias.detach().numpy() for layer in layers]
    )
    cx = ll.regions(net, [(-10, 10), (-10, 10)])
    assert (len(cx), cx.n_linear_regions) == (81, 77)
    assert "81" in cx.summary()
    assert "77" in cx.summary()


def test_flat_pieces_that_touch_in_a_vertex_only_are_two_linear_regions():
    # relu(x) + relu(y) - relu(x + y) is 0 on the first and the third quadrant, and not between them.
    net = ll.Network.from_arrays([[[1, 0], [0, 1], [1, 1]], [[1, 1, -1]]], [[0] * 3, [0]])
    cx = ll.regions(net, BOX)
    assert (len(cx), cx.n_linear_regions) == (6, 6)
    flat = cx.locate([(1, 1), (-1, -1)])
    assert cx.affine_map_exact(int(flat[0])) == cx.affine_map_exact(int(flat[1]))
    assert len(set(cx.linear_regions()[flat].tolist())) == 2


@pytest.mark.parametrize("seed", range(12))
def test_maps_are_the_forward_pass_and_agree_across_edges(seed):
    net = shifted_case(seed, 2, ["relu", "leaky_relu(0.1)", "abs", "hardtanh"][seed % 4])
    cx = ll.regions(net, BOX)
    A, c = cx.affine_maps()
    inside = cx.areas > 1e-9
    at_centre = np.einsum("cod,cd->co", A, cx.centroids) + c
    np.testing.assert_allclose(at_centre[inside], net(cx.centroids[inside]), rtol=1e-8, atol=1e-10)
    between = cx.edges.interior
    for ends in cx.edges.vertices[between].T:
        points = cx.vertices[ends]
        left, right = (
            np.einsum("eod,ed->eo", A[side], points) + c[side] for side in cx.edges.cells[between].T
        )
        np.testing.assert_allclose(left, right, rtol=1e-8, atol=1e-9)
    assert len(cx.vertices) - len(cx.edges) + len(cx) == 1  # Euler
    assert cx.areas.sum() == pytest.approx(16.0, rel=1e-12)
    assert cx.layer_counts[0] == 1
    assert cx.layer_counts[-1] == len(cx)
    assert (np.diff(cx.layer_counts) >= 0).all()
    for depth in range(1, net.depth):  # refinement: the cells of the first layers alone
        shorter = ll.Network.from_arrays(
            [*net.weights[:depth], np.ones((1, net.widths[depth - 1]))],
            [*net.biases[:depth], [0.0]],
            net.activations[:depth],
        )
        coarse = ll.regions(shorter, BOX)
        assert len(coarse) == cx.layer_counts[depth]
        parents = coarse.locate(cx.centroids[inside])
        n_units = sum(net.widths[:depth])
        np.testing.assert_array_equal(coarse.patterns[parents], cx.patterns[inside][:, :n_units])


def with_units(net, layer, units, weights, biases):
    """A network of these parameters, one layer of which has these units of the one given."""
    activations = list(net.activations)
    activations[layer] = of_units(activations[layer], units)
    return ll.Network.from_arrays(weights, biases, activations)


@pytest.mark.parametrize("seed", range(0, 120, 5))
def test_symmetries_of_networks_leave_the_cells_as_they_are(seed):
    net, box, kind = random_case(seed)
    if kind == "extreme scales":
        net = shifted_case(seed, 2)  # a change of scale would leave the floats' range
    cx, rng = ll.regions(net, box), np.random.default_rng(seed)
    weights, biases = [w.copy() for w in net.weights], [b.copy() for b in net.biases]
    layer = int(rng.integers(net.depth))
    order = rng.permutation(net.widths[layer])
    permuted = [w.copy() for w in weights], [b.copy() for b in biases]
    permuted[0][layer], permuted[1][layer] = weights[layer][order], biases[layer][order]
    permuted[0][layer + 1] = weights[layer + 1][:, order]
    other = ll.regions(with_units(net, layer, order, *permuted), box)
    assert (len(other), other.n_linear_regions) == (len(cx), cx.n_linear_regions)
    np.testing.assert_allclose(np.sort(other.areas), np.sort(cx.areas), rtol=1e-9, atol=1e-12)

    if net.activations[layer].name in (
        "relu",
        "leaky_relu",
        "prelu",
        "abs",
        "identity",
    ):  # positively homogeneous
        factor = 2.0 ** rng.integers(-8, 9, net.widths[layer])
        scaled = [w.copy() for w in weights], [b.copy() for b in biases]
        scaled[0][layer] *= factor[:, None]
        scaled[1][layer] *= factor
        scaled[0][layer + 1] /= factor
        other = ll.regions(net.with_parameters(*scaled), box)
        np.testing.assert_array_equal(other.patterns, cx.patterns)
        np.testing.assert_array_equal(other.linear_regions(), cx.linear_regions())

    unit = int(rng.integers(net.widths[layer]))  # into two of half the outgoing weights
    split = [w.copy() for w in weights], [b.copy() for b in biases]
    split[0][layer] = np.vstack([weights[layer], weights[layer][unit]])
    split[1][layer] = np.append(biases[layer], biases[layer][unit])
    outgoing = weights[layer + 1]
    split[0][layer + 1] = np.column_stack([outgoing, outgoing[:, unit] / 2])
    split[0][layer + 1][:, unit] /= 2
    other = ll.regions(with_units(net, layer, [*range(net.widths[layer]), unit], *split), box)
    assert (len(other), other.n_linear_regions) == (len(cx), cx.n_linear_regions)


@pytest.mark.parametrize("seed", range(30))
def test_an_interval_is_cut_as_by_brute_force(seed):
    rng = np.random.default_rng(seed)
    net, _, _ = random_case(seed)
    weights = [net.weights[0] @ rng.integers(-2, 3, (2, 1)), *net.weights[1:]]
    net = net.with_parameters(weights, net.biases)
    cx, expected = ll.regions(net, (-1.5, 2)), pieces_on_interval(net, -1.5, 2)
    assert [pattern_of(cx, i) for i in range(len(cx))] == [pattern for _, _, pattern, *_ in expected]
    assert [tuple(p for (p,) in cx.polygon_exact(i)) for i in range(len(cx))] == [
        (p, q) for p, q, *_ in expected
    ]
    assert np.diff(cx.breakpoints).min(initial=0.0) >= 0.0
    np.testing.assert_allclose(cx.breakpoints, [float(p) for p, *_ in expected[1:]], rtol=1e-12, atol=1e-15)
    for i, (*_, slopes, offsets) in enumerate(expected):
        assert cx.affine_map_exact(i) == ([[s] for s in slopes], offsets)
    changes = sum(e[3:] != f[3:] for e, f in pairwise(expected))
    assert cx.n_linear_regions == 1 + changes
    assert cx.edges.cells[: len(cx) - 1].tolist() == [[i, i + 1] for i in range(len(cx) - 1)]
    middle = [float((p + q) / 2) for p, q, *_ in expected]
    for i, x in zip(cx.locate(np.c_[middle]).tolist(), middle):
        assert expected[i][0] <= Fraction(x) <= expected[i][1]


def test_steps_on_a_line_are_the_skeleton():
    net = ll.mlp(1, [7], 1, "step", seed=3)
    edges, values = ll.geometry.step_skeleton(net).pieces()
    seen = (edges > -4) & (edges < 4)
    cx = ll.regions(net, (-4, 4))
    np.testing.assert_allclose(cx.breakpoints, edges[seen], rtol=1e-14)
    first = int((edges <= -4).sum())
    np.testing.assert_allclose(cx.affine_maps()[1][:, 0], values[first : first + len(cx)], rtol=1e-12)
    assert len(cx) == 1 + seen.sum() > 2


@pytest.mark.parametrize("layers", [1, 2, 5, 10])
def test_sawtooth_networks_reach_two_to_the_depth(layers):
    # The tent map, composed: Telgarsky 2016.
    tent, again = [[2.0], [4.0]], [[2.0, -2.0], [4.0, -4.0]]
    net = ll.Network.from_arrays(
        [tent, *[again] * (layers - 1), [[1.0, -1.0]]], [[0.0, -2.0]] * layers + [[0.0]]
    )
    cx = ll.regions(net, (0, 1))
    assert cx.n_linear_regions == 2**layers
    assert cx.breakpoints[cx.linear_regions()[1:] != cx.linear_regions()[:-1]].tolist() == [
        i / 2**layers for i in range(1, 2**layers)
    ]


@pytest.mark.parametrize("seed", range(6))
def test_slices_are_the_networks_seen_through_them(seed):
    rng = np.random.default_rng(seed)
    net = shifted_case(seed, 5)
    plane = ll.slice_plane(*rng.integers(-3, 4, (3, 5)) / 2 + np.eye(3, 5) / 8)
    cx = ll.regions(net, BOX, slice=plane)
    assert cx.patterns.shape == (len(cx), net.n_units)
    inside = cx.areas > 1e-9
    rows = [
        act.pieces.index(z)
        for act, z in zip(net.activations, net.preactivations(plane.points(cx.centroids[inside])))
    ]
    np.testing.assert_array_equal(cx.patterns[inside], np.concatenate(rows, axis=1))
    # The same plane, as a first layer that has no rounding: points of eighths, weights taken as they are.
    origin, u, v = plane.through[0], *(plane.through[1:] - plane.through[0])
    direct = ll.Network(
        (np.column_stack([u, v]), *net.weights),
        (origin, *net.biases),
        ("identity", *net.activations),
        "identity",
    )
    other = ll.regions(direct, BOX)
    np.testing.assert_array_equal(other.patterns[:, 5:], cx.patterns)
    np.testing.assert_array_equal(other.linear_regions(), cx.linear_regions())
    assert cx.layer_counts[2:].tolist() == other.layer_counts[1:].tolist()
    assert set(cx.edges.layer.tolist()) <= {-1, *range(net.depth)}

    line = ll.slice_line(plane.through[0], plane.through[1])
    on_line = ll.regions(net, (-2, 2), slice=line)
    rows = [
        act.pieces.index(z)
        for act, z in zip(net.activations, net.preactivations(line.points(on_line.centroids)))
    ]
    np.testing.assert_array_equal(on_line.patterns, np.concatenate(rows, axis=1))
    assert [exact_values(net, line.points([[0.5]])[0])] == [exact_values(on_line._sliced, [Fraction(1, 2)])]


@pytest.mark.parametrize("n", [3, 7, 64])
def test_a_ball_has_the_cells_of_a_box_around_it_that_meet_it(n):
    net = shifted_case(n, 2)
    disc = ball((0.25, -0.5), 1.25, n)
    cx, whole = ll.regions(net, disc), ll.regions(net, BOX)
    assert cx.areas.sum() == pytest.approx(disc.volume, rel=1e-12)
    assert {pattern_of(cx, i) for i in range(len(cx))} <= {pattern_of(whole, i) for i in range(len(whole))}
    points = np.random.default_rng(0).uniform(-1, 1, (4000, 2)) * 1.25 + (0.25, -0.5)
    found = cx.locate(points)
    inside = np.hypot(*(points - (0.25, -0.5)).T) <= 1.25
    assert (found[inside] >= 0).all()
    np.testing.assert_array_equal(cx.patterns[found[inside]], whole.patterns[whole.locate(points[inside])])


@pytest.mark.parametrize("kind", EASY_KINDS[:4])
def test_the_number_of_threads_changes_nothing(kind):
    net, box, _ = random_case(list(KINDS).index(kind), max_units=40)
    one, *others = (ll.regions(net, box, threads=n) for n in (1, 2, 3))
    for other in others:
        for name in ("vertices", "cell_starts", "cell_vertices", "cell_edges", "packed_patterns"):
            np.testing.assert_array_equal(getattr(one, name), getattr(other, name))
        for name in ("cells", "vertices", "layer", "unit", "breakpoint"):
            np.testing.assert_array_equal(getattr(one.edges, name), getattr(other.edges, name))
        np.testing.assert_array_equal(one.linear_regions(), other.linear_regions())
        assert one.signs == other.signs


def test_without_certificates_a_generic_complex_is_the_same():
    net = ll.mlp(2, [12, 12], 1, seed=4)
    certified, plain = (ll.regions(net, BOX, certified=c) for c in (True, False))
    np.testing.assert_array_equal(certified.patterns, plain.patterns)
    np.testing.assert_array_equal(certified.edges.cells, plain.edges.cells)
    np.testing.assert_array_equal(certified.linear_regions(), plain.linear_regions())
    assert "not certified" in plain.summary()
    assert "not certified" in repr(plain)
    assert certified.extrema().maximum.value == pytest.approx(plain.extrema().maximum.value)


SMALL = {
    "no hidden layer": ll.Network.from_arrays([[[1.0, 2.0]]], [[3.0]]),
    "one cell": ll.Network.from_arrays([[[1.0, 0.0]], [[1.0]]], [[9.0], [0.0]]),
    "dead": ll.Network.from_arrays([[[1.0, 0.0]], [[1.0]]], [[-9.0], [0.5]]),
    "constant": ll.Network.from_arrays([np.zeros((3, 2)), np.ones((1, 3))], [[0.0, 1.0, -1.0], [0.0]]),
    "identity": ll.Network.from_arrays([np.eye(2), np.eye(2), np.ones((1, 2))], [[0] * 2, [1] * 2, [0]], "identity"),
}  # fmt: skip


@pytest.mark.parametrize("name", SMALL)
def test_a_single_cell_answers_everything(name):
    net = SMALL[name]
    cx = ll.regions(net, [(0, 1), (0, 2)])
    assert (len(cx), cx.n_linear_regions) == (1, 1)
    assert cx.areas.tolist() == [2.0]
    assert cx.centroids.tolist() == [[0.5, 1.0]]
    assert cx.perimeters.tolist() == [6.0]
    assert cx.locate([(0, 0), (1, 2), (0.5, 1), (1.5, 1)]).tolist() == [0, 0, 0, -1]
    assert cx.adjacency().nnz == 0
    assert cx.mean()[0] == pytest.approx(net([0.5, 1.0])[0])
    assert cx.extrema().maximum.value == max(net([(0, 0), (1, 0), (0, 2), (1, 2)])[:, 0])
    assert len(cx.level_set(1e3)) == 0
    assert cx.level_set(1e3).length == 0.0
    assert cx.patterns.shape == (1, net.n_units)
    assert len(cx.summary().splitlines()) == 7
    assert [len(p) for p in cx.polygons()] == [4]


def test_all_weights_at_the_ends_of_the_range_get_numbers_without_warnings():
    # Warnings are errors in these tests.
    for seed in range(list(KINDS).index("extreme scales"), 1200, 60):
        net, box, _ = random_case(seed)
        cx = ll.regions(net, box)
        assert cx.n_linear_regions <= len(cx)
        assert str(len(cx)) in cx.summary()
        assert cx.areas.sum() == pytest.approx(cx.domain.volume, rel=1e-9)
        assert np.isfinite(cx.centroids).all()
        assert (cx.domain.bounds[:, 0] <= cx.centroids).all()
        assert (cx.centroids <= cx.domain.bounds[:, 1]).all()
        cx.integral(), cx.moments(), cx.mean(), cx.affine_maps()
        assert cx.extrema().minimum.value <= cx.extrema().maximum.value
        assert all(cx.lipschitz(norm).constant >= 0.0 for norm in (1, 2, math.inf))


@pytest.mark.parametrize("reach", [1e-300, 1e-160, 1e160, 1e300, 1.7e308])
def test_domains_at_the_ends_of_the_range_get_numbers_without_warnings(reach):
    rng = np.random.default_rng(1)
    net = ll.Network.from_arrays([rng.normal(size=(6, 2)), np.ones((1, 6))], [np.zeros(6), [0.0]])
    cx = ll.regions(net, [(-reach, reach)] * 2)
    assert len(cx) == 12
    unit = ll.regions(net, [(-1, 1)] * 2)
    np.testing.assert_allclose(cx.centroids / reach, unit.centroids, rtol=1e-9, atol=1e-12)
    if reach < 1e308:  # else the mean is beyond the range, too
        np.testing.assert_allclose(cx.moments().mean / reach, unit.moments().mean, rtol=1e-9)
    assert cx.lipschitz().constant == pytest.approx(unit.lipschitz().constant)
    np.testing.assert_array_equal(cx.locate(cx.centroids), np.arange(12))
    if reach > 1:
        assert cx.areas.max() == np.inf
    cx.summary(), cx.integral(), cx.level_set(0.5), cx.extrema(), cx.perimeters


NET = ll.mlp(2, [4], 1, seed=0)
WIDE = ll.mlp(5, [4], 1, seed=0)


@pytest.mark.parametrize(
    ("net", "domain", "options", "error", "sentence"),
    [
        (NET, (0, 1), {}, ShapeError, r"2 inputs and the domain 1"),
        (ll.mlp(1, [4], 1), BOX, {}, ShapeError, r"1 inputs and the domain 2.*\(a, b\)"),
        (WIDE, BOX, {}, ShapeError, "5 inputs: give a slice"),
        (WIDE, BOX, {"slice": ll.slice_line([0] * 5, [1] * 5)}, ShapeError, "1 coordinates and the domain 2"),
        (WIDE, (0, 1), {"slice": ll.slice_line([0] * 3, [1] * 3)}, ShapeError, "3 coordinates.*5 inputs"),
        (WIDE, BOX, {"slice": "xy"}, ParameterError, "slice_line or ll.slice_plane"),
        (NET, [(1, 0), (0, 1)], {}, ParameterError, "lower end first"),
        (NET, [(0, 1), (0, 0)], {}, ParameterError, "lower end first"),
        (NET, [(0, math.inf), (0, 1)], {}, ParameterError, "finite"),
        (NET, [(0, 0), (2, 0), (0.5, 0.5), (0, 2)], {}, ParameterError, "not convex"),
        (ll.mlp(2, [4], 1, "tanh"), BOX, {}, ModelError, "'tanh', which is curved"),
        (lambda x: x, BOX, {}, ModelError, "takes a leadlight network"),
        (NET, BOX, {"threads": 0}, ParameterError, "threads must be"),
        (NET, BOX, {"threads": True}, ParameterError, "threads must be"),
        (NET, BOX, {"certified": "yes"}, ParameterError, "certified must be True or False"),
        (NET, BOX, {"max_cells": 0}, ParameterError, "max_cells must be"),
        (ll.mlp(2, [40], 1), [(-9, 9)] * 2, {"max_cells": 3}, TooLargeError, r"more than 3 cells.*stopped at \d"),
    ],
)  # fmt: skip
def test_bad_input_gets_one_sentence(net, domain, options, error, sentence):
    with pytest.raises(error, match=sentence) as caught:
        ll.regions(net, domain, **options)
    assert str(caught.value).endswith(".")


def test_progress_is_told_and_may_stop():
    class Stop(Exception):
        pass

    def stop(cells):
        raise Stop

    net = ll.mlp(2, [300, 300, 300], 1, init="he_normal", bias="normal(0.5)", seed=0)
    with pytest.raises(Stop):
        ll.regions(net, [(-3, 3)] * 2, progress=stop)


@pytest.mark.parametrize("threads", [1, 3])
def test_maps_and_tree_found_later_are_those_of_the_same_cells(threads):
    net = ll.mlp(2, [24, 24], 2, seed=5)
    cx = ll.regions(net, [(-3, 3), (-3, 3)], threads=threads)
    inside = cx.centroids
    A, c = cx.affine_maps()
    np.testing.assert_allclose(np.einsum("coi,ci->co", A, inside) + c, net(inside), atol=1e-12)
    large = np.flatnonzero(cx.areas > 1e-8)
    assert (cx.locate(inside[large]) == large).all()
    assert cx.affine_maps()[0].base is A.base  # kept
