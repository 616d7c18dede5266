"""What a notebook shows of a complex: its picture and its summary, as HTML of half a megabyte at most.

Few cells are drawn as SVG; of many, pixels are smaller than paths. Neither needs matplotlib.
"""

from __future__ import annotations

import base64
from html import escape
from typing import Any

import numpy as np

from .summaries import summary

__all__ = ["complex_html"]

SIDE = 360  # of the picture, in CSS pixels
MOST_PATHS = 1_000  # cells drawn as SVG
MOST_CELLS = 200_000  # drawn, and joined to linear regions, within a second


def complex_html(cx: Any) -> str:
    """The picture of a complex beside its summary; of very large ones, or where no picture fits, the summary alone."""
    few = len(cx) <= MOST_CELLS
    text = f"<pre>{escape(summary(cx, linear_regions=few))}</pre>"
    drawn = _picture(cx) if few else ""
    return f'<div style="display: flex; flex-wrap: wrap; gap: 1em; align-items: center">{drawn}{text}</div>'


def _picture(cx: Any) -> str:
    from ...plots.raster import encode_png, picture
    from ...plots.vector import svg_parts

    with np.errstate(over="ignore", invalid="ignore"):  # then the sides, or their ratio, are not finite
        sides = np.diff(cx.domain.bounds, axis=1)[:, 0]
        ratio = 1.0 if cx.dim == 1 else float(sides[1] / sides[0])
    if not 1 / SIDE < ratio < SIDE or not np.isfinite(sides).all():
        return ""
    width = max(1, round(SIDE / max(1.0, ratio)))
    if len(cx) <= MOST_PATHS:
        drawn = "".join(svg_parts(cx, width))
        return f"<div>{drawn[drawn.index('<svg') :]}</div>"
    code = base64.b64encode(encode_png(picture(cx, width))).decode()
    return f'<img width="{width}" alt="{len(cx):,} cells" src="data:image/png;base64,{code}"/>'
