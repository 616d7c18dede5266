import errno
import json
import os
import re
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import numpy as np
import pytest
from matplotlib.figure import Figure

from leadlight._writing import write_atomically
from leadlight.errors import FileError, ParameterError, UnknownNameError
from leadlight.studies._files import prepare_folder
from leadlight.studies._intervals import interval, share
from leadlight.studies._journal import JOURNAL, append, read_result
from leadlight.studies.page import Page
from leadlight.studies.registry import Study
from leadlight.studies.result import Interval, StudyResults, canonical_json, plain
from leadlight.studies.writing import write_results

STUDY = Study("fake", "fake_study", "A title", "A question?", "A sheet")
OK = {"status": "ok", "error": "", "traceback": "", "exit_code": 0, "seconds": 1.5}


@pytest.fixture
def page(tmp_path):
    return Page("fake", tmp_path, seed=3)


def result(page, end=OK):
    return read_result(STUDY, page.folder, seed=page.seed, quick=page.quick, end=end)


def drawing():
    figure = Figure()
    axes = figure.subplots()
    axes.imshow(np.arange(12.0).reshape(3, 4))
    axes.plot([0, 1], [1, 2], "o-", label="$x^2$")
    axes.scatter([0, 1], [0, 1])
    axes.legend()
    return figure


def test_everything_added_comes_back(page):
    page.method("  First.\n  And $x$.  ")
    page.method("Second.")
    page.table(
        "t", ["a", "b"], [[1, Interval(1.0, 0.5, 1.5, 7)], [None, "x"]], "Caption", formats={"a": ".2f"}
    )
    page.claim("c", "It holds.", np.bool_(True), {"x": np.float32(0.5), "none": None, "i": share(1, 4)})
    page.claim("d", "It may hold.", False, {"n": np.int64(3)}, must_hold=False)
    page.answer("Q?", "A.")
    page.mend("M", "text", wrong=1, right="two")
    page.derivation("D", ["a", "b"], "check", np.float64(1e-16), 1e-12)
    page.limits("one", "two")
    page.limits("three")
    page.number("n", {"list": np.arange(3), "pair": (1, 2.5)})
    page.image("moving", b"RIFF", "image/webp", "An animation", alt="it moves")
    r = result(page)
    assert r.method == "First.\nAnd $x$.\n\nSecond."
    assert r.table("t").rows == ((1, Interval(1.0, 0.5, 1.5, 7)), (None, "x"))
    assert r.table("t").formats == (".2f", None)
    assert r.claim("c").holds is True
    assert r.claim("c").evidence == {"x": 0.5, "none": None, "i": share(1, 4)}
    assert r.failing == ()
    assert (r.answers[0].text, r.mends[0].right, r.limits) == ("A.", "two", ("one", "two", "three"))
    assert r.derivations[0].holds
    assert r.numbers == {"n": {"list": [0, 1, 2], "pair": [1, 2.5]}}
    assert (r.figure("moving").content, r.figure("moving").alt) == (b"RIFF", "it moves")
    assert (r.title, r.question, r.seed, r.status, r.seconds) == ("A title", "A question?", 3, "ok", 1.5)
    with pytest.raises(UnknownNameError):
        r.figure("none")


def test_figures_are_the_same_twice_and_ids_are_their_own(tmp_path):
    contents = []
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        page = Page("fake", tmp_path / name)
        page.figure("first", drawing(), "Caption")
        page.figure("second", drawing(), "Caption")
        contents.append([f.content for f in result(page).figures])
    assert contents[0] == contents[1]
    ids = []
    for content, name in zip(contents[0], ("first", "second")):
        text = content.decode()
        ElementTree.fromstring(text)
        assert text.startswith("<svg ")
        assert "<style" not in text
        assert "<dc:date>" not in text
        found = set(re.findall(r'\sid="([^"]+)"', text))
        assert found
        assert all(i.startswith(f"fake-{name}-") for i in found)
        references = set(re.findall(r'href="#([^"]+)"|url\(#([^)]+)\)', text))
        assert {a or b for a, b in references} <= found
        ids.append(found)
    assert not ids[0] & ids[1]


