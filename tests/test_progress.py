"""`progress` that is no function is refused at the call, by everything that takes one."""

from __future__ import annotations

import inspect

import numpy as np
import pytest

import leadlight as ll
from leadlight.errors import ParameterError
from leadlight.geometry.boundaries.level_sets import decision_partition
from leadlight.plots import animate_evolution

NET = ll.mlp(2, [3], 2, seed=0)
BOX = [(-1, 1), (-1, 1)]
CALLS = {
    "regions": lambda **how: ll.regions(NET, BOX, **how),
    "iter_regions": lambda **how: ll.iter_regions(NET, BOX, **how),
    "count_regions": lambda **how: ll.count_regions(NET, BOX, **how),
    "count_along": lambda **how: ll.count_along(NET, np.zeros((0, 2)), np.zeros((0, 2)), **how),
    "count_in_ball": lambda **how: ll.count_in_ball(NET, (0, 0), 1.0, **how),
    "evolution": lambda **how: ll.evolution([NET], BOX, **how),
    "train": lambda **how: ll.train(
        NET, (np.zeros((3, 2)), np.zeros((3, 2))), loss="mse", lr=0.1, epochs=1, **how
    ),
    "animate_evolution": lambda **how: animate_evolution(ll.evolution([NET, NET], BOX), **how),
    "decision_partition": lambda **how: decision_partition(ll.regions(NET, BOX), **how),
}


@pytest.mark.parametrize("given", [3, True, "bar"])
@pytest.mark.parametrize("name", CALLS)
def test_progress_must_be_a_function(name, given):
    with pytest.raises(ParameterError, match=rf"^progress must be a function of \(.+\), not {given!r}\.$"):
        CALLS[name](progress=given)


def test_every_public_function_with_progress_is_among_these():
    public = {name: getattr(ll, name) for name in ll.__all__} | {"animate_evolution": animate_evolution}
    functions = {name: value for name, value in public.items() if inspect.isfunction(value)}
    taking = {name for name, value in functions.items() if "progress" in inspect.signature(value).parameters}
    assert len(taking) >= 8
    assert taking <= CALLS.keys()
