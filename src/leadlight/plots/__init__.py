"""One Display class for each kind of picture, as in scikit-learn: make it, `plot` it, read its `ax_`."""

from .cells import CellsDisplay
from .confusion import ConfusionDisplay
from .decision_map import DecisionMapDisplay
from .feature_maps import FeatureMapsDisplay
from .field import FieldDisplay
from .gradient_field import GradientFieldDisplay
from .hidden_cube import HiddenCubeDisplay
from .image_grid import ImageGridDisplay
from .loss_curves import LossCurvesDisplay
from .matrix import MatrixDisplay
from .piece import PieceDisplay
from .sweep import SweepDisplay
from .unit_lines import UnitLinesDisplay

__all__ = [
    "CellsDisplay",
    "ConfusionDisplay",
    "DecisionMapDisplay",
    "FeatureMapsDisplay",
    "FieldDisplay",
    "GradientFieldDisplay",
    "HiddenCubeDisplay",
    "ImageGridDisplay",
    "LossCurvesDisplay",
    "MatrixDisplay",
    "PieceDisplay",
    "SweepDisplay",
    "UnitLinesDisplay",
]
