"""`RegionCallback` in real torch loops: right rows, and a training that does not notice."""

import copy
import itertools

import numpy as np
import pytest
import torch
from torch import nn

import leadlight as ll
from leadlight.errors import ModelError, ParameterError, ShapeError, UnknownNameError
from leadlight.geometry.through_training import step_measures

BOX = [(-1, 1), (-1, 1)]


def small_module(seed=0):
    torch.manual_seed(seed)
    return nn.Sequential(
        nn.Linear(2, 8), nn.ReLU(), nn.Dropout(0.3), nn.Linear(8, 5), nn.LeakyReLU(), nn.Linear(5, 1)
    )


def train(module, after_step, steps=12):
    """A loop with dropout and random batches, so that any use of torch's generator would show."""
    optimizer = torch.optim.Adam(module.parameters(), lr=0.05)
    module.train()
    for step in range(1, steps + 1):
        X = torch.rand(16, 2) * 2 - 1
        loss = (module(X) - X.prod(dim=1, keepdim=True)).square().mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        after_step(step, module)
    return module


def state(module):
    return [tensor.clone() for tensor in module.state_dict().values()]


def test_rows_are_those_of_the_network_at_each_step():
    seen = {}
    callback = ll.RegionCallback(BOX, every=4, measures="all")

    def after_step(step, module):
        callback(step, module)
        if step % 4 == 0:
            seen[step] = ll.Network.of(copy.deepcopy(module).eval())

    train(small_module(), after_step)
    assert callback.evolution.steps.tolist() == [4, 8, 12]
    assert callback.evolution.table() == ll.evolution(seen, BOX, measures="all").table()
    assert callback.seconds > 0


def test_the_training_is_bit_for_bit_the_same_without_it():
    class Noisy(nn.Module):  # draws in its forward method, as does its tracing
        def __init__(self):
            super().__init__()
            self.body = small_module()
            self.norm = nn.BatchNorm1d(2)

        def forward(self, x):
            torch.rand(3)
            return self.body(self.norm(x))

    torch.manual_seed(1)
    start = Noisy()
    torch.manual_seed(2)
    plain = train(copy.deepcopy(start), lambda step, module: None)
    torch.manual_seed(2)
    callback = ll.RegionCallback(BOX)
    modes = []

    def after_step(step, module):
        gradients = [parameter.grad for parameter in module.parameters()]
        callback(step, module)
        modes.append({part.training for part in module.modules()})
        assert all(a is parameter.grad for a, parameter in zip(gradients, module.parameters()))

    watched = train(copy.deepcopy(start), after_step)
    assert all(torch.equal(a, b) for a, b in zip(state(plain), state(watched), strict=True))
    assert modes == [{True}] * 12
    assert len(callback.evolution) == 12


def test_step_counts_its_own_calls():
    module = small_module()
    callback = ll.RegionCallback(BOX, every=3, measures=())
    callback(0, module)
    for _ in range(7):
        callback.step(module)
    assert callback.evolution.steps.tolist() == [0, 3, 6]
    assert len(set(callback.evolution.n_cells.tolist())) == 1


@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float16, torch.float32, torch.float64])
def test_weights_of_any_floating_type_are_copied_exactly(dtype):
    module = small_module().to(dtype)
    callback = ll.RegionCallback(BOX, keep="networks")
    callback(0, module)
    (net,) = callback.evolution.networks
    linear = [part for part in module if isinstance(part, nn.Linear)]
    for part, W, b in zip(linear, net.weights, net.biases, strict=True):
        assert np.array_equal(part.weight.detach().double().numpy(), W)
        assert np.array_equal(part.bias.detach().double().numpy(), b)
    with torch.no_grad():
        module[0].weight.zero_()  # what was kept is a copy
    assert net.weights[0].any()


def test_wrappers_of_torch_are_looked_through():
    module = small_module()
    rows = []
    wrapped = nn.DataParallel(module), torch.compile(module, backend="eager"), ll.Network.of(module.eval())
    for one in (module, *wrapped):
        callback = ll.RegionCallback(BOX)
        callback(0, one)
        rows.append(callback.evolution.table())
    assert all(row == rows[0] for row in rows)


def test_a_batch_norm_in_training_mode_is_described_as_in_eval_mode():
    module = nn.Sequential(nn.Linear(2, 6), nn.BatchNorm1d(6), nn.ReLU(), nn.Linear(6, 1))
    train(module, lambda step, module: None, steps=3)
    callback = ll.RegionCallback(BOX, keep="networks")
    callback(0, module)
    assert module[1].training
    X = torch.rand(50, 2)
    expected = module.eval()(X).detach().double().numpy()
    np.testing.assert_allclose(callback.evolution.networks[0](X.numpy()), expected, atol=1e-6)


