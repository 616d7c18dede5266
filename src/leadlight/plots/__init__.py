"""One Display class for each kind of picture, as in scikit-learn: make it, `plot` it, read its `ax_`."""

from .confusion import ConfusionDisplay
from .decision_map import DecisionMapDisplay
from .feature_maps import FeatureMapsDisplay
from .field import FieldDisplay
from .image_grid import ImageGridDisplay
from .loss_curves import LossCurvesDisplay
from .matrix import MatrixDisplay
from .sweep import SweepDisplay
from .unit_lines import UnitLinesDisplay

__all__ = [
    "ConfusionDisplay",
    "DecisionMapDisplay",
    "FeatureMapsDisplay",
    "FieldDisplay",
    "ImageGridDisplay",
    "LossCurvesDisplay",
    "MatrixDisplay",
    "SweepDisplay",
    "UnitLinesDisplay",
]
