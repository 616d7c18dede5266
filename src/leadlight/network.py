"""Network: the frozen, NumPy-only description that everything else takes and gives.

A fully connected network is its affine maps (weights as (units, inputs), like torch's Linear) and one
activation after each. Stored in float64, which keeps float32 weights exactly. Evaluation and the exact
Jacobian (one reverse sweep of matrix products, no differences) take a batch at a time: O(n x parameters) time
for values, O(n x n_outputs x parameters) for Jacobians.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

import numpy as np

from ._network_arrays import check_activations, check_shapes, checked_points, frozen, one_for_each
from .activations import Activation
from .activations import activation as activation_of
from .budget import Summary, SummaryRow

__all__ = ["Network"]

_BLOCK = 4096  # points evaluated at a time: what a layer makes of them stays in the cache, 3 times faster


@dataclass(frozen=True, eq=False, repr=False)
class Network:
    """A fully connected network. Make one with `leadlight.mlp`, `Network.from_arrays`, `Network.of` or `Network.load`.

    Parameters
    ----------
    weights : tuple of ndarray (units, inputs)
        One matrix for each layer, the output layer last; copied as float64, read-only.
    biases : tuple of ndarray (units,)
        Likewise.
    activations : tuple of Activation
        One for each hidden layer.
    output_activation : Activation
        After the output layer; the identity for logits and regression.

    Raises
    ------
    ShapeError
        Shapes that do not fit one another.
    ModelError
        Weights that are not finite real numbers, or no layer at all.

    Examples
    --------
    >>> import leadlight as ll
    >>> net = ll.mlp(2, [20], 1, activation="relu", init="torch", seed=0)
    >>> net
    Network(2-20-1, relu, 81 parameters)
    >>> net(np.zeros((5, 2))).shape
    (5, 1)
    """

    weights: tuple[np.ndarray, ...]
    biases: tuple[np.ndarray, ...]
    activations: tuple[Activation, ...]
    output_activation: Activation

    def __post_init__(self) -> None:
        object.__setattr__(
            self, "weights", tuple(frozen(w, f"weights[{i}]") for i, w in enumerate(self.weights))
        )
        object.__setattr__(
            self, "biases", tuple(frozen(b, f"biases[{i}]") for i, b in enumerate(self.biases))
        )
        object.__setattr__(self, "activations", tuple(map(activation_of, self.activations)))
        object.__setattr__(self, "output_activation", activation_of(self.output_activation))
        check_shapes(self.weights, self.biases)
        check_activations(self.weights, self.activations, self.output_activation)

    @classmethod
    def from_arrays(
        cls,
        weights: Sequence[Any],
        biases: Sequence[Any],
        activation: str | Activation | Sequence[str | Activation] = "relu",
        output_activation: str | Activation = "identity",
    ) -> Network:
        """Make a network from its arrays.

        Parameters
        ----------
        weights : sequence of array_like (units, inputs)
        biases : sequence of array_like (units,)
        activation : str, Activation or a sequence of them
            One for all hidden layers, or one for each.
        output_activation : str or Activation

        Examples
        --------
        >>> net = Network.from_arrays([[[1.0], [-1.0]], [[1.0, 1.0]]], [[0.0, 0.0], [0.0]])
        >>> net([-3.0])  # |x| of two ReLUs
        array([3.])
        """
        weights, biases = tuple(weights), tuple(biases)
        return cls(
            weights, biases, one_for_each(activation, len(weights) - 1), activation_of(output_activation)
        )

    @classmethod
    def of(cls, model: Any) -> Network:
        """Describe a torch module, a fitted scikit-learn MLP or a file; see `leadlight.convert`."""
        from . import convert

        return convert.network_of(model)

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> Network:
        """Read a network from a safetensors file written by `save`."""
        from .convert import safetensors

        return safetensors.load(path)

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the network to a safetensors file, exactly."""
        from .convert import safetensors

        safetensors.save(self, path)

    def to_torch(self, dtype: Any = None) -> Any:
        """The network as a `torch.nn.Sequential`; see `leadlight.convert.torch.to_torch`."""
        from .convert import torch

        return torch.to_torch(self, dtype)

    @property
    def n_inputs(self) -> int:
        """Number of inputs."""
        return self.weights[0].shape[1]

    @property
    def n_outputs(self) -> int:
        """Number of outputs."""
        return self.weights[-1].shape[0]

    @property
    def widths(self) -> tuple[int, ...]:
        """Units of each hidden layer."""
        return tuple(w.shape[0] for w in self.weights[:-1])

    @property
    def layer_sizes(self) -> tuple[int, ...]:
        """Inputs, widths, outputs."""
        return (self.n_inputs, *[w.shape[0] for w in self.weights])

    @property
    def depth(self) -> int:
        """Number of hidden layers."""
        return len(self.weights) - 1

    @property
    def n_units(self) -> int:
        """Number of hidden units."""
        return sum(self.widths)

    @property
    def n_parameters(self) -> int:
        """Number of weights and biases: what training changes.

        Slopes of a prelu are not among them, though torch counts (and trains) them: here they are fixed numbers of
        the activation.
        """
        return sum([w.size + b.size for w, b in zip(self.weights, self.biases, strict=True)])

    def __call__(self, X: Any) -> np.ndarray:
        """Evaluate: X (n, n_inputs) to (n, n_outputs) float64; a single point (n_inputs,) to (n_outputs,).

        Raises
        ------
        ShapeError, DataError
            X of another shape, or not finite real numbers.
        """
        points, single = checked_points(X, self.n_inputs)
        result = np.empty((len(points), self.n_outputs))
        for i in range(0, len(points), _BLOCK):
            block = points[i : i + _BLOCK]
            for W, b, phi in self._layers():
                block = phi.forward(block @ W.T + b)
            result[i : i + _BLOCK] = block
        return result[0] if single else result

    def preactivations(self, X: Any) -> list[np.ndarray]:
        """What each layer holds before its activation, the output layer last: a list of (n, units).

        A single point (n_inputs,) gives arrays (units,).
        """
        points, single = checked_points(X, self.n_inputs)
        result = []
        for W, b, phi in self._layers():
            result.append(points @ W.T + b)
            points = phi.forward(result[-1])
        return [z[0] for z in result] if single else result

    def hidden(self, X: Any) -> list[np.ndarray]:
        """The activations of each hidden layer: a list of (n, width); of a single point, (width,)."""
        before = self.preactivations(X)[:-1]
        return [phi.forward(z) for phi, z in zip(self.activations, before, strict=True)]

    def jacobian(self, X: Any) -> np.ndarray:
        """The exact derivative of every output by every input.

        Parameters
        ----------
        X : array_like (n, n_inputs) or (n_inputs,)

        Returns
        -------
        ndarray (n, n_outputs, n_inputs) or (n_outputs, n_inputs), float64
            On a crease: the derivative that torch's autograd takes, see `Activation.derivative`.

        Examples
        --------
        >>> net = Network.from_arrays([[[1.0], [-1.0]], [[1.0, 1.0]]], [[0.0, 0.0], [0.0]])
        >>> net.jacobian([[-3.0], [2.0]])[:, 0, 0]
        array([-1.,  1.])
        """
        points, single = checked_points(X, self.n_inputs)
        before = self.preactivations(points)
        result = self.output_activation.derivative(before[-1])[:, :, None] * self.weights[-1]
        for W, phi, z in zip(self.weights[-2::-1], self.activations[::-1], before[-2::-1], strict=True):
            result = (result * phi.derivative(z)[:, None, :]) @ W
        return result[0] if single else result

    def summary(self) -> Summary:
        """The layers with their shapes, activations and parameters; ``print`` shows a table.

        Examples
        --------
        >>> import leadlight as ll
        >>> print(ll.mlp(2, [20], 1).summary())
        layer     inputs  units  activation  parameters
        hidden 1       2     20  relu                60
        output        20      1  identity            21
        total                                        81
        """
        names = [f"hidden {i + 1}" for i in range(self.depth)] + ["output"]
        return Summary(
            tuple(
                SummaryRow(name, (W.shape[0], W.shape[1]), phi.label, W.size + b.size)
                for name, (W, b, phi) in zip(names, self._layers(), strict=True)
            )
        )

    def with_parameters(self, weights: Sequence[Any], biases: Sequence[Any]) -> Network:
        """A network with these weights and biases and the activations of this one."""
        return Network(tuple(weights), tuple(biases), self.activations, self.output_activation)

    def _with_own(self, weights: tuple[np.ndarray, ...], biases: tuple[np.ndarray, ...]) -> Network:
        """`with_parameters` without copies and checks: of read-only float64, finite and of these shapes."""
        made = object.__new__(type(self))
        object.__setattr__(made, "weights", weights)
        object.__setattr__(made, "biases", biases)
        object.__setattr__(made, "activations", self.activations)
        object.__setattr__(made, "output_activation", self.output_activation)
        return made

    def equals(self, other: Network) -> bool:
        """Whether the other network has the same layers, activations and parameters, exactly."""
        return (
            self.layer_sizes == other.layer_sizes
            and self.activations == other.activations
            and self.output_activation == other.output_activation
            and all(map(np.array_equal, self.weights, other.weights))
            and all(map(np.array_equal, self.biases, other.biases))
        )

    def __repr__(self) -> str:
        names = [phi.label for phi in self.activations]
        shown = [", ".join(names[:1] if len(set(names)) == 1 else names)] if names else []
        if self.output_activation.name != "identity":
            shown.append(f"output {self.output_activation.label}")
        sizes = "-".join(map(str, self.layer_sizes))
        return f"Network({', '.join([sizes, *shown])}, {self.n_parameters:,} parameters)"

    def _repr_html_(self) -> str:
        return f"<div>{escape(repr(self))}</div>{self.summary()._repr_html_()}"

    def __reduce__(
        self,
    ) -> tuple:  # through the constructor, so that arrays are read-only in worker processes too
        return type(self), (self.weights, self.biases, self.activations, self.output_activation)

    def _layers(self) -> list[tuple[np.ndarray, np.ndarray, Activation]]:
        return list(zip(self.weights, self.biases, (*self.activations, self.output_activation), strict=True))
