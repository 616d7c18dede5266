"""Balls: the polygon around one holds all of it; the cells that meet it, against projections, samples, exact cases."""

import math
from fractions import Fraction

import numpy as np
import pytest
from scipy.optimize import nnls

import leadlight as ll
from degenerate_networks import KINDS, random_case
from leadlight.errors import ParameterError, ShapeError
from leadlight.geometry import ball

AXES = ll.Network.from_arrays([np.eye(2), [[1.0, 1.0]]], [[-3.0, -4.0], [0.0]])  # creases x = 3 and y = 4


def least_distances(cx, center):
    """From a point to each cell, by non-negative least squares over the corners' weights."""
    found = []
    for corners in cx.polygons():
        from_center = corners - center
        scale = 1e3 * np.abs(from_center).max()
        system = np.vstack([from_center.T, np.full(len(corners), scale)])
        found.append(nnls(system, np.r_[np.zeros(corners.shape[1]), scale])[1])
    return np.array(found)


@pytest.mark.parametrize("kind", KINDS)
def test_cells_that_meet_are_those_whose_least_distance_is_below_the_radius(kind):
    decided = 0
    for seed in range(list(KINDS).index(kind) + 60_000, 60_036, len(KINDS)):
        net, ((x0, x1), (y0, y1)), _ = random_case(seed, max_units=10)
        cx, rng = ll.regions(net, [(x0, x1), (y0, y1)]), np.random.default_rng(seed)
        center = rng.uniform((x0, y0), (x1, y1))
        radius = float(rng.uniform(0.05, 1.0))
        meets = np.zeros(len(cx), bool)
        meets[cx.cells_meeting_ball(center, radius)] = True
        away = least_distances(cx, center)
        clear = np.abs(away - radius) > 1e-3
        np.testing.assert_array_equal(meets[clear], away[clear] < radius)
        decided += clear.sum()
        angle = rng.uniform(0, 2 * np.pi, 3000)
        inside = center + (radius * 0.999999 * np.sqrt(rng.uniform(size=3000)))[:, None] * np.column_stack(
            [np.cos(angle), np.sin(angle)]
        )
        assert meets[np.setdiff1d(cx.locate(inside), -1)].all()
    assert decided > 0


def test_touching_is_not_meeting():
    up = math.nextafter(5.0, 9.0)
    for net, center, radius, expected in [
        (AXES, (0.0, 0.0), 5.0, 3),  # the cell x > 3, y > 4 touches in its corner (3, 4)
        (AXES, (0.0, 0.0), up, 4),
        (AXES, (3.0, 4.0), 5e-324 * 2**60, 4),  # around a vertex: all that have it
        (ll.Network.from_arrays([[[3.0, 4.0]], [[1.0]]], [[-25.0], [0.0]]), (0.0, 0.0), 5.0, 1),  # a tangent
        (ll.Network.from_arrays([[[3.0, 4.0]], [[1.0]]], [[-25.0], [0.0]]), (0.0, 0.0), up, 2),
    ]:
        cx = ll.regions(net, [(-9, 9), (-9, 9)])
        assert len(cx.cells_meeting_ball(center, radius)) == expected
    assert ll.count_in_ball(AXES, (0, 0), 5.0) == 3
    assert ll.count_in_ball(AXES, (0, 0), up) == 4
    assert ll.count_in_ball(AXES, (3, 4), 1e-9) == 4


def test_on_an_interval():
    net = ll.Network.from_arrays([[[1.0]] * 3, [[1.0] * 3]], [[1.0, 0.0, -2.0], [0.0]])  # creases -1, 0, 2
    assert [ll.count_in_ball(net, 0.5, r) for r in (0.5, math.nextafter(0.5, 1), 1.5, 1.75)] == [1, 2, 2, 4]
    assert [ll.count_in_ball(net, [0.0], r) for r in (1e-9, 1.0, math.nextafter(1.0, 2))] == [2, 2, 3]
    cx = ll.regions(net, (-4, 4))
    assert cx.cells_meeting_ball(2.0, 1.0).tolist() == [2, 3]


@pytest.mark.parametrize("seed", range(4))
def test_a_count_is_that_of_all_cells_on_a_larger_domain(seed):
    net = ll.mlp(2, [12, 12], 1, init="he_normal", bias="normal(0.5)", seed=seed)
    cx = ll.regions(net, [(-3, 3), (-3, 3)])
    for radius in (0.25, 1.0):
        whole = cx.cells_meeting_ball((0.5, -0.5), radius)
        assert ll.count_in_ball(net, (0.5, -0.5), radius) == len(whole) >= 1 + (radius == 1.0)
        part = ll.regions(net, ball((0.5, -0.5), radius, 5))
        mine = part.cells_meeting_ball((0.5, -0.5), radius)
        assert set(map(bytes, part.patterns[mine])) == set(map(bytes, cx.patterns[whole]))


