"""Networks as safetensors files: a checked header, raw numbers, no code.

Tensors `layers.{i}.weight` (units, inputs) and `layers.{i}.bias` (units,), float32 when that is exact for all of
them, else float64; metadata: `leadlight.format`, `leadlight.activations` (a JSON list of spec strings),
`leadlight.output_activation`. Files are written beside their place and moved there, so none is ever half there.
Reading maps the file: nothing is allocated before names, types and sizes have been checked.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import numpy as np

from .._writing import write_atomically
from ..activations import activation
from ..errors import FileError, LeadlightError, ModelError
from ..network import Network

__all__ = ["load", "save"]

FORMAT = "1"


def save(net: Network, path: str | os.PathLike[str]) -> None:
    """Write a network to a file; an existing file is replaced at once or not at all.

    Raises
    ------
    FileError
        The folder is missing or not writable, or the disk is full.
    """
    from safetensors.numpy import save as encode

    tensors = {}
    for i, (W, b) in enumerate(zip(net.weights, net.biases, strict=True)):
        tensors[f"layers.{i}.weight"], tensors[f"layers.{i}.bias"] = W, b
    with np.errstate(over="ignore"):
        exact = all(np.array_equal(array.astype(np.float32), array) for array in tensors.values())
    dtype = np.float32 if exact else np.float64
    metadata = {
        "leadlight.format": FORMAT,
        "leadlight.activations": json.dumps([phi.spec for phi in net.activations]),
        "leadlight.output_activation": net.output_activation.spec,
    }
    data = encode({name: np.ascontiguousarray(array, dtype) for name, array in tensors.items()}, metadata)
    write_atomically(path, _canonical(data))


def _canonical(data: bytes) -> bytes:
    """The same file with its metadata in sorted order: the library writes it in another order each time."""
    start = 8 + int.from_bytes(data[:8], "little")
    header = json.loads(data[8:start])
    header["__metadata__"] = dict(sorted(header["__metadata__"].items()))
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)  # the numbers begin at a multiple of 8
    return len(text).to_bytes(8, "little") + text + data[start:]


def load(path: str | os.PathLike[str]) -> Network:
    """Read a network from a file that `save` wrote.

    Raises
    ------
    FileError
        The file is missing, not readable, truncated, too long, or not a safetensors file.
    ModelError
        A safetensors file, but not of a leadlight network.
    """
    from safetensors import SafetensorError, safe_open

    path = Path(path)
    _check_length(path)
    try:
        with safe_open(path, framework="numpy") as file:
            return _network(file, path)
    except SafetensorError as error:
        raise FileError(f"{path} is damaged or not a safetensors file: {error}.") from error
    except OSError as error:
        if isinstance(error, LeadlightError):
            raise
        raise FileError(f"Cannot read {path}: {error.strerror or error}.") from error


def _check_length(path: Path) -> None:
    """Compare the length that the header promises with the file's, before anything is read into memory."""
    try:
        size = path.stat().st_size
        with path.open("rb") as file:
            prefix = file.read(8)
            header_length = int.from_bytes(prefix, "little")
            if len(prefix) < 8 or header_length > size - 8:
                raise FileError(f"{path} is truncated or not a safetensors file: it ends within its header.")
            header = file.read(header_length)
    except OSError as error:
        if isinstance(error, LeadlightError):
            raise
        raise FileError(f"Cannot read {path}: {error.strerror or error}.") from error
    try:
        entries = json.loads(header)
        ends = [entry["data_offsets"][1] for name, entry in entries.items() if name != "__metadata__"]
        promised = 8 + header_length + max(ends, default=0)
    except (ValueError, RecursionError, TypeError, KeyError, IndexError, AttributeError):
        raise FileError(f"{path} is damaged or not a safetensors file: its header cannot be read.") from None
    if promised != size:
        what = "truncated" if size < promised else "longer than its header says"
        raise FileError(f"{path} is {what}: {size} bytes instead of {promised}.")


def _network(file: Any, path: Path) -> Network:
    metadata = file.metadata() or {}
    if metadata.get("leadlight.format") != FORMAT:
        given = metadata.get("leadlight.format")
        reason = (
            "it was not written by leadlight, and does not say which activations there are; load it into its own "
            "module, and leadlight.Network.of(module).save writes a file that does"
            if given is None
            else f"its format is {given!r}, and this version reads {FORMAT!r}"
        )
        raise ModelError(f"{path} holds no network that leadlight can read: {reason}.")
    names = set(file.keys())
    n_layers = len(names) // 2
    expected = {f"layers.{i}.{part}" for i in range(n_layers) for part in ("weight", "bias")}
    if not names or names != expected:
        odd = sorted(names ^ expected)
        raise ModelError(
            f"{path} holds unexpected tensors (or lacks some): {', '.join(map(repr, odd[:3])) or 'none at all'}."
        )
    for name in sorted(names):
        dtype, shape = file.get_slice(name).get_dtype(), file.get_slice(name).get_shape()
        if dtype not in ("F32", "F64") or len(shape) != (2 if name.endswith("weight") else 1):
            raise ModelError(
                f"{path}: the tensor {name!r} is {dtype} of shape {tuple(shape)}, not real floats."
            )
    try:
        activations = json.loads(metadata.get("leadlight.activations", ""))
        if not isinstance(activations, list) or not all(isinstance(spec, str) for spec in activations):
            raise ValueError("not a list of strings")
    except (ValueError, RecursionError):
        raise ModelError(f"{path}: its list of activations cannot be read.") from None
    weights = [file.get_tensor(f"layers.{i}.weight") for i in range(n_layers)]
    biases = [file.get_tensor(f"layers.{i}.bias") for i in range(n_layers)]
    try:
        output = activation(metadata.get("leadlight.output_activation", ""))
        return Network.from_arrays(weights, biases, [activation(spec) for spec in activations], output)
    except LeadlightError as error:
        raise ModelError(f"{path} does not describe a network: {error}") from error
