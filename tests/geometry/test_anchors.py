"""The networks N1 to N6, whose counts are proven elsewhere: building, streaming and counting find them."""

import pytest

import leadlight as ll
from networks import NETWORKS


@pytest.mark.parametrize("name", NETWORKS)
def test_the_proven_count_is_found_in_every_way(name):
    case = NETWORKS[name]
    net = case.network()
    cx = ll.regions(net, case.domain, threads=2)
    assert len(cx) == case.n_cells
    assert len(cx.vertices) - len(cx.edges) + len(cx) == 1
    assert cx.areas.sum() == pytest.approx((2 * case.half_width) ** 2, rel=1e-12)
    counted = ll.count_regions(net, case.domain, threads=1)
    assert (int(counted), counted.proven) == (case.n_cells, True)
    with ll.iter_regions(net, case.domain, threads=2, maps=False, patterns=False) as stream:
        assert sum(map(len, stream)) == case.n_cells


@pytest.mark.parametrize("name", ["N1", "N2", "N3"])
def test_the_linear_regions_of_the_small_ones(name):
    case = NETWORKS[name]
    cx = ll.regions(case.network(), case.domain)
    assert cx.n_linear_regions == (case.n_linear_regions or case.n_cells)
