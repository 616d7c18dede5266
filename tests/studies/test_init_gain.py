"""init-gain: the theory against brute force, the exact values of the sheet, and one tiny run of the whole."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

import leadlight as ll
from leadlight import studies
from leadlight.studies.init_gain.signal import gradient_growth, propagate
from leadlight.studies.init_gain.sweep import SIZES, GainSweep
from leadlight.studies.init_gain.theory import (
    backward_factors,
    chi,
    critical_line,
    fixed_point,
    forward_factors,
    length_map,
)


@pytest.fixture(scope="module")
def result():
    return studies.run(
        "init-gain", gains=3, seeds=2, images=512, depth=12, width=60, networks=2, points=5, seed=1
    )


def test_the_study_runs_and_what_must_hold_holds(result):
    assert result.status == "ok"
    exact = {"gain-formula", "leaky-gain", "tanh-gain-differs", "second-moment", "tapering-factors"}
    held = {claim.name: claim.holds for claim in result.claims}
    assert exact <= held.keys()
    assert all(held[name] for name in exact)


def test_everything_the_sheet_asks_for_is_there(result):
    assert {f.name for f in result.figures} == {"fifty-layers", "phase-diagram", "accuracy-against-gain"}
    assert len(result.derivations) == 2
    assert all(d.holds for d in result.derivations)
    assert len(result.mends) == 4
    assert len(result.answers) == 1
    assert len(result.limits) == 3
    gains = next(t for t in result.tables if t.name == "gains")
    assert len(gains.rows) == 12
    by_name = {row[0]: row for row in gains.rows}
    assert by_name["tanh"][3] == pytest.approx(5 / 3)
    assert by_name["leaky_relu(0.1)"][1] == pytest.approx(1.407, abs=5e-4)


def test_given_images_are_trained_on(tmp_path):
    rng = np.random.default_rng(0)
    for part, n in (("train", 10), ("val", 3)):
        for name in ("lynx", "otter"):
            folder = tmp_path / part / name
            folder.mkdir(parents=True)
            for i in range(n):
                Image.fromarray(rng.integers(0, 256, (32, 32, 3), dtype=np.uint8)).save(folder / f"{i}.png")
    result = studies.run(
        "init-gain", data=tmp_path, gains=3, seeds=2, depth=10, width=20, networks=2, points=5
    )
    assert result.status == "ok"
    assert (
        "20 images that were given for training and 6 for validation, of the classes lynx and otter"
        in result.method
    )
    assert "gives 50.0" in result.table("accuracy").caption  # chance


def test_the_critical_line_has_chi_one_and_its_points_are_fixed_points():
    tanh = ll.activation("tanh")
    sigma_w, sigma_b = critical_line(tanh, np.geomspace(0.01, 2.0, 7))
    assert len(sigma_w) == 7
    for w, b in zip(sigma_w, sigma_b):
        q = fixed_point(tanh, w, b, start=3.0)
        assert length_map(tanh, q, w, b) == pytest.approx(q, rel=1e-9)
        assert chi(tanh, w, q) == pytest.approx(1.0, abs=1e-3)


def test_critical_line_starts_at_one_without_biases():
    sigma_w, sigma_b = critical_line(ll.activation("tanh"), [1e-8])
    assert sigma_w[0] == pytest.approx(1.0, abs=1e-6)
    assert sigma_b[0] == pytest.approx(0.0, abs=1e-3)


def test_relu_above_its_gain_has_no_fixed_point_and_below_it_has():
    relu = ll.activation("relu")
    assert fixed_point(relu, 1.5, 0.1) == float("inf")
    # q = sigma_w^2 q / 2 + sigma_b^2
    assert fixed_point(relu, 1.0, 0.5) == pytest.approx(0.25 / 0.5, rel=1e-9)


def test_factors_of_the_tapering_network():
    leaky = ll.activation("leaky_relu(0.1)")
    assert [round(f, 2) for f in forward_factors(SIZES, leaky, leaky.gain)] == [1.92, 1.33, 1.33, 1.83]
    back = backward_factors(SIZES, leaky, leaky.gain)
    forward = forward_factors(SIZES, leaky, leaky.gain)
    # for a leaky ReLU E[phi^2] = E[phi'^2], so the two factors of a layer add up to 2
    assert np.add(back, forward) == pytest.approx([2.0] * 4)


def test_propagated_gradients_are_those_of_the_network():
    """The backward pass against the exact Jacobian of the same network built as a `Network`."""
    depth, width = 3, 5
    rng = np.random.default_rng(3)
    signals = propagate(ll.activation("tanh"), depth, width, 1.3, 0.2, rng, batch=4)
    again = np.random.default_rng(3)
    x = again.standard_normal((4, width))
    weights, biases = [], []
    for _ in range(depth):
        weights.append(again.standard_normal((width, width)) * (1.3 / np.sqrt(width)))
        biases.append(0.2 * again.standard_normal(width))
    g = again.standard_normal((4, width))
    net = ll.Network.from_arrays(weights, biases, activation="tanh", output_activation="tanh")
    back = np.einsum("no,noi->ni", g, net.jacobian(x))
    assert signals.forward[-1] == pytest.approx(np.mean(net(x) ** 2))
    assert signals.backward[0] == pytest.approx(np.mean(back**2) / np.mean(g**2))


def test_growth_of_gradients_in_wide_networks_is_chi():
    phi = ll.activation("leaky_relu(0.1)")
    runs = [propagate(phi, 10, 200, 1.2, 0.1, np.random.default_rng(k)) for k in range(4)]
    assert gradient_growth(runs, 0) == pytest.approx(1.2**2 * 1.01 / 2, rel=0.05)


def test_best_gain_of_a_sweep_with_a_clear_winner():
    test = np.array([[10.0, 11.0, 9.0], [50.0, 52.0, 49.0], [30.0, 31.0, 33.0]])
    sweep = GainSweep(np.array([0.1, 1.0, 2.0]), test, test, 0)
    assert sweep.best().tolist() == [1.0, 1.0, 1.0]
    assert sweep.best_of_mean(np.random.default_rng(0)) == (1.0, 1.0, 1.0)


@pytest.mark.long
def test_mean_field_claims_hold_at_the_default_sizes():
    result = studies.run("init-gain", gains=3, seeds=2, images=512)
    held = {claim.name: claim.holds for claim in result.claims if claim.must_hold}
    assert all(held.values()), held
