"""Confusion matrices against scikit-learn's."""

import numpy as np
import pytest
from sklearn.metrics import confusion_matrix

from leadlight.errors import ShapeError
from leadlight.plots import ConfusionDisplay


def test_counts_are_scikit_learn_s_and_percentages_are_of_the_true_class():
    rng = np.random.default_rng(0)
    y_true, y_pred = rng.integers(0, 3, (2, 50))
    display = ConfusionDisplay.from_predictions(y_true, y_pred, ["cat", "dog", "wild"]).plot(title="faces")
    np.testing.assert_array_equal(display.matrix, confusion_matrix(y_true, y_pred))
    share = 100 * display.matrix[0, 1] / display.matrix[0].sum()
    assert display.ax_.texts[1].get_text() == f"{display.matrix[0, 1]}\n{share:.1f} %"
    assert display.ax_.get_ylabel() == "true class"
    assert [t.get_text() for t in display.ax_.get_yticklabels()] == ["cat", "dog", "wild"]


def test_a_class_that_does_not_occur():
    assert ConfusionDisplay.from_predictions([0, 0], [0, 2]).plot().matrix.sum() == 2


def test_bad_input():
    with pytest.raises(ShapeError):
        ConfusionDisplay(np.zeros((2, 3)))
    with pytest.raises(ShapeError):
        ConfusionDisplay(np.zeros((2, 2)), ["one"])
    with pytest.raises(ShapeError):
        ConfusionDisplay.from_predictions([0, 1], [0])
