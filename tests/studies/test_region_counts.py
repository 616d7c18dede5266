"""region-counts: one small run of the whole, and each formula and construction against another way to it."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from scipy import integrate

from leadlight import mlp, regions, studies
from leadlight.geometry import count_regions, max_regions
from leadlight.geometry.reference import enumerate_cells
from leadlight.studies.region_counts import theory
from leadlight.studies.region_counts.families import (
    TORCH,
    WHOLE,
    even_widths,
    he,
    in_square,
    networks,
    on_line,
)
from leadlight.studies.region_counts.initial import exponent
from leadlight.studies.region_counts.noise import add_noise, swings
from leadlight.studies.region_counts.sawtooth import UNIT, count_pieces, sawtooth
from leadlight.studies.region_counts.training import snapshot_epochs

MUST_HOLD = {
    "depth-adds-nothing", "cones-have-no-scale", "cones-of-one-layer", "within-bounds", "two-to-the-layers",
    "equal-pieces", "abs-reaches-its-bound", "wide-theory",
}  # fmt: skip
FINDINGS = {
    "every-pair-crosses-once", "quadratic-he", "quadratic-torch", "depth-hardly-matters-he",
    "depth-hardly-matters-torch", "linear-along-a-line", "once-on-a-whole-line", "cones-grow-linearly",
    "training-keeps-the-order", "training-stays-quadratic", "memorising-takes-more", "chance-does-not-find-it",
    "small-noise-takes-no-pieces", "large-noise-takes-most",
}  # fmt: skip
SMALL = {
    "units": (16, 32, 64), "depths": (1, 2), "seeds": 8, "width": 6, "points": 10, "epochs": 60, "runs": 3,
    "layers": 6, "noise_layers": 5, "draws": 4,
}  # fmt: skip


class FakePage:
    """Only the seeds of a page."""

    def seed_sequence(self, label: str) -> np.random.SeedSequence:
        return np.random.SeedSequence([7, *label.encode()])


@pytest.fixture(scope="module")
def result():
    return studies.run("region-counts", **SMALL)


def test_what_must_hold_holds(result):
    assert result.status == "ok", result.traceback
    assert {c.name for c in result.claims if c.must_hold} == MUST_HOLD
    assert result.failing == ()
    assert {c.name for c in result.claims if not c.must_hold} == FINDINGS


def test_everything_is_there(result):
    assert {f.name for f in result.figures} == {
        "cells-against-units", "along-a-line", "cones", "training", "training-cells", "sawtooth", "sawtooth-counts",
    }  # fmt: skip
    assert {t.name for t in result.tables} == {"initial", "bounds", "training"}
    assert len(result.table("initial").rows) == 4
    assert len(result.derivations) == 2
    assert all(d.holds for d in result.derivations)
    assert len(result.answers) == 7
    assert len(result.limits) >= 4
    assert sum(len(f.content) for f in result.figures) < 1.5e6


def test_the_same_seed_gives_the_same_results_with_any_number_of_threads(result, monkeypatch):
    monkeypatch.setenv("OMP_NUM_THREADS", "2")
    assert studies.run("region-counts", **SMALL).to_json() == result.to_json()


def test_one_size_and_one_depth_are_enough():
    result = studies.run("region-counts", **{**SMALL, "units": (20,), "depths": (3,)})
    assert result.status == "ok", result.traceback
    assert not result.claim("quadratic-he").holds  # nothing was fitted
    assert "depth-adds-nothing" not in {c.name for c in result.claims}
    assert result.failing == ()


@pytest.mark.parametrize(("n", "depth"), [(20, 1), (20, 3), (7, 5)])
def test_units_are_shared_out_evenly(n, depth):
    widths = even_widths(n, depth)
    assert sum(widths) == n
    assert len(widths) == depth
    assert max(widths) - min(widths) <= 1


@pytest.mark.parametrize("law", [he(0.5), he(0.0), TORCH], ids=lambda law: law.name)
def test_a_law_draws_what_it_says(law):
    nets = networks(FakePage(), law, [100, 100], 20)  # type: ignore[arg-type]
    for layer, fan_in in ((0, 2), (1, 100)):
        weights = np.concatenate([net.weights[layer].ravel() for net in nets])
        biases = np.concatenate([net.biases[layer] for net in nets])
        assert fan_in * np.mean(weights**2) == pytest.approx(law.weight, rel=0.1)
        assert np.mean(biases**2) == pytest.approx(law.bias_variance(fan_in), rel=0.1)


def test_counts_are_the_enumerator_s():
    (net,) = networks(FakePage(), he(0.5), [5, 4], 1)  # type: ignore[arg-type]
    assert in_square(net, 1.0) == len(enumerate_cells(net, [(-1, 1), (-1, 1)]))
    line = np.linspace(-1, 1, 20_001)
    hidden = np.concatenate(net.hidden(np.stack([line, 0 * line], axis=1)), axis=1) > 0
    assert on_line(net, 1.0) == 1 + int((hidden[1:] != hidden[:-1]).any(axis=1).sum())


# the theory -------------------------------------------------------------------------------------------------


def test_one_line_meets_the_square_as_often_as_the_formula_says():
    rng = np.random.default_rng(0)
    lines = rng.standard_normal((100_000, 3)) * [1, 1, 0.5]
    meets = np.abs(lines[:, 2]) < np.abs(lines[:, :2]).sum(axis=1) * 1.5
    assert meets.mean() == pytest.approx(float(theory.line_meets_square(1.5, 0.5)), abs=0.006)


@pytest.mark.parametrize(("s", "t"), [(0.5, 0.5), (0.5, 2.0), (0.3, 0.6)])
def test_two_lines_cross_in_the_square_as_often_as_the_density_says(s, t):
    rng = np.random.default_rng(1)
    (a, b), (c, d) = rng.standard_normal((2, 2, 100_000))
    e, f = s * rng.standard_normal(100_000), t * rng.standard_normal(100_000)
    determinant = a * d - b * c
    inside = np.maximum(np.abs((b * f - d * e) / determinant), np.abs((c * e - a * f) / determinant)) < 1
    assert inside.mean() == pytest.approx(theory.share_of_pairs(1.0, s, t), abs=0.006)
    assert theory.share_in_plane(s, t) == pytest.approx(1.0)


def test_the_quadrature_is_fine_enough():
    s, t = 0.1, 0.3
    exact = integrate.dblquad(
        lambda y, x: 4 * float(theory.pair_density(x * x + y * y, s, t)), 0, 1, 0, 1, epsabs=1e-9
    )[0]
    assert theory.share_of_pairs(1.0, s, t) == pytest.approx(exact, rel=1e-6)
    assert theory.share_of_pairs(1.0, 0.1, 0.1) == pytest.approx(
        theory.crossing_in_square(1.0, 0.1), rel=1e-6
    )


@pytest.mark.parametrize("law", [he(0.5), TORCH], ids=lambda law: law.name)
def test_scales_are_those_of_wide_networks(law):
    widths = [200, 200, 200]
    points = np.array([[0.0, 0.0], [2.0, 0.0]])
    seeds = np.random.SeedSequence(3).spawn(100)
    nets = [mlp(2, widths, 1, init=law.init, bias=law.bias, seed=seed) for seed in seeds]
    for layer, s in enumerate(theory.scales(law, widths)):
        squares = np.mean([np.mean(net.preactivations(points)[layer] ** 2, axis=1) for net in nets], axis=0)
        # q(0) / q(x) = s^2 / (|x|^2 + s^2)
        assert squares[0] / squares[1] == pytest.approx(s**2 / (4 + s**2), rel=0.1)


def test_the_whole_plane_and_the_whole_line():
    for law in (he(0.5), TORCH):
        assert theory.pieces(law, [6, 6], 1e9) == pytest.approx(13)
    assert theory.cells(he(0.5), [12], 1e9) == pytest.approx(theory.all_pairs(12))
    (net,) = networks(FakePage(), he(0.5), [12], 1)  # type: ignore[arg-type]
    assert in_square(net, WHOLE) == theory.all_pairs(12) == int(max_regions([12], 2))


def test_the_theory_of_one_layer_is_the_mean():
    counts = [in_square(net, 0.7) for net in networks(FakePage(), he(0.3), [20], 400)]  # type: ignore[arg-type]
    error = np.std(counts, ddof=1) / np.sqrt(len(counts))
    assert abs(np.mean(counts) - theory.cells(he(0.3), [20], 0.7)) < 4 * error


def test_the_theory_of_two_wide_layers_is_nearly_the_mean():
    counts = [in_square(net, 1.0) for net in networks(FakePage(), TORCH, [60, 60], 40)]  # type: ignore[arg-type]
    assert np.mean(counts) == pytest.approx(theory.cells(TORCH, [60, 60], 1.0), rel=0.12)


def test_exponents():
    units = np.array([10, 30, 90])
    assert exponent(units, 5.0 * units**1.5) == pytest.approx(1.5)


# sawtooths --------------------------------------------------------------------------------------------------


def tent(x: Fraction, times: int) -> Fraction:
    for _ in range(times):
        x = 2 * x if x <= Fraction(1, 2) else 2 - 2 * x
    return x


@pytest.mark.parametrize("activation", ["relu", "abs"])
@pytest.mark.parametrize("layers", [1, 2, 5, 9])
def test_a_sawtooth_is_the_tent_map_iterated(layers, activation):
    net = sawtooth(layers, activation)
    assert net.widths == (2 if activation == "relu" else 1,) * layers
    x = [Fraction(k, 2**layers * 3) for k in range(3 * 2**layers + 1)]
    exact = [float(tent(v, layers)) for v in x]
    assert net(np.array([[float(v)] for v in x])).ravel() == pytest.approx(exact, abs=1e-9)
    line = regions(net, UNIT)
    assert len(line) == line.n_linear_regions == count_pieces(net) == 2**layers
    assert np.array_equal(line.breakpoints, np.arange(1, 2**layers) / 2**layers)


def test_deep_sawtooths_are_proven():
    found = count_regions(sawtooth(14), UNIT)
    assert (int(found), found.proven) == (2**14, True)


def test_no_noise_changes_nothing_and_much_noise_much():
    net = sawtooth(6)
    rng = np.random.default_rng(0)
    assert swings(add_noise(net, 0.0, rng)) == (64, 64)
    noisy = add_noise(net, 0.3, rng)
    assert not np.array_equal(noisy.biases[0], net.biases[0])
    assert swings(noisy)[1] < 32


def test_swings_are_passages_through_one_half():
    net = add_noise(sawtooth(5), 0.05, np.random.default_rng(2))
    x = np.linspace(0, 1, 200_001)
    above = net(x[:, None])[:, 0] > 0.5
    pieces, passages = swings(net)
    assert passages == int((above[1:] != above[:-1]).sum())
    assert pieces == len(regions(net, UNIT))


@pytest.mark.parametrize(
    ("epochs", "expected"), [(10, [0, 1, 2, 5, 10]), (300, [0, 1, 2, 5, 10, 20, 50, 100, 200, 300])]
)
def test_snapshots(epochs, expected):
    assert snapshot_epochs(epochs) == expected


@pytest.mark.long
def test_claims_at_the_default_sizes():
    result = studies.run("region-counts")
    assert result.failing == ()
    assert result.claim("wide-theory").must_hold
