import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import ndimage

from leadlight.data import AugmentedImages, ImageSet, augment, rotate
from leadlight.errors import ParameterError, ShapeError


def photographs(n, height=32, width=32, seed=0):
    """Smooth random images with some grain: neighbours differ, but not by 255."""
    noise = np.random.default_rng(seed).uniform(0, 255, (n, height, width, 3))
    smooth = ndimage.gaussian_filter(noise, (0, 1.5, 1.5, 0))
    low, high = smooth.min(), smooth.max()
    return ((smooth - low) / (high - low) * 255).astype(np.uint8)


@settings(deadline=None, max_examples=40)
@given(st.floats(-180, 180), st.sampled_from([(32, 32), (5, 9), (16, 7)]))
def test_rotation_is_scipys_bilinear(angle, shape):
    image = photographs(1, *shape)[0]
    ours = rotate(image[None], np.array([angle]))[0].astype(float)
    for channel in range(3):
        oracle = ndimage.rotate(
            image[..., channel].astype(float), angle, reshape=False, order=1, mode="nearest"
        )
        # half a level for rounding, and the slope times half of 1/64 pixel each way
        slope = np.abs(np.gradient(image[..., channel].astype(float))).max() * 2 + 1
        assert np.abs(ours[..., channel] - oracle).max() <= 0.5 + slope / 64


def test_rotation_of_grain_is_scipys_on_average():
    image = np.random.default_rng(1).integers(0, 256, (32, 32, 3)).astype(np.uint8)
    ours = rotate(image[None], np.array([7.3]))[0].astype(float)
    oracle = ndimage.rotate(image.astype(float), 7.3, reshape=False, order=1, mode="nearest")
    assert np.abs(ours - oracle).mean() < 0.6
    assert np.abs(ours - oracle).max() < 4


@pytest.mark.parametrize("quarter", [0, 1, 2, 3])
def test_quarter_turns_are_exact_and_counter_clockwise(quarter):
    images = np.random.default_rng(2).integers(0, 256, (5, 32, 32, 3)).astype(np.uint8)
    turned = rotate(images, np.full(5, 90.0 * quarter))
    assert np.array_equal(turned, np.rot90(images, quarter, axes=(1, 2)))


def test_a_flip_mirrors_before_it_turns():
    images = photographs(6)
    angles = np.linspace(-9, 9, 6)
    mirrored = rotate(np.ascontiguousarray(images[:, :, ::-1]), angles)
    assert np.array_equal(rotate(images, angles, np.ones(6, bool)), mirrored)
    mixed = rotate(images, angles, np.array([1, 0, 1, 0, 1, 0], bool))
    assert np.array_equal(mixed[::2], mirrored[::2])
    assert np.array_equal(mixed[1::2], rotate(images, angles)[1::2])


def test_extremes_do_not_carry_between_channels():
    white = np.full((1, 32, 32, 3), 255, np.uint8)
    assert (rotate(white, np.array([33.0])) == 255).all()
    yellow = white.copy()
    yellow[..., 2] = 0
    assert (rotate(yellow, np.array([33.0])) == (255, 255, 0)).all()


def test_blocks_do_not_change_the_images():
    images = photographs(70)
    angles = np.linspace(-10, 10, 70)
    one_by_one = np.concatenate([rotate(images[i : i + 1], angles[i : i + 1]) for i in range(70)])
    assert np.array_equal(rotate(images, angles), one_by_one)


def test_augment_draws_from_the_range_and_flips_half():
    image = np.zeros((400, 3, 3, 3), np.uint8)
    image[:, 1, 2] = 255  # a mark on the right
    out = augment(image, np.random.default_rng(0), rotation=0)
    left = (out[:, 1, 0, 0] == 255).mean()
    assert 0.4 < left < 0.6
    assert np.array_equal(augment(image, np.random.default_rng(0), rotation=0, flip=False), image)
    again = augment(photographs(9), np.random.default_rng(3))
    assert np.array_equal(again, augment(photographs(9), np.random.default_rng(3)))


def test_an_epoch_depends_on_its_number_and_the_seed_only():
    faces = ImageSet(photographs(8), np.arange(8) % 2, ("a", "b"))
    source = AugmentedImages(faces, seed=5)
    X, y = source.epoch(3)
    assert (X.shape, X.dtype, source.n_samples, source.n_features) == ((8, 3072), np.float32, 8, 3072)
    assert y.tolist() == faces.labels.tolist()
    assert np.array_equal(AugmentedImages(faces, seed=5).epoch(3)[0], X)
    assert not np.array_equal(source.epoch(4)[0], X)
    assert not np.array_equal(AugmentedImages(faces, seed=6).epoch(3)[0], X)


def test_what_does_not_fit_is_refused():
    with pytest.raises(ShapeError, match="uint8"):
        rotate(np.zeros((1, 4, 4, 3)), np.zeros(1))
    with pytest.raises(ShapeError, match="2 images need as many angles"):
        rotate(np.zeros((2, 4, 4, 3), np.uint8), np.zeros(3))
    with pytest.raises(ParameterError, match="rotation"):
        augment(np.zeros((1, 4, 4, 3), np.uint8), np.random.default_rng(0), rotation=-1)
