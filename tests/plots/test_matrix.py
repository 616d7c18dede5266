"""Small matrices: row 0 at the top, readable numbers, marks."""

import numpy as np
import pytest
from matplotlib.patches import Rectangle

from leadlight.errors import ShapeError
from leadlight.plots import MatrixDisplay


def test_row_zero_is_on_top_and_numbers_are_in_place():
    display = MatrixDisplay([[1, 2.5], [-3, 0]]).plot(fmt="{:g}")
    assert display.ax_.images[0].origin == "upper"
    assert {t.get_text(): t.get_position() for t in display.ax_.texts} == {
        "1": (0, 0), "2.5": (1, 0), "-3": (0, 1), "0": (1, 1)
    }  # fmt: skip
    assert display.ax_.images[0].get_clim() == (-3, 3)


def test_large_matrices_have_no_numbers_and_marks_frame_squares():
    marks = np.zeros((20, 20), dtype=bool)
    marks[3, 7] = True
    display = MatrixDisplay(np.eye(20)).plot(marks=marks, colourbar=True, ticks=False, title="image")
    assert not display.ax_.texts
    (frame,) = [p for p in display.ax_.patches if isinstance(p, Rectangle)]
    assert frame.get_xy() == (6.5, 2.5)


@pytest.mark.parametrize("values", [np.zeros((2, 2)), -np.ones((2, 2)), np.ones((1, 1))])
def test_constant_matrices(values):
    low, high = MatrixDisplay(values).plot().ax_.images[0].get_clim()
    assert low < high


def test_wrong_shapes():
    with pytest.raises(ShapeError):
        MatrixDisplay([1, 2])
    with pytest.raises(ShapeError, match="marks"):
        MatrixDisplay(np.zeros((2, 2))).plot(marks=np.zeros((3, 2), dtype=bool))
