"""Bounds against small cases by hand, sums written out in full, and networks counted exactly."""

from itertools import product
from math import comb, prod

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leadlight import activation, mlp
from leadlight.errors import ParameterError
from leadlight.geometry import (
    arrangement_bounded_regions,
    arrangement_regions,
    hardtanh_regions,
    max_regions,
    montufar2014_lower_bound,
    montufar2017_bound,
    patterns_bound,
    serra2018_bound,
)
from leadlight.geometry.reference import enumerate_cells

widths = st.lists(st.integers(1, 5), min_size=1, max_size=4)


def test_lines_in_the_plane():
    assert [arrangement_regions(n, 2) for n in range(5)] == [1, 2, 4, 7, 11]
    for n in range(1, 40):
        assert arrangement_regions(n, 2) == n * (n + 1) // 2 + 1 == arrangement_regions(n - 1, 2) + n
        assert arrangement_regions(n, 2) - arrangement_bounded_regions(n, 2) == 2 * n
    assert arrangement_regions(20, 2) == 211
    assert arrangement_bounded_regions(0, 2) == 0


@given(st.integers(1, 12), st.integers(1, 6), st.integers(1, 3))
def test_deletion_and_restriction(n, d, k):
    """A further unit's k parallel hyperplanes add the regions of what the others cut into each of them."""
    assert arrangement_regions(n, d, k) == arrangement_regions(n - 1, d, k) + k * arrangement_regions(
        n - 1, d - 1, k
    )


def test_hardtanh_in_the_plane():
    assert all(hardtanh_regions(n) == 2 * n * n + 1 for n in range(20))
    assert hardtanh_regions(4, d=1) == 9  # eight points on a line


@pytest.mark.parametrize(
    ("act", "expected"), [("relu", 22), ("abs", 22), ("leaky_relu(0.1)", 22), ("hardtanh", 73)]
)
def test_one_layer_is_attained(act, expected):
    """Six lines in general position, in a box that holds all their crossings."""
    cells = len(enumerate_cells(mlp(2, [6], 1, activation=act, seed=0), [(-1e9, 1e9)] * 2))
    assert cells == int(max_regions([6], 2, act)) == expected
    assert max_regions([6], 2, act).is_exact


def test_narrow_layers_by_hand():
    # one input, one unit, one unit: off, on and below the second's threshold, on and above it
    assert serra2018_bound([1, 1], 1) == 3
    assert montufar2017_bound([1, 1], 1) == patterns_bound(2) == 4
    # two inputs, widths 3 and 3: j = 0, 1, 2 of the first leave rank 2, 2, 1: 1 * 7 + 3 * 7 + 3 * 4
    assert serra2018_bound([3, 3], 2) == 40
    assert montufar2017_bound([3, 3], 2) == 49
    # a layer of one unit leaves rank one to the next: (1 + 1) * (1 + 5), and with hardtanh 3 * 11
    assert montufar2017_bound([1, 5], 2) == 12
    assert montufar2017_bound([1, 5], 2, pieces=3) == 33


@given(widths, st.integers(1, 4))
def test_serra_is_its_sum_written_out(n, n_inputs):
    total = 0
    for j in product(*(range(width + 1) for width in n)):
        allowed = all(
            j[layer] <= min([n_inputs, n[layer], *(n[k] - j[k] for k in range(layer))])
            for layer in range(len(n))
        )
        total += allowed * prod(comb(width, index) for width, index in zip(n, j))
    assert serra2018_bound(n, n_inputs) == total


@given(widths, st.integers(1, 4))
def test_order_of_the_bounds(n, n_inputs):
    bounds = max_regions(n, n_inputs)
    assert serra2018_bound(n, n_inputs) <= montufar2017_bound(n, n_inputs) <= patterns_bound(sum(n))
    assert int(bounds) == min(bounds.upper_bounds.values()) == bounds.upper_bounds[bounds.source]
    assert bounds.lower is None or bounds.lower <= bounds.upper


def test_montufar_2014():
    assert montufar2014_lower_bound([4, 4], 2) == 4 * 11
    assert montufar2014_lower_bound([6], 2) == arrangement_regions(6, 2)
    assert montufar2014_lower_bound([5, 5, 5, 5], 2) == 2**6 * 16
    with pytest.raises(ParameterError, match="widths"):
        montufar2014_lower_bound([4, 1], 2)
    assert max_regions([4, 1], 2).lower is None


def test_montufar_2014_is_reached_by_folding():
    """One input, widths 2 and 2: fold [0, 1] onto itself, then two thresholds: 2 * 3 linear regions."""
    from leadlight import Network

    fold = [[2.0, 0.0], [4.0, 0.0]]  # relu(2x) - relu(4x - 2) rises to 1 at 1/2 and falls to 0 at 1
    net = Network.from_arrays(
        [fold, [[1.0, -1.0], [1.0, -1.0]], [[1.0, 3.0]]], [[0, -2], [-0.25, -0.75], [0]]
    )
    cx = enumerate_cells(net, [(-1, 2), (0, 1)])
    inside = enumerate_cells(net, [(0, 1), (0, 1)])
    assert inside.count_linear_regions() == montufar2014_lower_bound([2, 2], 1) == 6
    assert len(cx) <= int(max_regions([2, 2], 1))


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.integers(1, 4), min_size=1, max_size=3),
    st.sampled_from(["relu", "leaky_relu(0.2)", "abs", "hardtanh"]),
    st.integers(0, 10**6),
)
def test_no_network_exceeds_its_bounds(n, act, seed):
    net = mlp(2, n, 1, activation=act, seed=seed, init="he_normal", bias="normal(0.5)")
    assert len(enumerate_cells(net, [(-20, 20), (-20, 20)])) <= int(max_regions(n, 2, act))


def test_serra_is_for_relu_alone():
    assert "Serra 2018" not in max_regions([3, 3], 2, "abs").upper_bounds
    assert "Serra 2018" not in max_regions([3, 3], 2, ["relu", "abs"]).upper_bounds
    assert max_regions([3, 3], 2, [activation("relu"), "hardtanh"]).upper_bounds["Montufar 2017"] == 7 * 19
    assert int(max_regions([3, 3], 2, "identity")) == 1


@pytest.mark.parametrize(
    ("n", "n_inputs", "act"),
    [([], 2, "relu"), ([0], 2, "relu"), ([2.5], 2, "relu"), ([3], 0, "relu"), (3, 2, "relu"), (["a"], 2, "relu"),
     ([3], 2, "tanh"), ([3], 2, ["relu", "relu"])],
)  # fmt: skip
def test_bad_input_is_one_sentence(n, n_inputs, act):
    with pytest.raises(ParameterError):
        max_regions(n, n_inputs, act)
