"""Weights of 1e-20 to 1e20, layers that cancel, denormals: what is asked of a complex, against the oracle's Fractions.

Sums of floats say nothing of what is left where terms of 1e20 cancel; what is left may be 1.
"""

from fractions import Fraction

import numpy as np
import pytest

import leadlight as ll
from exact_networks import exact_values
from leadlight.geometry.exact.cell_forms import rounded
from leadlight.geometry.reference import enumerate_cells

SEEDS = range(40)
BOX = [(-1, 1), (-1, 1)]


def steep_case(seed):
    """Pairs of units that nearly cancel, in layers scaled by up to 1e20 either way; the oracle's cells beside it."""
    rng = np.random.default_rng(seed)
    widths, weights, biases, n_in = rng.integers(1, 4, rng.integers(1, 4)).tolist(), [], [], 2
    for width in widths:  # that many pairs
        size = float(rng.choice([1e20, 1e10, 1.0, 1e-10, 1e-20, 2.0**-1040]))
        W, b = rng.normal(size=(width, n_in)) * size, rng.normal(size=width) * size / 2
        weights.append(np.repeat(W, 2, axis=0))
        biases.append(np.repeat(b, 2))
        offset = float(rng.choice([1.0, 1e-20, size / 4]))
        biases[-1][1::2] -= offset
        n_in = 2 * width
    for k, W in enumerate(weights[1:], 1):
        W[:, 1::2] = -W[:, ::2] * (1 if rng.random() < 0.7 else 1 + 2.0**-50)
        weights[k] = W
    n_outputs = int(rng.integers(1, 3))
    last = rng.normal(size=(n_outputs, n_in))
    last[:, 1::2] = -last[:, ::2]
    kind = ("relu", "relu", "leaky_relu(0.1)", "abs", "hardtanh")[seed % 5]
    net = ll.Network.from_arrays([*weights, last], [*biases, rng.normal(size=n_outputs)], kind)
    return net, ll.regions(net, BOX), enumerate_cells(net, BOX).cells


def is_close(value, exact, size):
    """To 2^-23 of a size and a 15th of itself, as far as float64 goes."""
    if not np.isfinite(value):
        return value == rounded(exact)
    least = Fraction(2) ** -1075
    return abs(Fraction(value) - exact) <= min(max(size / 2**23, least), max(abs(exact) / 15, least))


def jacobian(cell):
    return cell.affine[0]


@pytest.fixture(scope="module", params=SEEDS)
def case(request):
    return steep_case(request.param)


def check_maps(cells, A, c):
    reach = Fraction(float(np.abs(cells.domain.corners).max()))
    for cell in range(len(cells)):
        exact_A, exact_c = cells.affine_map_exact(cell)
        for output, (row, constant) in enumerate(zip(exact_A, exact_c)):
            slope = max(map(abs, row))
            assert all(map(is_close, A[cell, output].tolist(), row, [slope] * len(row))), cell
            assert is_close(c[cell, output].item(), constant, abs(constant) + slope * reach), cell


def test_the_case_is_one_that_sums_of_floats_get_wrong():
    """Or else the other tests say nothing: the maps as sums of floats, beside the exact ones."""
    wrong = 0
    for seed in SEEDS:
        net, cx, _ = steep_case(seed)
        if net.activations[0].spec != "relu":
            continue
        for cell in range(len(cx)):
            A, c, exact = np.eye(2), np.zeros(2), cx.affine_map_exact(cell)
            for W, b, pattern in zip(net.weights, net.biases, [*cx.pattern(cell), 1]):
                with np.errstate(over="ignore", invalid="ignore", under="ignore"):
                    A = np.reshape(pattern, (-1, 1)) * (W @ A)
                    c = np.reshape(pattern, -1) * (W @ c + b)
            for value, expected in ((c[0].item(), exact[1][0]), (A[0, 0].item(), exact[0][0][0])):
                wrong += not is_close(value, expected, abs(expected))
    assert wrong > 40


def test_affine_maps_are_right_to_seven_digits_of_their_size(case):
    net, cx, cells = case
    assert len(cx) == len(cells)
    check_maps(cx, *cx.affine_maps())
    A_errors, c_errors = cx.affine_map_errors()
    assert np.isfinite(A_errors).all()
    assert np.isfinite(c_errors).all()
    for batch in ll.iter_regions(net, BOX, batch=3):
        check_maps(batch, *batch.affine_maps())


def test_affine_maps_are_so_on_lines_and_planes_through_more_inputs(case):
    net, _, _ = case
    for cut in (ll.slice_line([-0.9, 0.3], [0.8, -0.7]), ll.slice_plane([-1, -1], [1, -0.9], [-0.8, 1])):
        cx = ll.regions(net, (0, 1) if cut.dim == 1 else [(0, 1), (0, 1)], slice=cut)
        check_maps(cx, *cx.affine_maps())


