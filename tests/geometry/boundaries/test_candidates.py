"""Decisions between many classes: the candidates of each cell against exact values, the partition against all pairs."""

import numpy as np
import pytest

import leadlight as ll
from degenerate_networks import KINDS, random_case
from leadlight.errors import TooLargeError
from leadlight.geometry.boundaries import level_sets
from leadlight.geometry.boundaries.candidates import candidates
from leadlight.geometry.exact.cell_forms import output_forms, value_at

BOX = [(-2, 2), (-2, 2)]


def with_outputs(net, n, rng):
    """The network with other outputs, some of them equal, small or multiples of others."""
    width = net.weights[-1].shape[1]
    W, b = rng.normal(size=(n, width)), rng.normal(size=n)
    i, j, k = rng.choice(n, 3, replace=False)
    W[j], b[j] = W[i], b[i]
    W[k], b[k] = 2.0 * W[i], 2.0 * b[i]
    return net.with_parameters([*net.weights[:-1], W], [*net.biases[:-1], b])


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_no_candidate_is_below_the_largest_output(kind):
    for seed in range(list(KINDS).index(kind) + 96_000, 96_036, len(KINDS)):
        net, box, _ = random_case(seed, max_units=6)
        cx = ll.regions(with_outputs(net, 8, np.random.default_rng(seed)), box)
        for cell, able in enumerate(candidates(cx)):
            forms = output_forms(cx._sliced, cx._full_pattern(cell))
            assert able.any()
            for corner in cx.polygon_exact(cell):
                values = [value_at(form, corner) for form in forms]
                assert all(able[i] for i, value in enumerate(values) if value == max(values))


def test_few_are_left_on_small_cells():
    net = ll.mlp(2, [32, 32], 50, init="he_normal", bias="normal(0.5)", seed=0)
    assert candidates(ll.regions(net, BOX)).sum(axis=1).mean() < 4


@pytest.mark.parametrize("kind", KINDS)
def test_the_partition_is_that_of_all_pairs(kind, monkeypatch):
    for seed in range(list(KINDS).index(kind) + 97_000, 97_036, len(KINDS)):
        net, box, _ = random_case(seed, max_units=6)
        cx = ll.regions(with_outputs(net, 6, np.random.default_rng(seed)), box)
        found = cx.decision_partition()
        with monkeypatch.context() as patch:
            patch.setattr(level_sets, "_FEW", 100)
            expected = cx.decision_partition()
        assert len(found.complex) <= len(expected.complex)
        np.testing.assert_allclose(found.class_areas(), expected.class_areas(), rtol=1e-9, atol=1e-9)
        assert found.boundary.length == pytest.approx(expected.boundary.length, rel=1e-7, abs=1e-7)
        assert len(found.boundary) == len(expected.boundary)


@pytest.mark.parametrize("n_outputs", [100, 1000])
def test_many_classes(n_outputs):
    """All pairs of 100 would make some millions of cells."""
    net = ll.mlp(2, [16, 16], n_outputs, init="he_normal", bias="normal(0.5)", seed=0)
    cx = ll.regions(net, BOX)
    parts = cx.decision_partition()
    assert len(parts.complex) < 30 * len(cx)
    points = np.random.default_rng(0).uniform(-2, 2, (5000, 2))
    decided = parts.classes[parts.complex.locate(points)]
    np.testing.assert_array_equal(decided, net(points).argmax(axis=1))
    assert len(set(decided.tolist())) > 5
    assert parts.class_areas().sum() == pytest.approx(16.0)


def test_one_class_everywhere_and_a_line():
    flat = ll.Network.from_arrays([np.zeros((5, 2))], [[0, 1, 2, 2, -1]])
    parts = ll.regions(flat, BOX).decision_partition()
    assert (set(parts.classes.tolist()), len(parts.boundary)) == ({2}, 0)
    line = ll.Network.from_arrays([[[1.0], [2.0], [3.0], [4.0]]], [[0, 0, 0, -1]])
    found = ll.regions(line, (-1, 2)).decision_boundary()  # 0, then 2, then 3
    assert [point.tolist() for point in found.polylines] == [[[0.0]], [[1.0]]]
    assert found.labels.tolist() == [[0, 2], [2, 3]]


def test_more_pairs_than_memory_holds_are_refused(monkeypatch):
    monkeypatch.setattr(level_sets, "available_memory", lambda: 1000)
    cx = ll.regions(ll.mlp(2, [4], 20, seed=0), BOX)
    with pytest.raises(TooLargeError, match=r"open for \d+ pairs of them"):
        cx.decision_partition()
