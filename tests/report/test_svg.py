"""Inlining: unique ids, themed neutrals, nothing that leaks out of the figure."""

from __future__ import annotations

from leadlight.report.svg import inlined, natural_width

FIGURE = """<?xml version="1.0" encoding="utf-8" standalone="no"?>
<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "http://www.w3.org/Graphics/SVG/1.1/DTD/svg11.dtd">
<svg xmlns:xlink="http://www.w3.org/1999/xlink" width="300.5pt" height="200pt" viewBox="0 0 300 200"
 xmlns="http://www.w3.org/2000/svg" version="1.1">
 <metadata><rdf:RDF about="http://example.org"/></metadata>
 <defs>
  <style type="text/css">*{stroke-linejoin: round; stroke-linecap: butt}</style>
 </defs>
 <g id="figure_1" style="fill: #1B1F24; stroke: #6e7781" clip-path="url(#p1)">
  <use xlink:href="#m1" style="stroke: #d0d7de"/><path id="m1" style="fill: #0072b2"/>
 </g>
 <clipPath id="p1"/>
</svg>
"""


def test_ids_and_references_get_the_prefix() -> None:
    made = inlined(FIGURE, "s-f", "x")
    assert 'id="s-f-figure_1"' in made
    assert 'id="s-f-m1"' in made
    assert 'id="s-f-p1"' in made
    assert 'xlink:href="#s-f-m1"' in made
    assert "url(#s-f-p1)" in made


def test_the_three_neutrals_become_variables_and_other_colours_stay() -> None:
    made = inlined(FIGURE, "a", "x")
    assert "fill: var(--ink); stroke: var(--muted)" in made
    assert "stroke: var(--grid)" in made
    assert "#0072b2" in made


def test_prologue_metadata_and_global_style_go() -> None:
    made = inlined(FIGURE, "a", "x")
    assert made.startswith("<svg")
    for text in ("<?xml", "DOCTYPE", "metadata", "<style", "example.org"):
        assert text not in made
    assert "stroke-linejoin:round;stroke-linecap:butt" in made


def test_the_root_keeps_its_view_box_and_says_what_it_shows() -> None:
    made = inlined(FIGURE, "a", "Loss & <accuracy>")
    root = made[: made.index(">")]
    assert 'viewBox="0 0 300 200"' in root
    assert 'role="img"' in root
    assert "width=" not in root
    assert "height=" not in root
    assert 'aria-label="Loss &amp; &lt;accuracy&gt;"' in made


def test_natural_width() -> None:
    assert natural_width(FIGURE) == "300.5pt"
    assert natural_width('<svg viewBox="0 0 1 1">') == "100%"
