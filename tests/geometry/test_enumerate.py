from fractions import Fraction

import numpy as np
import pytest

from compiled_cells import areas, arguments, compare, enumerate_compiled, patterns
from degenerate_networks import KINDS, random_case
from leadlight import Network, _core, mlp
from leadlight.geometry.reference import enumerate_cells

N_SEEDS = 300  # in every run of the tests, 25 of each kind
N_SEEDS_LONG = 10_000


@pytest.mark.parametrize("kind", KINDS)
def test_cells_corners_and_adjacency_are_those_of_the_oracle(kind):
    _compare_seeds(range(list(KINDS).index(kind), N_SEEDS, len(KINDS)))


@pytest.mark.long
@pytest.mark.parametrize("part", range(10))
def test_ten_thousand_networks_are_those_of_the_oracle(part):
    _compare_seeds(range(N_SEEDS + part, N_SEEDS + N_SEEDS_LONG, 10))


def _compare_seeds(seeds):
    for seed in seeds:
        net, box, kind = random_case(seed)
        try:
            compare(net, enumerate_compiled(net, box), enumerate_cells(net, box))
        except AssertionError as error:
            raise AssertionError(f"seed {seed} ({kind}), {net!r}") from error


def test_every_stage_of_the_predicates_is_needed():
    signs = sum(enumerate_compiled(*random_case(seed)[:2])["signs"] for seed in range(60))
    assert (signs > 0).all()


@pytest.mark.parametrize("seed", range(12))
def test_results_do_not_depend_on_the_number_of_threads(seed):
    net, box, _ = random_case(seed, max_units=48)
    one, *others = (enumerate_compiled(net, box, threads=n, maps=True, tree=True) for n in (1, 2, 3))
    for other in others:
        for key, value in one.items():
            np.testing.assert_array_equal(value, other[key], err_msg=key)


@pytest.mark.parametrize("activation", ["relu", "step"])
def test_networks_large_enough_for_subtrees_have_the_same_cells_on_any_number_of_threads(activation):
    net = mlp(2, [120, 36], 1, activation=activation, init="torch", seed=1)
    box = [(-8, 8), (-8, 8)]
    one, *others = (enumerate_compiled(net, box, threads=n, maps=True, tree=True) for n in (1, 2, 7))
    for other in others:
        for key, value in one.items():
            np.testing.assert_array_equal(value, other[key], err_msg=key)
    compare(net, one, enumerate_cells(net, box))


@pytest.mark.parametrize("activation", ["relu", "leaky_relu(0.1)"])
def test_deep_networks_need_no_more_than_floats(activation):
    # Bounds that only grew would be worthless after some ten layers.
    net = mlp(2, [6] * 14, 1, activation=activation, init="he_normal", seed=2)
    box = [(-3, 3), (-3, 3)]
    found = enumerate_compiled(net, box)
    compare(net, found, enumerate_cells(net, box))
    assert found["signs"][1:].sum() < 0.01 * found["signs"][0]


def test_a_vertex_where_the_determinant_overflows_is_as_near_as_it_says():
    net = Network.from_arrays([[[2.0**515, 0.0], [0.0, 2.0**515]], [[1.0, 1.0]]], [[3.0, 5.0], [0.0]])
    found = enumerate_compiled(net, [(-1, 1), (-1, 1)])
    (inside,) = np.flatnonzero(np.abs(found["vertices"]).max(axis=1) < 0.5)
    for at, bias in zip(found["vertices"][inside], (3, 5)):
        assert abs(Fraction(at) + Fraction(bias, 2**515)) <= Fraction(found["vertex_errors"][inside])


def test_a_cell_with_many_sides():
    # 45 lines that touch the unit circle: the cell in the middle has more sides than a mask has bits.
    angles = 2 * np.pi * (np.arange(45) + 0.3) / 45
    net = Network.from_arrays(
        [np.c_[np.cos(angles), np.sin(angles)], np.ones((1, 45))], [-np.ones(45), [0.0]]
    )
    box = [(-2, 2), (-2, 2)]
    found = enumerate_compiled(net, box)
    assert np.diff(found["cell_starts"]).max() == 45
    compare(net, found, enumerate_cells(net, box))


