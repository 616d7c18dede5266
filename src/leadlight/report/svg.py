"""Fitting a matplotlib SVG into an HTML page.

Inlined into one page, the figures share one namespace of ids and one style sheet: ids are made unique, the
global ``*`` rule becomes two inherited properties, and the three neutral colours of `leadlight.plots.style`
become CSS variables, so that a figure follows the page from light to dark. Text work only (one pass of
regular expressions over what matplotlib writes), since a figure can carry megabytes of embedded image.
"""

from __future__ import annotations

import re

from markupsafe import Markup, escape

__all__ = ["inlined", "natural_width"]

VARIABLES = {"#1b1f24": "var(--ink)", "#6e7781": "var(--muted)", "#d0d7de": "var(--grid)"}

_PROLOGUE = re.compile(r"<\?xml.*?\?>|<!DOCTYPE.*?>|<!--.*?-->|<metadata>.*?</metadata>", re.DOTALL)
_STYLE = re.compile(r"<defs>\s*<style[^>]*>[^<]*</style>\s*</defs>", re.DOTALL)
_ID = re.compile(r'(\sid=")([^"]+")')
_REFERENCE = re.compile(r'((?:xlink:)?href="#|url\(#)')
_COLOUR = re.compile("|".join(VARIABLES), re.IGNORECASE)
_ROOT = re.compile(r"<svg\b([^>]*)>")
_SIZE = re.compile(r'\s(width|height|version|xmlns:xlink|id|style|class)="([^"]*)"')


_WIDTH = re.compile(r'<svg\b[^>]*\swidth="([\d.]+)(pt|px)?"')


def natural_width(svg: str) -> str:
    """The width that matplotlib gave the figure, as a CSS length; the whole line when it gave none."""
    match = _WIDTH.search(svg)
    return f"{match.group(1)}{match.group(2) or 'px'}" if match else "100%"


def inlined(svg: str, prefix: str, label: str) -> Markup:
    """The figure as an ``<svg>`` element for an HTML page.

    Parameters
    ----------
    svg : str
        A whole SVG document as matplotlib writes it (local references only).
    prefix : str
        Put before every id; unique on the page.
    label : str
        What the figure shows, for those who do not see it.
    """
    body = _STYLE.sub("", _PROLOGUE.sub("", svg)).strip()
    body = _COLOUR.sub(lambda match: VARIABLES[match.group().lower()], body)
    body = _ID.sub(rf"\1{prefix}-\2", body)
    body = _REFERENCE.sub(rf"\1{prefix}-", body)

    def root(match: re.Match[str]) -> str:
        kept = _SIZE.sub("", match.group(1)).rstrip("/ ")
        return (
            f'<svg{kept} role="img" aria-label="{escape(label)}" '
            f'style="stroke-linejoin:round;stroke-linecap:butt;fill:var(--ink)">'
        )

    return Markup(_ROOT.sub(root, body, count=1))
