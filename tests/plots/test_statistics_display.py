"""Histograms of cells: what is drawn is what the statistics say."""

import itertools

import numpy as np
import pytest

import leadlight as ll
from leadlight.errors import ParameterError
from leadlight.plots import StatisticsDisplay, style

NET = ll.mlp(2, [12, 12], 2, seed=1, init="he_normal", bias="normal(0.4)")
CX = ll.regions(NET, [(-2, 2), (-2, 2)])


def test_three_panels_show_the_histograms():
    found = CX.statistics()
    display = found.plot(per_doubling=2, title="cells")
    display.figure_.canvas.draw()
    areas, sides, gradients = display.axes_
    for ax, some in ((areas, found.areas), (gradients, found.gradients)):
        counts, edges = some.histogram(2)
        (steps,) = ax.patches
        np.testing.assert_array_equal(steps.get_data().values, counts)
        np.testing.assert_array_equal(steps.get_data().edges, edges)
        assert ax.lines[0].get_xdata()[0] == some.median
    heights = {round(bar.get_x() + 0.45): bar.get_height() for bar in sides.patches}
    assert heights == {i: n for i, n in enumerate(found.sides.tolist()) if n}


def test_by_area_the_shares_sum_to_one_and_zeros_are_told():
    display = StatisticsDisplay.from_complex(CX).plot(by="area")
    for ax, some in zip(display.axes_[::2], (CX.statistics().areas, CX.statistics().gradients)):
        shown = ax.patches[0].get_data().values.sum()
        assert shown + some.zero_weight / some.weight == pytest.approx(1.0)
    dead = ll.Network.from_arrays([np.eye(2), [[1.0, 1.0]]], [[0, 0], [0]])
    zero = StatisticsDisplay.from_network(dead, [(-1, 1), (-1, 1)]).plot()
    assert zero.axes_[2].get_title() == "and 1 where it is 0"


def test_an_interval_has_two_panels_and_axes_can_be_given():
    found = ll.regions(ll.mlp(1, [8], 1), (-3, 3)).statistics()
    _, grid = style.subplots(1, 3)
    display = found.plot(grid[0][:2])
    assert [ax.get_xlabel() for ax in display.axes_] == ["length of a cell", "norm of the gradient"]
    with pytest.raises(ParameterError, match="given 3 axes; expected 2"):
        found.plot(grid[0])


def test_a_network_that_is_constant_everywhere_draws():
    flat = ll.Network.from_arrays([np.zeros((1, 2))], [[1.0]])
    display = StatisticsDisplay.from_network(flat, [(-1, 1), (-1, 1)]).plot()
    display.figure_.canvas.draw()
    # where all are 0 there is no median on a logarithmic axis
    assert [len(ax.lines) for ax in display.axes_] == [1, 0, 0]
    assert all(float(tick).is_integer() for tick in display.axes_[1].get_xticks())


def test_labels_of_a_narrow_histogram_are_plain_numbers_that_do_not_overlap():
    display = StatisticsDisplay.from_network(ll.mlp(2, [6, 6], 5, seed=2), [(-2, 2), (-2, 2)]).plot()
    ax = display.axes_[2]
    low, high = ax.get_xlim()
    assert high < 64 * low
    display.figure_.canvas.draw()
    shown = [label for label in ax.get_xticklabels(which="both") if label.get_text()]
    assert all(float(label.get_text()) == pytest.approx(label.get_position()[0]) for label in shown)
    boxes = sorted((label.get_window_extent().x0, label.get_window_extent().x1) for label in shown)
    within = [box for box in boxes if ax.bbox.x0 - 1 <= sum(box) / 2 <= ax.bbox.x1 + 1]
    assert len(within) > 1
    assert all(left[1] < right[0] for left, right in itertools.pairwise(within))


def test_there_are_bins_enough_to_see_a_shape_where_numbers_lie_close_together():
    display = StatisticsDisplay.from_complex(CX).plot()
    for ax, some in zip(display.axes_[::2], (CX.statistics().areas, CX.statistics().gradients)):
        shown = ax.patches[0].get_data().values
        assert len(shown) >= 10
        finer = {len(some.histogram(n)[0]) for n in (1, 2, 4, 8)} - {len(shown)}
        assert not any(10 <= n < len(shown) for n in finer)
    few = ll.regions(ll.mlp(2, [1], 1, seed=0), [(-3, 3), (-3, 3)])
    assert 1 <= len(StatisticsDisplay.from_complex(few).plot().axes_[0].patches[0].get_data().values) < 80
