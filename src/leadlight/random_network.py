"""`mlp`: a network with random weights, from the scheme that draws them and a seed."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence

import numpy as np

from ._network_arrays import one_for_each
from .activations import Activation
from .activations import activation as activation_of
from .budget import n_parameters
from .errors import ParameterError
from .initialisation import Scheme, initialise, scheme
from .network import Network

__all__ = ["mlp"]


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
    phis = one_for_each(activation, len(sizes) - 2)
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
