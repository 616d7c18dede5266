"""Random small networks of two inputs for tests of exact geometry, a large share of them deliberately degenerate.

`random_case(seed)` draws a network, a box, and says which kinds of degeneracy went into it. The same seed gives the
same case everywhere.
"""

from __future__ import annotations

import itertools

import numpy as np

from leadlight import Activation, Network

__all__ = ["KINDS", "SLOPES", "dense_case", "of_units", "random_case", "with_steps"]

Box = list[tuple[float, float]]

ACTIVATIONS = (
    "relu",
    "relu",
    "relu",
    "leaky_relu(0.25)",
    "leaky_relu(0.1)",
    "abs",
    "hardtanh",
    "step",
    "identity",
)
# Of a clipped layer: ReLU6's, intervals of all kinds around 0, and the ends of the floats' range.
BOUNDS = ((0.0, 6.0), (0.0, 0.5), (-0.3, 0.1), (-1.0, 0.0), (0.25, 0.5), (-5e-324, 1e-30), (-1e30, 1e30))
# Of a prelu's units: those of relu, identity and abs, repeated ones, and the ends of the floats' range.
SLOPES = np.array([0.0, 1.0, -1.0, 0.25, 0.25, 0.1, -0.3, 2.0, 1e-30, -5e-324, 1e30])
BOXES: tuple[Box, ...] = (
    [(-1, 1), (-1, 1)],
    [(-2, 2), (-1, 3)],
    [(0, 1), (0, 1)],
    [(-0.3, 0.7), (-1.1, 0.1)],
)


def random_case(
    seed: int, max_units: int = 12, prelus: float = 0.25, clipped: float = 0.2
) -> tuple[Network, Box, str]:
    """Draw a network of up to `max_units` hidden units in one to four layers, a box, and the name of its kind.

    These shares of the networks have layers with a slope for each unit, and layers clipped at other bounds than -1 and
    1; the others are the same for any share.
    """
    rng = np.random.default_rng(seed)
    kind = list(KINDS)[seed % len(KINDS)]
    box = BOXES[rng.integers(len(BOXES))]
    depth = int(rng.integers(1, 5))
    widths = [
        int(w)
        for w in rng.multinomial(int(rng.integers(depth, max_units + 1)) - depth, [1 / depth] * depth) + 1
    ]
    n_outputs = int(rng.integers(1, 3))
    sizes = [2, *widths, n_outputs]
    weights = [rng.normal(size=(o, i)) * np.sqrt(2 / i) for i, o in itertools.pairwise(sizes)]
    biases = [rng.normal(size=o) * 0.5 for o in sizes[1:]]
    if rng.random() < 0.5:  # as torch has them
        weights = [w.astype(np.float32).astype(float) for w in weights]
        biases = [b.astype(np.float32).astype(float) for b in biases]
    KINDS[kind](rng, weights, biases, box)
    if rng.random() < 0.5:
        activations = [ACTIVATIONS[rng.integers(len(ACTIVATIONS))] for _ in widths]
    else:
        activations = ["relu"] * len(widths)
    if rng.random() < prelus:
        activations = [
            Activation("prelu", rng.choice(SLOPES, width)) if rng.random() < 0.7 else activation
            for width, activation in zip(widths, activations)
        ]
    if rng.random() < clipped:
        activations = [
            Activation("hardtanh", BOUNDS[rng.integers(len(BOUNDS))]) if rng.random() < 0.7 else activation
            for activation in activations
        ]
    return Network.from_arrays(weights, biases, activation=activations), box, kind


def dense_case(seed: int, n_inputs: int, activation: str = "relu") -> Network:
    """Draw a network of two outputs whose numbers have all digits: nothing in it is degenerate."""
    rng = np.random.default_rng(seed)
    sizes = [n_inputs, *rng.integers(2, 6, rng.integers(1, 4)).tolist(), 2]
    return Network.from_arrays(
        [rng.normal(size=(o, i)) for i, o in itertools.pairwise(sizes)],
        [rng.normal(size=o) / 2 for o in sizes[1:]],
        activation,
    )


def of_units(activation: Activation, units: np.ndarray | list[int]) -> Activation:
    """The activation of a layer of these units of another, in this order: with their slopes, where each has its own."""
    if activation.n_units is None:
        return activation
    return Activation("prelu", np.array(activation.parameters)[units])


def _generic(rng, weights, biases, box):
    pass


def _integers(rng, weights, biases, box):
    for w, b in zip(weights, biases):
        w[:] = rng.integers(-2, 3, w.shape)
        b[:] = rng.integers(-2, 3, b.shape)


def _zero_biases(rng, weights, biases, box):
    for b in biases:
        b[:] = 0.0


def _repeated(rng, weights, biases, box):
    """Units that are copies, negatives or multiples of others in their layer."""
    for w, b in zip(weights, biases):
        for j in range(1, len(w)):
            if rng.random() < 0.5:
                i = rng.integers(j)
                factor = rng.choice([1.0, -1.0, 2.0, -0.5, 3.0])
                if factor == 3.0:  # exact only if a few digits are free
                    w[i], b[i] = w[i].astype(np.float32), np.float32(b[i])
                w[j], b[j] = factor * w[i], factor * b[i]


