"""animal-faces: each measure against an oracle, and one tiny run of the whole, with drawn and given images."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from PIL import Image
from sklearn.metrics import roc_auc_score

import leadlight as ll
from leadlight import studies
from leadlight.data import ImageSet, synthetic_faces
from leadlight.errors import DataError
from leadlight.studies.animal_faces.classify import HIDDEN, predictions, shuffle_labels
from leadlight.studies.animal_faces.features import class_means
from leadlight.studies.animal_faces.probes import probe_accuracy, selectivity
from leadlight.studies.animal_faces.span import first_layer_gradient, outside_share
from leadlight.studies.animal_faces.templates import (
    difference_share,
    measure_all,
    participation,
    smoothness,
    weight_images,
    window_share,
)

TINY = {
    "images": 384,
    "validation": 90,
    "epochs": 6,
    "seeds": 2,
    "controls": 1,
    "lr": 2e-3,
    "probe_images": 100,
    "span_images": 70,
    "span_epochs": 4,
}


@pytest.fixture(scope="module")
def result():
    return studies.run("animal-faces", **TINY)


def test_what_is_mathematics_holds_even_in_a_tiny_run(result):
    assert result.status == "ok"
    assert [claim.name for claim in result.failing] == []
    span = result.claim("inside-the-span")
    assert span.must_hold
    assert span.holds
    # Adam leaves the span that SGD keeps to
    assert span.evidence["share outside, Adam"] > 1e6 * span.evidence["share of the change outside, SGD"]
    assert all(d.holds for d in result.derivations)


def test_everything_the_sheet_asks_for_is_there(result):
    assert {f.name for f in result.figures} == {
        "images", "augmented", "curves", "confusion", "first-layer", "first-layer-controls",
        "units-and-images", "structure", "probes",
    }  # fmt: skip
    assert all(f.is_svg and len(f.content) < 500_000 for f in result.figures)
    assert len(result.answers) == 2
    assert len(result.limits) == 4
    assert len(result.derivations) == 1
    assert {t.name for t in result.tables} == {"accuracies", "summary", "structure-table", "probe-table"}
    assert sum(row[-1] for row in result.table("summary").rows) == 205_187


def test_same_seed_same_numbers(result):
    again = studies.run("animal-faces", **TINY)
    assert again.to_json() == result.to_json()


def test_claims_on_accuracy_bind_at_full_size_only(result):
    assert not result.claim("learns-but-not-all").must_hold
    assert not result.claim("control-at-chance").must_hold


def test_given_images_of_two_classes_fewer_than_a_batch(tmp_path):
    rng = np.random.default_rng(0)
    for part, n in (("train", 12), ("val", 4)):
        for name in ("lynx", "otter"):
            folder = tmp_path / part / name
            folder.mkdir(parents=True)
            for i in range(n):
                pixels = rng.integers(0, 256, (36, 40, 3), dtype=np.uint8)
                Image.fromarray(pixels).save(folder / f"{i}.png")
    result = studies.run("animal-faces", data=tmp_path, epochs=2, seeds=1, controls=1, span_epochs=1)
    assert result.failing == ()
    assert (
        "24 images that were given for training and 8 for validation, of the classes lynx and otter"
        in result.method
    )
    assert str(tmp_path) not in str(result.to_json()["method"])
    assert result.table("summary").rows[-1][2] == 2


def test_unusable_images_are_one_sentence(tmp_path):
    (tmp_path / "train").mkdir()
    with pytest.raises(DataError, match="no folder 'val'"):
        studies.run("animal-faces", data=tmp_path)


def test_smoothness_is_the_mean_of_two_correlations_for_one_channel():
    rng = np.random.default_rng(1)
    image = rng.standard_normal((9, 9, 1)).cumsum(axis=0).cumsum(axis=1)
    x = image[..., 0] - image.mean()

    def correlation(a, b):  # about 0, not about each part's own mean
        return (a * b).sum() / np.sqrt((a * a).sum() * (b * b).sum())

    expected = (correlation(x[:, 1:], x[:, :-1]) + correlation(x[1:], x[:-1])) / 2
    assert smoothness(image[None])[0] == pytest.approx(expected)
    # and close to the usual correlations of neighbours
    across = np.corrcoef(x[:, 1:].ravel(), x[:, :-1].ravel())[0, 1]
    down = np.corrcoef(x[1:].ravel(), x[:-1].ravel())[0, 1]
    assert smoothness(image[None])[0] == pytest.approx((across + down) / 2, abs=0.1)


def test_measures_do_not_depend_on_scale_and_know_noise():
    rng = np.random.default_rng(2)
    weights = rng.uniform(-1, 1, (50, 3072))
    means = rng.standard_normal((3, 3072))
    found, scaled = measure_all([weights], means, 32), measure_all([0.01 * weights], means, 32)
    for name, values in found.items():
        assert values.shape == (1, 50)
        assert scaled[name] == pytest.approx(values)
    assert abs(found["smoothness"].mean()) < 0.01
    # E[e]^2 / E[e^2] for e the sum of three squares of uniform numbers: 1 / (1 + (9/5 - 1)/3)
    assert found["participation"].mean() == pytest.approx(1 / (1 + 0.8 / 3), rel=0.02)
    assert found["difference share"].mean() == pytest.approx(2 / 3072, rel=0.4)


def test_window_share_by_brute_force():
    rng = np.random.default_rng(3)
    images = rng.standard_normal((2, 10, 12, 3))
    e = (images**2).sum(axis=3)
    best = [
        max(e[k, i : i + 4, j : j + 4].sum() for i in range(7) for j in range(9)) / e[k].sum()
        for k in range(2)
    ]
    assert window_share(images, 4) == pytest.approx(best)


def test_a_patch_is_recognised_as_one():
    patch = np.zeros((1, 32, 32, 3))
    patch[0, 20:28, 3:11] = -2.0
    assert window_share(patch)[0] == pytest.approx(1.0)
    assert participation(patch)[0] == pytest.approx(1 / 16)


def test_difference_share_is_one_in_the_span_and_zero_across_it():
    rng = np.random.default_rng(4)
    means = rng.standard_normal((3, 20))
    inside = 2 * means[0] - 3 * means[1] + means[2]  # coefficients sum to 0
    across = np.linalg.svd(means[1:] - means[0])[2][-1]
    assert difference_share(np.stack([inside, across]), means) == pytest.approx([1, 0], abs=1e-12)


def test_weight_images_put_channels_last():
    images = weight_images(np.arange(12.0)[None], 2)
    assert images[0, :, :, 0].tolist() == [[0, 1], [2, 3]]
    assert images[0, 1, 0].tolist() == [2, 6, 10]


def test_selectivity_is_sklearns_area_of_the_best_class():
    rng = np.random.default_rng(5)
    labels = rng.integers(0, 3, 60)
    activations = np.round(rng.standard_normal((60, 4)) + 0.4 * labels[:, None], 1)  # with ties
    for unit, value in enumerate(selectivity(activations, labels)):
        areas = [roc_auc_score(labels == k, activations[:, unit]) for k in range(3)]
        assert value == pytest.approx(max(max(a, 1 - a) for a in areas))


def test_probe_reads_what_is_linear_and_not_what_is_not():
    rng = np.random.default_rng(6)
    X = rng.uniform(-1, 1, (600, 2))
    linear, xor = (X[:, 0] > 0).astype(int), (X[:, 0] * X[:, 1] > 0).astype(int)
    assert probe_accuracy(X[:400], linear[:400], X[400:], linear[400:]) > 95
    assert probe_accuracy(X[:400], xor[:400], X[400:], xor[400:]) < 65


def test_gradient_formula_is_autograds():
    rng = np.random.default_rng(7)
    net = ll.mlp(12, (5, 4), 3, seed=1)
    X, y = rng.standard_normal((9, 12)), rng.integers(0, 3, 9)
    module = net.to_torch(dtype=torch.float64)
    loss = torch.nn.functional.cross_entropy(module(torch.from_numpy(X)), torch.from_numpy(y))
    loss.backward()
    expected = next(module.parameters()).grad.numpy()
    assert first_layer_gradient(net, X, y) == pytest.approx(expected, abs=1e-14)
    assert outside_share(expected, X) < 1e-28


def test_shuffled_labels_say_nothing_of_the_true_ones():
    rng = np.random.default_rng(8)
    labels = np.repeat([0, 1, 2], [300, 150, 50])
    shuffled = shuffle_labels(labels, rng)
    table = np.zeros((3, 3))
    np.add.at(table, (labels, shuffled), 1)
    expected = np.outer(table.sum(axis=1), [300, 150, 50]) / 500
    assert np.abs(table - expected).max() <= 1
    assert not np.array_equal(shuffled, shuffle_labels(labels, rng))


def test_class_means_and_predictions():
    images = np.zeros((3, 32, 32, 3), np.uint8)
    images[2] = 255
    faces = ImageSet(images, np.array([0, 1, 1]), ("dark", "light"))
    assert class_means(faces)[:, 0].tolist() == [-1.0, 0.0]
    net = ll.mlp(3072, HIDDEN, 2, seed=0)
    found = predictions([net, net], faces)
    assert found.shape == (2, 3)
    assert found[0].tolist() == net(faces.features()).argmax(axis=1).tolist()


@pytest.mark.long
def test_accuracy_and_control_at_a_fifth_of_the_epochs():
    result = studies.run("animal-faces", epochs=6, seeds=2, controls=1, span_epochs=20)
    assert result.claim("learns-but-not-all").holds
    assert result.claim("control-at-chance").holds
    assert result.claim("smoother-than-initial").holds
    assert result.claim("few-part-detectors").holds


@pytest.mark.long
def test_drawn_faces_need_more_than_their_mean_colour():
    train, val = synthetic_faces(1500, 300, seed=3)
    mean, mean_val = train.images.mean(axis=(1, 2)), val.images.mean(axis=(1, 2))
    assert probe_accuracy(mean, train.labels, mean_val, val.labels, strength=1.0) < 55
