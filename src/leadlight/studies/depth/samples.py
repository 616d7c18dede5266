"""The points to tell apart: the sheet's spirals drawn several times, or a user's own table split several times."""

from __future__ import annotations

from itertools import count
from pathlib import Path

import numpy as np

from ...data import Dataset, read_csv, spirals, split, standardise
from ...errors import DataError
from ..page import Page

__all__ = ["Pair", "half_width", "samples", "table_of_points"]

Pair = tuple[Dataset, Dataset]  # train, test
TEST_SHARE = 0.2


def samples(page: Page, path: Path | None, n_per_class: int, n_sets: int, batch: int) -> list[Pair]:
    """Return `n_sets` pairs of training and test data.

    Spirals are drawn anew for each pair; a table is one, only split anew, its features standardised on the
    training part.

    Raises
    ------
    FileError, DataError
        The table cannot be read, or is not one of two features and at least two classes, or the training
        part is smaller than a batch.
    """
    table = None if path is None else table_of_points(path)
    where = f"{n_per_class} points an arm" if table is None else f"{path} with {len(table)} points"
    n = len(table) if table is not None else 4 * n_per_class
    n_train = n - round(n * TEST_SHARE)
    if n_train < batch:
        enough = next(m for m in count(batch) if m - round(m * TEST_SHARE) >= batch)
        raise DataError(
            f"{where} leaves {n_train} to train on, fewer than a batch of {batch}: give at least "
            f"{enough} points in all or a smaller --batch."
        )
    pairs = []
    for seed in page.seeds("data", n_sets):
        drawn = spirals(n_per_class, seed=seed) if table is None else table
        train, test = split(drawn, TEST_SHARE, seed=seed)
        pairs.append((train, test) if table is None else standardise(train, test))
    return pairs


def table_of_points(path: Path) -> Dataset:
    """Read a table of two numeric features and a class column (the last one)."""
    table = read_csv(path, task="classification")
    if table.n_features != 2:
        raise DataError(
            f"{path} has {table.n_features} feature columns; the maps of this study are of the plane: give "
            "two numeric columns and, last, the class."
        )
    return table


def half_width(pairs: list[Pair], path: Path | None) -> float:
    """Half the side of the maps: the sheet's 2, or as far as a user's points go, in standard deviations."""
    if path is None:
        return 2.0
    return float(np.ceil(10.5 * max(np.abs(part.X).max() for pair in pairs for part in pair)) / 10)
