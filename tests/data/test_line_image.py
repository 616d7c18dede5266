import numpy as np

from leadlight.data import LINE_IMAGE_ROWS, line_image


def runs_of_three(image):
    """Pixels of the 18 x 18 interior in a horizontal run of three or more lit pixels, by walking each row."""
    lit = np.zeros_like(image, dtype=bool)
    for r, row in enumerate(image):
        c = 0
        while c < len(row):
            end = c
            while end < len(row) and row[end]:
                end += 1
            lit[r, c:end] = end - c >= 3
            c = max(end, c + 1)
    return lit[1:-1, 1:-1]


def test_the_image_is_the_sheets():
    image = line_image()
    assert image.shape == (20, 20)
    assert image.dtype == np.float64
    assert set(np.unique(image)) == {0.0, 1.0}
    assert ["".join(".#"[int(v)] for v in row) for row in image] == list(LINE_IMAGE_ROWS)


def test_thirty_horizontal_and_thirty_vertical_line_pixels():
    image = line_image()
    assert runs_of_three(image).sum() == 30
    assert runs_of_three(image.T).sum() == 30
