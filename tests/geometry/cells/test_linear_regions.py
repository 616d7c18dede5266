"""Linear regions: what joins cells and what does not. Against the oracle: test_regions.py."""

import numpy as np
import pytest

import leadlight as ll

BOX = [(-2, 2), (-2, 2)]


def test_a_region_may_have_a_hole():
    # relu(1 - |x| - |y|): a pyramid of four faces on one flat region.
    net = ll.Network.from_arrays(
        [np.eye(2), [[-1.0, -1.0]], [[1.0]]], [[0.0, 0.0], [1.0], [0.0]], ["abs", "relu"]
    )
    cx = ll.regions(net, BOX)
    assert (len(cx), cx.n_linear_regions) == (8, 5)
    around = cx.locate([(1.5, 1.5), (-1.5, 1.5), (-1.5, -1.5), (1.5, -1.5)])
    assert len(set(cx.linear_regions()[around].tolist())) == 1
    assert cx.linear_regions()[0] == 0
    assert np.diff(np.unique(cx.linear_regions())).tolist() == [1] * 4


@pytest.mark.parametrize(
    ("slope", "regions"),
    [(0.0, 1), (1e-300, 2), (5e-324, 2), (1e-30, 2)],
)
def test_slopes_that_no_sum_of_floats_shows_bend_all_the_same(slope, regions):
    # 1 + slope relu(x) + (relu(y) - relu(y))
    net = ll.Network.from_arrays([[[1, 0], [0, 1], [0, 1]], [[slope, 1, -1]]], [[0] * 3, [1.0]])
    cx = ll.regions(net, BOX)
    assert (len(cx), cx.n_linear_regions) == (4, regions)


def test_sums_that_cancel_exactly_do_not_bend():
    # relu(z) - relu(-z) = z, with weights whose float products round.
    W = np.array([[0.1, 0.7], [-0.1, -0.7], [0.3, 0.1]])
    net = ll.Network.from_arrays([W, [[0.3, -0.3, 1 / 3]]], [[0.2, -0.2, 0.1], [0.7]])
    cx = ll.regions(net, BOX)
    assert (len(cx), cx.n_linear_regions) == (4, 2)


def test_every_output_counts():
    W = [[1.0, 0.0], [0.0, 1.0]]
    one = ll.Network.from_arrays([W, [[1.0, 0.0]]], [[0.0] * 2, [0.0]])
    two = ll.Network.from_arrays([W, [[1.0, 0.0], [0.0, 1.0]]], [[0.0] * 2, [0.0] * 2])
    assert [ll.regions(net, BOX).n_linear_regions for net in (one, two)] == [2, 4]


def test_steps_part_regions_where_they_jump():
    net = ll.Network.from_arrays([[[1, 0], [1, 0], [0, 1]], [[1, -1, 1]]], [[0] * 3, [0]], "step")
    cx = ll.regions(net, BOX)
    assert (len(cx), cx.n_linear_regions) == (4, 2)
