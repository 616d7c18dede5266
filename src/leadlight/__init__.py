"""leadlight: see through small neural networks, exactly.

The table of contents: every public name, and the module it lives in. Names load when first used, so that
``import leadlight`` costs nothing and torch is imported only by what needs it.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

_HOME = {
    "Activation": "activations",
    "activation": "activations",
    "logsumexp": "functions",
    "softmax": "functions",
    "onehot_argmax": "functions",
    "bce": "functions",
    "Network": "network",
    "mlp": "random_network",
    "widths_for_budget": "budget",
    "max_regions": "geometry",
    "RegionCallback": "geometry",
    "ball": "geometry",
    "count_along": "geometry",
    "count_in_ball": "geometry",
    "count_regions": "geometry",
    "evolution": "geometry",
    "iter_regions": "geometry",
    "regions": "geometry",
    "slice_line": "geometry",
    "slice_plane": "geometry",
    "train": "training",
    "Runs": "training",
    "SGD": "training",
    "Adam": "training",
    "AdamW": "training",
    "RMSprop": "training",
    "Constant": "training",
    "StepDecay": "training",
    "Cosine": "training",
}
_MODULES = (
    "activations", "budget", "convert", "data", "errors", "functions", "geometry", "initialisation", "network",
    "plots", "report", "studies", "training",
)  # fmt: skip

__all__ = [*_HOME, *_MODULES, "__version__"]  # pyright: ignore[reportUnsupportedDunderAll]

if TYPE_CHECKING:
    from . import (
        activations,
        budget,
        convert,
        data,
        errors,
        functions,
        geometry,
        initialisation,
        network,
        plots,
        report,
        studies,
        training,
    )
    from .activations import Activation, activation
    from .budget import widths_for_budget
    from .functions import bce, logsumexp, onehot_argmax, softmax
    from .geometry import (
        RegionCallback,
        ball,
        count_along,
        count_in_ball,
        count_regions,
        evolution,
        iter_regions,
        max_regions,
        regions,
        slice_line,
        slice_plane,
    )
    from .network import Network
    from .random_network import mlp
    from .training import SGD, Adam, AdamW, Constant, Cosine, RMSprop, Runs, StepDecay, train

    __version__: str


def __getattr__(name: str) -> Any:
    if name in _HOME:
        value = getattr(importlib.import_module(f"{__name__}.{_HOME[name]}"), name)
    elif name in _MODULES:
        value = importlib.import_module(f"{__name__}.{name}")
    elif name == "__version__":
        value = importlib.import_module("importlib.metadata").version("leadlight")
    else:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
