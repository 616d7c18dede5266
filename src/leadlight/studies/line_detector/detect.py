"""Line pixels of a binary image, and what one 3 x 3 filter says about them.

A filter's response is the valid cross-correlation of the image with its kernel, plus a bias: what
deep-learning libraries call a convolution (`scipy.signal.correlate2d`; `convolve2d` turns the kernel by 180
degrees). A line pixel lies on an unbroken run of lit pixels along a row (or column) that is long enough. A
filter is exact on an image when every line pixel of the interior responds above 0 and every other pixel
below.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.signal import correlate2d

from leadlight.errors import ShapeError

__all__ = ["INTERIOR", "KERNELS", "Scene", "Score", "filter_response", "line_pixels", "patches", "score"]

KERNELS: dict[str, np.ndarray] = {
    "mean": np.full((3, 3), 1 / 9),
    "line": np.array([[-1, -1, -1], [2, 2, 2], [-1, -1, -1]], dtype=float),
    "middle row": np.array([[0, 0, 0], [1, 1, 1], [0, 0, 0]], dtype=float),
    "edge": np.array([[1, 1, 1], [0, 0, 0], [-1, -1, -1]], dtype=float),
}
"""The kernels of the sheet, each for horizontal lines; the transpose is for vertical ones."""


INTERIOR = (slice(1, -1), slice(1, -1))


@dataclass(frozen=True)
class Scene:
    """An image (rows, columns) and masks of its interior's line pixels, (rows - 2, columns - 2)."""

    image: np.ndarray
    horizontal: np.ndarray
    vertical: np.ndarray

    @classmethod
    def of(cls, image: np.ndarray, minimum_run: int = 3) -> Scene:
        """Classify the pixels of an image; runs are followed to its borders."""
        across = line_pixels(image, minimum_run)
        along = line_pixels(image, minimum_run, vertical=True)
        return cls(image, across[INTERIOR], along[INTERIOR])


@dataclass(frozen=True)
class Score:
    """How one filter does on the pixels of one image's interior.

    Attributes
    ----------
    found : int
        Line pixels that respond above 0.
    missed : int
        Line pixels that respond at or below 0.
    zeros : int
        Pixels of either kind that respond with exactly 0: neither above nor below.
    false_alarms : int
        Other pixels that respond above 0.
    line_margin, other_margin : float
        The least response of a line pixel and the greatest of any other.
    """

    found: int
    missed: int
    zeros: int
    false_alarms: int
    line_margin: float
    other_margin: float

    def __str__(self) -> str:
        total = self.found + self.missed
        return f"{self.found} of {total} found, {self.false_alarms} false alarms, {self.zeros} at exactly 0"

    @property
    def exact(self) -> bool:
        """Whether all line pixels are above 0 and all others below."""
        return self.line_margin > 0 > self.other_margin


def line_pixels(image: np.ndarray, minimum_run: int = 3, vertical: bool = False) -> np.ndarray:
    """Return which pixels lie on a horizontal (or vertical) run of at least `minimum_run` lit pixels.

    Parameters
    ----------
    image : ndarray of shape (rows, columns)
        Lit pixels are 1, others 0.
    minimum_run : int, default=3
        The least length of a line. Pixels of the whole image count towards it.
    vertical : bool, default=False
        Look along columns instead of rows.

    Returns
    -------
    ndarray of bool, shape (rows, columns)

    Examples
    --------
    >>> line_pixels(np.array([[1, 1, 0, 1, 1, 1]])).astype(int)
    array([[0, 0, 0, 1, 1, 1]])
    """
    if vertical:
        return line_pixels(image.T, minimum_run).T
    if image.ndim != 2:
        raise ShapeError(f"An image has two axes, rows and columns; got an array of shape {image.shape}.")
    rows, columns = image.shape
    lit = np.zeros((rows, columns + 2), dtype=np.int8)
    lit[:, 1:-1] = image > 0
    steps = np.diff(lit, axis=1)  # +1 where a run starts, -1 one past its end
    row, start = np.nonzero(steps == 1)
    end = np.nonzero(steps == -1)[1]
    on_line = np.zeros((rows, columns), dtype=bool)
    for r, first, past in zip(row, start, end, strict=True):
        on_line[r, first:past] = past - first >= minimum_run
    return on_line


def filter_response(image: np.ndarray, kernel: np.ndarray, bias: float = 0.0) -> np.ndarray:
    """Return the valid cross-correlation of an image with a kernel, plus a bias.

    Parameters
    ----------
    image : ndarray of shape (rows, columns)
    kernel : ndarray of shape (3, 3)
    bias : float, default=0

    Returns
    -------
    ndarray of shape (rows - 2, columns - 2)
        One response for each pixel of the interior.

    Examples
    --------
    The worked example of the sheet: a lit middle row, seen by a kernel with row sums 1, 3, 1.

    >>> image = np.zeros((5, 5)); image[2] = 1
    >>> filter_response(image, np.array([[0, 1, 0], [1, 1, 1], [0, 1, 0]]), bias=-2)[:, 0]
    array([-1.,  1., -1.])
    """
    return correlate2d(image, kernel, mode="valid") + bias


def patches(image: np.ndarray) -> np.ndarray:
    """Return every 3 x 3 patch of an image, one for each pixel of the interior, row by row: (n, 3, 3)."""
    return np.lib.stride_tricks.sliding_window_view(image, (3, 3)).reshape(-1, 3, 3)


def score(response: np.ndarray, on_line: np.ndarray) -> Score:
    """Compare responses with the pixels they should find.

    Parameters
    ----------
    response : ndarray of float
        One response for each pixel.
    on_line : ndarray of bool, same shape
        Which pixels are line pixels; some are, some are not.

    Returns
    -------
    Score
    """
    if response.shape != on_line.shape:
        raise ShapeError(
            f"Responses of shape {response.shape} cannot be scored against pixels of shape {on_line.shape}; "
            "cut both to the interior."
        )
    above = response > 0
    return Score(
        found=int(np.sum(above & on_line)),
        missed=int(np.sum(~above & on_line)),
        zeros=int(np.sum(response == 0)),
        false_alarms=int(np.sum(above & ~on_line)),
        line_margin=float(np.min(response[on_line], initial=np.inf)),
        other_margin=float(np.max(response[~on_line], initial=-np.inf)),
    )
