"""Numbers given as lists, NumPy arrays or torch tensors, as arrays; torch itself is not needed for that."""

from __future__ import annotations

from typing import Any

import numpy as np

__all__ = ["as_array"]


def as_array(given: Any, dtype: Any = np.float64) -> np.ndarray:
    """``np.asarray``, also of torch tensors that require a gradient, lie on a GPU or have a dtype that NumPy lacks.

    Raises
    ------
    TypeError, ValueError, OverflowError
        As NumPy does.

    Examples
    --------
    >>> import torch
    >>> as_array([torch.ones(2, requires_grad=True), (2, 3)])
    array([[1., 1.],
           [2., 3.]])
    """
    try:
        return np.asarray(given, dtype=dtype)
    except (TypeError, ValueError, RuntimeError):
        return np.asarray(_without_tensors(given), dtype=dtype)


def _without_tensors(given: Any) -> Any:
    if isinstance(given, list | tuple):
        return [_without_tensors(one) for one in given]
    if not hasattr(given, "detach"):
        return given
    tensor = given.detach().cpu()
    return (tensor.double() if tensor.is_floating_point() else tensor).numpy()
