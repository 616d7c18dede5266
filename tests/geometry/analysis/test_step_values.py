"""Where networks with steps take a value, on cells, sides and corners, against forward passes in exact numbers."""

from fractions import Fraction

import pytest

import leadlight as ll
from degenerate_networks import KINDS, with_steps
from exact_networks import exact_values


def levels(net, cx):
    """Values that are floats: in a corner of the domain, and of some cells."""
    cells = [cx.affine_map_exact(cell)[1][0] for cell in (0, len(cx) // 2, len(cx) - 1)]
    exact = {exact_values(net, p)[0] for p in cx.polygon_exact(0)} | set(cells)
    return [float(v) for v in exact if abs(v) < 1e300 and Fraction(float(v)) == v]


def check(net, cx, value):
    """Compare every cell, open side and corner; return how many sides have the value alone, without a cell beside."""
    found, alone = cx.preimage(value), 0
    cut = found.complex
    edges, vertices, cells = (set(part.tolist()) for part in (found.edges, found.vertices, found.flat_cells))
    for cell in range(len(cut)):
        polygon = cut.polygon_exact(cell)
        inside = [sum(axis) / len(polygon) for axis in zip(*polygon)]
        assert (exact_values(net, inside)[0] == Fraction(value)) == (cell in cells)
    for edge, ends in enumerate(cut.edges.vertices.tolist() if cut.dim == 2 else []):
        p, q = map(cut.vertex_exact, ends)
        for part in (Fraction(1, 2), Fraction(1, 1000), Fraction(9, 10)):
            point = [x + (y - x) * part for x, y in zip(p, q)]
            assert (exact_values(net, point)[0] == Fraction(value)) == (edge in edges)
        alone += edge in edges and not cells.intersection(cut.edges.cells[edge].tolist())
    for vertex in range(len(cut.vertices)):
        point = cut.vertex_exact(vertex)
        assert (exact_values(net, point)[0] == Fraction(value)) == (vertex in vertices)
    return alone


@pytest.mark.parametrize("kind", KINDS)
def test_sides_and_corners_have_the_value_that_the_network_has_there(kind):
    for seed in range(list(KINDS).index(kind) + 91_000, 91_060, len(KINDS)):
        net, box = with_steps(seed)
        cx = ll.regions(net, box)
        for value in levels(net, cx):
            check(net, cx, value)


@pytest.mark.long
@pytest.mark.parametrize("block", range(8))
def test_sides_and_corners_of_many_networks_have_the_value_that_the_network_has_there(block):
    for seed in range(92_000 + 100 * block, 92_100 + 100 * block):
        net, box = with_steps(seed)
        cx = ll.regions(net, box)
        for value in levels(net, cx):
            check(net, cx, value)


def test_some_sides_have_a_value_that_neither_cell_beside_them_has():
    # step(x) + step(-x) + 2 step(y) is 1 or 3, but on the line x = 0: there it is 0 or 2
    net = ll.Network.from_arrays([[[1, 0], [-1, 0], [0, 1]], [[1, 1, 2]]], [[0, 0, 0], [0]], "step")
    cx = ll.regions(net, [(-1, 1), (-1, 1)])
    assert check(net, cx, 0.0) == 1
    found = cx.preimage(0.0)
    (edge,) = found.edges
    assert sorted(cx.vertices[cx.edges.vertices[edge]].tolist()) == [[0.0, -1.0], [0.0, 0.0]]
    assert len(found.vertices) == 2  # y = 0 belongs to the piece on its left
    assert repr(found) == "Preimage(0 polylines, 0 flat cells, 1 touched edges, 0 touched points)"
    assert check(net, cx, 2.0) == 1
    assert [len(part) for part in (cx.preimage(2.0).edges, cx.preimage(2.0).vertices)] == [1, 1]
    assert check(net, cx, 1.0) == 0
    assert cx.preimage(1.0).flat_area == 2.0


def test_a_unit_that_only_touches_its_breakpoint_holds_the_piece_on_its_left_there():
    net = ll.Network.from_arrays([[[1.0, 0.0]], [[1.0]], [[1.0]]], [[0.0], [0.0], [0.0]], ["abs", "step"])
    cx = ll.regions(net, [(-1, 1), (-1, 1)])  # step(|x|): 1 but on the line x = 0
    assert check(net, cx, 0.0) == 1
    assert len(cx.preimage(0.0).touched_edges) == 1
    assert check(net, cx, 1.0) == 0


@pytest.mark.parametrize("seed", range(12))
def test_on_an_interval_and_on_a_slice(seed):
    net, _ = with_steps(seed)
    narrow = ll.Network.from_arrays([net.weights[0][:, :1], *net.weights[1:]], net.biases, net.activations)
    cx = ll.regions(narrow, (-2, 2))
    for value in levels(narrow, cx):
        check(narrow, cx, value)
        assert len(cx.preimage(value).edges) == 0
    plane = ll.slice_plane([0.5, -1.0], [1.0, 0.25], [-0.125, 2.0])
    cx = ll.regions(net, [(-1, 2), (-1, 2)], slice=plane)
    for value in levels(cx._sliced, cx):
        check(cx._sliced, cx, value)


def test_signs_that_floats_cannot_decide_are_decided():
    # Along the crease of the first unit the second is 2^-80 or 0 above its breakpoint.
    for lift, expected in ((2.0**-80, 1.0), (0.0, 0.0)):
        net = ll.Network.from_arrays(
            [[[1.0, 0.0]], [[1.0], [1.0]], [[0.0, 1.0]]], [[0.0], [0.0, lift], [0.0]], ["abs", "step"]
        )
        cx = ll.regions(net, [(-1, 1), (-1, 1)])
        assert len(cx.preimage(expected).edges) == (len(cx.edges) if expected else 1)
