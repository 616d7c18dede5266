"""The benchmarks' correctness, not their times: every column trains, or takes apart, what leadlight does."""

import json
import platform
import subprocess
import sys
from dataclasses import replace
from importlib import import_module
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

import leadlight as ll
import region_times
from networks import NETWORKS, he_network
from operations import of_network
from peak_memory import in_fresh_process
from side_by_side import ALTERNATIVES, agreement, missing
from tables import Report
from workloads import WORKLOADS

BENCHMARKS = Path(__file__).parents[1] / "benchmarks"
needs_regioncam = pytest.mark.skipif(
    (sys.platform, platform.machine()) != ("linux", "x86_64"),
    reason="regioncam is asked for on Linux x86-64 only",
)
INSTALLED = [key for key in ALTERNATIVES if not missing(key)]


def small(name, epochs):
    """A workload's first runs and epochs."""
    work = WORKLOADS[name]()
    return replace(work, nets=work.nets[:2], rates=work.rates[:2], epochs=epochs)


def column(key, work):
    module, kind, _ = ALTERNATIVES[key]
    return getattr(import_module(module), kind)(work)


def test_what_the_tests_need_is_installed():
    assert set(INSTALLED) >= {"loop", "stacked", "sklearn"}  # jax is an extra of the benchmarks


def test_a_missing_package_is_named(monkeypatch):
    monkeypatch.setitem(ALTERNATIVES, "other", ("alternatives.other", "Other", "package_that_nobody_has"))
    assert missing("other") == "package_that_nobody_has"


@pytest.mark.parametrize("name", WORKLOADS)
@pytest.mark.parametrize("key", INSTALLED)
def test_a_column_trains_the_same(key, name):
    work = small(name, epochs=2)
    other = column(key, work)
    assert other.measure(0.0) > 0.0
    taken = ~np.isnan(other.losses)
    assert taken[0].any()
    if key in ("stacked", "jax"):
        assert taken.all()
    assert agreement(name, work, {key: other})[key] <= other.tolerance


def test_a_column_that_trains_something_else_is_not_timed():
    work = small("W2", epochs=2)
    other = column("loop", work)
    other.measure(0.0)
    other.losses[0, 0] += 1e-3
    with pytest.raises(SystemExit, match=r"W2: the losses of PyTorch loop and leadlight differ by"):
        agreement("W2", work, {"loop": other})
    other.losses[0, 0] = np.inf
    with pytest.raises(SystemExit, match=r"differ by"):
        agreement("W2", work, {"loop": other})


def test_scikit_learn_is_dealt_the_orders_of_a_run():
    from sklearn.utils import shuffle

    from alternatives.sklearn_mlp import Dealer

    dealer, index = Dealer(3, 11, epochs=4), np.arange(11)
    for epoch in range(4):
        index = shuffle(index, random_state=dealer)
        np.testing.assert_array_equal(index, ll.training.order((0, 3), epoch, 11))


def test_multiply_adds_are_those_of_written_out_loops():
    net = ll.mlp(3, [5, 4], 2, activation="sigmoid", seed=0)
    sizes = (3, 5, 4, 2)
    count = 0
    for layer, (n_in, n_out) in enumerate(pairwise(sizes)):
        for _ in range(n_out):
            for i in range(n_in + 1):
                count += i < n_in  # z += w x
                count += i < n_in and layer > 0  # gradient by x += w d
                count += 1  # gradient by w or b += d x
    assert of_network(net, "cross_entropy") == (count, 9 + 3)
    assert of_network(net, "mse") == (count, 9)


def test_the_script_writes_what_it_measured(tmp_path):
    path = tmp_path / "figures.json"
    command = [sys.executable, BENCHMARKS / "training.py", "W2", "--columns", "loop", "--levels"]
    command += ["--repeats", "1", "--seconds", "0.01", "--json", path]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    assert "| W2 | 22,000 |" in done.stdout
    content = json.loads(path.read_text())
    assert set(content) == {"workloads", "missed"}
    (level,) = set(content["workloads"]["W2"]) - {"two_threads"}
    assert content["workloads"]["W2"][level]["loop"]["disagreement"] < 1e-5


def test_the_script_refuses_a_workload_that_is_none():
    command = [sys.executable, BENCHMARKS / "training.py", "W7"]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    assert done.returncode == 2
    assert "no workload W7: there are W1, W2, W3, W4, W5, W6." in done.stderr


