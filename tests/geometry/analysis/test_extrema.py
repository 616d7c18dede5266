"""Extrema against linear programs on the oracle's cells (HiGHS), samples, and functions with a jump."""

from fractions import Fraction

import numpy as np
import pytest
from scipy.optimize import linprog

import leadlight as ll
from degenerate_networks import KINDS, random_case, with_steps
from exact_networks import exact_values
from leadlight.errors import ParameterError
from leadlight.geometry.analysis import extrema
from leadlight.geometry.exact import cell_forms
from leadlight.geometry.reference import enumerate_cells

BOX = [(-2, 2), (-2, 2)]
KINDS_IN_RANGE = [kind for kind in KINDS if kind != "extreme scales"]  # HiGHS has tolerances


def middle(points):
    return tuple(sum(axis) / Fraction(len(points)) for axis in zip(*points))


def highest(cell, output, sign):
    """The greatest sign * output on a cell of the oracle, by HiGHS."""
    matrix, offset = cell.affine
    polygon = cell.polygon
    rows, limits = [], []
    for (px, py), (qx, qy) in zip(polygon, polygon[1:] + polygon[:1]):
        scale = max(abs(qx - px), abs(qy - py))
        rows.append([float((qy - py) / scale), float((px - qx) / scale)])
        limits.append(float(((qy - py) * px - (qx - px) * py) / scale))
    solution = linprog(
        [-sign * float(a) for a in matrix[output]], rows, limits, bounds=[(None, None)] * 2, method="highs"
    )
    return -solution.fun + sign * float(offset[output]) if solution.status == 0 else -np.inf


@pytest.mark.parametrize("kind", KINDS_IN_RANGE)
def test_extrema_are_those_of_linear_programs(kind):
    for seed in range(list(KINDS).index(kind) + 36_000, 36_024, len(KINDS)):
        net, box, _ = random_case(seed, max_units=6)
        if not ll.regions(net, box).is_continuous:
            continue
        found, cells = ll.regions(net, box).extrema(), enumerate_cells(net, box).cells
        for sign, extremum in ((1, found.maximum), (-1, found.minimum)):
            expected = max(highest(cell, 0, sign) for cell in cells)
            assert sign * extremum.value == pytest.approx(expected, rel=1e-6, abs=1e-6), seed


@pytest.mark.parametrize("kind", KINDS)
def test_extrema_are_the_exact_values_at_corners_of_the_oracle(kind):
    for seed in range(list(KINDS).index(kind) + 48_000, 48_036, len(KINDS)):
        net, box, _ = random_case(seed, max_units=8)
        cx, output = ll.regions(net, box), net.n_outputs - 1
        if not cx.is_continuous:
            continue
        found, values = cx.extrema(output), []
        for cell in enumerate_cells(net, box).cells:
            matrix, offset = cell.affine
            a, b = matrix[output]
            values += [a * x + b * y + offset[output] for x, y in cell.polygon]
        assert (found.minimum.exact, found.maximum.exact) == (min(values), max(values)), seed
        for extremum in (found.minimum, found.maximum):
            assert extremum.point in cx.polygon_exact(extremum.cell)
            assert exact_values(net, extremum.point)[output] == extremum.exact


def sawtooth(depth, rise=0.0):
    """2^(depth - 1) teeth of equal height on [0, 1], or rising by so much from 0 to 1, by a third unit that holds x."""
    tooth = [[2.0, -4.0, 0.0]] * 2 + [[0.0, 0.0, 1.0]]
    weights = [[[1.0]] * 3, *[tooth] * (depth - 1), [[2.0, -4.0, rise]]]
    return ll.Network.from_arrays(weights, [[0.0, -0.5, 0.0]] * depth + [[0.0]])


def count_exact_values(monkeypatch):
    calls = []
    value_at = cell_forms.value_at
    monkeypatch.setattr(cell_forms, "value_at", lambda *given: calls.append(given) or value_at(*given))
    return calls


@pytest.mark.parametrize(
    "transform",
    [
        lambda net: net,
        lambda net: shifted(net, 1.0, -0.1),  # the greatest value is no float
        lambda net: shifted(net, 0.1, 1e-30),
        lambda net: shifted(net, 3.0, 7.0),
    ],
)
def test_many_equal_corners_are_decided_together(transform, monkeypatch):
    net = transform(sawtooth(11))
    cx = ll.regions(net, (0, 1))
    calls = count_exact_values(monkeypatch)
    found = cx.extrema()
    assert len(calls) <= 2 * extrema.FEW
    scale, offset = (Fraction(float(array.ravel()[0])) for array in (net.weights[-1] / 2, net.biases[-1]))
    assert (found.minimum.exact, found.minimum.point) == (offset, (0,))
    assert (found.maximum.exact, found.maximum.point) == (scale + offset, (Fraction(1, 2**11),))


def shifted(net, scale, offset):
    weights = [*net.weights[:-1], scale * net.weights[-1]]
    return ll.Network.from_arrays(weights, [*net.biases[:-1], [offset]])


def test_corners_that_only_floats_take_for_equal_are_told_apart():
    cx = ll.regions(sawtooth(11, rise=2.0**-60), (0, 1))
    tooth = Fraction(1, 2**10)
    assert cx.extrema().maximum.exact == 1 + (1 - tooth / 2) * Fraction(1, 2**60)
    assert cx.extrema().maximum.point == (1 - tooth / 2,)


