"""Markdown with mathematics to safe HTML.

Prose is CommonMark through markdown-it-py with raw HTML, links and images switched off, so that nothing in
it can reach the network or escape into the page. ``$...$`` is LaTeX, converted by latex2mathml and
serialised again here from a list of allowed MathML elements and attributes (latex2mathml itself does not
escape the content of ``\\text{...}``). A formula that cannot be converted is shown as its source.
"""

from __future__ import annotations

import functools
import html
from typing import TYPE_CHECKING
from xml.etree.ElementTree import Element, tostring

from latex2mathml.converter import convert_to_element
from markdown_it import MarkdownIt
from markupsafe import Markup, escape

if TYPE_CHECKING:
    from markdown_it.rules_inline import StateInline

__all__ = ["block", "inline", "mathml"]

_ELEMENTS = {
    *(
        "math",
        "mrow",
        "mi",
        "mn",
        "mo",
        "ms",
        "mtext",
        "mspace",
        "mfrac",
        "msqrt",
        "mroot",
        "mstyle",
        "merror",
    ),
    *("mpadded", "mphantom", "msub", "msup", "msubsup", "munder", "mover", "munderover", "mmultiscripts"),
    *("mtable", "mtr", "mtd", "menclose"),
}
_ATTRIBUTES = {
    *("display", "displaystyle", "scriptlevel", "mathvariant", "stretchy", "fence", "separator", "lspace"),
    *("rspace", "minsize", "maxsize", "accent", "accentunder", "linethickness", "movablelimits", "largeop"),
    *("symmetric", "form", "width", "height", "depth", "notation", "columnalign", "columnspacing"),
    *("rowspacing", "linebreak"),
}


@functools.cache
def mathml(latex: str, display: bool = False) -> Markup:
    """LaTeX to a MathML element; a formula that cannot be read comes back as ``<code class="tex">``.

    Parameters
    ----------
    latex : str
        The formula without its dollars.
    display : bool, default False
        On a line of its own, with large operators.

    Examples
    --------
    >>> mathml("x^2")
    Markup('<math display="inline"><mrow><msup><mi>x</mi><mn>2</mn></msup></mrow></math>')
    >>> mathml("x^")
    Markup('<code class="tex">x^</code>')
    """
    try:
        root = convert_to_element(latex, display="block" if display else "inline")
    except Exception:  # latex2mathml raises anything from its own errors to IndexError on broken input
        return Markup('<code class="tex">{}</code>').format(latex)
    _clean(root)
    return Markup(tostring(root, encoding="unicode"))


def _clean(element: Element) -> None:
    element.tag = element.tag if element.tag in _ELEMENTS else "mrow"
    element.attrib = {k: v for k, v in element.attrib.items() if k in _ATTRIBUTES}
    element.text = html.unescape(element.text) if element.text else None
    element.tail = html.unescape(element.tail) if element.tail else None
    for child in element:
        _clean(child)


def _dollar_rule(state: StateInline, silent: bool) -> bool:
    """Inline rule of markdown-it: ``$...$`` on one paragraph; ``$$...$$`` on a line of its own."""
    source, start = state.src, state.pos
    if source[start] != "$":
        return False
    fence = "$$" if source.startswith("$$", start) else "$"
    begin = start + len(fence)
    end = source.find(fence, begin)
    while end > 0 and source[end - 1] == "\\":  # an escaped dollar inside the formula
        end = source.find(fence, end + 1)
    if end <= begin:
        return False
    if not silent:
        token = state.push("formula", "", 0)
        token.content, token.markup = source[begin:end], fence
    state.pos = end + len(fence)
    return True


def _formula(_renderer: object, tokens: list, index: int, _options: object, _env: object) -> str:
    return str(mathml(tokens[index].content.strip(), display=tokens[index].markup == "$$"))


@functools.cache
def _parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": False, "typographer": False}).enable("table")
    parser.disable(["link", "image", "autolink", "html_inline", "html_block", "reference"])
    parser.disable(["heading", "lheading"])  # the page's outline is its own
    parser.inline.ruler.after("escape", "formula", _dollar_rule)
    parser.add_render_rule("formula", _formula)
    return parser


def inline(text: object) -> Markup:
    """One run of Markdown without a paragraph around it.

    Examples
    --------
    >>> inline("*81* parameters & <b>no</b> tags")
    Markup('<em>81</em> parameters &amp; &lt;b&gt;no&lt;/b&gt; tags')
    """
    return Markup(_parser().renderInline(str(text)))


def block(text: object) -> Markup:
    """Markdown with paragraphs and lists."""
    return Markup(_parser().render(str(text)))


def plain(text: object) -> Markup:
    """Text for an attribute: the Markdown source without its markers, escaped."""
    return escape(str(text).replace("$", "").replace("**", "").replace("`", ""))
