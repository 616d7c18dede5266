"""Train the sheet's tapering image network for one epoch at each gain, several seeds, and read the curve."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ...activations import activation
from ...data import ImageSet
from ...plots import SweepDisplay, style
from ...random_network import mlp
from ...training import train
from ..page import Page
from .theory import forward_factors

__all__ = ["SIZES", "GainSweep", "show_sweep", "sweep_gains"]

SIZES = (3072, 128, 64, 32, 3)  # the sheet's network
PHI = "leaky_relu(0.1)"


@dataclass(frozen=True)
class GainSweep:
    """Accuracies after training, one row a gain and one column a seed, in per cent."""

    gains: np.ndarray  # (k,)
    train: np.ndarray  # (k, n_seeds)
    test: np.ndarray  # (k, n_seeds)
    diverged: int

    def best(self) -> np.ndarray:
        """The gain of the highest test accuracy, for each seed alone."""
        return self.gains[np.argmax(self.test, axis=0)]

    def best_of_mean(self, rng: np.random.Generator, draws: int = 2000) -> tuple[float, float, float]:
        """The gain of the highest mean accuracy, with a 95 % bootstrap interval over seeds."""
        n = self.test.shape[1]
        picks = rng.integers(0, n, (draws, n))
        means = self.test[:, picks].mean(axis=2)
        low, high = np.percentile(self.gains[np.argmax(means, axis=0)], [2.5, 97.5])
        return float(self.gains[np.argmax(self.test.mean(axis=1))]), float(low), float(high)


def sweep_gains(
    page: Page,
    gains: Sequence[float] | np.ndarray,
    n_seeds: int,
    images: ImageSet,
    held_out: ImageSet,
    *,
    mode: str = "normal",
    epochs: int = 1,
) -> GainSweep:
    """Train one network for each gain and seed: SGD 1e-2, batch 64; a seed has the same draws at every gain."""
    seeds = page.seeds("networks", n_seeds)
    data, test = (images.features(), images.labels), (held_out.features(), held_out.labels)
    shape = (len(gains), n_seeds)
    sizes = (*SIZES[:-1], images.n_classes)
    networks = [
        mlp(sizes[0], sizes[1:-1], sizes[-1], activation=PHI, init=f"xavier_{mode}(gain={gain!r})", seed=seed)
        for gain in map(float, gains)
        for seed in seeds
    ]
    runs = train(
        networks,
        data,
        loss="cross_entropy",
        optimizer="sgd",
        lr=1e-2,
        epochs=epochs,
        batch_size=min(64, len(images)),
        seed=seeds * len(gains),
        test=test,
        record="epoch",
        progress=page.training_progress(f"{len(networks)} networks, {mode} weights"),
    )
    return GainSweep(
        gains=np.asarray(gains, dtype=np.float64),
        train=100 * runs.metrics["train_accuracy"][:, -1].reshape(shape),
        test=100 * runs.metrics["test_accuracy"][:, -1].reshape(shape),
        diverged=sum(d is not None for d in runs.divergences),
    )


def show_sweep(page: Page, sweep: GainSweep, uniform: GainSweep, chance: float) -> None:
    """Draw accuracy against gain with the best and the theoretical gain, and say what may be concluded."""
    phi = activation(PHI)
    n_seeds = sweep.test.shape[1]
    best, low, high = sweep.best_of_mean(page.rng("bootstrap"))
    half = float(np.diff(sweep.gains).max()) / 2  # gains in between were not tried
    contains = bool(low - half <= phi.gain <= high + half)
    figure, axes = style.subplots(1, 1, figsize=(6.4, 3.6))
    SweepDisplay(
        sweep.gains.tolist(),
        {"train": sweep.train, "test": sweep.test},
        xlabel="gain",
        ylabel="accuracy in per cent",
    ).plot(
        axes[0, 0],
        log_x=False,
        marks={f"theory {phi.gain:.3f}": phi.gain, f"best mean {best:.3f}": best},
        levels={"chance": chance},
    )
    page.figure(
        "accuracy-against-gain",
        figure,
        f"Accuracy after training against the gain of Xavier's normal weights: {n_seeds} seeds a gain (points), "
        "median and quartiles. Dashed: the gain of theory; dotted: the best mean test accuracy of this run.",
        alt="Train and test accuracy rise from small gains and level off or fall at large ones.",
    )
    rows = [
        [float(g), page.interval(a), page.interval(b)]
        for g, a, b in zip(sweep.gains, sweep.train, sweep.test)
    ]
    page.table(
        "accuracy",
        ["gain", "train accuracy", "test accuracy"],
        rows,
        f"Per cent, median [quartiles] of {n_seeds} seeds; always naming the most frequent class gives {chance:.1f}.",
        formats=[".3f", ".1f", ".1f"],
    )
    own = sweep.best()
    near = int(np.argmin(np.abs(sweep.gains - phi.gain)))
    page.claim(
        "small-gain-starves",
        "The smallest gain learns less in one epoch than the gain nearest to theory, for every seed.",
        bool((sweep.test[0] < sweep.test[near]).all()),
        {
            "smallest gain": float(sweep.gains[0]),
            "test accuracy at it": page.interval(sweep.test[0]),
            "nearest to theory": float(sweep.gains[near]),
            "test accuracy there": page.interval(sweep.test[near]),
            "diverged runs": sweep.diverged,
        },
        must_hold=False,
    )
    page.claim(
        "best-gain-is-theory",
        "The 95 % bootstrap interval of the best gain, widened by half a step of the grid, contains the "
        "theoretical one.",
        contains,
        {"best gain of the mean": best, "low": low, "high": high, "half a step": half, "theory": phi.gain},
        must_hold=False,
    )
    inside = "contains" if contains else "does not contain"
    page.answer(
        "Which gain is best, and is it the theoretical one?",
        f"By mean test accuracy over {n_seeds} seeds the best of the {len(sweep.gains)} gains is {best:.2f}, with a "
        f"bootstrap interval of {low:.2f} to {high:.2f}; widened by half a step of the grid, {half:.2f}, it {inside} "
        f"the theoretical {phi.gain:.3f}. Single seeds put it between {own.min():.2f} and {own.max():.2f}. "
        "Theory speaks of signals at initialisation, not of accuracy after an epoch, so equality is not promised.",
    )
    factors = forward_factors(SIZES, phi, phi.gain)
    page.table(
        "factors",
        ["layer", "forward factor 2 n_in / (n_in + n_out)"],
        [[f"{a} to {b}", f] for a, b, f in zip(SIZES, SIZES[1:], factors)],
        f"At the gain of theory ({phi.gain:.3f}) this tapering network still grows its signals: Xavier's "
        "compromise between forward and backward is exact for neither.",
        formats=[None, ".2f"],
    )
    page.claim(
        "tapering-factors",
        "At the theoretical gain the forward factors of the tapering network are 1.92, 1.33, 1.33 and 1.83.",
        [round(f, 2) for f in factors] == [1.92, 1.33, 1.33, 1.83],
        {f"{a} to {b}": f for a, b, f in zip(SIZES, SIZES[1:], factors)},
    )
    page.mend(
        "The best of one noisy run is no optimum",
        f"The sheet trains each gain once and calls the highest accuracy the best gain. Repeated with {n_seeds} "
        f"seeds, that procedure gives {' and '.join(f'{g:.2f}' for g in np.unique(own))}.",
        wrong=f"one run: the best gain is {' or '.join(f'{g:.2f}' for g in np.unique(own))}, as the seed will have it",
        right=f"{n_seeds} seeds: {best:.2f}, interval {low - half:.2f} to {high + half:.2f} (with half a step)",
    )
    normal, flat = float(np.median(sweep.test[near])), float(np.median(uniform.test[0]))
    page.mend(
        "The uniform mode is never reached",
        "The sheet's initialiser tests its mode in a way that always takes the normal branch. Here both run, with "
        f"the same variance, at gain {uniform.gains[0]:.2f}.",
        wrong=f"normal weights whatever is asked for: {normal:.1f} %",
        right=f"uniform weights when asked for: {flat:.1f} % (median of {uniform.test.shape[1]} seeds)",
    )
