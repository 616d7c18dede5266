"""Activation patterns: bit-packed for all cells, unpacked for some, compared where cells meet."""

from __future__ import annotations

from typing import Any

import numpy as np

__all__ = ["differences", "unpack", "unpack_layers"]


def unpack(cx: Any, rows: np.ndarray, first_layer: int = 0) -> np.ndarray:
    """The pieces of all units from a layer on, a slice's own layers counted, on some cells: (n, units) uint8."""
    none = np.empty((len(rows), 0), np.uint8)
    return np.concatenate([none, *unpack_layers(cx, rows, first_layer)], axis=1)


def unpack_layers(cx: Any, rows: np.ndarray, first_layer: int = 0) -> list[np.ndarray]:
    """The same layer by layer: a list of (n, units) uint8."""
    layers = list(zip(cx._sliced.widths, cx._pattern_starts.tolist(), cx._pattern_bits.tolist()))[
        first_layer:
    ]
    packed = cx.packed_patterns[rows]
    parts = []
    for units, start, bits in layers:
        if bits == 0:
            parts.append(np.zeros((len(packed), units), np.uint8))
            continue
        stop = start + (units * bits + 7) // 8
        part = np.unpackbits(packed[:, start:stop], axis=1, count=units * bits, bitorder="little")
        if bits > 1:
            part = part.reshape(len(packed), units, bits) @ (1 << np.arange(bits)).astype(np.uint8)
        parts.append(part)
    return parts


def differences(
    cx: Any, layer: int, left: np.ndarray, right: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Units of a layer (a slice's own counted) on different pieces in two lists of cells.

    Returns
    -------
    units, left_piece, right_piece, place : ndarray (m,) int64
        `place` is the pair's in the lists.
    """
    bits = int(cx._pattern_bits[layer])
    if bits == 0:
        return tuple(np.empty(0, np.int64) for _ in range(4))  # pyright: ignore[reportReturnType]
    start, per_byte = int(cx._pattern_starts[layer]), 8 // bits
    stop = start + -(-cx._sliced.widths[layer] // per_byte)
    ones, others = cx.packed_patterns[left, start:stop], cx.packed_patterns[right, start:stop]
    place, byte = np.nonzero(ones != others)
    shift = bits * np.arange(per_byte)
    low, high = (
        (part[place, byte][:, None] >> shift).astype(np.int64) & ((1 << bits) - 1) for part in (ones, others)
    )
    row, within = np.nonzero(low != high)
    return byte[row] * per_byte + within, low[row, within], high[row, within], place[row]
