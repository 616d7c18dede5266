"""Bad input gets one clear sentence, from the right exception."""

from __future__ import annotations

import sys

import numpy as np
import pytest

import leadlight as ll
from leadlight._machine import available_memory
from leadlight.errors import (
    DataError,
    LeadlightError,
    MissingExtraError,
    ModelError,
    ParameterError,
    ShapeError,
    UnknownNameError,
)
from leadlight.training import SGD, Adam, AdamW, loss, order
from leadlight.training.memory import check_memory, memory_needed
from leadlight.training.optimizers import optimizer
from leadlight.training.orders import run_keys

X = np.linspace(-1, 1, 20).reshape(10, 2)
LABELS = np.arange(10) % 3
VALUES = np.ones((10, 3))


def fit(data=(X, LABELS), networks=None, **options):
    networks = ll.mlp(2, [4], 3, seed=0) if networks is None else networks
    return ll.train(networks, data, **{"loss": "cross-entropy", "lr": 0.1, "epochs": 2, **options})


def with_nan(array, value=np.nan):
    array = np.array(array, dtype=float)
    array[3, 1] = value
    return array


class Source:
    n_samples = 10

    def epoch(self, k):
        return X[: 10 - k], LABELS[: 10 - k]


@pytest.mark.parametrize(
    ("data", "options", "error", "says"),
    [
        ((X, LABELS + 1), {}, DataError, "labels from 1 to 3, but the network has 3 outputs"),
        ((X, LABELS - 1), {}, DataError, "labels from -1"),
        ((X, LABELS + 0.0), {}, DataError, "astype"),
        ((X, LABELS[:, None]), {}, ShapeError, r"Pass y\[:, 0\]"),
        ((X, LABELS[:9]), {}, ShapeError, r"\(9,\)"),
        ((X, VALUES), {}, ShapeError, "one class label"),
        ((with_nan(X), LABELS), {}, DataError, "NaN or infinity in 1 rows, the first is row 3"),
        ((with_nan(X, np.inf), LABELS), {}, DataError, "NaN or infinity"),
        ((X, with_nan(VALUES)), {"loss": "mse"}, DataError, "1 values"),
        ((X, LABELS), {"loss": "mse"}, ShapeError, "Class labels go with"),
        ((X, VALUES[:, :1]), {"loss": "mse"}, ShapeError, r"\(10, 3\)"),
        ((X, VALUES + 1), {"loss": "bce-with-logits"}, DataError, r"\[0, 1\]"),
        ((X, VALUES * 0), {"loss": "relative-mse"}, DataError, "all targets are 0"),
        (
            (X, VALUES * 1e-40),
            {"loss": "relative-mse"},
            DataError,
            "5e-42 or more, which is too small for float32",
        ),
        ((X, VALUES.astype(str)), {"loss": "mse"}, DataError, "must be numbers"),
        ((X, VALUES.astype(object)), {"loss": "mse"}, DataError, "dtype object"),
        ((X, VALUES + 0j), {"loss": "mse"}, DataError, "dtype complex128"),
        ((X, VALUES[:, :, None]), {"loss": "mse"}, ShapeError, r"\(10, 3, 1\).*\(10, 3\)"),
        ((X, [[1.0], [2.0, 3.0]]), {"loss": "mse"}, DataError, "y is no array: its rows differ in length"),
        ((X, VALUES * 1e39), {"loss": "mse"}, DataError, "y holds values as large as 1e.39, beyond.*float32"),
        ((X, None), {"loss": "mse"}, DataError, "dtype object"),
        ((X, np.array(1)), {}, ShapeError, r"shape \(\).*\(10,\)"),
        ((X, LABELS > 0), {}, DataError, "dtype bool.*integer labels"),
        ((X, LABELS.astype(object)), {}, DataError, "dtype object"),
        ((X, LABELS.astype(np.uint64) + np.uint64(2**63)), {}, DataError, "labels from 9223372036854775808"),
        ((X.astype(str), LABELS), {}, DataError, "must hold numbers"),
        ((X.astype(object), LABELS), {}, DataError, "dtype object"),
        ((X + 0j, LABELS), {}, DataError, "dtype complex128"),
        ((None, LABELS), {}, DataError, "dtype object"),
        (([[1.0, 2.0], [3.0]], LABELS), {}, DataError, "X in data is no array: its rows differ in length"),
        (
            (X * 1e39, LABELS),
            {},
            DataError,
            "X in data holds values as large as 1e.39, beyond.*float32.*float64",
        ),
        ((X.astype(np.longdouble) * np.longdouble("1e4000"), LABELS), {}, DataError, "infinity in 10 rows"),
        ((X.ravel(), LABELS), {}, ShapeError, r"\(20,\)"),
        ((np.array(1.0), LABELS), {}, ShapeError, r"shape \(\).*\(n, 2\)"),
        ((X[:, :, None], LABELS), {}, ShapeError, r"\(10, 2, 1\)"),
        ((X[:, :1], LABELS), {}, ShapeError, r"\(n, 2\)"),
        ((X[:0], LABELS[:0]), {}, DataError, "no samples"),
        (X[:, 0], {}, ParameterError, "pair"),
        (7, {}, ParameterError, "not int"),
        (None, {}, ParameterError, "not NoneType"),
        ((X, LABELS, LABELS), {}, ParameterError, "not tuple"),
        (Source(), {}, ShapeError, "n_samples=10"),
        ((X, LABELS), {"test": (X, LABELS + 5)}, DataError, "y of test"),
        ((X, LABELS), {"test": (X[:, :1], LABELS)}, ShapeError, "X in test"),
        ((X, LABELS), {"test": (X[:0], LABELS[:0])}, DataError, "test holds no samples"),
        ((X, LABELS), {"test": (with_nan(X), LABELS)}, DataError, "X in test holds NaN"),
        ((X, LABELS), {"test": (X * 1e39, LABELS)}, DataError, "X in test.*float32"),
        ((X, LABELS), {"batch_size": 11}, ParameterError, "only 10 samples"),
        ((X, LABELS), {"batch_size": 0}, ParameterError, "at least 1"),
        ((X, LABELS), {"batch_size": -3}, ParameterError, "at least 1, not -3"),
        ((X, LABELS), {"batch_size": 2.5}, ParameterError, "2.5"),
        ((X, LABELS), {"batch_size": "4"}, ParameterError, "not '4'"),
        ((X, LABELS), {"batch_size": True}, ParameterError, "not True"),
        ((X, LABELS), {"lr": -0.1}, ParameterError, "-0.1"),
        ((X, LABELS), {"lr": np.nan}, ParameterError, "nan"),
        ((X, LABELS), {"lr": np.inf}, ParameterError, "inf"),
        ((X, LABELS), {"lr": [0.1, 0.1]}, ShapeError, "1 networks"),
        ((X, LABELS), {"lr": [[0.1]]}, ShapeError, r"\(1, 1\) for 1 networks"),
        ((X, LABELS), {"lr": [[0.1], [0.1, 0.2]]}, ParameterError, "a number or one for each"),
        ((X, LABELS), {"lr": "0.1"}, ParameterError, "lr must be a number.*not '0.1'"),
        ((X, LABELS), {"lr": None}, ParameterError, "lr must be a number.*not None"),
        ((X, LABELS), {"lr": True}, ParameterError, "lr must be a number.*not True"),
        ((X, LABELS), {"lr": 0.1j}, ParameterError, "lr must be a number.*not 0.1j"),
        ((X, LABELS), {"epochs": -1}, ParameterError, "at least 0"),
        ((X, LABELS), {"epochs": 1.0}, ParameterError, "1.0"),
        ((X, LABELS), {"epochs": True}, ParameterError, "True"),
        ((X, LABELS), {"epochs": None}, ParameterError, "None"),
        (
            (X, LABELS),
            {"epochs": 10**15},
            ParameterError,
            r"would take 7\.11 PiB, but there are .* of memory",
        ),
        ((X, LABELS), {"epochs": 2**70, "record": "epoch"}, ParameterError, "take fewer epochs"),
        ((X, LABELS), {"loss": None}, UnknownNameError, "Unknown loss 'None'"),
        ((X, LABELS), {"loss": "hinge"}, UnknownNameError, "Unknown loss 'hinge'"),
        ((X, LABELS), {"loss": "cross-entropi"}, UnknownNameError, "did you mean 'cross_entropy'"),
        ((X, LABELS), {"optimizer": "adamm"}, UnknownNameError, "did you mean 'adam'"),
        ((X, LABELS), {"optimizer": 3}, ParameterError, "SGD"),
        ((X, LABELS), {"optimizer": None}, ParameterError, "not None"),
        ((X, LABELS), {"optimizer": SGD}, ParameterError, "not <class"),
        ((X, LABELS), {"engine": "jax"}, UnknownNameError, "engine"),
        ((X, LABELS), {"engine": np.array(["auto", "torch"])}, UnknownNameError, "engine"),
        ((X, LABELS), {"device": "tpu"}, UnknownNameError, "device"),
        ((X, LABELS), {"dtype": "float16"}, UnknownNameError, "dtype"),
        ((X, LABELS), {"dtype": np.float32}, UnknownNameError, "did you mean 'float32'"),
        ((X, LABELS), {"record": "batch"}, UnknownNameError, "record"),
        ((X, LABELS), {"shuffle": "no"}, ParameterError, "shuffle"),
        ((X, LABELS), {"drop_last": None}, ParameterError, "drop_last must be True or False, not None"),
        ((X, LABELS), {"progress": 3}, ParameterError, r"progress must be a function.*not 3"),
        ((X, LABELS), {"threads": 0}, ParameterError, "threads must be an integer of at least 1, not 0"),
        ((X, LABELS), {"seed": -1}, ParameterError, "seed"),
        ((X, LABELS), {"seed": [1, 2]}, ShapeError, "2 seeds"),
        ((X, LABELS), {"seed": 0.5}, ParameterError, "0.5"),
        ((X, LABELS), {"seed": None}, ParameterError, "not None"),
        ((X, LABELS), {"seed": "1"}, ParameterError, "not '1'"),
        ((X, LABELS), {"seed": 2**64}, ParameterError, "18446744073709551616"),
        ((X, LABELS), {"seed": np.array([[1]])}, ParameterError, r"not array\(\[1\]\)"),
        ((X, LABELS), {"metrics_every": 0}, ParameterError, "metrics_every"),
        ((X, LABELS), {"metrics_every": 1.5}, ParameterError, "1.5"),
        ((X, LABELS), {"snapshots": [3]}, ParameterError, "after epoch 3"),
        ((X, LABELS), {"snapshots": [-1]}, ParameterError, "-1"),
        ((X, LABELS), {"snapshots": 2}, ParameterError, r"as in \[0, 10\], not 2"),
        ((X, LABELS), {"snapshots": None}, ParameterError, "snapshots must list epochs"),
        ((X, LABELS), {"snapshots": [1.0]}, ParameterError, "not 1.0"),
        ((X, LABELS), {"networks": []}, ParameterError, "no networks"),
        ((X, LABELS), {"networks": ["relu"]}, ParameterError, "not str"),
        ((X, LABELS), {"networks": "relu"}, ParameterError, "not str"),
        ((X, LABELS), {"networks": {}}, ParameterError, "not dict"),
        ((X, LABELS), {"networks": [None]}, ParameterError, r"not NoneType.*Network\.of"),
    ],
)
def test_bad_input_is_named(data, options, error, says):
    with pytest.raises(error, match=says) as caught:
        fit(data, **options)
    assert str(caught.value).count("\n") == 0


