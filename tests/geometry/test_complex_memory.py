"""The memory of a complex while it is found: that of its arrays, up to a small factor, whatever the network's width."""

import subprocess
import sys

import pytest

import leadlight as ll

MEASURE = """
import sys
import leadlight as ll

def peak():  # bytes; the resident set's high-water mark of this process alone
    lines = open("/proc/self/status").read().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) * 1024

def find(widths):
    net = ll.mlp(2, widths, 1, init="he_normal", bias="normal(0.5)", seed=0)
    return ll.regions(net, [(-3, 3), (-3, 3)], threads=threads)

threads, *widths = map(int, sys.argv[1:])
find([10])
start = peak()
cx = find(widths)
grown, edges = peak() - start, cx.edges
arrays = (
    cx.vertices, cx.vertex_errors, cx.cell_starts, cx.cell_vertices, cx.cell_edges, cx.packed_patterns,
    edges.cells, edges.vertices, edges.layer, edges.unit, edges.breakpoint,
)
print(len(cx), grown, sum(array.nbytes for array in arrays))
"""
NETWORKS = [([200, 200], 68_018), ([400, 400], 261_807), ([80] * 8, 109_343)]
SLACK = 8e6  # bytes that do not grow with the number of cells: stacks, room to grow, the allocator's own


@pytest.mark.parametrize("threads", [1, 2])
@pytest.mark.parametrize(("widths", "n_cells"), NETWORKS)
def test_memory_is_that_of_the_arrays_of_the_complex(widths, n_cells, threads):
    asked = [sys.executable, "-c", MEASURE, str(threads), *map(str, widths)]
    ran = subprocess.run(asked, capture_output=True, text=True, check=True)
    found, grown, arrays = map(int, ran.stdout.split())
    assert found == n_cells
    assert arrays < n_cells * (
        150 + sum(widths) / 8 * 1.1
    )  # a bit for each unit of a cell, and what else is kept
    assert grown < 2.5 * arrays + SLACK
    # A byte for each unit of each cell, at any moment, would not have passed.
    assert 2.5 * arrays + SLACK < arrays + n_cells * sum(widths)


@pytest.mark.parametrize(("widths", "n_cells"), NETWORKS)
def test_these_networks_have_so_many_cells(widths, n_cells):
    net = ll.mlp(2, widths, 1, init="he_normal", bias="normal(0.5)", seed=0)
    count = ll.count_regions(net, [(-3, 3), (-3, 3)])
    assert count.proven
    assert int(count) == n_cells
