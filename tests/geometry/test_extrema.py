"""Extrema against linear programs on the oracle's cells (HiGHS), samples, and functions with a jump."""

from fractions import Fraction

import numpy as np
import pytest
from scipy.optimize import linprog

import leadlight as ll
from degenerate_networks import KINDS, random_case
from exact_networks import exact_values
from leadlight import Activation, _activation_table
from leadlight.errors import ParameterError
from leadlight.geometry.reference import enumerate_cells

BOX = [(-2, 2), (-2, 2)]
KINDS_IN_RANGE = [kind for kind in KINDS if kind != "extreme scales"]  # HiGHS has tolerances


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
        found, cells = ll.regions(net, box).extrema(), enumerate_cells(net, box).cells
        for sign, extremum in ((1, found.maximum), (-1, found.minimum)):
            expected = max(highest(cell, 0, sign) for cell in cells)
            assert sign * extremum.value == pytest.approx(expected, rel=1e-6, abs=1e-6), seed


@pytest.mark.parametrize("kind", KINDS)
def test_extrema_are_the_exact_values_at_corners_of_the_oracle(kind):
    for seed in range(list(KINDS).index(kind) + 48_000, 48_036, len(KINDS)):
        net, box, _ = random_case(seed, max_units=8)
        cx, output = ll.regions(net, box), net.n_outputs - 1
        found, values = cx.extrema(output), []
        for cell in enumerate_cells(net, box).cells:
            matrix, offset = cell.affine
            a, b = matrix[output]
            values += [a * x + b * y + offset[output] for x, y in cell.polygon]
        assert (found.minimum.exact, found.maximum.exact) == (min(values), max(values)), seed
        assert found.maximum.point in cx.polygon_exact(found.maximum.cell)
        if cx.is_continuous:
            for extremum in (found.minimum, found.maximum):
                assert extremum.attained
                assert exact_values(net, extremum.point)[output] == extremum.exact


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


def test_a_jump_is_a_supremum_or_attained(monkeypatch):
    # z up to 0 and z - 1 above: no activation of the table jumps and slopes, but the geometry takes any.
    family = _activation_table.Family(
        forward=lambda z: np.where(z > 0, z - 1, z),
        derivative=np.ones_like,
        pieces=lambda: _activation_table._linear([0], [1, 1], [0, -1]),
        formula="",
    )
    monkeypatch.setitem(_activation_table.FAMILIES, "sawtooth", family)
    net = ll.Network.from_arrays([[[1.0]], [[1.0]]], [[0.0], [0.0]], Activation("sawtooth"))
    found = ll.regions(net, (-0.5, 0.75)).extrema()
    assert (found.maximum.exact, found.maximum.attained) == (0, True)
    assert (found.minimum.exact, found.minimum.attained, found.minimum.point) == (-1, False, (0,))
    assert ll.regions(net, (-1, 0.75)).extrema().minimum.attained  # at -1


def test_steps_attain_their_constants():
    net = ll.Network.from_arrays([np.eye(2), [[1.0, -2.0]]], [[0.0, 0.0], [0.5]], "step")
    found = ll.regions(net, BOX).extrema()
    assert (found.minimum.exact, found.maximum.exact) == (Fraction(-3, 2), Fraction(3, 2))
    assert found.minimum.attained
    assert found.maximum.attained


@pytest.mark.parametrize("output", [1, -1, True, "0", None])
def test_bad_outputs_get_one_sentence(output):
    with pytest.raises(ParameterError, match=r"There is no output .*\.$"):
        ll.regions(ll.mlp(2, [3], 1), BOX).extrema(output)


def test_an_extremum_reads_as_floats():
    net = ll.Network.from_arrays([[[1.0, 0.0], [0.0, 3.0]], [[1.0, 1.0]]], [[0.0, -1.0], [0.0]])
    found = ll.regions(net, [(-1, 1), (0, 1)]).extrema()
    assert repr(found.maximum).startswith("Extremum(3 at (1, 1), cell ")
    assert "Fraction" not in repr(found)
