import numpy as np
import pytest
from scipy import stats
from sklearn.datasets import load_iris, make_circles, make_moons

from leadlight import data
from leadlight.data.arguments import generator
from leadlight.errors import ParameterError

SEEDED = (
    data.noisy_line, data.spirals, data.rings, data.xor, data.circles, data.gaussians, data.moons,
)  # fmt: skip


@pytest.mark.parametrize("make", SEEDED, ids=lambda make: make.__name__)
def test_same_seed_same_bytes(make):
    first, again, other = make(seed=1), make(seed=1), make(seed=2)
    assert first.X.tobytes() == again.X.tobytes()
    assert first.y.tobytes() == again.y.tobytes()
    assert first.X.tobytes() != other.X.tobytes() or first.y.tobytes() != other.y.tobytes()
    assert make(seed=generator("mine", 1)).X.shape == first.X.shape


@pytest.mark.parametrize("make", SEEDED[1:], ids=lambda make: make.__name__)
def test_classes_are_int64_labels_in_equal_numbers(make):
    X, y = make()
    assert (X.dtype, y.dtype, y.ndim) == (np.float64, np.int64, 1)
    if make is not data.xor:
        assert len(set(np.bincount(y))) == 1


def test_different_sets_do_not_share_their_noise():
    line = data.noisy_line(n=50, slope=0, intercept=0, noise=1).y.ravel()
    moons = data.moons(n_per_class=25, noise=1).X - data.moons(n_per_class=25, noise=0).X
    assert abs(np.corrcoef(line, moons.ravel()[:50])[0, 1]) < 0.5


def test_noisy_line_is_the_sheets():
    x, y = data.noisy_line(seed=3)
    assert x.shape == y.shape == (100, 1)
    assert (x.ravel() == np.linspace(-1, 1, 100)).all()
    noise = np.concatenate([data.noisy_line(seed=s).y - (-2 * x + 3) for s in range(40)]).ravel()
    assert stats.kstest(noise / 0.25, "norm").pvalue > 0.01


def test_spirals_without_noise_lie_on_the_sheets_curve():
    X, y = data.spirals(n_per_class=7, n_arms=3, noise=0)
    t = np.linspace(0, 1, 7)
    for k in range(3):
        arm = X[y == k]
        arm = arm[np.argsort(np.hypot(*arm.T))]
        angle = 2 * np.pi / 3 * (2 * t + k)
        np.testing.assert_allclose(arm, np.column_stack([t * np.sin(angle), t * np.cos(angle)]), atol=1e-15)


def test_spiral_noise_is_sigma_squared_times_t_and_independent():
    t = np.linspace(0.5, 1, 1000)
    noisy = data.spirals(n_arms=1, t_range=(0.5, 1), seed=0)
    # one arm: undo the shuffle by drawing the same numbers with the permutation known
    rng = generator("spirals", 0)
    jitter = rng.standard_normal((2, 1, 1000))
    order = np.argsort(rng.permutation(1000))
    clean = np.column_stack([t * np.sin(4 * np.pi * t), t * np.cos(4 * np.pi * t)])
    noise = (noisy.X[order] - clean) / t[:, None]
    np.testing.assert_allclose(noise, 0.16 * jitter[:, 0].T, atol=1e-12)
    assert stats.kstest(noise.ravel() / 0.16, "norm").pvalue > 0.01
    assert abs(np.corrcoef(noise.T)[0, 1]) < 0.1


def test_spirals_are_shuffled_and_continue():
    _, y = data.spirals()
    assert np.bincount(y).tolist() == [1000] * 4
    assert np.count_nonzero(np.diff(y)) > 2800  # 3/4 of the neighbours differ when shuffled; 3 when not
    X, _ = data.spirals(noise=0, t_range=(1, 1.3))
    radius = np.hypot(*X.T)
    assert radius.min() == pytest.approx(1)
    assert radius.max() == pytest.approx(1.3)


