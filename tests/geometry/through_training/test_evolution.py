"""Rows of `evolution` against the complexes they summarise, and its forms of snapshots."""

import sys
import types

import numpy as np
import pytest

import leadlight as ll
from leadlight.errors import DataError, ModelError, ParameterError, ShapeError, UnknownNameError

BOX = [(-1.5, 1.5), (-1, 1)]


@pytest.fixture(scope="module")
def runs():
    rng = np.random.default_rng(3)
    X = rng.uniform(-1, 1, (64, 2))
    y = ((X**2).sum(axis=1) > 0.6).astype(np.int64)
    nets = [ll.mlp(2, [7, 5], 2, seed=seed) for seed in (0, 1)]
    return ll.train(
        nets, (X, y), loss="cross_entropy", optimizer="adam", lr=0.05, epochs=30, snapshots=[30, 0, 9]
    )


@pytest.mark.parametrize("run", [0, 1])
def test_each_row_is_what_the_complex_of_its_snapshot_says(runs, run):
    found = ll.evolution(runs, BOX, run=run, measures="all", small=1e-2)
    assert found.steps.tolist() == [0, 9, 30]
    assert found.notes == ("", "", "")
    for i, step in enumerate(found.steps.tolist()):
        net = runs.snapshots[step][run]
        assert found.networks[i] is net
        cx = ll.regions(net, BOX)
        assert found.n_cells[i] == len(cx) == int(ll.count_regions(net, BOX))
        assert found.proven[i]
        assert found.layer_counts[i].tolist() == cx.layer_counts[1:].tolist()
        assert found.n_linear_regions[i] == cx.n_linear_regions
        assert found.signs[i].tolist() == list(cx.signs.values())
        assert found.boundary_length[i] == cx.decision_boundary().length
        areas = cx.areas
        assert found.area_min[i] == areas.min()
        assert found.area_median[i] == np.median(areas)
        assert found.area_mean[i] == pytest.approx(6.0 / len(cx), rel=1e-12)
        assert found.area_max[i] == areas.max()
        assert found.n_small[i] == sum(area < 0.06 for area in areas)
        # each crease borders two cells, the domain's border one
        assert 2 * found.crease_length[i] + 10.0 == pytest.approx(cx.perimeters.sum(), rel=1e-12)
        ends = cx.vertices[cx.edges.vertices[(cx.edges.layer == 1)]]
        assert found.crease_lengths[i, 1] == pytest.approx(
            np.linalg.norm(ends[:, 1] - ends[:, 0], axis=1).sum()
        )


def network_of_cells(n):
    """n cells on (-1, 1): so many breakpoints less one, those of the other units outside."""
    biases = np.full(40, 5.0)
    biases[: n - 1] = np.linspace(-0.5, 0.5, n - 1)
    return ll.Network.from_arrays([np.ones((40, 1)), np.ones((1, 40))], [biases, [0.0]])


@pytest.mark.parametrize(
    ("counts", "said"),
    [
        ([4, 6, 9], "3 steps, 0 to 2, 4 to 9 cells"),
        ([9, 6, 4], "3 steps, 0 to 2, 9 to 4 cells"),
        ([4, 30, 9], "3 steps, 0 to 2, 4 to 9 cells (4 to 30 on the way)"),
        ([9, 3, 9, 10], "4 steps, 0 to 3, 9 to 10 cells (3 to 10 on the way)"),
        ([7], "step 0, 7 cells"),
    ],
)
def test_its_line_says_how_many_cells_there_were_on_the_way(counts, said):
    found = ll.evolution([network_of_cells(n) for n in counts], (-1, 1), measures=())
    assert found.n_cells.tolist() == counts
    assert repr(found) == f"Evolution({said} on {found.domain})"


def test_all_forms_of_snapshots_give_the_same(runs):
    nets = [runs.snapshots[step][1] for step in (0, 9, 30)]
    forms = [
        (runs, {"run": 1}),
        (runs.snapshots, {"run": 1}),
        (dict(zip((30, 0, 9), (nets[2], nets[0], nets[1]))), {}),
        (zip((0, 9, 30), nets), {}),
        (nets, {"steps": (0, 9, 30)}),
    ]
    tables = [ll.evolution(form, BOX, **how).table() for form, how in forms]
    assert all(table == tables[0] for table in tables)


def test_counting_alone_builds_nothing(runs, monkeypatch):
    from leadlight.geometry.through_training import step_measures

    monkeypatch.setattr(step_measures, "regions", None)
    found = ll.evolution(runs, BOX, run=0, measures=())
    assert found.n_cells.tolist() == [int(ll.count_regions(net, BOX)) for net in found.networks]
    assert list(found.table()) == [
        "step", "n_cells", "proven", "cells_to_layer_1", "cells_to_layer_2",
        "signs_float64", "signs_double_double", "signs_exact", "note",
    ]  # fmt: skip


def test_beyond_max_cells_it_only_counts(runs):
    cells = [len(ll.regions(net, BOX)) for net in ll.evolution(runs, BOX, run=0, measures=()).networks]
    limit = sorted(cells)[1]
    found = ll.evolution(runs, BOX, run=0, max_cells=limit)
    assert found.n_cells.tolist() == cells
    assert found.proven.all()
    over = np.array(cells) > limit
    assert 0 < over.sum() < 3
    assert np.isnan(found.crease_length).tolist() == over.tolist()
    assert [bool(note) for note in found.notes] == over.tolist()
    assert {note for note in found.notes if note} == {f"counted only: more cells than {limit}"}
    assert [value is None for value in found.table()["area_min"]] == over.tolist()


