"""The compiled core: what this machine offers, and the kernels (C++17, src/core/).

The vector level is chosen when the module loads: the widest that processor and operating system support, or
the one that the environment variable LEADLIGHT_VECTOR_LEVEL names. A name that this machine does not have is
an ImportError that lists those it has.
"""

from collections.abc import Callable, Sequence
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

_Array = npt.NDArray[np.float64]
_Line = tuple[int, int, int]

vector_level: str
"""The level in use: "baseline", "neon", "avx2" (with FMA) or "avx512"."""

vector_bytes: int
"""Bytes in one vector of that level: 16, 32 or 64."""

def vector_levels() -> list[str]:
    """The levels this machine can run, narrowest first."""

def cpu_name() -> str:
    """The maker's name of the processor; empty where the processor does not say (arm64)."""

def usable_cores() -> int:
    """How many cores the scheduler lets this process use."""

def multiply_add_rate(dtype: Literal["float32", "float64"] = "float32", seconds: float = 0.02) -> float:
    """Multiply-adds on one core in GFLOP/s (two operations each), measured for `seconds`; the best slice.

    The GIL is released. Raises ValueError for another dtype, or seconds outside (0, 10].
    """

def exp_rate(seconds: float = 0.02) -> float:
    """Exponentials of float32 on one core, in 10^9 a second, measured as `multiply_add_rate` is."""

