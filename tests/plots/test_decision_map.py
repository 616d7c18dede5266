"""The decision map: orientation, classes from outputs, points of all classes."""

import numpy as np
import pytest

from leadlight import Network
from leadlight.errors import ShapeError
from leadlight.plots import DecisionMapDisplay


def test_orientation_is_not_transposed():
    right = DecisionMapDisplay.from_function(lambda X: X[:, 0] > 0, 1, resolution=4)
    np.testing.assert_array_equal(right.classes, [[0, 0, 1, 1]] * 4)


def test_classes_of_one_and_of_several_outputs():
    logit = Network.from_arrays([[[0.0, 1.0]]], [[0.0]])
    np.testing.assert_array_equal(DecisionMapDisplay.from_network(logit, 1, 2).classes, [[0, 0], [1, 1]])
    np.testing.assert_array_equal(DecisionMapDisplay.from_network(logit, 1, 2, threshold=0.9).classes, 0)
    three = Network.from_arrays([[[0.0, 1.0], [1.0, 0.0], [0.0, 0.0]]], [[0.0, 0.0, -9.0]])
    np.testing.assert_array_equal(
        DecisionMapDisplay.from_network(three, domain=[(-2, 1), (-1, 1)], resolution=2).classes,
        [[0, 1], [0, 0]],
    )


def test_points_and_legend():
    display = DecisionMapDisplay.from_function(lambda X: X[:, 0] > 0, 1, 10, class_names=["left", "right"])
    display.plot(points=np.array([[0.5, 0.5], [-0.5, 0]]), labels=[2, 0], title="map")
    names = [text.get_text() for text in display.figure_.legends[0].get_texts()]
    assert names == ["left", "right", "class 2"]
    display.plot(points=np.eye(2))
    with pytest.raises(ShapeError, match="labels"):
        display.plot(points=np.eye(2), labels=[0])
    with pytest.raises(ShapeError):
        DecisionMapDisplay(np.zeros(3), (0, 1, 0, 1))
