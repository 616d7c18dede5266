"""Unit lines: clipping in every direction, codes of the regions, general position decided exactly."""

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from leadlight import mlp
from leadlight.errors import ModelError, ShapeError
from leadlight.geometry import arrangement_regions_by_code, clip_line, general_position, unit_lines

BOX = [(-1, 2), (-3, 1)]
numbers = st.floats(-5, 5).map(lambda v: round(v, 3))


def test_unit_lines_are_the_first_layer():
    net = mlp(2, [3, 4], 1, seed=0)
    np.testing.assert_array_equal(unit_lines(net), np.column_stack([net.weights[0], net.biases[0]]))
    with pytest.raises(ModelError, match="3 inputs"):
        unit_lines(mlp(3, [3], 1))


@pytest.mark.parametrize(
    ("line", "ends"),
    [((1, 0, -0.5), [[0.5, -3], [0.5, 1]]), ((0, 2, 1), [[-1, -0.5], [2, -0.5]]), ((1, -1, 0), [[-1, -1], [1, 1]]),
     ((1, 0, 1), [[-1, -3], [-1, 1]]), ((1e-300, 0, 0), [[0, -3], [0, 1]]), ((1e300, 1e300, 0), [[-1, 1], [2, -2]])],
)  # fmt: skip
def test_clip(line, ends):
    np.testing.assert_allclose(clip_line(line, BOX), ends, atol=1e-15)


@pytest.mark.parametrize("line", [(1, 0, 5), (0, 1, -4), (1, 1, 9), (0, 0, 1), (0, 0, 0)])
def test_clip_of_what_misses_the_box(line):
    assert clip_line(line, BOX) is None


@given(st.tuples(numbers, numbers, numbers))
def test_clipped_ends_lie_on_the_line_and_on_the_border(line):
    assume(line[:2] != (0, 0))
    corners = np.array([[x, y] for x in BOX[0] for y in BOX[1]])
    signs = corners @ line[:2] + line[2]
    ends = clip_line(line, BOX)
    if ends is None:
        assert (signs > -1e-9).all() or (signs < 1e-9).all()
        return
    np.testing.assert_allclose(ends @ line[:2] + line[2], 0, atol=1e-9)
    for x, y in ends:
        assert min(abs(x + 1), abs(x - 2), abs(y + 3), abs(y - 1)) < 1e-9


@given(st.lists(st.tuples(numbers, numbers, numbers), min_size=3, max_size=3))
def test_three_lines_leave_out_the_complement_of_the_triangle(lines):
    assume(all(line[:2] != (0, 0) for line in lines) and general_position(lines).holds)
    regions = arrangement_regions_by_code(lines)
    assert len(regions) == 7
    (triangle,) = [region.code for region in regions if region.bounded]
    (missing,) = {(a, b, c) for a in (0, 1) for b in (0, 1) for c in (0, 1)} - {r.code for r in regions}
    assert missing == tuple(1 - bit for bit in triangle)


@given(st.lists(st.tuples(numbers, numbers, numbers), min_size=1, max_size=5), st.integers(0, 1000))
def test_every_point_has_a_code_on_the_list(lines, seed):
    points = np.random.default_rng(seed).uniform(-10, 10, (200, 2))
    values = points @ np.array(lines)[:, :2].T + np.array(lines)[:, 2]
    clear = (np.abs(values) > 1e-9).all(axis=1)
    codes = {region.code for region in arrangement_regions_by_code(lines)}
    assert {tuple(row) for row in (values[clear] > 0).astype(int).tolist()} <= codes


def test_a_domain_keeps_the_regions_that_meet_it_and_their_boundedness():
    lines = [[1, 0, 0], [0, 1, 0], [-1, -1, 1]]
    regions = arrangement_regions_by_code(lines, [(0.1, 0.3), (0.1, 0.3)])
    assert [(r.code, r.bounded) for r in regions] == [((1, 1, 1), True)]
    np.testing.assert_allclose(
        np.sort(regions[0].polygon, axis=0), [[0.1] * 2, [0.1] * 2, [0.3] * 2, [0.3] * 2]
    )


def test_parallel_lines_and_far_crossings():
    strips = arrangement_regions_by_code([[1, 0, 0], [1, 0, -1e6], [2, 0, 1]])
    assert [r.code for r in strips] == [(0, 0, 0), (0, 0, 1), (1, 0, 1), (1, 1, 1)]
    assert not any(r.bounded for r in strips)
    assert len(arrangement_regions_by_code([[1, 0, 0], [1, 1e-12, 0], [0, 1, -1]])) == 7


def test_general_position():
    assert general_position([[1, 0, 0], [0, 1, 0], [1, 1, 1]]).holds
    # proportional weights, not only identical ones, are parallel
    assert general_position([[1, 2, 0], [2, 4, 7]]).parallel == [(0, 1)]
    assert general_position([[1, 2, 0], [-1, -2, 0]]).parallel == [(0, 1)]
    assert general_position([[1, 0, -0.1], [0, 1, -0.2], [1, 1, -0.3]]).concurrent == []
    assert general_position([[1, 0, -0.25], [0, 1, -0.5], [1, 1, -0.75]]).concurrent == [(0, 1, 2)]
    with pytest.raises(ShapeError, match="lines"):
        general_position([[1, 2]])
