"""linear-regions: one small run of the whole, and each count, bound and law against another way to it."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from scipy import stats
from scipy.integrate import quad

from leadlight import Network, mlp, studies
from leadlight.errors import ModelError
from leadlight.geometry import general_position, line_crossings, max_regions, regions, unit_lines
from leadlight.geometry.reference import enumerate_cells
from leadlight.studies.linear_regions.arrangement import (
    EXAMPLES,
    example_counts,
    random_lines,
    unbounded_and_all,
)
from leadlight.studies.linear_regions.constant import constant_on_grid, constant_seeds, is_constant
from leadlight.studies.linear_regions.counts import (
    KINDS,
    arrangement_counts,
    count_many,
    full_view,
    lines_and_crossings,
    networks,
    square,
)
from leadlight.studies.linear_regions.far import (
    FAR,
    deviations,
    directions_inside,
    far_cells,
    far_pattern,
    offset_bound,
    without_biases,
)
from leadlight.studies.linear_regions.infinity import window_cells
from leadlight.studies.linear_regions.laws import angle_cdf, angle_density, first_layers, fits, fold
from leadlight.studies.linear_regions.mistakes import differences
from leadlight.studies.linear_regions.near_far import gradients_seen
from leadlight.studies.linear_regions.randomness import sector_share
from leadlight.studies.result import Interval

MUST_HOLD = {
    "parameters", "bends", "cones-by-bound", "windows-empty", "flat-gradients", "cells-of-lines",
    "all-crossings", "border-lines", "cones-exactly", "forty-cones", "within-bounds", "general-position",
    "not-evenly-spaced", "not-gaussian", "mended-differences",
}  # fmt: skip


@pytest.fixture(scope="module")
def result():
    return studies.run(
        "linear-regions",
        half_widths=(5.0, 100.0), powers=(0, 6), resolution=60, seeds=2, far_networks=1, arrangements=1,
        law_networks=200, constant_networks=400,
    )  # fmt: skip


def test_what_must_hold_holds(result):
    assert result.status == "ok"
    assert {c.name for c in result.claims if c.must_hold} == MUST_HOLD
    assert result.failing == ()
    assert {c.name for c in result.claims if not c.must_hold} == {
        "shallow-has-more-near", "linear-regions-merge", "laws-fit", "constant-picture",
    }  # fmt: skip


def test_everything_the_sheet_asks_for_is_there(result):
    assert {f.name for f in result.figures} == {
        "images", "powers", "abs-images", "gradients", "cells", "why", "growth", "general-position", "laws",
        "transposed-wrong", "transposed-right",
    }  # fmt: skip
    assert {t.name for t in result.tables} == {
        "parameters", "view", "counts", "far", "border", "general-position", "laws", "constant",
    }  # fmt: skip
    assert len(result.answers) == 13
    assert len(result.derivations) == 4
    assert all(d.holds for d in result.derivations)
    assert [m.title for m in result.mends] == [
        "The finite-difference gradient",
        "The half-width 10 repeated for 100",
        "x and y exchanged",
    ]
    assert len(result.limits) >= 4
    assert sum(len(f.content) for f in result.figures) < 2.5e6


def test_exact_values_of_the_course(result):
    evidence = result.claim("parameters").evidence
    assert (evidence["shallow"], evidence["deep"]) == (81, 111)
    assert result.claim("all-crossings").evidence["networks with 211 cells in the greatest square"] == 2
    assert [row[3] for row in result.table("general-position").rows] == [7, 6, 6, 4]
    answer = next(a.text for a in result.answers if "greatest number" in a.question)
    assert "has 211 regions" in answer


@pytest.mark.parametrize("n", [1, 2, 5, 20])
def test_regions_of_lines_in_general_position(n):
    lines = random_lines(np.random.default_rng(n), n)
    assert general_position(lines).holds
    assert unbounded_and_all(lines) == (2 * n, n * (n + 1) // 2 + 1)


@pytest.mark.parametrize(("example", "expected"), list(zip(EXAMPLES, (7, 6, 6, 4), strict=True)))
def test_three_lines(example, expected):
    cells, n_regions, flaws = example_counts(example)
    assert cells == n_regions == expected
    assert flaws.holds == (expected == 7)


@pytest.mark.parametrize("seed", range(3))
def test_cells_from_lines_and_crossings_are_the_enumerator_s(seed):
    net = mlp(2, [6], 1, seed=seed)
    half_widths = (0.5, 2.0, 30.0, 1e7)
    lines, cells, full = arrangement_counts(net, half_widths)
    complexes = [enumerate_cells(net, square(h)) for h in half_widths]
    assert cells.tolist() == [len(c) for c in complexes]
    assert lines.tolist() == [len(c.border_points()) / 2 for c in complexes]
    assert full > 0
    exact = full_view(line_crossings(unit_lines(net)))
    assert len(enumerate_cells(net, square(exact * Fraction(1001, 1000)))) == 22
    assert len(enumerate_cells(net, square(exact * Fraction(999, 1000)))) < 22


def test_a_line_that_only_touches_the_corner_is_not_in_view():
    lines = np.array([[1.0, 1.0, -2.0], [1.0, -1.0, 0.0]])
    assert lines_and_crossings(lines, line_crossings(lines), 1) == (1, 0)
    assert lines_and_crossings(lines, line_crossings(lines), Fraction(3, 2)) == (2, 1)


@pytest.mark.parametrize("kind", KINDS)
def test_far_pattern_is_that_of_a_distant_point(kind):
    (net,) = networks(kind, [3])
    cones = enumerate_cells(without_biases(net), square(1.0)).cells
    far = enumerate_cells(net, square(FAR))  # the plain enumerator: another way to the same
    by_pattern = {cell.pattern: cell for cell in far.cells}
    for cone in cones:
        x, y = cone.interior_point
        pattern = far_pattern(net, (x, y))
        at = 1e9 * np.array([float(x), float(y)])
        assert pattern == tuple(tuple((z > 0).astype(int)) for z in net.preactivations(at)[:-1])
        assert by_pattern[pattern].affine[0] == cone.affine[0]


@pytest.mark.parametrize("kind", KINDS)
def test_far_cells_are_those_of_the_plain_enumerator(kind):
    (net,) = networks(kind, [7])
    cones = enumerate_cells(without_biases(net), square(1.0)).cells
    for half_width in (5.0, FAR):
        cells = enumerate_cells(net, square(half_width)).cells
        found = far_cells(net, regions(net, square(half_width)))
        patterns = {far_pattern(net, cone.interior_point): cone.affine[0] for cone in cones}
        matched = [cell for cell in cells if patterns.get(cell.pattern) == cell.affine[0]]
        reach = [cell for cell in cells if any(max(map(abs, point)) == half_width for point in cell.polygon)]
        assert (found.cones, found.matched, found.unbounded) == (len(cones), len(matched), len(reach))
        area = float(sum((cell.area for cell in matched), Fraction(0)) / Fraction(2 * half_width) ** 2)
        assert found.area_share == pytest.approx(area, rel=1e-12)


def test_directions_lie_inside_their_cells():
    cones = regions(without_biases(networks("deep ReLU", [5])[0]), square(1.0))
    points = np.array(directions_inside(cones), dtype=float)
    np.testing.assert_array_equal(cones.locate(points), np.arange(len(cones)))
    # two lines a float apart: a sliver whose rounded centre is not inside, but the exact mean of its corners is
    net = Network.from_arrays([[[1.0, 1.0], [1.0, np.nextafter(1.0, 2.0)]], [[1.0, 1.0]]], [[0.0] * 2, [0.0]])
    cx = regions(net, [(0.1, 0.3), (-0.3, -0.1)])
    for cell, point in enumerate(directions_inside(cx)):
        at = [a * point[0] + b * point[1] for a, b in (map(Fraction, row) for row in net.weights[0].tolist())]
        assert [value > 0 for value in at] == cx.patterns[cell].astype(bool).tolist()


@pytest.mark.parametrize("kind", KINDS)
def test_every_cone_has_its_cell_and_cones_fill_the_far_square(kind):
    (net,) = networks(kind, [5])
    found = far_cells(net, regions(net, square(FAR)))
    assert found.matched == found.cones
    assert found.strips == found.unbounded - found.cones >= 0
    assert found.area_share > 1 - 1e-6
    assert far_cells(net, regions(net, square(5.0))).area_share < 0.9
    if "shallow" in kind:
        assert (found.cones, found.strips) == (40, 0)


def test_strips_lie_between_parallel_creases():
    # far to the left only one unit of layer 1 is on, so that layer 2 sees -x1 alone: parallel creases
    W = [[[-1.0, 0.0]], [[1.0], [1.0]], [[1.0, 1.0]]]
    net = Network.from_arrays(W, [[0.0], [-1.0, -2.0], [0.0]])
    found = far_cells(net, regions(net, square(100.0)))
    assert (found.cones, found.matched, found.strips) == (2, 2, 2)


@pytest.mark.parametrize("kind", KINDS)
def test_the_bound_on_what_biases_do(kind):
    (net,) = networks(kind, [1])
    points = np.random.default_rng(0).normal(scale=100, size=(2000, 2))
    assert np.abs(net(points) - without_biases(net)(points)).max() <= offset_bound(net)
    radii = (1.0, 10.0, 1e6)
    assert np.all(deviations(net, radii) <= offset_bound(net) / np.array(radii))


def test_what_is_not_homogeneous_is_refused():
    net = mlp(2, [3], 1, activation="hardtanh")
    with pytest.raises(ModelError, match="not positively homogeneous"):
        offset_bound(net)
    with pytest.raises(ModelError, match="breakpoint at 0"):
        far_pattern(net, (Fraction(1), Fraction(0)))


def test_counts_are_the_enumerator_s_and_within_bounds():
    nets = networks("deep ReLU", [11, 12])
    counts = count_many(nets, [5.0])
    assert counts.half_widths == (5.0, FAR)
    for j, net in enumerate(nets):
        complex = enumerate_cells(net, square(5.0))
        assert counts.cells[0, j] == len(complex)
        assert counts.linear_regions[0, j] == complex.count_linear_regions()
    assert counts.cells.max() <= int(max_regions([5] * 4, 2))


def test_a_window_at_the_origin_is_the_square():
    (net,) = networks("shallow ReLU", [2])
    assert window_cells(net, 0.0, 5.0, 1).tolist() == [len(enumerate_cells(net, square(5.0)))]
    assert window_cells(net, 1e6, 5.0, 8).mean() < 2


def test_the_pixels_see_the_gradients_of_the_cells():
    (net,) = networks("shallow ReLU", [2])
    n_regions = regions(net, square(5.0)).n_linear_regions
    assert 0.5 * n_regions < gradients_seen(net, 5.0, 150) <= n_regions


def test_constant_pictures_are_found_and_confirmed():
    dead = Network.from_arrays([np.eye(2), [[1.0, 1.0]]], [[-6.0, -6.0], [2.0]])  # off within 5
    nets = [mlp(2, [2], 1, seed=1), dead]
    assert constant_on_grid(nets, 5.0).tolist() == [False, True]
    assert constant_seeds(nets, 5.0) == [1]
    assert constant_seeds(nets, 7.0) == []
    # constant on the grid, not between: the exact count is not deceived
    tent = Network.from_arrays([[[1.0, 0.0]], [[1.0]]], [[-4.5], [0.0]])
    assert constant_on_grid([tent], 5.0, resolution=1).tolist() == [True]
    assert not is_constant(regions(tent, square(5.0)))


def test_the_law_of_the_angle():
    assert quad(lambda a: float(angle_density(np.array(a))), -np.pi, np.pi, limit=200)[0] == pytest.approx(1)
    vectors = np.random.default_rng(0).uniform(-1, 1, size=(50_000, 2))
    folded = fold(np.arctan2(vectors[:, 1], vectors[:, 0]))
    assert np.all(np.abs(folded) <= np.pi / 4)
    assert stats.kstest(folded, angle_cdf).pvalue > 0.01
    assert [sector_share(k, 4) for k in (-4, 0, 2, 4)] == pytest.approx([0, 0.5, 0.75, 1])
    h = 1e-6
    slope = (angle_cdf(np.array(0.3 + h)) - angle_cdf(np.array(0.3 - h))) / (2 * h)
    assert slope == pytest.approx(4 * angle_density(np.array(0.3)))


def test_the_default_initialisation_follows_its_laws_and_no_others():
    square_law, even, uniform, gaussian = fits(
        *first_layers(networks("shallow ReLU", range(300))), bound=2**-0.5
    )
    assert min(square_law.p_value, uniform.p_value) > 0.001
    assert max(even.p_value, gaussian.p_value) < 1e-3


def test_differences_of_a_plane():
    net = Network.from_arrays([[[1.0, 0.0], [0.0, 1.0]], [[2.0, -3.0]]], [[50.0, 50.0], [0.0]])
    found = differences(net, 5.0, 20)  # both units on everywhere: f = 2 x1 - 3 x2 - 50
    assert found.inside[1:-1, 1:-1].all()
    np.testing.assert_allclose(found.mended, found.exact, atol=1e-12)
    np.testing.assert_allclose(found.sheet, np.broadcast_to([-1.5, 1.0], found.sheet.shape), atol=1e-12)


@pytest.mark.long
def test_the_full_run_agrees_with_the_sheet():
    result = studies.run("linear-regions")
    assert result.failing == ()
    share = result.claim("constant-picture").evidence["share"]
    assert isinstance(share, Interval)
    assert abs(share.median - 0.01) < 0.003  # the sheet: about 1 %
    border = {row[0]: row for row in result.table("border").rows}
    assert border["1e6"][2] == "200 of 200"
