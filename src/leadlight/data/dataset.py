"""A data set: a table of inputs, what to predict from each row, and what the columns and classes are called.

The type of `y` says which task it is: integer labels of shape (n,) are classes, a float array of shape (n,
k) is a regression target. Nothing in between is allowed, because (n,) against (n, 1) broadcasts silently to
(n, n). `split` and `standardise` cost O(n d).
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from leadlight.data.arguments import Seed, check_count, check_number, generator
from leadlight.errors import DataError, ParameterError, ShapeError

__all__ = ["Dataset", "as_column", "split", "standardise"]


@dataclass(frozen=True, eq=False)
class Dataset:
    """Inputs and targets. Unpacks as ``X, y = dataset``; ``len(dataset)`` is the number of samples.

    Attributes
    ----------
    X : ndarray of float64, shape (n, d)
    y : ndarray, int64 of shape (n,) for class labels, or float64 of shape (n, k) for regression
    class_names : tuple of str, or None
        Name of class 0, 1, ...; None for regression.
    feature_names : tuple of str, or None
        One name for each column of `X`.
    name : str

    Raises
    ------
    ShapeError
        If the shapes do not fit one another.
    DataError
        If a value is not finite, a label is out of range, or there are no samples.

    Examples
    --------
    >>> data = Dataset([[0.0, 1.0], [2.0, 3.0]], [0, 1], class_names=("no", "yes"))
    >>> X, y = data
    >>> X.shape, y.dtype, len(data), data.n_classes
    ((2, 2), dtype('int64'), 2, 2)
    """

    X: np.ndarray
    y: np.ndarray
    class_names: tuple[str, ...] | None = None
    feature_names: tuple[str, ...] | None = None
    name: str = "data"

    def __post_init__(self) -> None:
        X, y = np.asarray(self.X, dtype=np.float64), np.asarray(self.y)
        if X.ndim != 2:
            raise ShapeError(f"X must have the shape (samples, features); got {X.shape}.")
        if len(X) == 0 or X.shape[1] == 0:
            raise DataError(f"X must hold at least one sample and one feature; got the shape {X.shape}.")
        if y.shape[:1] != X.shape[:1]:
            raise ShapeError(f"X has {len(X)} samples but y has the shape {y.shape}.")
        if np.issubdtype(y.dtype, np.integer) and y.ndim == 1:
            y = y.astype(np.int64)
            n_classes = None if self.class_names is None else len(self.class_names)
            if y.min() < 0 or (n_classes is not None and y.max() >= n_classes):
                raise DataError(
                    f"Class labels must lie in 0..{'' if n_classes is None else n_classes - 1}; "
                    f"got {y.min()} to {y.max()}."
                )
        elif np.issubdtype(y.dtype, np.floating) and y.ndim == 2:
            y = y.astype(np.float64)
        else:
            raise ShapeError(
                "y must be integer labels of shape (n,) or a float target of shape (n, 1) "
                f"(write y[:, None]); got {y.dtype} of shape {y.shape}."
            )
        for label, values in (("X", X), ("y", y)):
            finite = np.isfinite(values)
            if not finite.all():
                row = int(np.argwhere(~finite)[0, 0])
                raise DataError(f"{label} must be finite; row {row} is not: remove or fill it.")
        if self.feature_names is not None and len(self.feature_names) != X.shape[1]:
            raise ShapeError(f"X has {X.shape[1]} features but {len(self.feature_names)} feature_names.")
        object.__setattr__(self, "X", X)
        object.__setattr__(self, "y", y)

    def __iter__(self) -> Iterator[np.ndarray]:
        return iter((self.X, self.y))

    def __len__(self) -> int:
        return len(self.X)

    def __repr__(self) -> str:
        task = f"{self.n_classes} classes" if self.is_classification else f"{self.y.shape[1]} target(s)"
        return f"Dataset({self.name!r}, {len(self)} samples, {self.n_features} features, {task})"

    @property
    def n_samples(self) -> int:
        return len(self.X)

    @property
    def n_features(self) -> int:
        return self.X.shape[1]

    @property
    def is_classification(self) -> bool:
        return self.y.ndim == 1

    @property
    def n_classes(self) -> int:
        """Number of classes; 0 for regression."""
        if not self.is_classification:
            return 0
        return len(self.class_names) if self.class_names is not None else int(self.y.max()) + 1

    def take(self, rows: np.ndarray) -> Dataset:
        """The data set of these rows, in this order."""
        return dataclasses.replace(self, X=self.X[rows], y=self.y[rows])


def as_column(data: Dataset | np.ndarray) -> np.ndarray:
    """Targets as a float64 column (n, 1): what losses on one output want, labels 0 and 1 included.

    Examples
    --------
    >>> as_column(np.array([0, 1, 1])).tolist()
    [[0.0], [1.0], [1.0]]
    """
    y = np.asarray(data.y if isinstance(data, Dataset) else data)
    if y.ndim == 1:
        y = y[:, None]
    if y.ndim != 2 or y.shape[1] != 1:
        raise ShapeError(f"Only one target a sample makes a column; got y of shape {y.shape}.")
    return y.astype(np.float64)


def split(dataset: Dataset, test: float | int = 0.2, seed: Seed = 0) -> tuple[Dataset, Dataset]:
    """Shuffle and part into training and test data.

    Parameters
    ----------
    dataset : Dataset of n samples
    test : float in (0, 1), or int
        Share of the samples (rounded to the nearest number of samples), or their number.
    seed : int, SeedSequence or Generator

    Returns
    -------
    train, test : Dataset

    Raises
    ------
    ParameterError
        If either part would be empty.

    Examples
    --------
    >>> from leadlight.data import spirals
    >>> [len(part) for part in split(spirals())]
    [3200, 800]
    """
    n = len(dataset)
    if isinstance(test, float | np.floating):
        n_test = round(n * check_number("test", test, 0, 1, open_ends=True))
    else:
        n_test = check_count("test", test)
    if not 0 < n_test < n:
        raise ParameterError(
            f"test={test!r} of {n} samples leaves {n - n_test} to train on and {n_test} to test on; "
            "both must be at least 1."
        )
    order = generator("split", seed).permutation(n)
    return dataset.take(order[n_test:]), dataset.take(order[:n_test])


def standardise(train: Dataset, *others: Dataset) -> tuple[Dataset, ...]:
    """Shift and scale each feature to mean 0 and standard deviation 1 on `train`; the others follow it.

    The standard deviation is the population's (divided by n, as scikit-learn's StandardScaler does); a
    constant feature is only shifted. Always a tuple, so ``train, test = standardise(train, test)`` and
    ``(train,) = standardise(train)``.

    Examples
    --------
    >>> (z,) = standardise(Dataset([[1.0], [3.0]], [0, 1]))
    >>> z.X.ravel().tolist()
    [-1.0, 1.0]
    """
    for other in others:
        if other.n_features != train.n_features:
            raise ShapeError(
                f"The training data have {train.n_features} features, the others {other.n_features}."
            )
    mean, deviation = train.X.mean(axis=0), train.X.std(axis=0)
    # the rounded mean of a constant column need not be the constant: its deviation is then not 0 but about
    # 1e-17
    constant = np.ptp(train.X, axis=0) == 0
    scale = np.where(constant, 1.0, deviation)
    mean = np.where(constant, train.X[0], mean)
    return tuple(dataclasses.replace(part, X=(part.X - mean) / scale) for part in (train, *others))
