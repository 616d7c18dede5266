"""The step skeleton against steps summed unit by unit, thresholds that coincide and constant units included."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadlight import Network, mlp
from leadlight.errors import ModelError
from leadlight.geometry import step_skeleton

whole = st.lists(st.integers(-3, 3), min_size=4, max_size=4)


def network(w, b, v, c):
    return Network.from_arrays([np.reshape(w, (-1, 1)), [v]], [b, [c]], "sigmoid")


@given(whole, whole, whole, st.integers(-3, 3))
def test_pieces_are_the_sum_of_steps(w, b, v, c):
    skeleton = step_skeleton(network(w, b, v, c))
    edges, values = skeleton.pieces()
    assert len(values) == len(edges) + 1 <= 5
    stepped = Network.from_arrays([np.reshape(w, (-1, 1)), [v]], [b, [c]], "step")
    middles = [-10.0, *((edges[1:] + edges[:-1]) / 2), 10.0] if len(edges) else [0.123]
    for x, value in zip(middles, values):
        assert value == skeleton(x) == stepped([x])[0]
    np.testing.assert_array_equal(skeleton(edges), stepped(edges[:, None])[:, 0])  # 0 at a threshold, not 0/0


def test_steep_sigmoids_approach_it():
    skeleton = step_skeleton(network([1, -2], [0.5, 1], [3, 4], 1))
    steep = network([1e4, -2e4], [0.5e4, 1e4], [3, 4], 1)
    x = np.linspace(-2, 2, 40)[:, None]
    np.testing.assert_allclose(steep(x)[:, 0], skeleton(x[:, 0]), atol=1e-12)


def test_thresholds_and_jumps():
    skeleton = step_skeleton(network([2, -1, 0], [-2, 3, 1], [3, 5, 7], 1))
    np.testing.assert_array_equal(skeleton.thresholds, [1, 3, np.nan])
    np.testing.assert_array_equal(skeleton.jumps, [3, -5, 0])


def test_other_networks_are_refused():
    for net in (mlp(2, [3], 1), mlp(1, [3, 3], 1), mlp(1, [3], 2)):
        with pytest.raises(ModelError, match="1-h-1"):
            step_skeleton(net)
