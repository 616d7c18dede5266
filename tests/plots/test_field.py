"""The field display shows x to the right and y up, and survives flat and huge fields."""

import numpy as np
import pytest

from leadlight import mlp
from leadlight.errors import ParameterError, ShapeError
from leadlight.plots import FieldDisplay


def test_orientation():
    display = FieldDisplay.from_function(lambda X: X[:, 0] + 10 * X[:, 1], 1, resolution=10).plot()
    image = display.ax_.images[0]
    assert image.origin == "lower"
    assert image.get_extent() == (-1, 1, -1, 1) or list(image.get_extent()) == [-1, 1, -1, 1]
    assert display.values[0, 0] < display.values[0, -1] < display.values[-1, 0]
    assert (display.ax_.get_xlabel(), display.ax_.get_ylabel()) == ("$x_1$", "$x_2$")
    assert display.ax_.get_aspect() == 1.0


def test_network_and_component():
    net = mlp(2, [4], 3, seed=0)
    display = FieldDisplay.from_function(net, 2, resolution=8, component=2)
    np.testing.assert_allclose(display.values[0, 0], net([-1.75, -1.75])[2])
    with pytest.raises(ParameterError, match="3 outputs"):
        FieldDisplay.from_function(net, 2, resolution=8, component=3)


def test_symmetric_limits_and_contours():
    display = FieldDisplay.from_function(lambda X: X[:, 0] + 0.5, 1, resolution=20)
    display.plot(symmetric=True, contours=[-9, 0.0], contour_labels=True)
    low, high = display.ax_.images[0].get_clim()
    assert low == -high
    assert high == pytest.approx(1.45)


@pytest.mark.parametrize("half_width", [1e-6, 1e10])
def test_any_scale(half_width):
    FieldDisplay.from_function(lambda X: X[:, 0], half_width, resolution=5).plot(
        contours=3
    ).figure_.canvas.draw()


def test_constant_and_partly_infinite_fields():
    assert FieldDisplay(np.ones((3, 3)), (0, 1, 0, 1)).plot(contours=4).ax_.images[0].get_clim() == (0.5, 1.5)
    values = np.array([[0.0, np.inf], [np.nan, 2.0]])
    assert FieldDisplay(values, (0, 1, 0, 1)).plot().ax_.images[0].get_clim() == (0, 2)


def test_wrong_shape():
    with pytest.raises(ShapeError, match="rows, columns"):
        FieldDisplay(np.zeros(3), (0, 1, 0, 1))
