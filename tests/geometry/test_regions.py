"""`regions` in the plane, against the readable oracle and against itself on changed networks."""

from itertools import pairwise

import numpy as np
import pytest

import leadlight as ll
from degenerate_networks import KINDS, dense_case, of_units, random_case
from leadlight.geometry.reference import enumerate_cells

BOX = [(-2, 2), (-2, 2)]
EASY_KINDS = [kind for kind in KINDS if kind != "extreme scales"]


def pattern_of(cx, cell):
    return tuple(tuple(layer.tolist()) for layer in cx.pattern(cell))


def partition(labels):
    """The set of classes of a labelling."""
    return {frozenset(np.flatnonzero(labels == label).tolist()) for label in set(labels.tolist())}


@pytest.mark.parametrize("kind", KINDS)
def test_cells_corners_areas_maps_and_linear_regions_are_those_of_the_oracle(kind):
    for seed in range(list(KINDS).index(kind) + 12_000, 12_060, len(KINDS)):
        net, box, _ = random_case(seed)
        cx, expected = ll.regions(net, box), enumerate_cells(net, box)
        assert len(cx) == len(expected), (seed, net)
        number = {pattern_of(cx, i): i for i in range(len(cx))}
        cells = [number[cell.pattern] for cell in expected.cells]
        assert len(set(cells)) == len(cx)
        assert partition(cx.linear_regions()) == {
            frozenset(cells[i] for i in region) for region in expected.linear_regions()
        }, (seed, net)
        assert cx.n_linear_regions == expected.count_linear_regions()
        for i, cell in zip(cells, expected.cells):
            ours = cx.polygon_exact(i)
            assert set(ours) == set(cell.polygon)
            assert cx.area_exact(i) == cell.area
            assert cx.areas[i] == pytest.approx(float(cell.area), rel=1e-6, abs=1e-11)
            matrix, offset = cell.affine
            assert cx.affine_map_exact(i) == ([list(row) for row in matrix], list(offset))
        assert sum(map(cx.area_exact, range(len(cx)))) == cx.domain.exact_volume
        neighbours = cx.adjacency()
        assert (neighbours != neighbours.T).nnz == 0
        assert neighbours.nnz == 2 * len(expected.adjacency())
        assert all(neighbours[cells[i], cells[j]] for i, j in expected.adjacency())


def test_the_second_anchor_has_81_cells_and_77_linear_regions():
    import torch

    torch.manual_seed(0)
    layers = [torch.nn.Linear(a, b) for a, b in pairwise((2, 5, 5, 5, 5, 1))]
    net = ll.Network.from_arrays(
        [layer.weight.detach().numpy() for layer in layers], [layer.bias.detach().numpy() for layer in layers]
    )
    cx = ll.regions(net, [(-10, 10), (-10, 10)])
    assert (len(cx), cx.n_linear_regions) == (81, 77)
    assert "81" in cx.summary()
    assert "77" in cx.summary()


def test_flat_pieces_that_touch_in_a_vertex_only_are_two_linear_regions():
    # relu(x) + relu(y) - relu(x + y) is 0 on the first and the third quadrant, and not between them.
    net = ll.Network.from_arrays([[[1, 0], [0, 1], [1, 1]], [[1, 1, -1]]], [[0] * 3, [0]])
    cx = ll.regions(net, BOX)
    assert (len(cx), cx.n_linear_regions) == (6, 6)
    flat = cx.locate([(1, 1), (-1, -1)])
    assert cx.affine_map_exact(int(flat[0])) == cx.affine_map_exact(int(flat[1]))
    assert len(set(cx.linear_regions()[flat].tolist())) == 2


@pytest.mark.parametrize("seed", range(12))
def test_maps_are_the_forward_pass_and_agree_across_edges(seed):
    net = dense_case(seed, 2, ["relu", "leaky_relu(0.1)", "abs", "hardtanh"][seed % 4])
    cx = ll.regions(net, BOX)
    A, c = cx.affine_maps()
    inside = cx.areas > 1e-9
    at_centre = np.einsum("cod,cd->co", A, cx.centroids) + c
    np.testing.assert_allclose(at_centre[inside], net(cx.centroids[inside]), rtol=1e-8, atol=1e-10)
    between = cx.edges.interior
    for ends in cx.edges.vertices[between].T:
        points = cx.vertices[ends]
        left, right = (
            np.einsum("eod,ed->eo", A[side], points) + c[side] for side in cx.edges.cells[between].T
        )
        np.testing.assert_allclose(left, right, rtol=1e-8, atol=1e-9)
    assert len(cx.vertices) - len(cx.edges) + len(cx) == 1  # Euler
    assert cx.areas.sum() == pytest.approx(16.0, rel=1e-12)
    assert cx.layer_counts[0] == 1
    assert cx.layer_counts[-1] == len(cx)
    assert (np.diff(cx.layer_counts) >= 0).all()
    for depth in range(1, net.depth):  # refinement: the cells of the first layers alone
        shorter = ll.Network.from_arrays(
            [*net.weights[:depth], np.ones((1, net.widths[depth - 1]))],
            [*net.biases[:depth], [0.0]],
            net.activations[:depth],
        )
        coarse = ll.regions(shorter, BOX)
        assert len(coarse) == cx.layer_counts[depth]
        parents = coarse.locate(cx.centroids[inside])
        n_units = sum(net.widths[:depth])
        np.testing.assert_array_equal(coarse.patterns[parents], cx.patterns[inside][:, :n_units])


