"""Points to cells: exactly, on creases, vertices, borders, and one float beside them."""

from fractions import Fraction

import numpy as np
import pytest

import leadlight as ll
from degenerate_networks import KINDS, random_case
from leadlight.errors import DataError, ShapeError
from leadlight.geometry import PolyhedralComplex, ball


def exact_pattern(net, point):
    """The pieces at a point, a breakpoint belonging to the piece below it."""
    values, pattern = [Fraction(v) for v in point], []
    for W, b, act in zip(net.weights, net.biases, net.activations):
        tables = [act.of_unit(unit).pieces for unit in range(len(b))]
        z = [
            sum(Fraction(w) * v for w, v in zip(row, values)) + Fraction(c)
            for row, c in zip(W.tolist(), b.tolist())
        ]
        pieces = [sum(v > Fraction(t) for t in table.breakpoints.tolist()) for table, v in zip(tables, z)]
        values = [
            Fraction(float(table.slopes[k])) * v + Fraction(float(table.intercepts[k]))
            for table, k, v in zip(tables, pieces, z)
        ]
        pattern.append(tuple(pieces))
    return tuple(pattern)  # fmt: skip


def contains(polygon, point):
    x, y = (Fraction(v) for v in point)
    return all(
        (q[0] - p[0]) * (y - p[1]) >= (q[1] - p[1]) * (x - p[0])
        for p, q in zip(polygon, polygon[1:] + polygon[:1])
    )


@pytest.mark.parametrize("kind", KINDS)
def test_points_anywhere_are_found_in_a_closed_cell_and_in_that_of_their_pattern(kind):
    for seed in range(list(KINDS).index(kind) + 24_000, 24_024, len(KINDS)):
        net, box, _ = random_case(seed, max_units=8)
        cx, rng = ll.regions(net, box), np.random.default_rng(seed)
        (x0, x1), (y0, y1) = box
        on_creases = cx.vertices[cx.edges.vertices].mean(axis=1)
        special = np.concatenate([cx.vertices, on_creases, [(0, 0), (0.5, 0.5)]])
        special = special[rng.permutation(len(special))[:16]]
        beside = np.nextafter(special, rng.choice([-9.0, 9.0], special.shape))
        points = np.concatenate([special, beside, rng.uniform((x0, y0), (x1, y1), (8, 2))])
        points = points.clip((x0, y0), (x1, y1))
        number = {tuple(tuple(p.tolist()) for p in cx.pattern(i)): i for i in range(len(cx))}
        for cell, point in zip(cx.locate(points).tolist(), points.tolist()):
            assert contains(cx.polygon_exact(cell), point), (seed, point)
            own = number.get(exact_pattern(net, point))
            assert own in (cell, None), (seed, point)


def test_a_crease_belongs_to_the_piece_below():
    net = ll.Network.from_arrays([[[1.0, 0.0], [0.0, 1.0]], [[1.0, 1.0]]], [[0.0, -0.5], [0.0]])
    cx = ll.regions(net, [(-1, 1), (-1, 1)])
    tiny = np.nextafter(0.0, 1.0)
    above = np.nextafter(0.5, 1.0)
    found = cx.locate([(0, 0.5), (tiny, 0.5), (0, above), (tiny, above), (-tiny, 0.5)])
    assert cx.patterns[found].tolist() == [[0, 0], [1, 0], [0, 1], [1, 1], [0, 0]]


def test_outside_is_decided_exactly():
    net = ll.mlp(2, [5], 1, seed=0)
    third = float(np.float32(1 / 3))
    cx = ll.regions(net, [(0, 0), (1, third), (0, 1)])
    on = (0.75, 0.75 * third)  # exact: the product has few enough digits
    points = [
        on,
        (0.75, np.nextafter(on[1], 0)),
        (0.75, np.nextafter(on[1], 1)),
        (-5e-324, 0.5),
        (0, 1),
        (0, 1.5),
    ]
    assert (cx.locate(points) >= 0).tolist() == [True, False, True, False, True, False]  # fmt: skip
    disc = ball((0, 0), 1.0)
    assert (ll.regions(net, disc).locate(disc.corners) >= 0).all()
    line = ll.regions(ll.mlp(1, [5], 1), (-1, 1))
    assert (line.locate([[-1], [1], [np.nextafter(1, 2)]]) >= 0).tolist() == [True, True, False]


def test_a_thousand_points_on_one_crease_cost_one_exact_form(monkeypatch):
    net = ll.Network.from_arrays([[[1.0, 3.0]], [[1.0]]], [[0.0], [0.0]])
    cx = ll.regions(net, [(-4, 4), (-1, 1)])
    calls = []
    original = PolyhedralComplex._full_pattern
    monkeypatch.setattr(
        PolyhedralComplex, "_full_pattern", lambda self, i: calls.append(i) or original(self, i)
    )
    t = np.arange(1000) / 1024
    assert len(set(cx.locate(np.column_stack([-3 * t, t])).tolist())) == 1
    assert len(calls) <= 1


@pytest.mark.parametrize(
    ("X", "error"),
    [([1, 2], ShapeError), ([[1, 2, 3]], ShapeError), ([["a", "b"]], DataError), ([[0, np.nan]], DataError)],
)
def test_bad_points_get_one_sentence(X, error):
    with pytest.raises(error, match=r"locate\(\).*\.$"):
        ll.regions(ll.mlp(2, [3], 1), [(0, 1), (0, 1)]).locate(X)
