"""Conversion: models of other libraries and files, to and from `Network`.

`network_of` looks at what it is given without importing the library it comes from; files are never unpickled.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

from ..errors import FileError, ModelError
from ..network import Network

__all__ = ["network_of"]

_TO_FILE = 'leadlight.Network.of(model).save("model.safetensors")'
_PICKLES = (".pt", ".pth", ".pkl", ".pickle", ".joblib", ".bin")


def network_of(model: Any) -> Network:
    """Describe a model as a `Network`.

    Parameters
    ----------
    model : torch.nn.Module, fitted scikit-learn MLP (or pipeline with one), path of a safetensors file, or Network
        A `Network` comes back as it is.

    Raises
    ------
    ModelError
        What the model is, and why it cannot be described.
    FileError
        The file cannot be read.

    Examples
    --------
    >>> import leadlight as ll
    >>> net = ll.mlp(2, [3], 1, seed=0)
    >>> network_of(net) is net
    True
    """
    if isinstance(model, Network):
        return model
    if isinstance(model, str | os.PathLike):
        return _from_file(Path(model))
    if "torch" in sys.modules and isinstance(model, sys.modules["torch"].nn.Module):
        from .torch import from_torch

        return from_torch(model)
    if any(base.__module__.partition(".")[0] == "sklearn" for base in type(model).__mro__):
        from .sklearn import from_sklearn

        return from_sklearn(model)
    hint = " Load a state dict into its module and pass the module." if isinstance(model, dict) else ""
    raise ModelError(
        f"Cannot describe an object of type {type(model).__name__}: pass a torch module, a fitted scikit-learn "
        f"MLP or the path of a .safetensors file.{hint}"
    )


def _from_file(path: Path) -> Network:
    suffix = path.suffix.lower()
    if suffix == ".onnx":
        raise ModelError(
            f"{path}: ONNX files are not supported yet; pass the torch module or scikit-learn MLP."
        )
    if suffix in _PICKLES:
        raise ModelError(
            f"{path}: pickled files can run code, so leadlight never opens them; load the model yourself and "
            f"pass it to Network.of, whose save writes a file for leadlight: {_TO_FILE}."
        )
    from .safetensors import load

    try:
        return load(path)
    except FileError as error:
        if suffix == ".safetensors" or not (path.is_file() and os.access(path, os.R_OK)):
            raise
        raise FileError(
            f"{path} is no model that leadlight reads: give a .safetensors file, as made by {_TO_FILE}."
        ) from error
