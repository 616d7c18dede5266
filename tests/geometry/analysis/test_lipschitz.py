"""Lipschitz constants against the oracle's Jacobians, difference quotients, and closed forms."""

import math
from fractions import Fraction

import numpy as np
import pytest

import leadlight as ll
from degenerate_networks import KINDS, random_case
from leadlight.errors import ParameterError
from leadlight.geometry.reference import enumerate_cells

BOX = [(-2, 2), (-2, 2)]
NORMS = (1, 2, math.inf)


@pytest.mark.parametrize("kind", KINDS)
def test_the_constant_is_the_steepest_cell_of_the_oracle(kind):
    for seed in range(list(KINDS).index(kind) + 60_000, 60_036, len(KINDS)):
        net, box, _ = random_case(seed, max_units=8)
        cx = ll.regions(net, box)
        if not cx.is_continuous:
            continue
        jacobians = [cell.affine[0] for cell in enumerate_cells(net, box).cells]
        for norm in NORMS:
            found = cx.lipschitz(norm)
            if not math.isfinite(found.constant):
                largest = max(abs(a) for A in jacobians for row in A for a in row)
                assert largest > 1e307
                continue
            expected = max(
                np.linalg.norm(np.array([[float(a) for a in row] for row in A]), norm) for A in jacobians
            )
            if 1e-140 < expected < 1e140:  # numpy squares
                assert found.constant == pytest.approx(expected, rel=1e-9)
                assert abs(found.constant - expected) <= found.error + 1e-15 * expected
            steepest, _ = cx.affine_map_exact(found.cell)
            own = np.array([[float(a) for a in row] for row in steepest])
            scale = np.abs(own).max() or 1.0
            assert np.linalg.norm(own / scale, norm) * scale == pytest.approx(found.constant, rel=1e-9)


@pytest.mark.parametrize("norm", NORMS)
def test_difference_quotients_stay_below(norm):
    net = ll.mlp(2, [16, 16], 3, init="he_normal", bias="normal(0.5)", seed=1)
    found = ll.regions(net, BOX).lipschitz(norm)
    rng = np.random.default_rng(0)
    x = rng.uniform(-2, 2, (20_000, 2))
    y = (x + rng.normal(size=x.shape) * 10.0 ** rng.uniform(-3, 0, (len(x), 1))).clip(-2, 2)
    quotients = np.linalg.norm(net(x) - net(y), norm, axis=1) / np.linalg.norm(x - y, norm, axis=1)
    assert 0.7 * found.constant < quotients.max() <= found.constant * (1 + 1e-9)
    assert found.error < 1e-9
    assert found.norm == norm


def test_norms_of_a_linear_map():
    net = ll.Network.from_arrays([[[3.0, 0.0], [4.0, 0.0]]], [[0.0, 0.0]])
    cx = ll.regions(net, BOX)
    assert [cx.lipschitz(norm).constant for norm in NORMS] == [7.0, pytest.approx(5.0), 4.0]


def test_the_error_covers_sums_over_many_outputs():
    net = ll.Network.from_arrays([np.ones((1, 2)), np.full((1000, 1), 0.1)], [np.zeros(1), np.zeros(1000)])
    cx = ll.regions(net, BOX)
    for norm, exact in ((1, 1000 * Fraction(0.1)), (math.inf, 2 * Fraction(0.1))):
        found = cx.lipschitz(norm)
        assert abs(Fraction(found.constant) - exact) <= Fraction(found.error)
        assert found.error < 1e-10


def test_floats_at_their_word_bound_no_error():
    net = ll.mlp(2, [8, 8], 2, seed=0)
    sure, word = (ll.regions(net, BOX, certified=certified).lipschitz() for certified in (True, False))
    assert word.constant == pytest.approx(sure.constant)
    assert sure.error < 1e-12
    assert word.error == math.inf


@pytest.mark.parametrize("size", [1e-320, 1e-200, 1e200, 1e308])
def test_norms_at_the_ends_of_the_range(size):
    net = ll.Network.from_arrays([[[size, size]], [[1.0]]], [[0.0], [0.0]])
    assert ll.regions(net, BOX).lipschitz(2).constant == pytest.approx(size * math.sqrt(2), rel=1e-3)
    huge = ll.Network.from_arrays([[[1e200, 0.0]], [[1e200]]], [[0.0], [0.0]])
    assert ll.regions(huge, BOX).lipschitz().constant == math.inf


def test_a_jump_has_no_constant_and_a_cancelled_one_has():
    jumps = ll.Network.from_arrays([[[1.0, 0.0], [1.0, 0.0]], [[1.0, -1.0]]], [[0.0, -1.0], [0.0]], "step")
    found = ll.regions(jumps, BOX).lipschitz()
    assert (found.constant, found.error) == (math.inf, 0.0)
    cancelled = ll.Network.from_arrays([[[1.0, 0.0], [1.0, 0.0]], [[1.0, -1.0]]], [[0.0] * 2, [0.0]], "step")
    assert ll.regions(cancelled, BOX).lipschitz().constant == 0.0
    tiny = jumps.with_parameters([jumps.weights[0], [[1e-300, 0.0]]], jumps.biases)
    assert ll.regions(tiny, BOX).lipschitz().constant == math.inf
    hidden = jumps.with_parameters([jumps.weights[0], [[1e-30, 0.0]]], [jumps.biases[0], [1.0]])
    assert ll.regions(hidden, BOX).lipschitz().constant == math.inf  # 1 + 1e-30 is 1 in floats
    beside = ll.Network.from_arrays([[[1.0, 0.0], [-1.0, 0.0]], [[1.0, 1.0]]], [[0.0] * 2, [0.0]], "step")
    found = ll.regions(beside, BOX).lipschitz()  # 1, but 0 on the line x = 0
    assert (found.constant, found.error) == (math.inf, 0.0)
    on_border = ll.regions(jumps, [(0, 1), (0, 1)]).lipschitz()  # 1, but 0 on the side x = 0
    assert (on_border.constant, on_border.cell) == (math.inf, 0)
    assert ll.regions(jumps, [(0.5, 1), (0, 1)]).lipschitz().constant == 0.0


@pytest.mark.parametrize("norm", [3, 0, True, "2", None, math.nan, np.array([1, 2])])
def test_bad_norms_get_one_sentence(norm):
    with pytest.raises(ParameterError, match="1, 2 or inf"):
        ll.regions(ll.mlp(2, [3], 1), BOX).lipschitz(norm)
