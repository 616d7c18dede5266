"""`regions` on an interval, on slices and within balls, against the oracle's pieces and the plane."""

from fractions import Fraction
from itertools import pairwise

import numpy as np
import pytest

import leadlight as ll
from degenerate_networks import dense_case, random_case
from exact_networks import exact_values, pieces_on_interval
from leadlight.errors import ModelError
from leadlight.geometry import ball

BOX = [(-2, 2), (-2, 2)]


def pattern_of(cx, cell):
    return tuple(tuple(layer.tolist()) for layer in cx.pattern(cell))


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


@pytest.mark.parametrize("certified", [True, False])
def test_cells_thinner_than_the_rounding_of_their_ends_have_length_0_and_are_in_order(certified):
    """Units of the third layer that are multiples of one another up to rounding."""
    shortest = 1.0
    for seed in range(20):
        rng = np.random.default_rng(seed)
        copies = np.repeat(rng.normal(size=(2, 3)), 3, axis=0) * rng.normal(size=(6, 1))
        weights = [rng.normal(size=(4, 1)), rng.normal(size=(3, 4)), copies, np.ones((1, 6))]
        biases = [rng.normal(size=4), rng.normal(size=3), np.zeros(6), [0.0]]
        net = ll.Network.from_arrays(weights, biases, "leaky_relu(0.5)")
        cx = ll.regions(net, (-3, 3), certified=certified)
        assert (cx.areas >= 0.0).all()
        assert (np.diff(cx.breakpoints) >= 0.0).all()
        assert cx.areas.sum() == pytest.approx(6.0, rel=1e-15)
        shortest = min(shortest, cx.areas.min())
        assert certified or not cx.vertex_errors.any()
        for vertex, error in enumerate(cx.vertex_errors.tolist() if certified else ()):
            ours, exact = Fraction(float(cx.vertices[vertex, 0])), cx.vertex_exact(vertex)[0]
            assert abs(ours - exact) <= Fraction(error)
    assert shortest == 0.0


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
    net = dense_case(seed, 5)
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
    net = dense_case(n, 2)
    disc = ball((0.25, -0.5), 1.25, n)
    cx, whole = ll.regions(net, disc), ll.regions(net, BOX)
    assert cx.areas.sum() == pytest.approx(disc.volume, rel=1e-12)
    assert {pattern_of(cx, i) for i in range(len(cx))} <= {pattern_of(whole, i) for i in range(len(whole))}
    points = np.random.default_rng(0).uniform(-1, 1, (4000, 2)) * 1.25 + (0.25, -0.5)
    found = cx.locate(points)
    inside = np.hypot(*(points - (0.25, -0.5)).T) <= 1.25
    assert (found[inside] >= 0).all()
    np.testing.assert_array_equal(cx.patterns[found[inside]], whole.patterns[whole.locate(points[inside])])


@pytest.mark.parametrize("depth", [2, 3, 5])
def test_the_layers_of_a_slice_do_not_make_a_network_deep(depth):
    """On the plane itself a slice costs the same decisions."""
    net = ll.mlp(2, [32] * depth, 1, bias="normal(0.5)", seed=depth)
    plane = ll.slice_plane((0, 0), (1, 0), (0, 1))
    for find in (ll.regions, ll.count_regions):
        assert find(net, BOX, slice=plane).signs == find(net, BOX).signs


def test_a_curved_layer_on_a_slice_has_the_number_it_has_in_the_network():
    net = ll.mlp(3, [2, 2], 1, activation=["relu", "tanh"])
    for find in (ll.regions, ll.count_regions, ll.iter_regions):
        with pytest.raises(ModelError, match="Hidden layer 2 has the activation 'tanh'"):
            find(net, (0, 1), slice=ll.slice_line([0, 0, 0], [1, 2, 3]))