def test_rings_are_uniform_in_radius_and_angle():
    X, y = data.rings()
    assert X.shape == (2000, 2)
    assert y.tolist() == [0] * 1000 + [1] * 1000
    radius, angle = np.hypot(*X.T), np.arctan2(X[:, 1], X[:, 0])
    assert stats.kstest(radius[y == 0], stats.uniform(0, 1).cdf).pvalue > 0.01
    assert stats.kstest(radius[y == 1], stats.uniform(3, 1).cdf).pvalue > 0.01
    assert stats.kstest(angle, stats.uniform(-np.pi, 2 * np.pi).cdf).pvalue > 0.01
    assert ((radius > 2) == y).all()  # the sheets' cut at r = 2


def test_damped_sine_is_exact_and_mirrors():
    x, y = data.damped_sine()
    assert x.shape == y.shape == (200, 1)
    assert x.tobytes() == np.arange(-10, 10, 0.1).tobytes()
    assert y.tobytes() == (np.sin(3 * x) * np.exp(-x / 8)).tobytes()
    assert 0 < np.abs(y).min() < 2e-13  # why the relative error needs its floor
    x_again, mirrored = data.damped_sine(mirrored=True)
    assert (x_again == x).all()
    np.testing.assert_allclose(mirrored[1:], y[1:][::-1], atol=1e-11)


def test_xor_is_the_sign_of_the_product():
    X, y = data.xor()
    assert (y == (X.prod(axis=1) > 0)).all()
    assert 400 < y.sum() < 600


def test_circles_and_moons_agree_with_scikit_learn():
    # scikit-learn puts the outer circle, ours the inner one first
    theirs, labels = make_circles(40, shuffle=False, noise=None, factor=0.5)
    X, y = data.circles(n_per_class=20, noise=0)
    np.testing.assert_allclose(X[y == 0], theirs[labels == 1], atol=1e-15)
    np.testing.assert_allclose(X[y == 1], theirs[labels == 0], atol=1e-15)
    theirs, labels = make_moons(40, shuffle=False, noise=None)
    X, y = data.moons(n_per_class=20, noise=0)
    np.testing.assert_allclose(X, theirs, atol=1e-15)
    assert (y == labels).all()


def test_gaussians_reach_their_bayes_accuracy():
    X, y = data.gaussians(n_per_class=5000, spread=1, distance=1)
    accuracy = np.mean((X[:, 0] < 0) == y)
    assert accuracy == pytest.approx(stats.norm.cdf(1), abs=0.015)


def test_iris_is_scikit_learns_standardised():
    bunch = load_iris()
    raw = data.iris(standardised=False)
    assert np.array_equal(raw.X, bunch.data)
    assert np.array_equal(raw.y, bunch.target)
    assert raw.feature_names == ("sepal length", "sepal width", "petal length", "petal width")
    X, y = data.iris()
    assert X.shape == (150, 4)
    assert np.bincount(y).tolist() == [50, 50, 50]
    np.testing.assert_allclose(X.mean(axis=0), 0, atol=1e-13)
    np.testing.assert_allclose(X.std(axis=0), 1, atol=1e-13)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: data.noisy_line(n=1), "n must be a whole number of at least 2; got 1"),
        (lambda: data.noisy_line(noise=-1), r"noise must be a finite number in \[0, inf\]; got -1"),
        (lambda: data.spirals(n_arms=0), "n_arms"),
        (lambda: data.spirals(n_per_class=2.5), "n_per_class must be a whole number"),
        (lambda: data.spirals(t_range=(0, float("inf"))), r"t_range\[1\] must be a finite number"),
        (lambda: data.circles(factor=1), r"factor must be a finite number in \(0, 1\)"),
        (lambda: data.gaussians(n_classes=1), "n_classes must be a whole number of at least 2"),
        (lambda: data.moons(noise="much"), "noise must be a finite number"),
        (lambda: data.iris(standardised="yes"), "standardised must be True or False"),
    ],
)
def test_arguments_out_of_range_are_named(call, words):
    with pytest.raises(ParameterError, match=words):
        call()
