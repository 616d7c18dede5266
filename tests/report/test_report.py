"""The page: self-contained, well-formed, everything of a run on it, nothing of its text taken for markup."""

from __future__ import annotations

import collections
import html.parser
import importlib.util
import re
from pathlib import Path
from types import ModuleType

import pytest

from leadlight import report
from leadlight.errors import FileError
from leadlight.studies.result import StudyResults


def _example() -> ModuleType:
    spec = importlib.util.spec_from_file_location("report_example", Path(__file__).with_name("example.py"))
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


example = _example()


@pytest.fixture(scope="module")
def page() -> str:
    return report.render(example.results())


VOID = {"meta", "link", "img", "br", "hr", "input", "path", "use", "image"}


class _Outline(html.parser.HTMLParser):
    """Collects ids, references, headings and the balance of the tags."""

    def __init__(self) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.references: list[str] = []
        self.attributes: list[tuple[str, str, str]] = []
        self.headings: list[int] = []
        self.open: list[str] = []
        self.texts: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            self.attributes.append((tag, name, value or ""))
            if name == "id":
                self.ids.append(value or "")
            if name in ("href", "xlink:href", "src", "srcset", "action", "data", "poster"):
                self.references.append(value or "")
        if re.fullmatch("h[1-6]", tag):
            self.headings.append(int(tag[1]))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.open.pop()

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID:
            assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if not self.open or self.open[-1] not in ("style", "script"):
            self.texts.append(data)


@pytest.fixture(scope="module")
def outline(page: str) -> _Outline:
    parser = _Outline()
    parser.feed(page)
    parser.close()
    return parser


@pytest.fixture(scope="module")
def words(outline: _Outline) -> str:
    return " ".join(" ".join(outline.texts).split())


def test_no_reference_leaves_the_page(page: str, outline: _Outline) -> None:
    assert all(r.startswith(("#", "data:")) for r in outline.references)
    assert not re.search(r"@import|url\((?!['\"]?(data:|#))", page)
    outside = set(re.findall(r"https?://[^\s\"'<>)]*", page))
    assert outside <= {"http://www.w3.org/2000/svg", "http://www.w3.org/1999/xlink"}  # names, never fetched
    assert "default-src 'none'" in page  # and the browser is told so


def test_ids_are_unique_and_every_local_reference_has_its_target(page: str, outline: _Outline) -> None:
    doubled = [name for name, count in collections.Counter(outline.ids).items() if count > 1]
    assert not doubled
    targets = {r[1:] for r in outline.references if r.startswith("#")}
    targets |= set(re.findall(r"url\(#([^)]+)\)", page))
    labelled = {v for _, name, v in outline.attributes if name == "aria-labelledby"}
    assert targets | labelled <= set(outline.ids)


def test_tags_are_balanced_and_headings_descend_one_level_at_a_time(outline: _Outline) -> None:
    assert outline.open == []
    assert outline.headings[0] == 1
    assert outline.headings.count(1) == 1
    assert all(b - a <= 1 for a, b in zip(outline.headings, outline.headings[1:], strict=False))


def test_text_is_never_markup(page: str, words: str) -> None:
    assert page.count("<script") == 1  # our own
    assert "<script>alert(1)</script>" in words
    assert "ValueError: <bad> value" in words
    assert "(0, 0, 0) <b>" in words


def test_everything_of_a_study_is_there(words: str) -> None:
    for text in (
        "Quick mode.",
        "Interrupted.",
        "Method",
        "Claims",
        "Questions of the sheet",
        "Mended",
        "Derivations",
        "What this does not show",
        "leadlight run softmax --seed 7",
        "n_points = 101",
        "How this page was made",
        "numpy",
        "1 of 3 claims hold",
        "This study crashed",
        "5 min 21 s",
    ):
        assert text in words, text


def test_claims_show_whether_they_hold(page: str) -> None:
    study = page[page.index('id="study-softmax"') : page.index('id="study-rings"')]
    assert re.findall(r'<strong class="verdict">(.*?)</strong>', study) == [
        "Holds.",
        "Does not hold.",
        "Does not hold in this run.",
    ]
    assert re.findall(r'<li class="(good|bad|warn)">', study) == ["good", "bad", "warn"]


def test_contents_give_status_and_claims_held(page: str) -> None:
    contents = page[page.index("<nav") : page.index("</nav>")]
    for text in ("1/3 claims", "did not finish", "interrupted"):
        assert text in contents


def test_figures_have_text_for_those_who_do_not_see_them(page: str, outline: _Outline) -> None:
    labels = {value for tag, name, value in outline.attributes if tag == "svg" and name == "aria-label"}
    assert {"Contours of lse", 'A "map" & more', "Three", "Wrong ties", "Right ties"} <= labels
    assert ("img", "alt", "A blue box") in outline.attributes
    assert page.count("<figcaption>") == 6  # a figure named by a mend is shown there, once


def test_figures_follow_the_theme(page: str) -> None:
    pictures = "".join(re.findall(r"<svg\b.*?</svg>", page, re.DOTALL))
    assert "var(--ink)" in pictures
    assert "var(--muted)" in pictures
    assert "var(--grid)" in pictures
    assert not re.search("#1b1f24|#6e7781|#d0d7de", pictures)
    assert "<style" not in pictures


def test_numbers_are_flush_right_with_the_whole_value_at_hand(page: str) -> None:
    assert '<td class="num" title="0.6652409557748219">0.6652</td>' in page
    assert '<th scope="col" class="num">n</th>' in page
    assert '<th scope="col">same</th>' in page
    assert "0.891 [0.879, 0.903]" in page


def test_dark_light_print_and_narrow_are_provided_for(page: str) -> None:
    for rule in (
        "prefers-color-scheme: dark",
        '[data-theme="dark"]',
        "@media print",
        "@media (max-width: 40rem)",
    ):
        assert rule in page
    assert '<button type="button" id="theme" hidden>' in page  # shown by the script alone
    assert page.count('class="skip"') == 2


def test_full_run_has_no_banners() -> None:
    page = report.render(StudyResults((example.crashed(),), quick=False, interrupted=False))
    assert 'class="banner' not in page


def test_same_results_give_the_same_page(page: str) -> None:
    assert report.render(example.results()) == page


def test_write_puts_one_whole_file(tmp_path: Path) -> None:
    path = report.write(example.results(), tmp_path)
    assert path == tmp_path / "index.html"
    assert path.read_text(encoding="utf-8").startswith("<!doctype html>")
    assert [p.name for p in tmp_path.iterdir()] == ["index.html"]


def test_a_folder_that_is_not_there_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(FileError, match="Cannot write"):
        report.write(example.results(), tmp_path / "file")
