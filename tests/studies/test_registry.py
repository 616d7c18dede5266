import subprocess
import sys

import pytest

from leadlight.errors import UnknownNameError
from leadlight.studies.registry import STUDIES, find_study, list_studies, longest_first

TWELVE = [
    "softmax", "linear-regions", "region-counts", "depth", "polynomial", "animal-faces", "init-gain", "rings",
    "damped-sine", "line-fit", "line-detector", "iris",
]  # fmt: skip


def test_all_twelve_are_there_in_the_order_of_the_course():
    assert [study.name for study in list_studies()] == TWELVE
    for name, study in STUDIES.items():
        assert study.name == name
        assert study.module == "leadlight.studies." + name.replace("-", "_")
        assert study.question.endswith("?")
        assert study.title
        assert study.sheet
        assert study.weight > 0


def test_names_are_found_with_hyphen_or_underscore():
    assert find_study("line-fit") is find_study("line_fit") is STUDIES["line-fit"]
    assert find_study(STUDIES["iris"]) is STUDIES["iris"]


def test_unknown_name_offers_the_nearest():
    with pytest.raises(UnknownNameError, match="did you mean 'softmax'"):
        find_study("sofmax")


def test_longest_first_keeps_ties_in_order():
    ordered = longest_first(list_studies())
    assert [s.weight for s in ordered] == sorted((s.weight for s in ordered), reverse=True)
    assert {s.name for s in ordered} == set(TWELVE)


def test_importing_the_table_imports_nothing_heavy():
    code = (
        "import sys, leadlight.studies, leadlight.studies.parameters, leadlight.studies.runner\n"
        "print(sorted({'numpy', 'scipy', 'torch', 'matplotlib', 'sklearn'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