def test_lipschitz_constants_are_within_their_errors(case):
    _, cx, cells = case
    exact = {
        1: max(max(sum(map(abs, column)) for column in zip(*jacobian(cell))) for cell in cells),
        np.inf: max(max(sum(map(abs, row)) for row in jacobian(cell)) for cell in cells),
    }
    for norm, expected in exact.items():
        found = cx.lipschitz(norm)
        assert abs(Fraction(found.constant) - expected) <= Fraction(found.error)
        assert found.error <= 1e-6 * found.constant + 2.0**-1060
    found = cx.lipschitz(2)
    if cx.network.n_outputs == 1:
        square = max(a * a + b * b for ((a, b),) in map(jacobian, cells))
        low, high = max(found.constant - found.error, 0.0), found.constant + found.error
        assert Fraction(low) ** 2 <= square <= Fraction(high) ** 2
    assert found.error <= 1e-6 * found.constant + 2.0**-1060


def test_statistics_of_gradients_are_those_of_the_exact_maps(case):
    _, cx, cells = case
    found = cx.statistics()
    assert found.n_gradients == len(set(map(jacobian, cells)))
    streamed = ll.iter_regions(cx.network, BOX).statistics().gradients
    assert (streamed.minimum, streamed.maximum) == (found.gradients.minimum, found.gradients.maximum)
    if cx.network.n_outputs == 1:
        squares = sorted(a * a + b * b for ((a, b),) in map(jacobian, cells))
        for norm, square in zip(found.gradients.values.tolist(), squares):
            assert abs(Fraction(norm) ** 2 - square) <= square / 2**20 + Fraction(2) ** -2000


def test_extrema_are_the_exact_values_at_corners(case):
    _, cx, cells = case
    for output in range(cx.network.n_outputs):
        values = []
        for cell in cells:
            matrix, offset = cell.affine
            a, b = matrix[output]
            values += [a * x + b * y + offset[output] for x, y in cell.polygon]
        found = cx.extrema(output)
        assert (found.minimum.exact, found.maximum.exact) == (min(values), max(values))


def test_level_sets_part_what_is_below_from_what_is_above(case):
    net, cx, _ = case
    found = cx.extrema()
    level = rounded((found.minimum.exact + found.maximum.exact) / 2)
    preimage = cx.preimage(level)
    cut = preimage.complex
    for cell, state in enumerate(preimage.states.tolist()):
        corners = cut.polygon_exact(cell)
        middle = [sum(axis) / len(corners) for axis in zip(*corners)]
        value = exact_values(net, middle)[0] - Fraction(level)
        assert state == (value > 0) - (value < 0)
    for vertex in range(len(cut.vertices)):
        point = cut.vertex_exact(vertex)
        assert (exact_values(net, point)[0] == level) == (vertex in preimage.vertices)
        error = max(abs(Fraction(v) - w) for v, w in zip(cut.vertices[vertex].tolist(), point))
        assert error <= Fraction(float(cut.vertex_errors[vertex]))
        assert cut.vertex_errors[vertex] < 1e-7
    drawn = {tuple(point) for line in cx.level_set(level).polylines for point in line.tolist()}
    assert drawn <= {tuple(point) for point in cut.vertices[preimage.vertices].tolist()}


def test_decisions_are_those_of_the_exact_outputs(case):
    net, cx, _ = case
    found = cx.decision_partition()
    for cell, decided in enumerate(found.classes.tolist()):
        corners = found.complex.polygon_exact(cell)
        values = exact_values(net, [sum(axis) / len(corners) for axis in zip(*corners)])
        expected = int(values[0] > 0) if len(values) == 1 else values.index(max(values))
        assert decided == expected


def test_maps_that_cancel_exactly_are_0_and_their_errors_too():
    """A unit beside its own copy, subtracted: in floats some 1e4 is left, or 1e-16."""
    rng = np.random.default_rng(0)
    for size in (1.0, 1e20):
        W, b = rng.normal(size=(8, 2)) * size, rng.normal(size=8) * size
        V = rng.normal(size=(6, 8))
        last = rng.normal(size=(1, 6))
        net = ll.Network.from_arrays(
            [W, np.vstack([V, V]), np.hstack([last, -last])], [b, np.zeros(12), np.array([0.25])]
        )
        cx = ll.regions(net, BOX)
        A, c = cx.affine_maps()
        assert len(cx) > 20
        assert (A == 0).all()
        assert (c == 0.25).all()
        assert (np.concatenate(cx.affine_map_errors()) == 0).all()
        assert cx.lipschitz().constant == 0.0
