"""Sets of small colour images with class labels, and how they become the rows that a network reads.

Each channel value v of 0..255 becomes (v/255 - 0.5)/0.5, in [-1, 1]; an image becomes one row, channel after
channel and row after row, as torch flattens (3, height, width).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from leadlight.errors import DataError, ShapeError

__all__ = ["ImageSet"]


@dataclass(frozen=True, eq=False)
class ImageSet:
    """Images and their labels.

    Attributes
    ----------
    images : ndarray of uint8, shape (n, height, width, 3)
    labels : ndarray of int64, shape (n,)
    class_names : tuple of str

    Examples
    --------
    >>> black = ImageSet(np.zeros((2, 32, 32, 3), np.uint8), [0, 1], ("cat", "dog"))
    >>> black.features().shape, black.features().dtype, float(black.features()[0, 0])
    ((2, 3072), dtype('float32'), -1.0)
    """

    images: np.ndarray
    labels: np.ndarray
    class_names: tuple[str, ...]

    def __post_init__(self) -> None:
        images, labels = np.asarray(self.images), np.asarray(self.labels)
        if images.ndim != 4 or images.shape[3] != 3 or images.dtype != np.uint8:
            raise ShapeError(
                f"Images must be uint8 of shape (n, height, width, 3); got {images.dtype} {images.shape}."
            )
        if labels.shape != images.shape[:1] or not np.issubdtype(labels.dtype, np.integer):
            raise ShapeError(
                f"{len(images)} images need as many integer labels; got {labels.dtype} {labels.shape}."
            )
        if len(images) == 0:
            raise DataError("An image set must hold at least one image.")
        if labels.min() < 0 or labels.max() >= len(self.class_names):
            raise DataError(
                f"Labels must lie in 0..{len(self.class_names) - 1}; got {labels.min()} to {labels.max()}."
            )
        object.__setattr__(self, "images", images)
        object.__setattr__(self, "labels", labels.astype(np.int64))

    def __len__(self) -> int:
        return len(self.images)

    @property
    def n_samples(self) -> int:
        return len(self.images)

    @property
    def n_features(self) -> int:
        return int(np.prod(self.images.shape[1:]))

    @property
    def n_classes(self) -> int:
        return len(self.class_names)

    def features(self) -> np.ndarray:
        """Rows for a network: float32 (n, 3 height width) in [-1, 1], channels first."""
        return image_features(self.images)

    def take(self, rows: np.ndarray) -> ImageSet:
        """The set of these images, in this order."""
        return ImageSet(self.images[rows], self.labels[rows], self.class_names)


def image_features(images: np.ndarray) -> np.ndarray:
    """uint8 (n, height, width, 3) to float32 (n, 3 height width) in [-1, 1], channels first."""
    rows = np.empty((len(images), 3, *images.shape[1:3]), dtype=np.float32)
    plane_features(np.moveaxis(images, 3, 1), rows)
    return rows.reshape(len(images), -1)


def plane_features(planes: np.ndarray, out: np.ndarray) -> None:
    """uint8 (n, 3, height, width) to float32 of the same shape in [-1, 1]."""
    np.multiply(planes, np.float32(1 / 127.5), out=out)
    out -= 1
