"""Tables from CSV files: a header, one row a sample, one column the target.

Read once, cell by cell with the standard library's parser, into a flat array of float64; every complaint
names the file, the line and the column. The delimiter is whichever of comma, semicolon and tab the header
holds most of.
"""

from __future__ import annotations

import csv
import math
import os
from array import array
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from leadlight.data.dataset import Dataset
from leadlight.errors import DataError, FileError, ParameterError, UnknownNameError

__all__ = ["read_csv"]

MAX_BYTES = 2**28  # 256 MiB of text
FEW_VALUES = 20  # an integer target with at most as many values is taken for classes
MAX_CLASSES = 1000


def read_csv(path: str | os.PathLike, target: str | None = None, task: str | None = None) -> Dataset:
    """Read a table with a header line; all columns but the target are features and must be numbers.

    Parameters
    ----------
    path : path of a UTF-8 text file, at most 256 MiB
    target : str, optional
        Name of the column to predict; the last one unless given.
    task : {"classification", "regression"}, optional
        Unless given: classification if the target is text, or whole numbers of at most 20 values; else
        regression.

    Returns
    -------
    Dataset
        Classes are numbered in the order of their names (of their values, where they are numbers).

    Raises
    ------
    FileError
        The file is missing, not readable, too large, or not UTF-8 text.
    DataError
        No header, no rows, rows of unequal length, text or NaN or nothing where a number must be, one class
        only.
    UnknownNameError
        There is no column called `target`.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder, "pets.csv")
    ...     _ = path.write_text("weight,height,animal\\n4.1,25,cat\\n20,55,dog\\n")
    ...     data = read_csv(path)
    >>> data, data.class_names, data.y.tolist()
    (Dataset('pets', 2 samples, 2 features, 2 classes), ('cat', 'dog'), [0, 1])
    """
    if task not in (None, "classification", "regression"):
        raise ParameterError(f"task must be 'classification' or 'regression'; got {task!r}.")
    path = Path(path)
    try:
        size = path.stat().st_size
        if not path.is_file():
            raise FileError(f"{path} is not a file: give the path of a CSV file.")
        if size > MAX_BYTES:
            raise FileError(
                f"{path} holds {size:,} bytes, more than the {MAX_BYTES:,} that are read: thin it out."
            )
        with path.open(encoding="utf-8-sig", newline="") as lines:
            header, features, targets, where = _parse(path, lines, target)
    except FileError:
        raise
    except OSError as error:
        raise FileError(f"{path} cannot be read: {error.strerror or error}.") from error
    except UnicodeDecodeError as error:
        raise FileError(f"{path} is not UTF-8 text (byte {error.start}): save it as UTF-8 CSV.") from error
    except csv.Error as error:
        raise DataError(f"{path} is not well-formed CSV: {error}.") from error

    column = header.index(target) if target is not None else len(header) - 1
    names = tuple(name for i, name in enumerate(header) if i != column)
    X = np.frombuffer(features, dtype=np.float64).reshape(-1, len(names))
    place = f"{path}, column {header[column]!r}"
    numbers = _numbers(targets)
    if task is None:
        whole = numbers is not None and bool((numbers == np.rint(numbers)).all())
        few = numbers is None or (whole and len(np.unique(numbers)) <= FEW_VALUES)
        task = "classification" if few else "regression"
    if task == "classification":
        y, classes = _classes(place, targets, numbers)
        return Dataset(X, y, classes, names, path.stem)
    if numbers is None:
        row = next(i for i, cell in enumerate(targets) if _number(cell) is None)
        raise DataError(
            f"{path}, line {where[row]}, column {header[column]!r}: {targets[row][:40]!r} is not a finite number, "
            "which a regression target must be."
        )
    return Dataset(X, numbers[:, None], None, names, path.stem)


def _parse(
    path: Path, lines: Iterator[str], target: str | None
) -> tuple[list[str], array, list[str], list[int]]:
    """Header, features row by row, cells of the target column, and the line on which each row ends."""
    first = next(lines, "")
    if not first.strip():
        raise DataError(f"{path} is empty: the first line must name the columns.")
    delimiter = max(",;\t", key=first.count)
    header = [name.strip() for name in next(csv.reader([first], delimiter=delimiter, strict=True))]
    _check_header(path, header)
    if target is not None and target not in header:
        raise UnknownNameError("column", target, header)
    column = header.index(target) if target is not None else len(header) - 1

    features, targets, where = array("d"), [], []
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    for cells in reader:
        line = reader.line_num + 1
        if not cells or (len(cells) == 1 and not cells[0].strip()):
            continue
        if len(cells) != len(header):
            raise DataError(
                f"{path}, line {line} has {len(cells)} cells, the header has {len(header)}: "
                "each row needs one cell a column."
            )
        for i, cell in enumerate(cells):
            if i == column:
                continue
            value = _number(cell)
            if value is None:
                what = "is empty" if not cell.strip() else f"{cell.strip()[:40]!r} is not a finite number"
                raise DataError(
                    f"{path}, line {line}, column {header[i]!r} {what}: fill or remove the row, "
                    "or drop the column if it holds text."
                )
            features.append(value)
        cell = cells[column].strip()
        if not cell or cell.lower() in ("nan", "na", "null", "none"):
            raise DataError(
                f"{path}, line {line}, column {header[column]!r} (the target) "
                f"{'is empty' if not cell else f'is {cell!r}'}: fill or remove the row."
            )
        targets.append(cell)
        where.append(line)
    if len(targets) < 2:
        raise DataError(f"{path} has {len(targets)} rows below its header; at least 2 are needed.")
    return header, features, targets, where


def _check_header(path: Path, header: list[str]) -> None:
    if len(header) < 2:
        raise DataError(f"{path}, line 1 names one column; a table needs a feature and a target.")
    if all(_number(name) is not None for name in header):
        raise DataError(f"{path}, line 1 holds numbers: the first line must name the columns.")
    for i, name in enumerate(header):
        if not name or name in header[:i]:
            problem = "has no name" if not name else f"is called {name!r} as another one is"
            raise DataError(f"{path}, line 1: column {i + 1} {problem}; names must be unique.")


def _number(cell: str) -> float | None:
    """The finite number written in a cell, or None (Python alone would also take 1_000)."""
    try:
        value = float(cell)
    except ValueError:
        return None
    return value if math.isfinite(value) and "_" not in cell else None


def _numbers(cells: list[str]) -> np.ndarray | None:
    """All cells as numbers, or None if one is not."""
    values = array("d")
    for cell in cells:
        value = _number(cell)
        if value is None:
            return None
        values.append(value)
    return np.frombuffer(values, dtype=np.float64)


def _classes(place: str, cells: list[str], numbers: np.ndarray | None) -> tuple[np.ndarray, tuple[str, ...]]:
    """Labels 0, 1, ... and the names of the classes."""
    keys = cells if numbers is None else numbers.tolist()
    values = sorted(set(keys))  # not np.unique: an array of text makes room for the longest cell in every row
    names = tuple(value if isinstance(value, str) else f"{value:.17g}" for value in values)
    if len(names) == 1:
        raise DataError(f"{place} holds one class only, {names[0][:40]!r}: at least 2 are needed.")
    if len(names) > MAX_CLASSES:
        raise DataError(
            f"{place} holds {len(names):,} classes, more than {MAX_CLASSES:,}: "
            "name another target, or state task='regression'."
        )
    label = {value: i for i, value in enumerate(values)}
    return np.array([label[key] for key in keys], dtype=np.int64), names
