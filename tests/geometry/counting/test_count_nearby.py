"""Counting by floats alone where few units are open: the cells must be those that are built."""

import os
import subprocess
import sys

import numpy as np
import pytest

from compiled_cells import count_compiled as count
from compiled_cells import enumerate_compiled
from leadlight import Network, _core, mlp

WIDTHS = [
    [24, 40],
    [130, 140],
    [64, 64, 64],
    [33, 130, 70],
    [96, 128, 130],
    [48, 40, 36, 40],
    [32, 64, 33, 48, 40],
]


def small_box(rng, size):
    x, y = rng.uniform(-0.5, 0.5, 2)
    return [(x - size, x + size), (y - size, y + size)]


def compare(net, box):
    built, counted = enumerate_compiled(net, box, edges=False), count(net, box)
    np.testing.assert_array_equal(counted["layer_counts"], built["layer_counts"])
    assert counted["proven"]
    return built, counted


@pytest.mark.parametrize("activation", ["relu", "leaky_relu(0.1)", "abs", "step", "leaky_relu(-0.5)"])
@pytest.mark.parametrize("widths", WIDTHS, ids=str)
def test_wide_layers_on_small_boxes(widths, activation):
    rng = np.random.default_rng(len(widths) + sum(widths))
    for seed in range(3):
        net = mlp(2, widths, 2, activation=activation, init="he_normal", bias="normal(0.5)", seed=seed)
        compare(net, small_box(rng, 1.6 / len(widths) ** 2))


def test_activations_that_differ_from_layer_to_layer():
    for seed, activations in enumerate(
        [["relu", "abs", "relu"], ["abs", "step", "leaky_relu(0.2)"], ["relu", "hardtanh", "relu"]]
    ):
        compare(mlp(2, [40, 48, 40], 1, activation=activations, seed=seed), [(-2, 1), (-1, 2)])


def test_fewer_signs_than_building_takes():
    net = mlp(2, [128, 128, 128], 1, init="he_normal", bias="normal(0.5)", seed=1)
    built, counted = compare(net, [(-0.5, 0.5), (-0.5, 0.5)])
    assert sum(counted["signs"]) < 0.85 * sum(built["signs"])


def last_lines(angles, offsets, n_cuts, n_layers, rng):
    """A ReLU network whose last units are zero on given lines of the box (-1, 1) x (-1, 1), but for what they bend.

    The first two units of each layer before hand x + 3 and y + 3 on; `n_cuts` others of each cut the box,
    and bend the lines a little.
    """
    weights, biases = [], []
    for layer in range(n_layers - 1):
        w, b = np.zeros((16, 16 if layer else 2)), np.full(16, -1.0)
        w[:2, :2], b[:2] = np.eye(2), 0.0 if layer else 3.0
        w[2 : 2 + n_cuts, :2] = rng.normal(size=(n_cuts, 2))
        b[2 : 2 + n_cuts] = rng.normal(size=n_cuts) / 4 - (
            w[2 : 2 + n_cuts, :2].sum(axis=1) * 3 if layer else 0
        )
        weights.append(w)
        biases.append(b)
    normals = np.stack([np.cos(angles), np.sin(angles)], axis=1)
    last = np.zeros((max(16, len(angles)), 16))
    last[: len(angles), :2] = normals
    last[: len(angles), 2 : 2 + n_cuts] = rng.normal(size=(len(angles), n_cuts)) * 2.0**-20
    b = np.full(len(last), -1.0)
    b[: len(angles)] = -offsets - 3 * normals.sum(axis=1)
    return Network.from_arrays([*weights, last, np.ones((1, len(last)))], [*biases, b, np.zeros(1)])


BOX = [(-1.0, 1.0), (-1.0, 1.0)]


