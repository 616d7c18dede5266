"""Every vector level that this machine has trains the same networks, to rounding."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from leadlight import _core

HERE = Path(__file__).parent

TRAIN = """
import sys
import numpy as np
import leadlight as ll
from leadlight import _core
from leadlight.activations import ACTIVATIONS

rng = np.random.default_rng(0)
losses = []
for n_inputs in (3, 70):
    X, y = rng.standard_normal((50, n_inputs)), rng.integers(3, size=50)
    for dtype in ("float64", "float32"):
        for loss, optimizer in (("mse", "sgd"), ("bce-with-logits", "adam"), ("cross-entropy", "adam")):
            labels = y if loss == "cross-entropy" else np.eye(3)[y]
            nets = [ll.mlp(n_inputs, [9, 5], 3, activation=phi, seed=0) for phi in ACTIVATIONS]
            runs = ll.train(
                nets, (X, labels), loss=loss, optimizer=optimizer, lr=0.01, epochs=8, batch_size=16,
                dtype=dtype, engine="compiled",
            )
            losses.append(runs.losses)
np.savez(sys.argv[1], *losses, level=_core.vector_level)
"""


def on_level(level, *arguments):
    environment = os.environ | {"LEADLIGHT_VECTOR_LEVEL": level}
    result = subprocess.run([sys.executable, *arguments], env=environment, capture_output=True, text=True)
    assert result.returncode == 0, result.stdout + result.stderr


def test_levels_train_the_same_networks(tmp_path):
    results = []
    for level in _core.vector_levels():
        on_level(level, "-c", TRAIN, tmp_path / f"{level}.npz")
        results.append(dict(np.load(tmp_path / f"{level}.npz")))
        assert results[-1].pop("level") == level
    assert len(results[0]) == 12
    for result in results[1:]:
        for name, losses in result.items():
            # float64 and float32 alternate in blocks of three
            tolerance = 1e-11 if int(name.removeprefix("arr_")) % 6 < 3 else 1e-4
            np.testing.assert_allclose(losses, results[0][name], rtol=tolerance, atol=tolerance)


@pytest.mark.long
@pytest.mark.parametrize("level", _core.vector_levels())
def test_the_engines_tests_pass_on_every_level(level):
    files = [HERE / name for name in ("test_compiled_engine.py", "test_functions.py", "test_gradients.py")]
    on_level(level, "-m", "pytest", "-q", "-p", "no:cacheprovider", *files)
