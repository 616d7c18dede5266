"""The compiled enumerator on a Network, for tests: flat arrays in, and what it returns compared with the oracle."""

from __future__ import annotations

from fractions import Fraction

import numpy as np

from leadlight import _core, regions

__all__ = [
    "areas",
    "arguments",
    "check_map_errors",
    "compare",
    "count_compiled",
    "enumerate_compiled",
    "patterns",
]


def arguments(net, domain):
    """Return the network and the domain, a box or corners, as the arguments of `_core.Problem`."""
    tables, pieces = [], []
    for act, width in zip(net.activations, net.widths):
        units = act.units()  # one alone where all are the same
        pieces += [len(tables) + unit % len(units) for unit in range(width)]
        tables += [unit.pieces for unit in units]
    corners = np.asarray(domain, dtype=float)
    if corners.shape == (2, 2):
        (x0, x1), (y0, y1) = corners
        corners = np.array([(x0, y0), (x1, y0), (x1, y1), (x0, y1)])
    return {
        "widths": np.array([net.n_inputs, *(len(b) for b in net.biases)], dtype=np.int32),
        "weights": np.concatenate([w.ravel() for w in net.weights]),
        "biases": np.concatenate(net.biases),
        "pieces": np.array(pieces, dtype=np.int32),
        "table_starts": np.cumsum([0, *(len(t.breakpoints) for t in tables)]).astype(np.int32),
        "breakpoints": np.concatenate([t.breakpoints for t in tables] or [np.zeros(0)]),
        "slopes": np.concatenate([t.slopes for t in tables] or [np.zeros(0)]),
        "intercepts": np.concatenate([t.intercepts for t in tables] or [np.zeros(0)]),
        "corners": corners,
    }


def enumerate_compiled(
    net, domain, threads=1, certified=True, edges=True, maps=False, tree=False, max_cells=0, progress=None
):
    problem = _core.Problem(**arguments(net, domain))
    found = _core.enumerate_cells(
        problem,
        threads=threads,
        certified=certified,
        want_edges=edges,
        want_maps=maps,
        want_tree=tree,
        max_cells=max_cells,
        progress=progress,
    )
    names = ("continuous", "pattern_starts", "pattern_bits", "lines")
    return found | {"signs": np.array(found["signs"])} | {name: getattr(problem, name) for name in names}


def count_compiled(net, domain, threads=1, certified=True, max_pairs=10**8, progress=None):
    return _core.count_cells(
        _core.Problem(**arguments(net, domain)),
        threads=threads,
        certified=certified,
        max_pairs=max_pairs,
        progress=progress,
    )


def patterns(net, found):
    """Return the patterns as the oracle has them: a tuple of pieces a layer, for each cell."""
    layers = []
    for bias, start, bits in zip(net.biases, found["pattern_starts"], found["pattern_bits"]):
        n = len(bias)
        if bits == 0:
            layers.append([(0,) * n] * found["n_cells"])
            continue
        rows = np.unpackbits(
            found["patterns"][:, start : start + (n * bits + 7) // 8], axis=1, bitorder="little"
        )
        values = rows[:, : n * bits].reshape(len(rows), n, bits) @ (1 << np.arange(bits))
        layers.append([tuple(row) for row in values.tolist()])
    return list(zip(*layers))


def areas(found):
    starts, corners = found["cell_starts"], found["vertices"][found["cell_vertices"]]
    following = np.arange(1, len(corners) + 1)
    following[starts[1:] - 1] = starts[:-1]
    x, y = corners.T
    return 0.5 * np.add.reduceat(x * y[following] - x[following] * y, starts[:-1])


def compare(net, found, expected):
    """Assert that the compiled enumerator found what the oracle did: cells, corners, adjacency and creases."""
    ours, n = patterns(net, found), found["n_cells"]
    assert n == len(expected) == found["layer_counts"][-1]
    assert len(set(ours)) == n
    number = {pattern: i for i, pattern in enumerate(ours)}
    assert set(ours) == set(expected.patterns)
    of = np.array([number[pattern] for pattern in expected.patterns])  # their number, ours
    np.testing.assert_allclose(areas(found)[of], [float(a) for a in expected.areas], rtol=1e-7, atol=1e-12)
    for cell, i in zip(expected.cells, of):
        _compare_corners(found, i, cell.polygon)
    assert len(found["vertices"]) == len({corner for cell in expected.cells for corner in cell.corners})

    edges, creases = found["edges"], found["edge_creases"]
    inner = edges[:, 1] >= 0
    pairs = [tuple(sorted(pair)) for pair in edges[inner, :2].tolist()]
    assert sorted(pairs) == sorted(tuple(sorted((of[i], of[j]))) for i, j in expected.adjacency())
    for (i, j), crease in zip(edges[inner, :2], creases[inner]):
        differing = (
            (k, u) for k, layer in enumerate(ours[i]) for u, s in enumerate(layer) if s != ours[j][k][u]
        )
        assert tuple(found["lines"][:2, crease]) == next(differing)
    if found["continuous"]:
        _compare_sides(found)


def _compare_corners(found, cell, polygon):
    """The corners, in order, each as near as its bound says."""
    vertices = found["cell_vertices"][found["cell_starts"][cell] : found["cell_starts"][cell + 1]]
    assert len(vertices) == len(polygon)
    given = [
        ([Fraction(v) for v in found["vertices"][i].tolist()], Fraction(float(found["vertex_errors"][i])))
        for i in vertices
    ]
    assert any(
        all(
            abs(p - q) <= error
            for (point, error), corner in zip(given, polygon[k:] + polygon[:k])
            for p, q in zip(point, corner)
        )
        for k in range(len(polygon))
    )


def _compare_sides(found):
    """Each side of each cell is one edge, from its corner to the next; Euler's formula."""
    starts, vertices, edges = found["cell_starts"], found["cell_vertices"], found["edges"]
    assert len(found["vertices"]) - len(edges) + found["n_cells"] == 1
    following = np.arange(1, len(vertices) + 1)
    following[starts[1:] - 1] = starts[:-1]
    cells = np.repeat(np.arange(found["n_cells"]), np.diff(starts))
    sides = edges[found["cell_edges"]]
    on_left = sides[:, 0] == cells
    assert (on_left | (sides[:, 1] == cells)).all()
    np.testing.assert_array_equal(np.where(on_left, sides[:, 2], sides[:, 3]), vertices)
    np.testing.assert_array_equal(np.where(on_left, sides[:, 3], sides[:, 2]), vertices[following])


def check_map_errors(net, box):
    """Assert that all affine maps are as near the exact ones as their bounds say."""
    cx = regions(net, box)
    A, c = cx.affine_maps()
    errors = cx._details.map_errors
    for cell in range(len(cx)):
        exact_A, exact_c = cx.affine_map_exact(cell)
        for output, (row, constant) in enumerate(zip(exact_A, exact_c)):
            floats = [*A[cell, output].tolist(), c[cell, output].item()]
            bounds = errors[cell, output, [0] * (len(floats) - 1) + [1]].tolist()
            for value, bound, exact in zip(floats, bounds, (*row, constant)):
                if np.isfinite(value) and np.isfinite(bound):
                    assert abs(Fraction(value) - exact) <= Fraction(bound)
