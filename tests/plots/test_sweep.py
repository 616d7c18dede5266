"""Sweeps: medians, quartiles, axes for numbers, zero and names."""

import numpy as np
import pytest

from leadlight.errors import ShapeError
from leadlight.plots import SweepDisplay


def test_median_quartiles_and_ticks():
    display = SweepDisplay([1, 10, 100], [[1, 2, 9], [4, 4, 4], [np.nan, 6, 8]]).plot(
        marks={"theory": 30}, levels={"chance": 3}
    )
    np.testing.assert_array_equal(display.ax_.lines[0].get_xydata(), [[1, 2], [10, 4], [100, 7]])
    assert [t.get_text() for t in display.ax_.get_xticklabels()] == ["1", "10", "100"]
    assert [t.get_text() for t in display.ax_.get_legend().get_texts()] == ["median", "theory", "chance"]


def test_axes_for_zero_for_names_and_for_many_values():
    assert SweepDisplay([0, 1], [[1], [2]]).plot().ax_.get_xscale() == "linear"
    named = SweepDisplay(["relu", "abs"], [[1, 2], [3]]).plot()
    assert [t.get_text() for t in named.ax_.get_xticklabels()] == ["relu", "abs"]
    SweepDisplay(np.geomspace(1, 100, 30), np.ones((30, 2))).plot(log_y=True, points=False)


def test_series_stand_beside_one_another():
    display = SweepDisplay([1, 2], {"train": [[1], [2]], "test": [[1], [2]]}).plot(
        log_x=False, colours={"test": "red"}
    )
    first, second = (line.get_xdata() for line in display.ax_.lines)
    assert (first < second).all()
    assert (second - first < 0.5).all()


@pytest.mark.parametrize("log_y", [False, True])
def test_points_of_about_one_value_stand_side_by_side_within_their_room(log_y):
    rng = np.random.default_rng(0)
    rows = [np.full(7, 3.0), rng.uniform(1, 100, 200), [1.0, 100.0]]
    display = SweepDisplay([1, 2, 3], {"a": rows, "b": rows}).plot(log_x=False, log_y=log_y)
    for line, points in zip(display.ax_.lines, display.ax_.collections[::2]):
        x, y = np.asarray(points.get_offsets()).T
        np.testing.assert_array_equal(y, np.concatenate(rows))
        aside = x - np.repeat(line.get_xdata(), [7, 200, 2])
        assert np.abs(aside).max() <= 0.5 / 2 / 2 + 1e-12  # two series share half the distance of two values
        assert len(np.unique(aside[:7].round(9))) == 7  # equal values, none on another
        assert aside[:7].sum() == pytest.approx(0)
        assert aside[-2:].tolist() == pytest.approx([0, 0])  # alone at their heights


def test_a_value_without_any_result_leaves_a_gap():
    assert np.isnan(SweepDisplay([1, 2], [[np.nan], [2.0]]).plot().ax_.lines[0].get_ydata()[0])


def test_wrong_number_of_rows():
    with pytest.raises(ShapeError, match="2 rows for 3 values"):
        SweepDisplay([1, 2, 3], [[1], [2]])
