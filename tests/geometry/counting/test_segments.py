"""Counts along segments against the pieces in exact rational numbers, and against the complex on each slice."""

import numpy as np
import pytest

import leadlight as ll
from degenerate_networks import KINDS, random_case
from exact_networks import pieces_on_interval
from leadlight.errors import DataError, ModelError, ParameterError, ShapeError
from leadlight.geometry import random_segments
from leadlight.geometry.counting._segment_cuts import count_on_segments


def on_slice(net, a, b):
    return len(ll.regions(net, (0, 1), slice=ll.slice_line(a, b)))


@pytest.mark.parametrize("kind", KINDS)
def test_counts_are_those_of_exact_rational_numbers(kind):
    for seed in range(list(KINDS).index(kind) + 72_000, 72_048, len(KINDS)):
        net, ((x0, x1), (y0, y1)), _ = random_case(seed, max_units=12)
        rng = np.random.default_rng(seed)
        ends = rng.uniform((x0, y0), (x1, y1), (6, 2))
        corners = np.array([(x0, y0), (x1, y1), (x1, y0), (0, 0), (x1, 0), (0.5, 0.5)])
        A, B = np.concatenate([ends, corners]), np.concatenate([ends[::-1], np.roll(corners, 1, axis=0)])
        expected = [len(pieces_on_interval(ll.slice_line(a, b).network(net), 0, 1)) for a, b in zip(A, B)]
        assert ll.count_along(net, A, B).tolist() == expected, seed


@pytest.mark.parametrize(
    "activation", ["relu", "leaky_relu(0.1)", "abs", "hardtanh", "hardtanh(0, 6)", "step", "identity"]
)
def test_in_many_dimensions_floats_decide_and_agree_with_the_slices(activation):
    net = ll.mlp(40, [24, 24, 24], 3, activation, init="he_normal", bias="normal(0.5)", seed=1)
    A, B = random_segments(np.random.default_rng(1).normal(size=(30, 40)), 25)
    decided = count_on_segments(net, A, B)
    expected = [on_slice(net, a, b) for a, b in zip(A, B)]
    assert (decided >= 0).all()
    assert decided.tolist() == expected
    assert ll.count_along(net, A, B).tolist() == expected
    assert activation == "identity" or min(expected) > 5


def test_units_may_have_slopes_of_their_own():
    rng = np.random.default_rng(5)
    slopes = ll.Activation("prelu", rng.uniform(-1, 1, 16))
    net = ll.mlp(8, [16, 16], 1, slopes, init="he_normal", bias="normal(0.5)", seed=4)
    A, B = random_segments(rng.normal(size=(20, 8)), 20)
    assert count_on_segments(net, A, B).tolist() == [on_slice(net, a, b) for a, b in zip(A, B)]


def test_what_floats_leave_open_is_decided_by_the_core():
    # Two units whose lines cross the segment 2^-60 apart, one that repeats another, and one that is 0 at an end.
    tiny = 2.0**-60
    net = ll.Network.from_arrays(
        [[[1.0, 0.0], [1.0, tiny], [2.0, 0.0], [0.0, 1.0]], np.ones((1, 4))], [[-0.5, -0.5, -1.0, 0.0], [0.0]]
    )
    A, B = np.array([[0.0, 1.0], [0.0, 0.0], [0.0, 1.0]]), np.array([[1.0, 1.0], [1.0, 0.0], [1.0, 2.0]])
    assert count_on_segments(net, A, B).tolist() == [-1, -1, -1]
    assert ll.count_along(net, A, B).tolist() == [3, 2, 3]


def test_units_that_are_exactly_constant_leave_nothing_open():
    weights = [
        np.vstack([np.eye(3), np.zeros((1, 3))]),
        np.array([[1.0, 1, 1, 1], [0, 0, 0, 0]]),
        np.ones((1, 2)),
    ]
    for bias, expected in ((0.0, [1, 1]), (1.0, [3, 1])):
        net = ll.Network.from_arrays(weights, [[0.0] * 4, [bias, 0.0], [0.0]])
        A = np.array([[-1.0, -2.0, 0.5 if bias else -0.5], [-3.0, -1.0, -2.0]])
        B = np.array([[1.0, 1.5, 2.0] if bias else [-1.0, -2.0, -1.0], [-1.0, -2.0, -1.0]])
        decided = count_on_segments(net, A, B)
        assert decided.tolist() == [on_slice(net, a, b) for a, b in zip(A, B)] == expected


