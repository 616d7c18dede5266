"""Exact polygons: splitting keeps every bit of area, and touching is not cutting."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadlight.errors import ParameterError
from leadlight.geometry.exact.polygon import area, box_polygon, line_through, primitive, split, to_fractions

SQUARE = box_polygon([(0, 1), (0, 1)])


def test_a_box_takes_floats_as_exact_numbers():
    low = to_fractions(box_polygon([(0.1, 1), (0, 1)]))[0]
    assert low == (Fraction(0.1), 0)
    assert low[0] != Fraction(1, 10)


@pytest.mark.parametrize(
    "domain",
    [[(0, 0), (0, 1)], [(1, 0), (0, 1)], [(0, np.nan), (0, 1)], [(0, np.inf), (0, 1)], [1, 2], None],
)
def test_a_bad_box_is_one_sentence(domain):
    with pytest.raises(ParameterError, match="expected"):
        box_polygon(domain)


def test_a_cut_through_two_corners_adds_no_point():
    below, above = split(SQUARE, (1, -1, 0))
    assert len(below) == len(above) == 3
    assert area(below) == area(above) == Fraction(1, 2)


@pytest.mark.parametrize("form", [(1, 1, 0), (1, 0, 0), (1, 0, 1), (0, 1, -1), (-1, -1, 2)])
def test_a_line_that_only_touches_does_not_cut(form):
    parts = split(SQUARE, form)
    assert [part for part in parts if part is not None] == [SQUARE]


def test_line_through_is_positive_on_the_left():
    a, b, c = line_through((0, 0, 1), (2, 0, 2))
    assert b > 0
    assert (a, c) == (0, 0)


def test_primitive_keeps_signs_and_zero():
    assert primitive((-4, 6, 0)) == (-2, 3, 0)
    assert primitive((0, 0, 0)) == (0, 0, 0)


forms = st.tuples(*[st.integers(-50, 50)] * 3).filter(lambda f: f[:2] != (0, 0))


@given(st.lists(forms, min_size=1, max_size=8))
def test_parts_keep_the_area_and_are_strictly_convex(lines):
    parts = [box_polygon([(-2, 3), (-1, 1)])]
    for line in lines:
        parts = [piece for part in parts for piece in split(part, line) if piece is not None]
    assert sum(area(part) for part in parts) == 10
    for part in parts:
        assert len(set(part)) == len(part) >= 3
        points = to_fractions(part)
        for (px, py), (qx, qy), (rx, ry) in zip(points, points[1:] + points[:1], points[2:] + points[:2]):
            assert (qx - px) * (ry - py) - (qy - py) * (rx - px) > 0
