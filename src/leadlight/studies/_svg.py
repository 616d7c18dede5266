"""Figures as SVG text that is the same twice and can share an HTML page with others.

matplotlib salts its ids with ``svg.hashsalt``; with a salt per figure and no date the bytes depend on the
figure only. Names of glyphs and markers would still clash when many pictures stand in one page, so every id
and every reference to it gets a prefix. The XML prologue is dropped: what is left can be inlined, and is a
valid file too.
"""

from __future__ import annotations

import io
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["svg_of", "with_id_prefix"]

RASTER_DPI = 110  # of images inside the SVG: sharp at the width of the report, small enough to embed
# matplotlib styles "*", which would reach the whole page: the root element hands the same style down instead
_STYLE = re.compile(r"\s*<defs>\s*<style[^>]*>\*\{[^}]*\}</style>\s*</defs>")
_ID = re.compile(r"""(\sid=")([^"]+)(")""")
_REFERENCE = re.compile(r"""((?:xlink:)?href="#|url\(#)([^")]+)""")


def svg_of(figure: Figure, prefix: str) -> bytes:
    """Return the figure as UTF-8 SVG whose ids all start with `prefix`."""
    import matplotlib

    buffer = io.BytesIO()
    with matplotlib.rc_context({"svg.hashsalt": prefix, "svg.fonttype": "path"}):
        figure.savefig(
            buffer,
            format="svg",
            dpi=RASTER_DPI,
            metadata={"Date": None, "Creator": None, "Format": None, "Type": None},
        )
    text = buffer.getvalue().decode("utf-8")
    text = _STYLE.sub("", text[text.index("<svg") :])
    text = text.replace("<svg ", '<svg style="stroke-linejoin: round; stroke-linecap: butt" ', 1)
    return with_id_prefix(text, prefix).encode("utf-8")


def with_id_prefix(svg: str, prefix: str) -> str:
    """Put `prefix` before every id and every reference to one.

    Examples
    --------
    >>> with_id_prefix('<g id="a"/><use xlink:href="#a" clip-path="url(#b)"/>', "p-")
    '<g id="p-a"/><use xlink:href="#p-a" clip-path="url(#p-b)"/>'
    """
    svg = _ID.sub(rf"\g<1>{prefix}\g<2>\g<3>", svg)
    return _REFERENCE.sub(rf"\g<1>{prefix}\g<2>", svg)
