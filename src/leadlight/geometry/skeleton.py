"""The step skeleton of a network of one input: each hidden unit replaced by a step at its threshold.

A sigmoid unit with a steep weight is nearly a step at x = -b/w, so that a 1-h-1 network is nearly a staircase
of at most h + 1 pieces with jumps v sign(w). The step is 0 at or below 0 and 1 above, never the quotient 0/0.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from ..errors import ModelError
from ..network import Network

__all__ = ["StepSkeleton", "step_skeleton"]


@dataclass(frozen=True)
class StepSkeleton:
    """A staircase: c + sum_k v_k step(w_k x + b_k)."""

    weights: np.ndarray  # (h,) w, of the hidden units
    biases: np.ndarray  # (h,) b
    heights: np.ndarray  # (h,) v, the output weights
    offset: float  # c, the output bias

    @property
    def network(self) -> Network:
        """The staircase as a 1-h-1 network with steps, for `leadlight.regions`."""
        return Network.from_arrays(
            [self.weights[:, None], self.heights[None]], [self.biases, [self.offset]], activation="step"
        )

    @property
    def thresholds(self) -> np.ndarray:
        """-b/w of each unit, (h,); NaN for a unit with w = 0, which is constant."""
        return np.divide(
            -self.biases, self.weights, out=np.full(len(self.weights), np.nan), where=self.weights != 0
        )

    @property
    def jumps(self) -> np.ndarray:
        """v sign(w) of each unit, (h,): by how much the staircase rises at its threshold, left to right."""
        return self.heights * np.sign(self.weights)

    def pieces(self) -> tuple[np.ndarray, np.ndarray]:
        """Return the distinct thresholds, ascending (k,), and the values of the k + 1 pieces between them."""
        thresholds, jumps = self.thresholds, self.jumps
        edges = np.unique(thresholds[np.isfinite(thresholds)])
        on_at_left = (self.weights < 0) | ((self.weights == 0) & (self.biases > 0))
        rises = [jumps[thresholds == edge].sum() for edge in edges]
        return edges, self.offset + self.heights[on_at_left].sum() + np.concatenate([[0.0], np.cumsum(rises)])

    def __call__(self, x: Any) -> np.ndarray:
        """Evaluate the staircase: an array of any shape to one of that shape."""
        x = np.asarray(x, dtype=np.float64)
        return self.offset + (np.multiply.outer(x, self.weights) + self.biases > 0) @ self.heights


def step_skeleton(net: Any) -> StepSkeleton:
    """Return the step skeleton of a 1-h-1 network.

    Parameters
    ----------
    net : Network
        One input, one hidden layer, one output.

    Raises
    ------
    ModelError
        The network has other sizes.

    Examples
    --------
    >>> from leadlight import Network
    >>> net = Network.from_arrays([[[2.0], [-1.0]], [[3.0, 5.0]]], [[-2.0, 3.0], [1.0]], activation="sigmoid")
    >>> edges, values = step_skeleton(net).pieces()
    >>> edges.tolist(), values.tolist()
    ([1.0, 3.0], [6.0, 9.0, 4.0])
    """
    if len(net.weights) != 2 or net.n_inputs != 1 or net.n_outputs != 1:
        sizes = "-".join(str(n) for n in net.layer_sizes)
        raise ModelError(f"The network is {sizes}; a step skeleton exists for 1-h-1 networks.")
    return StepSkeleton(net.weights[0][:, 0], net.biases[0], net.weights[1][0], float(net.biases[1][0]))
