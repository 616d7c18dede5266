"""A function in pieces: its staircase is cut to the picture, thresholds outside are not drawn."""

import numpy as np
import pytest

from leadlight import Network
from leadlight.errors import ShapeError
from leadlight.plots import PieceDisplay

NET = Network.from_arrays([[[1.0], [1.0], [2.0]], [[1.0, 2.0, 4.0]]], [[5.0, 0.5, -1.0], [0.0]], "sigmoid")


def test_staircase_within_the_picture():
    x = np.linspace(-1, 1, 21)  # thresholds at -5, -0.5 and 0.5
    display = PieceDisplay.from_network(NET, x[:, None], np.sin(x)[:, None]).plot(title="pieces")
    stairs = display.ax_.patches[0]
    np.testing.assert_allclose(stairs.get_data().edges, [-1, -0.5, 0.5, 1])
    np.testing.assert_allclose(stairs.get_data().values, [1, 3, 7])
    names = [t.get_text() for t in display.ax_.get_legend().get_texts()]
    assert set(names) == {"target", "network", "step skeleton", "threshold"}


def test_prediction_alone():
    display = PieceDisplay([0, 1, 2], [3, 3, 3]).plot()
    assert len(display.ax_.lines) == 1
    low, high = display.ax_.get_ylim()
    assert low < 3 < high


def test_lengths_must_agree():
    with pytest.raises(ShapeError, match="lengths"):
        PieceDisplay([0, 1], [1, 2, 3])
