"""Integrals and moments against exact sums over the oracle's cells, Monte Carlo, and closed forms."""

from fractions import Fraction

import numpy as np
import pytest

import leadlight as ll
from degenerate_networks import KINDS, random_case
from exact_networks import pieces_on_interval
from leadlight.geometry import ball
from leadlight.geometry.reference import enumerate_cells

KINDS_IN_RANGE = [kind for kind in KINDS if kind != "extreme scales"]


def exact_integral(cell, output):
    """Over a cell of the oracle: triangles from the first corner, the mean of three corners each."""
    matrix, offset = cell.affine
    (a, b), c = matrix[output], offset[output]
    values = [a * x + b * y + c for x, y in cell.polygon]
    (x0, y0), total = cell.polygon[0], Fraction(0)
    for k in range(1, len(values) - 1):
        (px, py), (qx, qy) = cell.polygon[k], cell.polygon[k + 1]
        twice = (px - x0) * (qy - y0) - (py - y0) * (qx - x0)
        total += twice / 2 * (values[0] + values[k] + values[k + 1]) / 3
    return total


@pytest.mark.parametrize("kind", KINDS_IN_RANGE)
def test_integrals_are_the_exact_sums(kind):
    for seed in range(list(KINDS).index(kind) + 72_000, 72_036, len(KINDS)):
        net, box, _ = random_case(seed)
        cx, cells = ll.regions(net, box), enumerate_cells(net, box).cells
        for output in range(net.n_outputs):
            expected = float(sum(exact_integral(cell, output) for cell in cells))
            scale = 1e-9 * max(
                1.0, abs(cx.extrema(output).maximum.value), abs(cx.extrema(output).minimum.value)
            )
            assert cx.integral()[output] == pytest.approx(expected, abs=scale * cx.domain.volume)
            assert cx.mean()[output] == pytest.approx(expected / cx.domain.volume, abs=scale)
        np.testing.assert_array_equal(cx.mean(), cx.moments().mean)


def test_a_covariance_is_not_lost_beside_a_large_mean():
    net = ll.Network.from_arrays([np.eye(2), np.eye(2)], [[2.0, 2.0], [1e8, -1e8]])
    found = ll.regions(
        net, [(-1, 1), (-1, 1)]
    ).moments()  # two independent numbers, uniform on an interval of length 2
    np.testing.assert_allclose(found.covariance, np.eye(2) / 3, atol=1e-7)
    np.testing.assert_allclose(found.mean, [1e8 + 2, 2 - 1e8], rtol=1e-12)


@pytest.mark.parametrize("domain", [[(-2, 2), (-1, 3)], [(0, 0), (2, 0.5), (1, 3)], ball((0.5, 0), 1.5, 16)])
def test_moments_are_those_of_samples(domain):
    net = ll.mlp(2, [12, 12], 2, init="he_normal", bias="normal(0.5)", seed=2)
    cx = ll.regions(net, domain)
    (x0, x1), (y0, y1) = cx.domain.bounds
    points = np.random.default_rng(0).uniform((x0, y0), (x1, y1), (60_000, 2))
    values = net(points[cx.locate(points) >= 0])
    found, n = cx.moments(), len(values)
    noise = np.sqrt(np.diag(found.covariance) / n)
    assert (np.abs(values.mean(axis=0) - found.mean) <= 5 * noise).all()
    products = values[:, :, None] * values[:, None, :]
    assert (np.abs(products.mean(axis=0) - found.second) <= 5 * products.std(axis=0) / np.sqrt(n)).all()
    assert np.linalg.eigvalsh(found.covariance).min() > 0.0
    assert found.second[0, 1] == pytest.approx(found.second[1, 0], rel=1e-12)


@pytest.mark.parametrize("seed", range(0, 120, 12))
def test_moments_on_an_interval_are_the_exact_sums(seed):
    net, _, _ = random_case(seed)
    net = net.with_parameters([net.weights[0][:, 1:], *net.weights[1:]], net.biases)
    cx, first, second = ll.regions(net, (-1, 2)), Fraction(0), Fraction(0)
    for p, q, _, (a, *_), (c, *_) in pieces_on_interval(net, -1, 2):
        f, g = a * p + c, a * q + c
        first += (q - p) * (f + g) / 2
        second += (q - p) * (f * f + f * g + g * g) / 3
    assert cx.integral()[0] == pytest.approx(float(first), rel=1e-9, abs=1e-12)
    assert cx.moments().second[0, 0] == pytest.approx(float(second / 3), rel=1e-9, abs=1e-12)


def test_closed_forms():
    l1 = ll.Network.from_arrays([np.eye(2), [[1.0, 1.0]]], [[0.0, 0.0], [0.0]], "abs")
    cx = ll.regions(l1, [(-1, 1), (-1, 1)])
    assert cx.integral().tolist() == [pytest.approx(4.0)]
    assert cx.moments().second[0, 0] == pytest.approx(2 / 3 + 1 / 2)  # E[(|x| + |y|)^2]
    largest = ll.Network.from_arrays([[[-1, 1], [0, 1], [0, -1]], [[1, 1, -1]]], [[0] * 3, [0]])
    largest = largest.with_parameters([[[-1, 1], [1, 0], [-1, 0]], largest.weights[1]], largest.biases)
    assert ll.regions(largest, [(0, 1), (0, 1)]).mean()[0] == pytest.approx(2 / 3)  # max(x, y)


def test_sums_beyond_the_range_are_infinite():
    net = ll.Network.from_arrays([[[1e200, 0.0]], [[1e200]]], [[0.0], [0.0]])
    cx = ll.regions(net, [(-1, 1), (-1, 1)])
    assert cx.integral()[0] == np.inf
    shrunk = net.with_parameters([net.weights[0], [[1e200]]], net.biases)
    assert ll.regions(shrunk, [(-1e-200, 1e-200)] * 2).mean()[0] == pytest.approx(0.25e200)


@pytest.mark.parametrize("steep", [1e20, 1e40, 1e100])
def test_maps_steeper_than_floats_can_say_do_not_spoil_the_sum(steep):
    """0, then 1 beyond a ramp thinner than the rounding of its vertices: what the floats there say is wrong."""
    layers = [[[steep, 0.375 * steep]], [[1.0], [1.0]], [[1.0, -1.0]]]
    net = ll.Network.from_arrays(layers, [[-0.3 * steep], [0.0, -1.0], [0.0]])
    cx = ll.regions(net, [(0, 1), (0, 1)])
    assert len(cx) == 3
    assert cx.integral()[0] == pytest.approx(1 - 0.3 * 0.8 / 2, rel=1e-12)
    assert cx.moments().covariance[0, 0] == pytest.approx(0.88 * 0.12, rel=1e-12)
    line = net.with_parameters([net.weights[0][:, :1], *net.weights[1:]], net.biases)
    assert ll.regions(line, (0, 1)).mean()[0] == pytest.approx(0.7, rel=1e-12)


def test_slivers_of_steep_maps_do_not_spoil_the_sum():
    first = list(KINDS).index("extreme scales") + 84_000
    for seed in range(first, first + 20 * len(KINDS), len(KINDS)):
        net, box, _ = random_case(seed)
        cx, cells = ll.regions(net, box), enumerate_cells(net, box).cells
        for output in range(net.n_outputs):
            expected = sum(exact_integral(cell, output) for cell in cells)
            found = cx.extrema(output)
            size = max(abs(found.maximum.exact), abs(found.minimum.exact))
            if size < 1e150:
                allowed = Fraction(1, 10**6) * size * cx.domain.exact_volume
                assert abs(Fraction(float(cx.integral()[output])) - expected) <= allowed
