import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadlight.errors import ParameterError
from leadlight.geometry.balls import ball
from leadlight.geometry.domain import Domain, domain


@pytest.mark.parametrize("form", [(-1, 2), [(-1, 2)], np.array([-1.0, 2.0]), [[-1, 2]]])
def test_interval_forms(form):
    found = domain(form)
    assert found.dim == 1
    assert found.corners.tolist() == [[-1.0], [2.0]]
    assert found.volume == 3.0


def test_box_is_counter_clockwise_and_knows_it_is_a_box():
    box = domain([(0, 3), (-1, 1)])
    assert box.is_box
    assert box.volume == 6.0
    assert box.bounds.tolist() == [[0.0, 3.0], [-1.0, 1.0]]
    assert not domain([(0, 0), (2, 0), (2, 1), (0.5, 1)]).is_box
    assert not domain([(1, 0), (2, 1), (1, 2), (0, 1)]).is_box


@given(st.integers(3, 12), st.booleans(), st.integers(0, 11))
def test_polygon_in_any_orientation_from_any_corner(m, clockwise, shift):
    angle = 2 * np.pi * np.arange(m) / m
    points = np.roll(np.column_stack([np.cos(angle), np.sin(angle)]), shift, axis=0)
    found = domain(points[::-1] if clockwise else points)
    assert sorted(found.corners.tolist()) == sorted(points.tolist())
    assert found.exact_volume > 0
    assert math.isclose(found.volume, m / 2 * math.sin(2 * math.pi / m), rel_tol=1e-12)


def test_repeated_and_straight_corners_are_dropped():
    found = domain([(0, 0), (0, 0), (1, 0), (2, 0), (2, 2), (2, 2), (1, 2), (0, 2), (0, 1)])
    assert sorted(found.corners.tolist()) == [[0, 0], [0, 2], [2, 0], [2, 2]]


def test_convex_by_a_hair_is_decided_exactly():
    tiny = math.ulp(0.5)
    found = domain([(0, 0), (1, 0), (1, 1), (0.5, 1 + 2 * tiny), (0, 1)])
    assert len(found.corners) == 5
    with pytest.raises(ParameterError, match="not convex"):
        domain([(0, 0), (1, 0), (1, 1), (0.5, 1 - tiny), (0, 1)])


def test_area_is_exact():
    found = domain([(0, 0), (0.1, 0), (0, 0.1)])
    assert found.exact_volume == Fraction(0.1) ** 2 / 2


star = [(math.cos(4 * math.pi * k / 5), math.sin(4 * math.pi * k / 5)) for k in range(5)]


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ((1, 0), "lower end first"),
        ((1, 1), "lower end first"),
        ([(0, 1), (2, 2)], "second side"),
        ((0, math.inf), "finite"),
        ([(0, 1), (0, math.nan)], "finite"),
        ("wide", "expected"),
        (None, r"domain was None; expected \(a, b\)"),
        ((1, 2, 3), "has shape"),
        ([], "has shape"),
        ([(0, 0), (1, 1), (2, 2)], "one line"),
        ([(0, 0), (1, 0), (0, 0)], "one line"),
        ([(1, 1), (1, 1), (1, 1)], "one line"),
        ([(0, 0), (2, 0), (1, 0), (1, 1)], "turns back"),
        ([(0, 0), (2, 0), (0.5, 0.5), (0, 2)], "not convex"),
        ([(0, 0), (1, 1), (1, 0), (0, 1)], "not convex"),
        (star, "crosses itself"),
        ([(0, 0), (1, 0), (1, 1), (0, 1)] * 2, "crosses itself"),
    ],
)
def test_what_is_no_domain_gets_one_sentence(given, sentence):
    with pytest.raises(ParameterError, match=sentence) as caught:
        domain(given)
    assert str(caught.value).endswith(".")


def test_ball_contains_the_disc_and_little_more():
    disc = ball((3.0, -2.0), 0.7, n=12)
    corners = disc.corners - [3.0, -2.0]
    side = np.roll(corners, -1, axis=0) - corners
    distance = (corners[:, 0] * side[:, 1] - corners[:, 1] * side[:, 0]) / np.hypot(*side.T)
    assert (distance >= 0.7).all()
    assert (distance < 0.7 * (1 + 1e-11)).all()
    assert ball(2.0, 0.5).corners.ravel().tolist() == [1.5, 2.5]


@pytest.mark.parametrize(
    ("center", "radius", "n", "sentence"),
    [
        ((0, 0), 0.0, 8, "radius"),
        ((0, 0), math.nan, 8, "radius"),
        ((0, 0), "1", 8, "radius"),
        ((0, 0), 1.0, 2, "n must be"),
        ((0, 0), 1.0, 8.0, "n must be"),
        ((0, 0, 0), 1.0, 8, "center"),
        ("here", 1.0, 8, "center"),
    ],
)
def test_what_is_no_ball_gets_one_sentence(center, radius, n, sentence):
    with pytest.raises(ParameterError, match=sentence):
        ball(center, radius, n)


def test_a_domain_is_taken_as_it_is_and_cannot_be_written_to():
    found = domain((0, 1))
    assert domain(found) is found
    assert isinstance(found, Domain)
    with pytest.raises(ValueError):
        found.corners[0] = 5.0
