"""The benchmark's correctness, not its times: every column trains what leadlight trains."""

import json
import subprocess
import sys
from dataclasses import replace
from importlib import import_module
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

import leadlight as ll
from operations import of_network
from side_by_side import ALTERNATIVES, agreement, missing
from workloads import WORKLOADS

BENCHMARKS = Path(__file__).parents[1] / "benchmarks"
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
def test_peak_memory_is_measured_in_its_own_process():
    command = [sys.executable, BENCHMARKS / "peak_memory.py", "W2"]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    found = json.loads(done.stdout)
    assert 0.0 <= found["peak"] < 100.0
    assert found["kept"] <= found["peak"]
