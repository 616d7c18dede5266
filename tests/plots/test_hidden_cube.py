"""The hidden cube: planes clipped to it, units by name, points of each class."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadlight import mlp
from leadlight.errors import ParameterError, ShapeError
from leadlight.plots import HiddenCubeDisplay
from leadlight.plots.hidden_cube import plane_in_cube


@pytest.mark.parametrize(
    ("normal", "offset", "corners"),
    [((1, 1, 1), -1.5, 6), ((1, 1, 1), -0.5, 3), ((1, 1, 0), -1, 4), ((1, 1, 1), 1, 0)],
)
def test_sections_of_the_cube(normal, offset, corners):
    assert len(plane_in_cube(normal, offset)) == corners


@given(st.lists(st.integers(-3, 3), min_size=3, max_size=3).filter(any), st.integers(-4, 4))
def test_corners_lie_on_the_plane_in_order(normal, offset):
    corners = plane_in_cube(normal, offset, side=2.0)
    np.testing.assert_allclose(corners @ np.array(normal, dtype=float) + offset, 0, atol=1e-9)
    if len(corners):
        turns = np.cross(np.roll(corners, -1, 0) - corners, np.roll(corners, -2, 0) - np.roll(corners, -1, 0))
        signs = turns @ np.array(normal, dtype=float)
        assert (signs > -1e-9).all() or (signs < 1e-9).all()  # convex: it never turns back


def test_network_units_and_plane():
    net = mlp(2, [5], 1, activation="sigmoid")
    X, y = np.random.default_rng(0).normal(size=(40, 2)), np.arange(40) % 2
    display = HiddenCubeDisplay.from_network(net, X, y, units=(0, 2, 4), class_names=["in", "out"])
    np.testing.assert_array_equal(display.activations, net.hidden(X)[0][:, [0, 2, 4]])
    display.plot(plane=([1, 1, 1], -1.5), title="cube")
    assert display.ax_.get_ylabel() == "$h_{3}$"
    assert display.ax_.get_xlim() == (0, 1)
    with pytest.raises(ParameterError, match="units"):
        HiddenCubeDisplay.from_network(net, X, y, units=(0, 2, 5))


def test_wrong_shapes():
    with pytest.raises(ShapeError):
        HiddenCubeDisplay(np.zeros((4, 2)))
    with pytest.raises(ShapeError):
        HiddenCubeDisplay(np.zeros((4, 3)), labels=[0])
