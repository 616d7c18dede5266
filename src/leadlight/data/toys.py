"""The small data sets of the course sheets and their usual companions, each drawn from a seed.

Definitions follow the sheets to the letter where they have one (spirals, rings, damped sine, noisy line);
XOR, circles, Gaussians and moons follow scikit-learn's generators and TensorFlow Playground in spirit. All
cost O(n).
"""

from __future__ import annotations

from typing import Any

import numpy as np

from leadlight.data.arguments import Seed, check_count, check_number, generator
from leadlight.data.dataset import Dataset, standardise
from leadlight.errors import ParameterError

__all__ = [
    "circles",
    "damped_sine",
    "gaussians",
    "iris",
    "moons",
    "noisy_line",
    "rings",
    "spirals",
    "xor",
]

_PLANE = ("x1", "x2")


def noisy_line(
    n: int = 100, slope: float = -2.0, intercept: float = 3.0, noise: float = 0.25, seed: Seed = 0
) -> Dataset:
    """Points of y = slope x + intercept + n(noise) at n evenly spaced x in [-1, 1].

    Parameters
    ----------
    n : int, at least 2
    slope, intercept : float
    noise : float, at least 0
        Standard deviation of the normal noise.
    seed : int, SeedSequence or Generator

    Returns
    -------
    Dataset
        X (n, 1), y (n, 1).

    Examples
    --------
    >>> noisy_line(n=3, noise=0).y.ravel().tolist()
    [5.0, 3.0, 1.0]
    """
    x = np.linspace(-1.0, 1.0, check_count("n", n, minimum=2))
    deviation = check_number("noise", noise, minimum=0)
    clean = check_number("slope", slope) * x + check_number("intercept", intercept)
    y = clean + deviation * generator("noisy_line", seed).standard_normal(n)
    return Dataset(x[:, None], y[:, None], feature_names=("x",), name="noisy line")


def spirals(
    n_per_class: int = 1000,
    n_arms: int = 4,
    noise: float = 0.4,
    seed: Seed = 0,
    t_range: tuple[float, float] = (0.0, 1.0),
) -> Dataset:
    """Spiral arms, one class each, shuffled.

    Arm k of K: x1 = t (sin(2 pi/K (2t + k)) + noise^2 n(1)), x2 = t (cos(2 pi/K (2t + k)) + noise^2 n(1)) at
    evenly spaced t in `t_range`; the two noises are independent. The sheets' sigma is 0.4 and enters squared:
    the noise has the standard deviation 0.16 t.

    Parameters
    ----------
    n_per_class, n_arms : int
    noise : float, at least 0
        The sheets' sigma (squared in the formula).
    seed : int, SeedSequence or Generator
    t_range : (float, float)
        From the centre (0) to the end (1) of the arms; (1, 1.3) continues them. Both ends are drawn.

    Returns
    -------
    Dataset
        X (n_arms n_per_class, 2), y int64 labels 0..n_arms-1.

    Examples
    --------
    >>> spirals(n_per_class=5, n_arms=3)
    Dataset('spirals', 15 samples, 2 features, 3 classes)
    """
    n, n_arms = check_count("n_per_class", n_per_class), check_count("n_arms", n_arms)
    sigma = check_number("noise", noise, minimum=0)
    start, stop = t_range
    t = np.linspace(check_number("t_range[0]", start), check_number("t_range[1]", stop), n)
    rng = generator("spirals", seed)
    k = np.arange(n_arms)[:, None]
    angle = 2 * np.pi / n_arms * (2 * t + k)
    jitter = sigma**2 * rng.standard_normal((2, n_arms, n))
    X = np.stack([t * (np.sin(angle) + jitter[0]), t * (np.cos(angle) + jitter[1])], axis=-1)
    labels = np.broadcast_to(k, (n_arms, n))
    names = tuple(f"arm {i}" for i in range(n_arms))
    data = Dataset(X.reshape(-1, 2), labels.reshape(-1), names, _PLANE, "spirals")
    return data.take(rng.permutation(len(data)))


def rings(n_per_class: int = 1000, seed: Seed = 0) -> Dataset:
    """A disc of radius u(0, 1) (class 0) inside a ring of radius u(3, 4) (class 1), angle u(0, 2 pi).

    Uniform in radius, so denser towards the centre. The samples of class 0 come first; `as_column` gives the
    targets as the column (n, 1) that a binary cross-entropy on one output wants.

    Returns
    -------
    Dataset
        X (2 n_per_class, 2), y int64 (2 n_per_class,).

    Examples
    --------
    >>> X, y = rings()
    >>> bool((np.hypot(*X[y == 0].T) < 1).all()), bool((np.hypot(*X[y == 1].T) >= 3).all())
    (True, True)
    """
    n = check_count("n_per_class", n_per_class)
    rng = generator("rings", seed)
    radius = np.concatenate([rng.uniform(0, 1, n), rng.uniform(3, 4, n)])
    angle = rng.uniform(0, 2 * np.pi, 2 * n)
    X = np.column_stack([radius * np.cos(angle), radius * np.sin(angle)])
    return Dataset(X, np.repeat([0, 1], n), ("inner", "outer"), _PLANE, "rings")


