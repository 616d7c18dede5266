"""The weights of a first layer, each unit's as one small image of what it looks for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from ..errors import ShapeError
from . import style
from .image_grid import ImageGridDisplay

__all__ = ["FeatureMapsDisplay"]


@dataclass(eq=False)
class FeatureMapsDisplay(style.Display):
    """First-layer weights as images: w / (2 max|w|) + 1/2, so that mid-grey is zero.

    Parameters
    ----------
    weights : ndarray, shape (n_units, height, width) or (n_units, height, width, 3)

    Examples
    --------
    >>> display = FeatureMapsDisplay(np.array([[[-2.0, 0.0]], [[1.0, 2.0]]]))
    >>> display.images().ravel()
    array([0.  , 0.5 , 0.75, 1.  ])
    """

    weights: np.ndarray

    @classmethod
    def from_network(cls, net: Any, shape: tuple[int, ...] = (3, 32, 32)) -> FeatureMapsDisplay:
        """Take the first layer of a network on images of `shape`.

        Parameters
        ----------
        net : Network
        shape : (3, height, width) or (height, width)
            How the inputs are laid out: channels first, as in torch, or grey.
        """
        weights = np.asarray(net.weights[0])
        if int(np.prod(shape)) != weights.shape[1] or len(shape) not in (2, 3):
            raise ShapeError(
                f"The first layer has {weights.shape[1]} inputs and shape was {shape}; "
                "expected (height, width) or (3, height, width) with that many pixels."
            )
        weights = weights.reshape(-1, *shape)
        return cls(np.moveaxis(weights, 1, -1) if len(shape) == 3 else weights)

    def images(self, per_unit: bool = False) -> np.ndarray:
        """Return the images, in 0..1, divided by the greatest weight of all, or of each unit."""
        weights = np.asarray(self.weights, dtype=np.float64)
        axes = tuple(range(1, weights.ndim)) if per_unit else None
        greatest = np.abs(weights).max(axis=axes, keepdims=True)
        return weights / (2.0 * np.where(greatest > 0, greatest, 1.0)) + 0.5

    def plot(
        self, ax: Any = None, *, per_row: int = 8, per_unit: bool = False, title: str | None = None
    ) -> FeatureMapsDisplay:
        """Draw the images.

        Parameters
        ----------
        per_row : int, default 8
        per_unit : bool
            Scale each unit by its own greatest weight, so that weak units are seen as well as strong ones.
        ax, title
            As of every `plots.Display`.

        Returns
        -------
        self
        """
        images = self.images(per_unit)
        with style.drawing(self, ax, figsize=(6.0, 6.0 * -(-len(images) // per_row) / per_row + 0.3)) as ax:
            ImageGridDisplay(images).plot(ax, per_row=per_row, title=title)
        return self