def test_a_domain_with_many_corners():
    angles = 2 * np.pi * np.arange(100) / 100
    corners = np.c_[np.cos(angles), np.sin(angles)]
    net = Network.from_arrays([[[1.0, 0.0], [0.0, 1.0]], [[1.0, 1.0]]], [[0.0, 0.25], [0.0]])
    found = enumerate_compiled(net, corners)
    assert found["n_cells"] == 4
    x, y = corners.T
    assert areas(found).sum() == pytest.approx(0.5 * (x @ np.roll(y, -1) - y @ np.roll(x, -1)), rel=1e-14)
    sides = found["edge_creases"][found["edges"][:, 1] < 0]
    assert set(sides.tolist()) == set(range(-100, 0))


def test_slivers_that_no_float_can_see_are_cells():
    # Two lines through (0, 1/3) with slopes that differ by 1e-60 of themselves, and one beside them.
    W = [[3.0, 1e-30], [3.0, 1.0000000000000002e-30], [1e-300, 0.0]]
    net = Network.from_arrays([W, [[1.0, 1.0, 1.0]]], [[-1.0, -1.0, -1e-301], [0.0]])
    box = [(0, 1), (-1, 1)]
    found = enumerate_compiled(net, box)
    expected = enumerate_cells(net, box)
    compare(net, found, expected)
    assert min(expected.areas) < Fraction(1, 10**40)


@pytest.mark.parametrize("seed", range(24))
def test_maps_are_exact_up_to_their_bounds(seed):
    net, box, _ = random_case(seed)
    _check_maps(net, box)


@pytest.mark.parametrize("activation", ["relu", "leaky_relu(0.1)", "abs", "hardtanh"])
def test_bounds_of_deep_networks_hold(activation):
    # from the fourth layer on they are kept for each unit
    net = mlp(2, [5] * 9, 2, activation=activation, init="he_normal", seed=3)
    box = [(-1, 1), (-1, 1)]
    compare(net, enumerate_compiled(net, box), enumerate_cells(net, box))
    _check_maps(net, box)


def _check_maps(net, box):
    found, expected = enumerate_compiled(net, box, maps=True), enumerate_cells(net, box)
    number = {pattern: i for i, pattern in enumerate(patterns(net, found))}
    for cell in expected.cells:
        i = number[cell.pattern]
        matrix, offset = cell.affine
        for j, (row, c) in enumerate(zip(matrix, offset)):
            a, b, constant = found["maps"][i, j].tolist()
            linear_error, constant_error = found["map_errors"][i, j].tolist()
            if not np.isfinite([linear_error, constant_error]).all():
                continue  # beyond the floats' range: no bound
            assert abs(Fraction(a) - row[0]) <= Fraction(linear_error)
            assert abs(Fraction(b) - row[1]) <= Fraction(linear_error)
            assert abs(Fraction(constant) - c) <= Fraction(constant_error)


def test_locate_finds_the_cell_of_each_point_or_says_where_it_is_in_doubt():
    net = mlp(2, [12, 12], 1, init="torch", seed=3)
    found = enumerate_compiled(net, [(-3, 3), (-3, 3)], tree=True)
    points = np.random.default_rng(0).uniform(-3, 3, (5000, 2))
    tree = (found["tree_lines"], found["tree_errors"], found["tree_children"])
    cells, doubtful = _core.locate_cells(*tree, points)
    assert (doubtful == -1).all()
    rows = [a.pieces.index(z) for a, z in zip(net.activations, net.preactivations(points))]
    ours = patterns(net, found)
    assert [ours[i] for i in cells] == [
        (tuple(p), tuple(q)) for p, q in zip(rows[0].tolist(), rows[1].tolist())
    ]

    vertex = found["vertices"][found["edges"][0, 2]][None]
    cells, doubtful = _core.locate_cells(*tree, vertex)
    assert cells[0] == -1
    assert doubtful[0] >= 0
    # From there on, on either side.
    for child in found["tree_children"][doubtful[0]]:
        _core.locate_cells(*tree, vertex, np.array([child], dtype=np.int32), 2)


