import sys

import numpy as np
import pytest

import leadlight as ll
from leadlight.errors import ModelError, ParameterError, ShapeError


@pytest.mark.parametrize("widths", [[], [7], [5, 6], [4, 4, 4]])
@pytest.mark.parametrize("activation", ["relu", "abs", "hardtanh", "step"])
def test_counting_agrees_with_building(widths, activation):
    net = ll.mlp(2, widths, 2, activation=activation, seed=len(widths))
    count = ll.count_regions(net, [(-4, 4), (-4, 4)])
    built = ll.regions(net, [(-4, 4), (-4, 4)])
    assert int(count) == len(built)
    assert count.proven
    assert count.statement == f"{len(built):,} cell{'s' if widths else ''}, exactly"
    assert count.layer_counts.tolist() == built.layer_counts.tolist()


def test_concurrent_lines_are_counted_once():
    angles = np.pi * np.arange(12) / 12
    star = ll.Network.from_arrays(
        [np.column_stack([np.cos(angles), np.sin(angles)]), np.ones((1, 12))], [np.zeros(12), np.zeros(1)]
    )
    assert int(ll.count_regions(star, [(-1, 1), (-1, 1)])) == 24


def test_intervals_and_slices():
    net = ll.mlp(1, [20, 20], 1, seed=0)
    assert int(ll.count_regions(net, (-3, 3))) == len(ll.regions(net, (-3, 3)))
    deep = ll.mlp(6, [8, 8], 1, seed=1)
    plane = ll.slice_plane(*np.random.default_rng(0).normal(size=(3, 6)))
    found = ll.count_regions(deep, [(-1, 2), (-1, 2)], slice=plane)
    assert int(found) == len(ll.regions(deep, [(-1, 2), (-1, 2)], slice=plane))


def test_beyond_the_pairs_looked_at_the_count_is_called_a_bound(monkeypatch):
    monkeypatch.setattr(sys.modules[ll.count_regions.__module__], "MAX_PAIRS", 10)
    net = ll.mlp(2, [30], 1, seed=0)
    count = ll.count_regions(net, [(-9, 9), (-9, 9)])
    assert not count.proven
    assert "at most that many otherwise" in count.statement


def test_an_uncertified_count_is_not_called_proven():
    net = ll.mlp(2, [10], 1, seed=0)
    fast = ll.count_regions(net, [(-2, 2), (-2, 2)], certified=False)
    assert not fast.proven
    assert int(fast) == int(ll.count_regions(net, [(-2, 2), (-2, 2)]))


@pytest.mark.parametrize(
    ("call", "error"),
    [
        (lambda: ll.count_regions(ll.mlp(2, [3], 1, activation="tanh"), [(0, 1), (0, 1)]), ModelError),
        (lambda: ll.count_regions(ll.mlp(3, [3], 1), [(0, 1), (0, 1)]), ShapeError),
        (lambda: ll.count_regions(ll.mlp(2, [3], 1), [(0, 1), (1, 0)]), ParameterError),
        (lambda: ll.count_regions(ll.mlp(2, [3], 1), [(0, 1), (0, 1)], threads=0), ParameterError),
        (lambda: ll.count_regions(ll.mlp(2, [3], 1), [(0, 1), (0, 1)], certified=1), ParameterError),
    ],
)
def test_bad_input(call, error):
    with pytest.raises(error):
        call()


def test_a_count_compares_like_its_number():
    few, more = (ll.count_regions(ll.mlp(2, [units], 1, seed=0), [(-3, 3), (-3, 3)]) for units in (3, 30))
    assert few == int(few) == np.int64(int(few))
    assert few != more
    assert few < more <= 10**9
    assert more > np.int64(int(few))
    assert len({few, ll.count_regions(ll.mlp(2, [3], 1, seed=0), [(-3, 3), (-3, 3)]), more}) == 2
    assert few != "3"
    flat = ll.Network.from_arrays([[[1, 1]]], [[0]])
    assert repr(ll.count_regions(flat, [(1, 2), (1, 2)])) == "RegionCount(1 cell, exactly)"
