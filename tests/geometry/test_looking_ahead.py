"""Wide layers, in which the core decides units for many contexts at once: the cells must be those of narrow ones."""

import numpy as np
import pytest

from compiled_cells import areas, compare, count_compiled, enumerate_compiled, patterns
from degenerate_networks import KINDS, random_case
from leadlight import Activation, Network, mlp
from leadlight.geometry.reference import enumerate_cells

WIDTH = 132  # units a layer: enough for the last layer to be looked ahead to as well


def padded(net, rng, extreme):
    """The network with units added that never cut the boxes of `random_case`: on or off everywhere, to no effect."""
    weights, biases = [], []
    before = 2
    for layer, (w, b) in enumerate(zip(net.weights, net.biases)):
        n_out, n_in = w.shape
        wide = np.zeros((n_out if layer == net.depth else WIDTH, before))
        wide[:n_out, :n_in] = w
        offsets = b
        if layer < net.depth:
            more = WIDTH - n_out
            if not extreme:  # no more than 2^-300 times what these networks reach
                wide[n_out:, :n_in] = rng.integers(1, 2**20, (more, n_in)) * 2.0**-400
            offsets = np.r_[b, rng.choice([-1.0, 1.0], more) * rng.integers(500, 2000, more)]
        weights.append(wide)
        biases.append(offsets)
        before = len(offsets)
    activations = [
        act
        if act.n_units is None
        else Activation("prelu", np.r_[act.parameters, np.full(WIDTH - act.n_units, 0.5)])
        for act in net.activations
    ]
    return Network.from_arrays(weights, biases, activation=activations)


def _compare_seeds(seeds):
    for seed in seeds:
        net, box, kind = random_case(seed)
        wide = padded(net, np.random.default_rng(seed), kind == "extreme scales")
        narrow_cells, cells = enumerate_compiled(net, box), enumerate_compiled(wide, box)
        message = f"seed {seed} ({kind}), {net!r}"
        np.testing.assert_array_equal(cells["layer_counts"], narrow_cells["layer_counts"], err_msg=message)
        ours = [tuple(layer[: len(b)] for layer, b in zip(row, net.biases)) for row in patterns(wide, cells)]
        expected = patterns(net, narrow_cells)
        assert sorted(ours) == sorted(expected), message
        order, other = (sorted(range(len(p)), key=p.__getitem__) for p in (ours, expected))
        np.testing.assert_allclose(
            areas(cells)[order], areas(narrow_cells)[other], rtol=1e-7, atol=1e-12, err_msg=message
        )
        for key in ("vertices", "edges"):
            assert len(cells[key]) == len(narrow_cells[key]), message
        counted = count_compiled(wide, box)
        np.testing.assert_array_equal(counted["layer_counts"], cells["layer_counts"], err_msg=message)


@pytest.mark.parametrize("kind", KINDS)
def test_units_to_no_effect_change_no_cell(kind):
    _compare_seeds(range(list(KINDS).index(kind), 300, len(KINDS)))


@pytest.mark.long
def test_units_to_no_effect_change_no_cell_of_many_networks():
    _compare_seeds(range(300, 4000))


@pytest.mark.parametrize("activation", ["relu", "leaky_relu(0.1)", "abs", "step"])
@pytest.mark.parametrize("widths", [[40, 36, 40], [34, 130]])
def test_wide_networks_have_the_cells_of_the_oracle(widths, activation):
    net = mlp(2, widths, 1, activation=activation, init="torch", seed=5)
    box = [(-1, 0.5), (-0.5, 1)]
    found = enumerate_compiled(net, box, maps=True)
    compare(net, found, enumerate_cells(net, box))
    counted = count_compiled(net, box)
    np.testing.assert_array_equal(counted["layer_counts"], found["layer_counts"])


def test_maps_of_wide_networks_are_exact_up_to_their_bounds():
    net, box = mlp(2, [128, 128, 40], 2, init="torch", seed=6), [(-4, 4), (-4, 4)]
    found = enumerate_compiled(net, box, maps=True)
    starts, corners = found["cell_starts"], found["vertices"][found["cell_vertices"]]
    centres = np.add.reduceat(corners, starts[:-1]) / np.diff(starts)[:, None]
    values = (found["maps"] @ np.c_[centres, np.ones(len(centres))][:, :, None])[:, :, 0]
    np.testing.assert_allclose(values, net(centres), rtol=1e-11, atol=1e-12)
    assert (found["map_errors"] < 1e-9).all()


def test_the_same_cells_on_any_number_of_threads():
    net, box = mlp(2, [64, 64, 140], 1, init="torch", seed=7), [(-4, 4), (-4, 4)]
    one, *others = (enumerate_compiled(net, box, threads=n) for n in (1, 2, 3))
    for other in others:
        for key, value in one.items():
            np.testing.assert_array_equal(value, other[key], err_msg=key)
