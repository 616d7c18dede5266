"""Data: the sets of the course sheets, features, splits, CSV files and images.

The public names only; each lives in the module of its idea. scikit-learn and Pillow are imported by the
functions that need them.
"""

from leadlight.data.augment import AugmentedImages, augment, rotate
from leadlight.data.csv_file import read_csv
from leadlight.data.dataset import Dataset, as_column, split, standardise
from leadlight.data.faces import synthetic_faces
from leadlight.data.image_files import read_images
from leadlight.data.images import ImageSet
from leadlight.data.line_image import LINE_IMAGE_ROWS, line_image
from leadlight.data.polynomial import polynomial_exponents, polynomial_features
from leadlight.data.toys import (
    circles,
    damped_sine,
    gaussians,
    iris,
    moons,
    noisy_line,
    rings,
    spirals,
    xor,
)

__all__ = [
    "LINE_IMAGE_ROWS",
    "AugmentedImages",
    "Dataset",
    "ImageSet",
    "as_column",
    "augment",
    "circles",
    "damped_sine",
    "gaussians",
    "iris",
    "line_image",
    "moons",
    "noisy_line",
    "polynomial_exponents",
    "polynomial_features",
    "read_csv",
    "read_images",
    "rings",
    "rotate",
    "spirals",
    "split",
    "standardise",
    "synthetic_faces",
    "xor",
]