def test_log_gets_each_number_by_name():
    logged = []
    callback = ll.RegionCallback(
        BOX, every=5, log=lambda name, value, step: logged.append((name, value, step))
    )
    train(small_module(), callback, steps=10)
    table = callback.evolution.table()
    names = {name for name, _, _ in logged}
    assert {"regions/n_cells", "regions/boundary_length", "regions/area_median"} <= names
    assert not names & {"regions/note", "regions/step", "regions/proven"}
    for name, value, step in logged:
        assert table[name.removeprefix("regions/")][[5, 10].index(step)] == value


def test_beyond_max_cells_it_only_counts():
    module = small_module()
    full, callback = ll.RegionCallback(BOX), ll.RegionCallback(BOX, max_cells=5)
    for one in (full, callback):
        one(0, module)
    assert callback.evolution.n_cells.tolist() == full.evolution.n_cells.tolist()
    assert callback.evolution.proven.all()
    assert np.isnan(callback.evolution.area_mean).all()
    assert callback.evolution.notes == ("counted only: more cells than 5",)


@pytest.mark.parametrize(
    ("good_checks", "note"),
    [(0, "not counted"), (1, "counted only"), (2, "not all measured"), (3, "not all measured"), (99, "")],
)
def test_when_time_is_up_the_row_has_what_there_is(monkeypatch, good_checks, note):
    """A clock that runs out at the given check; the core looks at it once in each stage here."""
    checks = itertools.count()

    class Watch:
        def __init__(self, seconds):
            assert seconds == 2.0

        def __call__(self, n_cells=0):
            if next(checks) >= good_checks:
                raise step_measures._TimeIsUpError

    def looking_at_the_clock(function):
        def wrapped(*arguments, progress, **options):
            progress(1)
            return function(*arguments, **options)

        return wrapped

    monkeypatch.setattr(step_measures, "_Watch", Watch)
    for name in ("regions", "count_regions", "decision_partition"):
        monkeypatch.setattr(step_measures, name, looking_at_the_clock(getattr(step_measures, name)))
    callback = ll.RegionCallback(BOX, max_seconds=2.0)
    callback(0, small_module())
    found = callback.evolution
    assert found.notes == (f"{note}: the 2 s were up" if note else "",)
    assert (found.n_cells[0] >= 0) == (good_checks >= 1)
    assert np.isfinite(found.crease_length[0]) == (good_checks >= 2)
    assert np.isfinite(found.boundary_length[0]) == (good_checks == 99)


def test_a_large_network_stops_in_the_core_when_time_is_up():
    net = ll.mlp(2, [400, 400, 400], 1, seed=0)  # hundreds of thousands of cells
    callback = ll.RegionCallback([(-5, 5), (-5, 5)], max_seconds=1e-3, threads=1)
    callback(0, net)
    assert callback.evolution.notes == ("not counted: the 0.001 s were up",)
    assert callback.evolution.n_cells.tolist() == [-1]


def test_a_diverged_training_leaves_empty_rows():
    module = small_module()
    callback = ll.RegionCallback(BOX)
    callback(0, module)
    with torch.no_grad():
        module[0].bias[3] = float("nan")
    callback(1, module)
    found = callback.evolution
    assert found.n_cells[1] == -1
    assert np.isnan(found.crease_lengths[1]).all()
    assert found.notes == ("", "not counted: weights that are not finite")
    alone = ll.RegionCallback(BOX)
    alone(0, module)
    assert alone.evolution.table()["n_cells"] == [None]


def test_before_the_first_step_there_is_an_empty_table():
    callback = ll.RegionCallback(BOX)
    assert len(callback.evolution) == 0
    assert callback.evolution.table()["step"] == []
    assert repr(callback.evolution).startswith("Evolution(no steps")


@pytest.mark.parametrize(
    ("options", "error", "sentence"),
    [
        ({"every": 0}, ParameterError, "every must be an integer of at least 1, not 0"),
        ({"max_seconds": 0}, ParameterError, "max_seconds must be"),
        ({"max_cells": 1.5}, ParameterError, "max_cells must be"),
        ({"measures": "boundaries"}, UnknownNameError, "did you mean 'boundary'"),
        ({"log": "tensorboard"}, ParameterError, "log must be a function"),
        ({"keep": True}, ParameterError, "keep must be"),
    ],
)
def test_bad_arguments_are_told_before_the_training(options, error, sentence):
    with pytest.raises(error, match=sentence):
        ll.RegionCallback(BOX, **options)


def test_what_does_not_fit_is_told_at_the_first_step():
    callback = ll.RegionCallback(BOX)
    with pytest.raises(ParameterError, match="step must be an integer of at least 0, not -1"):
        callback(-1, small_module())
    with pytest.raises(ModelError, match="curved"):
        callback(0, nn.Sequential(nn.Linear(2, 3), nn.Tanh(), nn.Linear(3, 1)))
    with pytest.raises(ShapeError, match="has 3 inputs"):
        ll.RegionCallback(BOX)(0, nn.Linear(3, 1))
    callback = ll.RegionCallback(BOX)
    callback(0, nn.Linear(2, 1))
    with pytest.raises(ShapeError, match="one RegionCallback for each"):
        callback(1, small_module())
