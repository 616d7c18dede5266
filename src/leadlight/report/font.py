"""A mathematical font for machines without one: a subset embedded in the page.

The style sheet asks for the reader's own fonts by ``local()`` name first. The fallback is STIX as
matplotlib ships it, cut by fontTools to the characters that the page's formulas use and renamed as its
licence asks: some ten kilobytes of base64 WOFF. STIXGeneral has no OpenType MATH table, so one is built
here: TeX-like constants, and larger roots, brackets and sums from the STIX size fonts.
"""

from __future__ import annotations

import base64
import html
import io
import re
import string
from pathlib import Path
from typing import Any

from markupsafe import Markup

__all__ = ["font_faces", "formula_characters"]

LOCAL_NAMES = (
    "STIX Two Math",
    "Latin Modern Math",
    "Libertinus Math",
    "Cambria Math",
    "XITS Math",
    "STIX Math",
    "Noto Sans Math",
    "Asana Math",
)
STRETCHED = "√()[]{}⟨⟩∑∏"
SIZES = tuple(f"STIXSiz{size}SymReg.ttf" for size in ("One", "Two", "Three", "Four"))
CONSTANTS = {  # in thousandths of an em, close to those of TeX's fonts at the same size
    "ScriptPercentScaleDown": 72,
    "ScriptScriptPercentScaleDown": 58,
    "DelimitedSubFormulaMinHeight": 1300,
    "DisplayOperatorMinHeight": 1300,
    "MathLeading": 150,
    "AxisHeight": 258,
    "AccentBaseHeight": 470,
    "FlattenedAccentBaseHeight": 680,
    "SubscriptShiftDown": 180,
    "SubscriptTopMax": 370,
    "SubscriptBaselineDropMin": 160,
    "SuperscriptShiftUp": 363,
    "SuperscriptShiftUpCramped": 289,
    "SuperscriptBottomMin": 110,
    "SuperscriptBaselineDropMax": 250,
    "SubSuperscriptGapMin": 160,
    "SuperscriptBottomMaxWithSubscript": 370,
    "SpaceAfterScript": 50,
    "UpperLimitGapMin": 130,
    "UpperLimitBaselineRiseMin": 200,
    "LowerLimitGapMin": 140,
    "LowerLimitBaselineDropMin": 600,
    "StackTopShiftUp": 470,
    "StackTopDisplayStyleShiftUp": 700,
    "StackBottomShiftDown": 385,
    "StackBottomDisplayStyleShiftDown": 690,
    "StackGapMin": 150,
    "StackDisplayStyleGapMin": 350,
    "FractionNumeratorShiftUp": 430,
    "FractionNumeratorDisplayStyleShiftUp": 680,
    "FractionDenominatorShiftDown": 370,
    "FractionDenominatorDisplayStyleShiftDown": 690,
    "FractionNumeratorGapMin": 70,
    "FractionNumDisplayStyleGapMin": 150,
    "FractionRuleThickness": 56,
    "FractionDenominatorGapMin": 70,
    "FractionDenomDisplayStyleGapMin": 150,
    "OverbarVerticalGap": 150,
    "OverbarRuleThickness": 56,
    "OverbarExtraAscender": 56,
    "UnderbarVerticalGap": 150,
    "UnderbarRuleThickness": 56,
    "UnderbarExtraDescender": 56,
    "RadicalVerticalGap": 75,
    "RadicalDisplayStyleVerticalGap": 150,
    "RadicalRuleThickness": 56,
    "RadicalExtraAscender": 56,
    "RadicalKernBeforeDegree": 270,
    "RadicalKernAfterDegree": -500,
    "RadicalDegreeBottomRaisePercent": 60,
}
_FORMULA = re.compile(r"<math\b.*?</math>", re.DOTALL)
_TAG = re.compile(r"<[^>]*>")


def formula_characters(page: str) -> set[str]:
    """Every character that the MathML of a page may show, with the italics that single letters become."""
    used = set(html.unescape(_TAG.sub("", " ".join(_FORMULA.findall(page)))))
    italic = set()
    for letter in used:
        if letter in string.ascii_uppercase:
            italic.add(chr(0x1D434 + ord(letter) - ord("A")))
        elif letter in string.ascii_lowercase:
            italic.add("\u210e" if letter == "h" else chr(0x1D44E + ord(letter) - ord("a")))
        elif "Α" <= letter <= "Ω":
            italic.add(chr(0x1D6E2 + ord(letter) - ord("Α")))
        elif "α" <= letter <= "ω":
            italic.add(chr(0x1D6FC + ord(letter) - ord("α")))
        elif letter in "ϵϑϰϕϱϖ∂":
            italic.add(dict(zip("∂ϵϑϰϕϱϖ", "𝜕𝜖𝜗𝜘𝜙𝜚𝜛", strict=True))[letter])
    return {c for c in used | italic if c.isprintable() and c != "\n"}


def font_faces(page: str) -> Markup:
    """The ``@font-face`` rule for the formulas of a page; empty when it has none."""
    characters = formula_characters(page)
    if not characters:
        return Markup("")
    local = ", ".join(f'local("{name}")' for name in LOCAL_NAMES)
    data = base64.b64encode(_subset(characters | set(STRETCHED))).decode("ascii")
    url = f"url(data:font/woff;base64,{data}) format('woff')"
    return Markup(f'@font-face {{ font-family: "Leadlight Math"; src: {local}, {url}; }}')


def _subset(characters: set[str]) -> bytes:
    """WOFF bytes: STIXGeneral cut to `characters`, with larger stretched ones and a MATH table."""
    import matplotlib
    from fontTools import subset
    from fontTools.otlLib.builder import buildMathTable
    from fontTools.ttLib import TTFont

    folder = Path(matplotlib.get_data_path()) / "fonts" / "ttf"
    font = TTFont(folder / "STIXGeneral.ttf", recalcTimestamp=False)
    options = subset.Options(hinting=False, notdef_outline=True, layout_features=[])
    options.drop_tables += ["FFTM", "GDEF", "GPOS", "GSUB", "kern", "PfEd", "TeX "]
    cutter = subset.Subsetter(options)
    cutter.populate(unicodes=sorted(map(ord, characters)))
    cutter.subset(font)
    variants = {}
    for file in SIZES:
        _add_size(font, TTFont(folder / file), variants)
    buildMathTable(font, constants=CONSTANTS, vertGlyphVariants=variants)
    for record in font["name"].names:  # the licence asks a changed font to carry another name
        if record.nameID in (1, 3, 4, 6, 16):
            record.string = "LeadlightMath"  # pyright: ignore[reportAttributeAccessIssue]
    font.flavor = "woff"
    buffer = io.BytesIO()
    font.save(buffer)
    return buffer.getvalue()


def _add_size(font: Any, larger: Any, variants: dict[str, list[tuple[str, int]]]) -> None:
    """Copy the stretched characters of one size font, each noted as a variant with its height."""
    names, others = font.getBestCmap(), larger.getBestCmap()
    for character in STRETCHED:
        if ord(character) not in names or ord(character) not in others:
            continue
        name, glyph = names[ord(character)], larger["glyf"][others[ord(character)]]
        if glyph.isComposite():
            continue
        known = variants.setdefault(name, [(name, _height(font["glyf"][name]))])
        new = f"{name}.size{len(known)}"
        glyph.removeHinting()
        font["glyf"][new] = glyph  # also extends the glyph order
        font["hmtx"][new] = larger["hmtx"][others[ord(character)]]
        known.append((new, _height(glyph)))


def _height(glyph: Any) -> int:
    return glyph.yMax - glyph.yMin
