import numpy as np
import pytest
import torch

from leadlight.data import ImageSet
from leadlight.errors import DataError, ShapeError


def test_features_are_torchs_normalised_flattened_tensors():
    images = np.random.default_rng(0).integers(0, 256, (3, 32, 32, 3)).astype(np.uint8)
    images[0, 0, 0], images[0, 0, 1] = 0, 255
    features = ImageSet(images, np.array([0, 1, 1]), ("a", "b")).features()
    oracle = ((torch.from_numpy(images).permute(0, 3, 1, 2) / 255 - 0.5) / 0.5).flatten(1)
    assert features.dtype == np.float32
    np.testing.assert_allclose(features, oracle.numpy(), atol=1e-6)
    assert features[0, 0] == -1
    assert features[0, 1] == 1


def test_it_knows_its_sizes_and_gives_subsets():
    faces = ImageSet(np.zeros((4, 8, 6, 3), np.uint8), np.array([0, 1, 2, 0], np.int32), ("a", "b", "c"))
    assert (len(faces), faces.n_samples, faces.n_features, faces.n_classes) == (4, 4, 144, 3)
    assert faces.labels.dtype == np.int64
    assert faces.take(np.array([2, 0])).labels.tolist() == [2, 0]


@pytest.mark.parametrize(
    ("images", "labels", "error", "words"),
    [
        (np.zeros((2, 8, 8, 3)), [0, 1], ShapeError, "must be uint8"),
        (np.zeros((2, 8, 8), np.uint8), [0, 1], ShapeError, "height, width, 3"),
        (np.zeros((2, 8, 8, 3), np.uint8), [0, 1, 1], ShapeError, "2 images need as many"),
        (np.zeros((2, 8, 8, 3), np.uint8), [0.0, 1.0], ShapeError, "integer labels"),
        (np.zeros((2, 8, 8, 3), np.uint8), [0, 2], DataError, r"0\.\.1; got 0 to 2"),
        (np.zeros((0, 8, 8, 3), np.uint8), np.empty(0, int), DataError, "at least one image"),
    ],
)
def test_refuses_what_does_not_fit(images, labels, error, words):
    with pytest.raises(error, match=words):
        ImageSet(images, np.asarray(labels), ("a", "b"))
