"""The decision boundary of a network in the plane, exactly, with what each side is decided for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from ..geometry.level_sets import DecisionPartition
from ..geometry.polyhedral import PolyhedralComplex
from ..geometry.regions import regions
from . import style
from ._outlines import crease_lines, domain_extent, fill_groups, in_the_plane, names_of, polylines

__all__ = ["BoundaryDisplay"]


@dataclass(eq=False)
class BoundaryDisplay:
    """The decision boundary: where one output is zero, or the largest of several changes.

    Parameters
    ----------
    partition : DecisionPartition
        Of a two-dimensional domain.

    Attributes
    ----------
    ax_, figure_ : Axes, Figure
        Set by `plot`.

    Examples
    --------
    >>> from leadlight import mlp
    >>> display = BoundaryDisplay.from_network(mlp(2, [8], 3), [(-3, 3), (-3, 3)]).plot()
    >>> bool(display.partition.classes.max() < 3)
    True
    """

    partition: DecisionPartition
    ax_: Any = field(init=False, default=None, repr=False)
    figure_: Any = field(init=False, default=None, repr=False)

    def __post_init__(self) -> None:
        in_the_plane(self.partition.complex, type(self).__name__)

    @classmethod
    def from_network(cls, net: Any, domain: Any, **options: Any) -> BoundaryDisplay:
        """Find the cells with `leadlight.regions`, which takes the options, and part them by class."""
        return cls(regions(net, domain, **options).decision_partition())

    @classmethod
    def from_complex(cls, complex: PolyhedralComplex) -> BoundaryDisplay:
        """Part a complex by class."""
        return cls(complex.decision_partition())

    def plot(
        self,
        ax: Any = None,
        *,
        X: Any = None,
        y: Any = None,
        fill: bool = True,
        edges: bool = False,
        title: str | None = None,
        names: Sequence[str] | None = None,
    ) -> BoundaryDisplay:
        """Draw the boundary.

        Parameters
        ----------
        ax : Axes, optional
        X, y : array_like (n, 2), (n,), optional
            Points to show, coloured by their classes 0, 1, ...
        fill : bool, default True
            Tint each class's part of the domain.
        edges : bool
            Draw the borders of the cells too, thin.
        title : str, optional
        names : two str, optional

        Returns
        -------
        self
        """
        cx, classes = self.partition.complex, self.partition.classes
        with style.drawing(self, ax, figsize=(4.0, 3.4)) as ax:
            style.label_plane(ax, domain_extent(cx), names_of(cx, names))
            n_classes = int(max(classes.max(), -1 if y is None else np.max(y))) + 1
            palette = style.class_colours(n_classes)
            if fill:
                fill_groups(ax, cx, classes, np.array([style.tint(shade, 0.6) for shade in palette]))
            if edges:
                crease_lines(ax, cx, cx.edges.interior, style.BLACK, 0.2, alpha=0.5)
            polylines(ax, self.partition.boundary.polylines)
            if X is not None:
                X = np.asarray(X, dtype=np.float64)
                shades = "#ffffff" if y is None else [palette[int(label)] for label in y]
                ax.scatter(*X.T, s=9, c=shades, edgecolors=style.BLACK, linewidths=0.3, zorder=4)
            if title is not None:
                ax.set_title(title)
        return self
