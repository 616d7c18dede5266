"""The exact cells: counts known by hand, the anchors, and properties of any polyhedral complex."""

from fractions import Fraction
from itertools import pairwise, product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from leadlight import Activation, Network
from leadlight.errors import ModelError, ParameterError
from leadlight.geometry import max_regions
from leadlight.geometry.reference import enumerate_cells

BOX = [(-1, 1), (-1, 1)]


def one_layer(lines, activation="relu", outputs=None):
    lines = np.asarray(lines, dtype=float)
    outputs = np.arange(1, len(lines) + 1)[None] if outputs is None else outputs
    return Network.from_arrays([lines[:, :2], outputs], [lines[:, 2], np.zeros(len(outputs))], activation)


def torch_network(*sizes):
    import torch

    torch.manual_seed(0)
    layers = [torch.nn.Linear(a, b) for a, b in pairwise(sizes)]
    return Network.from_arrays(
        [layer.weight.detach().numpy() for layer in layers], [layer.bias.detach().numpy() for layer in layers]
    )


@pytest.mark.parametrize(
    ("sizes", "half_width", "cells", "regions"), [((2, 20, 1), 5, 185, 185), ((2, 5, 5, 5, 5, 1), 10, 81, 77)]
)
def test_anchors(sizes, half_width, cells, regions):
    cx = enumerate_cells(torch_network(*sizes), [(-half_width, half_width)] * 2)
    assert (len(cx), cx.count_linear_regions()) == (cells, regions)
    assert sum(cx.areas) == 4 * half_width**2
    assert len(set(cx.patterns)) == cells  # here no pattern occurs twice


@pytest.mark.long
def test_a_large_anchor():
    """2-64-64-1, weights N(0, 2/fan_in), biases N(0, 1/4): 6,492 cells, proven in integers elsewhere too."""
    import torch

    torch.manual_seed(0)
    weights, biases = [], []
    for n_in, n_out in pairwise((2, 64, 64, 1)):
        weights.append((torch.randn(n_out, n_in) * (2 / n_in) ** 0.5).numpy())
        biases.append((torch.randn(n_out) * 0.5).numpy())
    cx = enumerate_cells(Network.from_arrays(weights, biases), [(-3, 3), (-3, 3)])
    assert len(cx) == cx.count_linear_regions() == 6492
    assert sum(cx.areas) == 36


@pytest.mark.parametrize(
    ("lines", "domain", "cells"),
    [
        ([[1, 0, 0], [0, 1, 0], [1, 1, 0], [1, -1, 0]], BOX, 8),  # zero biases: 2n cones
        (
            [[1, 0, 0], [0, 1, 0], [1, 1, 0], [1, -1, 0]],
            [(0, 1), (0, 1)],
            2,
        ),  # their apex in a corner of the box
        ([[1, 0, 0], [1, 2, 0], [1, -1, 0]], [(0, 1), (-1, 1)], 3),  # their apex on an edge of the box
        ([[1, 1, 0], [1, 1, 0], [2, 2, 0], [-1, -1, 0]], BOX, 2),  # duplicated, scaled and negated units
        ([[1, 0, -1], [1, 0, -2], [0, 1, -1], [0, 1, -2]], [(0, 3), (0, 3)], 9),  # an integer grid
        (
            [[1, 0, 0], [1, 0, -1], [1, 0, -3], [0, 1, -3]],
            [(0, 3), (0, 3)],
            2,
        ),  # lines on the border cut nothing
        ([[1, 1, -2], [1, -1, 2]], BOX, 1),  # lines that touch a corner only
        ([[1, -1, 0], [1, 1, 0]], BOX, 4),  # both diagonals of the box
        ([[1, 0, 0], [0, 1, 0], [1, 1, 0], [1, 0, -0.5]], BOX, 9),  # three lines through a point and one more
        ([[0, 0, 1], [0, 0, -1], [0, 0, 0]], BOX, 1),  # constant units
        ([[1, 0, 0], [0, 1, 0], [-1, -1, 0.5]], BOX, 7),  # general position
    ],
)
def test_degenerate_counts_known_by_hand(lines, domain, cells):
    assert len(enumerate_cells(one_layer(lines), domain)) == cells


def test_a_float_that_is_not_a_tenth_misses_the_vertex():
    # 0.1 + 0.2 - 0.3 is not 0 among floats' exact values: a tiny triangle is a true cell
    lines = [[1, 0, -0.1], [0, 1, -0.2], [1, 1, -0.3]]
    cx = enumerate_cells(one_layer(lines), BOX)
    assert len(cx) == 7
    assert 0 < min(cx.areas) < Fraction(1, 10**30)
    assert len(enumerate_cells(one_layer([[1, 0, -0.25], [0, 1, -0.5], [1, 1, -0.75]]), BOX)) == 6


