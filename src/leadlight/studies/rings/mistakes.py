"""Two of the sheet's mistakes: shapes that broadcast, and predictions overwritten by their thresholding."""

from __future__ import annotations

import numpy as np

from leadlight.data import Dataset
from leadlight.errors import ShapeError
from leadlight.functions import bce
from leadlight.network import Network
from leadlight.studies.page import Page
from leadlight.training import train

__all__ = ["in_place", "shapes"]


def shapes(page: Page, data: Dataset, net: Network) -> None:
    """Compare predictions (n, 1) with targets (n,), which broadcasts to (n, n)."""
    predicted = (np.hypot(*data.X.T) > 2).astype(int)[:, None]  # (n, 1), and right everywhere
    table = predicted == data.y  # (n, 1) against (n,): (n, n)
    wrong, right = float(table.mean()), float(np.mean(predicted == data.y[:, None]))
    spread = float(np.mean((predicted - data.y) ** 2))
    try:
        train(net, (data.X, data.y), loss="bce-with-logits", lr=0.1, epochs=1)
        message = ""
    except ShapeError as error:
        message = str(error)
    page.claim(
        "shapes-broadcast",
        "Targets (n,) against predictions (n, 1) make an (n, n) table, whose mean is no accuracy; our "
        "training refuses them.",
        table.shape == (len(data), len(data)) and abs(wrong - right) > 0.1 and bool(message),
        {"entries compared": table.size, "mean of the table": wrong, "accuracy": right,
         "squared error of the table": spread, "our training says": message},
    )  # fmt: skip
    page.mend(
        "Targets of shape (n,) against predictions of shape (n, 1)",
        f"NumPy and torch compare every prediction with every target, {table.size:,} pairs in place of "
        f"{len(data):,}. Even for the cut at r = 2, which makes no error, the mean is {wrong:.3f}, as "
        "it is for whatever else is predicted with two classes of equal size; and a "
        f"squared error would be {spread:.3f}, with a gradient that pulls all predictions to the mean target. "
        f"Ours says: “{message}”",
        wrong=f"accuracy {wrong:.3f}",
        right=f"accuracy {right:.3f}",
    )


def in_place(page: Page, data: Dataset, net: Network) -> None:
    """Threshold the predictions in the array that the loss is computed from afterwards."""
    p = 1 / (1 + np.exp(-net(data.X)[:, 0]))
    before = float(bce(p, data.y.astype(float), reduction="mean"))
    overwritten = p.copy()
    overwritten[overwritten > 0.5] = 1.0
    overwritten[overwritten <= 0.5] = 0.0
    after = float(bce(overwritten, data.y.astype(float), reduction="mean"))
    n_wrong = int(np.sum((p > 0.5) != (data.y == 1)))
    page.claim(
        "in-place-destroys-the-loss",
        "After thresholding in place, the cross-entropy of the same array is 100 times the share of errors.",
        abs(after - 100 * n_wrong / len(data)) <= 1e-9,
        {"loss before": before, "loss after": after, "points wrong": n_wrong},
    )
    page.mend(
        "Predictions thresholded in place",
        "`p[p > 0.5] = 1` writes into the predictions themselves. Whatever is computed from them next, a loss, "
        "a curve, a picture of the probabilities, is that of zeros and ones: here, for a network of two units, "
        f"each of the {n_wrong} wrong points then costs the clamp's 100. Compare into a new array instead: "
        "`predicted = p > 0.5`.",
        wrong=f"loss {after:.3f}",
        right=f"loss {before:.3f}",
    )
