"""Statistics of cells against numpy on the same numbers, the oracle's exact gradients, and sums over parts."""

from fractions import Fraction

import numpy as np
import pytest

import leadlight as ll
from degenerate_networks import KINDS, random_case
from leadlight.errors import ParameterError
from leadlight.geometry import Distribution, RegionStatistics
from leadlight.geometry.analysis import gradients
from leadlight.geometry.analysis.gradients import count_gradients
from leadlight.geometry.reference import enumerate_cells

NET = ll.mlp(2, [16, 16], 3, seed=0, init="he_normal", bias="normal(0.5)")
BOX = [(-2, 2), (-2, 2)]


@pytest.mark.parametrize("kind", KINDS)
def test_gradients_are_counted_as_by_exact_rational_numbers(kind):
    for seed in range(list(KINDS).index(kind) + 36_000, 36_048, len(KINDS)):
        net, box, _ = random_case(seed, max_units=9)
        expected = {cell.affine[0] for cell in enumerate_cells(net, box).cells}
        assert count_gradients(ll.regions(net, box)) == len(expected), seed


def test_gradients_that_floats_cannot_tell_apart_are_two():
    tiny = 2.0**-80
    net = ll.Network.from_arrays(
        [np.eye(2), [[1.0, tiny]], [[1.0]]], [[0, 0], [0], [0]], ["relu", "identity"]
    )
    cx = ll.regions(net, [(1, 2), (-1, 1)])  # x + tiny max(y, 0): gradients (1, 0) and (1, tiny)
    assert count_gradients(cx) == 2
    weights = [np.eye(2), [[1.0, 1.0]], [[1.0], [-1.0]], [[1.0, -1.0]]]
    longer = ll.Network.from_arrays(weights, [[0, 0], [1], [0, 0], [0]])
    assert count_gradients(ll.regions(longer, BOX)) == 4


def test_gradients_whose_floats_are_exact_need_no_other_numbers(monkeypatch):
    def refuse(cx, cells):
        raise AssertionError(f"{len(cells)} exact forward passes")

    monkeypatch.setattr(gradients, "_exact_jacobians", refuse)
    tooth = [[2.0, -4.0], [2.0, -4.0]]
    sawtooth = ll.Network.from_arrays(
        [[[1.0]] * 2, *[tooth] * 9, [[2.0, -4.0]]], [[0.0, -0.5]] * 10 + [[0.0]]
    )
    assert count_gradients(ll.regions(sawtooth, (0, 1))) == 2  # up and down
    flat = ll.Network.from_arrays([[[1.0], [-1.0], [1.0]], [[0.0, -0.0, 1.0]]], [[0.0, -1.0, 3.0], [0.0]])
    assert count_gradients(ll.regions(flat, (-5, 5))) == 2  # 0 and -0 are one


def test_a_complex_s_statistics_are_numpy_s():
    cx = ll.regions(NET, BOX)
    found = cx.statistics()
    norms = np.linalg.norm(cx.affine_maps()[0], ord=2, axis=(1, 2))
    for some, values in ((found.areas, cx.areas), (found.gradients, norms)):
        assert some.n == len(cx)
        np.testing.assert_allclose([some.minimum, some.maximum], [values.min(), values.max()], rtol=1e-12)
        np.testing.assert_allclose([some.mean(), some.std], [values.mean(), values.std()], rtol=1e-9)
        assert some.mean(by="area") == pytest.approx(np.average(values, weights=cx.areas))
        for q in (0.0, 0.1, 0.5, 0.93, 1.0):
            expected = np.quantile(values, q, method="inverted_cdf")
            assert some.quantile(q) == pytest.approx(expected, rel=1e-12)
            expected = np.quantile(values, q, method="inverted_cdf", weights=cx.areas)
            assert some.quantile(q, by="area") == pytest.approx(expected, rel=1e-12)
        for per_doubling in (1, 2, 4, 8):
            counts, edges = some.histogram(per_doubling)
            np.testing.assert_array_equal(counts, np.histogram(values, edges)[0])
            np.testing.assert_allclose(edges[1:] / edges[:-1], 2.0 ** (1 / per_doubling))
            by_area = some.histogram(per_doubling, by="area")[0]
            np.testing.assert_allclose(by_area, np.histogram(values, edges, weights=cx.areas)[0], atol=1e-12)
            assert counts[0] > 0 < counts[-1]
    assert found.sides.tolist() == np.bincount([len(p) for p in cx.polygons()]).tolist()
    assert found.mean_sides == pytest.approx(np.mean([len(p) for p in cx.polygons()]))
    assert found.n_gradients <= cx.n_linear_regions


