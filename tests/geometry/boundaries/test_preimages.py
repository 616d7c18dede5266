"""Everywhere an output takes a value, against the oracle's cells in exact rational numbers and shapes known by hand."""

from fractions import Fraction

import numpy as np
import pytest

import leadlight as ll
from degenerate_networks import KINDS, random_case
from exact_networks import exact_values
from leadlight import _core
from leadlight._core import ExactCells
from leadlight.errors import ParameterError
from leadlight.geometry.exact import cell_forms
from leadlight.geometry.reference import enumerate_cells

BOX = [(-2, 2), (-2, 2)]


def pieces_at(cell, value):
    """What of a closed cell of the oracle has the value: ("cell"), ("edge", ends), ("point", p), "passes" or None."""
    matrix, offset = cell.affine
    (a, b), c = matrix[0], offset[0] - Fraction(value)
    heights = [a * x + b * y + c for x, y in cell.polygon]
    if min(heights) < 0 < max(heights):
        return ("passes",)
    zero = [p for p, h in zip(cell.polygon, heights) if h == 0]
    if len(zero) == len(heights):
        return ("cell",)
    return ("edge", frozenset(zero)) if len(zero) == 2 else ("point", zero[0]) if zero else None


def closed_parts(found):
    """The points of a preimage that are vertices of its complex, exactly."""
    cut = found.complex
    flat = {
        v
        for i in found.flat_cells
        for v in cut.cell_vertices[cut.cell_starts[i] : cut.cell_starts[i + 1]].tolist()
    }
    touched = set(cut.edges.vertices[found.touched_edges].ravel().tolist()) | set(
        found.touched_vertices.tolist()
    )
    between = cut.edges.interior
    left, right = found.states[cut.edges.cells[between]].T
    passing = set(cut.edges.vertices[between[left != right]].ravel().tolist())
    return {cut.vertex_exact(v) for v in flat | touched | passing}


@pytest.mark.parametrize("kind", KINDS)
def test_all_of_a_value_is_found_and_nothing_else(kind):
    touched = 0
    for seed in range(list(KINDS).index(kind) + 84_000, 84_084, len(KINDS)):
        net, box, _ = random_case(seed, max_units=7, clipped=float(seed >= 84_060))
        cx = ll.regions(net, box)
        if not cx.is_continuous:
            continue
        oracle = enumerate_cells(net, box)
        # Levels that are taken in a corner, at the least and at the greatest value, and on a flat cell if there is one.
        corner = [exact_values(net, p)[0] for p in oracle.cells[0].polygon]
        extrema = cx.extrema()
        flat = [cell.affine[1][0] for cell in oracle.cells if cell.affine[0][0] == (0, 0)]
        levels = [0, corner[0], extrema.minimum.exact, extrema.maximum.exact, *flat[:2]]
        for value in {float(v) for v in levels if abs(v) < 1e300 and Fraction(float(v)) == v}:
            found = cx.preimage(value)
            expected = [pieces_at(cell, value) for cell in oracle.cells]
            area = sum(
                (cell.area for cell, part in zip(oracle.cells, expected) if part == ("cell",)), Fraction(0)
            )
            cut = found.complex
            assert sum((cut.area_exact(i) for i in found.flat_cells.tolist()), Fraction(0)) == area, (
                seed,
                value,
            )
            # Every vertex found has the value; every corner of the oracle that has it is found.
            points = closed_parts(found)
            assert all(exact_values(net, p)[0] == Fraction(value) for p in points), (seed, value)
            corners = {p for cell in oracle.cells for p in cell.polygon}
            assert {p for p in corners if exact_values(net, p)[0] == Fraction(value)} <= points, (seed, value)
            edges = {
                frozenset(cut.vertex_exact(v) for v in cut.edges.vertices[e].tolist())
                for e in found.touched_edges
            }
            middles = {tuple(sum(c) / 2 for c in zip(*edge)) for edge in edges}
            assert all(exact_values(net, p)[0] == Fraction(value) for p in middles), (seed, value)
            # A part that only touches: neither does it pass there, nor is it flat.
            touched += len(edges) + len(found.touched_vertices)
            states = {(part or ("none",))[0] for part in expected}
            if states <= {"none", "point"}:
                assert len(found.level_set) == len(edges) == len(found.flat_cells) == 0, (seed, value)
            if states == {"none"}:
                assert points == set()
    assert touched > 0 or kind not in ("integers", "zero biases", "parallel", "through vertices")


