"""The face images that two studies share: drawn by leadlight, or read from a folder or zip that is given."""

from __future__ import annotations

from pathlib import Path

from ..data import ImageSet, read_images, synthetic_faces
from .page import Page

__all__ = ["DATA_HELP", "face_images", "source_in_words"]

DATA_HELP = "folder or zip of images, train/CLASS/* and val/CLASS/*, instead of drawn faces"


def face_images(page: Page, path: Path | None, n_train: int, n_val: int) -> tuple[ImageSet, ImageSet]:
    """Training and validation images: all that lie under `path`, or `n_train` and `n_val` drawn faces.

    Raises
    ------
    FileError, DataError
        What is under `path` cannot be used; see `leadlight.data.read_images`.
    """
    report = page.progress("drawing faces" if path is None else "reading images", 1)
    if path is None:
        found = synthetic_faces(n_train, n_val, seed=page.seeds("faces", 1)[0])
    else:
        found = read_images(path)
    report(1)
    return found


def source_in_words(path: Path | None, train: ImageSet, val: ImageSet) -> str:
    """How many images of what, for a method paragraph; the path itself is no part of the results."""
    kind = "drawn faces" if path is None else "images that were given"
    names = ", ".join(train.class_names[:-1]) + " and " + train.class_names[-1]
    return f"{len(train):,} {kind} for training and {len(val):,} for validation, of the classes {names}"
