"""The font subset: only what the formulas use, with a MATH table, under another name."""

from __future__ import annotations

import base64
import io
import re

import pytest
from fontTools.ttLib import TTFont

from leadlight.report.font import font_faces, formula_characters
from leadlight.report.prose import inline


@pytest.fixture(scope="module")
def rule() -> str:
    return font_faces(inline("$\\sqrt{\\frac{2}{1 + a^2}} \\le \\sum_j \\mathbb{E}[\\phi]$ outside Ω"))


@pytest.fixture(scope="module")
def font(rule: str) -> TTFont:
    match = re.search(r"base64,([A-Za-z0-9+/=]+)", rule)
    assert match is not None
    return TTFont(io.BytesIO(base64.b64decode(match.group(1))))


def test_characters_are_those_of_the_formulas_with_their_italics() -> None:
    used = formula_characters(inline("$a + \\sigma$ and b"))
    assert {"a", "\N{MATHEMATICAL ITALIC SMALL A}", "σ", "\N{MATHEMATICAL ITALIC SMALL SIGMA}", "+"} <= used
    assert "b" not in used
    assert "n" not in used


def test_the_readers_own_fonts_come_first(rule: str) -> None:
    assert rule.index('local("STIX Two Math")') < rule.index("url(data:font/woff")


def test_the_subset_covers_the_formulas_and_little_else(font: TTFont, rule: str) -> None:
    covered = {chr(code) for code in font.getBestCmap()}
    assert set("√2+≤∑[]𝔼") | {"\N{MATHEMATICAL ITALIC SMALL A}"} <= covered
    assert "Ω" not in covered
    assert len(covered) < 60
    assert len(rule) < 20_000


def test_roots_and_brackets_stretch(font: TTFont) -> None:
    math = font["MATH"].table
    assert math.MathConstants.AxisHeight.Value == 258
    names = set(math.MathVariants.VertGlyphCoverage.glyphs)
    assert {font.getBestCmap()[ord(c)] for c in "√()[]∑"} <= names
    heights = [
        v.AdvanceMeasurement for v in math.MathVariants.VertGlyphConstruction[0].MathGlyphVariantRecord
    ]
    assert len(heights) > 1


def test_the_licence_is_kept_and_the_name_changed(font: TTFont) -> None:
    assert font["name"].getDebugName(1) == "LeadlightMath"
    assert "STI" in (font["name"].getDebugName(13) or font["name"].getDebugName(0) or "")


def test_a_page_without_formulas_carries_no_font() -> None:
    assert font_faces("<p>x</p>") == ""
