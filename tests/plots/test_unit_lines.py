"""Unit lines: vertical ones too, strips on the side where the unit is on, numbers."""

import numpy as np
import pytest

from leadlight import mlp
from leadlight.errors import ShapeError
from leadlight.plots import UnitLinesDisplay


def test_a_vertical_line_and_the_side_on_which_it_is_on():
    display = UnitLinesDisplay([[-1.0, 0.0, 0.5]]).plot(half_width=2)
    np.testing.assert_allclose(display.ax_.lines[0].get_xydata(), [[0.5, -2], [0.5, 2]])
    strip = display.ax_.patches[0].get_xy()
    assert strip[:, 0].min() < 0.5 == strip[:, 0].max()  # -x + 1/2 > 0 on the left


def test_lines_outside_the_picture_and_units_without_a_line_are_left_out():
    display = UnitLinesDisplay([[1, 0, 9], [0, 0, 1], [0, 1, 0]]).plot(domain=[(-1, 1), (-2, 2)], sides=False)
    assert [t.get_text() for t in display.ax_.texts] == ["3"]
    assert not display.ax_.patches


def test_network_and_data():
    points = np.array([[3.0, -4.0], [1.0, 1.0]])
    display = UnitLinesDisplay.from_network(mlp(2, [3], 1)).plot(
        points=points, labels=[1, 0], class_names=["in", "out"]
    )
    assert display.ax_.get_xlim() == pytest.approx((-4.6, 4.6))
    assert [t.get_text() for t in display.figure_.legends[0].get_texts()] == ["in", "out"]


def test_wrong_shapes():
    with pytest.raises(ShapeError):
        UnitLinesDisplay([[1, 2]])
    with pytest.raises(ShapeError):
        UnitLinesDisplay([[1, 2, 3]]).plot(points=np.eye(2), labels=[1])
