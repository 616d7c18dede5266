"""Measures of what a first-layer unit looks at, each a number for one weight image (height, width, 3).

Is it smooth (neighbouring pixels alike) or noise? Does it look at all of the image or at a part of it? How
much of it is a difference of class means? All are free of the weights' scale. Cost: a few passes over the
weights.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

__all__ = [
    "MEASURES",
    "difference_share",
    "measure_all",
    "participation",
    "smoothness",
    "weight_images",
    "window_share",
]

WINDOW = 8  # pixels: the side of an eye, an ear or a muzzle in a face of 32


def weight_images(weights: np.ndarray, side: int) -> np.ndarray:
    """First-layer weights (units, 3 side side), channels first, as images (units, side, side, 3)."""
    return np.moveaxis(np.asarray(weights).reshape(-1, 3, side, side), 1, -1)


def smoothness(images: np.ndarray) -> np.ndarray:
    """Correlation of horizontal and vertical neighbours, mean over both, for each image (n, h, w, c) -> (n,).

    Each channel's mean is taken off first: 0 for noise, near 1 where the picture changes slowly.

    Examples
    --------
    >>> row, column = np.mgrid[:32, :32]
    >>> hill, checks = np.sin(np.pi * row / 31) * np.sin(np.pi * column / 31), (-1.0) ** (row + column)
    >>> [round(float(smoothness(x[None, :, :, None])[0]), 2) for x in (hill, checks)]
    [0.99, -1.0]
    """
    x = images - images.mean(axis=(1, 2), keepdims=True)
    return (_correlation(x[:, :, 1:], x[:, :, :-1]) + _correlation(x[:, 1:], x[:, :-1])) / 2


def _correlation(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    def total(c: np.ndarray) -> np.ndarray:
        return c.reshape(len(c), -1).sum(axis=1)

    return total(a * b) / np.sqrt(total(a * a) * total(b * b))


def energy(images: np.ndarray) -> np.ndarray:
    """Sum of squares over the channels at each pixel, (n, h, w, c) -> (n, h, w)."""
    return np.square(images).sum(axis=-1)


def participation(images: np.ndarray) -> np.ndarray:
    """Share of the pixels that carry the energy, (sum e)^2 / (pixels sum e^2), (n, h, w, c) -> (n,).

    1 if all pixels carry as much, k / pixels if k pixels do and the others nothing.

    Examples
    --------
    >>> patch = np.zeros((1, 32, 32, 3))
    >>> patch[0, 4:12, 4:12] = 1.0
    >>> float(participation(patch)[0]), 64 / 1024
    (0.0625, 0.0625)
    """
    e = energy(images)
    return e.sum(axis=(1, 2)) ** 2 / (e[0].size * (e**2).sum(axis=(1, 2)))


def window_share(images: np.ndarray, side: int = WINDOW) -> np.ndarray:
    """Greatest share of the energy inside any window of side x side pixels, (n, h, w, c) -> (n,).

    A detector of a part no larger than the window has 1.
    """
    e = energy(images)
    windows = sliding_window_view(e, (side, side), axis=(1, 2))  # type: ignore[call-overload]
    return windows.sum(axis=(3, 4)).max(axis=(1, 2)) / e.sum(axis=(1, 2))


def difference_share(weights: np.ndarray, means: np.ndarray) -> np.ndarray:
    """Share of each unit's energy that lies in the span of the differences of class means.

    Parameters
    ----------
    weights : ndarray, shape (units, d)
    means : ndarray, shape (classes, d)

    Returns
    -------
    ndarray, shape (units,)
        In 0..1; a random direction has (classes - 1) / d on average.
    """
    basis, _ = np.linalg.qr((means[1:] - means[0]).T)
    inside = np.asarray(weights) @ basis
    return np.square(inside).sum(axis=1) / np.square(weights).sum(axis=1)


MEASURES = ("smoothness", "participation", "window share", "difference share")


def measure_all(weights: Sequence[np.ndarray], means: np.ndarray, side: int) -> dict[str, np.ndarray]:
    """Every measure of every unit of several first layers (units, d): arrays (n_networks, units)."""
    images = [weight_images(w, side) for w in weights]
    values = (
        [smoothness(x) for x in images],
        [participation(x) for x in images],
        [window_share(x) for x in images],
        [difference_share(w, means) for w in weights],
    )
    return {name: np.stack(rows) for name, rows in zip(MEASURES, values, strict=True)}
