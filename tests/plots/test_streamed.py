"""Pictures of a stream: those of the complex, whatever the batches."""

import re

import numpy as np
import pytest

import leadlight as ll
from leadlight.errors import FileError, ParameterError, TooLargeError
from leadlight.plots.raster import encode_png, picture
from leadlight.plots.stream_files import PngOfStream, SvgOfStream
from leadlight.plots.streamed import StreamPicture
from leadlight.plots.vector import svg_parts

CASES = {
    "two layers": (ll.mlp(2, [20, 20], 2, seed=1, bias="normal(0.4)"), [(-2.1, 1.9), (-1.3, 1.7)]),
    "triangle": (ll.mlp(2, [15, 9], 2, seed=2, bias="normal(0.4)"), [(-1, -1), (2, 0.1), (0.3, 1.9)]),
    "steps": (ll.mlp(2, [12, 9], 2, activation="step", seed=3, bias="normal(0.4)"), [(-2, 2.2), (-2, 2)]),
    "axis-parallel": (
        ll.Network.from_arrays([[[1, 0], [0, 1], [1, 1]], np.ones((2, 3))], [[0.25, -0.5, 0.1], [0, 1]]),
        [(-1, 1), (-1, 1)],
    ),
    "one cell": (ll.mlp(2, [], 2), [(0, 1), (0, 2)]),
    "interval": (ll.mlp(1, [15, 15], 2, seed=1, bias="normal(0.4)"), (-2, 3)),
}


def drawn(case, batch, width=97, **options):
    stream = ll.iter_regions(*CASES[case], batch=batch)
    result = StreamPicture(stream, width, **options)
    for cells in stream:
        result.add(cells)
    return result.pixels()


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("colour", ["pattern", "output", "slope", "direction", "area"])
def test_it_is_the_picture_of_the_complex(case, colour):
    cx = ll.regions(*CASES[case])
    expected = picture(cx, 97, colour=colour, output=1, edges=False)
    given = drawn(case, 17, colour=colour, output=1)
    assert given.shape == expected.shape
    # Where one level of a scale ends and the next begins rounding may decide, in the last bits of a sum.
    assert (given != expected).any(axis=2).mean() <= (0.001 if colour == "output" else 0.0)
    np.testing.assert_allclose(given.astype(int), expected, atol=2)


def test_batches_and_samples():
    np.testing.assert_array_equal(drawn("two layers", 1), drawn("two layers", 10_000))
    expected = picture(ll.regions(*CASES["triangle"]), 97, edges=False, smooth=1)
    np.testing.assert_array_equal(drawn("triangle", 5, smooth=1), expected)


def test_before_the_last_batch_there_are_holes():
    stream = ll.iter_regions(*CASES["two layers"], batch=50)
    result = StreamPicture(stream, 60)
    assert (result.pixels() == [255, 255, 255, 0]).all()
    result.add(next(stream))
    part = (result.pixels()[:, :, 3] > 0).mean()
    assert 0.0 < part < 0.9
    for cells in stream:
        result.add(cells)
    assert (result.pixels()[:, :, 3] == 255).all()


def test_samples_between_neighbours_whose_corners_were_rounded_apart_are_filled():
    # Without the cell on the right of x = 0 the left one is all there is to take.
    stream = ll.iter_regions(
        ll.Network.from_arrays([[[1, 0]], [[1]]], [[0], [0]]), [(-1, 1), (-1, 1)], batch=1
    )
    result = StreamPicture(stream, 8, smooth=1)
    left, *_ = stream
    assert stream.is_complete
    result.add(left)
    pixels = result.pixels()
    assert (pixels == pixels[0, 0]).all()
    assert pixels[0, 0, 3] == 255


def test_files(tmp_path):
    net, box = CASES["two layers"]
    png, svg = tmp_path / "a.png", tmp_path / "a.svg"
    stream = ll.iter_regions(net, box, batch=30)
    stream.save(png, svg, width=80)
    assert stream.is_complete
    assert png.read_bytes() == encode_png(drawn("two layers", 30, width=80))
    text = svg.read_text()
    assert text.endswith("</g>\n</svg>\n")
    cx = ll.regions(net, box)
    whole = "".join(svg_parts(cx, 80, edges=False))

    def shapes(text):
        paths = re.findall(r'<path fill="(#\w{6})" stroke="#\w{6}" d="([^"]*)"/>', text)
        return sorted((code, outline) for code, data in paths for outline in data.split("M")[1:])

    assert shapes(text) == shapes(whole)
    assert text.split("<title>")[0] == whole.split("<title>")[0]


def test_a_file_is_not_written_when_something_goes_wrong(tmp_path):
    for name in ("a.png", "a.svg"):
        (tmp_path / name).write_text("old")

        def consume(path):
            stream = ll.iter_regions(*CASES["triangle"], batch=30)
            kind = PngOfStream if path.suffix == ".png" else SvgOfStream
            with kind(stream, path, 50) as file:
                file.add(next(stream))
                raise RuntimeError

        with pytest.raises(RuntimeError):
            consume(tmp_path / name)
        assert (tmp_path / name).read_text() == "old"
    assert len(list(tmp_path.iterdir())) == 2


def test_bad_options(tmp_path):
    net, box = CASES["triangle"]
    stream = ll.iter_regions(net, box)
    with pytest.raises(ParameterError, match=r"no picture: the cells of a stream go to \.svg and \.png"):
        stream.save(tmp_path / "a.npz")
    with pytest.raises(ParameterError, match="do not know their linear regions"):
        stream.save(tmp_path / "a.png", colour="linear_region")
    with pytest.raises(ParameterError, match="choose pattern or direction"):
        stream.save(tmp_path / "a.svg", colour="area")
    with pytest.raises(ParameterError, match="smooth must be"):
        StreamPicture(stream, smooth=0)
    with pytest.raises(ParameterError, match="width must be"):
        StreamPicture(stream, 0)
    with pytest.raises(TooLargeError):
        StreamPicture(stream, 10**6)
    with pytest.raises(FileError):
        stream.save(tmp_path / "nowhere" / "a.svg")
    with pytest.raises(ParameterError, match="no output 2"):
        ll.iter_regions(net, box).save(tmp_path / "a.png", colour="slope", output=2)
    with pytest.raises(ParameterError, match="without affine maps"):
        ll.iter_regions(net, box, maps=False).save(tmp_path / "a.png", colour="slope")
    with pytest.raises(ParameterError, match="without patterns"):
        ll.iter_regions(net, box, patterns=False).save(tmp_path / "a.png")
    assert list(tmp_path.iterdir()) == []
