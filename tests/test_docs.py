"""The pages under docs/: their Python runs, what they say it prints is what it prints, and their pictures exist."""

from __future__ import annotations

import contextlib
import io
import re
from pathlib import Path

import pytest

DOCS = Path(__file__).parent.parent / "docs"
PAGES = sorted(DOCS.glob("*.md"))
BLOCK = re.compile(r"^```(python|text)\n(.*?)^```$", flags=re.S | re.M)


def test_there_are_pages():
    assert [page.name for page in PAGES] == ["regions.md"]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_the_python_of_a_page_runs_and_prints_what_it_says(page, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    names: dict = {}
    printed = ""
    n_python = n_text = 0
    for language, text in BLOCK.findall(page.read_text(encoding="utf-8")):
        if language == "text":
            assert printed.strip() == text.strip()
            printed = ""
            n_text += 1
            continue
        assert not printed, f"{page.name} does not show what a block prints:\n{printed}"
        out = io.StringIO()
        with contextlib.redirect_stdout(out):
            exec(compile(text, page.name, "exec"), names)
        printed = out.getvalue()
        n_python += 1
    assert n_python > 0
    assert n_text > 0


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_the_pictures_and_links_of_a_page_exist(page):
    text = page.read_text(encoding="utf-8")
    for path in re.findall(r"\]\((?!https?:|#)([^)#]+)", text):
        assert (page.parent / path).exists(), path
