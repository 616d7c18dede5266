"""Why templates are whole images: the gradient of a first layer is a sum of its inputs.

dL/dW = sum_n delta_n x_n^T, so plain gradient descent moves each unit inside the span of the images that it
was shown, and never outside. Adam divides element by element and leaves the span. Both measured on few
images, in float64: with more images than pixels the span is everything and the statement empty.
"""

from __future__ import annotations

import numpy as np

from ...data import ImageSet
from ...functions import softmax
from ...network import Network
from ...random_network import mlp
from ...training import train
from ..page import Page
from .classify import HIDDEN

__all__ = ["first_layer_gradient", "outside_share", "show_span"]


def first_layer_gradient(net: Network, X: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """dL/dW of the first layer as a sum over images, for mean cross-entropy: (units, d).

    delta_n, the gradient at the first preactivations, comes from the exact Jacobian of the layers above.
    """
    z, h = net.preactivations(X)[0], net.hidden(X)[0]
    above = Network.from_arrays(net.weights[1:], net.biases[1:], activation=list(net.activations[1:]))
    error = softmax(above(h))
    error[np.arange(len(X)), labels] -= 1
    delta = np.einsum("no,noi->ni", error, above.jacobian(h)) * net.activations[0].derivative(z) / len(X)
    return delta.T @ X


def outside_share(change: np.ndarray, X: np.ndarray) -> float:
    """Share of the energy of `change` (units, d) that lies outside the span of the rows of X (n, d), n < d.

    Examples
    --------
    >>> X = np.eye(4)[:2]
    >>> outside_share(np.array([[1.0, 1.0, 0.0, 0.0], [0.0, 1.0, 1.0, 0.0]]), X)
    0.25
    """
    basis, _ = np.linalg.qr(X.T)
    rest = change - (change @ basis) @ basis.T
    return float(np.square(rest).sum() / np.square(change).sum())


def show_span(page: Page, faces: ImageSet, n_images: int, epochs: int) -> dict[str, float]:
    """Derive the gradient, check it on a batch, and train on `n_images` by SGD and by Adam.

    Returns the shares of the first layer's change outside the span of the images ("SGD", "Adam", "random" for a
    random direction), how many images there were, and the accuracies on them.
    """
    few = faces.take(page.rng("few images").choice(len(faces), min(n_images, len(faces)), replace=False))
    X, y = few.features().astype(np.float64), few.labels
    seed = page.seeds("span", 1)[0]
    net = mlp(X.shape[1], HIDDEN, faces.n_classes, seed=seed)
    batch = slice(0, 64)
    # a single step of length 1 is the engine's gradient itself
    step = train(
        net, (X[batch], y[batch]), loss="cross_entropy", lr=1.0, epochs=1, dtype="float64", device="cpu"
    )
    gradient = net.weights[0] - step.networks[0].weights[0]
    formula = first_layer_gradient(net, X[batch], y[batch])
    error = float(np.abs(gradient - formula).max() / np.abs(formula).max())
    page.derivation(
        "The gradient of a first layer is a sum of images",
        [
            r"A unit's preactivation is $z_u = w_u \cdot x + b_u$, so $\partial z_u / \partial w_u = x$: the "
            r"whole image.",
            r"With $\delta_{nu} = \partial L / \partial z_u$ for image $n$, the chain rule gives "
            r"$\partial L / \partial w_u = \sum_n \delta_{nu}\, x_n$.",
            r"A step of gradient descent adds $-\eta \sum_n \delta_{nu} x_n$ to $w_u$. By induction, after "
            r"any number of steps $w_u = w_u^{(0)} + \sum_n a_{nu}\, x_n$: the initial noise, plus images.",
        ],
        f"The training engine's gradient for a batch of {len(X[batch])} images, against the sum with "
        "$\\delta$ from the exact Jacobian of the layers above; the greatest difference, relative",
        error,
        1e-10,
    )
    shares = {"images": float(len(X)), "random": 1 - len(X) / X.shape[1]}
    for name, optimizer, lr in (("SGD", "sgd", 0.05), ("Adam", "adam", 3e-4)):
        runs = train(
            net,
            (X, y),
            loss="cross_entropy",
            optimizer=optimizer,
            lr=lr,
            epochs=epochs,
            batch_size=min(64, len(X)),
            seed=seed,
            dtype="float64",
            device="cpu",
            record="epoch",
            metrics_every=epochs,
            progress=page.training_progress(f"{len(X)} images by {name}"),
        )
        shares[name] = outside_share(runs.networks[0].weights[0] - net.weights[0], X)
        shares[f"{name} accuracy"] = 100 * float(runs.metrics["train_accuracy"][0, -1])
    page.claim(
        "inside-the-span",
        f"Trained by SGD on {len(X)} images, the first layer changes only inside the span of these images.",
        shares["SGD"] < 1e-18,
        {
            "images": len(X),
            "inputs": X.shape[1],
            "share of the change outside, SGD": shares["SGD"],
            "training accuracy, SGD, %": shares["SGD accuracy"],
            "share outside, Adam": shares["Adam"],
            "training accuracy, Adam, %": shares["Adam accuracy"],
            "share outside, a random direction": shares["random"],
        },
    )
    return shares
