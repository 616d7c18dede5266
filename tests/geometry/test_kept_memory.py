"""The memory that enumerations keep for those to come: bounded, used again, and never that of a complex in use."""

import resource
import sys

import numpy as np
import pytest

import leadlight as ll
from leadlight import _core

SQUARE = [(-3, 3), (-3, 3)]


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="blocks are kept on Linux alone")
def test_what_is_kept_is_bounded_and_used_again():
    net = ll.mlp(2, [40, 40], 1, init="torch", seed=1)
    many = [ll.regions(net, SQUARE, threads=1) for _ in range(400)]
    assert (
        sum(cx.vertices.nbytes + cx.edges.cells.nbytes + cx.packed_patterns.nbytes for cx in many) > 32 << 20
    )
    del many
    kept = _core.spare_bytes()
    assert 0 < kept <= 32 << 20
    before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    for _ in range(20):
        cx = ll.regions(net, SQUARE, threads=1)
        pages = cx.vertices.nbytes // resource.getpagesize()
        del cx
    assert (
        resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before < 20 * pages
    )  # vertices alone would be as many
    assert _core.spare_bytes() <= 32 << 20
    cx = ll.regions(net, SQUARE, threads=1)
    held = {name: getattr(cx, name).copy() for name in ("vertices", "cell_vertices", "packed_patterns")}
    for _ in range(3):  # others do not write to what is still in use
        ll.regions(net, SQUARE, threads=2)
    for name, values in held.items():
        np.testing.assert_array_equal(getattr(cx, name), values)