def test_on_an_interval_lengths_are_numbers_of_points():
    net = ll.Network.from_arrays(
        [[[1.0], [1.0]], [[1.0, -2.0]]], [[0.5, -0.5], [-0.25]]
    )  # up to 1, then down
    found = ll.evolution([net], (-2, 2))
    assert (found.n_cells[0], found.crease_length[0], found.boundary_length[0]) == (3, 2.0, 2.0)
    assert (found.area_min[0], found.area_max[0]) == (1.0, 1.5)


def test_on_a_slice_only_the_network_s_own_layers_are_told():
    plane = ll.slice_plane(*np.random.default_rng(0).normal(size=(3, 4)))
    net = ll.mlp(4, [6, 5], 1, seed=2)
    cx = ll.regions(net, BOX, slice=plane)
    for measures in ((), "creases"):
        found = ll.evolution([net], BOX, slice=plane, measures=measures)
        assert found.layer_counts.tolist() == [cx.layer_counts[3:].tolist()]
        assert found.layer_counts.shape == (1, 2)
    assert found.crease_lengths.shape == (1, 2)
    assert found.crease_lengths.min() > 0
    ((step, again),) = found.frames()
    assert (step, len(again)) == (0, len(cx))


def test_a_linear_model_has_one_cell():
    found = ll.evolution([ll.mlp(2, [], 1)], BOX)
    assert (found.n_cells.tolist(), found.crease_length.tolist()) == ([1], [0.0])
    assert found.layer_counts.shape == (1, 0)


def test_what_is_kept(runs):
    both = [ll.evolution(runs, BOX, run=0, keep=keep) for keep in ("networks", "complexes")]
    assert both[0].complexes == ()
    for (step, found), (other, kept) in zip(both[0].frames(), both[1].frames()):
        assert step == other
        assert np.array_equal(found.vertices, kept.vertices)
    nothing = ll.evolution(runs, BOX, run=0, keep=None)
    assert nothing.networks == nothing.complexes == ()
    with pytest.raises(ParameterError, match="ask for keep='networks'"):
        nothing.frames()


def test_progress_and_what_an_interrupt_leaves(runs):
    seen = []

    def stop(done, total):
        seen.append((done, total))
        if done == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt) as caught:
        ll.evolution(runs, BOX, run=0, progress=stop)
    assert seen == [(1, 3), (2, 3)]
    assert caught.value.partial.steps.tolist() == [0, 9]


def test_as_a_data_frame(runs, monkeypatch):
    monkeypatch.setitem(sys.modules, "pandas", types.SimpleNamespace(DataFrame=lambda columns: columns))
    found = ll.evolution(runs, BOX, run=0)
    assert found.to_pandas() == dict(found.table())


NET = ll.mlp(2, [3], 1)


@pytest.mark.parametrize(
    ("snapshots", "options", "error", "sentence"),
    [
        ([], {}, DataError, "no snapshots"),
        ({}, {}, DataError, "no snapshots"),
        (NET, {}, ParameterError, "One Network is no training"),
        (7, {}, ParameterError, "not a int"),
        ([(0, "net")], {}, ParameterError, "pair .step, Network."),
        ({0: "net"}, {}, ModelError, "step 0 is no leadlight Network"),
        ({0: [NET, NET]}, {}, ParameterError, "There are 2 runs: say which one"),
        ({0: [NET, NET]}, {"run": 2}, ParameterError, "no run 2: there are runs 0 to 1"),
        ([(0.5, NET)], {}, ParameterError, "must be an integer, not 0.5"),
        ([NET, ll.mlp(2, [4], 1)], {}, ShapeError, "give snapshots of one network"),
        ([NET, NET], {"steps": [1]}, ShapeError, "1 steps were given for 2"),
        ([(0, NET)], {"steps": [1]}, ParameterError, "steps are for a sequence of Networks"),
        ([NET], {"measures": ["area"]}, UnknownNameError, "did you mean 'areas'"),
        ([NET], {"measures": 3}, ParameterError, "measures must list"),
        ([NET], {"small": -1}, ParameterError, "small must be"),
        ([NET], {"keep": "all"}, ParameterError, "keep must be"),
        ([NET], {"max_cells": 0}, ParameterError, "max_cells must be"),
        ([NET], {"threads": 0}, ParameterError, "threads must be"),
        ([NET], {"certified": 1}, ParameterError, "certified must be"),
        ([NET], {"progress": 1}, ParameterError, "progress must be"),
        ([NET], {"slice": 1}, ParameterError, "slice must come from"),
        ([ll.mlp(2, [3], 1, activation="tanh")], {}, ModelError, "curved"),
        ([ll.mlp(3, [3], 1)], {}, ShapeError, "has 3 inputs"),
    ],
)  # fmt: skip
def test_bad_input_gets_one_sentence(snapshots, options, error, sentence):
    with pytest.raises(error, match=sentence) as caught:
        ll.evolution(snapshots, BOX, **options)
    assert "\n" not in str(caught.value)
