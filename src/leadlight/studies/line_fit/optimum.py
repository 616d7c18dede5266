"""The lowest point of the loss: derived, checked, and compared with the parameters that made the data."""

from __future__ import annotations

import numpy as np

from leadlight.data import noisy_line
from leadlight.studies.page import Page

from .descent import gradient, least_squares, loss

__all__ = ["derive_gradient", "derive_least_squares", "true_line_is_not_best"]


def derive_gradient(page: Page, x: np.ndarray, y: np.ndarray) -> None:
    """Derive the gradient of the mean squared error and check it against autograd at random lines."""
    import torch

    inputs, targets = torch.from_numpy(x), torch.from_numpy(y)
    error = 0.0
    for line in page.rng("gradient check").normal(scale=3.0, size=(50, 2)):
        at = torch.tensor(line, requires_grad=True)
        torch.mean((at[0] * inputs + at[1] - targets) ** 2).backward()
        assert at.grad is not None
        error = max(error, float(np.max(np.abs(at.grad.numpy() - gradient(line, x, y)))))
    page.derivation(
        "The gradient of the mean squared error of a line",
        [
            r"$L(a, b) = \frac{1}{n} \sum_{i=1}^{n} r_i^2$ with the residuals $r_i = a x_i + b - y_i$.",
            r"By the chain rule $\frac{\partial r_i^2}{\partial a} = 2 r_i x_i$ and "
            r"$\frac{\partial r_i^2}{\partial b} = 2 r_i$.",
            r"Hence $\frac{\partial L}{\partial a} = \frac{2}{n} \sum_i r_i x_i$ and "
            r"$\frac{\partial L}{\partial b} = \frac{2}{n} \sum_i r_i$.",
        ],
        "against torch's autograd at 50 random lines",
        error,
        1e-12,
    )


def derive_least_squares(page: Page, x: np.ndarray, y: np.ndarray) -> None:
    """Derive the line of least squares and check it against LAPACK and against a zero gradient."""
    best = least_squares(x, y)
    reference = np.linalg.lstsq(np.stack([x, np.ones_like(x)], axis=1), y, rcond=None)[0]
    error = max(float(np.max(np.abs(best - reference))), float(np.max(np.abs(gradient(best, x, y)))))
    page.derivation(
        "The line of least squares",
        [
            r"At the lowest point both derivatives vanish. $\sum_i r_i = 0$ gives $b = \bar{y} - a \bar{x}$: "
            "the line runs through the means.",
            r"Put into $\sum_i r_i x_i = 0$, or equally $\sum_i r_i (x_i - \bar{x}) = 0$: "
            r"$a \sum_i (x_i - \bar{x})^2 = \sum_i (x_i - \bar{x}) y_i$.",
            r"Hence $a = \frac{\sum_i (x_i - \bar{x}) y_i}{\sum_i (x_i - \bar{x})^2}$. The second "
            r"derivatives "
            r"form $\frac{2}{n} X^T X$, positive definite unless all $x_i$ are equal, so no other point is "
            r"as "
            "low.",
        ],
        "against `numpy.linalg.lstsq`, and the gradient there",
        error,
        1e-10,
    )


def true_line_is_not_best(
    page: Page, x: np.ndarray, y: np.ndarray, true: tuple[float, float], noise: float, n_datasets: int
) -> None:
    """Compare the loss of the true line with the least one, on these data and on many draws of the noise."""
    best = least_squares(x, y)
    at_true, at_best = float(loss(np.array(true), x, y)), float(loss(best, x, y))
    gaps = np.empty(n_datasets)
    for i, seed in enumerate(page.seeds("noise", n_datasets)):
        _, targets = noisy_line(len(x), *true, noise=noise, seed=seed)
        other = targets[:, 0]
        gaps[i] = loss(np.array(true), x, other) - loss(least_squares(x, other), x, other)
    expected = 2 * noise**2 / len(x)
    mean = float(np.mean(gaps))
    standard_error = float(np.std(gaps, ddof=1) / np.sqrt(n_datasets))
    page.claim(
        "least-squares-beats-the-truth",
        "The line of least squares has a lower loss than the true parameters, on these data and on every "
        f"one of {n_datasets:,} fresh draws of the noise.",
        at_best < at_true and bool(np.all(gaps > 0)),
        {
            "loss of the true line": at_true,
            "loss of least squares": at_best,
            "draws where the true line loses": int(np.sum(gaps > 0)),
            "gap over the draws": page.interval(gaps),
        },
        must_hold=noise > 0,
    )
    page.claim(
        "gap-is-two-degrees-of-freedom",
        "The mean gap is what theory says, $2 \\sigma^2 / n$: two parameters were fitted to the noise.",
        abs(mean - expected) <= 4 * standard_error,
        {"mean gap": mean, "2 sigma^2 / n": expected, "standard error": standard_error},
    )
    page.answer(
        "Which parameters give the least mean squared error?",
        f"Not the true ones. The true line ${true[0]:g} x + {true[1]:g}$ has the loss {at_true:.5f}, the "
        f"line of least squares ${best[0]:.4f} x + {best[1]:.4f}$ has {at_best:.5f}: its two parameters also "
        f"fit the noise of these {len(x)} points. Over {n_datasets:,} draws of the noise the true line was "
        f"better {int(np.sum(gaps <= 0))} times, and worse by {mean:.5f} on average, as $2 \\sigma^2 / n$ = "
        f"{expected:.5f} foretells.",
    )
    page.mend(
        "The true parameters give the least loss",
        "The loss is measured on the data, noise included, and its lowest point is the line of least "
        "squares. The true parameters are what the fit would approach with ever more points.",
        wrong=f"loss of the true line: {at_true:.5f}",
        right=f"loss of least squares: {at_best:.5f}",
    )
