"""Small images laid out in rows, as on a contact sheet."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..errors import ShapeError
from . import style

__all__ = ["ImageGridDisplay", "contact_sheet"]


@dataclass(eq=False)
class ImageGridDisplay(style.Display):
    """A contact sheet.

    Parameters
    ----------
    images : ndarray, shape (n, height, width) or (n, height, width, 3)
        uint8 in 0..255 or floats in 0..1 (clipped); grey or RGB; row 0 of an image is its top.
    titles : sequence of str, length n, optional
        Written above each image.

    Examples
    --------
    >>> display = ImageGridDisplay(np.zeros((5, 8, 8), dtype=np.uint8)).plot(per_row=4)
    >>> len(display.ax_.images)
    1
    """

    images: np.ndarray
    titles: Sequence[str] | None = None

    def __post_init__(self) -> None:
        self.images = np.asarray(self.images)
        shape = self.images.shape
        if not (len(shape) == 3 or (len(shape) == 4 and shape[3] == 3)) or 0 in shape:
            raise ShapeError(
                f"images had the shape {shape}; expected (n, height, width) or (n, height, width, 3)."
            )
        if self.titles is not None and len(self.titles) != len(self.images):
            raise ShapeError(f"{len(self.titles)} titles came with {len(self.images)} images; give one each.")

    def plot(
        self, ax: Any = None, *, per_row: int = 8, gap: int = 2, title: str | None = None
    ) -> ImageGridDisplay:
        """Draw the images.

        Parameters
        ----------
        per_row : int, default 8
        gap : int, default 2
            Pixels between images; more are left where titles stand.
        ax, title
            As of every `plots.Display`.

        Returns
        -------
        self
        """
        n, height, width = self.images.shape[:3]
        per_row = min(per_row, n)
        gap_y = gap + (max(3, round(0.2 * height)) if self.titles is not None else 0)
        sheet = contact_sheet(self.images, per_row, gap, gap_y)
        inches = 7.0
        figsize = (inches, max(0.6, inches * sheet.shape[0] / sheet.shape[1]) + (0.3 if title else 0.05))
        with style.drawing(self, ax, figsize=figsize, title=title) as ax:
            shown = ax.imshow(sheet, origin="upper", interpolation="nearest", aspect="equal")
            shown.set_rasterized(True)
            if self.titles is not None:
                ax.set_ylim(sheet.shape[0] - 0.5, -gap_y - 0.5)
                for i, text in enumerate(self.titles):
                    row, column = divmod(i, per_row)
                    x = column * (width + gap) + width / 2 - 0.5
                    ax.text(x, row * (height + gap_y) - 1.2, text, ha="center", va="bottom", fontsize=7)
            ax.set_axis_off()
        return self


def contact_sheet(images: np.ndarray, per_row: int, gap: int, gap_y: int | None = None) -> np.ndarray:
    """Lay images out in rows on a transparent sheet.

    Returns
    -------
    ndarray of float, shape (sheet height, sheet width, 4)
        RGBA in 0..1, the gaps and unused places fully transparent.

    Examples
    --------
    >>> contact_sheet(np.zeros((3, 4, 5)), per_row=2, gap=1).shape
    (9, 11, 4)
    """
    gap_y = gap if gap_y is None else gap_y
    scale = 255.0 if images.dtype == np.uint8 else 1.0
    pixels = np.clip(images / scale, 0.0, 1.0)
    if pixels.ndim == 3:
        pixels = np.repeat(pixels[..., None], 3, axis=3)
    n, height, width = pixels.shape[:3]
    rows = -(-n // per_row)
    sheet = np.zeros((rows * (height + gap_y) - gap_y, per_row * (width + gap) - gap, 4))
    for i in range(n):
        row, column = divmod(i, per_row)
        top, left = row * (height + gap_y), column * (width + gap)
        sheet[top : top + height, left : left + width, :3] = pixels[i]
        sheet[top : top + height, left : left + width, 3] = 1.0
    return sheet
