"""The README's promises: its Python runs, its studies and commands exist, its picture is there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from leadlight.studies.registry import STUDIES

README = Path(__file__).parent.parent / "README.md"


@pytest.fixture(scope="module")
def text() -> str:
    return README.read_text(encoding="utf-8")


def test_the_python_of_the_readme_runs_and_its_comments_are_true(text):
    (block,) = re.findall(r"```python\n(.*?)```", text, flags=re.S)
    names: dict = {}
    exec(compile(block, "README.md", "exec"), names)
    assert names["net"].n_parameters == 81
    assert names["runs"].losses.shape == (12, 300)
    assert int(names["ll"].max_regions([20], 2)) == 211
    assert names["cells"].n_linear_regions <= len(names["cells"]) <= 211


def test_every_study_is_listed_once(text):
    listed = re.findall(r"^\| `([a-z-]+)` \|", text, flags=re.M)
    assert sorted(listed) == sorted(STUDIES)


def test_the_picture_exists(text):
    for path in re.findall(r"!\[[^\]]*\]\(([^)]+)\)", text):
        assert (README.parent / path).is_file()
