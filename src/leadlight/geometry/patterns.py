"""Activation patterns: bit-packed for all cells, unpacked for some."""

from __future__ import annotations

from typing import Any

import numpy as np

__all__ = ["unpack"]


def unpack(cx: Any, rows: np.ndarray, first_layer: int = 0) -> np.ndarray:
    """The pieces of all units from a layer on, a slice's own layers counted, on some cells: (n, units) uint8."""
    layers = list(zip(cx._sliced.widths, cx._pattern_starts, cx._pattern_bits))[first_layer:]
    packed = cx.packed_patterns[rows]
    parts = [np.empty((len(packed), 0), np.uint8)]
    for units, start, bits in layers:
        if bits == 0:
            parts.append(np.zeros((len(packed), units), np.uint8))
            continue
        stop = start + (units * bits + 7) // 8
        unpacked = np.unpackbits(packed[:, start:stop], axis=1, count=units * bits, bitorder="little")
        weights = (1 << np.arange(bits)).astype(np.uint8)
        parts.append(unpacked if bits == 1 else unpacked.reshape(len(packed), units, bits) @ weights)
    return np.concatenate(parts, axis=1)
