"""`regions` beside programs that know nothing of it: regioncam, a mixed-integer programme, dense sampling."""

import platform
import sys

import numpy as np
import pytest
from scipy.optimize import Bounds, LinearConstraint, milp

import leadlight as ll
from leadlight.geometry import ball

SQUARE = [(-3, 3), (-3, 3)]


def he(widths, seed, n_outputs=1):
    return ll.mlp(2, widths, n_outputs, init="he_normal", bias="normal(0.5)", seed=seed)


@pytest.mark.skipif(
    (sys.platform, platform.machine()) != ("linux", "x86_64"),
    reason="regioncam is asked for on Linux x86-64 only",
)
@pytest.mark.parametrize("seed", range(8))
def test_regioncam_finds_the_same_cells_of_generic_networks(seed):
    from alternatives.regioncam_complex import RegioncamComplex

    net = he([[30], [16, 16], [8, 8, 8], [24, 24]][seed % 4], seed)
    cx, other = ll.regions(net, SQUARE), RegioncamComplex(net, 3.0).build()
    vertices, patterns, faces = other.read()
    assert (len(cx), len(cx.vertices), len(cx.edges)) == (other.n_cells, len(vertices), len(faces))
    ours = {row.tobytes(): cell for cell, row in enumerate(cx.patterns)}
    cells = np.array(
        [ours[row.tobytes()] for row in patterns.astype(np.uint8)]
    )  # float32 is good for these seeds
    assert len(set(cells.tolist())) == len(cx)
    theirs = [other.complex.faces[i].area for i in range(len(cx))]
    np.testing.assert_allclose(cx.areas[cells], theirs, rtol=1e-3, atol=1e-4)
    A, c = cx.affine_maps()
    maps = other.complex.face_outputs[:, :, 0]
    np.testing.assert_allclose(np.column_stack([A[:, 0], c])[cells], maps, rtol=1e-4, atol=1e-4)
    between = {tuple(sorted(map(int, pair))) for pair in faces if None not in pair}
    i, j = cx.adjacency().nonzero()
    assert {tuple(sorted(cells[list(pair)].tolist())) for pair in between} == set(
        zip(i[i < j].tolist(), j[i < j].tolist())
    )


def greatest(net, corners, sign):
    """The greatest sign * output of a relu network on a polygon: x, then h and an integer a unit (HiGHS)."""
    n_units = net.n_units
    low, high = np.min(corners, axis=0), np.max(corners, axis=0)
    lower, upper = [*low, *np.zeros(2 * n_units)], [*high, *np.full(n_units, np.inf), *np.ones(n_units)]
    rows, limits = [], []

    def at_most(row, limit):
        rows.append(row)
        limits.append(limit)

    for (px, py), (qx, qy) in zip(corners, np.roll(corners, -1, axis=0)):
        row = np.zeros(2 + 2 * n_units)
        row[:2] = qy - py, px - qx
        at_most(row, (qy - py) * px - (qx - px) * py)
    first, before = 2, slice(0, 2)
    for W, b in zip(net.weights[:-1], net.biases):
        least = np.minimum(W * low, W * high).sum(1) + b  # bounds of the preactivations
        most = np.maximum(W * low, W * high).sum(1) + b
        for j in range(len(b)):
            h, on = first + j, first + n_units + j
            row = np.zeros(2 + 2 * n_units)
            row[before], row[h] = W[j], -1.0
            at_most(row.copy(), -b[j])  # h >= z
            row *= -1
            row[on] = -min(least[j], 0.0)
            at_most(row, b[j] - min(least[j], 0.0))  # h <= z where on
            row = np.zeros(2 + 2 * n_units)
            row[h], row[on] = 1.0, -max(most[j], 0.0)
            at_most(row, 0.0)  # h <= 0 where off
        low, high = np.maximum(least, 0.0), np.maximum(most, 0.0)
        before, first = slice(first, first + len(b)), first + len(b)
    cost = np.zeros(2 + 2 * n_units)
    cost[before] = -sign * net.weights[-1][0]
    found = milp(
        cost,
        constraints=LinearConstraint(np.array(rows), -np.inf, limits),
        bounds=Bounds(lower, upper),
        integrality=np.repeat([0, 1], [2 + n_units, n_units]),
    )
    assert found.status == 0
    return -found.fun + sign * net.biases[-1][0]


@pytest.mark.parametrize("seed", range(6))
def test_extrema_are_those_of_a_mixed_integer_programme(seed):
    net = he([[12], [8, 6], [5, 5, 4]][seed % 3], seed)
    domain = ball((0.5, -0.25), 1.5, 5 + seed)
    found = ll.regions(net, domain).extrema()
    for sign, extremum in ((1, found.maximum), (-1, found.minimum)):
        expected = sign * greatest(net, domain.corners, sign)
        assert extremum.value == pytest.approx(expected, rel=1e-6, abs=1e-6)


@pytest.mark.parametrize("widths", [[40], [20, 20], [12, 12, 12]])
def test_dense_sampling_sees_no_cell_that_is_missing(widths):
    net = he(widths, 1)
    cx = ll.regions(net, SQUARE)
    points = np.random.default_rng(0).uniform(-3, 3, (200_000, 2))
    z = np.concatenate(net.preactivations(points)[:-1], axis=1)
    clear = (np.abs(z) > 1e-9).all(axis=1)
    seen, first = np.unique(np.packbits(z[clear] > 0, axis=1), axis=0, return_index=True)
    known = {row.tobytes(): cell for cell, row in enumerate(np.packbits(cx.patterns, axis=1))}
    cells = [known[row.tobytes()] for row in seen]
    assert cx.locate(points[clear][first]).tolist() == cells
    large = np.flatnonzero(cx.areas > 0.01)  # of 36: a cell that 55 points are expected in
    assert set(large.tolist()) <= set(cells)
    assert len(large) > 10
    assert len(cells) <= len(cx)
    counts = np.bincount(cx.locate(points), minlength=len(cx)) / len(points)
    share = cx.areas / 36
    assert (np.abs(counts - share) < 6 * np.sqrt(share / len(points)) + 6 / len(points)).all()


def test_memory_is_looked_at_before_it_is_gone(monkeypatch):
    import sys

    from leadlight.errors import TooLargeError

    monkeypatch.setattr(sys.modules["leadlight.geometry.regions"], "available_memory", lambda: 10**6)
    with pytest.raises(TooLargeError, match=r"more than half of the free memory holds.*ll\.count_regions"):
        ll.regions(he([100, 100], 0), SQUARE)
    assert len(ll.regions(he([10, 10], 0), SQUARE)) < 1000
