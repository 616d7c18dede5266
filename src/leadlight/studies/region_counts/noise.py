"""How quickly a sawtooth's pieces are lost when noise is added to its weights: pieces, and swings through 1/2."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from leadlight.geometry import regions
from leadlight.network import Network
from leadlight.studies.page import Page

from . import pictures
from .sawtooth import SECTION, UNIT, sawtooth

__all__ = ["add_noise", "noise_and_pictures", "swings"]

SMALL, LARGE = 1e-3, 0.3
LEVELS = (1e-6, 1e-5, 1e-4, SMALL, 3e-3, 1e-2, 3e-2, 0.1, LARGE)
PICTURED = 5


def add_noise(net: Network, scale: float, rng: np.random.Generator) -> Network:
    """Return the network with normal noise of a standard deviation on every weight and bias."""
    noisy = [
        [array + scale * rng.standard_normal(array.shape) for array in arrays]
        for arrays in (net.weights, net.biases)
    ]
    return Network.from_arrays(*noisy, activation=net.activations[0])


def swings(net: Network) -> tuple[int, int]:
    """Return the number of pieces on [0, 1], and how often the output passes through 1/2.

    Examples
    --------
    >>> swings(sawtooth(4))
    (16, 16)
    """
    line = regions(net, UNIT)
    return len(line), len(line.level_set(0.5))


def noise_and_pictures(page: Page, counts: dict[str, list[int]], layers: int, n: int) -> None:
    """Measure sawtooths of `layers` layers under noise of each level, draw everything, and judge."""
    net, found = sawtooth(layers), np.zeros((len(LEVELS), n, 2), dtype=np.int64)
    report = page.progress("sawtooths with noise", len(LEVELS))
    for i, level in enumerate(LEVELS):
        rng = page.rng(f"noise {level:g}")
        found[i] = [swings(add_noise(net, level, rng)) for _ in range(n)]
        report(i + 1)
    rng = page.rng("pictured noise")
    shown: Sequence[tuple[str, Network]] = [
        ("as built", sawtooth(PICTURED)),
        ("noise 0.01", add_noise(sawtooth(PICTURED), 0.01, rng)),
        ("noise 0.1", add_noise(sawtooth(PICTURED), 0.1, rng)),
    ]
    page.figure(
        "sawtooth",
        pictures.sawtooths(shown),
        f"The sawtooth of {PICTURED} layers with two ReLU units each, and the same with normal noise on all its "
        "weights and biases; the dots are the exact breakpoints.",
        alt="A regular sawtooth, one with slightly uneven teeth, and one with few teeth left.",
        section=SECTION,
    )
    page.figure(
        "sawtooth-counts",
        pictures.sawtooth_counts(counts, LEVELS, found, layers),
        f"Left: exact pieces on [0, 1] against the number of layers. Right: what noise leaves of the {2**layers:,} "
        f"pieces of {layers} layers: medians and quartiles of {n} draws.",
        alt="Pieces doubling with each layer beside a flat curve for random networks; on the right a curve that "
        "rises above its start and falls off beyond a noise of one per cent.",
        section=SECTION,
    )
    whole, (small, large) = 2**layers, (found[LEVELS.index(level)] for level in (SMALL, LARGE))
    pieces, teeth = page.interval(small[:, 0]), page.interval(small[:, 1])
    page.claim(
        "small-noise-takes-no-pieces",
        f"Noise of {SMALL:g} on every weight does not lower the number of pieces: the median over draws is at least "
        f"$2^{{{layers}}}$.",
        pieces.median >= whole,
        {"pieces without noise": whole, "pieces": pieces, "swings through 1/2": teeth},
        must_hold=False,
    )
    page.claim(
        "large-noise-takes-most",
        f"Noise of {LARGE:g} leaves less than a tenth of the pieces in the median.",
        float(np.median(large[:, 0])) < whole / 10,
        {"pieces": page.interval(large[:, 0]), "swings through 1/2": page.interval(large[:, 1])},
        must_hold=False,
    )
    _answer(page, counts, found, layers)


def _answer(page: Page, counts: dict[str, list[int]], found: np.ndarray, layers: int) -> None:
    median, whole = np.median(found, axis=1), 2**layers
    half = [level for level, (_, teeth) in zip(LEVELS, median) if teeth < whole / 2]
    lost = f"at {half[0]:g} fewer than half are left" if half else "none of the levels takes half of them"
    built, _, chance = counts.values()
    pieces, teeth = median[LEVELS.index(SMALL)]
    page.answer(
        "Are there networks with exponentially many pieces, and how fragile are they?",
        f"Yes: {len(built)} layers of two ReLU units make exactly {built[-1]:,} pieces on [0, 1], while random ones "
        f"of that shape had at most {chance[-1]}. It is often said that the least noise destroys the pieces. Counted "
        "exactly, it does not: teeth that just touched a crease now cross it, and noise of "
        f"{SMALL:g} turns {whole:,} pieces into {pieces:,.0f} in the median, of which {teeth:,.0f} still swing through "
        f"1/2; of these swings {lost}. What random weights lack is the construction, not its precision: it takes "
        "errors of some per cent to lose it.",
    )