@pytest.mark.parametrize("seed", range(4))
def test_on_skew_axes_a_ball_is_that_of_the_input_space(seed):
    net = ll.mlp(5, [10, 10], 1, init="he_normal", bias="normal(0.5)", seed=seed)
    origin, e, f = np.zeros(5), np.eye(5)[1], np.eye(5)[3]
    straight = ll.slice_plane(origin, e, f)
    skew = ll.slice_plane(origin, 4 * e, 0.25 * f + 2 * e)  # x e + y f is s = (x - 8 y) / 4, t = 4 y
    for x, y, radius in ((0.5, 0.25, 1.0), (-1.0, 0.125, 0.5)):
        expected = ll.count_in_ball(net, (x, y), radius, slice=straight)
        assert ll.count_in_ball(net, ((x - 8 * y) / 4, 4 * y), radius, slice=skew) == expected > 1
    line, twice = ll.slice_line(origin, e), ll.slice_line(origin, -2 * e)
    for x in (0.5, -0.25):
        expected = ll.count_in_ball(net, x, 1.0, slice=line)
        assert ll.count_in_ball(net, -x / 2, 1.0, slice=twice) == expected > 1


def test_touching_in_the_input_space_s_metric():
    # On the plane (2 s + t, t): the crease 3 x + 4 y = 25 is a tangent of the ball of radius 5, exactly.
    net = ll.Network.from_arrays([[[3.0, 4.0]], [[1.0]]], [[-25.0], [0.0]])
    plane = ll.slice_plane((0, 0), (2, 0), (1, 1))
    assert ll.count_in_ball(net, (0, 0), 5.0, slice=plane) == 1
    assert ll.count_in_ball(net, (0, 0), math.nextafter(5.0, 6.0), slice=plane) == 2


@pytest.mark.parametrize(
    ("center", "radius", "cut"),
    [
        ((1e6, 1e6), 1e-6, None), ((0, 0), 1e-300, None), ((0.1, 0.7), 1e200, None), ((3, -1), 1 / 3, None),
        ((0.3, 0.1), 0.7, ll.slice_plane((0.1, 0, 0), (0.4, 0.2, 0.3), (0.1, 0.7, -0.2))),
        ((2.0, 1.0), 0.1, ll.slice_plane((0, 0, 0), (1, 1, 1), (1, 1, 1.0001))),
    ],
)  # fmt: skip
def test_the_polygon_holds_the_disc_exactly(center, radius, cut):
    around = ball(center, radius, 17, slice=cut)
    through = np.eye(3, 2)[[2, 0, 1]] if cut is None else cut.through
    # Sides and centre in the input space, in rational numbers: the distance of a line there, by the cross product.
    origin, *axes = ([Fraction(v) for v in p] for p in through.tolist())
    axes = [[x - o for x, o in zip(p, origin)] for p in axes]
    points = [[Fraction(v) - Fraction(c) for v, c in zip(p, center)] for p in around.corners.tolist()]
    inputs = [[s * x + t * y for x, y in zip(*axes)] for s, t in points]
    for p, q in zip(inputs, inputs[1:] + inputs[:1]):
        side = [y - x for x, y in zip(p, q)]
        pp, ps, ss = (sum(x * y for x, y in zip(u, v)) for u, v in ((p, p), (p, side), (side, side)))
        away = (pp * ss - ps * ps) / ss  # squared
        assert Fraction(radius) ** 2 <= away < Fraction(radius) ** 2 * Fraction(101, 100)
    assert (
        ll.regions(ll.mlp(2 if cut is None else 3, [1], 1), around, slice=cut).locate([center]) >= 0
    ).all()


@pytest.mark.parametrize(
    ("call", "error", "sentence"),
    [
        (lambda: ball((1e9, 0), 1e-9), ParameterError, "too small for a polygon"),
        (lambda: ball((0, 0), 1.79e308, 3), ParameterError, "beyond the range"),
        (lambda: ball(1e308, 1e308), ParameterError, "beyond the range"),
        (lambda: ball((0, 0), True), ParameterError, "radius"),
        (lambda: ball((0, 0), 1.0, slice=ll.slice_line([0, 0], [1, 1])), ShapeError, "center has 2 .* slice 1"),
        (lambda: ball((0, 0), 1.0, slice="plane"), ParameterError, "slice_plane"),
        (lambda: ball(0, 1.0, slice=ll.slice_line([0], [1e-200])), ParameterError, "too close together"),
        (lambda: ll.regions(AXES, [(0, 1), (0, 1)]).cells_meeting_ball(0, 1.0), ShapeError, "center has 1"),
        (lambda: ll.regions(AXES, [(0, 1), (0, 1)]).cells_meeting_ball((0, 0), -1.0), ParameterError, "radius"),
        (lambda: ll.count_in_ball(AXES, (0, 0, 0), 1.0), ParameterError, "center"),
        (lambda: ll.count_in_ball(AXES, 0.0, 1.0), ShapeError, "inputs"),
    ],
)  # fmt: skip
def test_what_is_no_ball_gets_one_sentence(call, error, sentence):
    with pytest.raises(error, match=sentence):
        call()