def test_uncertified_cells_are_the_same_where_floats_do():
    net = mlp(2, [16, 16], 1, init="torch", seed=0)
    box = [(-5, 5), (-5, 5)]
    certified, plain = (enumerate_compiled(net, box, certified=c) for c in (True, False))
    np.testing.assert_array_equal(certified["patterns"], plain["patterns"])
    np.testing.assert_array_equal(certified["edges"], plain["edges"])
    assert plain["signs"][1:].tolist() == [0, 0]


@pytest.mark.parametrize("seed", range(120))
def test_uncertified_runs_end_on_degenerate_networks_too(seed):
    net, box, _ = random_case(seed)
    assert enumerate_compiled(net, box, certified=False)["n_cells"] >= 1


def test_without_edges_the_cells_are_the_same():
    net = mlp(2, [16, 8], 1, init="torch", seed=0)
    box = [(-5, 5), (-5, 5)]
    whole, cells = (enumerate_compiled(net, box, edges=e) for e in (True, False))
    np.testing.assert_array_equal(whole["patterns"], cells["patterns"])
    np.testing.assert_allclose(areas(whole), areas(cells), rtol=1e-6)
    assert "edges" not in cells


def test_a_network_without_hidden_layers_is_one_cell():
    net = Network.from_arrays([[[1.0, 2.0]]], [[3.0]], activation=[])
    found = enumerate_compiled(net, [(-1, 1), (-1, 1)], maps=True, tree=True)
    assert found["n_cells"] == 1
    assert found["maps"].tolist() == [[[1.0, 2.0, 3.0]]]
    assert found["layer_counts"].tolist() == [1]
    assert _core.locate_cells(
        found["tree_lines"], found["tree_errors"], found["tree_children"], np.zeros((2, 2))
    )[0].tolist() == [0, 0]


@pytest.mark.parametrize("activation", ["relu", "hardtanh"])
@pytest.mark.parametrize("factors", [(1.0,), (-1.0,), (2.0, -0.5, 1.0)])
def test_units_that_repeat_others_cost_no_arithmetic_and_cut_nothing_more(activation, factors):
    # their lines are those of the others, if their breakpoints are: only factors 1 and -1 where these are not at 0
    if activation == "hardtanh":
        factors = [np.sign(f) for f in factors]
    rng = np.random.default_rng(len(factors))
    weights = [rng.normal(size=(14, 2)), rng.normal(size=(10, 14)) / 3]
    biases = [rng.normal(size=14), rng.normal(size=10)]
    last = [rng.normal(size=(1, 10)), rng.normal(size=1)]
    distinct = Network.from_arrays([*weights, last[0]], [*biases, last[1]], activation)
    # Inputs from copies have weight 0, so that all else is as before; the order of units is mixed.
    orders = [rng.permutation(n * (1 + len(factors))) for n in (14, 10)]
    repeated_w, repeated_b = [], []
    n_in = np.arange(2)
    for w, b, order in zip(weights, biases, orders):
        wide = np.zeros((len(w), len(n_in)))
        wide[:, np.flatnonzero(n_in < w.shape[1])] = w[:, n_in[n_in < w.shape[1]]]
        repeated_w.append(np.concatenate([wide, *(f * wide for f in factors)])[order])
        repeated_b.append(np.concatenate([b, *(f * b for f in factors)])[order])
        n_in = order
    wide = np.zeros((1, len(n_in)))
    wide[:, np.flatnonzero(n_in < 10)] = last[0][:, n_in[n_in < 10]]
    repeated = Network.from_arrays([*repeated_w, wide], [*repeated_b, last[1]], activation)

    one, other = (enumerate_compiled(net, [(-3, 3), (-3, 3)]) for net in (distinct, repeated))
    assert other["signs"].tolist()[1:] == [0, 0] == one["signs"].tolist()[1:]
    np.testing.assert_array_equal(one["layer_counts"], other["layer_counts"])
    expected = {
        tuple(
            tuple(_piece_of_copy(row, unit, len(row), (1.0, *factors), activation) for unit in order)
            for row, order in zip(rows, orders)
        )
        for rows in patterns(distinct, one)
    }
    assert set(patterns(repeated, other)) == expected


