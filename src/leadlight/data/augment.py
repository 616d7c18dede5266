"""Augmentation of small images: random rotation and mirroring, new ones each epoch.

Rotation samples each output pixel from the input by bilinear interpolation; beyond the rim the nearest pixel
is repeated, so that a rotated image has no black corners that would give it away. Positions are rounded to
1/64 pixel. The three channels ride in one 64-bit word, 21 bits each: the weights of the four neighbours sum
to 4096 and 255 * 4096 < 2^21, so one integer multiplication weighs all three without a carry. About 10
microseconds an image of 32 by 32.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from leadlight.data.arguments import check_count, check_number, generator
from leadlight.data.images import ImageSet, plane_features
from leadlight.data.memory import keep_freed_memory
from leadlight.errors import ShapeError

__all__ = ["AugmentedImages", "augment", "rotate"]

BLOCK = 32  # images at a time: the words of a block stay in the processor's cache
STEPS = 64  # positions per pixel, a power of two
BITS = 21  # of a channel in its word
_HALF = sum(2048 << BITS * channel for channel in range(3))  # rounds to nearest: 255 * 4096 + 2048 < 2^21


def rotate(images: np.ndarray, degrees: np.ndarray, flip: np.ndarray | None = None) -> np.ndarray:
    """Rotate each image about its centre by its own angle.

    Parameters
    ----------
    images : ndarray of uint8, shape (n, height, width, 3)
    degrees : array (n,)
        Counter-clockwise as seen.
    flip : array of bool (n,), optional
        Images to mirror left to right before they turn.

    Returns
    -------
    ndarray of uint8, the same shape
        As ``scipy.ndimage.rotate(image, degrees, reshape=False, order=1, mode="nearest")``, rounded, to
        within the rounding of positions to 1/64 pixel.

    Examples
    --------
    >>> image = np.zeros((1, 3, 3, 3), np.uint8)
    >>> image[0, 0, 2] = 200  # top right goes to top left
    >>> rotate(image, [90.0])[0, :, :, 0].tolist()
    [[200, 0, 0], [0, 0, 0], [0, 0, 0]]
    """
    images = np.asarray(images)
    out = np.empty_like(images)
    for block, planes in _rotated(images, degrees, flip):
        out[block] = np.moveaxis(planes, 1, 3)
    return out


def _rotated(
    images: np.ndarray, degrees: np.ndarray, flip: np.ndarray | None
) -> Iterator[tuple[slice, np.ndarray]]:
    """The rotated images of one block after the other, (block, 3, height, width)."""
    if images.ndim != 4 or images.shape[3] != 3 or images.dtype != np.uint8:
        raise ShapeError(f"Images must be uint8 (n, height, width, 3); got {images.dtype} {images.shape}.")
    angles = np.radians(np.asarray(degrees, dtype=np.float32)).reshape(-1, 1)
    mirrored = np.zeros(len(images), bool) if flip is None else np.asarray(flip, dtype=bool)
    if len(angles) != len(images) or len(mirrored) != len(images):
        raise ShapeError(
            f"{len(images)} images need as many angles and flips; got {len(angles)} and {len(mirrored)}."
        )
    keep_freed_memory()
    for start in range(0, len(images), BLOCK):
        block = slice(start, start + BLOCK)
        yield block, _rotate_block(images[block], angles[block], mirrored[block])


def _rotate_block(images: np.ndarray, angles: np.ndarray, mirrored: np.ndarray) -> np.ndarray:
    n, height, width, _ = images.shape
    pixels = height * width
    # zeros at the end: the neighbours of the last pixels exist in memory; their weight is 0
    words = np.zeros(n * pixels + width + 1, dtype=np.uint64)
    packed = words[: n * pixels]
    for channel in (2, 1, 0):
        packed <<= BITS
        packed |= images.reshape(-1, 3)[:, channel]

    x = np.arange(width, dtype=np.float32) - np.float32((width - 1) / 2)
    y = np.arange(height, dtype=np.float32)[:, None] - np.float32((height - 1) / 2)
    cos, sin = np.cos(angles)[:, :, None], np.sin(angles)[:, :, None]
    mirror = np.where(mirrored, -1, 1).astype(np.float32)[:, None, None]
    column = _position(mirror * cos * x, -mirror * sin * y, width)
    row = _position(cos * y, sin * x, height)

    first = (row // STEPS) * width + column // STEPS
    first += pixels * np.arange(n, dtype=np.uint32)[:, None, None]
    first = first.astype(np.intp)
    right, down = (column & (STEPS - 1)).astype(np.uint64), (row & (STEPS - 1)).astype(np.uint64)
    here, after, under, diagonal = (
        words[offset:].take(first, mode="wrap") for offset in (0, 1, width, width + 1)
    )
    total = _between(_between(here, after, right), _between(under, diagonal, right), down)
    total += _HALF
    out = np.empty((n, 3, height, width), dtype=np.uint8)
    for channel in range(3):
        out[:, channel] = total >> (BITS * channel + 12)  # its lowest byte
    return out


def _position(one: np.ndarray, other: np.ndarray, size: int) -> np.ndarray:
    """Coordinates about the centre, a sum of two parts, as uint32 steps from the first pixel; clipped to the image."""
    steps = one + other
    steps += np.float32((size - 1) / 2)
    steps *= STEPS
    np.rint(steps, out=steps)
    np.clip(steps, 0, (size - 1) * STEPS, out=steps)
    return steps.astype(np.uint32)


def _between(first: np.ndarray, second: np.ndarray, steps: np.ndarray) -> np.ndarray:
    """first (STEPS - steps) + second steps, in the memory of both.

    A difference may borrow from the next channel, or below 0; modulo 2^64 the sum is right all the same.
    """
    second -= first
    second *= steps
    first *= STEPS
    first += second
    return first


def augment(
    images: np.ndarray, rng: np.random.Generator, rotation: float = 10.0, flip: bool = True
) -> np.ndarray:
    """Turn each image by a random angle in [-rotation, rotation] degrees and mirror every other one.

    Parameters
    ----------
    images : ndarray of uint8, shape (n, height, width, 3)
    rng : Generator
        Draws an angle and a coin for each image.
    rotation : float, 0 to 180
    flip : bool
        Mirror left to right with probability 1/2.

    Returns
    -------
    ndarray of uint8, the same shape

    Examples
    --------
    >>> images = np.full((2, 4, 4, 3), 7, np.uint8)
    >>> bool((augment(images, np.random.default_rng(0)) == images).all())
    True
    """
    return rotate(images, *_draw(len(images), rng, rotation, flip))


def _draw(
    n: int, rng: np.random.Generator, rotation: float, flip: bool
) -> tuple[np.ndarray, np.ndarray | None]:
    """Angles and flips of n images."""
    greatest = check_number("rotation", rotation, 0, 180)
    angles = rng.uniform(-greatest, greatest, n)
    coins = rng.random(n) < 0.5
    return angles, coins if flip else None


@dataclass(frozen=True, eq=False)
class AugmentedImages:
    """An image set that is augmented anew each epoch; a data source for `leadlight.train`.

    Attributes
    ----------
    images : ImageSet
    seed : int
        Epoch k depends on the seed and k only, not on the epochs before.
    rotation : float
        Greatest angle, degrees.
    flip : bool

    Examples
    --------
    >>> source = AugmentedImages(ImageSet(np.zeros((2, 32, 32, 3), np.uint8), [0, 1], ("cat", "dog")))
    >>> X, y = source.epoch(0)
    >>> X.shape, y.tolist(), source.n_samples
    ((2, 3072), [0, 1], 2)
    """

    images: ImageSet
    seed: int = 0
    rotation: float = 10.0
    flip: bool = True

    @property
    def n_samples(self) -> int:
        return len(self.images)

    @property
    def n_features(self) -> int:
        return self.images.n_features

    def epoch(self, k: int) -> tuple[np.ndarray, np.ndarray]:
        """Inputs float32 (n, 3 height width) and labels int64 (n,) of epoch k = 0, 1, ..."""
        rng = generator(f"augmentation of epoch {check_count('epoch', k, minimum=0)}", self.seed)
        images = self.images.images
        n, height, width, _ = images.shape
        X = np.empty((n, 3, height, width), dtype=np.float32)
        for block, planes in _rotated(images, *_draw(n, rng, self.rotation, self.flip)):
            plane_features(planes, X[block])
        return X.reshape(n, -1), self.images.labels
