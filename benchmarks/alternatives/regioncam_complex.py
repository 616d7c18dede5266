"""regioncam: a partition of the square in half-edges, split unit by unit, in float32 (Rust, one thread).

After each layer it holds, for every vertex, that layer's values and, for every face, its affine map (3 numbers a
unit) and its mask of active units: it cannot build vertices, patterns and adjacency without them. The weights are
given as its documentation asks, (in, out) float32; the output layer is applied too, as leadlight gives its map.
"""

from __future__ import annotations

from typing import Any

import numpy as np

import leadlight as ll

__all__ = ["RegioncamComplex"]


class RegioncamComplex:
    """The complex of a relu network on the square of a half-width."""

    def __init__(self, net: ll.Network, half_width: float) -> None:
        self.half_width = half_width
        self.layers = [
            (np.ascontiguousarray(W.T, np.float32), b.astype(np.float32))
            for W, b in zip(net.weights, net.biases)
        ]
        self.complex: Any = None

    def build(self) -> RegioncamComplex:
        """Until the object knows its vertices, patterns and neighbours: nothing is read from it."""
        import regioncam

        self.complex = regioncam.Regioncam(size=self.half_width)
        for weight, bias in self.layers[:-1]:
            self.complex.linear(weight, bias)
            self.complex.relu()
        self.complex.linear(*self.layers[-1])
        return self

    @property
    def n_cells(self) -> int:
        return self.complex.num_faces

    def read(self) -> tuple[np.ndarray, np.ndarray, list[Any]]:
        """Vertices (V, 2), the active units of each face (F, units), and the two faces of each edge, if any."""
        hidden = range(2, self.complex.num_layers, 2)  # 0 is the input, then linear and relu by turns
        active = [(self.complex.layers[layer].face_activations != 0).any(axis=1) for layer in hidden]
        return self.complex.vertex_inputs, np.hstack(active), [edge.faces for edge in self.complex.edges]
