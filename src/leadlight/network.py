"""Network: the frozen, NumPy-only description that everything else takes and gives.

A fully connected network is its affine maps (weights as (units, inputs), like torch's Linear) and one
activation after each. Stored in float64, which keeps float32 weights exactly. Evaluation and the exact
Jacobian (one reverse sweep of matrix products, no differences) take a batch at a time: O(n x parameters) time
for values, O(n x n_outputs x parameters) for Jacobians.
"""

from __future__ import annotations

import itertools
import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from .activations import Activation
from .activations import activation as activation_of  # a name that no parameter hides
from .budget import Summary, SummaryRow, n_parameters
from .errors import DataError, ModelError, ParameterError, ShapeError
from .initialisation import Scheme, initialise, scheme

__all__ = ["Network", "mlp"]

_BLOCK = 4096  # points evaluated at a time: what a layer makes of them stays in the cache, 3 times faster


@dataclass(frozen=True, eq=False, repr=False)
class Network:
    """A fully connected network. Make one with `mlp`, `Network.from_arrays`, `Network.of` or `Network.load`.

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
    >>> net = mlp(2, [20], 1, activation="relu", init="torch", seed=0)
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
            self, "weights", tuple(_frozen(w, f"weights[{i}]") for i, w in enumerate(self.weights))
        )
        object.__setattr__(
            self, "biases", tuple(_frozen(b, f"biases[{i}]") for i, b in enumerate(self.biases))
        )
        object.__setattr__(self, "activations", tuple(map(activation_of, self.activations)))
        object.__setattr__(self, "output_activation", activation_of(self.output_activation))
        _check_shapes(self.weights, self.biases)
        if len(self.activations) != self.depth:
            raise ShapeError(
                f"The network has {self.depth} hidden layers but {len(self.activations)} activations: "
                "give one for each hidden layer, and the output's as output_activation."
            )
        for i, (w, phi) in enumerate(zip(self.weights, (*self.activations, self.output_activation))):
            if phi.n_units not in (None, len(w)):
                raise ShapeError(
                    f"The layer of weights[{i}] has {len(w)} units, but its {phi.name} has {phi.n_units} slopes: "
                    "give one for each unit, or a single one for all."
                )

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
            weights, biases, _one_for_each(activation, len(weights) - 1), activation_of(output_activation)
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
        points, single = self._points(X)
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
        points, single = self._points(X)
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
        points, single = self._points(X)
        before = self.preactivations(points)
        result = self.output_activation.derivative(before[-1])[:, :, None] * self.weights[-1]
        for W, phi, z in zip(self.weights[-2::-1], self.activations[::-1], before[-2::-1], strict=True):
            result = (result * phi.derivative(z)[:, None, :]) @ W
        return result[0] if single else result

    def summary(self) -> Summary:
        """The layers with their shapes, activations and parameters; ``print`` shows a table.

        Examples
        --------
        >>> print(mlp(2, [20], 1).summary())
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

    def __reduce__(
        self,
    ) -> tuple:  # through the constructor, so that arrays are read-only in worker processes too
        return type(self), (self.weights, self.biases, self.activations, self.output_activation)

    def _layers(self) -> list[tuple[np.ndarray, np.ndarray, Activation]]:
        return list(zip(self.weights, self.biases, (*self.activations, self.output_activation), strict=True))

    def _points(self, X: Any) -> tuple[np.ndarray, bool]:
        """X as float64 (n, n_inputs), and whether it was a single point."""
        try:
            points = np.asarray(X, dtype=np.float64)
        except (TypeError, ValueError):
            raise DataError(
                "The network evaluates real numbers: X cannot be read as an array of them."
            ) from None
        if points.ndim not in (1, 2) or points.shape[-1] != self.n_inputs:
            raise ShapeError(
                f"X has shape {points.shape}, but the network takes {self.n_inputs} inputs: "
                f"give (n, {self.n_inputs}), or ({self.n_inputs},) for a single point."
            )
        if not np.isfinite(points).all():
            raise DataError("X has a value that is not finite: remove NaN and infinity first.")
        return np.atleast_2d(points), points.ndim == 1


