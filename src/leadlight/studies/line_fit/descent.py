"""Gradient descent on the mean squared error of a line, three times over: by hand, by autograd, by an
optimizer.

The loss of y = a x + b is mean((a x + b - y)^2), its gradient 2/n sum(r x) and 2/n sum(r) with the residuals
r = a x + b - y. The three descents make the same steps in float64 and may differ in the last digits only, by
the order of their sums. torch is imported inside the two that need it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

__all__ = [
    "Descent",
    "by_backward",
    "by_hand",
    "by_torch_sgd",
    "curvatures",
    "gradient",
    "least_squares",
    "loss",
]


@dataclass(frozen=True)
class Descent:
    """One descent.

    Attributes
    ----------
    lines : ndarray of shape (epochs + 1, 2)
        Slope and intercept at the start and after each step.
    losses : ndarray of shape (epochs + 1,)
        The mean squared error of each of them.
    """

    lines: np.ndarray
    losses: np.ndarray

    @property
    def final_line(self) -> tuple[float, float]:
        """Slope and intercept after the last step."""
        return float(self.lines[-1, 0]), float(self.lines[-1, 1])


def loss(line: np.ndarray, x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Return the mean squared error of lines (..., 2) on points x (n,), y (n,): an array (...)."""
    line = np.asarray(line, dtype=float)
    residuals = line[..., :1] * x + line[..., 1:] - y
    return np.mean(residuals**2, axis=-1)


def gradient(line: np.ndarray, x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Return the gradient of the mean squared error with respect to (slope, intercept): (2,).

    Examples
    --------
    >>> gradient(np.array([0.0, 0.0]), np.array([-1.0, 1.0]), np.array([1.0, 3.0]))
    array([-2., -4.])
    """
    residuals = line[0] * x + line[1] - y
    return 2 / len(x) * np.array([np.sum(residuals * x), np.sum(residuals)])


def least_squares(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Return the line (slope, intercept) of least squared error: cov(x, y) / var(x), then through the means.

    Examples
    --------
    >>> least_squares(np.array([0.0, 1.0, 2.0]), np.array([1.0, 3.0, 5.0]))
    array([2., 1.])
    """
    centred = x - np.mean(x)
    slope = np.sum(centred * y) / np.sum(centred**2)
    return np.array([slope, np.mean(y) - slope * np.mean(x)])


def curvatures(x: np.ndarray) -> np.ndarray:
    """Return the eigenvalues (2,), ascending, of the loss's Hessian 2/n X'X.

    Along each eigenvector a step multiplies the distance from the minimum by 1 - lr times the eigenvalue.
    """
    design = np.stack([x, np.ones_like(x)], axis=1)
    return np.linalg.eigvalsh(2 / len(x) * design.T @ design)


def by_hand(
    x: np.ndarray,
    y: np.ndarray,
    start: tuple[float, float],
    lr: float,
    epochs: int,
    slope_of_loss: Callable[[np.ndarray, np.ndarray, np.ndarray], np.ndarray] = gradient,
) -> Descent:
    """Descend with a hand-written gradient.

    Parameters
    ----------
    x, y : ndarray of shape (n,)
    start : (slope, intercept)
    lr : float
        Learning rate.
    epochs : int
        Steps; each uses all points.
    slope_of_loss : callable, default `gradient`
        The gradient to follow; a wrong one shows what its mistake does.

    Returns
    -------
    Descent
    """
    lines = np.empty((epochs + 1, 2))
    lines[0] = start
    for epoch in range(epochs):
        lines[epoch + 1] = lines[epoch] - lr * slope_of_loss(lines[epoch], x, y)
    return Descent(lines, loss(lines, x, y))


def by_backward(x: np.ndarray, y: np.ndarray, start: tuple[float, float], lr: float, epochs: int) -> Descent:
    """Descend with torch's `loss.backward()` and written-out updates; otherwise as `by_hand`."""
    import torch

    inputs, targets = torch.from_numpy(x), torch.from_numpy(y)
    line = torch.tensor(start, dtype=torch.float64, requires_grad=True)
    lines, losses = np.empty((epochs + 1, 2)), np.empty(epochs + 1)
    for epoch in range(epochs + 1):
        error = torch.mean((line[0] * inputs + line[1] - targets) ** 2)
        lines[epoch], losses[epoch] = line.detach().numpy(), error.item()
        error.backward()
        assert line.grad is not None
        with torch.no_grad():
            line -= lr * line.grad
        line.grad = None
    return Descent(lines, losses)


def by_torch_sgd(x: np.ndarray, y: np.ndarray, start: tuple[float, float], lr: float, epochs: int) -> Descent:
    """Descend with `torch.nn.Linear`, `torch.nn.MSELoss` and `torch.optim.SGD`; otherwise as `by_hand`."""
    import torch

    inputs, targets = (
        torch.from_numpy(x[:, None]),
        torch.from_numpy(y[:, None]),
    )  # (n, 1) both: (n,) would broadcast
    model: torch.nn.Module = torch.nn.utils.skip_init(
        torch.nn.Linear, 1, 1, dtype=torch.float64
    )  # draws nothing
    slope, intercept = model.parameters()
    with torch.no_grad():
        slope.fill_(start[0])
        intercept.fill_(start[1])
    optimizer = torch.optim.SGD(model.parameters(), lr=lr)
    criterion = torch.nn.MSELoss()
    lines, losses = np.empty((epochs + 1, 2)), np.empty(epochs + 1)
    for epoch in range(epochs + 1):
        optimizer.zero_grad()
        error = criterion(model(inputs), targets)
        lines[epoch], losses[epoch] = (slope.item(), intercept.item()), error.item()
        error.backward()
        optimizer.step()
    return Descent(lines, losses)
