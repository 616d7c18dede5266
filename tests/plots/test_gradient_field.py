"""Gradient pictures: d/dx1 comes first, and both components are different pictures."""

import numpy as np
import pytest

from leadlight import Network, mlp
from leadlight.errors import ParameterError, ShapeError
from leadlight.plots import GradientFieldDisplay, style


def test_components_in_order_and_in_units_of_the_axes():
    net = Network.from_arrays([[[3.0, -7.0]]], [[0.0]])
    display = GradientFieldDisplay.from_network(net, 500, resolution=6).plot(title="gradient")
    np.testing.assert_array_equal(display.gradients, np.tile([3.0, -7.0], (6, 6, 1)))
    assert [float(ax.images[0].get_array()[0, 0]) for ax in display.axes_] == [3, -7]


def test_orientation():
    net = Network.from_arrays([[[0.0, 1.0]], [[1.0]]], [[0.0], [0.0]])  # relu(x2)
    gradients = GradientFieldDisplay.from_network(net, 1, resolution=4).gradients
    np.testing.assert_array_equal(gradients[..., 1], [[0] * 4, [0] * 4, [1] * 4, [1] * 4])


def test_direction_and_diverging():
    display = GradientFieldDisplay(np.tile([0.0, 1.0], (3, 3, 1)), (0, 1, 0, 1)).plot(kind="direction")
    assert len(display.axes_) == 1
    assert float(display.ax_.images[0].get_array()[0, 0]) == pytest.approx(np.pi / 2)
    axes = style.subplots(1, 2)[1]
    display = GradientFieldDisplay.from_network(mlp(2, [3], 2), 1, 5, component=1).plot(
        axes, colouring="diverging"
    )
    assert display.axes_ == list(axes.ravel())


def test_bad_input():
    display = GradientFieldDisplay(np.zeros((3, 3, 2)), (0, 1, 0, 1))
    with pytest.raises(ParameterError, match="two"):
        display.plot(style.subplots()[1])
    with pytest.raises(ParameterError, match="kind"):
        display.plot(kind="length")
    with pytest.raises(ShapeError):
        GradientFieldDisplay(np.zeros((3, 3)), (0, 1, 0, 1))
