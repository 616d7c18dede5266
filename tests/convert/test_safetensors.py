"""Files: exact round trips, and one sentence for what is damaged or foreign."""

from __future__ import annotations

import contextlib
import json
import os
import struct

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from safetensors.numpy import load_file, save_file

import leadlight as ll
from leadlight.errors import FileError, LeadlightError, ModelError


@pytest.fixture
def net():
    return ll.mlp(2, [3, 4], 1, activation="leaky_relu(0.1)", seed=0)


@pytest.fixture
def path(tmp_path, net):
    net.save(tmp_path / "net.safetensors")
    return tmp_path / "net.safetensors"


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_round_trip_is_exact(dtype, tmp_path):
    start = ll.mlp(2, [3, 4], 2, seed=0, dtype=dtype)
    net = ll.Network.from_arrays(start.weights, start.biases, ["elu(0.3)", "abs"], "sigmoid")
    net.save(tmp_path / "a.safetensors")
    assert ll.Network.load(tmp_path / "a.safetensors").equals(net)
    assert ll.Network.of(str(tmp_path / "a.safetensors")).equals(net)
    assert {array.dtype for array in load_file(tmp_path / "a.safetensors").values()} == {np.dtype(dtype)}


def test_same_network_same_bytes_and_no_litter(net, tmp_path):
    contents = set()
    for _ in range(20):  # over an existing file
        net.save(tmp_path / "a")
        contents.add((tmp_path / "a").read_bytes())
    assert len(contents) == 1
    assert os.listdir(tmp_path) == ["a"]


def test_other_libraries_read_it(path, net):
    tensors = load_file(path)
    assert sorted(tensors) == [f"layers.{i}.{part}" for i in range(3) for part in ("bias", "weight")]
    np.testing.assert_array_equal(tensors["layers.1.weight"], net.weights[1])


@pytest.mark.parametrize("keep", [0, 5, 8, 100, -4, -1])
def test_truncated(path, keep):
    path.write_bytes(path.read_bytes()[:keep])
    with pytest.raises(FileError, match=r"truncated"):
        ll.Network.load(path)


def test_too_long(path):
    path.write_bytes(path.read_bytes() + b"\0")
    with pytest.raises(FileError, match="longer than its header says"):
        ll.Network.load(path)


@pytest.mark.parametrize("length", [2**63, 2**40, 2**64 - 1])
def test_a_header_that_claims_too_much_allocates_nothing(path, length):
    path.write_bytes(struct.pack("<Q", length) + path.read_bytes()[8:])
    with pytest.raises(FileError, match="ends within its header"):
        ll.Network.load(path)


def raw(header):
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    return struct.pack("<Q", len(text)) + text


@pytest.mark.parametrize(
    "data",
    [
        b"hello, this is just some text in a file",
        raw(b"not json"),
        raw(b"[" * 100_000),
        raw([1, 2]),
        raw({"a": 3}),
        raw({"a": {"dtype": "F32", "shape": [2**60, 2**60], "data_offsets": [0, 0]}}),
        raw({"a": {"dtype": "F99", "shape": [], "data_offsets": [0, 0]}}),
        raw({"a": {"dtype": "F32", "shape": [-1], "data_offsets": [0, 0]}}),
    ],
)
def test_damaged_headers(tmp_path, data):
    (tmp_path / "x.safetensors").write_bytes(data)
    with pytest.raises(FileError) as caught:
        ll.Network.load(tmp_path / "x.safetensors")
    assert "\n" not in str(caught.value)


META = {
    "leadlight.format": "1",
    "leadlight.activations": '["relu"]',
    "leadlight.output_activation": "identity",
}
GOOD = {
    "layers.0.weight": np.ones((3, 2)),
    "layers.0.bias": np.ones(3),
    "layers.1.weight": np.ones((1, 3)),
    "layers.1.bias": np.ones(1),
}


@pytest.mark.parametrize(
    ("tensors", "metadata", "says"),
    [
        (GOOD, None, "not written by leadlight"),
        (GOOD, META | {"leadlight.format": "2"}, "format is '2'"),
        ({}, META, "none at all"),
        (GOOD | {"extra": np.ones(1)}, META, "extra"),
        ({key: value for key, value in GOOD.items() if key != "layers.0.bias"}, META, "layers.0.bias"),
        (GOOD | {"layers.0.bias": np.ones(3, np.int64)}, META, "is I64"),
        (GOOD | {"layers.0.bias": np.ones((3, 1))}, META, r"\(3, 1\)"),
        (GOOD | {"layers.0.bias": np.ones(4)}, META, "does not describe a network"),
        (GOOD | {"layers.0.bias": np.full(3, np.nan)}, META, "does not describe a network"),
        (GOOD, META | {"leadlight.activations": "relu"}, "activations cannot be read"),
        (GOOD, META | {"leadlight.activations": "[1]"}, "activations cannot be read"),
        (GOOD, META | {"leadlight.activations": "[" * 50_000}, "activations cannot be read"),
        (GOOD, META | {"leadlight.activations": '["swish"]'}, "swish"),
        (GOOD, META | {"leadlight.activations": "[]"}, "does not describe a network"),
        (GOOD, META | {"leadlight.output_activation": "softmax"}, "softmax"),
    ],
)
def test_foreign_files_are_named(tmp_path, tensors, metadata, says):
    save_file(tensors, tmp_path / "x.safetensors", metadata)
    with pytest.raises(ModelError, match=says):
        ll.Network.load(tmp_path / "x.safetensors")


def test_missing_files_and_folders(tmp_path, net):
    with pytest.raises(FileError, match=r"Cannot read .*No such file"):
        ll.Network.load(tmp_path / "none.safetensors")
    with pytest.raises(FileError, match="Cannot read"):
        ll.Network.load(tmp_path)
    with pytest.raises(FileError, match=r"Cannot write .*No such file"):
        net.save(tmp_path / "no" / "folder.safetensors")


def test_a_full_disk_leaves_the_old_file_and_no_litter(path, net, monkeypatch):
    before = path.read_bytes()

    def full(descriptor):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(FileError, match="the disk is full"):
        ll.mlp(2, [9], 1, seed=1).save(path)
    assert path.read_bytes() == before
    assert os.listdir(path.parent) == [path.name]


@pytest.mark.parametrize(
    ("model", "says"),
    [
        ("model.onnx", "ONNX"),
        ("model.pth", "never opens"),
        ({"0.weight": 1}, "state dict"),
        (3, "type int"),
    ],
)
def test_other_objects_are_named(model, says):
    with pytest.raises(ModelError, match=says):
        ll.Network.of(model)


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_a_flipped_byte_never_crashes(tmp_path_factory, data):
    folder = tmp_path_factory.getbasetemp()
    path = folder / "flip.safetensors"
    ll.mlp(1, [2], 1, seed=0).save(path)
    content = bytearray(path.read_bytes())
    content[data.draw(st.integers(0, len(content) - 1))] ^= data.draw(st.integers(1, 255))
    path.write_bytes(content)
    with contextlib.suppress(LeadlightError):
        ll.Network.load(path)


@pytest.mark.parametrize("name", ["cells.npz", "cells.json", "model.pt", "model"])
def test_other_files_say_what_leadlight_reads_and_what_makes_it(tmp_path, name):
    path = tmp_path / name
    path.write_bytes(b'PK\x03\x04 or {"type": "FeatureCollection"}, and more of it')
    with pytest.raises(LeadlightError, match=r'leadlight.Network.of\(model\).save\("model.safetensors"\)'):
        ll.Network.of(path)
