"""Train the sheet's network on the faces, a shallow one beside it, and a control whose labels are shuffled.

All learning curves, the confusion matrix and what the accuracies say.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ...data import AugmentedImages, ImageSet
from ...network import Network
from ...plots import ConfusionDisplay, LossCurvesDisplay, style
from ...random_network import mlp
from ...training import Runs, train
from ..page import Page

__all__ = ["HIDDEN", "Group", "Trained", "classify", "predictions", "show_training", "shuffle_labels"]

HIDDEN = (64, 64, 64)  # the sheet's hidden layers
CURVES = {"faces": "#0072b2", "shuffled labels": "#d55e00"}


@dataclass(frozen=True)
class Group:
    """Networks of one kind, before and after training, one seed each.

    ``metrics`` are those of `Runs`: arrays (n_seeds, epochs), accuracies as shares.
    """

    networks: list[Network]
    initial: list[Network]
    metrics: dict[str, np.ndarray]

    @classmethod
    def of(cls, runs: Runs, rows: slice) -> Group:
        """Take some of the runs of one call."""
        return cls(
            runs.networks[rows], runs.initial_networks[rows], {k: v[rows] for k, v in runs.metrics.items()}
        )

    def final(self, metric: str) -> np.ndarray:
        """The last value of a metric for each seed, accuracies in per cent."""
        return self.metrics[metric][:, -1] * (100 if metric.endswith("accuracy") else 1)


@dataclass(frozen=True)
class Trained:
    """What the study trained: the sheet's network, one with a single hidden layer, and the control."""

    deep: Group
    shallow: Group
    control: Group
    chance: float  # accuracy of always naming the most frequent class of the validation images, per cent
    device: str


def classify(
    page: Page, faces: ImageSet, held_out: ImageSet, *, n_seeds: int, n_control: int, epochs: int, lr: float
) -> Trained:
    """Train everything: Adam, batches of 64, images turned and mirrored anew each epoch."""
    size, k = faces.n_features, faces.n_classes
    seeds = page.seeds("networks", n_seeds)
    deep = [mlp(size, HIDDEN, k, seed=seed) for seed in seeds]
    shallow = [mlp(size, HIDDEN[:1], k, seed=seed) for seed in seeds]
    epoch_seed = page.seeds("augmentation", 1)[0]
    test = (held_out.features(), held_out.labels)

    def fit(label: str, nets: list[Network], labels: np.ndarray, keys: Sequence[int]) -> Runs:
        return train(
            nets,
            AugmentedImages(ImageSet(faces.images, labels, faces.class_names), epoch_seed),
            loss="cross_entropy",
            optimizer="adam",
            lr=lr,
            epochs=epochs,
            batch_size=min(64, len(faces)),
            seed=keys,
            test=test,
            metrics_every=1,
            record="epoch",
            progress=page.training_progress(label),
        )

    runs = fit(f"{2 * n_seeds} networks on faces", deep + shallow, faces.labels, seeds * 2)
    shuffled = shuffle_labels(faces.labels, page.rng("shuffled labels"))
    control = fit(f"{n_control} networks on shuffled labels", deep[:n_control], shuffled, seeds[:n_control])
    return Trained(
        deep=Group.of(runs, slice(0, n_seeds)),
        shallow=Group.of(runs, slice(n_seeds, None)),
        control=Group.of(control, slice(0, n_control)),
        chance=100 * float(np.bincount(held_out.labels).max()) / len(held_out),
        device=runs.device,
    )


