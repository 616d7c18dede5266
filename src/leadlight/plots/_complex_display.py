"""What the Displays of a complex have in common: where it comes from, its dimension, its axes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, ClassVar, Self

from matplotlib.patches import Polygon

from ..errors import ParameterError
from ..geometry.polyhedral import PolyhedralComplex
from ..geometry.regions import regions
from . import style

__all__ = ["ComplexDisplay", "check_given", "names_of", "plane"]


@dataclass(eq=False)
class ComplexDisplay(style.Display):
    """A picture of a complex in the plane, or of one on an interval where a subclass says so."""

    complex: PolyhedralComplex
    _dim: ClassVar[int] = 2

    def __post_init__(self) -> None:
        name = type(self).__name__
        check_given(type(self), self.complex, PolyhedralComplex)
        if self.complex.dim == self._dim:
            return
        if self._dim == 2:
            raise ParameterError(
                f"{name} draws complexes in the plane; GraphDisplay draws those on an interval."
            )
        raise ParameterError(f"{name} draws complexes on an interval; RegionsDisplay those in the plane.")

    @classmethod
    def from_network(cls, net: Any, domain: Any, **options: Any) -> Self:
        """Find the cells with `leadlight.regions`, which takes the options (`slice`, `threads`, ...)."""
        return cls.from_complex(regions(net, domain, **options))

    @classmethod
    def from_complex(cls, complex: PolyhedralComplex) -> Self:
        """Show a complex."""
        return cls(complex)


def check_given(display: type, given: Any, expected: type) -> None:
    """Let pass what a display is made of.

    Raises
    ------
    ParameterError
        It is something else, such as a network.
    """
    if not isinstance(given, expected):
        raise ParameterError(
            f"{display.__name__} is made of a {expected.__name__}, not a {type(given).__name__}: of a network it is "
            f"{display.__name__}.from_network(network, domain)."
        )


def names_of(cx: PolyhedralComplex, names: Sequence[str] | None) -> tuple[str, ...]:
    """What is on the axes, by default inputs or slice coordinates."""
    if names is not None:
        return tuple(names)
    if cx.dim == 1:
        return ("$x$" if cx.slice is None else "$t$", "output")
    return ("$x_1$", "$x_2$") if cx.slice is None else ("$s$", "$t$")


@contextmanager
def plane(
    display: Any,
    ax: Any,
    cx: PolyhedralComplex,
    *,
    title: str | None,
    names: Sequence[str] | None,
    beside: float = 0.0,
) -> Iterator[Any]:
    """Give a Display axes that show a complex's domain; `beside` is the room for what stands there, in inches."""
    with style.drawing(display, ax, figsize=(4.0 + beside, 3.4), title=title) as ax:
        style.label_plane(ax, cx.domain.bounds.ravel().tolist(), names_of(cx, names))
        if not cx.domain.is_box:
            outline = {"facecolor": "none", "edgecolor": style.MUTED, "linewidth": 0.8, "zorder": 3.6}
            ax.add_patch(Polygon(cx.domain.corners, **outline))
        yield ax
