"""SVG: well-formed, the areas of its outlines are those of the cells, creases grouped by layer."""

import re
import xml.etree.ElementTree as ET

import numpy as np
import pytest

import leadlight as ll
from leadlight.errors import ParameterError
from leadlight.plots.colours import cell_colours
from leadlight.plots.vector import UNITS

SVG = "{http://www.w3.org/2000/svg}"
BOX = [(-2, 2), (-1.5, 1.5)]


@pytest.fixture(scope="module")
def cx():
    return ll.regions(ll.mlp(2, [8, 8], 1, seed=1, bias="normal(0.4)"), BOX)


def drawn(cx, path, **options):
    cx.save(path, **options)
    root = ET.parse(path).getroot()
    return root, root.findall(f"{SVG}g")


def outlines(data):
    for part in re.findall(r"M([^Z]*)Z", data):
        yield np.array(part.split(), float).reshape(-1, 2)


def area(corners):
    x, y = corners.T
    return abs(np.dot(x, np.roll(y, -1)) - np.dot(y, np.roll(x, -1))) / 2


def test_each_colour_has_the_area_of_its_cells(cx, tmp_path):
    root, (cells, edges) = drawn(cx, tmp_path / "cells.svg")
    assert root.get("viewBox") == f"0 0 {UNITS} {UNITS * 3 // 4}"
    colours = cell_colours(cx)
    unit = 4.0 / UNITS
    for path in cells:
        shade = [int(path.get("fill")[i : i + 2], 16) for i in (1, 3, 5)]
        mine = np.flatnonzero((colours.table[colours.index] == shade).all(axis=1))
        found = sum(area(outline) for outline in outlines(path.get("d"))) * unit**2
        assert found == pytest.approx(cx.areas[mine].sum(), abs=1e-3)
    shown = sum(area(o) for path in cells for o in outlines(path.get("d"))) * unit**2
    assert shown == pytest.approx(12.0, abs=1e-3)
    assert len(edges) == 2  # one path for each layer


def test_edges_by_layer(cx, tmp_path):
    _, (_, edges) = drawn(cx, tmp_path / "cells.svg", creases=True)
    counts = [path.get("d").count("M") for path in edges]
    layers = cx.edges.layer[cx.edges.interior]
    assert counts == [(layers == 1).sum(), (layers == 0).sum()]  # the first layer last: on top
    assert len({path.get("stroke") for path in edges}) == 2


def test_y_points_up(tmp_path):
    net = ll.Network.from_arrays([[[0, 1]], [[1]]], [[-0.5], [0]])  # on above y = 1/2
    cx = ll.regions(net, [(0, 1), (0, 1)])
    _, (cells, _) = drawn(cx, tmp_path / "cells.svg", colour="slope")
    low = max(o[:, 1].max() for o in outlines(cells[1].get("d")))  # the steeper: the top half
    assert low == UNITS / 2


def test_an_interval_is_a_band(tmp_path):
    cx = ll.regions(ll.mlp(1, [5], 1, seed=1), (-2, 2))
    _, (cells, edges) = drawn(cx, tmp_path / "cells.svg", colour="output")
    assert sum(path.get("d").count("Z") for path in cells) == len(cx)
    assert edges[0].get("d").count("M") == len(cx) - 1


def test_what_has_no_area_in_units_is_not_drawn(tmp_path):
    net = ll.Network.from_arrays([[[1, 0], [1, 0]], [[1, 1]]], [[0, 1e-9], [0]])
    cx = ll.regions(net, [(-1, 1), (-1, 1)])
    assert len(cx) == 3
    _, (cells, _) = drawn(cx, tmp_path / "cells.svg", edges=True)
    assert sum(path.get("d").count("Z") for path in cells) == 2


def test_no_borders_where_there_are_none_wanted(cx, tmp_path):
    _, groups = drawn(cx, tmp_path / "cells.svg", edges=False)
    assert len(groups) == 1
    with pytest.raises(ParameterError, match="width must be"):
        cx.save(tmp_path / "cells.svg", width=-3)


def test_writing_pictures_needs_no_matplotlib(tmp_path):
    import subprocess
    import sys

    code = (
        "import sys, leadlight as ll; cx = ll.regions(ll.mlp(2, [4], 1), [(-1, 1), (-1, 1)]);"
        "[cx.save(f'{sys.argv[1]}/cells.{end}') for end in ('svg', 'png', 'npz', 'json')];"
        "sys.exit('matplotlib' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code, str(tmp_path)], check=False).returncode == 0
    assert len(list(tmp_path.iterdir())) == 4
