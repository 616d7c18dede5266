"""animal-faces: what the first layer of a fully connected image classifier looks for, and why.

The sheet's network is trained on the faces and, as a control, on the same faces with shuffled labels; its
first-layer weights are drawn as images and measured; linear probes read every layer; and the reason, that
a first layer's gradient is a sum of its inputs, is derived and checked.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ...data import ImageSet, augment
from ...plots import ImageGridDisplay
from .._face_images import DATA_HELP, face_images, source_in_words
from ..page import Page
from ..parameters import parameter
from .answers import answer
from .classify import HIDDEN, classify, show_training
from .features import measure_features, show_features, show_measures
from .probes import show_probes
from .span import show_span

__all__ = ["Parameters", "run"]

FULL = (14_630, 1_500, 30)  # training images, validation images, epochs of the sheet


@dataclass(frozen=True)
class Parameters:
    """What animal-faces runs."""

    data: Path | None = parameter(None, DATA_HELP)
    images: int = parameter(FULL[0], "drawn faces for training", minimum=192, quick=2400)
    validation: int = parameter(FULL[1], "drawn faces for validation", minimum=30, quick=600)
    epochs: int = parameter(FULL[2], "passes over the training images", minimum=1, quick=5)
    seeds: int = parameter(5, "networks trained on the faces", minimum=1, quick=3)
    controls: int = parameter(3, "of them trained on shuffled labels as well", minimum=1, quick=2)
    lr: float = parameter(3e-4, "learning rate of Adam", above=0)
    probe_images: int = parameter(
        5000, "training images that linear probes are fitted to", minimum=64, quick=1200
    )
    span_images: int = parameter(
        256, "images of the trainings by SGD and Adam", minimum=64, maximum=1024, quick=128
    )
    span_epochs: int = parameter(60, "epochs of these trainings", minimum=1, quick=30)


def run(parameters: Parameters, page: Page) -> None:
    """Fill the page."""
    p = parameters
    faces, held_out = face_images(page, p.data, p.images, p.validation)
    n_control = min(p.controls, p.seeds)
    sizes = "-".join(map(str, (faces.n_features, *HIDDEN, faces.n_classes)))
    full_size = (
        p.data is None and (p.images, p.validation) == FULL[:2] and p.epochs >= FULL[2] and p.lr == 3e-4
    )
    trained = classify(page, faces, held_out, n_seeds=p.seeds, n_control=n_control, epochs=p.epochs, lr=p.lr)
    page.method(
        f"**Images.** {source_in_words(p.data, faces, held_out)}; 32 × 32 pixels in colour, each value taken to "
        f"$(x - 0.5)/0.5$. Training images are turned by up to 10 degrees and mirrored at random, anew each epoch. "
        f"**Networks.** {sizes} with ReLU and torch's default initial weights, {p.seeds} seeds; Adam at {p.lr:g}, "
        f"batches of 64, cross-entropy, {p.epochs} epochs, float32 on {trained.device}. Beside them networks with "
        f"one hidden layer, and {n_control} of the same networks trained on labels shuffled once, so that each true "
        "class has all labels in equal shares. **Reading.** "
        "First-layer weights are drawn and measured unit by unit; logistic regressions read each layer."
    )
    _show_images(page, faces)
    show_training(page, trained, held_out, full_size)
    show_features(page, trained, held_out)
    measured = measure_features(trained, faces)
    show_measures(page, measured, faces.n_features, faces.n_classes, drawn=p.data is None)
    shares = show_span(page, faces, p.span_images, p.span_epochs)
    layers = show_probes(page, trained, faces, held_out, p.probe_images)
    answer(page, trained, measured, layers, shares)
    page.limits(
        *(
            [
                "The faces are drawn by a program, not photographed. They are more centred and upright than "
                "in life, and where a feature sits says much: with photographs (`--data` reads your own) the "
                "numbers will differ."
            ]
            if p.data is None
            else ["The images are those that were given; whether they stand for others is not tested."]
        ),
        "A linear probe shows what a linear reader could find in a layer, not what the network makes of it; and it is "
        "fitted to images that the network was trained on.",
        "Smoothness and spread are measures of our choice. They tell noise from pictures and wholes from parts, not "
        "one meaning from another: that a template looks like a face is in the eye of who looks.",
        "One architecture, one optimizer, one learning rate. A convolutional network, whose first units see a few "
        "pixels each by construction, is the hierarchy to compare with; none is trained here.",
    )


def _show_images(page: Page, faces: ImageSet, n: int = 24) -> None:
    """The first images, eight a row, as they are and as an epoch shows them."""
    shown = faces.take(page.rng("shown").permutation(len(faces))[:n])
    for name, images, caption in (
        ("images", shown.images, "Some training images."),
        (
            "augmented",
            augment(shown.images, page.rng("augmented")),
            "The same images as one epoch may show them: turned by up to 10 degrees, every other one mirrored. "
            "Validation images are never changed.",
        ),
    ):
        titles = [faces.class_names[label] for label in shown.labels]
        page.figure(
            name,
            ImageGridDisplay(images, titles).plot().figure_,
            caption,
            alt=f"{len(images)} small animal faces, eight a row, with their classes.",
        )
    counts = np.bincount(faces.labels, minlength=faces.n_classes)
    page.number("training images by class", dict(zip(faces.class_names, counts.tolist())))
