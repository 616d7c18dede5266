"""scikit-learn: `MLPClassifier` or `MLPRegressor`, one `fit` a run, float32, no penalty, no early stop.

What it cannot be told: initial weights (set here by a warm start), batch orders (given here as a random state
that deals them), and to leave out a last, smaller batch (so it gets W5's first 896 samples, as many batches).
It records a mean loss an epoch; its squared loss has a factor 1/2, which Adam cancels but for its eps, halved
here too. Adam's eps is scaled otherwise than torch's, which small gradients feel: losses agree to 1e-3 only.
"""

from __future__ import annotations

import itertools
import time
import warnings
from dataclasses import replace

import numpy as np
import sklearn
from sklearn.exceptions import ConvergenceWarning
from sklearn.neural_network import MLPClassifier, MLPRegressor

from leadlight.training import order
from workloads import Workload

__all__ = ["SklearnMLP"]

ACTIVATIONS = {"relu": "relu", "sigmoid": "logistic"}
EPOCHS = 1000  # of a run, at most; a step costs the same in all


class Dealer(np.random.RandomState):
    """Shuffles so that epoch k of a run has its k-th order."""

    def __init__(self, run: int, n: int, epochs: int) -> None:
        super().__init__(0)
        orders = [np.arange(n), *(order((0, run), epoch, n) for epoch in range(epochs))]
        # fit shuffles what the epoch before left: find the permutation between the two
        self.between = [np.argsort(last)[own] for last, own in itertools.pairwise(orders)]
        self.epoch = 0

    def shuffle(self, x: np.ndarray) -> None:
        x[:] = self.between[self.epoch]
        self.epoch += 1


class SklearnMLP:
    name = "scikit-learn MLP"
    version = f"scikit-learn {sklearn.__version__}"
    in_parts = True
    losses_of = "epoch"
    tolerance = 1e-3
    compile_seconds = 0.0

    def __init__(self, work: Workload) -> None:
        if work.batch_size:
            used = work.steps_per_epoch * work.batch_size
            work = replace(work, X=work.X[:used], y=work.y[:used])
        self.work = work  # what its losses belong to
        self.epochs = min(work.epochs, EPOCHS)
        self.X = work.X.astype(np.float32)
        self.y = work.y if work.loss == "cross_entropy" else work.y[:, 0].astype(np.float32)
        self.run = 0
        self.losses = np.full((len(work.nets), work.epochs), np.nan)

    def model(self, run: int) -> MLPClassifier | MLPRegressor:
        """As it stands before the first step of a run."""
        work, net = self.work, self.work.nets[run]
        make = MLPRegressor if work.loss == "mse" else MLPClassifier
        model = make(
            hidden_layer_sizes=net.layer_sizes[1:-1],
            activation=ACTIVATIONS[net.activations[0].name] if net.activations else "identity",
            solver=work.optimizer,
            alpha=0.0,
            batch_size=work.samples_per_step,
            learning_rate_init=float(work.rates[run]),
            max_iter=1,
            shuffle=work.batch_size is not None,
            tol=0.0,
            n_iter_no_change=np.inf,
            warm_start=True,
            momentum=0.0,
            nesterovs_momentum=False,
            epsilon=0.5e-8 if work.loss == "mse" else 1e-8,
        )
        model.fit(self.X, self.y)  # makes the arrays that a warm start takes over
        model.set_params(max_iter=self.epochs)
        if work.batch_size:
            model.set_params(random_state=Dealer(run, len(self.X), self.epochs))
        for own, W in zip(model.coefs_, net.weights, strict=True):
            own[:] = W.T
        for own, b in zip(model.intercepts_, net.biases, strict=True):
            own[:] = b
        model.loss_curve_.clear()
        return model

    def measure(self, budget: float) -> float:
        work, taken, first = self.work, 0.0, self.run
        n_runs = len(work.nets)
        if first == n_runs:
            self.run = first = 0  # once more from the start
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)
            while self.run < n_runs and (taken < budget or self.run == first):
                model = self.model(self.run)
                started = time.perf_counter()
                model.fit(self.X, self.y)
                taken += time.perf_counter() - started
                half = 2.0 if work.loss == "mse" else 1.0
                self.losses[self.run, : self.epochs] = np.multiply(model.loss_curve_, half)
                self.run += 1
        return taken / (self.run - first) * n_runs * work.epochs / self.epochs