def test_a_unit_identically_zero_on_a_cell_does_not_cut_it():
    W1 = np.array([[1.0, -1.0], [1.0, -2.0]])  # of two equal units: their difference is 0, the other is not
    net = Network.from_arrays([[[1, 0], [1, 0]], W1, [[1.0, 1.0]]], [[0, 0], [0, 0.5], [0]])
    cx = enumerate_cells(net, BOX)
    assert len(cx) == 3  # x < 0, 0 < x < 1/2, x > 1/2
    assert all(pattern[1][0] == 0 for pattern in cx.patterns)
    assert cx.count_linear_regions() == 3


def test_a_dead_layer_keeps_cells_and_leaves_one_linear_region():
    net = Network.from_arrays([np.eye(2), np.eye(2), [[1.0, 1.0]]], [[0, 0], [-100, -100], [0]])
    cx = enumerate_cells(net, BOX)
    assert (len(cx), cx.count_linear_regions()) == (4, 1)
    assert cx.linear_regions() == [[0, 1, 2, 3]]


@pytest.mark.parametrize(
    ("activation", "cells", "regions"),
    [("relu", 4, 4), ("leaky_relu(0.1)", 4, 4), ("leaky_relu(1.0)", 4, 1), ("abs", 4, 4), ("identity", 1, 1),
     ("step", 4, 4), ("hardtanh", 9, 9)],
)  # fmt: skip
def test_activations_on_a_grid(activation, cells, regions):
    cx = enumerate_cells(one_layer(np.eye(3)[:2], activation), [(-2, 2), (-2, 2)])
    assert (len(cx), cx.count_linear_regions()) == (cells, regions)


def test_cells_join_into_linear_regions():
    # relu(relu(x) - relu(y)) + relu(y) = max(0, x, y): five cells, three affine maps
    net = Network.from_arrays([np.eye(2), [[1.0, -1.0], [0.0, 1.0]], [[1.0, 1.0]]], [[0, 0], [0, 0], [0]])
    cx = enumerate_cells(net, BOX)
    assert (len(cx), cx.count_linear_regions()) == (5, 3)


def test_a_linear_region_need_not_be_convex():
    # relu(1 - |x| - |y|): a pyramid of four faces, and the flat ground around it, which is one region
    net = Network.from_arrays([np.eye(2), [[-1.0, -1.0]], [[1.0]]], [[0, 0], [1.0], [0]], ["abs", "relu"])
    cx = enumerate_cells(net, [(-2, 2), (-2, 2)])
    assert (len(cx), cx.count_linear_regions()) == (8, 5)
    assert sorted(len(region) for region in cx.linear_regions()) == [1, 1, 1, 1, 4]


def test_leaky_slope_is_the_float_given():
    cell = enumerate_cells(one_layer([[1, 0, 0]], "leaky_relu(0.1)"), [(-2, -1), (0, 1)]).cells[0]
    assert cell.affine == (((Fraction(0.1), 0),), (0,))


def test_network_without_hidden_layers_is_one_cell():
    cx = enumerate_cells(Network.from_arrays([[[1.0, 2.0]]], [[3.0]]), BOX)
    assert len(cx) == cx.count_linear_regions() == 1
    assert cx.cells[0].affine == (((1, 2),), (3,))


def test_extreme_floats_are_exact_numbers_too():
    tiny = 5e-324
    assert len(enumerate_cells(one_layer([[tiny, 0, 0], [0, 1e300, tiny]]), BOX)) == 4


def test_bad_input_is_one_sentence():
    with pytest.raises(ModelError, match="3 inputs"):
        enumerate_cells(Network.from_arrays([np.ones((1, 3))], [[0.0]]), BOX)
    with pytest.raises(ModelError, match=r"tanh.*not piecewise linear"):
        enumerate_cells(one_layer([[1, 0, 0]], "tanh"), BOX)
    with pytest.raises(ParameterError, match="domain"):
        enumerate_cells(one_layer([[1, 0, 0]]), [(1, -1), (0, 1)])


integers = st.integers(-3, 3)


@st.composite
def networks(draw, activations=("relu", "leaky_relu(0.5)", "abs", "hardtanh", "prelu")):
    """Small networks of small integers: degenerate ones are common. A prelu has a slope for each unit."""
    sizes = [2, *draw(st.lists(st.integers(1, 4), min_size=1, max_size=3)), draw(st.integers(1, 2))]
    weights = [
        np.array(draw(st.lists(integers, min_size=a * b, max_size=a * b)), dtype=float).reshape(b, a)
        for a, b in pairwise(sizes)
    ]
    biases = [np.array(draw(st.lists(integers, min_size=b, max_size=b)), dtype=float) for b in sizes[1:]]
    spec = draw(st.sampled_from(activations))
    if spec != "prelu":
        return Network.from_arrays(weights, biases, spec)
    slopes = [draw(st.lists(integers, min_size=width, max_size=width)) for width in sizes[1:-1]]
    return Network.from_arrays(weights, biases, [Activation("prelu", np.array(s) / 2) for s in slopes])