@pytest.mark.parametrize("n_layers", [2, 3])
@pytest.mark.parametrize("n_cuts", [2, 3, 5])
@pytest.mark.parametrize("n_lines", [2, 5, 9])
def test_lines_that_all_cross_and_lines_that_never_do(n_lines, n_cuts, n_layers):
    rng = np.random.default_rng([n_lines, n_cuts, n_layers])
    turns = np.sort(rng.uniform(0, 2 * np.pi, n_lines))
    tangents = last_lines(turns, np.full(n_lines, 0.4), n_cuts, n_layers, rng)
    parallels = last_lines(np.full(n_lines, 0.3), np.linspace(-0.6, 0.6, n_lines), n_cuts, n_layers, rng)
    for net in (tangents, parallels):
        _, counted = compare(net, BOX)
        assert counted["signs"][1:] == (0, 0)  # so by floats alone


@pytest.mark.parametrize("n_layers", [2, 3])
@pytest.mark.parametrize("apart", [0.0, 2.0**-52, 2.0**-40, 2.0**-30])
def test_lines_that_meet_in_a_point_or_nearly_do(apart, n_layers):
    rng = np.random.default_rng(n_layers)
    for n_lines in (3, 4, 6):
        turns = rng.uniform(0, np.pi, n_lines)
        through = 0.2 * np.cos(turns) - 0.1 * np.sin(turns)  # (0.2, -0.1), to rounding
        compare(last_lines(turns, through + apart * rng.normal(size=n_lines), 3, n_layers, rng), BOX)
        turns = np.full(n_lines, 0.7)  # one line, or nearly so
        compare(last_lines(turns, 0.1 + apart * np.arange(n_lines), 3, n_layers, rng), BOX)


def degenerate(kind, rng, widths):
    """Networks in which signs are 0: counting by floats has to give up, and only there."""
    net = mlp(2, widths, 1, init="he_normal", bias="normal(0.5)", seed=rng.integers(2**31))
    weights, biases = [w.copy() for w in net.weights], [b.copy() for b in net.biases]
    if kind == "zero biases":
        biases = [np.zeros_like(b) for b in biases]
    elif kind == "integers":
        weights, biases = [np.round(4 * w) for w in weights], [np.round(4 * b) for b in biases]
    elif kind == "one point":  # every line of the first layer through it
        biases[0] = -weights[0] @ [0.25, -0.125]
    elif kind == "along one line":  # units of a later layer with one crease
        for v in (weights[1], biases[1]):
            v[1::2] = 3 * v[::2][: len(v[1::2])]
    elif kind == "three at a time":  # the third is the sum of two others, so they meet in points
        for v in (weights[-2], biases[-2]):
            v[2::3] = v[::3][: len(v[2::3])] + v[1::3][: len(v[2::3])]
    elif kind == "nearly so":  # and miss these points by less than floats tell
        for v, factor in ((weights[-2], 1.0), (biases[-2], 1 + 2.0**-48)):
            v[2::3] = (v[::3][: len(v[2::3])] + v[1::3][: len(v[2::3])]) * factor
    elif kind == "tiny":
        weights, biases = [w * 1e-30 for w in weights], [b * 1e-30 for b in biases]
    return Network.from_arrays(weights, biases)


KINDS = ["zero biases", "integers", "one point", "along one line", "three at a time", "nearly so", "tiny"]


@pytest.mark.parametrize("kind", KINDS)
def test_wide_degenerate_networks(kind):
    rng = np.random.default_rng(KINDS.index(kind))
    for widths in ([36, 36], [33, 36, 33], [36, 33, 36, 33]):
        for _ in range(4):
            compare(degenerate(kind, rng, widths), small_box(rng, 1.5 / len(widths)))


@pytest.mark.parametrize("kind", ["generic", *KINDS])
def test_units_of_the_last_layer_decided_in_advance_cut_nothing_where_floats_give_up(kind):
    rng = np.random.default_rng(200 + len(kind))
    for _ in range(2):
        compare(degenerate(kind, rng, [72, 64, 66]), small_box(rng, 0.7))


