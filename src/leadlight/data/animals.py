"""The three kinds of animal: how a cat, a dog and a wild cat are painted onto a block of canvases at once.

Each is a list of shapes from back to front, in face coordinates. Parts that stand out of the face (nose,
muzzle) or lie behind it (ears, mane) shift against one another as the head turns, which is all the
perspective there is.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from leadlight.data.drawing import Canvas, capsule, ellipse, smooth_field, triangle, turn

__all__ = ["SIZE", "Sitter", "cat", "dog", "wild"]

SIZE = 32  # side of a picture, pixels

IRIS = np.array(
    [(0.45, 0.65, 0.25), (0.85, 0.68, 0.18), (0.45, 0.66, 0.80), (0.78, 0.48, 0.14)], dtype=np.float32
)
WHITE = np.array([[0.95, 0.93, 0.89]], dtype=np.float32)
BLACK = np.array([[0.07, 0.06, 0.06]], dtype=np.float32)
PINK = np.array([[0.88, 0.55, 0.55]], dtype=np.float32)
TONGUE = np.array([[0.90, 0.40, 0.45]], dtype=np.float32)


@dataclass(frozen=True)
class Sitter:
    """A block of animals: canvas, random stream, coordinates, and the colours all classes draw alike.

    x, y are face coordinates: origin between nose and brow, head radius about 1, y down. `yaw` and `pitch`
    turn the head: a part that stands out by `depth` moves by yaw * depth (`at`), parts behind move the other
    way.
    """

    canvas: Canvas
    rng: np.random.Generator
    x: np.ndarray
    y: np.ndarray
    yaw: np.ndarray
    pitch: np.ndarray
    fur: np.ndarray
    shade: np.ndarray
    light: np.ndarray

    def uniform(self, low: float, high: float) -> np.ndarray:
        """One number for each animal, as a column."""
        return self.rng.uniform(low, high, (len(self.yaw), 1)).astype(np.float32)

    def chance(self, probability: float) -> np.ndarray:
        """1 or 0 for each animal, as a column."""
        return (self.rng.random((len(self.yaw), 1)) < probability).astype(np.float32)

    def at(self, depth: float) -> tuple[np.ndarray, np.ndarray]:
        """Coordinates mirrored about the face's middle, for parts that stand out by `depth`."""
        return np.abs(self.x - self.yaw * depth), self.y - self.pitch * depth

    def mix(self, a: np.ndarray, b: np.ndarray, share: np.ndarray | float) -> np.ndarray:
        return a + share * (b - a)


def cat(s: Sitter) -> None:
    """Pointed ears, slit pupils, whiskers; tabby, patched, with a blaze, or Siamese."""
    c = s.canvas
    ear, spread = s.uniform(0.9, 1.1), s.uniform(-0.08, 0.1)
    x, y = s.at(-0.25)
    dark_points = s.chance(0.12)  # Siamese
    ear_colour = s.mix(s.fur, s.shade, np.maximum(dark_points, s.chance(0.2)))
    tip = (0.80 + spread, -1.32 * ear)
    c.fill(triangle(x, y, (0.16, -0.60), (0.97, -0.20), tip), ear_colour)
    inner = s.mix(PINK, s.shade, s.uniform(0, 0.7))
    c.fill(triangle(x, y, (0.38, -0.66), (0.84, -0.42), (0.76 + spread, -1.14 * ear)), inner)
    x, y = s.at(0.0)
    head = np.minimum(ellipse(x, y, 1.0, 0.84), ellipse(x - 0.35, y - 0.28, 0.68, 0.52))
    c.fill(head, s.fur)
    kind = s.rng.random((len(s.yaw), 1))
    stripes = _stripes(s, s.uniform(6.5, 9.0)) * (kind < 0.40)
    patches = _patches(s) * ((kind >= 0.40) & (kind < 0.55))
    c.blend(c.cover(head) * (stripes * 0.75 + patches), s.shade)
    x, y = s.at(0.35)
    blaze = s.chance(0.3)
    c.fill(np.maximum(triangle(x, y, (-1, -0.9), (0.1, -0.9), (0.62, 0.9)), head), WHITE, blaze)
    c.fill(np.maximum(ellipse(x, y - 0.25, 0.55, 0.5), head), s.shade, dark_points * 0.9)
    x, y = s.at(0.5)
    c.fill(ellipse(x - 0.16, y - 0.44, 0.24, 0.18), s.light)
    c.fill(ellipse(x, y - 0.62, 0.17, 0.13), s.light)
    c.fill(capsule(x, y, (0.0, 0.36), (0.03, 0.48), 0.02), s.shade * 0.5, 0.8)
    c.fill(capsule(x, y, (0.03, 0.50), (0.22, 0.55), 0.02), s.shade * 0.5, 0.8)
    nose = s.mix(PINK, BLACK, s.chance(0.3))
    c.fill(triangle(x, y, (-0.14, 0.24), (0.14, 0.24), (0.0, 0.38)), nose)
    _eyes(
        s, 0.42, -0.10, (0.25, 0.17), s.uniform(0.25, 0.45), IRIS[s.rng.integers(0, 4, len(s.yaw))], slit=True
    )
    whisker = s.mix(WHITE, BLACK, s.chance(0.25))
    x, y = s.at(0.4)
    for end in (0.20, 0.42, 0.66):
        c.fill(capsule(x, y, (0.30, 0.40 + end * 0.1), (1.30, end), 0.018), whisker, 0.75)


