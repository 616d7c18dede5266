"""Level sets and decision boundaries against chords of the oracle's cells, samples and closed forms."""

from dataclasses import replace
from fractions import Fraction
from itertools import pairwise
from math import hypot

import numpy as np
import pytest

import leadlight as ll
from degenerate_networks import random_case
from exact_networks import pieces_on_interval
from leadlight.errors import ParameterError
from leadlight.geometry.boundaries import level_sets
from leadlight.geometry.reference import enumerate_cells

BOX = [(-2, 2), (-2, 2)]


def chord_length(cell, value, output):
    """How far the line on which an output's map takes a value runs inside a cell of the oracle."""
    matrix, offset = cell.affine
    (a, b), c = matrix[output], offset[output] - Fraction(value)
    heights = [a * x + b * y + c for x, y in cell.polygon]
    ends = set()
    for (p, h), (q, k) in pairwise([*zip(cell.polygon, heights), (cell.polygon[0], heights[0])]):
        if h == 0:
            ends.add(p)
        elif (h < 0) != (k < 0) and k != 0:
            t = h / (h - k)
            ends.add((p[0] + t * (q[0] - p[0]), p[1] + t * (q[1] - p[1])))
    if len(ends) < 2 or not min(heights) < 0 < max(heights):
        return 0.0
    (p, q) = ends
    return hypot(float(p[0] - q[0]), float(p[1] - q[1]))


@pytest.mark.parametrize("seed", range(10))
@pytest.mark.parametrize("activation", ["relu", "hardtanh"])
def test_level_sets_are_the_chords_of_the_cells(seed, activation):
    rng = np.random.default_rng(seed)
    net = ll.Network.from_arrays(
        [rng.normal(size=(5, 2)), rng.normal(size=(4, 5)), rng.normal(size=(2, 4))],
        [rng.normal(size=5), rng.normal(size=4), rng.normal(size=2)],
        activation,
    )
    sampled = net(rng.uniform(-2, 2, (500, 2)))[:, 1]
    value = float(sampled.min() + sampled.max()) / 2  # a level that is there, and no plateau's
    found = ll.regions(net, BOX).level_set(value, output=1)
    expected = sum(chord_length(cell, value, 1) for cell in enumerate_cells(net, BOX).cells)
    assert found.length == pytest.approx(expected, rel=1e-9)
    assert expected > 0.0
    for line in found.polylines:
        np.testing.assert_allclose(net(line)[:, 1], value, atol=1e-9)
        np.testing.assert_allclose(net((line[1:] + line[:-1]) / 2)[:, 1], value, atol=1e-9)
    on_border = np.abs(np.concatenate([line[[0, -1]] for line in found.polylines])).max(axis=1) == 2.0
    assert (on_border | np.repeat(found.is_closed, 2)).all()  # a generic level ends on the border only
    step = 1e-6  # the larger label on the left
    for line, (left, right) in zip(found.polylines, found.labels.tolist()):
        assert (left, right) == (1, -1)
        p, q = max(pairwise(line), key=lambda ends: hypot(*(ends[1] - ends[0])))
        across = step * np.array([p[1] - q[1], q[0] - p[0]]) / hypot(*(q - p))
        assert net((p + q) / 2 + across)[1] > value > net((p + q) / 2 - across)[1]


def test_the_l1_circle_is_one_closed_polyline():
    net = ll.Network.from_arrays([np.eye(2), [[1.0, 1.0]]], [[0, 0], [0]], "abs")
    circle = ll.regions(net, BOX).level_set(1.5)
    assert len(circle) == 1
    assert circle.is_closed.tolist() == [True]
    assert repr(circle) == "LevelSet(1 polyline, length 8.48528)"
    assert {tuple(p) for p in circle.polylines[0].tolist()} == {(1.5, 0), (0, 1.5), (-1.5, 0), (0, -1.5)}
    assert len(ll.regions(net, BOX).level_set(-1.0)) == 0
    assert len(ll.regions(net, BOX).level_set(0.0)) == 0  # touched in a point


def test_a_plateau_is_bordered():
    net = ll.Network.from_arrays([[[1.0, 0.0], [-1.0, 0.0]], [[1.0, 1.0]]], [[-1.0, -1.0], [0.0]])
    found = ll.regions(net, BOX).level_set(0.0)  # 0 where |x| <= 1
    assert (len(found), found.length) == (2, 8.0)
    assert {tuple(sorted(pair)) for pair in found.labels.tolist()} == {(0, 1)}


