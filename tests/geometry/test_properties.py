"""What holds of every complex: it tiles its domain, carries the network, and changes with it as theory says."""

from collections import defaultdict
from fractions import Fraction
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy.spatial import ConvexHull, QhullError

import leadlight as ll
from degenerate_networks import of_units
from exact_networks import exact_values

CONTINUOUS = (
    "relu",
    "leaky_relu(0.1)",
    "abs",
    "hardtanh",
    "hardtanh(0, 1.5)",
    "identity",
    "prelu",
)  # prelu: a slope for each unit
ANY = (*CONTINUOUS, "step")
HOMOGENEOUS = ("relu", "leaky_relu", "abs", "identity", "prelu")
BOX = [(-2, 3), (-1.5, 1.5)]

quick, thorough = settings(max_examples=60), settings(max_examples=200)


def numbers(draw, *shape):
    """Halves of small integers, so that units coincide, cancel and meet in points, or floats of all digits."""
    count = int(np.prod(shape))
    if draw(st.booleans()):
        drawn = draw(st.lists(st.integers(-4, 4), min_size=count, max_size=count))
        return np.array(drawn, dtype=float).reshape(shape) / 2
    return np.random.default_rng(draw(st.integers(0, 2**32 - 1))).normal(size=shape)


@st.composite
def networks(draw, activations=ANY, max_units=4, max_depth=3):
    sizes = [
        2,
        *draw(st.lists(st.integers(1, max_units), min_size=1, max_size=max_depth)),
        draw(st.integers(1, 2)),
    ]
    return ll.Network.from_arrays(
        [numbers(draw, n_out, n_in) for n_in, n_out in pairwise(sizes)],
        [numbers(draw, n_out) for n_out in sizes[1:]],
        [activation_of(draw, draw(st.sampled_from(activations)), width) for width in sizes[1:-1]],
    )


def activation_of(draw, spec, width):
    return ll.Activation("prelu", numbers(draw, width)) if spec == "prelu" else spec


@st.composite
def polygons(draw):
    """Corners of a convex polygon, as Qhull finds them around points of integers."""
    points = draw(st.lists(st.tuples(*[st.integers(-6, 6)] * 2), min_size=3, max_size=9, unique=True))
    try:
        hull = ConvexHull(np.array(points) / 2)
    except QhullError:  # all on one line
        assume(False)
        raise
    return hull.points[hull.vertices]


def pattern_of(cx, cell):
    return tuple(cx.patterns[cell].tolist())


def areas_by(cx, keys):
    """The exact area of all cells of each key."""
    found = defaultdict(Fraction)
    for cell, key in enumerate(keys):
        found[key] += cx.area_exact(cell)
    return dict(found)


def areas_by_pattern(cx):
    return areas_by(cx, map(pattern_of, [cx] * len(cx), range(len(cx))))


def region_areas(cx):
    return sorted(areas_by(cx, cx.linear_regions().tolist()).values())


def value(matrix_and_offset, point):
    return [
        sum((a * v for a, v in zip(row, point)), offset)
        for row, offset in zip(*matrix_and_offset, strict=True)
    ]


def check_tiling(net, corners):
    cx = ll.regions(net, corners)
    exact = [cx.area_exact(cell) for cell in range(len(cx))]
    assert min(exact) > 0
    assert sum(exact) == cx.domain.exact_volume
    assert float(sum(exact)) == pytest.approx(ConvexHull(corners).volume, rel=1e-12)
    assert int(ll.count_regions(net, corners)) == len(cx)
    assert len({pattern_of(cx, cell) for cell in range(len(cx))}) == len(cx)
    vertices = [cx.vertex_exact(vertex) for vertex in range(len(cx.vertices))]
    assert len(set(vertices)) == len(vertices)
    for cell in range(len(cx)):
        polygon = cx.polygon_exact(cell)
        sides = zip(polygon, polygon[1:] + polygon[:1], polygon[2:] + polygon[:2])
        assert all(
            (q[0] - p[0]) * (r[1] - q[1]) > (q[1] - p[1]) * (r[0] - q[0]) for p, q, r in sides
        )  # strictly convex, counter-clockwise
        if cx.areas[cell] > 1e-6:
            assert cx.areas[cell] == pytest.approx(ConvexHull(cx.polygon(cell)).volume, rel=1e-6)
    if cx.is_continuous:
        assert len(vertices) - len(cx.edges) + len(cx) == 1  # Euler
        sides = np.ones(len(cx.edges), int)  # edge to edge: each is one side of each cell beside it
        sides[cx.edges.interior] = 2
        np.testing.assert_array_equal(np.bincount(cx.cell_edges), sides)


