"""Counting without building: the numbers of the cells that are built, and closed forms where building is hopeless."""

import numpy as np
import pytest

from compiled_cells import count_compiled as count
from compiled_cells import enumerate_compiled
from degenerate_networks import KINDS, random_case
from leadlight import Network, mlp

BOX = [(-1, 1), (-1, 1)]


def one_layer(lines, activation="relu"):
    lines = np.asarray(lines, dtype=float)
    return Network.from_arrays([lines[:, :2], np.ones((1, len(lines)))], [lines[:, 2], [0.0]], activation)


@pytest.mark.parametrize("kind", KINDS)
def test_as_many_cells_as_are_built_on_degenerate_networks(kind):
    for seed in range(list(KINDS).index(kind), 1000, len(KINDS)):
        net, box, _ = random_case(seed)
        built, counted = enumerate_compiled(net, box, edges=False), count(net, box)
        assert counted["n_cells"] == built["n_cells"], f"seed {seed}, {net!r}"
        assert counted["proven"]
        np.testing.assert_array_equal(counted["layer_counts"], built["layer_counts"])
        bound = count(net, box, max_pairs=0)
        assert bound["n_cells"] >= built["n_cells"]
        assert bound["n_cells"] == built["n_cells"] or not bound["proven"]


@pytest.mark.parametrize("seed", range(6))
def test_the_same_on_any_number_of_threads(seed):
    net = mlp(2, [24, 24, 24], 1, init="torch", seed=seed)
    one, three = (count(net, [(-4, 4), (-4, 4)], threads=n) for n in (1, 3))
    assert one["n_cells"] == three["n_cells"] == enumerate_compiled(net, [(-4, 4), (-4, 4)])["n_cells"]
    np.testing.assert_array_equal(one["signs"], three["signs"])


def test_lines_in_general_position():
    # k tangents of a circle inside the box, no two parallel: all pairs cross, some of them outside the box
    angles = np.random.default_rng(0).uniform(0, np.pi, 400)
    tangents = one_layer(np.c_[np.cos(angles), np.sin(angles), np.full(400, -0.25)])
    found = count(tangents, [(-1e9, 1e9), (-1e9, 1e9)])
    assert (found["n_cells"], found["proven"]) == (1 + 400 + 400 * 399 // 2, True)


def test_a_million_units_in_one_layer():
    n = 500_000  # of either direction: a grid, in which no three lines meet
    at = (np.arange(n) + 0.5) / n * 2 - 1
    lines = np.r_[np.c_[np.ones(n), np.zeros(n), at], np.c_[np.zeros(n), np.ones(n), at]]
    found = count(one_layer(lines), BOX)
    assert (found["n_cells"], found["proven"]) == ((n + 1) ** 2, False)
    assert found["layer_counts"].tolist() == [1, (n + 1) ** 2]


def test_three_families_of_parallel_lines():
    # x = i, y = j and x + y = k, for |i|, |j|, |k| < n: three lines meet in every (i, j) with |i + j| < n
    n = 60
    offsets = np.arange(1 - n, n, dtype=float)
    lines = [(a, b, c) for a, b in ((1, 0), (0, 1), (1, 1)) for c in offsets]
    net, box = one_layer(lines), [(-n, n), (-n, n)]
    assert count(net, box)["n_cells"] == enumerate_compiled(net, box)["n_cells"]
    shifted = one_layer([(a, b, c - 0.1 * (a - 2 * b)) for a, b, c in lines])  # rounded: few still meet
    assert count(shifted, box)["n_cells"] == enumerate_compiled(shifted, box)["n_cells"]


def test_many_lines_through_one_point():
    slopes = np.random.default_rng(1).standard_normal((2000, 2))
    assert count(one_layer(np.c_[slopes, np.zeros(2000)]), BOX)["n_cells"] == 4000
    few_bits = np.round(slopes * 2**20) / 2**20  # so that a/2 + b/4 is exact: the point is (-1/2, -1/4)
    found = count(one_layer(np.c_[few_bits, few_bits @ [0.5, 0.25]]), BOX)
    assert (found["n_cells"], found["proven"]) == (4000, True)
    assert found["signs"][1] > 0  # floats cannot tell


def test_hardtanh_has_two_creases_a_unit_and_coincident_ones_count_once():
    # x = -1/2 (three times) and 1/2 (twice), y = -1/4 and 1/4, y = -3/4; the others leave the box or are its border
    lines = [
        [2.0, 0.0, 0.0],
        [-2.0, 0.0, 0.0],
        [2.0, 0.0, 2.0],
        [0.0, 4.0, 0.0],
        [0.0, 1.0, 0.0],
        [0.0, 1.0, -0.25],
    ]
    net = one_layer(lines, "hardtanh")
    assert count(net, BOX)["n_cells"] == 12 == enumerate_compiled(net, BOX)["n_cells"]


def test_chords_that_share_ends_on_the_border_do_not_cross():
    slopes = (-0.5, -0.25, -0.125, 0.1, 0.3, 0.5)
    fan = [[1.0, -slope, 1.0 - 0.25 * slope] for slope in slopes]  # from (-1, -1/4), rounded for some
    assert count(one_layer(fan), BOX)["n_cells"] == enumerate_compiled(one_layer(fan), BOX)["n_cells"]
    assert count(one_layer(fan[:3]), BOX)["n_cells"] == 4
    from_the_corner = [[1.0, -slope, 1.0 - slope] for slope in (0.5, 1.0, 2.0)]
    assert count(one_layer(from_the_corner), BOX)["n_cells"] == 4


def test_floats_at_their_word_count_generic_cells_too():
    net = mlp(2, [30, 30], 1, init="torch", seed=3)
    assert (
        count(net, [(-5, 5), (-5, 5)], certified=False)["n_cells"]
        == count(net, [(-5, 5), (-5, 5)])["n_cells"]
    )


def test_progress_is_told_and_an_exception_in_it_stops():
    class Enough(Exception):
        pass

    def stop(cells):
        raise Enough

    net = mlp(2, [3000], 1, init="torch", seed=0)
    with pytest.raises(Enough):
        count(net, [(-50, 50), (-50, 50)], progress=stop)


@pytest.mark.parametrize(("key", "value"), [("threads", 0), ("max_pairs", -1)])
def test_bad_arguments_are_refused(key, value):
    with pytest.raises(ValueError, match=key):
        count(one_layer([[1.0, 0.0, 0.0]]), BOX, **{key: value})