@pytest.mark.parametrize(("value", "length"), [(0.5, 2 + 3), (-0.5, 0), (1.5, 2 + 1)])
def test_jumps_over_the_value_are_part_of_a_level_set(value, length):
    # step(x) + step(y - 1) in one layer: 0, 1 and 2
    net = ll.Network.from_arrays([np.eye(2), [[1.0, 1.0]]], [[0.0, -1.0], [0.0]], "step")
    assert ll.regions(net, BOX).level_set(value).length == pytest.approx(length)


@pytest.mark.parametrize("seed", range(12))
def test_levels_on_an_interval_are_the_roots_of_the_pieces(seed):
    net, _, _ = random_case(12 * seed)  # generic
    net = net.with_parameters([net.weights[0][:, :1], *net.weights[1:]], net.biases)
    expected = []
    pieces = pieces_on_interval(net, -2, 2)
    signs = []
    for p, q, _, slopes, offsets in pieces:
        low, high = (slopes[0] * x + offsets[0] for x in (p, q))
        if low * high < 0:
            expected.append(float(-offsets[0] / slopes[0]))
        signs.append((low + high > 0) - (low + high < 0))
    for (_, q, _, slopes, offsets), (_, _, _, later, shift) in pairwise(pieces):
        left, right = slopes[0] * q + offsets[0], later[0] * q + shift[0]
        if left * right < 0:
            expected.append(float(q))
    found = ll.regions(net, (-2, 2)).level_set(0.0)
    if all(signs):  # no piece is 0 throughout
        np.testing.assert_allclose([line[0, 0] for line in found.polylines], sorted(expected), rtol=1e-9)
        assert found.length == len(expected)


@pytest.mark.parametrize("n_outputs", [1, 2, 3, 5])
def test_the_decision_is_that_of_the_network(n_outputs):
    net = ll.mlp(2, [8, 8], n_outputs, init="he_normal", bias="normal(0.5)", seed=n_outputs)
    cx = ll.regions(net, BOX)
    parts = cx.decision_partition()
    points = np.random.default_rng(0).uniform(-2, 2, (20_000, 2))
    outputs = net(points)
    decided = (outputs[:, 0] > 0).astype(int) if n_outputs == 1 else outputs.argmax(axis=1)
    np.testing.assert_array_equal(parts.classes[parts.complex.locate(points)], decided)
    share = np.bincount(decided, minlength=max(2, n_outputs)) / len(points)
    exact = parts.class_areas(max(2, n_outputs)) / 16
    assert exact.sum() == pytest.approx(1.0)
    assert (np.abs(share - exact) <= 5 * np.sqrt(exact * np.abs(1 - exact) / len(points)) + 1e-12).all()
    assert cx.decision_boundary().length == pytest.approx(parts.boundary.length)
    for line in parts.boundary.polylines:
        ranked = np.sort(net(line), axis=1)
        gap = np.abs(ranked[:, -1]) if n_outputs == 1 else ranked[:, -1] - ranked[:, -2]
        assert gap.max() < 1e-9


def test_equal_outputs_go_to_the_first():
    net = ll.Network.from_arrays([[[1.0, 0.0], [1.0, 0.0], [0.0, 1.0]]], [[0.0] * 3])
    parts = ll.regions(net, BOX).decision_partition()
    assert set(parts.classes.tolist()) == {0, 2}
    assert len(parts.boundary) == 1
    assert parts.boundary.length == pytest.approx(4 * 2**0.5)


@pytest.mark.parametrize(
    ("value", "output", "sentence"),
    [(0, 1, "no output 1"), (0, -1, "no output"), (0, True, "no output"), (np.nan, 0, "finite"), ("a", 0, "number"),
     (10**400, 0, "float64")],
)  # fmt: skip
def test_bad_levels_get_one_sentence(value, output, sentence):
    with pytest.raises(ParameterError, match=sentence):
        ll.regions(ll.mlp(2, [3], 1), BOX).level_set(value, output)


@pytest.mark.parametrize("activation", ["relu", "step"])
def test_cells_of_one_more_layer_know_the_cell_they_lie_in(activation):
    cx = ll.regions(ll.mlp(2, [9, 9], 4, activation=activation, bias="normal(0.5)", seed=2), BOX)
    cut = cx.decision_partition().complex
    parents = level_sets._parents(cx, cut)
    np.testing.assert_array_equal(parents, cx.locate(cut.centroids))
    turned = replace(cx, packed_patterns=cx.packed_patterns[::-1])  # in an order of its own
    np.testing.assert_array_equal(level_sets._parents(turned, cut), len(cx) - 1 - parents)
