"""rings: exact answers against brute force and scipy, and one small run of the whole."""

from __future__ import annotations

from itertools import combinations, product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.spatial import ConvexHull

import leadlight as ll
from leadlight import studies
from leadlight.data import rings
from leadlight.errors import DataError, ModelError, ParameterError
from leadlight.geometry import arrangement_regions_by_code
from leadlight.studies.rings.coordinates import polar
from leadlight.studies.rings.cube import near_corners
from leadlight.studies.rings.enclosed import Enclosure, enclosure
from leadlight.studies.rings.entropy import both_ways
from leadlight.studies.rings.monotone import (
    Cut,
    best_half_plane,
    best_strip,
    falling_cone,
    greatest_rise,
    widest_gap,
)
from leadlight.studies.rings.plain_list import module_of
from leadlight.studies.rings.rectified import live_gap
from leadlight.studies.rings.separable import separate
from leadlight.studies.rings.triangle import holds_origin, relation, triangle_of
from leadlight.studies.rings.triples import ahead

MUST_HOLD = {
    "cross-entropy-values",
    "probabilities-saturate",
    "nine-parameters",
    "two-units-never-suffice",
    "no-rise-in-the-cone",
    "seven-regions",
    "one-bit-a-line",
    "missing-code",
    "empty-corner",
    "parted-in-the-cube",
    "polar-is-linear",
    "full-batch-order",
    "plain-list-untrained",
    "shapes-broadcast",
    "in-place-destroys-the-loss",
}

small_integers = st.integers(-9, 9).map(float)
three_lines = st.lists(st.tuples(*[small_integers] * 3), min_size=3, max_size=3).map(np.array)


@pytest.fixture(scope="module")
def result():
    return studies.run(
        "rings",
        n_per_class=260,
        widths=(1, 2, 3, 5),
        relu_widths=(2, 3, 4),
        seeds=2,
        relu_seeds=2,
        epochs=800,
        lr=0.02,
        shuffle_epochs=20,
        seed=1,
    )


def test_what_must_hold_holds(result):
    assert result.status == "ok"
    claims = {claim.name: claim for claim in result.claims}
    assert {name for name, claim in claims.items() if claim.must_hold} == MUST_HOLD
    assert [name for name in MUST_HOLD if not claims[name].holds] == []
    assert all(d.holds for d in result.derivations)


def test_everything_the_sheet_asks_for_is_there(result):
    assert {f.name for f in result.figures} == {
        "logits", "losses", "maps", "cone", "regions", "cube", "cubes-of-five", "relu", "relu-maps",
    }  # fmt: skip
    assert len(result.answers) == 8
    assert len(result.mends) == 2
    assert len(result.derivations) == 4
    assert len(result.limits) >= 4
    assert sum(len(f.content) for f in result.figures) < 2_500_000
    assert max(len(f.content) for f in result.figures) < 500_000


def test_exact_values_of_the_sheet(result):
    tables = {t.name: t for t in result.tables}
    assert [round(row[1], 4) for row in tables["cross-entropy"].rows] == [4.6052, 1.2040, 0.6931, 0.0]
    assert tables["first-network"].rows[-1][-1] == 9
    kinds = [row[1] for row in tables["codes"].rows]
    assert (kinds.count("triangle"), kinds.count("outer"), kinds.count("missing")) == (1, 6, 1)
    assert [row[1] for row in tables["plain-list"].rows] == [4, 13]


def test_a_run_without_a_needed_width_is_refused():
    with pytest.raises(ParameterError, match=r"--widths is 1 2 5.*add 3"):
        studies.run("rings", widths=(1, 2, 5))


@given(three_lines)
def test_seven_codes_and_the_missing_one_is_the_complement(lines):
    triangle = triangle_of(lines)
    if triangle is None:
        return
    assert triangle.missing == triangle.opposite
    # brute force: the codes around the crossings of each two lines
    seen = set()
    for i, j in combinations(range(3), 2):
        point = np.linalg.solve(lines[[i, j], :2], -lines[[i, j], 2])
        k = 3 - i - j
        bit = int(lines[k] @ [*point, 1.0] > 0)
        for a, b in product((0, 1), repeat=2):
            seen.add(tuple({i: a, j: b, k: bit}[u] for u in range(3)))
    assert seen == set(triangle.regions)
    coded = arrangement_regions_by_code(lines)  # cut by its own code in rational numbers
    assert triangle.regions == {region.code: region.bounded for region in coded}
    pairs = triangle.crossings
    assert len(set(pairs)) == 9
    assert all(sum(a != b for a, b in zip(*pair)) == 1 and set(pair) <= seen for pair in pairs)
    a, total, error = relation(lines)
    assert (a > 0).all()
    assert total > 0
    assert error < 1e-12


