"""One Display class for each kind of picture, as in scikit-learn: make it, `plot` it, read its `ax_`.

Names load when first used: the writers of SVG and PNG files beside them need no matplotlib.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

_HOME = {
    "BoundaryDisplay": "boundary",
    "ConfusionDisplay": "confusion",
    "CreaseDisplay": "creases",
    "DecisionMapDisplay": "decision_map",
    "Display": "style",
    "EvolutionDisplay": "evolution",
    "FeatureMapsDisplay": "feature_maps",
    "FieldDisplay": "field",
    "GradientFieldDisplay": "gradient_field",
    "GraphDisplay": "graph",
    "HiddenCubeDisplay": "hidden_cube",
    "ImageGridDisplay": "image_grid",
    "LevelSetDisplay": "level_sets",
    "LossCurvesDisplay": "loss_curves",
    "MatrixDisplay": "matrix",
    "PieceDisplay": "piece",
    "RegionsDisplay": "regions",
    "StatisticsDisplay": "statistics",
    "SweepDisplay": "sweep",
    "UnitLinesDisplay": "unit_lines",
    "animate_evolution": "animation",
    "animate_regions": "animation",
}

__all__ = [*_HOME]  # pyright: ignore[reportUnsupportedDunderAll]

if TYPE_CHECKING:
    from .animation import animate_evolution, animate_regions
    from .boundary import BoundaryDisplay
    from .confusion import ConfusionDisplay
    from .creases import CreaseDisplay
    from .decision_map import DecisionMapDisplay
    from .evolution import EvolutionDisplay
    from .feature_maps import FeatureMapsDisplay
    from .field import FieldDisplay
    from .gradient_field import GradientFieldDisplay
    from .graph import GraphDisplay
    from .hidden_cube import HiddenCubeDisplay
    from .image_grid import ImageGridDisplay
    from .level_sets import LevelSetDisplay
    from .loss_curves import LossCurvesDisplay
    from .matrix import MatrixDisplay
    from .piece import PieceDisplay
    from .regions import RegionsDisplay
    from .statistics import StatisticsDisplay
    from .style import Display
    from .sweep import SweepDisplay
    from .unit_lines import UnitLinesDisplay


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(importlib.import_module(f"{__name__}.{_HOME[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted([*globals(), *_HOME])
