"""The compiled core against NumPy and mpmath, and its vector levels against one another."""

import math
import os
import subprocess
import sys
import threading

import mpmath
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadlight import _core

# 2^32 floats by their bits, every 3,001st: all signs, exponents and NaN payloads; a sample of 1.4 million.
ALL_BITS = np.arange(0, 2**32, 3001, dtype=np.uint64).astype(np.uint32)


def ulp_errors(got: np.ndarray, exact: np.ndarray) -> np.ndarray:
    """|got - exact| in units in the last place of the exact value, at least the smallest float32."""
    exponents = np.maximum(np.frexp(exact)[1] - 1, -126)
    return np.abs(got.astype(np.float64) - exact) / np.ldexp(1.0, exponents - 23)


def run_with_level(level: str, code: str) -> subprocess.CompletedProcess:
    environment = os.environ | {"LEADLIGHT_VECTOR_LEVEL": level}
    return subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True)


def test_the_level_in_use_is_one_the_machine_has():
    levels = _core.vector_levels()
    assert _core.vector_level in levels
    assert levels == sorted(levels, key=["baseline", "neon", "avx2", "avx512"].index)
    requested = os.environ.get("LEADLIGHT_VECTOR_LEVEL")
    assert _core.vector_level == (requested or levels[-1])
    assert _core.vector_bytes in (16, 32, 64)
    assert 1 <= _core.usable_cores() <= (os.cpu_count() or 1)


def test_exp_is_within_one_ulp_of_float64_over_the_whole_range():
    x = ALL_BITS.view(np.float32)
    x = x[~np.isnan(x)]
    got = _core.exp(x)
    with np.errstate(over="ignore"):
        exact = np.exp(x.astype(np.float64))
    largest = float(np.finfo(np.float32).max)
    finite = (exact <= largest) & (exact > 0)
    assert ulp_errors(got[finite], exact[finite]).max() < 1
    assert np.all(got[exact > largest * (1 + 2**-24)] == np.inf)
    assert np.all(got[exact == 0] == 0)


@pytest.mark.parametrize(("low", "high"), [(-104.5, -87), (-87, -1), (-1, 1), (1, 88.7)])
def test_exp_is_within_one_ulp_where_results_change(low, high):
    x = np.linspace(low, high, 200_001, dtype=np.float32)
    assert ulp_errors(_core.exp(x), np.exp(x.astype(np.float64))).max() < 1


@given(st.floats(-103, 88.5, width=32))
def test_exp_is_within_one_ulp_of_mpmath(x):
    got = float(_core.exp(np.array([x], np.float32))[0])
    with mpmath.workdps(40):
        exact = mpmath.exp(mpmath.mpf(x))
        ulp = mpmath.ldexp(1, max(int(mpmath.floor(mpmath.log(exact, 2))), -126) - 23)
        assert abs(got - exact) < ulp


def test_exp_at_the_ends():
    x = np.array(
        [-np.inf, np.inf, np.nan, -np.nan, 0.0, -0.0, 88.72283, 88.72284, -103.97, -103.98], np.float32
    )
    got = _core.exp(x)
    assert got[0] == 0
    assert got[1] == np.inf
    assert np.isnan(got[2:4]).all()
    assert np.all(got[4:6] == 1)
    assert np.isfinite(got[6])
    assert got[7] == np.inf
    assert got[8] == np.float32(2.0**-149)
    assert got[9] == 0


@pytest.mark.parametrize("shape", [(), (0,), (1,), (17,), (3, 5, 7), (0, 4)])
def test_exp_keeps_the_shape_whatever_the_vector_length(shape):
    x = np.random.default_rng(0).normal(size=shape).astype(np.float32)
    got = _core.exp(np.asarray(x, np.float32))
    assert got.shape == shape
    assert got.dtype == np.float32
    flat = [_core.exp(np.array([value], np.float32))[0] for value in x.reshape(-1)]
    assert np.array_equal(got.reshape(-1), np.array(flat, np.float32))


def test_exp_takes_read_only_arrays_and_leaves_them():
    x = np.ones(5, np.float32)
    x.setflags(write=False)
    assert _core.exp(x)[0] == pytest.approx(math.e)
    assert np.all(x == 1)


@pytest.mark.parametrize("x", [np.zeros(3), np.zeros(6, np.float32)[::2], [1.0], np.zeros(2, np.int32)])
def test_exp_refuses_other_arrays(x):
    with pytest.raises(TypeError, match="float32"):
        _core.exp(x)


DIGEST = """
import hashlib, numpy as np
from leadlight import _core
x = np.arange(0, 2**32, 30011, dtype=np.uint64).astype(np.uint32).view(np.float32)
x = x[~np.isnan(x)]
digest = hashlib.sha256(_core.exp(x).tobytes()).hexdigest()
print(_core.vector_level, digest, _core.multiply_add_rate(seconds=1e-3) > 0)
"""


def test_every_level_can_be_forced_and_returns_the_same_bits():
    outputs = [run_with_level(level, DIGEST).stdout.split() for level in _core.vector_levels()]
    assert [output[0] for output in outputs] == _core.vector_levels()
    assert len({output[1] for output in outputs}) == 1
    assert all(output[2] == "True" for output in outputs)


def test_an_unknown_level_is_one_clear_sentence():
    result = run_with_level("avx9000", "import leadlight._core")
    assert result.returncode == 1
    last_line = result.stderr.strip().splitlines()[-1]
    assert last_line.startswith("ImportError: LEADLIGHT_VECTOR_LEVEL is 'avx9000'")
    assert ", ".join(_core.vector_levels()) in last_line


def test_an_empty_level_means_not_set():
    result = run_with_level("", "from leadlight import _core; print(_core.vector_level)")
    assert result.stdout.strip() == _core.vector_levels()[-1]


def test_rates_are_positive_and_wider_is_not_slower_than_a_tenth():
    float32, float64 = (_core.multiply_add_rate(dtype, 0.005) for dtype in ("float32", "float64"))
    assert 0 < float64 < 1e4
    assert float64 / 10 < float32 < 1e4
    assert 0 < _core.exp_rate(0.005) < 1e3


@pytest.mark.parametrize("seconds", [0, -1, 11, math.nan])
def test_rates_refuse_a_time_out_of_range(seconds):
    with pytest.raises(ValueError, match="above 0 and at most 10"):
        _core.multiply_add_rate("float32", seconds)
    with pytest.raises(ValueError, match="above 0 and at most 10"):
        _core.exp_rate(seconds)


def test_rates_refuse_another_dtype():
    with pytest.raises(ValueError, match="'float32' or 'float64', got 'int8'"):
        _core.multiply_add_rate("int8")


def test_measuring_releases_the_gil():
    started = threading.Event()
    counted = 0

    def measure():
        started.set()
        _core.multiply_add_rate("float32", 0.3)

    thread = threading.Thread(target=measure)
    thread.start()
    started.wait()
    while thread.is_alive():
        counted += 1
    # With the GIL held this thread would get a few turns at most, before and after the measurement.
    assert counted > 100
