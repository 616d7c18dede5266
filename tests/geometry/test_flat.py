import gc
import weakref

import numpy as np
import pytest

import leadlight as ll
from leadlight.geometry._flat import _known, _latest, flat_network, latest_on, prepared
from leadlight.geometry.domain import Domain, domain


def test_a_networks_arrays_are_made_once_and_go_with_it():
    net = ll.mlp(2, [8], 1, seed=0)
    first, second = flat_network(net), flat_network(net)
    assert first is not second
    assert all(first[name] is second[name] for name in first)
    with pytest.raises(ValueError, match="read-only"):
        first["weights"][0] = 1.0
    gone, weights = weakref.ref(net), weakref.ref(first["weights"])
    del net, first, second
    gc.collect()
    assert gone() is None
    assert weights() is None


def test_those_of_a_large_network_are_not_kept():
    net = ll.mlp(2, [520, 520], 1, seed=0)
    first, second = flat_network(net), flat_network(net)
    assert first["weights"] is not second["weights"]
    np.testing.assert_array_equal(first["weights"], second["weights"])


@pytest.mark.parametrize(
    "sides", [((-1, 2), (0, 3.5)), ((-1, 2**60 + 1), (0, 1)), ((0.1, 0.2), (-1e300, 1e300))]
)
def test_a_box_of_plain_numbers_is_that_of_arrays(sides):
    for given in (sides, list(sides), [list(side) for side in sides]):
        np.testing.assert_array_equal(domain(given).corners, domain(np.array(sides, float)).corners)
        assert not domain(given).corners.flags.writeable


def test_what_is_kept_of_a_network_is_for_one_domain():
    net = ll.mlp(2, [8], 1, seed=0)
    small, large = (ll.regions(net, [(-s, s), (-s, s)]) for s in (1, 5))
    kept = latest_on(net, [(-5, 5), (-5, 5)])
    assert kept is not None
    assert kept is prepared(net, domain([(-5, 5), (-5, 5)]))
    assert latest_on(net, [(-1, 1), (-1, 1)]) is None
    assert (
        latest_on(net, domain([(-5, 5), (-5, 5)]).corners) is None
    )  # only of plain numbers is it known at once
    again = ll.regions(net, [(-1, 1), (-1, 1)])
    np.testing.assert_array_equal(again.vertices, small.vertices)
    assert len(large) > len(small)


def test_a_domain_that_can_be_written_to_is_read_anew():
    net = ll.mlp(2, [8], 1, seed=0)
    own = Domain(domain([(-1, 1), (-1, 1)]).corners.copy())
    before = ll.regions(net, own)
    own.corners[:] *= 5
    np.testing.assert_array_equal(ll.regions(net, own).vertices, ll.regions(net, [(-5, 5), (-5, 5)]).vertices)
    assert len(before) == len(ll.regions(net, [(-1, 1), (-1, 1)]))


def test_what_is_kept_goes_with_its_network():
    nets = [ll.mlp(2, [4], 1, seed=seed) for seed in range(3)]
    keys = [id(net) for net in nets]
    for net in nets:
        for box in ([(-1, 1), (-1, 1)], [(-2, 2), (-2, 2)]):
            prepared(net, domain(box))
    del net, nets
    gc.collect()
    assert not any(key in _latest for key in keys)


@pytest.mark.parametrize(("width", "n_networks", "most"), [(3, 200, 64), (300, 20, 11)])
def test_of_many_networks_only_the_latest_are_kept(width, n_networks, most):
    nets = [ll.mlp(2, [width, width], 1, seed=seed) for seed in range(n_networks)]
    for net in nets:
        prepared(net, domain([(-1, 1), (-1, 1)]))
    for known in (_known, _latest):
        assert [id(net) in known for net in nets].count(True) == min(most, n_networks)
        assert all(id(net) in known for net in nets[-most + 1 :])
        assert len(known) <= 64
