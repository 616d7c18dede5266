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
from ._points import checked_labels, draw_points, name_classes

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
        points: Any = None,
        labels: Any = None,
        point_size: float = 7.0,
        class_names: Sequence[str] | None = None,
        fill: bool = True,
        edges: bool = False,
        legend: bool = True,
        title: str | None = None,
        names: Sequence[str] | None = None,
    ) -> BoundaryDisplay:
        """Draw the boundary.

        Parameters
        ----------
        ax : Axes, optional
        points : array_like (n, 2), optional
            Data to draw in.
        labels : array_like (n,) of int, optional
            Their classes 0, 1, ...: a point on another colour's ground is decided wrongly.
        point_size : float
            In square points, as for `Axes.scatter`.
        class_names : sequence of str, optional
        fill : bool, default True
            Tint each class's part of the domain.
        edges : bool
            Draw the borders of the cells too, thin.
        legend : bool, default True
            Name the classes, if labels or `class_names` are given.
        title : str, optional
        names : two str, optional

        Returns
        -------
        self
        """
        cx, classes = self.partition.complex, self.partition.classes
        labels = checked_labels(points, labels)
        known = [2, int(classes.max()) + 1, len(class_names or ()), 0 if labels is None else labels.max() + 1]
        colours = style.class_colours(max(known))
        named = legend and (labels is not None or class_names is not None)
        with style.drawing(self, ax, figsize=(4.0 + 0.7 * named, 3.4)) as ax:
            style.label_plane(ax, domain_extent(cx), names_of(cx, names))
            if fill:
                fill_groups(ax, cx, classes, np.array([style.tint(shade, 0.55) for shade in colours]))
            if edges:
                crease_lines(ax, cx, cx.edges.interior, style.BLACK, 0.2, alpha=0.5)
            polylines(ax, self.partition.boundary.polylines)
            if points is not None:
                draw_points(ax, points, labels, colours, point_size)
            if named:
                name_classes(ax, colours, class_names)
            if title is not None:
                ax.set_title(title)
        return self
