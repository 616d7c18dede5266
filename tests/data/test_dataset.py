import dataclasses

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from sklearn.preprocessing import StandardScaler

from leadlight.data import Dataset, as_column, iris, rings, spirals, split, standardise
from leadlight.errors import DataError, ParameterError, ShapeError


def numbered(n, n_features=1):
    """Samples that can be told apart: sample i holds i in each feature, and the label i."""
    return Dataset(np.repeat(np.arange(n)[:, None], n_features, axis=1), np.arange(n))


def test_unpacks_into_inputs_and_targets_and_counts_its_samples():
    data = Dataset([[1, 2], [3, 4], [5, 6]], [0, 1, 0], ("a", "b"), ("u", "v"))
    X, y = data
    assert X.dtype == np.float64
    assert y.dtype == np.int64
    assert (len(data), data.n_samples, data.n_features, data.n_classes) == (3, 3, 2, 2)
    assert repr(data) == "Dataset('data', 3 samples, 2 features, 2 classes)"
    with pytest.raises(dataclasses.FrozenInstanceError):
        data.X = X  # type: ignore[misc]


def test_a_regression_has_no_classes():
    data = Dataset([[1.0], [2.0]], [[1.0], [2.0]])
    assert not data.is_classification
    assert data.n_classes == 0
    assert repr(data) == "Dataset('data', 2 samples, 1 features, 1 target(s))"


@pytest.mark.parametrize(
    ("X", "y", "error", "words"),
    [
        ([1.0, 2.0], [0, 1], ShapeError, r"samples, features.*\(2,\)"),
        ([[1.0], [2.0]], [0, 1, 0], ShapeError, "2 samples but y"),
        ([[1.0], [2.0]], [0.0, 1.0], ShapeError, r"y\[:, None\]"),
        ([[1.0], [2.0]], [[0], [1]], ShapeError, "int64 of shape"),
        ([[1.0], [np.nan]], [0, 1], DataError, "X must be finite; row 1"),
        ([[1.0], [2.0]], [[np.inf], [1.0]], DataError, "y must be finite; row 0"),
        ([[1.0], [2.0]], [-1, 1], DataError, "got -1 to 1"),
        (np.empty((0, 2)), np.empty(0, int), DataError, "at least one sample"),
    ],
)
def test_refuses_what_does_not_fit(X, y, error, words):
    with pytest.raises(error, match=words):
        Dataset(X, y)


def test_refuses_labels_beyond_the_class_names_and_missing_feature_names():
    with pytest.raises(DataError, match=r"0\.\.1; got 0 to 2"):
        Dataset([[1.0], [2.0]], [0, 2], ("a", "b"))
    with pytest.raises(ShapeError, match="1 features but 2 feature_names"):
        Dataset([[1.0], [2.0]], [0, 1], feature_names=("u", "v"))


def test_labels_become_a_float_column():
    column = as_column(rings(5))
    assert column.shape == (10, 1)
    assert column.dtype == np.float64
    assert column.ravel().tolist() == [0.0] * 5 + [1.0] * 5
    with pytest.raises(ShapeError, match="one target"):
        as_column(np.zeros((3, 2)))


def test_spirals_part_into_3200_and_800():
    train, test = split(spirals(), seed=4)
    assert (len(train), len(test)) == (3200, 800)
    assert train.class_names == test.class_names == ("arm 0", "arm 1", "arm 2", "arm 3")


@settings(deadline=None)
@given(st.integers(2, 60), st.floats(0.05, 0.95), st.integers(0, 2**32))
def test_a_split_is_a_partition(n, share, seed):
    if not 0 < round(n * share) < n:
        with pytest.raises(ParameterError, match="at least 1"):
            split(numbered(n), share, seed)
        return
    train, test = split(numbered(n, 2), share, seed)
    assert len(test) == round(n * share)
    assert sorted([*train.y, *test.y]) == list(range(n))
    for part in (train, test):
        assert np.array_equal(part.X, np.column_stack([part.y, part.y]))  # inputs and labels moved together


def test_a_split_follows_its_seed_and_takes_a_number_too():
    first, again, other = (split(numbered(50), 10, seed)[1].y for seed in (3, 3, 4))
    assert len(first) == 10
    assert (first == again).all()
    assert (first != other).any()


@pytest.mark.parametrize("test", [0.0, 1.0, 1.5, -0.2, 0, 4, 2.5, "half", True, float("nan")])
def test_a_split_refuses_a_share_out_of_range(test):
    with pytest.raises(ParameterError, match="test"):
        split(numbered(4), test)


@pytest.mark.parametrize("seed", [-1, 0.5, "zero", None, True])
def test_a_seed_is_a_whole_number(seed):
    with pytest.raises(ParameterError, match="seed must be a whole number"):
        split(numbered(4), seed=seed)


@settings(deadline=None)
@given(arrays(np.float64, (7, 3), elements=st.integers(-50, 50).map(float)))
def test_standardise_is_the_standard_scaler(X):
    train, test = Dataset(X[:5], np.arange(5)), Dataset(X[5:], np.arange(2))
    ours = standardise(train, test)
    scaler = StandardScaler().fit(train.X)
    for part, raw in zip(ours, (train, test)):
        np.testing.assert_allclose(part.X, scaler.transform(raw.X), rtol=1e-12, atol=1e-12)
        assert (part.y == raw.y).all()


def test_standardise_only_shifts_a_constant_feature():
    (z,) = standardise(Dataset(np.full((7, 1), 0.1), np.zeros(7, int)))  # 0.1 * 7 / 7 rounds away from 0.1
    assert (z.X == 0).all()


def test_standardise_refuses_other_features():
    with pytest.raises(ShapeError, match="4 features, the others 2"):
        standardise(iris(), rings())
