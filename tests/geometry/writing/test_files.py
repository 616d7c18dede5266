"""Complexes as files: everything comes back from .npz, .json holds the same numbers, damage is told."""

from __future__ import annotations

import dataclasses
import json

import numpy as np
import pytest

import leadlight as ll
from leadlight.errors import FileError, ParameterError
from leadlight.geometry.writing.files import load

BOX = [(-2, 2), (-1.5, 1.5)]


def complexes():
    plane = ll.mlp(2, [6, 5], 2, seed=1, bias="normal(0.5)")
    steps = ll.mlp(2, [4, 3], 1, activation="step", seed=2, bias="normal(0.5)")
    thrice = ll.mlp(
        2, [3, 3], 1, activation=["hardtanh", "leaky_relu(0.3)"], seed=3, output_activation="sigmoid"
    )
    line = ll.mlp(1, [7], 1, seed=4)
    high = ll.mlp(5, [6, 4], 2, seed=5)
    through = np.random.default_rng(0).normal(size=(3, 5))
    return {
        "plane": ll.regions(plane, BOX),
        "polygon": ll.regions(plane, [(0, 0), (2, 0), (1, 1.5)]),
        "steps": ll.regions(steps, BOX),
        "three pieces": ll.regions(thrice, BOX, certified=False),
        "interval": ll.regions(line, (-3, 3)),
        "slice": ll.regions(high, BOX, slice=ll.slice_plane(*through)),
        "line through five dimensions": ll.regions(high, (-4, 5), slice=ll.slice_line(*through[:2])),
        "no hidden layer": ll.regions(ll.mlp(2, [], 3), BOX),
    }


COMPLEXES = complexes()


@pytest.fixture(params=COMPLEXES)
def cx(request):
    return COMPLEXES[request.param]


def test_everything_comes_back_from_npz(cx, tmp_path):
    cx.save(tmp_path / "cells.npz")
    again = load(tmp_path / "cells.npz")
    for field in dataclasses.fields(cx):
        before, after = getattr(cx, field.name), getattr(again, field.name)
        if isinstance(before, np.ndarray):
            assert before.dtype == after.dtype, field.name
            np.testing.assert_array_equal(before, after)
    for name in ("cells", "vertices", "layer", "unit", "breakpoint"):
        np.testing.assert_array_equal(getattr(cx.edges, name), getattr(again.edges, name))
    np.testing.assert_array_equal(cx._details.maps, again._details.maps)
    np.testing.assert_array_equal(cx._details.map_errors, again._details.map_errors)
    assert all(map(np.array_equal, cx._details.tree, again._details.tree))
    assert again.network.equals(cx.network)
    assert again.signs == cx.signs
    assert again.certified == cx.certified
    np.testing.assert_array_equal(again.domain.corners, cx.domain.corners)
    assert (again.slice is None) == (cx.slice is None)
    assert again.summary() == cx.summary()
    np.testing.assert_array_equal(again.locate(cx.centroids), cx.locate(cx.centroids))
    np.testing.assert_array_equal(again.patterns, cx.patterns)
    assert again.polygon_exact(0) == cx.polygon_exact(0)


def test_the_same_complex_gives_the_same_bytes(tmp_path):
    for name in ("a", "b"):
        ll.regions(ll.mlp(2, [6, 5], 2, seed=1), BOX).save(tmp_path / f"{name}.npz")
    assert (tmp_path / "a.npz").read_bytes() == (tmp_path / "b.npz").read_bytes()


def test_json_holds_every_number_exactly(cx, tmp_path):
    cx.save(tmp_path / "cells.json")
    data = json.loads((tmp_path / "cells.json").read_text())
    assert data["type"] == "FeatureCollection"
    head = data["leadlight"]
    assert (head["n_cells"], head["n_linear_regions"]) == (len(cx), cx.n_linear_regions)
    assert head["domain"] == cx.domain.corners.tolist()
    assert head["network"]["layer_sizes"] == list(cx.network.layer_sizes)
    A, c = cx.affine_maps()
    for i, feature in enumerate(data["features"]):
        assert feature["id"] == i
        shape, properties = feature["geometry"], feature["properties"]
        if cx.dim == 1:
            assert shape["type"] == "LineString"
            assert [x for x, _ in shape["coordinates"]] == cx.polygon(i)[:, 0].tolist()
        else:
            (ring,) = shape["coordinates"]
            assert ring[0] == ring[-1]
            assert ring[:-1] == cx.polygon(i).tolist()
        assert [[int(d) for d in layer] for layer in properties["pattern"]] == [
            layer.tolist() for layer in cx.pattern(i)
        ]
        assert properties["linear_region"] == cx.linear_regions()[i]
        assert (properties["A"], properties["c"]) == (A[i].tolist(), c[i].tolist())
    assert len(data["features"]) == len(cx)


def test_json_has_null_for_what_no_float_holds(tmp_path):
    net = ll.Network.from_arrays([[[1e200, 0]], [[1e200]]], [[0], [0]])
    ll.regions(net, [(-1, 1), (-1, 1)]).save(tmp_path / "cells.json")
    on = json.loads((tmp_path / "cells.json").read_text())["features"][1]["properties"]
    assert on["A"][0][0] is None


@pytest.mark.parametrize("change", ["truncated", "empty", "text", "index", "lacking", "newer"])
def test_damaged_files_are_told(tmp_path, change):
    path = tmp_path / "cells.npz"
    cx = COMPLEXES["plane"]
    cx.save(path)
    if change in ("truncated", "empty", "text"):
        content = {"truncated": path.read_bytes()[:-900], "empty": b"", "text": b"cells\n"}[change]
        path.write_bytes(content)
    else:
        with np.load(path) as archive:
            arrays = dict(archive)
        if change == "index":
            arrays["cell_vertices"][3] = 10**6
        elif change == "lacking":
            del arrays["maps"]
        else:
            arrays["format"] = np.array("99")
        np.savez(path, **arrays)
    with pytest.raises(FileError, match="format" if change == "newer" else "damaged"):
        ll.geometry.PolyhedralComplex.load(path)


def test_a_pickle_is_not_opened(tmp_path):
    np.save(tmp_path / "cells.npy", np.array([{}], dtype=object), allow_pickle=True)
    (tmp_path / "cells.npy").rename(tmp_path / "cells.npz")
    with pytest.raises(FileError, match="damaged"):
        load(tmp_path / "cells.npz")


def test_names_and_options_that_do_not_fit(tmp_path):
    cx = COMPLEXES["plane"]
    with pytest.raises(ParameterError, match=r"'\.pdf'; expected \.npz"):
        cx.save(tmp_path / "cells.pdf")
    with pytest.raises(ParameterError, match="colour is an option of pictures"):
        cx.save(tmp_path / "cells.npz", colour="area")
    with pytest.raises(
        ParameterError, match=r"color is no option of \.svg files: give some of width, colour, "
    ):
        cx.save(tmp_path / "cells.svg", color="area")
    with pytest.raises(FileError, match="Cannot write"):
        cx.save(tmp_path / "nowhere" / "cells.npz")
    with pytest.raises(FileError, match="Cannot read"):
        load(tmp_path / "nothing.npz")
    assert list(tmp_path.iterdir()) == []
