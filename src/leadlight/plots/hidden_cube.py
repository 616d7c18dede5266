"""Hidden activations of the data as points in a cube, one axis a unit, with a separating plane."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations, product
from typing import Any

import numpy as np

from ..errors import ParameterError, ShapeError
from . import legends, style

__all__ = ["HiddenCubeDisplay", "plane_in_cube"]


@dataclass(eq=False)
class HiddenCubeDisplay(style.Display):
    """Three hidden units' activations.

    Parameters
    ----------
    activations : ndarray, shape (n, 3)
    labels : ndarray of int, shape (n,), optional
    units : three int
        Which units the axes are, counted from 0 (shown counted from 1).
    class_names : sequence of str, optional

    Attributes
    ----------
    ax_, figure_ : Axes3D, Figure
        Set by `plot`.

    Examples
    --------
    >>> display = HiddenCubeDisplay(np.eye(3), labels=[0, 1, 1]).plot(plane=([1.0, 1.0, 1.0], -1.5))
    >>> display.ax_.get_zlabel()
    '$h_{3}$'
    """

    activations: np.ndarray
    labels: Any = None
    units: Sequence[int] = (0, 1, 2)
    class_names: Sequence[str] | None = None

    def __post_init__(self) -> None:
        self.activations = np.asarray(self.activations, dtype=np.float64)
        n = len(self.activations)
        self.labels = (
            np.zeros(n, dtype=np.int64)
            if self.labels is None
            else np.asarray(self.labels).reshape(-1).astype(np.int64)
        )
        if self.activations.shape != (n, 3) or len(self.labels) != n or len(self.units) != 3:
            raise ShapeError(
                f"activations had the shape {self.activations.shape} with {len(self.labels)} labels and "
                f"{len(self.units)} units; expected (n, 3), n and 3."
            )

    @classmethod
    def from_network(
        cls,
        net: Any,
        X: np.ndarray,
        y: Any = None,
        *,
        units: Sequence[int] = (0, 1, 2),
        layer: int = 0,
        class_names: Sequence[str] | None = None,
    ) -> HiddenCubeDisplay:
        """Take three units of a hidden layer of a network on data X (n, n_inputs)."""
        hidden = net.hidden(X)[layer]
        if len(units) != 3 or not all(0 <= u < hidden.shape[1] for u in units):
            raise ParameterError(
                f"units were {tuple(units)}; expected three of the layer's {hidden.shape[1]}, counted from 0."
            )
        return cls(hidden[:, list(units)], y, units, class_names)

    def plot(
        self,
        ax: Any = None,
        *,
        plane: tuple[Sequence[float], float] | None = None,
        side: float = 1.0,
        elevation: float = 22.0,
        azimuth: float = -60.0,
        point_size: float = 5.0,
        legend: bool = True,
        title: str | None = None,
    ) -> HiddenCubeDisplay:
        """Draw the cube.

        Parameters
        ----------
        ax : Axes3D, optional
        plane : (w, b), optional
            Draw the part of the plane w . h + b = 0 that lies in the cube.
        side : float, default 1
            The cube's side: 1 for a sigmoid, the greatest activation for a ReLU.
        elevation, azimuth : float
            Where it is looked at from, in degrees.
        point_size : float
        legend, title
            As of every `plots.Display`.

        Returns
        -------
        self
        """
        classes = np.unique(self.labels)
        colours = style.class_colours(int(classes.max(initial=0)) + 1)
        with style.drawing(self, ax, figsize=(4.4, 3.9), projection="3d", title=title) as ax:
            for start, end in _edges():
                ax.plot(*(np.array([start, end]).T * side), color=style.MUTED, linewidth=0.6)
            if plane is not None:
                from mpl_toolkits.mplot3d.art3d import Poly3DCollection

                corners = plane_in_cube(*plane, side=side)
                if len(corners):
                    face = Poly3DCollection(
                        [corners], facecolors=[(0.43, 0.47, 0.51, 0.3)], edgecolors=style.MUTED
                    )
                    ax.add_collection3d(face)
            for c in classes:
                name = self.class_names[c] if self.class_names is not None else f"class {c}"
                ax.scatter(
                    *self.activations[self.labels == c].T, s=point_size, color=colours[c], alpha=0.75,
                    linewidths=0, label=name, depthshade=False, rasterized=len(self.activations) > 300,
                )  # fmt: skip
            ax.set(xlim=(0, side), ylim=(0, side), zlim=(0, side))
            for axis, unit in zip("xyz", self.units):
                getattr(ax, f"set_{axis}label")(f"$h_{{{unit + 1}}}$", labelpad=-4)
                getattr(ax, f"set_{axis}ticks")(
                    [0, side / 2, side], [f"{v:.3g}" for v in (0, side / 2, side)]
                )
                ax.tick_params(axis=axis, pad=-2)
                getattr(ax, f"{axis}axis").line.set_color(style.MUTED)
            ax.grid(False)
            ax.view_init(elev=elevation, azim=azimuth)
            ax.set_box_aspect((1, 1, 1), zoom=0.88)  # leaves room for the labels, which the layout cannot see
            if legend and len(classes) > 1:
                legends.legend_beside(ax, markerscale=2.0, handletextpad=0.2)
        return self


def plane_in_cube(normal: Sequence[float], offset: float, side: float = 1.0) -> np.ndarray:
    """Return the corners (k, 3), in order, of the part of a plane w . h + b = 0 inside [0, side]^3.

    Examples
    --------
    >>> plane_in_cube([1, 0, 0], -0.5)
    array([[0.5, 0. , 0. ],
           [0.5, 1. , 0. ],
           [0.5, 1. , 1. ],
           [0.5, 0. , 1. ]])
    """
    w = np.asarray(normal, dtype=np.float64)
    points = set()
    for ends in _edges():
        start, end = np.array(ends, dtype=np.float64) * side
        s, t = start @ w + offset, end @ w + offset
        if s * t <= 0 and s != t:
            points.add(tuple((start + s / (s - t) * (end - start)).round(12).tolist()))
    if len(points) < 3:
        return np.zeros((0, 3))
    corners = np.array(sorted(points))
    centred = corners - corners.mean(axis=0)
    u = centred[0]
    v = np.cross(w, u)
    angles = np.arctan2(centred @ v / np.linalg.norm(v), centred @ u / np.linalg.norm(u))
    order = np.argsort(angles)
    first = int(np.argmin(order))
    return corners[np.roll(order, -first)]


def _edges() -> list[tuple[tuple[int, ...], tuple[int, ...]]]:
    """The twelve edges of the unit cube."""
    corners = product((0, 1), repeat=3)
    return [(p, q) for p, q in combinations(corners, 2) if sum(a != b for a, b in zip(p, q)) == 1]
