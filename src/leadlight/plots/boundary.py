"""The decision boundary of a network in the plane, exactly, with what each side is decided for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Self

import numpy as np

from ..errors import ParameterError
from ..geometry.boundaries.level_sets import DecisionPartition
from ..geometry.polyhedral import PolyhedralComplex
from . import style
from ._complex_display import ComplexDisplay, check_given, plane
from ._outlines import crease_lines, fill_groups, polylines
from ._points import checked_labels, draw_points, name_classes

__all__ = ["BoundaryDisplay"]

FEW = 10  # classes that are all named, also those that are nowhere


@dataclass(eq=False)
class BoundaryDisplay(ComplexDisplay):
    """The decision boundary: where one output is zero, or the largest of several changes.

    Parameters
    ----------
    partition : DecisionPartition
        Of a two-dimensional domain.

    Raises
    ------
    ParameterError
        Something else is given.

    Attributes
    ----------
    complex : PolyhedralComplex
        The partition's.

    Examples
    --------
    >>> from leadlight import mlp
    >>> display = BoundaryDisplay.from_network(mlp(2, [8], 3), [(-3, 3), (-3, 3)]).plot()
    >>> bool(display.partition.classes.max() < 3)
    True
    """

    complex: PolyhedralComplex = field(init=False)
    partition: DecisionPartition

    def __post_init__(self) -> None:
        if not isinstance(self.partition, DecisionPartition):
            raise ParameterError(
                f"BoundaryDisplay() takes a DecisionPartition, not {type(self.partition).__name__}: make the display "
                "with BoundaryDisplay.from_complex or .from_network."
            )
        self.complex = self.partition.complex
        super().__post_init__()

    @classmethod
    def from_complex(cls, complex: PolyhedralComplex) -> Self:
        """Part a complex by class."""
        check_given(cls, complex, PolyhedralComplex)
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
    ) -> Self:
        """Draw the boundary.

        Parameters
        ----------
        points : array_like (n, 2), optional
            Data to draw in.
        labels : array_like (n,) of int, optional
            Their classes 0, 1, ...: a point on another colour's ground is decided wrongly.
        point_size : float
            In square points, as for `Axes.scatter`.
        class_names : sequence of str, optional
            Default: "class 0", "class 1", ... for every output, or for both sides of a single one; of more than
            ten classes only those that are on the domain or among the labels.
        fill : bool, default True
            Tint each class's part of the domain.
        edges : bool
            Draw the borders of the cells too, thin.
        legend : bool, default True
            Name the classes.
        ax, title, names
            As of every `plots.Display`.

        Returns
        -------
        self
        """
        cx, classes = self.complex, self.partition.classes
        labels = checked_labels(points, labels)
        given = np.zeros(0, np.int64) if labels is None else labels
        known = [self.partition.n_classes, len(class_names or ()), int(given.max(initial=-1)) + 1]
        colours = style.class_colours(max(known))
        ink = style.BLACK if fill else style.INK  # on the bare page it follows the theme
        with plane(self, ax, cx, title=title, names=names, beside=0.7 * legend) as ax:
            if fill:
                fill_groups(ax, cx, classes, np.array([style.tint(shade, 0.55) for shade in colours]))
            if edges:
                crease_lines(ax, cx, cx.edges.interior, ink, 0.2, alpha=0.5)
            polylines(ax, self.partition.boundary.polylines, colors=[ink])
            if points is not None:
                draw_points(ax, points, labels, colours, point_size, ink)
            if legend:
                every = range(len(colours)) if len(colours) <= FEW else np.union1d(classes, given)
                name_classes(ax, colours, class_names, every)
        return self