def mlp(
    n_inputs: int,
    widths: Sequence[int],
    n_outputs: int,
    activation: str | Activation | Sequence[str | Activation] = "relu",
    init: str | Scheme = "torch",
    seed: int | np.random.SeedSequence | np.random.Generator = 0,
    bias: str | None = None,
    dtype: str = "float32",
    output_activation: str | Activation = "identity",
) -> Network:
    """A network with random weights: the same seed gives the same bytes.

    Parameters
    ----------
    n_inputs, n_outputs : int
    widths : sequence of int
        Units of each hidden layer; empty for a linear model.
    activation : str, Activation or a sequence of them
        One for all hidden layers, or one for each.
    init : str or Scheme
        See `leadlight.initialisation.scheme`, e.g. ``"torch"``, ``"xavier_normal(gain=1.407)"``.
    seed : int, SeedSequence or Generator
        A Generator is drawn from and so advances; the others start afresh at each call.
    bias : str, optional
        ``"zeros"``, ``"uniform"`` or ``"normal(0.5)"``; default: what belongs to `init`.
    dtype : {"float32", "float64"}
        Precision that the drawn numbers are rounded to (they are stored in float64 either way).
    output_activation : str or Activation

    Examples
    --------
    >>> mlp(2, [5, 5, 5, 5], 1, activation="abs")
    Network(2-5-5-5-5-1, abs, 111 parameters)
    """
    how = scheme(init, bias)
    if not isinstance(widths, Iterable):
        raise ParameterError(
            f"widths must list the units of each hidden layer, as in [{widths}], not {widths!r}."
        )
    sizes = [n_inputs, *widths, n_outputs]
    phis = _one_for_each(activation, len(sizes) - 2)
    n_parameters(sizes)  # checks the sizes before anything is drawn
    try:
        rng = np.random.default_rng(seed)
    except (TypeError, ValueError):
        raise ParameterError(f"The seed must be an integer of at least 0, not {seed!r}.") from None
    layers = [
        initialise(fan_in, fan_out, how, rng, dtype=dtype) for fan_in, fan_out in itertools.pairwise(sizes)
    ]
    return Network(
        tuple(w for w, _ in layers), tuple(b for _, b in layers), phis, activation_of(output_activation)
    )


def _one_for_each(
    given: str | Activation | Sequence[str | Activation], n_hidden: int
) -> tuple[Activation, ...]:
    if isinstance(given, (str, Activation)):
        return (activation_of(given),) * n_hidden
    return tuple(activation_of(spec) for spec in given)


def _frozen(array: Any, name: str) -> np.ndarray:
    """A read-only float64 copy, checked to hold finite real numbers that float64 holds exactly."""
    try:
        given = np.asarray(array)
    except (TypeError, ValueError):
        raise ModelError(f"{name} cannot be read as an array of real numbers.") from None
    if given.dtype.kind not in "fiub":
        raise ModelError(f"{name} has dtype {given.dtype}: weights and biases are real numbers.")
    copy = np.array(given, dtype=np.float64, order="C")
    if not np.isfinite(copy).all():
        where = tuple(int(i) for i in np.argwhere(~np.isfinite(copy))[0])
        raise ModelError(f"{name} is {copy[where]} at index {where}: weights and biases must be finite.")
    if given.dtype.itemsize > 8 and (copy != given).any():
        raise ModelError(f"{name} of dtype {given.dtype} has a value that float64 cannot hold exactly.")
    copy.setflags(write=False)
    return copy


def _check_shapes(weights: Sequence[np.ndarray], biases: Sequence[np.ndarray]) -> None:
    if not weights:
        raise ModelError("A network needs at least one layer, but no weights were given.")
    if len(weights) != len(biases):
        raise ShapeError(
            f"{len(weights)} weight matrices were given with {len(biases)} biases: give one for each."
        )
    for i, (w, b) in enumerate(zip(weights, biases, strict=True)):
        if w.ndim != 2 or 0 in w.shape:
            raise ShapeError(f"weights[{i}] has shape {w.shape}: a matrix (units, inputs) is expected.")
        if b.shape != (w.shape[0],):
            raise ShapeError(
                f"biases[{i}] has shape {b.shape}, but weights[{i}] {w.shape} needs ({w.shape[0]},)."
            )
        if i > 0 and w.shape[1] != weights[i - 1].shape[0]:
            raise ShapeError(
                f"weights[{i}] has shape {w.shape}, but layer {i - 1} has {weights[i - 1].shape[0]} units: "
                "weights are (units, inputs), as in torch's Linear."
            )
