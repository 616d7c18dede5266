"""The memory of a stream, which under a sanitizer would be that of the sanitizer."""

import subprocess
import sys

import pytest

import leadlight as ll

MEASURE = """
import sys
import leadlight as ll

def peak():  # MB; the resident set's high-water mark of this process alone
    lines = open("/proc/self/status").read().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) / 1024

def run(units):
    net = ll.mlp(2, [units], 1, init="he_normal", bias="normal(0.5)", seed=0)
    return sum(len(batch) for batch in ll.iter_regions(net, [(-3, 3), (-3, 3)], threads=2))

run(10)
start = peak()
"""


def measured(lines):
    ran = subprocess.run([sys.executable, "-c", MEASURE + lines], capture_output=True, text=True, check=True)
    return [float(word) for word in ran.stdout.split()]


def test_memory_does_not_grow_with_the_number_of_cells():
    start, few, before, many, after = measured("print(start, run(1000), peak(), run(2000), peak())")
    assert few > 400_000
    assert many > 1_600_000
    assert before - start < 80
    assert after - before < 30  # a complex of so many cells has 600 MB


@pytest.mark.long
def test_fifteen_million_cells():
    net = ll.mlp(2, [6000], 1, init="he_normal", bias="normal(0.5)", seed=0)
    where = [(-3, 3), (-3, 3)]
    stream = ll.iter_regions(net, where, threads=2)
    found = stream.statistics()
    assert found.n_cells == stream.n_cells == int(ll.count_regions(net, where))
    assert found.n_cells > 15_000_000
    assert found.areas.total == pytest.approx(36.0, rel=1e-9)
    assert stream.layer_counts.tolist() == [1, found.n_cells]
    start, _, after = measured("print(start, run(6000), peak())")
    assert after - start < 100
