from fractions import Fraction

import numpy as np
import pytest

import leadlight as ll
from leadlight.errors import DataError, ParameterError, ShapeError
from leadlight.geometry.slices import slice_line, slice_plane


def exactly(net, point):
    """The network at rational inputs, in rational numbers (relu and identity)."""
    values = point
    for i, (W, b) in enumerate(zip(net.weights, net.biases)):
        values = [
            sum((Fraction(w) * v for w, v in zip(row, values)), Fraction(c))
            for row, c in zip(W.tolist(), b.tolist())
        ]
        if i < net.depth and net.activations[i].name == "relu":
            values = [max(v, Fraction(0)) for v in values]
    return values


@pytest.mark.parametrize("dim", [1, 2])
def test_the_network_on_a_slice_is_exactly_the_network_at_the_slice_s_points(dim):
    rng = np.random.default_rng(0)
    points = rng.normal(size=(dim + 1, 5)) * 10.0 ** rng.integers(-8, 8, size=(dim + 1, 5))
    net = ll.mlp(5, [4, 3], 2, seed=3)
    cut = slice_line(*points) if dim == 1 else slice_plane(*points)
    sliced = cut.network(net)
    assert sliced.n_inputs == dim
    for coordinates in rng.normal(size=(20, dim)).tolist():
        S = [Fraction(s) for s in coordinates]
        origin = [Fraction(v) for v in points[0].tolist()]
        at = [
            o + sum((s * (Fraction(v) - o) for s, v in zip(S, column)), Fraction(0))
            for o, column in zip(origin, points[1:].T.tolist())
        ]
        assert exactly(sliced, S) == exactly(net, at)


def test_points_and_coordinates_are_inverse():
    plane = slice_plane([1, 0, 2, 0], [0, 1, 0, 3], [2, 2, 2, 2])
    S = np.random.default_rng(1).normal(size=(10, 2))
    assert np.allclose(plane.coordinates(plane.points(S)), S)
    assert plane.points([(0, 0), (1, 0), (0, 1)]).tolist() == plane.through.tolist()


@pytest.mark.parametrize(
    "points",
    [
        np.random.default_rng(0).normal(size=(3, 9)) * [[0], [1], [1e-30]],  # of very different lengths
        np.random.default_rng(1).normal(size=(3, 9)) * [[0], [1e150], [1e-150]],
        np.array([[0.0, 0.0, 0.0], [1.0, 2.0, 3.0], [1.0 + 2**-52, 2.0, 3.0]]),  # nearly on one line
        np.array([[5.0, 2.0, 3.0], [1e-320, 0.0, 0.0], [0.0, 1e300, 1.0]]),
    ],
)
def test_coordinates_of_the_points_of_thin_slices(points):
    plane = slice_plane(*points)
    np.testing.assert_allclose(plane.coordinates(points), [[0, 0], [1, 0], [0, 1]], atol=1e-11)


@pytest.mark.parametrize("dim", [1, 2])
def test_coordinates_are_those_of_the_nearest_point(dim):
    rng = np.random.default_rng(dim)
    points, X = rng.normal(size=(dim + 1, 6)), rng.normal(size=(70_000, 6))  # more than a block
    cut = slice_line(*points) if dim == 1 else slice_plane(*points)
    found = cut.coordinates(X)
    nearest = np.linalg.lstsq((points[1:] - points[0]).T, (X - points[0]).T, rcond=None)[0].T
    np.testing.assert_allclose(found, nearest, atol=1e-12)


@pytest.mark.parametrize(
    ("call", "error", "sentence"),
    [
        (lambda: slice_line([1, 2], [1, 2]), ParameterError, "same point"),
        (lambda: slice_line([1, 2], [1, 2, 3]), ShapeError, "b has 3 coordinates"),
        (lambda: slice_line([[1, 2]], [1, 2]), ShapeError, "a has shape"),
        (lambda: slice_plane(*np.zeros((3, 28, 28))), ShapeError, "flatten it first"),
        (lambda: slice_line(1, 2), ShapeError, r"\(n_inputs,\)\.$"),
        (lambda: slice_line([1, np.nan], [1, 2]), ParameterError, "not finite"),
        (lambda: slice_line("ab", [1, 2]), ParameterError, "numbers"),
        (lambda: slice_plane([0, 0], [1, 1], [2, 2]), ParameterError, "one line"),
        (lambda: slice_plane([0, 0], [0, 0], [2, 2]), ParameterError, "one line"),
        (lambda: slice_plane([0.1, 0.1], [0.2, 0.2], [0.4, 0.4]), ParameterError, "one line"),
        (lambda: slice_line([1, 2], [3, 4]).points("ab"), DataError, "cannot be read"),
        (lambda: slice_line([1, 2], [3, 4]).points([[np.nan]]), DataError, "not finite"),
        (lambda: slice_line([1, 2], [3, 4]).coordinates([[np.inf, 1]]), DataError, "not finite"),
        (lambda: slice_line([1, 2], [3, 4]).network(ll.mlp(3, [2], 1)), ShapeError, "3 inputs"),
        (lambda: slice_line([1, 2], [3, 4]).points([1.0]), ShapeError, r"expected \(n, 1\)"),
    ],
)
def test_what_is_no_slice_gets_one_sentence(call, error, sentence):
    with pytest.raises(error, match=sentence):
        call()


def test_collinearity_is_decided_exactly():
    with pytest.raises(ParameterError, match="one line"):
        slice_plane([0, 0, 0], [0.1, 0.2, 0.3], [0.2, 0.4, 0.6])
    slice_plane([0, 0, 0], [0.1, 0.2, 0.3], [0.2, 0.4, np.nextafter(0.6, 1)])
