"""Pixels: each shows the cell that its centre lies in; the PNG is one that others read."""

import io

import matplotlib.image
import numpy as np
import pytest

import leadlight as ll
from leadlight.errors import FileError, ParameterError, TooLargeError
from leadlight.plots.colours import cell_colours
from leadlight.plots.raster import cell_image, encode_png, picture, write_png


def centres(cx, width, height):
    (x0, x1), (y0, y1) = cx.domain.bounds
    x = x0 + (x1 - x0) * (np.arange(width) + 0.5) / width
    y = y1 - (y1 - y0) * (np.arange(height) + 0.5) / height
    return np.stack(np.meshgrid(x, y), axis=-1).reshape(-1, 2)


CASES = {
    "two layers": (ll.mlp(2, [20, 20], 1, seed=1, bias="normal(0.4)"), [(-2.1, 1.9), (-1.3, 1.7)]),
    "triangle": (ll.mlp(2, [15, 9], 1, seed=2, bias="normal(0.4)"), [(-1, -1), (2, 0.1), (0.3, 1.9)]),
    "steps": (ll.mlp(2, [12, 9], 1, activation="step", seed=3, bias="normal(0.4)"), [(-2, 2.2), (-2, 2)]),
    "axis-parallel": (
        ll.Network.from_arrays([[[1, 0], [0, 1], [1, 1]], [[1, 1, 1]]], [[0.21, -0.33, 0.1], [0]]),
        [(-1, 1), (-1, 1)],
    ),
    "one cell": (ll.mlp(2, [], 1), [(0, 1), (0, 2)]),
}


@pytest.mark.parametrize("case", CASES)
def test_each_pixel_shows_the_cell_of_its_centre(case):
    cx = ll.regions(*CASES[case])
    image = cell_image(cx, 97, 61)
    expected = cx.locate(centres(cx, 97, 61))
    np.testing.assert_array_equal(image.ravel(), expected)
    assert len(np.unique(image)) > 20 or case in ("axis-parallel", "one cell")


def test_an_interval_is_a_band():
    cx = ll.regions(ll.mlp(1, [9], 1, seed=1), (-2, 2))
    image = cell_image(cx, 300)
    assert image.shape == (36, 300)
    np.testing.assert_array_equal(image[7], cx.locate((-2 + 4 * (np.arange(300) + 0.5) / 300)[:, None]))


def test_the_png_holds_the_colours_of_the_cells(tmp_path):
    cx = ll.regions(*CASES["two layers"])
    cx.save(tmp_path / "cells.png", width=80, edges=False, smooth=1)
    read = np.rint(matplotlib.image.imread(tmp_path / "cells.png") * 255).astype(int)
    colours = cell_colours(cx)
    located = cx.locate(centres(cx, 80, 60))
    np.testing.assert_array_equal(read.reshape(-1, 3), colours.table[colours.index[located]])


def test_output_is_shaded_by_the_network_s_values():
    cx = ll.regions(*CASES["two layers"])
    pixels = picture(cx, 80, colour="output", edges=False, smooth=1)[..., :3]
    colours = cell_colours(cx, "output")
    values = cx.network(centres(cx, 80, 60))[:, 0]
    expected = colours.of_values(values).reshape(60, 80, 3).astype(int)
    assert np.abs(pixels - expected).max() <= 3  # a value on the edge of two levels


def test_outside_a_polygon_is_transparent(tmp_path):
    cx = ll.regions(*CASES["triangle"])
    write_png(cx, tmp_path / "cells.png", 90)
    read = matplotlib.image.imread(tmp_path / "cells.png")
    assert read.shape[2] == 4
    inside = cx.locate(centres(cx, 90, len(read))).reshape(read.shape[:2]) >= 0
    assert abs(read[:, :, 3].mean() - cx.domain.volume / np.prod(np.diff(cx.domain.bounds))) < 0.02
    assert read[0, 0, 3] == 0
    assert (read[inside][:, 3] > 0.3).all()


def test_edges_lie_on_the_borders_and_show_their_layer():
    net = ll.Network.from_arrays([[[1, 0]], [[1], [0]], [[1, 1]]], [[0], [-0.5, 1], [0]])
    cx = ll.regions(net, [(-1, 1), (-1, 1)])  # creases at x = 0 (layer 1) and x = 1/2 (layer 2)
    plain = picture(cx, 40, edges=False)[..., :3].astype(int)
    drawn = picture(cx, 40, edges=True)[..., :3].astype(int)
    changed = (plain != drawn).any(axis=2)
    columns = np.flatnonzero(changed.all(axis=0))
    assert set(columns) <= {19, 20, 29, 30}
    assert {19, 29} & set(columns)
    assert changed.sum() == 40 * len(columns)
    row = picture(cx, 40, creases=True, smooth=1)[5, :, :3].astype(int).sum(axis=1)
    first, second = row[19:21].min(), row[29:31].min()
    assert first < second < 3 * 255 * 0.7  # the first layer is darker


def test_edges_are_left_out_where_they_would_cover_everything():
    cx = ll.regions(ll.mlp(2, [30], 1, seed=1), [(-1, 1), (-1, 1)])
    np.testing.assert_array_equal(picture(cx, 40), picture(cx, 40, edges=False))
    assert (picture(cx, 400) != picture(cx, 400, edges=False)).any()


def test_any_pixels_come_back():
    pixels = np.random.default_rng(0).integers(0, 256, (7, 5, 4), dtype=np.uint8)
    read = matplotlib.image.imread(io.BytesIO(encode_png(pixels)))
    np.testing.assert_array_equal(np.rint(read * 255), pixels)


def test_bad_sizes(tmp_path):
    cx = ll.regions(ll.mlp(2, [3], 1), [(0, 1e-3), (0, 1)])
    with pytest.raises(ParameterError, match="width must be"):
        cell_image(cx, 0)
    with pytest.raises(TooLargeError, match="less tall"):
        picture(cx, 3000)
    with pytest.raises(ParameterError, match="line_width"):
        picture(cx, 3, line_width=-1)
    with pytest.raises(FileError, match="Cannot write"):
        write_png(cx, tmp_path / "none" / "cells.png", 2)