def test_parts_add_up_to_the_whole():
    cx = ll.regions(NET, BOX)
    rng = np.random.default_rng(0)
    values, weights = np.exp2(rng.normal(size=2000) * 9), rng.uniform(size=2000)
    values[rng.integers(2000, size=40)] = 0.0
    whole = Distribution.of(values, weights)
    for cuts in ([700], [0, 3, 1999], [2000]):
        parts = [Distribution.of(v, w) for v, w in zip(np.split(values, cuts), np.split(weights, cuts))]
        both = sum(parts, Distribution.empty())
        assert (both.n, both.n_zero, both.first_bin) == (whole.n, whole.n_zero, whole.first_bin)
        np.testing.assert_array_equal(both.bin_counts, whole.bin_counts)
        np.testing.assert_allclose(both.bin_weights, whole.bin_weights)
        np.testing.assert_allclose([both.mean(), both.std], [values.mean(), values.std()])
        q = np.linspace(0, 1, 21)
        np.testing.assert_allclose(
            both.quantile(q), np.quantile(values, q, method="inverted_cdf"), rtol=0.091
        )
    total = RegionStatistics.of(cx) + RegionStatistics.empty(2) + RegionStatistics.of(cx)
    assert total.n_cells == 2 * len(cx)
    np.testing.assert_array_equal(total.sides, 2 * np.bincount(cx.n_corners))
    assert total.areas.median == pytest.approx(cx.statistics().areas.median, rel=0.091)
    assert total.n_gradients is None


def test_a_small_spread_beside_a_large_mean_is_not_lost_in_parts():
    values = 1e6 + np.random.default_rng(0).normal(size=1000)
    parts = [Distribution.of(part, np.ones(len(part))) for part in np.split(values, [10, 11, 700])]
    both = parts[0] + parts[1] + parts[2] + parts[3]
    assert both.std == pytest.approx(values.std(), rel=1e-9)
    far = Distribution.of(np.array([1e300]), np.ones(1))
    assert (parts[0] + far).std == np.inf


def test_bins_hold_their_lower_edges():
    edges = np.ldexp(2.0 ** (np.arange(8) / 8), np.arange(8) - 3)
    for value in [*edges.tolist(), 5e-324, 1e308, np.inf]:
        some = Distribution.of(np.array([value]), np.ones(1))
        (count,), (low, high) = some.histogram(8)
        assert count == 1
        assert low <= value
        assert value < high or value in (np.inf, 5e-324)  # no floats between

        below = Distribution.of(np.array([np.nextafter(value, 0)]), np.ones(1))
        assert value in (np.inf, 5e-324, 1e308) or below.first_bin == some.first_bin - 1


def test_lengths_on_an_interval_and_steep_slopes():
    net = ll.Network.from_arrays([[[1.0], [1.0]], [[2.0, -2.0]]], [[1.0, -1.0], [0.0]])
    found = ll.regions(net, (-4, 4)).statistics()  # 0 up to -1, slope 2 up to 1, 0 from there
    assert found.areas.values.tolist() == [2.0, 3.0, 3.0]
    assert found.gradients.values.tolist() == [0.0, 0.0, 2.0]
    assert (found.n_gradients, found.gradients.n_zero) == (2, 2)
    assert found.gradients.mean(by="area") == 0.5
    assert found.sides.tolist() == [0, 0, 3]
    assert "3 cells" in str(found)
    assert "length" in repr(found)


def test_slivers_count_as_zero_and_nothing_is_lost():
    W = [[3.0, 1e-30], [3.0, 1.0000000000000002e-30]]
    cx = ll.regions(ll.Network.from_arrays([W, [[1.0, 1.0]]], [[-1.0] * 2, [0.0]]), [(0, 1), (-1, 1)])
    found = cx.statistics()
    assert found.areas.n_zero == sum(cx.area_exact(i) < Fraction(1, 10**30) for i in range(len(cx))) > 0
    assert found.areas.n_zero + found.areas.histogram()[0].sum() == len(cx)


def test_what_does_not_fit_gets_one_sentence():
    found = ll.regions(NET, BOX).statistics()
    with pytest.raises(ParameterError, match="per_doubling was 3"):
        found.areas.histogram(3)
    with pytest.raises(ParameterError, match="'cell' or 'area'"):
        found.areas.mean(by="volume")
    with pytest.raises(ParameterError, match="0 to 1"):
        found.areas.quantile(1.5)
    with pytest.raises(ParameterError, match="no statistics together"):
        found + RegionStatistics.empty(1)
    assert np.isnan(Distribution.empty().mean())
    assert np.isnan(Distribution.empty().quantile([0.5, 0.9])).all()
