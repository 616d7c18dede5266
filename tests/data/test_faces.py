import time

import numpy as np
import pytest
import torch
from sklearn.linear_model import LogisticRegression
from sklearn.neural_network import MLPClassifier

from leadlight.data import AugmentedImages, synthetic_faces
from leadlight.errors import ParameterError


@pytest.fixture(scope="module")
def faces():
    return synthetic_faces(1500, 600, seed=0)


def test_shapes_names_and_equal_shares(faces):
    train, val = faces
    assert train.images.shape == (1500, 32, 32, 3)
    assert val.images.shape == (600, 32, 32, 3)
    assert train.class_names == val.class_names == ("cat", "dog", "wild")
    assert np.bincount(train.labels).tolist() == [500] * 3
    assert np.bincount(val.labels).tolist() == [200] * 3
    first = synthetic_faces(100, 3)[0]
    assert np.bincount(first.labels).tolist() == [34, 33, 33]


def test_same_seed_same_bytes_whatever_the_workers():
    one = synthetic_faces(400, 30, seed=7)
    two = synthetic_faces(400, 30, seed=7, workers=3)
    other = synthetic_faces(400, 30, seed=8)
    for part in range(2):
        assert one[part].images.tobytes() == two[part].images.tobytes()
        assert one[part].labels.tobytes() == two[part].labels.tobytes()
        assert one[part].images.tobytes() != other[part].images.tobytes()


def test_no_picture_is_twice_in_it(faces):
    both = np.concatenate([part.images for part in faces]).reshape(2100, -1)
    assert len(np.unique(both, axis=0)) == 2100


def test_they_are_shuffled(faces):
    assert np.count_nonzero(np.diff(faces[0].labels)) > 800


def test_pictures_have_contrast_and_range(faces):
    images = faces[0].images.astype(float)
    assert images.std(axis=(1, 2)).mean() > 25
    assert 80 < images.mean() < 150


def colour_statistics(part):
    pixels = part.images.reshape(len(part), -1, 3) / 255.0
    return np.hstack([pixels.mean(axis=1), pixels.std(axis=1)]) * 5


def test_colour_does_not_tell_the_classes_but_the_picture_does(faces):
    train, val = faces
    by_colour = LogisticRegression(max_iter=1000).fit(colour_statistics(train), train.labels)
    assert by_colour.score(colour_statistics(val), val.labels) < 0.45  # chance is 1/3
    by_shape = MLPClassifier((32,), early_stopping=True, max_iter=60, random_state=0)
    by_shape.fit(train.features(), train.labels)
    assert by_shape.score(val.features(), val.labels) > 0.48


def test_arguments_are_checked():
    with pytest.raises(ParameterError, match="n_train must be a whole number of at least 3"):
        synthetic_faces(2, 30)
    with pytest.raises(ParameterError, match="workers"):
        synthetic_faces(30, 30, workers=0)


@pytest.mark.long
def test_the_studys_network_ends_between_70_and_95_per_cent():
    """3072-64-64-64-3 ReLU, Adam 3e-4, batch 64, 30 epochs with augmentation, as the animal-faces study."""
    begin = time.process_time()
    train, val = synthetic_faces()
    assert time.process_time() - begin < 60  # about 5 s on a quiet core
    source = AugmentedImages(train)
    torch.manual_seed(0)
    layers = []
    for n_in, n_out in ((3072, 64), (64, 64), (64, 64)):
        layers += [torch.nn.Linear(n_in, n_out), torch.nn.ReLU()]
    network = torch.nn.Sequential(*layers, torch.nn.Linear(64, 3))
    optimizer = torch.optim.Adam(network.parameters(), 3e-4)
    rng = np.random.default_rng(0)
    for epoch in range(30):
        X, y = (torch.from_numpy(part) for part in source.epoch(epoch))
        for batch in torch.from_numpy(rng.permutation(len(X))).split(64):
            loss = torch.nn.functional.cross_entropy(network(X[batch]), y[batch])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    with torch.no_grad():
        predicted = network(torch.from_numpy(val.features())).argmax(1).numpy()
    assert 0.70 < (predicted == val.labels).mean() < 0.95
