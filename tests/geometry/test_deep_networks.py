"""Deep networks, whose forms are made anew from double-doubles on the way: against the oracle, and within bounds."""

import os
import subprocess
import sys

import numpy as np
import pytest

from compiled_cells import check_map_errors, compare, enumerate_compiled, patterns
from deep_networks import CASES, deep_network
from leadlight import Network, _core
from leadlight.geometry.reference import enumerate_cells

LARGEST_BOUND = 300  # of a map, beside its numbers; without new forms it would be 1e5 times that


def compare_with_oracle(net, half_width):
    domain = [(-half_width, half_width)] * 2
    found = enumerate_compiled(net, domain, maps=True)
    compare(net, found, enumerate_cells(net, domain))
    return found


@pytest.mark.parametrize(("act", "width", "depth", "gain", "half_width"), CASES)
def test_cells_are_those_of_the_oracle_and_maps_keep_their_digits(act, width, depth, gain, half_width):
    found = compare_with_oracle(deep_network(act, width, depth, gain), half_width)
    assert found["n_cells"] > 10
    assert found["map_errors"][:, :, 0].max() <= LARGEST_BOUND * np.abs(found["maps"][:, :, :2]).max()


@pytest.mark.parametrize(("act", "width", "depth", "gain", "half_width"), CASES[2:])
def test_exact_maps_are_within_their_bounds(act, width, depth, gain, half_width):
    check_map_errors(deep_network(act, width, depth, gain), [(-half_width, half_width)] * 2)


def test_deeper_than_double_doubles_reach():
    """Bounds in vectors are too large at last, then those of forms made one by one, and exact numbers decide."""
    found = compare_with_oracle(deep_network("leaky_relu(0.5)", 12, 84, 1.6), 0.05)
    assert found["n_cells"] > 10
    assert found["signs"][2] > 0


@pytest.mark.parametrize("scale", [1e30, 1e-30, 2.0**450, 2.0**-450])
def test_weights_of_other_sizes_have_the_same_cells(scale):
    """The last two are out of the range of the forms made anew: other means decide."""
    act, width, depth, gain, half_width = CASES[3]
    found = compare_with_oracle(deep_network(act, width, depth, gain, scale=scale), half_width)
    assert found["n_cells"] > 10


def test_a_unit_counted_twice_is_one_line_at_any_depth():
    """Each unit is there twice, the second time with the other sign below: all decided exactly."""
    plain = deep_network("leaky_relu(0.5)", 4, 20, 1.6)
    doubled = Network.from_arrays(
        [
            np.repeat(w, 2, axis=0) if i == 0 else np.repeat(np.repeat(w, 2, axis=0), 2, axis=1) / 2
            for i, w in enumerate(plain.weights[:-1])
        ]
        + [np.repeat(plain.weights[-1], 2, axis=1) / 2],
        [np.repeat(b, 2) for b in plain.biases[:-1]] + [plain.biases[-1]],
        "leaky_relu(0.5)",
    )
    domain = [(-0.5, 0.5)] * 2
    once, twice = enumerate_compiled(plain, domain), enumerate_compiled(doubled, domain)
    assert once["n_cells"] == twice["n_cells"] > 10
    np.testing.assert_array_equal(once["layer_counts"], twice["layer_counts"])
    assert [tuple(tuple(np.repeat(layer, 2)) for layer in row) for row in patterns(plain, once)] == patterns(
        doubled, twice
    )


@pytest.mark.parametrize("depth", [6, 12])
def test_a_sawtooth_of_integer_weights_has_all_its_teeth(depth):
    """Telgarsky's: two units a layer, 2^depth pieces along each line in x, all exact."""
    first = [[2.0, 0.0], [4.0, 0.0]]
    weights = [first] + [[[2.0, -2.0], [4.0, -4.0]]] * (depth - 1) + [[[1.0, -1.0]]]
    biases = [[0.0, -2.0]] * depth + [[0.0]]
    net = Network.from_arrays(weights, biases, "relu")
    found = enumerate_compiled(net, [(0, 1), (0, 1)])
    assert found["n_cells"] == 2**depth


DIGEST = """
import hashlib
from compiled_cells import enumerate_compiled
from deep_networks import CASES, deep_network
for act, width, depth, gain, half_width in CASES:
    found = enumerate_compiled(deep_network(act, width, depth, gain), [(-half_width, half_width)] * 2)
    print(hashlib.sha256(found["patterns"].tobytes() + found["edges"].tobytes()).hexdigest())
"""


@pytest.mark.parametrize("level", _core.vector_levels()[:-1])
def test_every_vector_level_finds_the_same_cells(level):
    assert digests(level) == digests(_core.vector_levels()[-1])


def digests(level):
    environment = os.environ | {"LEADLIGHT_VECTOR_LEVEL": level, "PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run(
        [sys.executable, "-c", DIGEST], env=environment, capture_output=True, text=True, check=True
    )
    return done.stdout.split()


@pytest.mark.long
@pytest.mark.parametrize("seed", range(40))
def test_many_deep_networks_are_those_of_the_oracle(seed):
    act, width, depth, gain, half_width = CASES[seed % len(CASES)]
    compare_with_oracle(deep_network(act, width, depth, gain, seed=100 + seed), half_width)