@pytest.mark.parametrize("bad", [1, 0, None, "yes", 0.5])
def test_holds_must_be_a_bool(page, bad):
    with pytest.raises(ParameterError, match="holds must be a bool"):
        page.claim("c", "s", bad, {"x": 1})


@pytest.mark.parametrize(
    "bad", [float("nan"), float("inf"), np.float32("nan"), [1, 2], {"a": 1}, object(), 1j]
)
def test_evidence_and_cells_are_one_finite_value(page, bad):
    with pytest.raises(ParameterError):
        page.claim("c", "s", True, {"x": bad})
    with pytest.raises(ParameterError, match="row 1, 'a'"):
        page.table("t", ["a"], [[1], [bad]], "caption")
    page.claim("c", "s", True, {"x": 1})  # a refused piece leaves its name free


def test_claim_needs_evidence_and_names_are_unique(page):
    with pytest.raises(ParameterError, match="has no evidence"):
        page.claim("c", "s", True, {})
    page.claim("c", "s", True, {"x": 1})
    with pytest.raises(ParameterError, match="already a claim named 'c'"):
        page.claim("c", "s", True, {"x": 1})
    page.number("c", 1)
    with pytest.raises(ParameterError, match="lower-case"):
        page.table("../t", ["a"], [], "caption")


def test_tables_and_texts_are_checked(page):
    with pytest.raises(ParameterError, match="row 1 has 1 cells; expected 2"):
        page.table("t", ["a", "b"], [[1, 2], [3]], "caption")
    with pytest.raises(ParameterError, match="not columns"):
        page.table("t", ["a"], [[1]], "caption", formats={"z": ".2f"})
    with pytest.raises(ParameterError, match="1 columns but 2 formats"):
        page.table("t", ["a"], [[1]], "caption", formats=[None, None])
    with pytest.raises(ParameterError, match="Expected text, got 3"):
        page.method(3)
    with pytest.raises(ParameterError, match="expected one of"):
        page.image("i", b"", "text/html", "caption")
    with pytest.raises(ParameterError, match="only finite"):
        page.derivation("D", [], "check", float("nan"), 1.0)


def test_random_numbers_hang_on_seed_study_and_label_only(tmp_path):
    page = Page("fake", tmp_path, seed=3)
    assert page.seeds("a", 5) == Page("fake", tmp_path, seed=3).seeds("a", 50)[:5]
    assert len(set(page.seeds("a", 3000))) == 3000
    assert all(type(s) is int and 0 <= s < 2**32 for s in page.seeds("a", 10))
    draws = [
        p.rng(label).random()
        for p in (page, Page("fake", tmp_path, seed=4), Page("other", tmp_path, seed=3))
        for label in ("a", "b")
    ]
    assert len(set(draws)) == 6
    assert page.rng("a").random() == draws[0]


def test_progress_is_thinned_but_the_end_is_told(tmp_path):
    heard = []
    page = Page("fake", tmp_path, on_progress=lambda *event: heard.append(event))
    tell = page.progress("steps", 1000)
    for done in range(1, 1001):
        tell(done)
    assert heard[0] == ("steps", 1, 1000)
    assert heard[-1] == ("steps", 1000, 1000)
    assert len(heard) < 100
    page.training_progress("epochs")(2, 2)
    assert heard[-1] == ("epochs", 2, 2)
    Page("fake", tmp_path).progress("nobody listens", 1)(1)


def test_a_line_cut_short_spoils_nothing_else(page):
    page.number("a", 1)
    with open(page.folder / JOURNAL, "ab") as stream:
        stream.write(b'{"kind": "number", "na')
    page.number("b", 2)
    assert result(page).numbers == {"a": 1, "b": 2}
    assert read_result(STUDY, Path(page.folder / "none"), seed=0, quick=False, end=OK).numbers == {}