def exp(x: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """e^x of a C-contiguous float32 array of any shape; a new array of that shape.

    The error is below 1 unit in the last place for every float32; exp(-inf) = 0, exp(inf) = inf, NaN stays
    NaN. Every vector level returns the same bits. The GIL is released. Raises TypeError for other arrays.
    """

def train_float32(
    *,
    inputs: npt.NDArray[np.float32],
    targets: npt.NDArray[np.float32],
    next_inputs: npt.NDArray[np.float32],
    next_targets: npt.NDArray[np.float32],
    fill: Callable[[int, int], None] | None,
    n_samples: int,
    test_inputs: npt.NDArray[np.float32],
    test_targets: npt.NDArray[np.float32],
    n_test: int,
    wide: bool,
    n_inputs: int,
    n_outputs: int,
    loss: int,
    rule: int,
    numbers: npt.NDArray[np.float64],
    nesterov: bool,
    centered: bool,
    clip_norm: float,
    clip_value: float,
    rate_factors: npt.NDArray[np.float64],
    epochs: int,
    batch_size: int,
    batches_per_epoch: int,
    shuffle: bool,
    stops: npt.NDArray[np.int64],
    due: npt.NDArray[np.int32],
    check_every: int,
    growth: float,
    target_loss: float,
    n_layers: npt.NDArray[np.int32],
    sizes: npt.NDArray[np.int32],
    activations: npt.NDArray[np.int32],
    slopes: npt.NDArray[np.float64],
    rates: npt.NDArray[np.float64],
    keys: npt.NDArray[np.uint64],
    parameters: npt.NDArray[np.float32],
    losses: npt.NDArray[np.float64],
    metrics: npt.NDArray[np.float64],
    snapshots: npt.NDArray[np.float32],
    diverged_at: npt.NDArray[np.int64],
    stopped_at: npt.NDArray[np.int64],
    threads: int,
    progress: Callable[[float], None] | None,
) -> None:
    """Train all runs, shared out among the threads; see src/core/training/job.hpp for the arrays.

    Writes parameters, losses, metrics, snapshots, diverged_at and stopped_at in place. The GIL is released; `progress`
    gets the mean number of epochs done, about 20 times a second. With `fill` each epoch has its own samples:
    fill(epoch, place) writes those of a coming epoch into inputs and targets (place 0) or next_inputs and
    next_targets (place 1) while the threads read the other place. An exception in either, or a signal, stops
    all runs after their epoch and is raised. ValueError where lengths do not fit. `train_float64` is its twin.
    """

def train_float64(**arguments: Any) -> None:
    """The same with float64 inputs, targets, parameters and snapshots."""

def activation_float32(
    phi: int,
    parameter: float,
    z: npt.NDArray[np.float32],
    value: npt.NDArray[np.float32],
    derivative: npt.NDArray[np.float32],
) -> None:
    """Write an activation and its derivative as training computes them."""

def activation_float64(
    phi: int,
    parameter: float,
    z: npt.NDArray[np.float64],
    value: npt.NDArray[np.float64],
    derivative: npt.NDArray[np.float64],
) -> None:
    """The same in float64."""

def function_float32(which: int, x: npt.NDArray[np.float32], value: npt.NDArray[np.float32]) -> None:
    """Write what activations and losses are made of, as training computes it, on the domain it is used on.

    which: 0 e^x; 1 1 - e^x for x <= 0; 2 log x for normal x > 0; 3 log(1 + x) for 0 <= x <= 1; 4 the standard
    normal distribution for |x| <= 13.27 (float64: 37.66). ValueError for another, or where lengths differ.
    """

def function_float64(which: int, x: npt.NDArray[np.float64], value: npt.NDArray[np.float64]) -> None:
    """The same in float64."""

def sample_order(key0: int, key1: int, epoch: int, order: npt.NDArray[np.uint32]) -> None:
    """Write the permutation that `leadlight.training.order` returns."""

class Problem:
    """A network of two inputs on a convex polygon: what the three functions below need of it, found once.

    Parameters
    ----------
    widths : (L + 2,)
        2, the hidden layers' numbers of units, the number of outputs.
    weights, biases : flat
        Row-major (units, inputs) matrices and vectors, layer after layer, the output layer last.
    pieces : (hidden units,)
        The activation of each hidden unit: which of the tables below.
    table_starts : (T + 1,)
        Table t has the breakpoints from table_starts[t] to table_starts[t + 1], ascending, k of them, and k + 1
        slopes and intercepts from table_starts[t] + t on.
    corners : (m, 2)
        Of a strictly convex polygon, counter-clockwise.

    The arrays are kept, and must not be written to. Any number of threads may ask about it at once. ValueError
    where lengths do not fit or a number is not finite.
    """

    def __init__(
        self,
        *,
        widths: npt.NDArray[np.int32],
        weights: npt.NDArray[np.float64],
        biases: npt.NDArray[np.float64],
        pieces: npt.NDArray[np.int32],
        table_starts: npt.NDArray[np.int32],
        breakpoints: npt.NDArray[np.float64],
        slopes: npt.NDArray[np.float64],
        intercepts: npt.NDArray[np.float64],
        corners: npt.NDArray[np.float64],
    ) -> None: ...
    @property
    def continuous(self) -> bool:
        """Whether no activation jumps, exactly."""

    @property
    def pattern_starts(self) -> npt.NDArray[np.int64]:
        """First byte of each layer in a row of `patterns`, and the end (L + 1,); read-only."""

    @property
    def pattern_bits(self) -> npt.NDArray[np.int32]:
        """Bits of each unit, by layer (L,); read-only."""

    @property
    def lines(self) -> npt.NDArray[np.int32]:
        """Layer, unit and breakpoint of each crease there can be, (3, breakpoints of all units); read-only."""

def enumerate_cells(
    problem: Problem,
    *,
    threads: int,
    certified: bool,
    want_edges: bool,
    want_maps: bool,
    want_tree: bool,
    max_cells: int,
    progress: Callable[[int], None] | None,
) -> dict[str, Any]:
    """All cells of a network of two inputs on a convex polygon, by layer-wise splitting.

    Parameters
    ----------
    certified : bool
        Prove every sign; else take those of float64, and 0 where it is 0.
    want_edges : bool
        Without, a vertex may occur twice.
    want_maps, want_tree : bool
        The outputs' affine maps; the tree of cuts for `locate_cells`.
    max_cells : int
        Stop beyond so many cells, without arrays; 0 for no limit.
    progress
        Gets the number of cells so far, about 20 times a second.

    Returns
    -------
    dict
        n cells with H corners in all, V vertices, E edges:
        n_cells, limit_reached; layer_counts (L + 1,) int64, cells after each number of layers;
        signs, three numbers: decided by float64, double-doubles, exact numbers;
        vertices (V, 2) and vertex_errors (V,) float64, bounds on the error of each coordinate;
        cell_starts (n + 1,) int64, offsets into cell_vertices (H,) int32, corners counter-clockwise;
        patterns (n, B) uint8: layer l from byte pattern_starts[l] on, its units pattern_bits[l] bits each,
        little-endian.
        With `want_edges`: cell_edges (H,) int32, the edge from each corner to the next (with jumps the first on
        that side); edges (E, 4) int32: cells on the left and on the right (-1: none), vertices from and to;
        edge_creases (E,) int32: the earliest line that runs there, a column of lines, or -1 - k for side k of the
        domain (from corner k).
        With `want_maps`: maps (n, outputs, 3): a x + b y + c, and map_errors (n, outputs, 2): bounds for a and b,
        and for c. With `want_tree`: tree_lines (n - 1, 3), tree_errors (n - 1,), tree_children (n - 1, 2) int32,
        tree_creases (n - 1,) int32.

    Results do not depend on the number of threads. With one thread, or little to do, all is done on the calling
    one if its stack suffices. The GIL is released; an exception in `progress`, or a signal,
    stops all threads and is raised. OverflowError for more than 2^31 corners or edges.
    """

def spare_bytes() -> int:
    """Memory of earlier results kept for the next ones, in bytes: at most 32 MiB in a process."""

def count_cells(
    problem: Problem,
    *,
    threads: int,
    certified: bool,
    max_pairs: int,
    progress: Callable[[int], None] | None,
) -> dict[str, Any]:
    """How many cells `enumerate_cells` finds, without building those of the last hidden layer.

    In a cell of the layers before, k creases make 1 + k + (crossing points, each times the creases there less 1)
    cells. Pairs that cross are counted from the order of their ends on the border, in O(k log k). To see where
    more than two meet in a point takes time proportional to the pairs: done up to `max_pairs` in one cell (10^8,
    some 14,000 creases, take about 3 s). Beyond that the count is exact if no three creases meet in a point, an
    upper bound otherwise, and `proven` is False.

    Returns
    -------
    dict
        n_cells, proven; layer_counts (L + 1,) int64, cells after each number of layers; signs, three numbers:
        decided by float64, double-doubles, exact numbers.

    Threads and errors as of `enumerate_cells`.
    """

class CellStream:
    """The cells that `enumerate_cells` finds, in its order, in batches of `batch_cells` (the last: what is left).

    Threads work ahead, within a window of a few batches; so that is what is in memory. They end with the last
    batch, on an error, when it is closed or collected. `ascending`, for the strip over an interval, orders the
    cells from left to right.
    """

    def __init__(
        self,
        problem: Problem,
        *,
        threads: int,
        certified: bool,
        want_patterns: bool,
        want_maps: bool,
        ascending: bool,
        batch_cells: int,
    ) -> None: ...
    def next(self, progress: Callable[[int], None] | None = None) -> dict[str, npt.NDArray[Any]] | None:
        """The next batch; None after the last, and once closed.

        ``starts`` (n + 1,) int64; ``vertices`` (starts[n], 2) float64, counter-clockwise; ``areas`` (n,) float64;
        ``patterns`` (n, bytes) uint8 and ``maps`` (n, n_out, 3) float64, no rows if not wanted. The GIL is released;
        `progress` gets the number of cells found so far, about 20 times a second and with each batch. RuntimeError
        while another thread is in here. OverflowError if creases are nested too deep.
        """

    def close(self) -> None:
        """Stop the threads."""

    @property
    def layer_counts(self) -> npt.NDArray[np.int64]:
        """As of `enumerate_cells` once the last batch has been given; ValueError when closed."""

    @property
    def signs(self) -> npt.NDArray[np.int64]:
        """As of `enumerate_cells` once the last batch has been given; ValueError when closed."""

def locate_cells(
    tree_lines: npt.NDArray[np.float64],
    tree_errors: npt.NDArray[np.float64],
    tree_children: npt.NDArray[np.int32],
    points: npt.NDArray[np.float64],
    start: npt.NDArray[np.int32] | None = None,
    threads: int = 1,
) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.int32]]:
    """The cell of each point (n, 2) of the domain, and -1; or -1 and the node at which floats cannot tell the side.

    Goes on from node start[i] where given. Points outside the domain get some cell. The GIL is released.
    """