def test_parallel_or_concurrent_lines_have_no_triangle():
    assert triangle_of([[1, 0, 0], [2, 0, 1], [0, 1, 0]]) is None
    assert triangle_of([[1, 0, 0], [0, 1, 0], [1, 1, 0]]) is None


@pytest.mark.parametrize("dimension", [2, 3])
@pytest.mark.parametrize("shift", [0.0, 0.5, 3.0])
def test_separation_has_a_certificate_either_way(dimension, shift):
    rng = np.random.default_rng(dimension)
    points = rng.uniform(-1, 1, (60, dimension))
    labels = np.repeat([0, 1], 30)
    points[labels == 1, 0] += shift
    found = separate(points, labels)
    # oracle: the origin lies in the hull of all differences just when no plane parts the classes
    differences = (points[labels == 1][:, None] - points[labels == 0]).reshape(-1, dimension)
    inside = bool((ConvexHull(differences).equations[:, -1] <= 0).all())
    assert found.separable is not inside
    if found.separable:
        signed = np.where(labels == 1, 1, -1) * (points @ found.normal + found.offset)
        assert signed.min() == pytest.approx(found.margin)
        assert found.margin > 0
        assert np.linalg.norm(found.normal) == pytest.approx(1)
    else:
        assert found.gap < 1e-9
        assert found.margin == 0


def test_separation_needs_both_classes():
    with pytest.raises(DataError, match="one"):
        separate([[0.0], [1.0]], [1, 1])


@pytest.mark.parametrize("activation", ["sigmoid", "relu", "tanh"])
@pytest.mark.parametrize("seed", range(6))
def test_the_falling_cone_is_where_no_unit_rises_and_no_more(activation, seed):
    net = ll.mlp(2, [2], 1, activation=activation, seed=seed)
    cone = falling_cone(net)
    rising = net.weights[1][0][:, None] * net.weights[0]
    assert (rising @ cone.directions(25).T <= 1e-12).all()
    just_outside = [cone.start - 1e-3, cone.start + cone.opening + 1e-3]
    for angle in just_outside:
        assert (rising @ [np.cos(angle), np.sin(angle)]).max() > 0
    points = np.random.default_rng(seed).normal(size=(20, 2))
    assert greatest_rise(net, points) <= 1e-12


def test_cones_of_networks_with_idle_units():
    idle = ll.Network.from_arrays([[[1, 0], [0, 1]], [[1, 0]]], [[0, 0], [0]], "sigmoid")
    assert np.degrees([falling_cone(idle).start, falling_cone(idle).opening]) == pytest.approx([90, 180])
    constant = ll.Network.from_arrays([[[1, 0], [0, 1]], [[0, 0]]], [[0, 0], [0]], "sigmoid")
    assert falling_cone(constant).opening == pytest.approx(2 * np.pi)
    strip = ll.Network.from_arrays([[[1, 0], [-1, 0]], [[1, 1]]], [[-1, -1], [0]], "sigmoid")
    assert falling_cone(strip).opening == pytest.approx(0)
    assert abs(falling_cone(strip).axis @ [1, 0]) < 1e-12


def test_three_units_that_point_to_all_sides_leave_no_falling_direction():
    angles = np.radians([90, 210, 330])
    weights = np.column_stack([np.cos(angles), np.sin(angles)])
    around = ll.Network.from_arrays([weights, [[1, 1, 1]]], [[-1, -1, -1], [0]], "relu")
    assert falling_cone(around) is None
    assert np.degrees(widest_gap(around)) == pytest.approx(120)
    turned = ll.Network.from_arrays([weights, [[-1, 1, 1]]], [[-1, -1, -1], [0]], "relu")
    assert np.degrees(falling_cone(turned).opening) == pytest.approx(60)
    assert np.degrees(widest_gap(around, np.array([True, False, False]))) == pytest.approx(360)
    assert widest_gap(around, np.zeros(3, dtype=bool)) == 2 * np.pi
    data = rings(20, seed=0)
    off = ll.Network.from_arrays([weights, [[1, 1, 1]]], [[-9, -1, -1], [0]], "relu")
    assert np.degrees(live_gap(off, data)) == pytest.approx(240)