def _piece_of_copy(row, unit, n, factors, activation):
    piece, highest = row[unit % n], 1 if activation == "relu" else 2
    return piece if factors[unit // n] > 0 else highest - piece


@pytest.mark.parametrize("max_cells", [1, 10, 500])
def test_a_limit_is_kept_to_the_cell_if_it_is_low(max_cells):
    net = mlp(2, [200], 1, init="torch", seed=0)
    found = enumerate_compiled(net, [(-5, 5), (-5, 5)], max_cells=max_cells)
    assert found["limit_reached"]
    assert max_cells < found["n_cells"] <= max_cells + max(1, max_cells // 64)


@pytest.mark.parametrize("threads", [1, 2])
def test_the_limit_stops_with_the_count_so_far(threads):
    net = mlp(2, [200], 1, init="torch", seed=0)
    found = enumerate_compiled(net, [(-5, 5), (-5, 5)], threads=threads, max_cells=3000)
    assert found["limit_reached"]
    assert 3000 < found["n_cells"] < 4000
    assert len(found["patterns"]) == 0


def test_an_exception_in_progress_stops_the_threads():
    net = mlp(2, [1000, 1000], 1, init="torch", seed=0)
    told = []

    def progress(cells):
        told.append(cells)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        enumerate_compiled(net, [(-50, 50), (-50, 50)], threads=2, progress=progress)
    assert len(told) == 1


@pytest.mark.parametrize(
    ("key", "value", "message"),
    [
        ("weights", np.zeros(3), "weights do not fit"),
        ("weights", np.full(9, np.nan), "finite"),
        ("widths", np.array([3, 2, 1], dtype=np.int32), "2 inputs"),
        ("corners", np.zeros((2, 2)), "3 corners"),
        ("pieces", np.array([0, 1], dtype=np.int32), "no such table"),
        ("breakpoints", np.zeros(0), "tables do not fit"),
    ],
)
def test_arrays_that_do_not_fit_are_refused(key, value, message):
    net = Network.from_arrays([np.eye(2), [[1.0, 1.0]]], [np.zeros(2), [0.0]])
    given = arguments(net, [(-1, 1), (-1, 1)])
    if key == "weights" and len(value) == 9:
        value = value[: len(given["weights"])]
    with pytest.raises(ValueError, match=message):
        _core.Problem(**{**given, key: value})


def test_the_earliest_unit_names_creases_that_coincide_in_a_cell_of_many_subtrees():
    # Units 0 and 2 of the first layer are equal, and on everywhere: a row on either makes the same line.
    n, rng = 80, np.random.default_rng(0)
    slopes, offsets = rng.integers(-64, 65, (n, 2)) / 64, rng.integers(-32, 33, n) / 32
    rows = np.zeros((2 * n, 3))
    rows[:n, :2] = slopes
    rows[n:, [2, 1]] = slopes
    bias = np.tile(offsets - 8 * slopes.sum(axis=1), 2)
    net = Network.from_arrays([[[1, 0], [0, 1], [1, 0]], rows, np.ones((1, 2 * n))], [[8, 8, 8], bias, [0]])
    found = enumerate_compiled(net, [(-1, 1), (-1, 1)])
    units = found["lines"][1, found["edge_creases"][found["edges"][:, 1] >= 0]]
    assert found["n_cells"] > 900
    assert (units < n).all()