def check_maps(net, corners):
    cx = ll.regions(net, corners)
    maps = [cx.affine_map_exact(cell) for cell in range(len(cx))]
    A, c = cx.affine_maps()
    for cell in range(len(cx)):
        polygon = cx.polygon_exact(cell)
        inside = [sum(axis) / len(polygon) for axis in zip(*polygon)]
        assert value(maps[cell], inside) == exact_values(net, inside)
        np.testing.assert_allclose(A[cell], np.array(maps[cell][0], dtype=float), rtol=1e-9, atol=1e-11)
        np.testing.assert_allclose(c[cell], np.array(maps[cell][1], dtype=float), rtol=1e-9, atol=1e-11)
    labels = cx.linear_regions()
    for (left, right), ends in zip(cx.edges.cells.tolist(), cx.edges.vertices.tolist()):
        if right < 0:
            continue
        assert (labels[left] == labels[right]) >= (maps[left] == maps[right])
        if cx.is_continuous:
            for end in map(cx.vertex_exact, ends):
                assert value(maps[left], end) == value(maps[right], end)
    for region in set(labels.tolist()):
        first, *others = np.flatnonzero(labels == region).tolist()
        assert all(maps[cell] == maps[first] for cell in others)


def check_refinement(net, corners):
    fine = ll.regions(net, corners)
    for depth in range(net.depth):
        coarse = ll.regions(
            ll.Network.from_arrays(
                [*net.weights[:depth], np.ones((1, [2, *net.widths][depth]))],
                [*net.biases[:depth], [0.0]],
                net.activations[:depth],
            ),
            corners,
        )
        n_units = sum(net.widths[:depth])
        prefixes = [pattern_of(fine, cell)[:n_units] for cell in range(len(fine))]
        assert len(coarse) == fine.layer_counts[depth]
        assert areas_by_pattern(coarse) == areas_by(fine, prefixes)


def check_locating(net, corners):
    cx = ll.regions(net, corners)
    rng = np.random.default_rng(0)
    low, high = cx.domain.bounds.T
    points = np.concatenate([cx.centroids, rng.uniform(low, high, (50, 2))])
    cells = cx.locate(points)
    inside = cells >= 0
    assert inside[: len(cx)].all()
    z = net.preactivations(points)
    tables = [a.of_unit(0).pieces for a in net.activations]  # all units of a layer have the same breakpoints
    pieces = np.concatenate([table.index(zk) for table, zk in zip(tables, z)], axis=1)
    clear = inside.copy()  # so far from breakpoints that rounding decides no piece
    for table, zk in zip(tables, z):
        clear &= (np.abs(zk[..., None] - table.breakpoints) > 1e-9).all(axis=(1, 2))
    np.testing.assert_array_equal(cx.patterns[cells[clear]], pieces[clear])