def test_a_fold_a_plateau_a_corner_and_a_pass():
    fold = ll.Network.from_arrays([np.eye(2), [[1.0, 0.0]]], [[0, 0], [0]], "abs")  # |x|
    found = ll.regions(fold, BOX).preimage(0.0)
    assert repr(found) == "Preimage(0 polylines, 0 flat cells, 2 touched edges, 0 touched points)"
    assert np.abs(np.concatenate(found.touching)[:, 0]).max() == 0.0
    assert (found.flat_area, found.level_set.length) == (0.0, 0.0)

    cone = ll.Network.from_arrays([np.eye(2), [[1.0, 1.0]]], [[0, 0], [0]], "abs")  # |x| + |y|
    found = ll.regions(cone, BOX).preimage(0.0)
    assert [line.tolist() for line in found.touching] == [[[0.0, 0.0]]]
    found = ll.regions(cone, BOX).preimage(4.0)  # the corners of the box
    assert {tuple(line[0].tolist()) for line in found.touching} == {(2, 2), (-2, 2), (-2, -2), (2, -2)}
    assert len(found.level_set) == 0
    found = ll.regions(cone, BOX).preimage(2.0)
    assert (len(found.touching), len(found.level_set), found.level_set.is_closed.tolist()) == (0, 1, [True])

    plateau = ll.Network.from_arrays([[[1.0, 0.0], [-1.0, 0.0]], [[1.0, 1.0]]], [[-1.0, -1.0], [0.0]])
    found = ll.regions(plateau, BOX).preimage(0.0)
    assert (found.flat_area, found.level_set.length, found.touching) == (8.0, 8.0, [])

    plane = ll.Network.from_arrays([[[1.0, 0.0]]], [[0.0]])  # x, on x >= 0: the border
    found = ll.regions(plane, [(0, 1), (0, 1)]).preimage(0.0)
    assert [sorted(line.tolist()) for line in found.touching] == [[[0.0, 0.0], [0.0, 1.0]]]


def test_on_an_interval():
    net = ll.Network.from_arrays(
        [[[1.0], [1.0], [1.0]], [[-1.0, 2.0, -1.0]]], [[1.0, 0.0, -1.0], [0.0]]
    )  # a dip to -1
    cx = ll.regions(net, (-3, 3))
    found = cx.preimage(0.0)
    assert (found.flat_area, len(found.level_set), found.touching) == (4.0, 2, [])
    found = cx.preimage(-1.0)
    assert (found.flat_area, len(found.level_set)) == (0.0, 0)
    assert [line.tolist() for line in found.touching] == [[[0.0]]]
    line = ll.Network.from_arrays([[[1.0]]], [[0.0]])
    assert [p.tolist() for p in ll.regions(line, (0, 1)).preimage(1.0).touching] == [[[1.0]]]


def test_less_than_a_float_above_is_not_touched():
    tiny = 2.0**-60
    for lift, expected in ((0.0, 2), (tiny, 0)):
        net = ll.Network.from_arrays(
            [np.eye(2), [[1.0, 0.0]], [[1.0]]], [[0, 0], [lift], [0]], ["abs", "identity"]
        )
        assert len(ll.regions(net, BOX).preimage(0.0).touching) == expected


