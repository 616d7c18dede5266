"""`regions` where there is least and most: single cells, the ends of the range of floats, bad input, a stop."""

import math

import numpy as np
import pytest

import leadlight as ll
from degenerate_networks import KINDS, random_case
from leadlight.errors import ModelError, ParameterError, ShapeError, TooLargeError

BOX = [(-2, 2), (-2, 2)]


SMALL = {
    "no hidden layer": ll.Network.from_arrays([[[1.0, 2.0]]], [[3.0]]),
    "one cell": ll.Network.from_arrays([[[1.0, 0.0]], [[1.0]]], [[9.0], [0.0]]),
    "dead": ll.Network.from_arrays([[[1.0, 0.0]], [[1.0]]], [[-9.0], [0.5]]),
    "constant": ll.Network.from_arrays([np.zeros((3, 2)), np.ones((1, 3))], [[0.0, 1.0, -1.0], [0.0]]),
    "identity": ll.Network.from_arrays([np.eye(2), np.eye(2), np.ones((1, 2))], [[0] * 2, [1] * 2, [0]], "identity"),
}  # fmt: skip


@pytest.mark.parametrize("name", SMALL)
def test_a_single_cell_answers_everything(name):
    net = SMALL[name]
    cx = ll.regions(net, [(0, 1), (0, 2)])
    assert (len(cx), cx.n_linear_regions) == (1, 1)
    assert cx.areas.tolist() == [2.0]
    assert cx.centroids.tolist() == [[0.5, 1.0]]
    assert cx.perimeters.tolist() == [6.0]
    assert cx.locate([(0, 0), (1, 2), (0.5, 1), (1.5, 1)]).tolist() == [0, 0, 0, -1]
    assert cx.adjacency().nnz == 0
    assert cx.mean()[0] == pytest.approx(net([0.5, 1.0])[0])
    assert cx.extrema().maximum.value == max(net([(0, 0), (1, 0), (0, 2), (1, 2)])[:, 0])
    assert len(cx.level_set(1e3)) == 0
    assert cx.level_set(1e3).length == 0.0
    assert cx.patterns.shape == (1, net.n_units)
    assert len(cx.summary().splitlines()) == 6 + (net.depth > 0)
    assert [len(p) for p in cx.polygons()] == [4]


def test_all_weights_at_the_ends_of_the_range_get_numbers_without_warnings():
    # Warnings are errors in these tests.
    for seed in range(list(KINDS).index("extreme scales"), 1200, 60):
        net, box, _ = random_case(seed)
        cx = ll.regions(net, box)
        assert cx.n_linear_regions <= len(cx)
        assert str(len(cx)) in cx.summary()
        assert cx.areas.sum() == pytest.approx(cx.domain.volume, rel=1e-9)
        assert np.isfinite(cx.centroids).all()
        assert (cx.domain.bounds[:, 0] <= cx.centroids).all()
        assert (cx.centroids <= cx.domain.bounds[:, 1]).all()
        cx.integral(), cx.moments(), cx.mean(), cx.affine_maps()
        assert cx.extrema().minimum.value <= cx.extrema().maximum.value
        assert all(cx.lipschitz(norm).constant >= 0.0 for norm in (1, 2, math.inf))


@pytest.mark.parametrize("reach", [1e-300, 1e-160, 1e160, 1e300, 1.7e308])
def test_domains_at_the_ends_of_the_range_get_numbers_without_warnings(reach):
    rng = np.random.default_rng(1)
    net = ll.Network.from_arrays([rng.normal(size=(6, 2)), np.ones((1, 6))], [np.zeros(6), [0.0]])
    cx = ll.regions(net, [(-reach, reach)] * 2)
    assert len(cx) == 12
    unit = ll.regions(net, [(-1, 1)] * 2)
    here, there = np.lexsort(cx.patterns.T), np.lexsort(unit.patterns.T)
    np.testing.assert_allclose(cx.centroids[here] / reach, unit.centroids[there], rtol=1e-9, atol=1e-12)
    if reach < 1e308:  # else the mean is beyond the range, too
        np.testing.assert_allclose(cx.moments().mean / reach, unit.moments().mean, rtol=1e-9)
    assert cx.lipschitz().constant == pytest.approx(unit.lipschitz().constant)
    np.testing.assert_array_equal(cx.locate(cx.centroids), np.arange(12))
    if reach > 1:
        assert cx.areas.max() == np.inf
    cx.summary(), cx.integral(), cx.level_set(0.5), cx.extrema(), cx.perimeters