@pytest.mark.skipif(sys.platform != "linux", reason="the high-water mark is read from Linux's /proc")
@pytest.mark.parametrize(
    "arguments", [("W2",), ("N3", "leadlight"), pytest.param(("N3", "regioncam"), marks=needs_regioncam)]
)
def test_peak_memory_is_measured_in_its_own_process(arguments):
    found = in_fresh_process(*arguments)
    assert 0.0 <= found["peak"] < 100.0
    assert found["kept"] <= found["peak"] + 0.5  # the kernel counts pages of a thread in batches
    if len(arguments) == 2:  # what is kept has to hold the cells at least
        assert found["kept"] > 0.1


def test_networks_are_torch_s_own_from_its_seed():
    import torch

    torch.manual_seed(0)
    state = torch.get_rng_state()
    module = torch.nn.Sequential(torch.nn.Linear(2, 20), torch.nn.ReLU(), torch.nn.Linear(20, 1))
    assert NETWORKS["N1"].network().equals(ll.Network.of(module))
    torch.set_rng_state(state)
    drawn = [torch.randn(3, 2).numpy(), torch.randn(3).numpy() * 0.5]
    net = he_network((2, 3, 1))
    np.testing.assert_array_equal(net.weights[0], drawn[0])
    np.testing.assert_array_equal(net.biases[0], drawn[1])


@needs_regioncam
@pytest.mark.parametrize("name", ["N1", "N2", "N3"])
def test_regioncam_is_given_the_same_network(name):
    from alternatives.regioncam_complex import RegioncamComplex

    case = NETWORKS[name]
    cx = ll.regions(case.network(), case.domain)
    other = RegioncamComplex(case.network(), case.half_width).build()
    vertices, patterns, faces = other.read()
    assert other.n_cells == len(cx) == case.n_cells
    assert len(vertices) == len(cx.vertices)
    assert len(faces) == len(cx.edges)
    assert set(map(bytes, patterns.astype(np.uint8))) == set(map(bytes, cx.patterns))
    between = sum(left is not None and right is not None for left, right in faces)
    assert 2 * between == cx.adjacency().nnz


@needs_regioncam
def test_regions_are_timed_only_where_the_counts_are_known():
    case = NETWORKS["N1"]
    times = region_times.measure(case, 1, 0.0)
    assert times.n_cells == times.regioncam_cells == times.same_patterns == 185
    assert min(times.certified, times.uncertified, times.regioncam, times.reading) > 0.0
    with pytest.raises(
        SystemExit, match="N1: leadlight counts 185 cells and 185 linear regions, known are 184"
    ):
        region_times.measure(replace(case, n_cells=184), 1, 0.0, against=False)
    with pytest.raises(SystemExit, match="N1: leadlight counts 185 cells"):
        region_times.measure(replace(case, n_linear_regions=180), 1, 0.0, against=False)
    cx = ll.regions(case.network(), case.domain)
    with pytest.raises(SystemExit, match="N1: regioncam counts 186 cells, known are 185"):
        region_times.check_counts(case, cx, 186)
    region_times.check_counts(replace(case, regioncam_cells=184), cx, 184)  # a difference that is documented


def test_a_missed_floor_is_told():
    report = Report(networks={})
    assert report.check("speed", 15.0, 15) == "15"
    assert report.limit("cost", 1.5, 1.5) == "1.5"
    assert not report.missed
    assert report.check("speed", 14.9, 15) == "15 MISSED"
    assert report.limit("cost", 1.6, 1.5) == "1.5 MISSED"
    assert report.content["missed"] == ["speed: 14.9, floor 15", "cost: 1.6, at most 1.5"]


def test_the_script_of_regions_writes_what_it_measured(tmp_path):
    path = tmp_path / "figures.json"
    command = [sys.executable, BENCHMARKS / "regions.py", "N1", "N2", "--quick", "--repeats", "1"]
    done = subprocess.run([*command, "--json", path], check=True, capture_output=True, text=True)
    assert "| N1 | 185 |" in done.stdout
    assert "| 2-1000-1 | " in done.stdout
    assert "| write SVG | 103,448 |" in done.stdout
    content = json.loads(path.read_text())
    assert set(content) == {"networks", "counting", "use", "missed"}
    assert content["networks"]["N2"]["times"]["n_cells"] == 81
    assert content["use"]["locate"] > 0.0


def test_the_script_of_regions_refuses_a_network_that_is_none():
    command = [sys.executable, BENCHMARKS / "regions.py", "W1"]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    assert done.returncode == 2
    assert "no network W1: there are N1, N2, N3, N4, N5, N6." in done.stderr
