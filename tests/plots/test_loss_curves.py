"""Loss curves: quartiles over runs, diverged runs, thinning and smoothing."""

from types import SimpleNamespace

import numpy as np
import pytest

from leadlight.errors import ShapeError
from leadlight.plots import LossCurvesDisplay


def test_median_and_band():
    display = LossCurvesDisplay({"a": [[1.0, 1.0], [2.0, 4.0], [9.0, 16.0]]}).plot()
    np.testing.assert_array_equal(display.ax_.lines[0].get_xydata(), [[1, 2], [2, 4]])
    assert len(display.ax_.collections) == 1
    assert display.ax_.get_yscale() == "log"


def test_diverged_runs_leave_gaps_only_where_none_is_left():
    display = LossCurvesDisplay({"a": [[1.0, np.nan, np.nan], [3.0, 5.0, np.inf]]}).plot(log_y=False)
    np.testing.assert_array_equal(display.ax_.lines[0].get_ydata(), [2, 5, np.nan])


def test_smoothing_averages_windows():
    display = LossCurvesDisplay({"a": np.arange(10.0)}).plot(smooth=4, log_y=False)
    np.testing.assert_array_equal(display.ax_.lines[0].get_xydata(), [[2.5, 1.5], [6.5, 5.5]])


@pytest.mark.parametrize("log_x", [False, True])
def test_long_curves_are_thinned_and_keep_their_ends(log_x):
    display = LossCurvesDisplay({"a": np.ones((2, 20000))}).plot(log_x=log_x, individual=True)
    x = display.ax_.lines[-1].get_xdata()
    assert len(x) <= 600
    assert (x[0], x[-1]) == (1, 20000)


def test_runs_and_their_groups():
    runs = SimpleNamespace(losses=np.array([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]), record="epoch")
    assert LossCurvesDisplay.from_runs(runs).xlabel == "epoch"
    grouped = LossCurvesDisplay.from_runs(runs, labels=["b", "a", "b"], ylabel="cross-entropy")
    assert {k: len(v) for k, v in grouped.curves.items()} == {"b": 2, "a": 1}
    several = LossCurvesDisplay.from_runs({"x": runs, "y": runs}).plot(
        colours={"x": "red"}, styles={"y": "--"}
    )
    assert [line.get_linestyle() for line in several.ax_.lines] == ["-", "--"]
    assert several.ax_.get_legend() is not None


def test_steps_may_differ_between_groups():
    display = LossCurvesDisplay({"a": [1.0, 2.0], "b": [1.0]}, steps={"a": [0, 10], "b": [5]}).plot()
    np.testing.assert_array_equal(display.ax_.lines[0].get_xdata(), [0, 10])
    with pytest.raises(ShapeError, match="steps"):
        LossCurvesDisplay({"a": [1.0, 2.0]}, steps=[1])