@pytest.mark.parametrize("engine", ["compiled", "torch"])
def test_any_layout_of_the_arrays_gives_the_same_bytes(engine):
    """Strides, byte order, lists, types that convert exactly: read as the numbers they are."""
    nets = [ll.mlp(2, [4], 3, seed=i) for i in range(2)]
    plain = np.round(X * 8) / 8
    rates, seeds = np.array([0.1, 0.2]), np.array([3, 4])
    usual = fit((plain, LABELS), nets, lr=rates, seed=seeds, batch_size=4, engine=engine)
    doubled = np.repeat(np.repeat(plain, 2, axis=0), 2, axis=1)[::2, ::2]
    frozen = plain.copy()
    frozen.setflags(write=False)
    for given in (
        np.asfortranarray(plain),
        doubled,
        plain.astype(">f8"),
        plain.astype(np.float16),
        plain.tolist(),
        frozen,
    ):
        unusual = fit(
            (given, LABELS.astype(np.int8)), np.array(nets), lr=np.repeat(rates, 2)[::2], seed=seeds.tolist(),
            batch_size=np.int64(4), engine=engine, dtype=np.dtype("float32"),
        )  # fmt: skip
        assert unusual.losses.tobytes() == usual.losses.tobytes()


@pytest.mark.parametrize(
    ("make", "error", "says"),
    [
        (lambda: ll.mlp(2, [0], 1), ParameterError, "at least 1, not 0"),
        (lambda: ll.mlp(2, [3], 0), ParameterError, "at least 1, not 0"),
        (lambda: ll.mlp(0, [3], 1), ParameterError, "at least 1, not 0"),
        (lambda: ll.mlp(2, [2.5], 1), ParameterError, "not 2.5"),
        (lambda: ll.Network.from_arrays([np.zeros((0, 2)), np.zeros((3, 0))], [[], [0] * 3]), ShapeError, r"\(0, 2\)"),
        (lambda: ll.Network.from_arrays([[[np.nan]]], [[0.0]]), ModelError, "nan at index"),
        (lambda: ll.Network.from_arrays([[[1.0]]], [[np.inf]]), ModelError, "inf at index"),
    ],
)  # fmt: skip
def test_networks_that_cannot_be_trained_cannot_be_made(make, error, says):
    with pytest.raises(error, match=says):
        make()