def dog(s: Sitter) -> None:
    """Hanging ears (some pricked), a long muzzle, dark eyes, often a tongue; plain, patched or Dalmatian."""
    c = s.canvas
    pricked = s.chance(0.15)  # shepherds and their like
    ear_colour = s.mix(s.fur, s.shade, s.chance(0.6))
    x, y = s.at(-0.2)
    spike = triangle(x, y, (0.18, -0.62), (0.86, -0.36), (0.66, -1.30))
    c.fill(spike, ear_colour, pricked)
    c.fill(triangle(x, y, (0.36, -0.68), (0.74, -0.52), (0.63, -1.10)), s.shade * 0.8, pricked)
    x, y = s.at(0.0)
    jaw = s.uniform(0.50, 0.62)
    head = np.minimum(ellipse(x, y + 0.15, 0.86, 0.80), ellipse(x, y - 0.40, jaw, 0.62))
    c.fill(head, s.fur)
    kind = s.rng.random((len(s.yaw), 1))
    spots = _spots(s, s.uniform(9.0, 12.0)) * (kind < 0.12)
    patches = _patches(s) * ((kind >= 0.12) & (kind < 0.35))
    c.blend(c.cover(head) * np.clip(spots + patches, 0, 1), s.shade)
    eye_patch = s.chance(0.2)
    c.fill(np.maximum(ellipse(s.x - 0.36, s.y + 0.15, 0.36, 0.34), head), s.shade, eye_patch)
    x, y = s.at(0.3)
    c.fill(np.maximum(ellipse(x, y + 0.35, 0.14, 0.75), head), s.light, s.chance(0.3))
    x, y = s.at(-0.1)
    angle, length = s.uniform(0.05, 0.55), s.uniform(0.55, 0.78)
    ex, ey = turn(x - 0.80, y + 0.50, -angle)
    hanging = ellipse(ex - 0.05, ey - length * 0.75, 0.29, length)
    c.fill(hanging - 0.03, ear_colour * 0.6, (1 - pricked) * 0.6)
    c.fill(hanging, ear_colour, 1 - pricked)
    x, y = s.at(0.7)
    long = s.uniform(0.40, 0.52)
    c.fill(ellipse(x, y - 0.48, 0.43, long) - 0.03, s.fur * 0.75, 0.5)
    c.fill(ellipse(x, y - 0.48, 0.43, long), s.mix(s.light, s.fur, s.chance(0.35)))
    tongue = s.chance(0.45)
    c.fill(ellipse(x, y - 0.98, 0.17, 0.28), TONGUE, tongue)
    c.fill(capsule(x, y, (0.0, 0.40), (0.0, 0.68), 0.025), BLACK, 0.8)
    c.fill(capsule(x, y, (0.0, 0.70), (0.30, 0.76), 0.03), BLACK, 0.8)
    x, y = s.at(0.85)
    c.fill(ellipse(x, y - 0.26, 0.23, 0.16), BLACK)
    c.fill(ellipse(x - 0.08, y - 0.20, 0.06, 0.04), WHITE, 0.6)
    brown = np.array([[0.30, 0.17, 0.09]], dtype=np.float32)
    _eyes(s, 0.37, -0.16, (0.15, 0.15), s.uniform(-0.1, 0.1), np.repeat(brown, len(s.yaw), 0), slit=False)