def test_generic_levels_touch_nothing():
    net = ll.mlp(2, [10, 10], 2, init="he_normal", bias="normal(0.5)", seed=2)
    cx = ll.regions(net, BOX)
    found = cx.preimage(0.125, output=1)
    assert found.touching == []
    assert len(found.flat_cells) == 0
    assert found.level_set.length == cx.level_set(0.125, output=1).length > 0
    values = net(found.complex.centroids)[:, 1]
    wide = found.complex.areas > 1e-9
    np.testing.assert_array_equal(np.sign(values - 0.125)[wide], found.states[wide])


def comb(rows, columns, scale=1.0):
    """Sawtooths of x and of y >= 0, of so many layers each, added: 0 on a grid of points of the unit square alone."""
    tooth, depth = np.array([[2.0, -4.0]] * 2), max(rows, columns)
    weights = [np.kron(np.eye(2), np.ones((2, 1)))]
    biases = [np.array([0.0, -0.5, 0.0, -0.5])]
    for layer in range(1, depth):
        parts = [tooth if layer < n else np.eye(2) for n in (columns, rows)]
        weights.append(np.block([[parts[0], np.zeros((2, 2))], [np.zeros((2, 2)), parts[1]]]))
        biases.append(np.concatenate([[0.0, -0.5] if layer < n else [0.0, 0.0] for n in (columns, rows)]))
    last = scale * np.array([[2.0, -4.0, 2.0, -4.0]])
    return ll.Network.from_arrays([*weights, last], [*biases, np.zeros(1)])


@pytest.mark.parametrize(("rows", "columns", "scale"), [(7, 6, 1.0), (6, 7, 0.3), (10, 9, 0.3)])
def test_a_grid_of_touched_points_costs_one_exact_sign_each(rows, columns, scale, monkeypatch):
    n_signs = 0

    class Counted(ExactCells):
        def sign_at(self, *given):
            nonlocal n_signs
            n_signs += 1
            return super().sign_at(*given)

    monkeypatch.setattr(_core, "ExactCells", Counted)
    monkeypatch.delattr(cell_forms, "preactivation_form")  # nothing goes through Python's own fractions
    found = ll.regions(comb(rows, columns, scale), [(0, 1), (0, 1)]).preimage(0.0)
    across, up = 2 ** (columns - 1) + 1, 2 ** (rows - 1) + 1
    points = found.complex.vertices[found.touched_vertices]
    assert np.unique(points, axis=0).tolist() == [
        [i / (across - 1), k / (up - 1)] for i in range(across) for k in range(up)
    ]
    assert len(found.vertices) == len(points) == across * up
    assert n_signs <= len(points)


def test_touched_points_of_an_interval():
    """The ends of the interval too, and points on which no breakpoint lies."""
    tooth = ll.Network.from_arrays(
        [[[1.0], [1.0]], [[2.0, -4.0], [2.0, -4.0]], [[0.6, -1.2]]], [[0.0, -0.5], [0.0, -0.5], [0.0]]
    )
    found = ll.regions(tooth, (0, 1)).preimage(0.0)
    assert [line.tolist() for line in found.touching] == [[[0.5]], [[0.0]], [[1.0]]]
    found = ll.regions(tooth, (0.0, 0.25)).preimage(float(Fraction(0.6)) / 2)
    assert [line.tolist() for line in found.touching] == [[[0.25]]]


def test_not_certified_a_vertex_counts_where_floats_cannot_tell():
    found = ll.regions(comb(4, 4), [(0, 1), (0, 1)], certified=False).preimage(0.0)
    assert len(found.touched_vertices) == 81
    cx = ll.regions(comb(4, 4, scale=0.3), [(0, 1), (0, 1)], certified=False)
    assert len(cx.preimage(0.0).vertices) >= 81


def test_bad_levels_get_one_sentence():
    with pytest.raises(ParameterError, match="no output 1"):
        ll.regions(ll.mlp(2, [3], 1), BOX).preimage(0.0, 1)
    with pytest.raises(ParameterError, match="finite"):
        ll.regions(ll.mlp(2, [3], 1), BOX).preimage(np.inf)
