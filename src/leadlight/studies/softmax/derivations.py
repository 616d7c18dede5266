"""What the sheet asks to be shown of log-sum-exp and softmax, in a few lines each, with a numerical check."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from leadlight.functions import logsumexp, logsumexp_gradient, onehot_argmax, softmax, softmax_jacobian
from leadlight.studies.notation import scientific
from leadlight.studies.page import Page

__all__ = ["COLD", "HOT", "autograd_errors", "bound_violation", "derive", "rounding"]

N_ENTRIES = 4  # length of the random vectors of the checks
HOT, COLD = 1e-6, 1e6  # inverse temperatures that stand for the limits k -> 0 and k -> infinity


def autograd_errors(points: np.ndarray, inverse_temperature: float) -> tuple[float, float]:
    """Compare gradient and Jacobian with torch's autograd in float64.

    Parameters
    ----------
    points : ndarray of shape (n, d)
    inverse_temperature : float

    Returns
    -------
    gradient_error, jacobian_error : float
        The greatest absolute differences, the Jacobian's divided by the inverse temperature (it scales with
        it).
    """
    import torch

    k = inverse_temperature
    x = torch.tensor(points, dtype=torch.float64, requires_grad=True)
    (by_autograd,) = torch.autograd.grad((torch.logsumexp(k * x, dim=1) / k).sum(), x)
    gradient_error = np.max(np.abs(by_autograd.numpy() - logsumexp_gradient(points, 1, k)))
    shares = torch.softmax(k * x, dim=1)
    rows = [torch.autograd.grad(shares[:, j].sum(), x, retain_graph=True)[0] for j in range(points.shape[1])]
    jacobian = torch.stack(rows, dim=1).numpy()
    return float(gradient_error), float(np.max(np.abs(jacobian - softmax_jacobian(points, 1, k))) / k)


def bound_violation(points: np.ndarray, inverse_temperature: float) -> float:
    """Return by how much 0 <= lse - max <= log(n)/k fails at worst over points (n_points, n), or 0."""
    gap = logsumexp(points, 1, inverse_temperature) - points.max(axis=1)
    upper = np.log(points.shape[1]) / inverse_temperature
    return float(max(0.0, np.max(-gap), np.max(gap - upper)))


def rounding(inverse_temperatures: Sequence[float]) -> float:
    """Return the error allowed of shares: k times the rounding of entries of a few units."""
    return 1e-14 * max(100.0, *inverse_temperatures)


def derive(page: Page, inverse_temperatures: Sequence[float], n_checks: int) -> None:
    """Add all derivations of the study."""
    points = page.rng("derivations").normal(scale=2.0, size=(n_checks, N_ENTRIES))
    _offset(page, points, inverse_temperatures)
    _rescaling(page, points, inverse_temperatures)
    _gradient(page, points, inverse_temperatures)
    _limit(page, points, inverse_temperatures)
    _hot(page, points)
    _ties(page, points)


def _offset(page: Page, points: np.ndarray, ks: Sequence[float]) -> None:
    offsets = page.rng("offsets").uniform(-100, 100, size=(len(points), 1))
    shares = [np.max(np.abs(softmax(points + offsets, 1, k) - softmax(points, 1, k))) for k in ks]
    page.derivation(
        "An offset changes nothing in softmax, and shifts lse",
        [
            r"$\mathrm{softmax}(x + c)_j = \frac{e^{k (x_j + c)}}{\sum_i e^{k (x_i + c)}} "
            r"= \frac{e^{k c} \, e^{k x_j}}{e^{k c} \sum_i e^{k x_i}} = \mathrm{softmax}(x)_j$.",
            r"$\mathrm{lse}(x + c) = \frac{1}{k} \log\left(e^{k c} \sum_i e^{k x_i}\right) = c + "
            r"\mathrm{lse}(x)$.",
        ],
        f"{len(points)} random vectors, offsets in [-100, 100], all inverse temperatures",
        float(max(shares)),
        100 * rounding(ks),  # the sum x + c, up to 100 in size, is rounded, and k magnifies that
    )


def _rescaling(page: Page, points: np.ndarray, ks: Sequence[float]) -> None:
    errors = [np.max(np.abs(softmax(3 * points, 1, k) - softmax(points, 1, 3 * k))) for k in ks]
    page.derivation(
        "A rescaling does change softmax",
        [
            r"Shares are compared by their ratio: $\frac{p_i}{p_j} = e^{k (x_i - x_j)}$.",
            r"With $s x$ in place of $x$ it becomes $e^{k s (x_i - x_j)} = \left(\frac{p_i}{p_j}\right)^s$.",
            r"For $s \neq 1$ that is the same ratio only where $x_i = x_j$: softmax is invariant to "
            r"rescaling only "
            r"if all entries are equal. Rescaling by $s$ is the same as the inverse temperature $s k$.",
        ],
        "softmax(3 x; k) against softmax(x; 3 k) on the random vectors",
        float(max(errors)),
        10 * rounding(ks),
    )


def _gradient(page: Page, points: np.ndarray, ks: Sequence[float]) -> None:
    page.derivation(
        "The gradient of lse is softmax",
        [
            r"$\frac{\partial}{\partial x_j} \frac{1}{k} \log \sum_i e^{k x_i} "
            r"= \frac{1}{k} \cdot \frac{1}{\sum_i e^{k x_i}} \cdot k \, e^{k x_j}$",
            r"$= \frac{e^{k x_j}}{\sum_i e^{k x_i}} = \mathrm{softmax}(x)_j$.",
            r"Once more: $\frac{\partial p_i}{\partial x_j} = k \, (p_i \delta_{ij} - p_i p_j)$, so the "
            r"Hessian of lse "
            r"is $k \, (\mathrm{diag}(p) - p p^T)$.",
        ],
        "gradient and Jacobian against torch's autograd in float64 on the random vectors",
        max(max(autograd_errors(points, k)) for k in ks),
        rounding(ks),
    )


def _limit(page: Page, points: np.ndarray, ks: Sequence[float]) -> None:
    page.derivation(
        "lse lies between max and max + log(n)/k, and tends to max",
        [
            r"Let $m = \max_i x_i$. One term of the sum is $e^{k m}$ and none is greater: "
            r"$e^{k m} \leq \sum_i e^{k x_i} \leq n \, e^{k m}$.",
            r"Logarithm, divided by $k$: $m \leq \mathrm{lse}(x; k) \leq m + \frac{\log n}{k}$; the upper "
            r"bound is met "
            r"if and only if all $x_i$ are equal.",
            r"As $k \to \infty$ the bounds close on $m$: $\mathrm{lse} \to \max$, uniformly in $x$.",
        ],
        "by how much the bounds fail on the random vectors, ties included",
        max(bound_violation(np.concatenate([points, np.round(points)]), k) for k in [*ks, COLD]),
        1e-14 * max(1.0, 1 / min(ks)),
    )


def _hot(page: Page, points: np.ndarray) -> None:
    n = points.shape[1]
    first_order = 1 / n + HOT * (points - points.mean(axis=1, keepdims=True)) / n
    page.derivation(
        "As k goes to 0 softmax becomes uniform, and lse grows beyond all bounds",
        [
            r"$e^{k x_j} = 1 + k x_j + O(k^2)$, so with the mean $\bar{x}$: "
            r"$\mathrm{softmax}(x; k)_j = \frac{1 + k x_j + O(k^2)}{n \, (1 + k \bar{x} + O(k^2))} "
            r"= \frac{1}{n} + \frac{k}{n} (x_j - \bar{x}) + O(k^2) \to \frac{1}{n}$.",
            r"$\mathrm{lse}(x; k) = \frac{\log n}{k} + \bar{x} + O(k)$: without its first term, which says "
            r"nothing "
            r"about $x$, it tends to the mean.",
        ],
        f"softmax at k = {scientific(HOT)} against the first order",
        float(np.max(np.abs(softmax(points, 1, HOT) - first_order))),
        1e-9,
    )


def _ties(page: Page, points: np.ndarray) -> None:
    tied = np.round(points)  # whole numbers: many ties, and gaps of at least 1
    page.derivation(
        "As k grows the greatest entries share equally",
        [
            r"Divide by $e^{k m}$: $\mathrm{softmax}(x; k)_j = \frac{e^{-k (m - x_j)}}{\sum_i e^{-k (m - "
            r"x_i)}}$.",
            r"Each exponential tends to 1 where $x_i = m$ and to 0 where $x_i < m$. If $t$ entries are "
            r"greatest, the "
            r"sum tends to $t$: the limit is $\frac{1}{t}$ for each of them and 0 for the others.",
        ],
        f"softmax at k = {scientific(COLD)} against the one-hot argmax with shared ties, on vectors of whole "
        "numbers",
        float(np.max(np.abs(softmax(tied, 1, COLD) - onehot_argmax(tied, axis=1)))),
        1e-15,
    )
