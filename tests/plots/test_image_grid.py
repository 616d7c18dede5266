"""Contact sheets: places of the images, grey and colour, titles."""

import numpy as np
import pytest

from leadlight.errors import ShapeError
from leadlight.plots import ImageGridDisplay
from leadlight.plots.image_grid import contact_sheet


def test_places_and_transparency():
    images = np.stack([np.full((2, 2), v, dtype=np.uint8) for v in (51, 102, 255)])
    sheet = contact_sheet(images, per_row=2, gap=1)
    assert sheet.shape == (5, 5, 4)
    np.testing.assert_allclose(sheet[0, 0], [0.2, 0.2, 0.2, 1])
    np.testing.assert_allclose(sheet[0, 3, :3], 0.4)
    np.testing.assert_allclose(sheet[3, 0, :3], 1)
    assert sheet[2].sum() == sheet[3, 3].sum() == 0


def test_colour_images_titles_and_one_image():
    display = ImageGridDisplay(np.random.default_rng(0).random((9, 4, 6, 3)), titles=list("abcdefghi")).plot(
        title="nine"
    )
    assert [text.get_text() for text in display.ax_.texts] == list("abcdefghi")
    assert display.ax_.images[0].origin == "upper"
    ImageGridDisplay(np.zeros((1, 4, 4))).plot()


@pytest.mark.parametrize("shape", [(4, 4), (2, 4, 4, 4), (0, 4, 4)])
def test_wrong_shapes(shape):
    with pytest.raises(ShapeError, match="images"):
        ImageGridDisplay(np.zeros(shape))
    with pytest.raises(ShapeError, match="titles"):
        ImageGridDisplay(np.zeros((2, 3, 3)), titles=["one"])
