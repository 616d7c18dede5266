"""Intervals over seeds: quartiles, a bootstrap interval of the median, Wilson's interval of a share.

Sources: Efron and Tibshirani, An Introduction to the Bootstrap (1993), percentile method; Wilson (1927),
Probable inference, the law of succession, and statistical inference.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from leadlight.errors import ParameterError

from .result import Interval

__all__ = ["interval", "share"]

RESAMPLES = 2000
NORMAL_975 = 1.959963984540054  # 97.5 % quantile of the standard normal distribution


def interval(values: Sequence[float] | np.ndarray, kind: str = "interquartile") -> Interval:
    """Return the median of `values` (n,) with an interval.

    Parameters
    ----------
    kind : str
        ``"interquartile"``: first and third quartile. ``"bootstrap"``: 95 % percentile interval of the median
        from 2,000 resamples with a fixed seed.

    Raises
    ------
    ParameterError
        If there are no values, one is not finite, or the kind is unknown.

    Examples
    --------
    >>> print(interval([1, 2, 3, 4, 5]))
    3 [2, 4]
    """
    x = np.asarray(values, dtype=np.float64).ravel()
    if x.size == 0:
        raise ParameterError("An interval needs at least one value, got none.")
    if not np.isfinite(x).all():
        raise ParameterError(
            f"An interval needs finite values, but {int((~np.isfinite(x)).sum())} of {x.size} are not: "
            "leave them out and count them."
        )
    if kind == "interquartile":
        low, high = np.percentile(x, [25, 75])
    elif kind == "bootstrap":
        picks = np.random.default_rng(0).integers(0, x.size, size=(RESAMPLES, x.size))
        low, high = np.percentile(np.median(x[picks], axis=1), [2.5, 97.5])
    else:
        raise ParameterError(f"Unknown kind of interval {kind!r}: expected 'interquartile' or 'bootstrap'.")
    return Interval(float(np.median(x)), float(low), float(high), int(x.size), kind)


def share(successes: int, n: int) -> Interval:
    """Return successes / n with its 95 % Wilson score interval.

    Examples
    --------
    >>> print(f"{share(10, 1000):.4f}")
    0.0100 [0.0054, 0.0183]
    """
    if not 0 <= successes <= n or n < 1:
        raise ParameterError(f"A share needs 0 <= successes <= n and n >= 1, got {successes} of {n}.")
    p, z2 = successes / n, NORMAL_975**2
    centre = (p + z2 / (2 * n)) / (1 + z2 / n)
    half = NORMAL_975 / (1 + z2 / n) * math.sqrt(p * (1 - p) / n + z2 / (4 * n * n))
    low, high = max(0.0, centre - half), min(1.0, centre + half)
    return Interval(p, 0.0 if successes == 0 else low, 1.0 if successes == n else high, int(n), "wilson")