def check_symmetries(net, corners, seed):
    cx, rng = ll.regions(net, corners), np.random.default_rng(seed)
    layer = int(rng.integers(net.depth))
    before, width = sum(net.widths[:layer]), net.widths[layer]
    columns = np.arange(net.n_units)

    def changed(into, bias, out, units=None):
        """The complex with this layer instead, of the network's own units or these of them."""
        weights, biases, activations = list(net.weights), list(net.biases), list(net.activations)
        weights[layer], biases[layer], weights[layer + 1] = into, bias, out
        activations[layer] = of_units(activations[layer], np.arange(width) if units is None else units)
        return ll.regions(ll.Network.from_arrays(weights, biases, activations), corners)

    W, b, V = net.weights[layer], net.biases[layer], net.weights[layer + 1]
    order = rng.permutation(width)
    permuted = changed(W[order], b[order], V[:, order], order)
    columns[before : before + width] = before + order
    assert areas_by_pattern(permuted) == areas_by(cx, map(tuple, cx.patterns[:, columns].tolist()))
    if net.activations[layer].name in HOMOGENEOUS:
        factor = 2.0 ** rng.integers(-8, 9, width)
        scaled = changed(W * factor[:, None], b * factor, V / factor)
        np.testing.assert_array_equal(scaled.patterns, cx.patterns)
        np.testing.assert_array_equal(scaled.linear_regions(), cx.linear_regions())
        assert areas_by_pattern(scaled) == areas_by_pattern(cx)
    unit = int(rng.integers(width))
    half = V.copy()
    half[:, unit] /= 2
    twice = [*range(before + width), before + unit, *range(before + width, net.n_units)]
    one_more = [*range(width), unit]
    halves = changed(W[one_more], b[one_more], half[:, one_more], one_more)
    assert areas_by_pattern(halves) == areas_by(cx, map(tuple, cx.patterns[:, twice].tolist()))
    assert region_areas(halves) == region_areas(cx)
    idle = changed(  # a unit of which nothing depends
        np.vstack([W, rng.integers(-3, 4, W.shape[1])]),
        np.append(b, 0.5),
        np.column_stack([V, 0 * V[:, 0]]),
        one_more,
    )
    assert len(idle) >= len(cx)
    if cx.is_continuous:
        assert region_areas(idle) == region_areas(cx)


def check_coordinates(net, corners, shear):
    """In other coordinates, by an integer matrix of determinant 1, cells keep patterns and areas."""
    M, inverse = np.array([[1, shear], [0, 1]]), np.array([[1, -shear], [0, 1]])
    integer = np.round(net.weights[0] * 4) / 4  # so that the products are exact
    net = net.with_parameters([integer, *net.weights[1:]], net.biases)
    turned = net.with_parameters([integer @ inverse, *net.weights[1:]], net.biases)
    cx, other = ll.regions(net, corners), ll.regions(turned, corners @ M.T)
    assert areas_by_pattern(other) == areas_by_pattern(cx)
    assert region_areas(other) == region_areas(cx)
    assert len(other.vertices) == len(cx.vertices)


def check_gluing(net, cut):
    (x0, x1), y = BOX
    whole = areas_by_pattern(ll.regions(net, BOX))
    for part in ([(x0, cut), y], [(cut, x1), y]):
        for pattern, area in areas_by_pattern(ll.regions(net, part)).items():
            whole[pattern] -= area
    assert set(whole.values()) == {0}


@quick
@given(networks(), polygons())
def test_cells_tile_the_polygon(net, corners):
    check_tiling(net, corners)


@quick
@given(networks(), polygons())
def test_maps_are_the_forward_pass_and_meet_on_shared_edges(net, corners):
    check_maps(net, corners)


@quick
@given(networks(), polygons())
def test_cells_of_a_layer_are_unions_of_those_of_the_next(net, corners):
    check_refinement(net, corners)


@quick
@given(networks(), polygons())
def test_located_points_have_the_pattern_of_their_cell(net, corners):
    check_locating(net, corners)


@quick
@given(networks(), polygons(), st.integers(0, 2**32 - 1))
def test_changes_without_effect_change_what_they_should(net, corners, seed):
    check_symmetries(net, corners, seed)


@quick
@given(networks(), polygons(), st.integers(-3, 3))
def test_other_coordinates_leave_cells_and_areas(net, corners, shear):
    check_coordinates(net, corners, shear)


@quick
@given(networks(), st.integers(-7, 11).map(lambda quarter: quarter / 4))
def test_two_halves_make_the_whole(net, cut):
    check_gluing(net, cut)


@pytest.mark.long
@thorough
@given(networks(max_units=6), polygons(), st.integers(0, 2**32 - 1))
def test_all_of_it_on_many_networks(net, corners, seed):
    for check in (check_tiling, check_maps, check_refinement, check_locating):
        check(net, corners)
    check_symmetries(net, corners, seed)
    check_coordinates(net, corners, seed % 7 - 3)
    check_gluing(net, (seed % 19 - 7) / 4)
