"""The 20 x 20 drawing of the line-detector sheet: a horizontal line, a vertical line, a rectangle, diagonals.

In the 18 x 18 interior (where a valid 3 x 3 correlation looks) 30 pixels belong to horizontal runs of three
or more and 30 to vertical ones.
"""

from __future__ import annotations

import numpy as np

__all__ = ["LINE_IMAGE_ROWS", "line_image"]

LINE_IMAGE_ROWS = (
    ".....#..............",
    ".....#......######..",
    ".....#......#....#..",
    ".....#......#....#..",
    ".....#......#....#..",
    ".....#......#....#..",
    ".....#......######..",
    "#....#..............",
    ".#...#..............",
    "..#..#..............",
    "####################",
    "....##..............",
    ".....#..............",
    ".....##.............",
    ".....#.#.......#...#",
    ".....#..#.........#.",
    ".....#...#.......#..",
    ".....#....#.....#...",
    ".....#.....#...#....",
    ".....#......#.#.....",
)


def line_image() -> np.ndarray:
    """The drawing as float64 (20, 20), 1 where it is lit and 0 elsewhere; row 0 is the top.

    Examples
    --------
    >>> image = line_image()
    >>> image.shape, int(image[10].sum())
    ((20, 20), 20)
    """
    return np.array([[float(pixel == "#") for pixel in row] for row in LINE_IMAGE_ROWS])
