"""Markdown and mathematics: safe whatever the text says."""

from __future__ import annotations

import xml.etree.ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadlight.report.prose import block, inline, mathml


def test_mathematics_becomes_mathml() -> None:
    assert inline("$x_1$ & *y*") == (
        '<math display="inline"><mrow><msub><mi>x</mi><mn>1</mn></msub></mrow></math> &amp; <em>y</em>'
    )


def test_double_dollars_are_a_display() -> None:
    assert '<math display="block">' in block("See\n$$\\sum_j p_j = 1$$\nabove.")


@pytest.mark.parametrize("text", ["costs $5", "\\$x\\$", "$", "$$", "a $$ b"])
def test_a_lone_or_escaped_dollar_is_a_dollar(text: str) -> None:
    assert "$" in inline(text)
    assert "<math" not in inline(text)


def test_emphasis_inside_mathematics_is_mathematics() -> None:
    assert "<em>" not in inline("$a *b* c$")
    assert "<math" in inline("$a *b* c$")


@pytest.mark.parametrize(
    "text",
    [
        "[link](http://example.org)",
        "![image](http://example.org/x.png)",
        "<http://example.org>",
        "<a href='http://example.org'>x</a>",
        "$\\href{http://example.org}{x}$",
        "$\\style{background:url(http://example.org)}{x}$",
    ],
)
def test_no_link_comes_through(text: str) -> None:
    for made in (inline(text), block(text)):
        assert "<img" not in made
        assert "<a " not in made
        assert "style=" not in made
        assert "href=" not in made.replace("&lt;a href=", "")


def test_text_inside_mathematics_is_escaped() -> None:
    assert "<script" not in mathml("\\text{<script>alert(1)</script>}")
    assert "&lt;script&gt;" in mathml("\\text{<script>alert(1)</script>}")


@pytest.mark.parametrize("latex", ["x^", "\\left( x"])
def test_broken_latex_is_shown_as_it_is(latex: str) -> None:
    assert mathml(latex) == f'<code class="tex">{latex}</code>'


@given(st.text(alphabet="$\\{}^_<>&\"'ab *`[]()!#\n", max_size=40))
def test_whatever_the_text_the_result_is_well_formed(text: str) -> None:
    for made in (inline(text), block(text)):
        root = ET.fromstring(f"<p>{made}</p>")
        assert not {e.tag for e in root.iter()} & {"script", "img", "a", "style", "iframe"}
