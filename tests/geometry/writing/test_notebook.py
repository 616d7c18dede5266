"""What notebooks show of complexes and of what is found in them: pictures of a bounded size, texts of one line."""

import base64
import re
import subprocess
import sys
from xml.etree import ElementTree

import numpy as np
import pytest

import leadlight as ll
from leadlight.geometry.writing import notebook
from leadlight.plots.raster import encode_png, picture

NET = ll.mlp(2, [16, 16], 2, seed=0)
CX = ll.regions(NET, [(-3, 3), (-3, 3)])


def parsed(cx):
    """The element tree, which there is of well-formed text only."""
    return ElementTree.fromstring(cx._repr_html_())


def test_few_cells_are_drawn_as_paths_beside_the_summary():
    tree = parsed(CX)
    assert tree.find("pre").text == CX.summary()
    svg = tree.find("div/{http://www.w3.org/2000/svg}svg")
    outlines = "".join(
        path.get("d") for path in svg.iter("{http://www.w3.org/2000/svg}path") if path.get("fill")
    )
    assert outlines.count("M") == len(CX)
    assert float(svg.get("width")) == notebook.SIDE


def test_many_cells_are_drawn_as_pixels():
    cx = ll.regions(ll.mlp(2, [64, 64], 1, seed=0), [(-3, 3), (-6, 6)])
    assert len(cx) > notebook.MOST_PATHS
    image = parsed(cx).find("img")
    data = base64.b64decode(image.get("src").removeprefix("data:image/png;base64,"))
    assert data == encode_png(picture(cx, notebook.SIDE // 2))  # twice as high as wide
    assert (image.get("width"), image.get("alt")) == (str(notebook.SIDE // 2), f"{len(cx):,} cells")
    assert len(cx._repr_html_()) < 600_000


def test_of_very_many_there_is_what_is_known_already(monkeypatch):
    monkeypatch.setattr(notebook, "MOST_CELLS", 5)
    cx = ll.regions(NET, [(-3, 3), (-3, 3)])
    (text,) = parsed(cx)
    assert "linear regions" not in text.text
    assert f"cells (activation regions)  {len(cx)}" in text.text
    assert "_labels" not in vars(cx)


@pytest.mark.parametrize(
    ("net", "domain", "drawn"),
    [
        (ll.mlp(1, [8], 1), (-3, 3), True),
        (NET, [(0, 0), (4, 0), (1, 3)], True),
        (NET, [(0, 1), (0, 1e-5)], False),
        (NET, [(0, 1e-200), (0, 1e200)], False),
        (NET, [(-1.7e308, 1.7e308)] * 2, False),
        (NET, [(-1e300, 1e300)] * 2, True),
    ],
)
def test_any_domain_is_shown_with_a_picture_where_one_fits(net, domain, drawn):
    parts = [part.tag for part in parsed(ll.regions(net, domain))]
    assert parts == ["div", "pre"] if drawn else ["pre"]


def test_pictures_in_notebooks_need_no_matplotlib():
    program = (
        "import sys, leadlight as ll\n"
        "for width in (4, 64): ll.regions(ll.mlp(2, [width] * 2, 1), [(-3, 3), (-3, 3)])._repr_html_()\n"
        "sys.exit('matplotlib' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


def test_what_is_found_is_told_in_a_line():
    counted = ll.count_regions(NET, [(-3, 3), (-3, 3)])
    assert repr(counted) == f"RegionCount({len(CX)} cells, exactly)"
    parts = CX.decision_partition()
    shares = re.fullmatch(
        r"DecisionPartition\(\d+ cells, boundary of length \S+, shares of the classes (.*)\)", repr(parts)
    )
    np.testing.assert_allclose([float(s) for s in shares[1].split(", ")], parts.class_areas() / 36, rtol=5e-3)
    assert repr(CX.edges) == f"Edges({len(CX.edges)}, {len(CX.edges.interior)} of them between cells)"
    areas = CX.statistics().areas
    assert repr(areas) == (
        f"Distribution({len(CX)} cells, {areas.minimum:.6g} to {areas.maximum:.6g}, mean {36 / len(CX):.6g})"
    )
    history = ll.evolution([NET, NET], [(-1, 1), (-1, 1)])
    assert history._repr_html_().count("<tr>") == 3
