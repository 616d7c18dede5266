"""Networks with 2^L pieces on [0, 1]: the tent map composed with itself, in dyadic weights.

The tent map 2 x for x <= 1/2 and 2 - 2 x after it is 2 relu(x) - 4 relu(x - 1/2) on [0, 1], and 1 - |2 x - 1| with
one unit of Abs. L copies in a row make 2^L pieces (the construction behind Telgarsky 2016). All weights are
dyadic, so that the floats denote the construction itself and the exact count is of nothing else.
"""

from __future__ import annotations

import numpy as np

from leadlight.geometry import count_regions, max_regions, regions
from leadlight.network import Network
from leadlight.random_network import mlp
from leadlight.studies.page import Page

__all__ = ["UNIT", "count_pieces", "count_sawtooths", "sawtooth"]

UNIT = (0.0, 1.0)
SECTION = "Networks with exponentially many pieces"
BUILT = 12  # layers up to which the linear regions are built, not only the cells counted
RANDOM_NETWORKS = 40


def sawtooth(layers: int, activation: str = "relu") -> Network:
    """Return the tent map composed `layers` times: two ReLU units a layer, or one of Abs.

    Examples
    --------
    >>> sawtooth(2)([[0.125], [0.25], [0.5], [1.0]]).ravel().tolist()
    [0.5, 1.0, 0.0, 0.0]
    >>> len(regions(sawtooth(3, "abs"), UNIT))
    8
    """
    if activation == "abs":
        weights = [[[2.0]]] + [[[-2.0]]] * (layers - 1) + [[[-1.0]]]
        biases = [[-1.0]] + [[1.0]] * layers
    else:
        weights = [[[1.0], [1.0]]] + [[[2.0, -4.0], [2.0, -4.0]]] * (layers - 1) + [[[2.0, -4.0]]]
        biases = [[0.0, -0.5]] * layers + [[0.0]]
    return Network.from_arrays(weights, biases, activation=activation)


def count_pieces(net: Network) -> int:
    """Return the exact number of pieces on [0, 1]."""
    return int(count_regions(net, UNIT))


def count_sawtooths(page: Page, layers: int, sigma: float) -> dict[str, list[int]]:
    """Count both constructions and random networks up to `layers` layers; return the counts by name."""
    depths = list(range(1, layers + 1))
    counts: dict[str, list[int]] = {"two ReLU units a layer": [], "one Abs unit a layer": []}
    proven = True
    report = page.progress("counting sawtooths", layers)
    for depth in depths:
        for name, kind in zip(counts, ("relu", "abs")):
            found = count_regions(sawtooth(depth, kind), UNIT)
            counts[name].append(int(found))
            proven = proven and found.proven
        report(depth)
    random = {
        depth: [
            count_pieces(mlp(1, [2] * depth, 1, init="he_normal", bias=f"normal({sigma!r})", seed=seed))
            for seed in page.seed_sequence(f"narrow {depth}").spawn(RANDOM_NETWORKS)
        ]
        for depth in depths
    }
    page.claim(
        "two-to-the-layers",
        f"For every L up to {layers} the sawtooth of L layers has exactly $2^L$ cells on [0, 1], with two ReLU units a "
        "layer and with one Abs unit, proven.",
        proven and all(row == [2**depth for depth in depths] for row in counts.values()),
        {f"cells at L = {layers}: {name}": row[-1] for name, row in counts.items()} | {"proven": proven},
    )
    built = min(layers, BUILT)
    grid = np.arange(1, 2**built) / 2**built
    complexes = [regions(sawtooth(built, kind), UNIT) for kind in ("relu", "abs")]
    page.claim(
        "equal-pieces",
        f"At L = {built} each of these cells is a linear region of its own, and the breakpoints are exactly the "
        f"multiples of $2^{{-{built}}}$.",
        all(cx.n_linear_regions == 2**built and np.array_equal(cx.breakpoints, grid) for cx in complexes),
        {f"linear regions: {name}": cx.n_linear_regions for name, cx in zip(counts, complexes)},
    )
    bound = {name: int(max_regions([w] * layers, 1, kind)) for name, w, kind in
             zip(counts, (2, 1), ("relu", "abs"))}  # fmt: skip
    page.claim(
        "abs-reaches-its-bound",
        "With one Abs unit a layer no weights can do better: $2^L$ is the number of patterns. With two ReLU units the "
        "bound is $3^L$.",
        bound["one Abs unit a layer"] == counts["one Abs unit a layer"][-1]
        and bound["two ReLU units a layer"] == 3**layers,
        {f"bound at L = {layers}: {name}": value for name, value in bound.items()},
    )
    most = {depth: max(values) for depth, values in random.items()}
    page.claim(
        "chance-does-not-find-it",
        f"Of {RANDOM_NETWORKS} random networks of the same shape (He, normal biases) at each L none has more than N + "
        "1 = 2 L + 1 pieces.",
        all(value <= 2 * depth + 1 for depth, value in most.items()),
        {f"most at L = {depth}": most[depth] for depth in sorted({1, 5, 10, layers} & set(most))}
        | {f"mean at L = {layers}": float(np.mean(random[layers]))},
        must_hold=False,
    )
    return counts | {f"most of {RANDOM_NETWORKS} random networks": list(most.values())}