@settings(max_examples=60, deadline=None)
@given(networks())
def test_complex_properties(net):
    cx = enumerate_cells(net, [(-2, 3), (-1.5, 1.5)])
    # the cells tile the box
    assert sum(cx.areas) == 15
    assert all(cell.area > 0 for cell in cx.cells)
    # Euler: V - E + F = 1; an edge is a facet, or a cell's edge on the border of the box
    vertices = {corner for cell in cx.cells for corner in cell.corners}
    border = sum(_on_one_side(p, q) for cell in cx.cells for p, q in _edges(cell.polygon))
    assert len(vertices) - (len(cx.facets) + border) + len(cx) == 1
    # the output is continuous across every facet, exactly
    for facet in cx.facets:
        for point in facet.segment:
            assert len({_value(cx.cells[i], point) for i in facet.cells}) == 1
    # a linear region has one affine map; neighbouring regions have different ones
    region_of = {i: k for k, region in enumerate(cx.linear_regions()) for i in region}
    for i, j in cx.adjacency():
        assert (region_of[i] == region_of[j]) == (cx.cells[i].affine == cx.cells[j].affine)
    assert cx.count_linear_regions() <= len(cx) <= int(max_regions(net.widths, 2, list(net.activations)))


def _edges(polygon):
    return zip(polygon, polygon[1:] + polygon[:1])


def _on_one_side(p, q):
    return any(
        p[k] == q[k] and p[k] in ends for k, ends in enumerate([(-2, 3), (Fraction(-3, 2), Fraction(3, 2))])
    )


def _value(cell, point):
    matrix, offset = cell.affine
    return tuple(a * point[0] + b * point[1] + c for (a, b), c in zip(matrix, offset))


@settings(max_examples=40, deadline=None)
@given(networks(), st.integers(0, 2**32 - 1))
def test_forward_pass_agrees(net, seed):
    """Inside each cell the affine map is the network's; points drawn at random fall into known patterns."""
    cx = enumerate_cells(net, [(-2, 2), (-2, 2)])
    points = np.array([[float(v) for v in cell.interior_point] for cell in cx.cells])
    matrices = np.array([[[float(v) for v in row] for row in cell.affine[0]] for cell in cx.cells])
    offsets = np.array([[float(v) for v in cell.affine[1]] for cell in cx.cells])
    values = np.einsum("noi,ni->no", matrices, points) + offsets
    np.testing.assert_allclose(net(points), values, rtol=1e-9, atol=1e-9)
    clear = _clear(net, points)
    np.testing.assert_allclose(net.jacobian(points)[clear], matrices[clear], rtol=1e-9, atol=1e-9)
    sample = np.random.default_rng(seed).uniform(-2, 2, (2000, 2))
    sample = sample[_clear(net, sample)]
    seen = np.unique(np.concatenate(_pieces(net, sample), axis=1), axis=0)
    assert {tuple(row) for row in seen.tolist()} <= {sum(pattern, ()) for pattern in cx.patterns}


def _pieces(net, points):
    return [_table(a).index(z) for a, z in zip(net.activations, net.preactivations(points))]


def _table(act):
    return act.of_unit(0).pieces  # all units of a layer have the same breakpoints


def _clear(net, points):
    """Points at which no preactivation is so near a breakpoint that rounding could decide its piece."""
    clear = np.ones(len(points), dtype=bool)
    for a, z in zip(net.activations, net.preactivations(points)):
        distance = np.abs(z[..., None] - _table(a).breakpoints).min(axis=(1, 2))
        clear &= distance > 1e-9
    return clear


@settings(max_examples=12, deadline=None)
@given(networks(activations=("relu", "leaky_relu(0.5)", "abs", "prelu")).filter(lambda net: net.n_units <= 6))
def test_cells_are_exactly_the_patterns_that_a_linear_programme_finds(net):
    cx = enumerate_cells(net, [(-2, 2), (-2, 2)])
    found = {p for p in _all_patterns(net.widths) if _has_interior(net, p)}
    assert set(cx.patterns) == found
    assert len(cx.patterns) == len(found)


def _all_patterns(widths):
    layers = [list(product((0, 1), repeat=n)) for n in widths]
    return list(product(*layers))


def _has_interior(net, pattern):
    """Maximise the margin t by which a point in the box satisfies every unit's inequality."""
    matrix, offset = np.eye(2), np.zeros(2)
    rows, bounds = [], []
    for k, on in enumerate(pattern):
        slopes = [net.activations[k].of_unit(unit).pieces.slopes[piece] for unit, piece in enumerate(on)]
        matrix, offset = net.weights[k] @ matrix, net.weights[k] @ offset + net.biases[k]
        for w, b, piece in zip(matrix, offset, on):
            norm = np.hypot(*w)
            if norm == 0:  # halves of small integers: exact
                if (b > 0) != bool(piece):
                    return False
                continue
            sign = 1 if piece else -1
            rows.append([*(-sign * w / norm), 1.0])
            bounds.append(sign * b / norm)
        matrix, offset = (
            np.array(slopes)[:, None] * matrix,
            slopes * offset,
        )  # through the origin: no intercepts
    if not rows:
        return True
    result = linprog([0, 0, -1], A_ub=rows, b_ub=bounds, bounds=[(-2, 2), (-2, 2), (None, 1)])
    return result.status == 0 and -result.fun > 1e-7