def _box_lines(rng, weights, biases, box):
    """First-layer lines along the sides of the box, through its corners and centre, and diagonals."""
    (x0, x1), (y0, y1) = box
    lines = [
        (1, 0, -x0), (-1, 0, x0), (1, 0, -x1), (0, 1, -y0), (0, 2, -2 * y1),
        (y1 - y0, x0 - x1, x1 * y0 - x0 * y1), (1, 1, -(x0 + y0)), (1, -1, y0 - x0), (2, 1, -(2 * x1 + y1)),
    ]  # fmt: skip
    w, b = weights[0], biases[0]
    for j in range(len(w)):
        if rng.random() < 0.8:
            *w[j], b[j] = lines[rng.integers(len(lines))]
    _small_integers_later(rng, weights, biases)


def _parallel(rng, weights, biases, box):
    direction = rng.integers(-3, 4, 2)
    w, b = weights[0], biases[0]
    w[:] = rng.choice([1, -1, 2], (len(w), 1)) * direction
    b[:] = rng.integers(-4, 5, len(b)) / 2


def _constant(rng, weights, biases, box):
    """Units without weights, some of them exactly 0."""
    for w, b in zip(weights, biases):
        constant = rng.random(len(w)) < 0.4
        w[constant] = 0.0
        b[constant] = rng.choice([0.0, 0.0, 1.0, -1.0], int(constant.sum()))


def _dead(rng, weights, biases, box):
    """A layer all of whose units are off, or one that is off on most of the box."""
    layer = rng.integers(len(weights) - 1)
    biases[layer][:] = -np.abs(weights[layer]).sum(axis=1) * rng.choice([0.5, 5.0])
    if rng.random() < 0.5:
        for b in biases[layer + 1 :]:
            b[:] = 0.0


def _coincident(rng, weights, biases, box):
    """Deeper units whose lines are earlier ones, or that depend on few units."""
    _integers(rng, weights, biases, box)
    for w, b in zip(weights[1:], biases[1:]):
        for j in range(len(w)):
            if rng.random() < 0.7:
                w[j] = 0.0
                w[j, rng.integers(w.shape[1])] = rng.choice([-1.0, 1.0, 2.0])
                b[j] = rng.choice([0.0, 0.0, -1.0, 1.0])


def _through_vertices(rng, weights, biases, box):
    """Many lines through few points, in the first layer and, by sums of units, deeper."""
    points = rng.integers(-2, 3, (2, 2)) / 4
    w, b = weights[0], biases[0]
    for j in range(len(w)):
        w[j] = rng.integers(-3, 4, 2)
        b[j] = -w[j] @ points[rng.integers(2)]
    _small_integers_later(rng, weights, biases)


def _extreme(rng, weights, biases, box):
    """Units, or whole layers, scaled by factors up to the ends of the floats' range."""
    for w, b in zip(weights, biases):
        for j in range(len(w)):
            if rng.random() < 0.5:
                factor = rng.choice([1e-30, 1e30, 2.0**-500, 2.0**400, 1e-300, 1e-320])
                w[j] *= factor
                b[j] *= factor
        if rng.random() < 0.3:
            w[rng.random(w.shape) < 0.5] *= rng.choice([1e-30, 5e-324, 1e30])


def _cancelling(rng, weights, biases, box):
    """Units that differ in the last digits, and sums of theirs in which almost all cancels."""
    for w, b in zip(weights, biases):
        for j in range(1, len(w), 2):
            w[j], b[j] = -w[j - 1], -b[j - 1]
            w[j, rng.integers(w.shape[1])] *= 1 + 2.0 ** -rng.integers(20, 53)
            b[j] *= rng.choice([1.0, 1 + 2.0**-52])
    for w in weights[1:]:
        w[:, 1::2] = w[:, : 2 * (w.shape[1] // 2) : 2]


def _small_integers_later(rng, weights, biases):
    for w, b in zip(weights[1:], biases[1:]):
        w[:] = rng.integers(-1, 2, w.shape)
        b[:] = rng.integers(-1, 2, b.shape)


KINDS = {
    "generic": _generic,
    "integers": _integers,
    "zero biases": _zero_biases,
    "repeated units": _repeated,
    "lines along and through the box": _box_lines,
    "parallel": _parallel,
    "constant units": _constant,
    "dead layer": _dead,
    "coincident": _coincident,
    "through vertices": _through_vertices,
    "extreme scales": _extreme,
    "cancelling": _cancelling,
}


def with_steps(seed):
    """A degenerate network with steps in one layer, continuous ones before it, any after it."""
    rng = np.random.default_rng(seed)
    net, box, _ = random_case(seed, max_units=8)
    activations = list(net.activations)
    activations[rng.integers(net.depth)] = Activation("step")
    return Network.from_arrays(net.weights, net.biases, activations), box
