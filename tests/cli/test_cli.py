"""The command's verbs, its help, its exit codes, and how little it imports to answer."""

from __future__ import annotations

import json
import re
import resource
import statistics
import subprocess
import sys

import pytest

from leadlight.studies import list_studies

HEAVY = ("numpy", "scipy", "torch", "matplotlib", "sklearn", "PIL", "jinja2")


def one_sentence(done: subprocess.CompletedProcess[str]) -> str:
    """The complaint: one line on stderr, no traceback."""
    lines = done.stderr.strip().splitlines()
    assert len(lines) == 1, done.stderr
    assert lines[0].startswith("leadlight: ")
    return lines[0]


@pytest.mark.parametrize("arguments", [["--help"], ["list"], ["run", "--help"], ["--version"]])
def test_answering_imports_nothing_heavy(arguments: list[str]) -> None:
    code = (
        "import sys; from leadlight.cli import main; code = main(sys.argv[1:]);"
        f"heavy = [name for name in {HEAVY!r} if name in sys.modules]; assert not heavy, heavy; sys.exit(code)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


def test_help_answers_at_once(leadlight) -> None:
    times = []
    for _ in range(7):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        done = leadlight("--help")
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        times.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
        assert done.returncode == 0
    assert (
        statistics.median(times) < 0.4
    )  # seconds of processor, which other tests on this core do not stretch
    for verb in ("list", "run", "doctor", "--install-completion", "--version"):
        assert verb in done.stdout


def test_list_names_every_study(leadlight) -> None:
    done = leadlight("list")
    assert done.returncode == 0
    assert [line.split()[0] for line in done.stdout.splitlines()[1:]] == [s.name for s in list_studies()]


def test_list_as_json(leadlight) -> None:
    rows = json.loads(leadlight("list", "--json").stdout)
    assert [row["name"] for row in rows] == [s.name for s in list_studies()]
    assert set(rows[0]) == {"name", "title", "question", "sheet"}


def test_version(leadlight) -> None:
    done = leadlight("--version")
    assert done.returncode == 0
    assert re.fullmatch(r"\d+\.\d+\.\d+\S*", done.stdout.strip())


def test_doctor_says_what_is_installed_and_how_fast(leadlight) -> None:
    done = leadlight("doctor", "--no-probe")
    assert done.returncode == 0, done.stdout
    for word in ("numpy", "scikit-learn", "Python", "engines", "compiled core"):
        assert word in done.stdout


def test_help_of_a_study_lists_parameters_with_type_default_and_meaning(toys) -> None:
    done = toys.run("run", "fine", "--help")
    assert done.returncode == 0, done.stderr
    words = " ".join(done.stdout.replace("│", " ").split())
    for text in (
        "What does fine do?",
        "--n-steps INT steps of work (at least 1; at most 10000; 2 with --quick) [default: 3]",
        "--rate FLOAT learning rate (above 0) [default: 0.5]",
        "--widths INT... hidden units (at least 1) [default: (2, 4)]",
        "--mode STR rule (one of fair, course) [default: fair]",
        "--data PATH a CSV file",
        "--loud --no-loud say more",
        "--out PATH",
        "--seed INT",
        "--quick",
    ):
        assert text in words, words


def test_every_real_study_explains_its_parameters(leadlight) -> None:
    for study in list_studies():
        done = leadlight("run", study.name, "--help")
        assert done.returncode == 0, done.stderr
        assert "--seed" in done.stdout


def test_one_study_writes_page_results_and_timings(toys) -> None:
    done = toys.run("run", "fine", "--out", "there", "--seed", "5", "--n-steps", "4", "--widths", "1", "2")
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""  # not a terminal: no progress
    there = toys.folder / "there"
    assert {p.name for p in there.iterdir()} == {"index.html", "results.json", "timings.json"}
    study = json.loads((there / "results.json").read_text())["studies"][0]
    assert (study["seed"], study["parameters"]["n_steps"], study["parameters"]["widths"]) == (5, 4, [1, 2])
    page = (there / "index.html").read_text()
    assert "leadlight run fine --seed 5 --n-steps 4" in page
    assert "1/1" in done.stdout
    assert "Report: there/index.html" in done.stdout


def test_quick_takes_the_quick_values_and_says_so(toys) -> None:
    done = toys.run("run", "fine", "--quick")
    assert done.returncode == 0
    study = json.loads((toys.folder / "report" / "results.json").read_text())["studies"][0]
    assert study["parameters"]["n_steps"] == 2
    assert "Quick mode." in (toys.folder / "report" / "index.html").read_text()
    assert "quick" in done.stdout


def test_all_runs_every_study_and_survives_a_crash(toys) -> None:
    done = toys.run("run", "all", "--workers", "2", without="slow big picky")
    assert done.returncode == 1
    results = json.loads((toys.folder / "report" / "results.json").read_text())
    assert [s["name"] for s in results["studies"]] == ["fine", "boom", "untrue"]
    assert [s["status"] for s in results["studies"]] == ["ok", "failed", "ok"]
    page = (toys.folder / "report" / "index.html").read_text()
    assert "This study crashed" in page
    assert "ZeroDivisionError: nothing to divide by" in done.stdout
    assert "Traceback" not in done.stdout + done.stderr


def test_a_claim_that_fails_is_shown_but_is_no_crash(toys) -> None:
    done = toys.run("run", "untrue")
    assert done.returncode == 0
    assert "✗ untrue does not hold: Two is less than one." in done.stdout
    assert "Does not hold." in (toys.folder / "report" / "index.html").read_text()


def test_same_seed_same_bytes_whatever_the_workers(toys) -> None:
    for workers in ("1", "3"):
        toys.run("run", "all", "--workers", workers, "--out", workers, without="slow big boom picky")
    one, three = ((toys.folder / w / "results.json").read_bytes() for w in ("1", "3"))
    assert one == three


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["run", "fin"], "Unknown study 'fin': did you mean 'fine'?"),
        (["run", "xyzzy"], "Unknown study 'xyzzy'. Known: all, big"),
        (["rum"], "Unknown command 'rum': did you mean 'run'?"),
        (["run", "fine", "--n-step", "4"], "Unknown parameter --n-step; did you mean --n-steps? Known: --"),
        (["run", "fine", "--n-step=4"], "Unknown parameter --n-step; did you mean --n-steps? Known: --"),
        (["run", "all", "--workrs", "4"], "Unknown option --workrs; did you mean --workers?"),
        (["list", "--jsn"], "Unknown option --jsn; did you mean --json?"),
        (["run", "fine", "--n-steps", "--sed", "3"], "Unknown parameter --sed; did you mean --seed?"),
        (["doctor", "--prob"], "Unknown option --prob; did you mean --probe?"),
        (["doctor", "-p"], "Unknown option -p. Known: --probe."),
        (["run", "--seed", "3", "fine"], "--seed came too early: options go after the study"),
        (["--seed", "3", "run", "fine"], "--seed came too early: options go after a command"),
        (["run", "fine", "extra"], "Unexpected argument 'extra'"),
        (["run", "fine", "--n-steps", "four"], "--n-steps must be a whole number; got 'four'."),
        (["run", "fine", "--n-steps", "4.5"], "--n-steps must be a whole number; got '4.5'."),
        (["run", "fine", "--n-steps"], "--n-steps needs a value: a whole number."),
        (["run", "fine", "--n-steps", "1", "--n-steps", "2"], "--n-steps was given more than once"),
        (["run", "fine", "--n-steps", "0"], "--n-steps must be a whole number at least 1"),
        (["run", "fine", "--n-steps", "10001"], "at most 10000, got 10001"),
        (["run", "fine", "--rate", "0"], "--rate must be a finite number above 0, got 0.0"),
        (["run", "fine", "--rate", "nan"], "--rate must be a finite number"),
        (["run", "fine", "--rate", "fast"], "--rate must be a number; got 'fast'."),
        (["run", "fine", "--widths", "3", "x"], "--widths must be"),
        (["run", "fine", "--widths", "3", "-1"], "--widths must be a whole number at least 1, got -1"),
        (["run", "fine", "--mode", "best"], "--mode must be one of fair, course, got 'best'"),
        (["run", "fine", "--loud", "maybe"], "Unexpected argument 'maybe'"),
        (["run", "fine", "--seed", "-1"], "--seed must be a whole number at least 0"),
        (["run", "fine", "--seed", "1e3"], "--seed must be a whole number; got '1e3'."),
        (["run", "all", "--workers", "0"], "workers must be a whole number at least 1"),
        (["run", "all", "--n-steps", "3"], "Unknown option --n-steps. Known: --out"),
        (["run", "picky"], "The column colour holds text; numbers were expected: drop it."),
    ],
)
def test_a_mistake_is_one_sentence_and_exit_code_two(toys, arguments: list[str], expected: str) -> None:
    done = toys.run(*arguments)
    assert expected in one_sentence(done)
    assert done.returncode == 2
    assert done.stdout == ""
    assert not (toys.folder / "report" / "index.html").exists()


def test_a_reader_that_goes_away_is_no_error() -> None:
    words = f"{sys.executable} -m leadlight.cli list --json | head -c 1; exit ${{PIPESTATUS[0]}}"
    done = subprocess.run(["bash", "-c", words], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "[", "")


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_knows_studies_and_their_parameters(toys, shell: str) -> None:
    done = toys.run("--install-completion", "--shell", shell, "--output", "script")
    assert done.returncode == 0, done.stderr
    script = (toys.folder / "script").read_text()
    for word in ("untrue", "n-steps", "quick", "seed", "doctor"):
        assert word in script