NET = ll.mlp(2, [4], 1, seed=0)
WIDE = ll.mlp(5, [4], 1, seed=0)


@pytest.mark.parametrize(
    ("net", "domain", "options", "error", "sentence"),
    [
        (NET, (0, 1), {}, ShapeError, r"2 inputs, and the domain 1 dimension: give \["),
        (ll.mlp(1, [4], 1), BOX, {}, ShapeError, r"1 input, and the domain 2.*\(a, b\)"),
        (WIDE, BOX, {}, ShapeError, "5 inputs: give a slice"),
        (WIDE, [(0, 1)] * 5, {}, ShapeError, "5 inputs: give a slice"),
        (WIDE, (0, 1), {"slice": ll.slice_plane(*np.eye(3, 5))}, ShapeError, "plane, and the domain has 1 dim"),
        (WIDE, BOX, {"slice": ll.slice_line([0] * 5, [1] * 5)}, ShapeError, "line, and the domain has 2 dim"),
        (WIDE, (0, 1), {"slice": ll.slice_line([0] * 3, [1] * 3)}, ShapeError, "3 coordinates.*5 inputs"),
        (WIDE, BOX, {"slice": "xy"}, ParameterError, "slice_line or ll.slice_plane"),
        (NET, [(1, 0), (0, 1)], {}, ParameterError, "lower end first"),
        (NET, [(0, 1), (0, 0)], {}, ParameterError, "lower end first"),
        (NET, [(0, math.inf), (0, 1)], {}, ParameterError, "finite"),
        (NET, [(0, 0), (2, 0), (0.5, 0.5), (0, 2)], {}, ParameterError, "not convex"),
        (ll.mlp(2, [4], 1, "tanh"), BOX, {}, ModelError, "'tanh', which is curved"),
        (lambda x: x, BOX, {}, ModelError, "those of a leadlight network"),
        (NET, BOX, {"threads": 0}, ParameterError, "threads must be"),
        (NET, BOX, {"threads": True}, ParameterError, "threads must be"),
        (NET, BOX, {"certified": "yes"}, ParameterError, "certified must be True or False"),
        (NET, BOX, {"max_cells": 0}, ParameterError, "max_cells must be"),
        (NET, BOX, {"progress": 5}, ParameterError, "progress must be a function"),
        (ll.mlp(2, [40], 1), [(-9, 9)] * 2, {"max_cells": 3}, TooLargeError, r"more than 3 cells.*stopped at \d"),
    ],
)  # fmt: skip
def test_bad_input_gets_one_sentence(net, domain, options, error, sentence):
    with pytest.raises(error, match=sentence) as caught:
        ll.regions(net, domain, **options)
    assert str(caught.value).endswith(".")


def test_any_number_of_threads_and_any_limit_will_do(monkeypatch):
    n = len(ll.regions(NET, BOX))
    assert len(ll.regions(NET, BOX, threads=2**40, max_cells=10**30)) == n
    assert int(ll.count_regions(NET, BOX, threads=5000)) == n
    assert sum(map(len, ll.iter_regions(NET, BOX, threads=5000))) == n
    monkeypatch.setenv("OMP_NUM_THREADS", "5000")
    assert len(ll.regions(NET, BOX)) == n


def test_progress_is_told_and_may_stop():
    class Stop(Exception):
        pass

    def stop(cells):
        raise Stop

    net = ll.mlp(2, [300, 300, 300], 1, init="he_normal", bias="normal(0.5)", seed=0)
    with pytest.raises(Stop):
        ll.regions(net, [(-3, 3)] * 2, progress=stop)
