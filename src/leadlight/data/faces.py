"""Seeded pictures of animal faces, 32 x 32 in colour: cat, dog or wild, drawn from signed distances.

A stand-in, made by this program, for photographs that cannot be shipped. What tells the classes apart is
shape and pattern, as in life: cats have pointed ears, slit pupils and whiskers; dogs hanging ears, a long
muzzle and sometimes a tongue; wild cats round ears and stripes, spots or a mane. What does not is colour
(one palette for all), pose, light, background, or things in front. Tabbies have stripes, Dalmatians spots,
some dogs prick their ears: a classifier has to look. Each block of 64 images has a random stream of its own,
so the pictures do not depend on the number of workers.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import numpy as np

from leadlight.data.animals import SIZE, WHITE, Sitter, cat, dog, wild
from leadlight.data.arguments import check_count, generator
from leadlight.data.drawing import Canvas, capsule, ellipse, smooth_field, turn
from leadlight.data.images import ImageSet
from leadlight.data.memory import keep_freed_memory

__all__ = ["FACE_CLASSES", "synthetic_faces"]

FACE_CLASSES = ("cat", "dog", "wild")
BLOCK = 64  # images painted together: their arrays stay in the processor's cache

# One palette for every class: orange, sand, brown, chocolate, grey, charcoal, cream, rust
FUR = np.array(
    [
        (0.87, 0.54, 0.22), (0.80, 0.65, 0.43), (0.55, 0.38, 0.24), (0.36, 0.24, 0.17),
        (0.58, 0.57, 0.56), (0.27, 0.26, 0.27), (0.90, 0.84, 0.72), (0.68, 0.36, 0.18),
    ],
    dtype=np.float32,
)  # fmt: skip


def synthetic_faces(
    n_train: int = 14_630, n_val: int = 1_500, seed: int = 0, workers: int = 1
) -> tuple[ImageSet, ImageSet]:
    """Training and validation pictures of cats, dogs and wild cats, in equal shares and shuffled.

    Parameters
    ----------
    n_train, n_val : int, at least 3
    seed : int
        Same seed, same bytes, whatever the number of workers.
    workers : int
        Threads that paint.

    Returns
    -------
    train, val : ImageSet
        uint8 (n, 32, 32, 3), with the class names ("cat", "dog", "wild").

    Examples
    --------
    >>> train, val = synthetic_faces(30, 6)
    >>> train.images.shape, train.images.dtype, np.bincount(val.labels).tolist()
    ((30, 32, 32, 3), dtype('uint8'), [2, 2, 2])
    """
    check_count("workers", workers)
    keep_freed_memory()
    parts = {
        "train": check_count("n_train", n_train, minimum=3),
        "val": check_count("n_val", n_val, minimum=3),
    }
    sets = []
    with ThreadPoolExecutor(workers) as pool:
        for part, n in parts.items():
            jobs, labels = [], []
            for label in range(3):
                count = (n + 2 - label) // 3
                for start in range(0, count, BLOCK):
                    rng = generator(f"faces {part} {label} {start}", seed)
                    jobs.append((label, min(BLOCK, count - start), rng))
                labels += [label] * count
            images = np.concatenate(list(pool.map(lambda job: _paint(*job), jobs)))
            order = generator(f"faces {part}", seed).permutation(n)
            sets.append(ImageSet(images[order], np.array(labels)[order], FACE_CLASSES))
    return sets[0], sets[1]


def _paint(label: int, n: int, rng: np.random.Generator) -> np.ndarray:
    """A block of `n` finished pictures of one class, uint8 (n, 32, 32, 3)."""
    sitter = _pose(n, rng)
    (cat, dog, wild)[label](sitter)
    _foreground(sitter)
    pixels = _photograph(sitter)
    return (pixels * 255 + 0.5).astype(np.uint8).transpose(1, 2, 0).reshape(n, SIZE, SIZE, 3)


def _pose(n: int, rng: np.random.Generator) -> Sitter:
    """Background, pose and colours: drawn from the same distributions for every class."""

    def column(low: float, high: float) -> np.ndarray:
        return rng.uniform(low, high, (n, 1)).astype(np.float32)

    side = (np.arange(SIZE, dtype=np.float32) + 0.5) / SIZE * 2 - 1
    px, py = np.tile(side, SIZE)[None], np.repeat(side, SIZE)[None]
    scale, roll = column(0.46, 0.84), np.radians(rng.normal(0, 14, (n, 1))).astype(np.float32)
    x, y = turn(px - column(-0.28, 0.28), py - column(-0.16, 0.28), roll)
    canvas = Canvas(_background(n, rng, px, py), (2 / SIZE) / scale)

    def fur() -> np.ndarray:
        colour = FUR[rng.integers(0, len(FUR), n)]
        return np.clip(colour * column(0.85, 1.15) + rng.normal(0, 0.03, (n, 3)), 0, 1).astype(np.float32)

    base = fur()
    shade = np.where(rng.random((n, 1)) < 0.5, base * column(0.35, 0.7), fur() * 0.8).astype(np.float32)
    light = (base + column(0.35, 0.9) * (WHITE - base)).astype(np.float32)
    return Sitter(
        canvas, rng, x / scale, y / scale, column(-0.35, 0.35), column(-0.15, 0.15), base, shade, light
    )


def _background(n: int, rng: np.random.Generator, px: np.ndarray, py: np.ndarray) -> np.ndarray:
    """Two colours in a gradient, with soft blotches, as behind a portrait."""
    grey, tint = rng.uniform(0.15, 0.85, (2, 1, n, 1)), rng.normal(0, 0.13, (2, 3, n, 1))
    first, second = np.clip(grey + tint, 0, 1).astype(np.float32)
    direction = rng.uniform(0, 2 * np.pi, (n, 1)).astype(np.float32)
    along = 0.5 + 0.4 * (np.cos(direction) * px + np.sin(direction) * py)
    along += rng.uniform(0, 0.3, (n, 1)).astype(np.float32) * smooth_field(rng, n, SIZE, 7)
    return first + np.clip(along, 0, 1) * (second - first)


def _foreground(s: Sitter) -> None:
    """Things in front of some faces: blades of grass, and a ball or a leaf at the rim."""
    n, c = len(s.yaw), s.canvas
    for _ in range(2):
        foot, lean, blade = s.uniform(-1.4, 1.4), s.uniform(-0.8, 0.8), s.uniform(0.03, 0.09)
        colour = np.stack([s.uniform(0.1, 0.6), s.uniform(0.2, 0.7), s.uniform(0.05, 0.5)], 1)[:, :, 0]
        top = s.uniform(-0.6, 0.9)
        c.fill(capsule(s.x, s.y, (foot, 1.9), (foot + lean, top), blade), colour, s.chance(0.2))
    angle, far = s.uniform(0, 2 * np.pi), s.uniform(0.75, 1.2)
    thing = ellipse(
        *turn(s.x - far * np.cos(angle), s.y - far * np.sin(angle), s.uniform(0, 3)),
        s.uniform(0.3, 0.65),
        s.uniform(0.3, 0.65),
    )
    c.fill(thing, s.rng.uniform(0.1, 0.9, (n, 3)).astype(np.float32), s.chance(0.3))


def _photograph(s: Sitter) -> np.ndarray:
    """Light from one side, exposure, white balance and sensor noise."""
    n, pixels = len(s.yaw), s.canvas.pixels
    direction = s.uniform(0, 2 * np.pi)
    light = 1 + s.uniform(0, 0.3) * (np.cos(direction) * s.x + np.sin(direction) * s.y)
    texture = 0.05 * s.rng.standard_normal(s.x.shape, dtype=np.float32)
    balance = s.rng.normal(1, 0.06, (3, n, 1)).astype(np.float32)
    exposure = s.uniform(0.7, 1.2)
    pixels = pixels * (np.clip(light, 0.4, 1.6) + texture) * balance * exposure
    pixels += 0.02 * s.rng.standard_normal(pixels.shape, dtype=np.float32)
    return np.clip(pixels, 0, 1)
