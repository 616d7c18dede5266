import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from leadlight.errors import DataError, FileError, ParameterError, UnknownNameError
from leadlight.studies import Study, run, run_studies
from leadlight.studies.result import canonical_json

FAKES = Path(__file__).parent / "fakes"


def fake(name, weight=1.0, module="fake_study"):
    return Study(name, module, name.title(), "Why?", "Sheet", weight)


@pytest.fixture(autouse=True)
def importable(monkeypatch):
    monkeypatch.syspath_prepend(FAKES)


def test_in_process():
    heard = []
    before = os.environ.get("OMP_NUM_THREADS")
    result = run(fake("a"), seed=5, n=6, on_progress=lambda *event: heard.append(event))
    assert (result.status, result.exit_code, result.error) == ("ok", 0, "")
    assert result.command == "leadlight run a --seed 5 --n 6"
    assert result.parameters == {"mode": "good", "n": 6, "rates": [0.1, 0.01], "data": None, "flag": False}
    assert result.claim("positive").holds
    assert heard == [("counting", 3, 3)]
    assert os.environ.get("OMP_NUM_THREADS") == before
    assert run(fake("a"), seed=5, n=6).to_json() == result.to_json()
    assert run(fake("a"), seed=6, n=6).numbers != result.numbers


def test_in_process_failure_passes_through_with_what_was_added():
    with pytest.raises(ZeroDivisionError, match="on purpose") as caught:
        run(fake("a"), mode="crash")
    partial = caught.value.partial
    assert (partial.status, partial.error) == ("failed", "ZeroDivisionError: on purpose")
    assert partial.numbers["trace"] > 0
    with pytest.raises(DataError) as caught:
        run(fake("a"), mode="mistake")
    assert caught.value.partial.exit_code == 2


def test_mistakes_before_anything_runs(tmp_path):
    with pytest.raises(UnknownNameError, match="Unknown study 'ring'"):
        run("ring")
    with pytest.raises(UnknownNameError, match="Unknown parameter"):
        run(fake("a"), m=3)
    with pytest.raises(ParameterError):
        run_studies([fake("a")], parameters={"a": {"n": 0}})
    with pytest.raises(UnknownNameError, match="Unknown study 'b'"):
        run_studies([fake("a")], parameters={"b": {"n": 2}})
    with pytest.raises(ParameterError, match="workers"):
        run_studies([fake("a")], workers=0)
    (tmp_path / "file").write_text("")
    with pytest.raises(FileError):
        run(fake("a"), out=tmp_path / "file")
    with pytest.raises(FileError):
        run_studies([fake("a")], folder=tmp_path / "file")


def test_same_bytes_for_one_worker_two_workers_and_none():
    studies = [fake("a", 1), fake("b", 3), fake("c", 2)]
    one = run_studies(studies, seed=2, workers=1)
    two = run_studies(studies, seed=2, workers=2)
    assert canonical_json(one.to_json()) == canonical_json(two.to_json())
    assert [r.name for r in two] == ["a", "b", "c"]
    assert [r.figures for r in one] == [r.figures for r in two]
    here = [run(s, seed=2) for s in studies]
    assert [r.to_json() for r in here] == [r.to_json() for r in two]
    assert [r.figures for r in here] == [r.figures for r in two]
    assert (one.workers, two.workers, two.exit_code, two.interrupted) == (1, 2, 0, False)


def test_failures_are_told_and_the_others_go_on(tmp_path):
    modes = {
        "crash": "crash", "mistake": "mistake", "exit": "exit", "killed": "killed", "good": "good",
        "noisy": "noisy",
    }  # fmt: skip
    studies = [fake(name) for name in modes] + [fake("missing", module="no_such_study")]
    heard = []
    results = run_studies(
        studies,
        quick=True,
        parameters={name: {"mode": mode, "data": tmp_path} for name, mode in modes.items()},
        workers=2,
        on_progress=heard.append,
    )
    assert {r.name: r.status for r in results} == {
        "crash": "failed", "mistake": "failed", "exit": "failed", "killed": "failed", "missing": "failed",
        "good": "ok", "noisy": "ok",
    }  # fmt: skip
    assert results["crash"].error == "ZeroDivisionError: on purpose"
    assert "fake_study.py" in results["crash"].traceback
    assert results["mistake"].error == "The data are bad: give better ones."
    assert results["mistake"].exit_code == 2
    assert results["exit"].error == "The worker process ended by itself with exit code 3."
    assert "killed by SIGKILL" in results["killed"].error
    assert results["missing"].error == "ModuleNotFoundError: No module named 'no_such_study'"
    assert results.exit_code == 1
    for result in results:
        if result.name != "missing":  # what was added before the end is kept
            assert len(result.figures) == len(result.tables) == len(result.claims) == 1
            assert result.numbers["trace"] > 0
            assert result.parameters["n"] == 4
            assert result.parameters["data"] == tmp_path.name
        assert result.seconds > 0
    states = [(event.study, event.state) for event in heard]
    for result in results:
        assert states.index((result.name, "running")) < states.index((result.name, result.status))
    assert ("good", "counting", 3, 3) in [(e.study, e.label, e.done, e.total) for e in heard]


