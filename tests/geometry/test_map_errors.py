"""The bounds on the errors of affine maps, against exact maps: also where floats cancel to 0 or underflow."""

from fractions import Fraction

import numpy as np
import pytest

import leadlight as ll
from compiled_cells import check_map_errors
from degenerate_networks import SLOPES, random_case
from leadlight import Activation, Network

# Of these, floats were once 0 or denormal with a bound of 0: tiny weights, then huge ones; cancelling sums.
ONCE_WRONG = [70, 82, 238, 970, 1210, 1486, 1678, 2434, 3646]


def check_with_slopes(seed):
    net, box, _ = random_case(seed)
    rng = np.random.default_rng(seed)
    acts = tuple(Activation("prelu", rng.choice(SLOPES, width)) for width in net.widths)
    check_map_errors(Network(net.weights, net.biases, acts, net.output_activation), box)


@pytest.mark.parametrize("seed", [*ONCE_WRONG, *range(48)])
def test_maps_are_within_their_bounds(seed):
    check_map_errors(*random_case(seed, prelus=0.0)[:2])


@pytest.mark.parametrize("seed", range(24))
def test_maps_of_slopes_of_all_sizes_are_within_their_bounds(seed):
    check_with_slopes(seed)


def test_linear_parts_that_cancel_in_floats_are_not_taken_for_zero():
    """0.1 * 3 is rounded to the weight of the other unit; what is left after the subtraction comes out large."""
    net = Network.from_arrays(
        [[[3.0, 0.0], [0.1 * 3.0, 0.0]], [[1.0, -1.0]], [[2.0**60]]],
        [[-10.0, 10.0], [20.0], [0.0]],
        "leaky_relu(0.1)",
    )
    ((slope, _),), _ = ll.regions(net, [(-1, 1), (-1, 1)]).affine_map_exact(0)
    assert slope == (Fraction(0.1) * 3 - Fraction(0.1 * 3.0)) * 2**60
    assert abs(slope) > 10
    check_map_errors(net, [(-1, 1), (-1, 1)])


def test_where_all_units_of_an_output_are_off_its_map_is_its_bias():
    net = ll.mlp(2, [6, 6], 3, activation="relu", init="he_normal", bias="normal(0.5)", seed=3)
    readout = net.weights[-1] * (np.arange(6) == np.arange(3)[:, None])  # of one unit each
    readout[2] = 0.0
    net = net.with_parameters([*net.weights[:-1], readout], net.biases)
    cells = ll.regions(net, [(-3, 3), (-3, 3)])
    off = np.ones((len(cells), 3), dtype=bool)
    off[:, :2] = cells.patterns[:, 6:8] == 0
    assert off[:, :2].any()
    assert not off[:, :2].all()
    slopes, constants = cells.affine_maps()
    slope_errors, _ = cells.affine_map_errors()
    assert not slopes[off].any()
    np.testing.assert_array_equal(constants[off], np.broadcast_to(net.biases[-1], off.shape)[off])
    assert not slope_errors[off].any()
    check_map_errors(net, [(-3, 3), (-3, 3)])


@pytest.mark.long
@pytest.mark.parametrize("block", range(10))
def test_maps_of_many_networks_are_within_their_bounds(block):
    for seed in range(5000 + 300 * block, 5300 + 300 * block):
        check_map_errors(*random_case(seed)[:2])
        check_with_slopes(seed)