class ExactCells:
    """Exact affine forms of the units in single cells, and the exact signs made from them.

    What decides the shape of the polyhedral complex, for looking closely at single cells. All floats are exact;
    answers are proven, by double-doubles with error bounds where they suffice and by exact dyadic numbers else.

    A context is a cell of the layers before one layer, in which every preactivation of that layer is one form
    a x + b y + c; context 0 is the whole plane, in which those of the first layer are. A line (context, unit,
    breakpoint) is where that form is on that breakpoint of its unit; (-1, i, 0) is the edge of the domain
    from corner i to the next, positive inside. A point is the crossing of two lines; of two edges, their corner.

    Parameters
    ----------
    layers : list of (weights, biases, pieces)
        float64 arrays (out, in) and (out,), the first with two inputs; for each unit of a hidden layer its
        (breakpoints, slopes, intercepts), float64 arrays (k,), (k + 1,), (k + 1,), or None for the identity.
    corners : array (n, 2)
        Of the domain, convex, counter-clockwise.

    Raises
    ------
    ValueError
        Shapes that do not fit, numbers that are not finite; in the methods: no such context, unit or
        breakpoint, or lines that do not cross where a point is wanted.
    """

    def __init__(
        self,
        layers: Sequence[tuple[_Array, _Array, Sequence[tuple[_Array, _Array, _Array]] | None]],
        corners: _Array,
    ) -> None: ...
    def context(self, parent: int, pieces: npt.NDArray[np.uint8]) -> int:
        """The cell within `parent` in which each unit of the parent's layer is on its piece (0 is the leftmost)."""

    def exact_form(self, context: int, unit: int) -> tuple[tuple[int, int], tuple[int, int], tuple[int, int]]:
        """a, b and c, each as (n, k): n times 2^k."""

    def ball_form(self, context: int, unit: int) -> list[tuple[float, float, float]]:
        """a, b and c, each as (high, low, error): within `error` of high + low."""

    def sign_at(self, f: _Line, v: tuple[_Line, _Line]) -> int:
        """-1, 0 or 1: the sign of f at v."""

    def sign_of_direction(self, f: _Line, g: _Line) -> int:
        """1 where the gradient of g lies to the left of that of f, -1 to the right, 0 where they are parallel."""

    def same_line(self, f: _Line, g: _Line) -> bool:
        """Whether two forms, neither of them constant, vanish on the same line."""

    def constant_sign(self, f: _Line) -> int:
        """The sign of a form that is constant, 2 for one that is not."""

    def compare_along(self, line: _Line, p: tuple[_Line, _Line], q: tuple[_Line, _Line]) -> int:
        """-1 where p comes before q on a line, in its direction (-b, a); 0 where they are the same point; else 1."""

    def coordinates(self, v: tuple[_Line, _Line]) -> tuple[float, float]:
        """A point in floats, within 0.51 units in the last place."""

    def equal_outputs(self, a: int, b: int) -> bool:
        """Whether all outputs are exactly the same forms in two contexts of the last layer."""

    def equal_lines(self, layer: int) -> list[tuple[int, int, int]]:
        """For each breakpoint of each unit (unit, breakpoint, sign): the first line that it is a multiple of.

        Lines whose rows of weights, and bias less breakpoint, are proportional are the same in every context.
        A unit whose weights are all zero has (-1, breakpoint, sign of the constant).
        """

    def decided(self) -> tuple[int, int]:
        """How many signs double-doubles decided, and how many exact numbers did."""
