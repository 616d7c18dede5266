"""First-layer weights as images: the sheets' scaling and torch's layout."""

import numpy as np
import pytest

from leadlight import mlp
from leadlight.errors import ShapeError
from leadlight.plots import FeatureMapsDisplay


def test_scaling_is_w_over_twice_the_greatest_plus_half():
    net = mlp(3 * 4 * 5, [6], 2, seed=0)
    display = FeatureMapsDisplay.from_network(net, (3, 4, 5))
    W = net.weights[0].reshape(6, 3, 4, 5)
    np.testing.assert_allclose(display.images()[2, 1, 3], W[2, :, 1, 3] / np.abs(W).max() / 2 + 0.5)
    each = display.images(per_unit=True)
    np.testing.assert_allclose(np.abs(each - 0.5).max(axis=(1, 2, 3)), 0.5)
    assert display.plot(per_row=3, title="features").ax_.images[0].get_array().shape == (10, 19, 4)


def test_grey_dead_and_wrong_shapes():
    net = mlp(12, [2], 1)
    assert FeatureMapsDisplay.from_network(net, (3, 4)).images().shape == (2, 3, 4)
    np.testing.assert_array_equal(FeatureMapsDisplay(np.zeros((1, 2, 2))).images(), 0.5)
    with pytest.raises(ShapeError, match="12 inputs"):
        FeatureMapsDisplay.from_network(net, (3, 5))