def test_weights_beyond_float32_need_float64():
    net = ll.Network.from_arrays([np.full((3, 2), 1e39)], [np.zeros(3)])
    with pytest.raises(
        DataError, match=r"A network holds values as large as .*, beyond the range of float32"
    ):
        fit(networks=net)
    assert fit(networks=net, dtype="float64").losses.shape == (1, 2)


def test_metrics_and_snapshots_of_very_many_epochs_are_counted_before_they_are_listed(monkeypatch):
    monkeypatch.setattr("leadlight.training.memory.available_memory", lambda: 10**9)
    for options in ({"epochs": 4_500_000, "metrics_every": 1}, {"epochs": 130_000_000}):
        with pytest.raises(ParameterError, match="but there are 954 MiB of memory"):
            fit(**options)
    assert fit(epochs=200, metrics_every=1).losses.shape == (1, 200)


def test_records_that_fit_are_counted_in_full(monkeypatch):
    net = ll.mlp(2, [4], 3)
    assert memory_needed([net, net], n_steps=7) == 2 * 7 * 8
    monkeypatch.setattr("leadlight.training.memory.available_memory", lambda: 99)
    with pytest.raises(ParameterError, match="would take 112 bytes, but there are 99 bytes of memory"):
        check_memory(2 * 7 * 8)
    monkeypatch.undo()
    check_memory(available_memory() // 2)


def test_column_targets_are_never_broadcast():
    with pytest.raises(ShapeError, match=r"pass y\[:, None\]"):
        fit((X, X[:, 0]), ll.mlp(2, [4], 1, seed=0), loss="mse")


def test_a_vector_of_inputs_gets_its_remedy():
    with pytest.raises(ShapeError, match=r"Pass X\[:, None\]"):
        fit((X[:, 0], LABELS), ll.mlp(1, [4], 3, seed=0))


def test_an_epoch_source_without_a_size():
    source = Source()
    source.n_samples = 0
    with pytest.raises(DataError, match="n_samples"):
        fit(source)


def test_networks_must_agree():
    with pytest.raises(ShapeError, match="Network 1 maps 3 inputs"):
        fit(networks=[ll.mlp(2, [4], 3, seed=0), ll.mlp(3, [4], 3, seed=0)])


def test_missing_torch_is_one_sentence(monkeypatch):
    monkeypatch.setitem(sys.modules, "torch", None)
    with pytest.raises(MissingExtraError, match=r"leadlight\[torch\]"):
        fit(engine="torch")
    assert fit().engine == "compiled"


def test_a_missing_gpu_is_one_sentence(monkeypatch):
    monkeypatch.setattr("torch.cuda.is_available", lambda: False)
    with pytest.raises(LeadlightError, match="no CUDA device"):
        fit(device="cuda")


@pytest.mark.parametrize(
    "make",
    [
        lambda: SGD(momentum=1.0),
        lambda: SGD(momentum=-0.1),
        lambda: SGD(nesterov=True),
        lambda: SGD(momentum=0.9, nesterov=1),  # type: ignore[arg-type]
        lambda: SGD(weight_decay=-1.0),
        lambda: Adam(betas=(0.9, 1.0)),
        lambda: Adam(betas=0.9),  # type: ignore[arg-type]
        lambda: Adam(eps=0.0),
        lambda: AdamW(weight_decay=float("nan")),
        lambda: SGD(momentum=True),
        lambda: SGD(momentum=None),  # type: ignore[arg-type]
        lambda: SGD(weight_decay="0.1"),  # type: ignore[arg-type]
        lambda: Adam(betas=(0.9, 0.99, 0.999)),  # type: ignore[arg-type]
        lambda: Adam(betas=(float("nan"), 0.99)),
        lambda: Adam(eps=float("inf")),
    ],
)
def test_optimizers_check_their_numbers(make):
    with pytest.raises(ParameterError, match=r"(SGD|Adam|AdamW)('s|\b).* (must be|needs) "):
        make()


def test_optimizers_by_name():
    assert optimizer("SGD") == SGD()
    assert optimizer("adamw") == AdamW(weight_decay=0.01)
    assert optimizer("adamw") != Adam(weight_decay=0.01)


def test_orders_are_permutations_of_their_own():
    seen = {tuple(order(key, epoch, 50)) for key in run_keys(4, 5) for epoch in range(4)}
    assert len(seen) == 20
    assert all(sorted(one) == list(range(50)) for one in seen)
    assert run_keys([7], 1) == [run_keys(7, 3)[0]]
    assert run_keys(2**64 - 1, 1) == [(2**64 - 1, 0)]


def test_orders_are_uniform():
    counts = np.zeros((4, 4))
    for epoch in range(4000):
        counts[np.arange(4), order((0, 0), epoch, 4)] += 1
    assert abs(counts / 4000 - 0.25).max() < 0.03  # 4.4 standard deviations


def test_losses_on_the_sheet_values():
    logits = np.log(np.array([0.01, 0.3, 0.5]) / (1 - np.array([0.01, 0.3, 0.5])))
    values = [loss("bce_with_logits")([[z]], [[1.0]]) for z in logits]
    np.testing.assert_allclose(values, [4.6052, 1.2040, 0.6931], atol=5e-5)
    # a sigmoid before the cross-entropy keeps the loss above ln(1 + 2/e)
    assert loss("cross-entropy")([[1.0, 0.0, 0.0]], [0]) == pytest.approx(np.log1p(2 / np.e))
    assert loss("relative_mse")([[1.0], [0.0]], [[2.0], [0.0]]) == pytest.approx(0.125)


def test_losses_check_shapes_and_know_their_accuracy():
    with pytest.raises(ShapeError, match="n_outputs"):
        loss("mse")([1.0], [1.0])
    with pytest.raises(ParameterError, match="does not classify"):
        loss("mse").accuracy(np.ones((1, 1)), np.ones((1, 1)))
    assert loss("cross_entropy").accuracy(np.eye(3), [0, 1, 1]) == pytest.approx(2 / 3)
    assert loss(loss("mse")) is loss("mse")