def with_units(net, layer, units, weights, biases):
    """A network of these parameters, one layer of which has these units of the one given."""
    activations = list(net.activations)
    activations[layer] = of_units(activations[layer], units)
    return ll.Network.from_arrays(weights, biases, activations)


@pytest.mark.parametrize("seed", range(0, 120, 5))
def test_symmetries_of_networks_leave_the_cells_as_they_are(seed):
    net, box, kind = random_case(seed)
    if kind == "extreme scales":
        net = dense_case(seed, 2)  # a change of scale would leave the floats' range
    cx, rng = ll.regions(net, box), np.random.default_rng(seed)
    weights, biases = [w.copy() for w in net.weights], [b.copy() for b in net.biases]
    layer = int(rng.integers(net.depth))
    order = rng.permutation(net.widths[layer])
    permuted = [w.copy() for w in weights], [b.copy() for b in biases]
    permuted[0][layer], permuted[1][layer] = weights[layer][order], biases[layer][order]
    permuted[0][layer + 1] = weights[layer + 1][:, order]
    other = ll.regions(with_units(net, layer, order, *permuted), box)
    assert (len(other), other.n_linear_regions) == (len(cx), cx.n_linear_regions)
    np.testing.assert_allclose(np.sort(other.areas), np.sort(cx.areas), rtol=1e-9, atol=1e-12)

    if net.activations[layer].name in (
        "relu",
        "leaky_relu",
        "prelu",
        "abs",
        "identity",
    ):  # positively homogeneous
        factor = 2.0 ** rng.integers(-8, 9, net.widths[layer])
        scaled = [w.copy() for w in weights], [b.copy() for b in biases]
        scaled[0][layer] *= factor[:, None]
        scaled[1][layer] *= factor
        scaled[0][layer + 1] /= factor
        other = ll.regions(net.with_parameters(*scaled), box)
        np.testing.assert_array_equal(other.patterns, cx.patterns)
        np.testing.assert_array_equal(other.linear_regions(), cx.linear_regions())

    unit = int(rng.integers(net.widths[layer]))  # into two of half the outgoing weights
    split = [w.copy() for w in weights], [b.copy() for b in biases]
    split[0][layer] = np.vstack([weights[layer], weights[layer][unit]])
    split[1][layer] = np.append(biases[layer], biases[layer][unit])
    outgoing = weights[layer + 1]
    split[0][layer + 1] = np.column_stack([outgoing, outgoing[:, unit] / 2])
    split[0][layer + 1][:, unit] /= 2
    other = ll.regions(with_units(net, layer, [*range(net.widths[layer]), unit], *split), box)
    assert (len(other), other.n_linear_regions) == (len(cx), cx.n_linear_regions)


@pytest.mark.parametrize("kind", EASY_KINDS[:4])
def test_the_number_of_threads_changes_nothing(kind):
    net, box, _ = random_case(list(KINDS).index(kind), max_units=40)
    one, *others = (ll.regions(net, box, threads=n) for n in (1, 2, 3))
    for other in others:
        for name in ("vertices", "cell_starts", "cell_vertices", "cell_edges", "packed_patterns"):
            np.testing.assert_array_equal(getattr(one, name), getattr(other, name))
        for name in ("cells", "vertices", "layer", "unit", "breakpoint"):
            np.testing.assert_array_equal(getattr(one.edges, name), getattr(other.edges, name))
        np.testing.assert_array_equal(one.linear_regions(), other.linear_regions())
        assert one.signs == other.signs


def test_without_certificates_a_generic_complex_is_the_same():
    net = ll.mlp(2, [12, 12], 1, seed=4)
    certified, plain = (ll.regions(net, BOX, certified=c) for c in (True, False))
    np.testing.assert_array_equal(certified.patterns, plain.patterns)
    np.testing.assert_array_equal(certified.edges.cells, plain.edges.cells)
    np.testing.assert_array_equal(certified.linear_regions(), plain.linear_regions())
    assert "not certified" in plain.summary()
    assert "not certified" in repr(plain)
    assert certified.extrema().maximum.value == pytest.approx(plain.extrema().maximum.value)


@pytest.mark.parametrize("threads", [1, 3])
def test_maps_and_tree_found_later_are_those_of_the_same_cells(threads):
    net = ll.mlp(2, [24, 24], 2, seed=5)
    cx = ll.regions(net, [(-3, 3), (-3, 3)], threads=threads)
    inside = cx.centroids
    A, c = cx.affine_maps()
    np.testing.assert_allclose(np.einsum("coi,ci->co", A, inside) + c, net(inside), atol=1e-12)
    large = np.flatnonzero(cx.areas > 1e-8)
    assert (cx.locate(inside[large]) == large).all()
    assert cx.affine_maps()[0].base is A.base  # kept
