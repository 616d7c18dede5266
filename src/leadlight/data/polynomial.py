"""Polynomial features: every monomial of the inputs up to a degree, without the constant.

There are C(d + P, d) - 1 of them for d inputs and degree P, so (P + 1)(P + 2)/2 - 1 in the plane. Their
order is scikit-learn's (``PolynomialFeatures(include_bias=False)``): by degree, then lexicographic. Powers
are built by repeated multiplication and picked sample by sample, from a row that fits in the cache; the cost is
O(n d) per term.
"""

from __future__ import annotations

import math
from functools import lru_cache
from itertools import combinations_with_replacement

import numpy as np

from leadlight.data.arguments import check_count
from leadlight.errors import ParameterError, ShapeError

__all__ = ["polynomial_exponents", "polynomial_features"]

MAX_VALUES = 2**28  # 2 GiB of float64: more is a mistake in the degree, not a wish


def polynomial_exponents(n_inputs: int, degree: int) -> np.ndarray:
    """Exponents of all monomials of degree 1 to `degree`.

    Returns
    -------
    ndarray of int64, shape (terms, n_inputs)
        Row r is the monomial prod_j x_j^r[j].

    Examples
    --------
    >>> polynomial_exponents(2, 2).tolist()
    [[1, 0], [0, 1], [2, 0], [1, 1], [0, 2]]
    >>> len(polynomial_exponents(2, 50))
    1325
    """
    d, P = check_count("n_inputs", n_inputs), check_count("degree", degree)
    terms = math.comb(d + P, d) - 1
    if terms * d > MAX_VALUES:
        raise ParameterError(
            f"{d} inputs to degree {P} make {terms:,} terms: choose a lower degree or fewer inputs."
        )
    return _exponents(d, P).copy()


@lru_cache(maxsize=16)
def _exponents(d: int, P: int) -> np.ndarray:
    """List them; kept, since features are made of the same few degrees again and again."""
    exponents = np.zeros((math.comb(d + P, d) - 1, d), dtype=np.int64)
    row = 0
    for total in range(1, P + 1):
        for factors in combinations_with_replacement(range(d), total):
            for factor in factors:
                exponents[row, factor] += 1
            row += 1
    exponents.setflags(write=False)
    return exponents


def polynomial_features(X: np.ndarray, degree: int) -> np.ndarray:
    """All monomials of degree 1 to `degree` of the columns of X.

    Parameters
    ----------
    X : array, shape (n, d)
    degree : int, at least 1

    Returns
    -------
    ndarray of float64, shape (n, C(d + degree, d) - 1)

    Examples
    --------
    >>> polynomial_features([[2.0, 3.0]], 2).tolist()
    [[2.0, 3.0, 4.0, 6.0, 9.0]]
    """
    X = np.asarray(X, dtype=np.float64)
    if X.ndim != 2 or X.shape[1] == 0:
        raise ShapeError(f"X must have the shape (samples, features); got {X.shape}.")
    exponents = polynomial_exponents(X.shape[1], degree)
    if len(X) * len(exponents) > MAX_VALUES:
        raise ParameterError(
            f"{len(exponents):,} terms of {len(X):,} samples do not fit in memory: choose a lower degree."
        )
    features = None
    for column, exponent in zip(X.T, exponents.T):
        powers = np.ones((len(X), degree + 1))
        for k in range(1, degree + 1):
            powers[:, k] = powers[:, k - 1] * column
        picked = powers.take(exponent, axis=1)
        features = picked if features is None else np.multiply(features, picked, out=features)
    assert features is not None  # there is at least one column
    return features