@pytest.mark.long
@pytest.mark.parametrize("kind", ["generic", *KINDS])
def test_many_wide_networks(kind):
    rng = np.random.default_rng(100 + len(kind))
    for _ in range(600):
        widths = rng.choice([16, 33, 48, 64, 130], rng.integers(2, 5)).tolist()
        compare(degenerate(kind, rng, widths), small_box(rng, rng.choice([0.02, 0.1, 0.25])))


@pytest.mark.parametrize("layer", [1, 2])
def test_units_that_change_sign_at_a_corner_of_the_box_to_rounding(layer):
    rng = np.random.default_rng(layer)
    for seed in range(20):
        net = mlp(2, [24, 36, 36][: layer + 1], 1, init="he_normal", bias="normal(0.5)", seed=seed)
        box = small_box(rng, 0.05)
        biases = [b.copy() for b in net.biases]
        for unit, corner in enumerate([(x, y) for x in box[0] for y in box[1]]):
            h = np.array(corner)
            for w, b in zip(net.weights[:layer], net.biases):
                h = np.maximum(w @ h + b, 0.0)
            biases[layer][unit] = -(net.weights[layer][unit] @ h)
        compare(Network.from_arrays(net.weights, biases), box)


@pytest.mark.parametrize("angle", [2.0**-12, 2.0**-20, 2.0**-28])
def test_units_that_change_sign_where_lines_cross_at_a_small_angle(angle):
    rng = np.random.default_rng(5)
    for seed in range(20):
        net = mlp(2, [24, 36], 1, init="he_normal", bias="normal(0.5)", seed=seed)
        box = small_box(rng, 0.05)
        weights, biases = [w.copy() for w in net.weights], [b.copy() for b in net.biases]
        for unit in range(4):
            point = rng.uniform([x for x, _ in box], [y for _, y in box])
            pair = slice(2 * unit, 2 * unit + 2)
            weights[0][pair] = weights[0][2 * unit] + angle * rng.normal(size=(2, 2))
            biases[0][pair] = -(weights[0][pair] @ point)
            h = np.maximum(weights[0] @ point + biases[0], 0.0)
            biases[1][unit] = -(weights[1][unit] @ h)
        compare(Network.from_arrays(weights, biases), box)


def test_the_same_on_any_number_of_threads():
    net = mlp(2, [64, 64, 140], 1, init="he_normal", bias="normal(0.5)", seed=2)
    one, *others = (count(net, [(-1, 1), (-1, 1)], threads=n) for n in (1, 2, 3))
    for other in others:
        for key, value in one.items():
            np.testing.assert_array_equal(value, other[key], err_msg=key)


def test_floats_taken_at_their_word_agree_on_a_generic_network():
    net, box = (
        mlp(2, [64, 64, 64], 1, init="he_normal", bias="normal(0.5)", seed=3),
        [(-0.3, 0.3), (-0.2, 0.4)],
    )
    assert count(net, box, certified=False)["n_cells"] == count(net, box)["n_cells"]


@pytest.mark.parametrize("level", _core.vector_levels())
def test_the_same_count_on_every_vector_level(level):
    program = (
        "import leadlight as ll; net = ll.mlp(2, [64, 64, 64], 1, init='he_normal', bias='normal(0.5)', seed=4);"
        "print(ll.count_regions(net, [(-0.5, 0.5), (-0.5, 0.5)]).layer_counts.tolist())"
    )
    environment = os.environ | {"LEADLIGHT_VECTOR_LEVEL": level}
    done = subprocess.run(
        [sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=True
    )
    net = mlp(2, [64, 64, 64], 1, init="he_normal", bias="normal(0.5)", seed=4)
    built = enumerate_compiled(net, [(-0.5, 0.5), (-0.5, 0.5)], edges=False)
    assert done.stdout.strip() == str(built["layer_counts"].tolist())
