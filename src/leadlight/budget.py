"""Counting parameters: of a network, and widths for a given number of them.

A layer of n inputs and m units has (n + 1) m parameters. `widths_for_budget` gives networks of different
depth the same number of them, by the course's rule or by a fair one. The fair rule searches windows of widths
[w, w + spread] for growing spread, with a table of the parameter totals that each layer can reach.
"""

from __future__ import annotations

import itertools
import numbers
from collections.abc import Sequence
from typing import NamedTuple

from ._notebook import table_html
from .errors import ParameterError

__all__ = ["Summary", "SummaryRow", "n_parameters", "widths_for_budget"]

_TOLERANCE = 2  # the fair rule stops at the first spread that comes this close to the budget
_MAX_SPREAD = 16


class SummaryRow(NamedTuple):
    """One line of a `Summary`."""

    layer: str
    shape: tuple[int, int]  # (units, inputs) of the layer
    activation: str
    parameters: int


class Summary(NamedTuple):
    """The layers of a network with their parameters; ``str`` gives an aligned table.

    Examples
    --------
    >>> rows = SummaryRow("hidden 1", (20, 2), "relu", 60), SummaryRow("output", (1, 20), "tanh", 21)
    >>> print(Summary(rows))
    layer     inputs  units  activation  parameters
    hidden 1       2     20  relu                60
    output        20      1  tanh                21
    total                                        81
    """

    rows: tuple[SummaryRow, ...]

    @property
    def total(self) -> int:
        """Parameters of all layers."""
        return sum(row.parameters for row in self.rows)

    def _repr_html_(self) -> str:
        layers, shapes, activations, parameters = zip(*self.rows)
        units, inputs = zip(*shapes)
        columns = {"layer": layers, "inputs": inputs, "units": units, "activation": activations}
        return table_html({**columns, "parameters": parameters})

    def __str__(self) -> str:
        lines = [("layer", "inputs", "units", "activation", "parameters")]
        for row in self.rows:
            units, inputs = row.shape
            lines.append((row.layer, f"{inputs:,}", f"{units:,}", row.activation, f"{row.parameters:,}"))
        lines.append(("total", "", "", "", f"{self.total:,}"))
        columns = []
        for title, *cells in zip(*lines, strict=True):
            side = "<" if title in ("layer", "activation") else ">"
            size = max(map(len, (title, *cells)))
            columns.append([f"{cell:{side}{size}}" for cell in (title, *cells)])
        return "\n".join("  ".join(line) for line in zip(*columns, strict=True))


def n_parameters(layer_sizes: Sequence[int]) -> int:
    """Weights and biases of a fully connected network.

    Parameters
    ----------
    layer_sizes : sequence of int
        Inputs, widths, outputs.

    Examples
    --------
    >>> n_parameters([2, 20, 1]), n_parameters([2, 5, 5, 5, 5, 1])
    (81, 111)
    """
    sizes = [_positive("every layer size", size) for size in layer_sizes]
    return sum((inputs + 1) * units for inputs, units in itertools.pairwise(sizes))


def widths_for_budget(
    n_inputs: int, n_outputs: int, depth: int, budget: int, rule: str = "at_least"
) -> tuple[int, ...]:
    """Widths of the hidden layers for a number of parameters.

    Parameters
    ----------
    n_inputs, n_outputs, depth, budget : int
        At least 1 each; depth counts hidden layers.
    rule : {"at_least", "fair"}
        ``"at_least"``, the course's rule: the smallest equal width that reaches the budget (and overshoots it
        by up to 30 % for small networks). ``"fair"``: widths as equal as possible (least difference between
        the widest and the narrowest) whose total lies within 2 of the budget, wider layers first; where no
        widths that differ by 16 or less do, those of them whose total is closest.

    Returns
    -------
    tuple of int
        One width for each hidden layer.

    Raises
    ------
    ParameterError
        A count below 1, an unknown rule, or a budget that not even layers of one unit meet (rule "fair").

    Examples
    --------
    >>> [widths_for_budget(2, 4, depth, 100)[0] for depth in range(1, 6)]
    [14, 7, 6, 5, 4]
    >>> widths_for_budget(2, 4, 4, 100, rule="fair")  # 99 parameters; equal widths have 92 or 130
    (5, 4, 4, 4)
    """
    n_inputs, n_outputs = _positive("n_inputs", n_inputs), _positive("n_outputs", n_outputs)
    depth, budget = _positive("depth", depth), _positive("budget", budget)
    if rule not in ("at_least", "fair"):
        raise ParameterError(f'The rule must be "at_least" or "fair", not {rule!r}.')
    width = _equal_width(n_inputs, n_outputs, depth, budget)
    if rule == "at_least":
        return (width,) * depth
    least = n_parameters([n_inputs, *[1] * depth, n_outputs])
    if least > budget + _TOLERANCE:
        raise ParameterError(
            f"With {n_inputs} inputs, {depth} hidden layers and {n_outputs} outputs a network has at least "
            f"{least} parameters, more than the budget of {budget}: raise the budget or lower the depth."
        )
    best: tuple[int, tuple[int, ...]] | None = None  # (distance to the budget, widths)
    for spread in range(_MAX_SPREAD + 1):
        windows = (range(low, low + spread + 1) for low in range(max(1, width - 1 - spread), width + 1))
        found = [_closest_in_window(n_inputs, n_outputs, depth, budget, window) for window in windows]
        closest = min(distance for distance, _ in found)
        if best is None or closest < best[0]:
            best = closest, max(widths for distance, widths in found if distance == closest)
        if best[0] <= _TOLERANCE:
            break
    assert best is not None  # spread 0 has found one
    return best[1]


def _equal_width(n_inputs: int, n_outputs: int, depth: int, budget: int) -> int:
    """The smallest equal width with at least `budget` parameters, by bisection."""
    low, high = 0, budget  # width w has more than w parameters
    while high - low > 1:
        middle = (low + high) // 2
        if n_parameters([n_inputs, *[middle] * depth, n_outputs]) >= budget:
            high = middle
        else:
            low = middle
    return high


def _closest_in_window(
    n_inputs: int, n_outputs: int, depth: int, budget: int, window: range
) -> tuple[int, tuple[int, ...]]:
    """The widths within the window whose total is closest to the budget: (distance, widths)."""
    # All (last width, total so far) that are reachable, each with the lexicographically greatest widths.
    reachable = {(width, (n_inputs + 1) * width): (width,) for width in window}
    for _ in range(depth - 1):
        longer: dict[tuple[int, int], tuple[int, ...]] = {}
        for (last, total), widths in reachable.items():
            for width in window:
                state = (width, total + (last + 1) * width)
                candidate = (*widths, width)
                if state not in longer or candidate > longer[state]:
                    longer[state] = candidate
        reachable = longer
    totals = [
        (abs(total + (last + 1) * n_outputs - budget), widths) for (last, total), widths in reachable.items()
    ]
    distance = min(totals)[0]
    return distance, max(widths for gap, widths in totals if gap == distance)


def _positive(name: str, value: object) -> int:
    if not isinstance(value, numbers.Integral) or isinstance(value, bool) or value < 1:
        raise ParameterError(f"{name} must be an integer of at least 1, not {value!r}.")
    return int(value)