def test_intervals_against_numpy_and_scipy():
    from scipy.stats import binomtest

    x = np.random.default_rng(1).exponential(size=25)
    found = interval(x)
    assert (found.median, found.low, found.high) == (
        np.median(x), np.quantile(x, 0.25), np.quantile(x, 0.75),
    )  # fmt: skip
    assert (found.n, found.kind) == (25, "interquartile")
    boot = interval(x, "bootstrap")
    assert boot == interval(x, "bootstrap")
    assert x.min() <= boot.low < boot.median < boot.high <= x.max()
    assert f"{Interval(0.25, 0.1, 0.5, 3):.2f}" == "0.25 [0.10, 0.50]"
    for k, n in [(0, 7), (3, 7), (7, 7), (10, 1000)]:
        s = share(k, n)
        oracle = binomtest(k, n).proportion_ci(method="wilson")
        assert (s.low, s.high) == pytest.approx((oracle.low, oracle.high), abs=1e-12)
    for bad in ([], [1, np.nan]):
        with pytest.raises(ParameterError):
            interval(bad)
    with pytest.raises(ParameterError, match="Unknown kind"):
        interval([1.0], "magic")
    with pytest.raises(ParameterError):
        share(3, 2)


def test_canonical_json():
    value = {"b": np.float64(0.1), "a": (1, np.bool_(True), None, "ü"), "c": np.arange(2)}
    assert "".join(canonical_json(value).split()) == '{"a":[1,true,null,"ü"],"b":0.1,"c":[0,1]}'
    assert canonical_json({"x": 1e-300}) == '{\n "x": 1e-300\n}\n'
    for bad in (float("nan"), {"a": [np.inf]}, {1: 2}, {1, 2}, b"bytes"):
        with pytest.raises(ParameterError):
            plain(bad)


def test_results_and_timings_are_written_apart(page, tmp_path):
    page.number("n", 1.5)
    slow = result(page, {**OK, "seconds": 9.0, "traceback": "lines"})
    quick = result(page)
    out = tmp_path / "deep" / "out"
    texts = []
    for r in (slow, quick):
        write_results(StudyResults((r,), seed=3, seconds=r.seconds), out)
        texts.append((out / "results.json").read_bytes())
    assert texts[0] == texts[1]
    stored = json.loads(texts[0])
    assert stored["studies"][0]["numbers"] == {"n": 1.5}
    assert "seconds" not in stored["studies"][0]
    times = json.loads((out / "timings.json").read_text())
    assert times["seconds"] == {"fake": 1.5}
    assert times["versions"]["numpy"] == np.__version__
    assert sorted(p.name for p in out.iterdir()) == ["results.json", "timings.json"]


def refuse(number):
    def fail(*args, **kwargs):
        raise OSError(number, os.strerror(number))

    return fail


def test_a_full_disk_leaves_the_old_file_and_says_so(tmp_path, monkeypatch):
    target = tmp_path / "results.json"
    write_atomically(target, "old")
    for function in ("fsync", "replace"):
        with monkeypatch.context() as patch:
            patch.setattr(os, function, refuse(errno.ENOSPC))
            with pytest.raises(
                FileError, match=r"Cannot write .*results.json: the disk is full: free some space"
            ):
                write_atomically(target, "new")
        assert target.read_text() == "old"
        assert [p.name for p in tmp_path.iterdir()] == ["results.json"]


def test_a_full_disk_under_the_page_is_one_sentence(page, monkeypatch):
    monkeypatch.setattr("builtins.open", refuse(errno.ENOSPC))
    with pytest.raises(FileError, match="the disk is full"):
        append(page.folder, "number", {"name": "n", "value": 1})
    with pytest.raises(FileError, match="the disk is full"):
        page.image("i", b"", "image/png", "caption")


def test_folders_that_cannot_be_written(tmp_path):
    file = tmp_path / "file"
    file.write_text("")
    with pytest.raises(FileError, match="exists and is not a folder"):
        prepare_folder(file)
    with pytest.raises(FileError, match="a part of the path is a file"):
        prepare_folder(file / "below")
    with pytest.raises(FileError, match="the name is too long"):
        prepare_folder(tmp_path / ("x" * 300))
    with pytest.raises(FileError, match=r"Cannot write to the folder /proc/leadlight: "):
        prepare_folder("/proc/leadlight")
    (tmp_path / "out" / "results.json").mkdir(parents=True)
    with pytest.raises(FileError, match="a folder of that name is in the way"):
        write_results(StudyResults(()), tmp_path / "out")
    assert [p.name for p in (tmp_path / "out").iterdir()] == ["results.json"]
