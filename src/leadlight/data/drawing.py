"""Drawing many small pictures at once: signed distances of simple shapes, painted with soft edges.

A shape is a function of coordinate arrays x, y (images, pixels) that gives the distance to its outline,
negative inside (after Quilez, "2D distance functions"; the ellipse's is approximate). A `Canvas` turns a
distance into the share of each pixel that is covered (clipped half-pixel ramp) and blends the colour in.
Sizes may differ from image to image: any parameter may be a column (images, 1). float32 throughout; the cost
is about ten passes over the pixels per shape.
"""

from __future__ import annotations

import numpy as np

__all__ = ["Canvas", "capsule", "ellipse", "smooth_field", "triangle", "turn"]

Number = float | np.ndarray


def ellipse(x: np.ndarray, y: np.ndarray, a: Number, b: Number) -> np.ndarray:
    """Distance to the ellipse (x/a)^2 + (y/b)^2 = 1: exact on the outline, and everywhere where a = b."""
    return (np.sqrt((x / a) ** 2 + (y / b) ** 2) - 1) * np.minimum(a, b)


def capsule(
    x: np.ndarray, y: np.ndarray, start: tuple[Number, Number], stop: tuple[Number, Number], radius: Number
) -> np.ndarray:
    """Distance to a thick line from `start` to `stop` with round ends."""
    dx, dy = stop[0] - start[0], stop[1] - start[1]
    px, py = x - start[0], y - start[1]
    along = np.clip((px * dx + py * dy) / (dx * dx + dy * dy), 0, 1)
    return np.hypot(px - along * dx, py - along * dy) - radius


def triangle(
    x: np.ndarray,
    y: np.ndarray,
    p: tuple[Number, Number],
    q: tuple[Number, Number],
    r: tuple[Number, Number],
) -> np.ndarray:
    """Distance to a triangle, corners in either order: the greatest of its sides' (exact inside)."""
    turning = np.sign((q[0] - p[0]) * (r[1] - p[1]) - (q[1] - p[1]) * (r[0] - p[0]))
    distance = np.float32(-np.inf)
    for start, stop in ((p, q), (q, r), (r, p)):
        dx, dy = stop[0] - start[0], stop[1] - start[1]
        side = turning / np.hypot(dx, dy)
        distance = np.maximum(distance, (x - start[0]) * (dy * side) - (y - start[1]) * (dx * side))
    return distance


def turn(x: np.ndarray, y: np.ndarray, angle: Number) -> tuple[np.ndarray, np.ndarray]:
    """Coordinates in a frame turned by `angle` (radians, clockwise on the screen, where y points down)."""
    c, s = np.cos(angle), np.sin(angle)
    return c * x + s * y, c * y - s * x


def smooth_field(rng: np.random.Generator, n_images: int, size: int, knots: int) -> np.ndarray:
    """Random smooth fields (n_images, size * size): normal values on a `knots` grid, bilinear in between."""
    position = np.linspace(0, knots - 1, size)
    hat = np.clip(1 - np.abs(position[:, None] - np.arange(knots)), 0, None).astype(np.float32)
    values = rng.standard_normal((n_images, knots, knots), dtype=np.float32)
    return (hat @ values @ hat.T).reshape(n_images, -1)


class Canvas:
    """Pictures being painted.

    Attributes
    ----------
    pixels : ndarray of float32, shape (3, n_images, n_pixels)
        Red, green and blue, 0 to 1.
    edge : ndarray, shape (n_images, 1)
        Side of a pixel in the units of the distances, which sets how soft an edge is.
    """

    def __init__(self, pixels: np.ndarray, edge: np.ndarray) -> None:
        self.pixels, self.edge = pixels, edge

    def cover(self, distance: np.ndarray) -> np.ndarray:
        """Share of each pixel inside the shape."""
        return np.clip(0.5 - distance / self.edge, 0, 1)

    def fill(self, distance: np.ndarray, colour: np.ndarray, opacity: Number = 1.0) -> None:
        """Paint the shape; `colour` is (images, 3), or (3, images, pixels) where it varies."""
        self.blend(self.cover(distance) * opacity, colour)

    def blend(self, share: np.ndarray, colour: np.ndarray) -> None:
        """Mix `colour` in by `share` (images, pixels)."""
        for channel, pixels in enumerate(self.pixels):
            new = colour[:, channel, None] if colour.ndim == 2 else colour[channel]
            pixels += share * (new - pixels)
