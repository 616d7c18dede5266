"""Which class a classifier gives to each point of the plane, with data points drawn in."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.colors import ListedColormap

from ..errors import ShapeError
from . import style
from ._points import checked_labels, draw_points, name_classes
from .grid import Extent, box, evaluate

__all__ = ["DecisionMapDisplay"]


@dataclass(eq=False)
class DecisionMapDisplay(style.Display):
    """A map of predicted classes.

    Parameters
    ----------
    classes : ndarray of int, shape (rows, columns)
        The class at each pixel centre, row 0 at the bottom.
    extent : (x0, x1, y0, y1)
    class_names : sequence of str, optional

    Examples
    --------
    >>> display = DecisionMapDisplay.from_function(lambda X: X[:, 1] > 0, 1, resolution=4).plot()
    >>> display.classes[:, 0]
    array([0, 0, 1, 1])
    """

    classes: np.ndarray
    extent: Extent
    class_names: Sequence[str] | None = None

    def __post_init__(self) -> None:
        self.classes = np.asarray(self.classes).astype(np.int64)
        if self.classes.ndim != 2:
            raise ShapeError(f"classes had the shape {self.classes.shape}; expected (rows, columns).")

    @classmethod
    def from_function(
        cls,
        function: Callable[[np.ndarray], Any],
        half_width: float | None = None,
        resolution: int = 500,
        *,
        domain: Sequence[Sequence[float]] | None = None,
        class_names: Sequence[str] | None = None,
    ) -> DecisionMapDisplay:
        """Evaluate a function that takes points (n, 2) and gives class numbers (n,)."""
        extent = box(half_width, domain)
        return cls(evaluate(function, extent, resolution), extent, class_names)

    @classmethod
    def from_network(
        cls,
        net: Callable[[np.ndarray], np.ndarray],
        half_width: float | None = None,
        resolution: int = 500,
        *,
        domain: Sequence[Sequence[float]] | None = None,
        threshold: float = 0.0,
        class_names: Sequence[str] | None = None,
    ) -> DecisionMapDisplay:
        """Evaluate a network: the greatest of several outputs, or one output above `threshold`.

        The threshold is 0 for a logit; give 0.5 for a network that ends in a sigmoid.
        """

        def classes(points: np.ndarray) -> np.ndarray:
            outputs = np.asarray(net(points)).reshape(len(points), -1)
            return outputs[:, 0] > threshold if outputs.shape[1] == 1 else outputs.argmax(axis=1)

        return cls.from_function(classes, half_width, resolution, domain=domain, class_names=class_names)

    def plot(
        self,
        ax: Any = None,
        *,
        points: np.ndarray | None = None,
        labels: np.ndarray | None = None,
        point_size: float = 7.0,
        legend: bool = True,
        title: str | None = None,
        names: Sequence[str] = ("$x_1$", "$x_2$"),
    ) -> DecisionMapDisplay:
        """Draw the map.

        Parameters
        ----------
        points : ndarray, shape (n, 2), optional
            Data to draw in; those outside the map are not shown.
        labels : ndarray of int, shape (n,), optional
            Their classes: a wrongly mapped point shows as a dot on another colour's ground.
        point_size : float
            In square points, as for `Axes.scatter`.
        legend : bool, default True
            Name the classes, if points or `class_names` are given.
        ax, title, names
            As of every `plots.Display`.

        Returns
        -------
        self
        """
        known = [self.classes.max(initial=0) + 1, len(self.class_names or ())]
        labels = checked_labels(points, labels)
        if labels is not None:
            known.append(labels.max(initial=0) + 1)
        colours = style.class_colours(max(2, *(int(n) for n in known)))
        with style.drawing(self, ax, figsize=(4.4, 3.4), title=title) as ax:
            image = ax.imshow(
                self.classes,
                extent=self.extent,
                origin="lower",
                cmap=ListedColormap([style.tint(c, 0.55) for c in colours]),
                vmin=-0.5,
                vmax=len(colours) - 0.5,
                aspect="equal",
            )
            image.set_rasterized(True)
            if points is not None:
                draw_points(ax, points, labels, colours, point_size)
            style.label_plane(ax, self.extent, names)
            if legend and (labels is not None or self.class_names):
                name_classes(ax, colours, self.class_names)
        return self