def test_longest_studies_start_first():
    heard = []
    run_studies([fake("a", 1), fake("b", 5), fake("c", 3)], workers=1, on_progress=heard.append)
    assert list(dict.fromkeys(event.study for event in heard)) == ["b", "c", "a"]


def test_workers_run_on_one_thread(tmp_path):
    (tmp_path / "threads_study.py").write_text(
        "from dataclasses import dataclass\n"
        "@dataclass(frozen=True)\n"
        "class Parameters:\n"
        "    pass\n"
        "def run(parameters, page):\n"
        "    import threadpoolctl, numpy, scipy.linalg, torch\n"
        "    numpy.ones((9, 9)) @ numpy.ones((9, 9))\n"
        "    page.number('threads', [i['num_threads'] for i in threadpoolctl.threadpool_info()])\n"
        "    page.number('torch', torch.get_num_threads())\n"
    )
    sys.path.insert(0, str(tmp_path))
    try:
        numbers = run_studies([fake("threads", module="threads_study")])["threads"].numbers
    finally:
        sys.path.remove(str(tmp_path))
    assert set(numbers["threads"]) == {1}
    assert numbers["torch"] == 1


SCRIPT = """
import json, sys
from leadlight.studies import Study, run_studies
def started(event):
    print(event.study, event.state, event.done, flush=True)
modes = json.loads(sys.argv[1])
results = run_studies(
    [Study(name, "fake_study", name, "Why?", "S") for name in modes],
    parameters={name: {"mode": mode} for name, mode in modes.items()},
    workers=2, on_progress=started, folder=sys.argv[2],
)
print(json.dumps({"exit": results.exit_code, "interrupted": results.interrupted,
    "studies": {r.name: [r.status, r.error, len(r.figures), sorted(r.numbers)] for r in results}}))
"""


@pytest.fixture
def session(tmp_path):
    """Start the script above in a process group of its own; whatever is left of it is ended afterwards."""
    started = []

    def start(modes):
        process = subprocess.Popen(
            [sys.executable, "-c", SCRIPT, json.dumps(modes), str(tmp_path)],
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONPATH": os.pathsep.join([str(FAKES), *sys.path])},
            start_new_session=True,
        )
        started.append(process)
        return process

    yield start
    for process in started:
        process.kill()
        process.communicate()


def wait_for(process, *lines):
    missing = set(lines)
    while missing:
        line = process.stdout.readline()
        assert line, f"ended before {missing}"
        missing.discard(line.strip())


def test_interrupt_keeps_the_finished_and_the_half_finished(session):
    process = session({"good": "good", "one": "hang", "two": "hang", "three": "hang"})
    wait_for(process, "good ok 0", "one running 3", "two running 3")
    start = time.monotonic()
    os.killpg(process.pid, signal.SIGINT)
    last = process.stdout.read().splitlines()[-1]
    assert process.wait() == 0
    assert time.monotonic() - start < 5
    told = json.loads(last)
    assert (told["exit"], told["interrupted"]) == (130, True)
    assert told["studies"] == {
        "good": ["ok", "", 1, ["seeds", "trace"]],
        "one": ["interrupted", "Interrupted.", 1, ["seeds", "trace"]],
        "two": ["interrupted", "Interrupted.", 1, ["seeds", "trace"]],
        "three": ["interrupted", "Interrupted before it started.", 0, []],
    }


@pytest.mark.parametrize("patient", [True, False])
def test_a_study_that_does_not_listen_is_ended(session, patient):
    process = session({"one": "deaf"})
    wait_for(process, "one running 4")
    os.killpg(process.pid, signal.SIGINT)
    if not patient:
        time.sleep(0.5)
        os.killpg(process.pid, signal.SIGINT)
    start = time.monotonic()
    told = json.loads(process.stdout.read().splitlines()[-1])
    assert process.wait() == 0
    status, error, n_figures, numbers = told["studies"]["one"]
    assert (status, error, n_figures) == ("interrupted", "Interrupted.", 1)
    assert {"seeds", "trace"} <= set(numbers)
    assert not patient or "heard" in numbers  # it was asked politely first
    assert time.monotonic() - start < (10 if patient else 3)


def test_workers_end_when_their_parent_is_killed_and_pieces_stay(session, tmp_path):
    process = session({"one": "hang"})
    wait_for(process, "one running 3")
    [worker] = [int(pid) for pid in children_of(process.pid)]
    process.kill()
    deadline = time.monotonic() + 5
    while not has_ended(worker) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert has_ended(worker)
    assert (tmp_path / "one" / "gram.svg").exists()
    assert '"trace"' in (tmp_path / "one" / "page.jsonl").read_text()


def children_of(pid):
    tasks = Path(f"/proc/{pid}/task").iterdir()  # a process belongs to the thread that started it
    return [child for task in tasks for child in (task / "children").read_text().split()]


def has_ended(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] == "Z"
    except FileNotFoundError:
        return True
