"""The gradient of a function of the plane: d/dx1 and d/dx2 as two images, or its direction as one.

A piecewise-linear network's gradient is constant on each linear region. In the ``"prism"`` colouring the
colours run through a cycle many times, so that regions whose gradients hardly differ are told apart; equal
colours far apart then mean nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import matplotlib
import numpy as np
from matplotlib.colors import ListedColormap

from ..errors import ParameterError, ShapeError
from . import style
from .field import FieldDisplay
from .grid import Extent, box, evaluate

__all__ = ["GradientFieldDisplay", "prism"]


@dataclass(eq=False)
class GradientFieldDisplay(style.Display):
    """The gradient at each pixel.

    Parameters
    ----------
    gradients : ndarray, shape (rows, columns, 2)
        d/dx1, then d/dx2; row 0 at the bottom.
    extent : (x0, x1, y0, y1)

    Attributes
    ----------
    axes_ : list of Axes
        Set by `plot`: two, or one for the direction.
    ax_, figure_ : Axes, Figure
        The first of them, and the figure.

    Examples
    --------
    >>> from leadlight import mlp
    >>> display = GradientFieldDisplay.from_network(mlp(2, [5], 1), 5, resolution=20).plot()
    >>> [ax.get_title() for ax in display.axes_]
    ['$\\\\partial f / \\\\partial x_1$', '$\\\\partial f / \\\\partial x_2$']
    """

    gradients: np.ndarray
    extent: Extent
    axes_: Any = field(init=False, default=None, repr=False)

    def __post_init__(self) -> None:
        self.gradients = np.asarray(self.gradients, dtype=np.float64)
        if self.gradients.ndim != 3 or self.gradients.shape[2] != 2:
            raise ShapeError(f"gradients had the shape {self.gradients.shape}; expected (rows, columns, 2).")

    @classmethod
    def from_network(
        cls,
        net: Any,
        half_width: float | None = None,
        resolution: int = 500,
        *,
        domain: Sequence[Sequence[float]] | None = None,
        component: int = 0,
    ) -> GradientFieldDisplay:
        """Evaluate the exact Jacobian of a network of two inputs at pixel centres.

        Parameters
        ----------
        net : Network
        half_width : float
            Half the side of a square about the origin; or give `domain`.
        resolution : int, default 500
        domain : [(x0, x1), (y0, y1)], optional
        component : int, default 0
            Which output.
        """
        extent = box(half_width, domain)
        return cls(evaluate(lambda X: net.jacobian(X)[:, component, :], extent, resolution), extent)

    def plot(
        self,
        ax: Any = None,
        *,
        kind: str = "components",
        colouring: str = "prism",
        colourbar: bool = True,
        title: str | None = None,
        names: Sequence[str] = ("$x_1$", "$x_2$"),
    ) -> GradientFieldDisplay:
        """Draw the gradient.

        Parameters
        ----------
        ax : Axes, or two of them for the components, optional
        kind : "components" or "direction"
        colouring : "prism" or "diverging"
            How components are coloured: a cycle run through many times, or blue to red about zero.
        title : str, optional
            Of the figure for the components, of the axes for the direction.
        colourbar, names
            As of every `plots.Display`.

        Returns
        -------
        self
        """
        if kind not in ("components", "direction") or colouring not in ("prism", "diverging"):
            raise ParameterError(
                f"kind was {kind!r} and colouring {colouring!r}; expected 'components' or 'direction', "
                "and 'prism' or 'diverging'."
            )
        if kind == "direction":
            angle = np.arctan2(self.gradients[..., 1], self.gradients[..., 0])
            shown = FieldDisplay(angle, self.extent, "direction of the gradient (radians)")
            shown.plot(
                ax, cmap=style.CYCLIC, limits=(-np.pi, np.pi), colourbar=colourbar, title=title, names=names
            )
            self.axes_ = [shown.ax_]
        else:
            own = ax is None
            if own:
                ax = style.subplots(1, 2, figsize=(7.4, 3.3))[1]
            self.axes_ = list(np.ravel(ax))
            if len(self.axes_) != 2:
                raise ParameterError(
                    f"{len(self.axes_)} axes were given for two components; give two, or none."
                )
            for i, panel in enumerate(self.axes_):
                FieldDisplay(self.gradients[..., i], self.extent, "slope").plot(
                    panel,
                    cmap=prism() if colouring == "prism" else style.DIVERGING,
                    symmetric=colouring == "diverging",
                    colourbar=colourbar,
                    title=rf"$\partial f / \partial x_{i + 1}$",
                    names=names,
                )
            if own and title is not None:
                with matplotlib.rc_context(style.rc()):
                    self.axes_[0].figure.suptitle(title)
        self.ax_, self.figure_ = self.axes_[0], self.axes_[0].figure
        return self


def prism(cycles: int = 8) -> ListedColormap:
    """Return the cyclic colour map run through `cycles` times (safe for the colour-blind, unlike "prism")."""
    once = matplotlib.colormaps[style.CYCLIC](np.linspace(0, 1, 64, endpoint=False))
    return ListedColormap(np.tile(once, (cycles, 1)), name="cycles")
