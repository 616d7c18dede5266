"""Functions on a grid of pixels: orientation, shapes, and the box."""

import numpy as np
import pytest

from leadlight.errors import ParameterError, ShapeError
from leadlight.plots.grid import box, evaluate, pixel_centres


def test_rows_are_heights_and_columns_abscissae():
    values = evaluate(lambda X: X, (0, 4, 10, 12), 4)
    assert values.shape == (4, 4, 2)
    np.testing.assert_allclose(values[0, :, 0], [0.5, 1.5, 2.5, 3.5])
    np.testing.assert_allclose(values[:, 0, 1], [10.25, 10.75, 11.25, 11.75])


def test_chunks_do_not_show():
    f = lambda X: np.sin(X[:, 0]) * X[:, 1]  # noqa: E731
    x, y = pixel_centres((-1, 1, -2, 2), 300)
    np.testing.assert_array_equal(evaluate(f, (-1, 1, -2, 2), 300), np.sin(x) * y[:, None])


def test_wrong_function_and_wrong_boxes():
    with pytest.raises(ShapeError, match="expected"):
        evaluate(lambda X: 0.0, (0, 1, 0, 1), 4)
    for bad in ({}, {"half_width": 1, "domain": [(0, 1), (0, 1)]}, {"half_width": -1}, {"domain": [(0, 1)]},
                {"half_width": np.inf}, {"domain": [(1, 0), (0, 1)]}):  # fmt: skip
        with pytest.raises(ParameterError):
            box(**bad)
    with pytest.raises(ParameterError, match="resolution"):
        pixel_centres((0, 1, 0, 1), 0)
