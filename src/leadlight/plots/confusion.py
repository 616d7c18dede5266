"""Which class was taken for which: the confusion matrix, rows true, columns predicted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import matplotlib
import numpy as np

from ..errors import ShapeError
from . import legends, style

__all__ = ["ConfusionDisplay"]


@dataclass(eq=False)
class ConfusionDisplay(style.Display):
    """A confusion matrix.

    Parameters
    ----------
    matrix : ndarray of int, shape (n_classes, n_classes)
        ``matrix[i, j]`` counts the samples of class i that were predicted as class j.
    class_names : sequence of str, optional

    Examples
    --------
    >>> ConfusionDisplay.from_predictions([0, 0, 1, 2], [0, 1, 1, 2]).plot().matrix
    array([[1, 1, 0],
           [0, 1, 0],
           [0, 0, 1]])
    """

    matrix: np.ndarray
    class_names: Sequence[str] | None = None

    def __post_init__(self) -> None:
        self.matrix = np.asarray(self.matrix)
        if self.matrix.ndim != 2 or self.matrix.shape[0] != self.matrix.shape[1]:
            raise ShapeError(f"matrix had the shape {self.matrix.shape}; expected (n_classes, n_classes).")
        if self.class_names is not None and len(self.class_names) != len(self.matrix):
            raise ShapeError(f"{len(self.class_names)} class names came with {len(self.matrix)} classes.")

    @classmethod
    def from_predictions(
        cls, y_true: Any, y_pred: Any, class_names: Sequence[str] | None = None
    ) -> ConfusionDisplay:
        """Count from true and predicted classes, both int (n,)."""
        y_true, y_pred = np.asarray(y_true, dtype=np.int64), np.asarray(y_pred, dtype=np.int64)
        if y_true.shape != y_pred.shape or y_true.ndim != 1 or not len(y_true):
            raise ShapeError(
                f"y_true had the shape {y_true.shape} and y_pred {y_pred.shape}; expected (n,) twice, n > 0."
            )
        n = max(int(y_true.max()), int(y_pred.max())) + 1 if class_names is None else len(class_names)
        matrix = np.zeros((n, n), dtype=np.int64)
        np.add.at(matrix, (y_true, y_pred), 1)
        return cls(matrix, class_names)

    def plot(self, ax: Any = None, *, title: str | None = None) -> ConfusionDisplay:
        """Draw the matrix: each square holds the count and its share of the true class.

        Parameters
        ----------
        ax, title
            As of every `plots.Display`.

        Returns
        -------
        self
        """
        n = len(self.matrix)
        share = self.matrix / np.maximum(self.matrix.sum(axis=1, keepdims=True), 1)
        names = list(self.class_names) if self.class_names is not None else [str(i) for i in range(n)]
        colours = matplotlib.colormaps["Blues"]
        with style.drawing(self, ax, figsize=(0.9 * n + 1.6, 0.9 * n + 0.9), title=title) as ax:
            image = ax.imshow(share, cmap=colours, vmin=0.0, vmax=1.0, origin="upper", aspect="equal")
            for (i, j), count in np.ndenumerate(self.matrix):
                ax.text(
                    j, i, f"{count:d}\n{100 * share[i, j]:.1f} %", ha="center", va="center", fontsize=8,
                    color=style.readable_on(colours(share[i, j])[:3]),
                )  # fmt: skip
            ax.set_xticks(range(n), names)
            ax.set_yticks(range(n), names)
            ax.set_xlabel("predicted class")
            ax.set_ylabel("true class")
            legends.colour_bar(ax, image, "share of the true class")
        return self