def wild(s: Sitter) -> None:
    """Round ears, a broad muzzle; a tiger, a leopard or cheetah, or a lion with a mane."""
    c = s.canvas
    kind = s.rng.random((len(s.yaw), 1))
    tiger, lion = kind < 0.38, kind > 0.74
    leopard = ~tiger & ~lion
    x, y = s.at(-0.4)
    around = np.arctan2(y, x)
    waves = s.uniform(0.04, 0.1) * np.sin(around * np.rint(s.uniform(9, 15)) + s.uniform(0, 6))
    mane = np.hypot(x, y - 0.05) - s.uniform(1.2, 1.4) - waves
    c.fill(mane, s.shade, lion)
    c.fill(mane + 0.22, s.shade * 0.8 + s.fur * 0.2, lion * 0.7)
    x, y = s.at(-0.25)
    apart, high, radius = s.uniform(0.66, 0.78), s.uniform(0.62, 0.76), s.uniform(0.27, 0.35)
    ear = np.hypot(x - apart, y + high) - radius
    c.fill(ear, s.mix(s.fur, s.shade, 0.3))
    c.fill(ear + 0.15, s.mix(s.shade, s.light, s.chance(0.5)))
    x, y = s.at(0.0)
    head = np.minimum(ellipse(x, y + 0.05, 0.93, 0.86), ellipse(x, y - 0.45, 0.66, 0.52))
    c.fill(head, s.fur)
    x, y = s.at(0.3)
    c.fill(np.maximum(ellipse(x - 0.55, y - 0.50, 0.36, 0.36), head), s.light, (tiger | leopard) * 0.8)
    c.fill(ellipse(x - 0.34, y + 0.42, 0.16, 0.09), s.light, tiger * 0.9)
    marks = tiger * _stripes(s, s.uniform(7.5, 9.5)) + leopard * _spots(s, s.uniform(10.5, 14.0))
    face = np.clip((np.hypot(x * 0.9, y - 0.25) - 0.34) * 6, 0, 1)  # the middle of the face stays clear
    c.blend(c.cover(head) * marks * face, s.mix(BLACK, s.shade, s.uniform(0, 0.35)))
    x, y = s.at(0.45)
    c.fill(ellipse(x, y - 0.10, 0.20, 0.40), s.mix(s.fur, s.light, 0.35))
    c.fill(capsule(x, y, (0.24, 0.02), (0.34, 0.50), 0.03), BLACK, leopard * s.chance(0.4))  # cheetah
    x, y = s.at(0.6)
    c.fill(ellipse(x - 0.20, y - 0.52, 0.30, 0.23), s.light)
    c.fill(ellipse(x, y - 0.78, 0.25, 0.16), s.light)
    c.fill(capsule(x, y, (0.0, 0.40), (0.0, 0.58), 0.025), BLACK, 0.8)
    c.fill(capsule(x, y, (0.0, 0.60), (0.28, 0.68), 0.025), BLACK, 0.7)
    nose = s.mix(PINK * 0.75, BLACK, s.chance(0.5))
    c.fill(triangle(x, y, (-0.24, 0.24), (0.24, 0.24), (0.0, 0.46)), nose)
    amber = IRIS[s.rng.integers(0, 4, len(s.yaw))]
    _eyes(s, 0.40, -0.14, (0.17, 0.12), s.uniform(0.2, 0.4), amber, slit=False)


def _eyes(
    s: Sitter,
    apart: float,
    high: float,
    size: tuple[float, float],
    slant: np.ndarray,
    iris: np.ndarray,
    slit: bool,
) -> None:
    """Two eyes with dark rims, a slit or round pupil and a glint."""
    c, (x, y) = s.canvas, s.at(0.35)
    ex, ey = turn(x - apart, y - high, -slant)
    eye = ellipse(ex, ey, *size)
    c.fill(eye - 0.05, BLACK, 0.85)
    c.fill(eye, iris)
    pupil = (
        ellipse(x - apart, y - high, s.uniform(0.04, 0.08), size[1])
        if slit
        else np.hypot(ex, ey) - size[1] * 0.55
    )
    c.fill(np.maximum(pupil, eye), BLACK)
    c.fill(np.hypot(s.x - s.yaw * 0.35 - apart + 0.05, y - high + 0.06) - 0.045, WHITE, 0.9)
    c.fill(np.hypot(s.x - s.yaw * 0.35 + apart + 0.05, y - high + 0.06) - 0.045, WHITE, 0.9)


def _stripes(s: Sitter, frequency: np.ndarray) -> np.ndarray:
    """Stripes as tigers and tabbies wear them: upright on the brow, lying on the cheeks (0 to 1)."""
    x, y = s.at(0.15)
    bend = 0.4 * smooth_field(s.rng, len(s.yaw), SIZE, 5)
    brow = np.cos(frequency * 1.15 * x * (1 + 0.5 * (y + 0.4)) + bend)
    cheeks = np.cos(frequency * (y - 0.45 * x) + bend + s.uniform(0, 6))
    upper = np.clip(-(y + 0.25) * 6, 0, 1)
    side = np.clip((x - 0.42) * 6, 0, 1) * (1 - upper)
    return np.clip(upper * (brow * 3 - 0.6) + side * (cheeks * 3 - 0.6), 0, 1)


def _spots(s: Sitter, frequency: np.ndarray) -> np.ndarray:
    """Spots on a bent hexagonal lattice (0 to 1): the sum of three plane waves 60 degrees apart."""
    n = len(s.yaw)
    x = s.x - s.yaw * 0.15 + 0.10 * smooth_field(s.rng, n, SIZE, 6)
    y = s.y + 0.10 * smooth_field(s.rng, n, SIZE, 6)
    heading = s.uniform(0, 1.05)
    waves = np.zeros_like(x)
    for third in range(3):
        angle = heading + np.float32(third * np.pi / 3)
        waves += np.cos(frequency * (np.cos(angle) * x + np.sin(angle) * y))
    return np.clip((waves - 0.45) * 1.6, 0, 1)


def _patches(s: Sitter) -> np.ndarray:
    """Large irregular patches (0 to 1)."""
    return np.clip(smooth_field(s.rng, len(s.yaw), SIZE, 5) * 6 - s.uniform(0, 2), 0, 1)