def test_extreme_numbers_are_no_obstacle():
    net = ll.mlp(6, [10, 10], 1, init="he_normal", bias="normal(0.5)", seed=3)
    net = net.with_parameters([net.weights[0] * 1e250, net.weights[1] * 1e-280, net.weights[2]], net.biases)
    A, B = random_segments(np.random.default_rng(2).normal(size=(10, 6)) * 1e80, 10)
    assert ll.count_along(net, A, B).tolist() == [on_slice(net, a, b) for a, b in zip(A, B)]


def test_blocks_threads_and_progress_change_nothing():
    net = ll.mlp(12, [64, 64], 2, init="he_normal", bias="normal(0.5)", seed=2)
    A, B = random_segments(np.random.default_rng(3).normal(size=(40, 12)), 150)
    seen = []
    one = ll.count_along(net, A, B, threads=1, progress=seen.append)
    assert seen == sorted(seen)
    assert seen[-1] == 150
    assert len(seen) > 1
    np.testing.assert_array_equal(one, ll.count_along(net, A, B, threads=3))
    np.testing.assert_array_equal(one[40:41], ll.count_along(net, A[40:41], B[40:41]))
    np.testing.assert_array_equal(one, ll.count_along(net, B, A))
    assert ll.count_along(net, A[:0], B[:0]).tolist() == []
    linear = ll.Network.from_arrays([np.ones((1, 12))], [[0.0]])
    assert ll.count_along(linear, A, B).tolist() == [1] * 150


def test_an_exception_in_progress_is_raised():
    net = ll.mlp(3, [4], 1)
    A, B = random_segments(np.eye(3), 5)

    def stop(done):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        ll.count_along(net, A, B, progress=stop)


def test_random_segments_join_different_points():
    X = np.array([[0.0, 0.0], [0.0, 0.0], [0.0, 0.0], [1.0, 2.0]])
    A, B = random_segments(X, 200, seed=4)
    assert (A != B).any(axis=1).all()
    assert {tuple(p) for p in np.concatenate([A, B]).tolist()} == {(0.0, 0.0), (1.0, 2.0)}
    again = random_segments(X, 200, seed=4)
    np.testing.assert_array_equal(A, again[0])


@pytest.mark.parametrize(
    ("call", "error", "sentence"),
    [
        (lambda net, X: ll.count_along("net", X, X), ModelError, "leadlight network, not str"),
        (lambda net, X: ll.count_along(ll.mlp(3, [2], 1, "tanh"), X, X + 1), ModelError, "Hidden layer 1 .* curved"),
        (lambda net, X: ll.count_along(net, X[:, :2], X), ShapeError, "A has shape .* takes 3 inputs"),
        (lambda net, X: ll.count_along(net, X, X[0]), ShapeError, r"B has shape \(3,\)"),
        (lambda net, X: ll.count_along(net, X, X[:2]), ShapeError, "B has 2"),
        (lambda net, X: ll.count_along(net, X, X * [[2.0], [2], [1]]), ParameterError, "Segment 2 has the same"),
        (lambda net, X: ll.count_along(net, X, X * np.inf), DataError, "not finite"),
        (lambda net, X: ll.count_along(net, X, "far"), DataError, "numbers"),
        (lambda net, X: ll.count_along(net, X, X + 1, threads=0), ParameterError, "threads"),
        (lambda net, X: random_segments(X[[0, 0]], 3), DataError, "two different points"),
        (lambda net, X: random_segments(X, -1), ParameterError, "m must be"),
    ],
)  # fmt: skip
def test_what_are_no_segments_gets_one_sentence(call, error, sentence):
    with pytest.raises(error, match=sentence):
        call(ll.mlp(3, [4], 1), np.eye(3) + 1)