def damped_sine(mirrored: bool = False) -> Dataset:
    """y = sin(3x) exp(-x/8) at the 200 points x = arange(-10, 10, 0.1); no noise, no seed.

    Parameters
    ----------
    mirrored : bool
        Take y at -x instead, so that the large swings are on the right.

    Returns
    -------
    Dataset
        X (200, 1), y (200, 1). The point nearest 0 is x = -3.6e-14, where y is -1.1e-13: a relative error
        needs a floor.

    Examples
    --------
    >>> len(damped_sine())
    200
    """
    x = np.arange(-10, 10, 0.1)
    s = -x if mirrored else x
    y = np.sin(3 * s) * np.exp(-s / 8)
    name = "mirrored damped sine" if mirrored else "damped sine"
    return Dataset(x[:, None], y[:, None], feature_names=("x",), name=name)


def xor(n: int = 1000, seed: Seed = 0) -> Dataset:
    """Standard normal points of the plane; class 1 where x1 x2 > 0 (the workload W5 of the benchmarks).

    Examples
    --------
    >>> X, y = xor(n=50)
    >>> bool(((X[:, 0] * X[:, 1] > 0) == y).all())
    True
    """
    X = generator("xor", seed).standard_normal((check_count("n", n), 2))
    return Dataset(X, (X[:, 0] * X[:, 1] > 0).astype(np.int64), ("differ", "agree"), _PLANE, "xor")


def circles(n_per_class: int = 500, noise: float = 0.1, factor: float = 0.5, seed: Seed = 0) -> Dataset:
    """Two concentric circles, radius `factor` (class 0) and 1 (class 1), at even angles, with normal noise.

    Examples
    --------
    >>> X, y = circles(n_per_class=8, noise=0)
    >>> np.hypot(*X.T).round(12).tolist() == [0.5] * 8 + [1.0] * 8
    True
    """
    n = check_count("n_per_class", n_per_class)
    inner = check_number("factor", factor, 0, 1, open_ends=True)
    angle = np.tile(2 * np.pi * np.arange(n) / n, 2)
    radius = np.repeat([inner, 1.0], n)
    X = np.column_stack([radius * np.cos(angle), radius * np.sin(angle)])
    X += check_number("noise", noise, minimum=0) * generator("circles", seed).standard_normal(X.shape)
    return Dataset(X, np.repeat([0, 1], n), ("inner", "outer"), _PLANE, "circles")


def gaussians(
    n_per_class: int = 500, n_classes: int = 2, spread: float = 1.0, distance: float = 2.0, seed: Seed = 0
) -> Dataset:
    """Normal clouds of standard deviation `spread`, their means evenly on a circle of radius `distance`.

    Two classes of equal spread have the best possible accuracy Phi(distance / spread), with a straight
    boundary.

    Examples
    --------
    >>> gaussians(n_per_class=10, n_classes=5)
    Dataset('gaussians', 50 samples, 2 features, 5 classes)
    """
    n, k = check_count("n_per_class", n_per_class), check_count("n_classes", n_classes, minimum=2)
    angle = 2 * np.pi * np.arange(k) / k
    means = check_number("distance", distance, minimum=0) * np.column_stack([np.cos(angle), np.sin(angle)])
    cloud = generator("gaussians", seed).standard_normal((k, n, 2))
    X = means[:, None, :] + check_number("spread", spread, minimum=0) * cloud
    names = tuple(f"cloud {i}" for i in range(k))
    return Dataset(X.reshape(-1, 2), np.repeat(np.arange(k), n), names, _PLANE, "gaussians")


def moons(n_per_class: int = 500, noise: float = 0.1, seed: Seed = 0) -> Dataset:
    """Two interleaved half circles, as scikit-learn's ``make_moons``, with normal noise.

    Examples
    --------
    >>> moons(n_per_class=3, noise=0).X.round(12).tolist()
    [[1.0, 0.0], [0.0, 1.0], [-1.0, 0.0], [0.0, 0.5], [1.0, -0.5], [2.0, 0.5]]
    """
    n = check_count("n_per_class", n_per_class)
    angle = np.linspace(0, np.pi, n)
    upper = np.column_stack([np.cos(angle), np.sin(angle)])
    lower = np.column_stack([1 - np.cos(angle), 0.5 - np.sin(angle)])
    X = np.concatenate([upper, lower])
    X += check_number("noise", noise, minimum=0) * generator("moons", seed).standard_normal(X.shape)
    return Dataset(X, np.repeat([0, 1], n), ("upper", "lower"), _PLANE, "moons")


def iris(standardised: bool = True) -> Dataset:
    """Fisher's iris flowers (1936): 150 samples, 4 lengths in cm, 3 species of 50 each; scikit-learn's copy.

    Parameters
    ----------
    standardised : bool
        Mean 0 and standard deviation 1 of each feature over all 150 samples. To score on held-out samples
        take the raw lengths, `split`, then `standardise` by the training part.

    Examples
    --------
    >>> iris().class_names
    ('setosa', 'versicolor', 'virginica')
    """
    from sklearn.datasets import load_iris

    if not isinstance(standardised, bool):
        raise ParameterError(f"standardised must be True or False; got {standardised!r}.")
    bunch: Any = load_iris()
    species = tuple(str(name) for name in bunch.target_names)
    lengths = tuple(str(name).removesuffix(" (cm)") for name in bunch.feature_names)
    data = Dataset(bunch.data, bunch.target, species, lengths, "iris")
    return standardise(data)[0] if standardised else data