def shuffle_labels(labels: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Labels (n,) that say nothing of the true ones: every class gets all labels in their overall shares.

    A plain permutation leaves the shares slightly uneven, and a network finds that and makes it larger.

    Examples
    --------
    >>> true = np.repeat([0, 1, 2], 6)
    >>> shuffled = shuffle_labels(true, np.random.default_rng(0))
    >>> [np.bincount(shuffled[true == k]).tolist() for k in range(3)]
    [[2, 2, 2], [2, 2, 2], [2, 2, 2]]
    """
    limits = np.cumsum(np.bincount(labels)) / len(labels)
    shuffled = np.empty_like(labels)
    for label in np.unique(labels):
        own = rng.permutation(np.flatnonzero(labels == label))
        shuffled[own] = np.searchsorted(limits, (np.arange(len(own)) + 0.5) / len(own))
    return shuffled


def predictions(networks: Sequence[Network], images: ImageSet) -> np.ndarray:
    """Predicted classes, int (n_networks, n_images)."""
    X = images.features()
    return np.stack([net(X).argmax(axis=1) for net in networks])


def show_training(page: Page, trained: Trained, held_out: ImageSet, full_size: bool) -> None:
    """Curves, table of accuracies, confusion matrix and the claims on them."""
    _curves(page, trained)
    _accuracies(page, trained)
    deep, control = trained.deep.final("test_accuracy"), trained.control.final("test_accuracy")
    page.claim(
        "learns-but-not-all",
        "The median validation accuracy of the sheet's network ends between 70 % and 95 %.",
        bool(70 <= np.median(deep) <= 95),
        {"validation accuracy, %": page.interval(deep), "lowest": deep.min(), "highest": deep.max()},
        must_hold=full_size,
    )
    page.claim(
        "control-at-chance",
        "Trained on shuffled labels, the same networks classify validation images no better than chance: "
        "within 5 points of it, each of them.",
        bool((np.abs(control - trained.chance) < 5).all()),
        {"chance, %": trained.chance, "lowest, %": control.min(), "highest, %": control.max()},
        must_hold=full_size,
    )
    shallow = trained.shallow.final("test_accuracy")
    page.claim(
        "one-layer-is-enough",
        "One hidden layer does as well as three: its median validation accuracy is at most 1 point lower.",
        bool(np.median(shallow) >= np.median(deep) - 1),
        {"one hidden layer, %": page.interval(shallow), "three hidden layers, %": page.interval(deep)},
        must_hold=False,
    )
    found = predictions(trained.deep.networks, held_out)
    truth = np.tile(held_out.labels, len(found))
    display = ConfusionDisplay.from_predictions(truth, found.ravel(), held_out.class_names)
    figure, axes = style.subplots(1, 1, figsize=(6.4, 3.4))
    display.plot(axes[0, 0])
    page.figure(
        "confusion",
        figure,
        f"Validation images: the true class in rows, the class named by the network in columns, summed over the "
        f"{len(found)} networks.",
        alt="Confusion matrix with its largest numbers on the diagonal.",
    )


def _curves(page: Page, trained: Trained) -> None:
    figure, axes = style.subplots(1, 2, figsize=(9.2, 3.4))
    groups = {"faces": trained.deep, "shuffled labels": trained.control}
    epochs = trained.deep.metrics["train_loss"].shape[1]
    for ax, quantity, scale in zip(axes[0], ("loss", "accuracy"), (1, 100)):
        curves, colours, lines = {}, {}, {}
        for group, runs in groups.items():
            for part, line in (("train", "--"), ("test", "-")):
                name = f"{group}, {'training' if part == 'train' else 'validation'}"
                curves[name] = scale * runs.metrics[f"{part}_{quantity}"]
                colours[name], lines[name] = CURVES[group], line
        label = "cross-entropy" if quantity == "loss" else "accuracy in per cent"
        LossCurvesDisplay(curves, steps=np.arange(1, epochs + 1), xlabel="epoch", ylabel=label).plot(
            ax, log_y=False, colours=colours, styles=lines, legend=quantity == "loss"
        )
    axes[0, 1].axhline(trained.chance, color=style.MUTED, linewidth=1, linestyle=":")
    page.figure(
        "curves",
        figure,
        "Loss and accuracy after each epoch: median and quartiles over seeds. Training images are those of the "
        "epoch, turned and mirrored. Dotted: chance. On shuffled labels there is "
        "nothing to learn but the training images by heart.",
        alt="Curves of loss and accuracy: on faces and on shuffled labels, training and validation.",
    )


def _accuracies(page: Page, trained: Trained) -> None:
    rows = [
        [
            name,
            group.networks[0].n_parameters,
            page.interval(group.final("train_accuracy")),
            page.interval(group.final("test_accuracy")),
            page.interval(group.metrics["test_accuracy"].max(axis=1) * 100),
        ]
        for name, group in (
            ("three hidden layers", trained.deep),
            ("one hidden layer", trained.shallow),
            ("shuffled labels", trained.control),
        )
    ]
    page.table(
        "accuracies",
        ["network", "parameters", "training %", "validation %", "best epoch %"],
        rows,
        f"After the last epoch: median [quartiles] over {len(trained.deep.networks)} seeds "
        f"({len(trained.control.networks)} with shuffled labels, three hidden layers). Chance: {trained.chance:.1f} %. "
        "The last column chooses the epoch by the validation images themselves, so it flatters.",
        formats=[None, ",", ".1f", ".1f", ".1f"],
    )
    net = trained.deep.networks[0]
    summary = net.summary()
    first = summary.rows[0].parameters / summary.total
    page.table(
        "summary",
        ["layer", "inputs", "units", "activation", "parameters"],
        [[r.layer, r.shape[1], r.shape[0], r.activation, r.parameters] for r in summary.rows],
        f"The sheet's network: {summary.total:,} parameters, {100 * first:.0f} % of them in the first layer.",
        formats=[None, ",", None, None, ","],
    )