@pytest.mark.parametrize("kind", KINDS)
def test_deciding_together_changes_nothing(kind, monkeypatch):
    together = []
    is_bound = extrema._is_bound
    for seed in range(list(KINDS).index(kind) + 60_000, 60_120, len(KINDS)):
        net, box, _ = random_case(seed, max_units=8)
        cx = ll.regions(net, box)
        alone = cx.extrema()
        with monkeypatch.context() as patched:
            patched.setattr(extrema, "MANY", 0)
            patched.setattr(extrema, "FEW", 1)
            patched.setattr(
                extrema, "_is_bound", lambda *given: together.append(is_bound(*given)) or together[-1]
            )
            assert cx.extrema() == alone, seed
    if kind in ("integers", "zero biases"):
        assert any(together)


def test_many_equal_corners_on_a_slice_are_decided_together(monkeypatch):
    tooth = sawtooth(11)
    first = np.array([[1.0, 2.0, 0.0]] * 3)  # x + 2 y, which goes from 0 to 1 along the line
    net = ll.Network.from_arrays([first, *tooth.weights[1:]], tooth.biases)
    cx = ll.regions(net, (0, 1), slice=ll.slice_line([0, 0, 5], [0.5, 0.25, -3]))
    calls = count_exact_values(monkeypatch)
    found = cx.extrema()
    assert len(calls) <= 2 * extrema.FEW
    assert (found.minimum.exact, found.maximum.exact) == (0, 1)


def test_no_sample_is_beyond_them():
    net = ll.mlp(2, [16, 16], 2, init="he_normal", bias="normal(0.5)", seed=3)
    found = ll.regions(net, BOX).extrema(1)
    values = net(np.random.default_rng(0).uniform(-2, 2, (20_000, 2)))[:, 1]
    assert found.minimum.value <= values.min() < values.max() <= found.maximum.value
    assert values.max() - values.min() > 0.9 * (found.maximum.value - found.minimum.value)
    assert net([float(x) for x in found.maximum.point])[1] == pytest.approx(found.maximum.value)


def test_values_beyond_the_range_are_exact_and_round_to_infinity():
    net = ll.Network.from_arrays([[[1e200, 0.0]], [[1e200]]], [[0.0], [0.0]])
    found = ll.regions(net, BOX).extrema()
    assert found.maximum.exact == 2 * Fraction(1e200) ** 2
    assert (found.minimum.value, found.maximum.value) == (0.0, np.inf)


def test_what_steps_give_on_a_crease_or_on_the_border_alone_counts():
    beside = ll.Network.from_arrays([[[1, 0], [-1, 0], [0, 1]], [[1, 1, 2]]], [[0, 0, 0], [0]], "step")
    found = ll.regions(beside, [(-1, 1), (-1, 1)]).extrema()  # step(x) + step(-x) + 2 step(y)
    assert (found.minimum.exact, found.maximum.exact) == (0, 3)
    assert found.minimum.point[0] == 0
    line = ll.Network.from_arrays([[[1.0]], [[-2.0]]], [[0.0], [0.0]], "step")
    found = ll.regions(line, (0, 1)).extrema()  # one cell, -2, and 0 at its end
    assert (found.minimum.exact, found.maximum.exact, found.maximum.point) == (-2, 0, (0,))
    assert ll.regions(line, (0.5, 1)).extrema().maximum.exact == -2


@pytest.mark.parametrize("kind", KINDS)
def test_extrema_with_steps_are_those_of_all_cells_sides_and_corners(kind):
    for seed in range(list(KINDS).index(kind) + 91_000, 91_036, len(KINDS)):
        net, box = with_steps(seed)
        cx = ll.regions(net, box)
        points = [cx.vertex_exact(vertex) for vertex in range(len(cx.vertices))]
        points += [middle([points[i] for i in ends]) for ends in cx.edges.vertices.tolist()]
        points += [middle(cx.polygon_exact(cell)) for cell in range(len(cx))]
        outputs, found = [tuple(exact_values(net, point)) for point in points], cx.extrema()
        values = [output[0] for output in outputs]
        assert (found.minimum.exact, found.maximum.exact) == (min(values), max(values)), seed
        for extremum in (found.minimum, found.maximum):
            assert exact_values(net, extremum.point)[0] == extremum.exact
        assert cx.lipschitz().constant == (np.inf if len(set(outputs)) > 1 else 0.0)


@pytest.mark.parametrize("output", [1, -1, True, "0", None])
def test_bad_outputs_get_one_sentence(output):
    with pytest.raises(ParameterError, match=r"There is no output .*\.$"):
        ll.regions(ll.mlp(2, [3], 1), BOX).extrema(output)


def test_an_extremum_reads_as_floats():
    net = ll.Network.from_arrays([[[1.0, 0.0], [0.0, 3.0]], [[1.0, 1.0]]], [[0.0, -1.0], [0.0]])
    found = ll.regions(net, [(-1, 1), (0, 1)]).extrema()
    assert repr(found.maximum).startswith("Extremum(3 at (1, 1), cell ")
    assert "Fraction" not in repr(found)
