"""Every run lands in exactly one stack of its own kind, and stacks stay small."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

import leadlight as ll
from leadlight.training.grouping import OVERHEAD, STACK_LIMIT, group

shapes = st.tuples(
    st.lists(st.integers(1, 9), max_size=3), st.sampled_from(["relu", "tanh", "leaky_relu(0.2)"])
)


@settings(max_examples=60, deadline=None)
@given(st.lists(shapes, min_size=1, max_size=12), st.integers(1, 5000))
def test_groups_partition_the_runs(specs, batch_size):
    nets = [ll.mlp(2, widths, 3, activation=phi) for widths, phi in specs]
    groups = group(nets, batch_size)
    assert sorted(run for entry in groups for run in entry.runs) == list(range(len(nets)))
    for entry in groups:
        assert len({(nets[run].depth, nets[run].activations) for run in entry.runs}) == 1
        assert all(
            max(nets[run].layer_sizes[i] for run in entry.runs) <= n for i, n in enumerate(entry.sizes)
        )


def test_small_work_is_stacked_and_large_work_is_not_padded():
    nets = [ll.mlp(2, [width], 1) for width in (2, 3, 2, 30)]
    assert len(group(nets, 10)) == 1
    apart = group(nets, 2 * OVERHEAD)
    assert [entry.runs for entry in apart if entry.sizes == (2, 30, 1)] == [[3]]


def test_big_stacks_are_cut():
    nets = [ll.mlp(2, [20], 1)] * 300
    groups = group(nets, 1000)
    assert all(len(entry.runs) * 1000 * 21 <= STACK_LIMIT for entry in groups)
    assert [run for entry in groups for run in entry.runs] == list(range(300))
