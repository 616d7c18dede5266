"""The sheets' mistakes with gradients, half-widths and axes, wrong beside right."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from leadlight.geometry import regions
from leadlight.network import Network
from leadlight.plots.grid import box, evaluate, pixel_centres
from leadlight.studies.notation import signed
from leadlight.studies.page import Page

from . import pictures
from .counts import square

__all__ = ["Differences", "differences", "exchanged_axes", "finite_differences", "repeated_half_width"]


@dataclass(frozen=True)
class Differences:
    """Gradients on the pixels of an image, (rows, columns, 2) each, and where they can be compared."""

    exact: np.ndarray  # d/dx1, d/dx2 from the network
    sheet: np.ndarray  # np.gradient as the sheet uses it: taken for (d/dx1, d/dx2)
    mended: np.ndarray  # with the spacing, and in the right order
    inside: np.ndarray  # (rows, columns): the pixel and its four neighbours have one exact gradient


def differences(net: Network, half_width: float, resolution: int) -> Differences:
    """Differentiate an image of a network in three ways."""
    extent = box(half_width)
    values = evaluate(net, extent, resolution)[..., 0]
    exact = evaluate(lambda points: net.jacobian(points)[:, 0], extent, resolution)
    x, y = pixel_centres(extent, resolution)
    down, along = np.gradient(values, y, x)
    inside = np.zeros(values.shape, dtype=bool)
    centre = exact[1:-1, 1:-1]
    neighbours = (exact[:-2, 1:-1], exact[2:, 1:-1], exact[1:-1, :-2], exact[1:-1, 2:])
    inside[1:-1, 1:-1] = np.all([np.all(centre == other, axis=-1) for other in neighbours], axis=0)
    first, second = np.gradient(values)
    return Differences(exact, np.stack([first, second], axis=-1), np.stack([along, down], axis=-1), inside)


def finite_differences(page: Page, net: Network, half_width: float, resolution: int) -> None:
    """Mend the order and the spacing of `np.gradient`."""
    found = differences(net, half_width, resolution)
    errors = {
        name: float(np.abs(values - found.exact)[found.inside].max(initial=0.0))
        for name, values in (("sheet", found.sheet), ("mended", found.mended))
    }
    page.claim(
        "mended-differences",
        "With spacing and order put right, finite differences are the exact gradient wherever a pixel and "
        "its neighbours lie in one cell; across a crease no difference can be right.",
        errors["mended"] <= 1e-9 * (1 + half_width),
        {
            "greatest error, mended": errors["mended"],
            "greatest error, as in the sheet": errors["sheet"],
            "pixels in one cell with their neighbours": int(found.inside.sum()),
            "pixels": found.inside.size,
        },
    )
    # the pixel where exchanging the components matters most
    gap = np.where(found.inside, np.abs(found.exact[..., 0] - found.exact[..., 1]), -1.0)
    at = np.unravel_index(int(np.argmax(gap)), gap.shape)
    page.mend(
        "The finite-difference gradient",
        "`np.gradient` differentiates along the rows first, and rows are heights: what it returns first is "
        r"$\partial/\partial x_2$. Without the spacing it assumes pixels of size 1, which here are "
        f"{2 * half_width / resolution:g} wide. Give it `np.gradient(values, y, x)` and exchange the "
        f"results, or take the exact gradient, which at this pixel is {_pair(found.exact[at])}.",
        wrong=f"(∂₁, ∂₂) = {_pair(found.sheet[at])}",
        right=f"(∂₁, ∂₂) = {_pair(found.mended[at])}",
    )


def repeated_half_width(page: Page, net: Network) -> None:
    """Mend the picture of half-width 10 under the title 100."""
    ten, hundred = (len(regions(net, square(h))) for h in (10.0, 100.0))
    page.mend(
        "The half-width 10 repeated for 100",
        "The series 5, 10, 100 was drawn as 5, 10, 10: the two last pictures are one. The shallow network "
        f"has {ten} cells within ± 10 and {hundred} within ± 100.",
        wrong=f"titled 100: the picture of ± 10, {ten} cells",
        right=f"± 100: {hundred} cells",
    )


def exchanged_axes(page: Page, net: Network, half_width: float, resolution: int) -> None:
    """Mend the picture drawn from an "ij" grid without transposing."""
    values = evaluate(net, box(half_width), resolution)[..., 0]
    share = float(np.mean(values != values.T))
    page.figure(
        "transposed-wrong",
        pictures.one_image(net, half_width, resolution, transposed=True),
        'From an "ij" grid: rows are $x_1$, but are drawn upwards.',
        alt="The picture mirrored in the diagonal.",
    )
    page.figure(
        "transposed-right",
        pictures.one_image(net, half_width, resolution),
        "Rows are $x_2$: right is right and up is up.",
        alt="The picture the right way round.",
    )
    page.mend(
        "x and y exchanged",
        '`np.meshgrid(..., indexing="ij")` and `torch.meshgrid` put $x_1$ along the rows; '
        '`imshow(..., origin="lower")` and `contourf` draw rows upwards. The picture is then mirrored in the '
        f"diagonal: {100 * share:.0f} % of its pixels show the value of another point. Use the "
        '"xy" grid or transpose.',
        wrong="transposed-wrong",
        right="transposed-right",
    )


def _pair(values: np.ndarray) -> str:
    return f"({signed(values[0], '.4f')}, {signed(values[1], '.4f')})"
