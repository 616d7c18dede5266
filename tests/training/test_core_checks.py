"""The core called directly with what does not fit: an exception each time, never a read or write out of place."""

from __future__ import annotations

import contextlib

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import leadlight as ll
from leadlight import _core

BIG = [2**31 - 1, 2**31, 2**62, 2**63 - 1, 2**64]


class Recorded(Exception):
    """Carries the arguments out of `ll.train`."""


def recorded_call(dtype: str, n_inputs: int) -> dict:
    """The arguments with which `ll.train` calls the core: three runs, a test set, metrics and snapshots."""

    def record(**arguments):
        raise Recorded(arguments)

    rng = np.random.default_rng(0)
    X, y = rng.standard_normal((20, n_inputs)), rng.standard_normal((20, 2))
    nets = [ll.mlp(n_inputs, widths, 2) for widths in ([3], [], [2, 4])]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(_core, f"train_{dtype}", record)
        with pytest.raises(Recorded) as caught:
            ll.train(
                nets, (X, y), loss="mse", lr=0.1, epochs=4, batch_size=6, test=(X[:7], y[:7]), metrics_every=2,
                snapshots=[1, 3], dtype=dtype, threads=2,
            )  # fmt: skip
    arguments = caught.value.args[0]
    return {key: value.copy() if isinstance(value, np.ndarray) else value for key, value in arguments.items()}


@pytest.fixture(params=["float32", "float64"])
def dtype(request):
    return request.param


@pytest.fixture(params=[2, 70], ids=["narrow", "wide"])
def arguments(request, dtype):
    return recorded_call(dtype, request.param)


@pytest.fixture
def core(dtype):
    return getattr(_core, f"train_{dtype}")


def test_the_arguments_as_they_are_train(arguments, core):
    core(**arguments)
    assert np.isfinite(arguments["losses"]).all()
    assert arguments["losses"].size == 3 * 4 * 4


ARRAYS = [
    "inputs", "targets", "test_inputs", "test_targets", "numbers", "stops", "due", "n_layers", "sizes",
    "activations", "slopes", "rates", "keys", "parameters", "losses", "metrics", "snapshots", "diverged_at",
]  # fmt: skip


@pytest.mark.parametrize("name", ARRAYS)
def test_shortened_arrays_are_refused(name, arguments, core):
    for shorter in (arguments[name][:-1], arguments[name][:0]):
        with pytest.raises((ValueError, TypeError)):
            core(**arguments | {name: np.ascontiguousarray(shorter)})


@pytest.mark.parametrize("name", ARRAYS)
def test_arrays_of_another_type_or_layout_are_refused(name, arguments, core):
    array = arguments[name]
    other = np.float64 if array.dtype == np.float32 else np.float32
    strided = np.repeat(array, 2, axis=-1)[..., ::2]
    for wrong in (np.zeros(array.shape, other), array.astype(object), strided, array.tolist(), None):
        with pytest.raises(TypeError):
            core(**arguments | {name: wrong})


@pytest.mark.parametrize("name", ["parameters", "losses", "metrics", "snapshots", "diverged_at"])
def test_results_must_be_writable(name, arguments, core):
    frozen = arguments[name].copy()
    frozen.setflags(write=False)
    with pytest.raises(TypeError):
        core(**arguments | {name: frozen})


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("n_samples", [-1, 0, 5, 33, 2**32, *BIG]),
        ("n_test", [-1, 33, *BIG]),
        ("n_inputs", [-1, 0, 1, 3, 71, *BIG]),
        ("n_outputs", [-1, 0, 1, 3, *BIG]),
        ("loss", [-1, 1, 3, 4, *BIG]),  # known, but with other rows of targets; or unknown
        ("rule", [-1, 3, *BIG]),
        ("epochs", [-1, 3, 5, *BIG]),
        ("batch_size", [-1, 0, 21, *BIG]),
        ("batches_per_epoch", [-1, 0, 3, 5, *BIG]),
        ("check_every", [-1, 0]),
        ("threads", [-1, 0, *BIG[1:]]),
    ],
)
def test_numbers_that_do_not_fit_are_refused(name, values, arguments, core):
    for value in values:
        with pytest.raises((ValueError, TypeError)):
            core(**arguments | {name: value})


@pytest.mark.parametrize(
    ("name", "place", "values"),
    [
        ("n_layers", 0, [-1, 0, 3, 65, 2**31 - 1]),
        ("sizes", 0, [0, 3, 2**31 - 1]),  # inputs of the first network
        ("sizes", 1, [-(2**31), -1, 0, 4, 1000, 2**31 - 1]),  # its hidden units
        ("sizes", 2, [0, 1, 3, 2**31 - 1]),  # its outputs
        ("sizes", 6, [5, 2**31 - 1]),  # in the last network
        ("activations", 1, [-1, 11, 2**31 - 1]),
    ],
)
def test_layers_that_do_not_fit_are_refused(name, place, values, arguments, core):
    for value in values:
        changed = arguments[name].copy()
        changed[place] = value
        with pytest.raises(ValueError):
            core(**arguments | {name: changed})


@settings(max_examples=300)
@given(data=st.data())
def test_arbitrary_sizes_end_in_an_exception_or_a_training(data):
    """Several arguments wrong at once, the results between guards that must stay as they are."""
    dtype = data.draw(st.sampled_from(["float32", "float64"]))
    arguments = recorded_call(dtype, data.draw(st.sampled_from([2, 70])))
    sized = st.one_of(st.integers(-3, 40), st.sampled_from(BIG[:1]))
    for name in ("n_samples", "n_test", "n_inputs", "n_outputs", "epochs", "batch_size", "batches_per_epoch"):
        if data.draw(st.integers(0, 3)) == 0:
            arguments[name] = data.draw(sized)
    for name in ("n_layers", "sizes", "activations", "stops", "due"):
        if data.draw(st.integers(0, 3)) == 0:
            array = arguments[name]
            array[data.draw(st.integers(0, array.size - 1))] = data.draw(st.integers(-3, 70))
    guards = {}
    for name in ("parameters", "losses", "metrics", "snapshots", "diverged_at"):
        array = arguments[name]
        spare = data.draw(st.sampled_from([0, 0, 0, -1, 1]))
        whole = np.full(array.size + 64, 77, array.dtype)
        inner = whole[32 : 32 + array.size + spare]
        np.copyto(inner[: array.size], array.ravel()[: inner.size])
        inner[array.size :] = 0
        arguments[name], guards[name] = inner, (whole, inner.size)
    with contextlib.suppress(ValueError, TypeError):
        getattr(_core, f"train_{dtype}")(**arguments)
    for whole, size in guards.values():
        assert (whole[:32] == 77).all()
        assert (whole[32 + size :] == 77).all()