def test_what_encloses_the_centre():
    strip = ll.Network.from_arrays([[[1, 0], [-1, 0]], [[1, 1]]], [[0, 0], [-2]])  # |x| < 2
    assert enclosure(strip) == Enclosure(inside=0, bounded=False, sides=2)
    # -relu(-x) - relu(-y) - relu(x + y - 1) + 1 > 0, the logit's other sign: a hexagon of class 1
    rows, heights = [[-1, 0], [0, -1], [1, 1]], [[-1, -1, -1]]
    around = enclosure(ll.Network.from_arrays([rows, heights], [[0, 0, -1], [1]]))
    assert (around.inside, around.bounded) == (1, True)
    # brute force: from the centre outwards every way leaves the region, past as many sides as the values say
    net = ll.Network.from_arrays([rows, heights], [[0, 0, -1], [1]])
    angles = np.linspace(0, 2 * np.pi, 721)
    ways = np.linspace(0, 10, 2001)[:, None, None] * np.stack([np.cos(angles), np.sin(angles)], axis=1)
    inside = net(ways.reshape(-1, 2)).reshape(2001, 721) > 0
    edge = ways[inside.sum(axis=0), np.arange(721)]
    patterns = {tuple(row) for row in (net.preactivations(edge)[0] > 0).tolist()}
    assert not inside[-1].any()
    assert around.sides == len(patterns)


@pytest.mark.parametrize("seed", range(8))
def test_triples_around_a_point_are_counted_by_their_half_turns(seed):
    lines = np.random.default_rng(seed).normal(size=(5, 3))
    enclosing = sum(holds_origin(lines[list(t)]) for t in combinations(range(5), 3))
    assert sum(ahead(lines)) == 10
    assert enclosing == 10 - sum(h * (h - 1) // 2 for h in ahead(lines))
    assert enclosing <= 5


def test_best_cuts_against_brute_force():
    X, y = rings(15, seed=3)
    directions = 2 * np.pi * np.arange(24) / 24
    half, strip = len(y), len(y)
    for angle in directions:
        u = X @ [np.cos(angle), np.sin(angle)]
        ends = [-np.inf, *u]
        for t in ends:
            half = min(half, int(np.sum((u <= t) != (y == 0))))
            for s in ends:
                strip = min(strip, int(np.sum(((u <= t) & (u > s)) != (y == 0))))
    assert best_half_plane(X, y, 24).errors == half
    assert best_strip(X, y, 12).errors == strip


def test_the_loss_of_a_cut_is_the_entropy_within_its_parts():
    assert Cut((50, 0), (0, 50)).loss == 0
    assert Cut((25, 25), (25, 25)).loss == pytest.approx(np.log(2))
    assert Cut((50, 50), (0, 100)).loss == pytest.approx(np.log(2) / 2)


def test_probabilities_in_float32_lose_gradients_that_logits_keep():
    z = np.array([0.5, 5.0, 20.0, 60.0])
    found = both_ways(z, 0.0)
    assert found["gradient by logit"] == pytest.approx(1 / (1 + np.exp(-z)), rel=1e-6)
    assert found["loss by logit"] == pytest.approx(np.logaddexp(0, z), rel=1e-6)
    assert found["gradient by p"][:2] == pytest.approx(found["gradient by logit"][:2], rel=1e-2)
    assert (found["gradient by p"][2:] == 0).all()


def test_small_helpers():
    r, theta = polar(np.array([[0.0, -2.0], [-1.0, 0.0]]))
    assert r.tolist() == [2, 1]
    assert theta == pytest.approx([1.5 * np.pi, np.pi])
    assert near_corners(np.array([[0.05, 0.95], [0.5, 1.0]])).tolist() == [True, False]


def test_a_module_with_a_plain_list_is_named():
    net = ll.mlp(2, [3], 1, activation="sigmoid", seed=0)
    assert ll.Network.of(module_of(net, registered=True)).equals(net)
    with pytest.raises(ModelError, match=r"Net\.hidden holds layers in a plain Python list"):
        ll.Network.of(module_of(net, registered=False))


@pytest.mark.long
def test_the_sheets_losses_lie_in_the_range_of_our_seeds():
    result = studies.run("rings")
    assert [claim.name for claim in result.claims if not claim.holds] == []
