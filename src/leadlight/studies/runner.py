"""Run many studies in worker processes and lose nothing of what they find.

Each worker is a fresh interpreter on one thread that takes studies one after the other, the longest first
(greedy list scheduling; Graham 1969). Parent and workers share JSON lines and the files of each study's
folder, never pickles. A study that crashes, or whose worker is killed by the system, is reported with what
it had added; the others go on. On Ctrl-C the workers are stopped and everything finished is returned, marked
as interrupted. Results do not depend on the number of workers or on which worker took what.
"""

from __future__ import annotations

import collections
import contextlib
import json
import os
import queue
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from leadlight.errors import ParameterError, UnknownNameError

from .._writing import file_error
from ._journal import JOURNAL, read_result
from ._threads import ENVIRONMENT
from ._worker import GRACE
from .parameters import checked_seed, resolve
from .registry import Study, find_study, longest_first
from .result import StudyResult, StudyResults, plain

__all__ = ["Progress", "run_studies"]

LOG_TAIL = 4000  # characters of a dead worker's stderr that are worth showing


@dataclass(frozen=True)
class Progress:
    """One event for a progress display.

    ``state`` is ``"running"`` (with ``label``, ``done`` and ``total`` once the study says so), then ``"ok"``,
    ``"failed"`` or ``"interrupted"`` with the ``seconds`` it took.
    """

    study: str
    state: str
    label: str = ""
    done: int = 0
    total: int = 0
    seconds: float = 0.0


def run_studies(
    names: Iterable[str | Study],
    *,
    seed: int = 0,
    quick: bool = False,
    parameters: Mapping[str, Mapping[str, Any]] | None = None,
    workers: int = 2,
    on_progress: Callable[[Progress], None] | None = None,
    folder: str | os.PathLike[str] | None = None,
) -> StudyResults:
    """Run studies in worker processes and return their results in the order asked for.

    Parameters
    ----------
    names : iterable of str or Study
        What to run; doubles are run once.
    seed, quick
        As for `leadlight.studies.run`.
    parameters : mapping, optional
        Parameters by study: ``{"rings": {"n_seeds": 5}}``.
    workers : int
        Number of processes.
    on_progress : callable, optional
        Called in the calling thread with each `Progress`.
    folder : path, optional
        Where the pieces of each study are kept as they come (they stay there even if this process is killed);
        a temporary folder if not given.

    Raises
    ------
    UnknownNameError, ParameterError
        If a study or parameter is not known, or a value does not fit; before anything runs.
    FileError
        If the folder cannot be written.

    Notes
    -----
    Ctrl-C does not raise: the result says ``interrupted``. A second Ctrl-C does not wait for the workers.
    """
    start = time.perf_counter()
    studies = list(dict.fromkeys(find_study(name) for name in names))
    seed = checked_seed(seed)
    if isinstance(workers, bool) or not isinstance(workers, int) or workers < 1:
        raise ParameterError(f"workers must be a whole number at least 1, got {workers!r}.")
    given = _given(studies, parameters or {}, quick)
    with _folder(folder) as root:
        jobs = {s.name: _job(s, root, seed, quick, given.get(s.name, {})) for s in studies}
        crew = _Crew(longest_first(studies), jobs, root, min(workers, len(studies)), on_progress)
        crew.run()
        results = tuple(_result(s, root, seed, quick, crew.ends.get(s.name)) for s in studies)
    seconds = time.perf_counter() - start
    return StudyResults(results, seed, quick, seconds, crew.n_workers, crew.stopping)


def _given(
    studies: list[Study], parameters: Mapping[str, Mapping[str, Any]], quick: bool
) -> dict[str, dict[str, Any]]:
    """Check the given parameters before anything runs, and make them fit for JSON."""
    by_name = {study.name: study for study in studies}
    checked = {}
    for name, values in parameters.items():
        if name not in by_name:
            raise UnknownNameError("study", name, by_name)
        if values:
            resolve(by_name[name].load().Parameters, values, quick)
            checked[name] = {k: plain(str(v) if isinstance(v, Path) else v) for k, v in values.items()}
    return checked


@contextlib.contextmanager
def _folder(folder: str | os.PathLike[str] | None):
    try:
        temporary = tempfile.TemporaryDirectory(prefix="leadlight-") if folder is None else None
    except OSError as cause:
        raise file_error("make a folder in", tempfile.gettempdir(), cause) from cause
    try:
        yield Path(temporary.name if temporary is not None else os.fspath(folder or "."))
    finally:
        if temporary is not None:
            temporary.cleanup()


def _job(study: Study, root: Path, seed: int, quick: bool, given: dict[str, Any]) -> dict[str, Any]:
    folder = root / study.name
    try:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / JOURNAL).unlink(missing_ok=True)  # of an earlier run
    except OSError as cause:
        raise file_error("write to the folder", folder, cause) from cause
    return {
        "study": asdict(study),
        "folder": str(folder.resolve()),
        "seed": seed,
        "quick": quick,
        "given": given,
    }


def _result(study: Study, root: Path, seed: int, quick: bool, end: dict[str, Any] | None) -> StudyResult:
    end = end or _interrupted("Interrupted before it started.")
    return read_result(study, root / study.name, seed=seed, quick=quick, end=end)


def _interrupted(error: str) -> dict[str, Any]:
    return {"status": "interrupted", "error": error, "traceback": "", "exit_code": 130}


class _Crew:
    """The worker processes, each with a thread that hands it studies and passes its messages on.

    ``ends`` collects by study how it ended. All threads talk to the calling thread through ``events``; None
    means that a worker's thread is done.
    """

    def __init__(
        self,
        order: list[Study],
        jobs: dict[str, dict[str, Any]],
        root: Path,
        n_workers: int,
        on_progress: Callable[[Progress], None] | None,
    ) -> None:
        self.waiting = collections.deque(study.name for study in order)
        self.jobs, self.root, self.n_workers, self.on_progress = jobs, root, n_workers, on_progress
        self.ends: dict[str, dict[str, Any]] = {}
        self.events: queue.SimpleQueue[Progress | None] = queue.SimpleQueue()
        self.processes: dict[int, subprocess.Popen[bytes]] = {}
        self.stopping = False
        self.lock = threading.Lock()  # around starting, feeding and stopping processes
        self.serving = 0

    def run(self) -> None:
        threads = [threading.Thread(target=self._serve, args=(i,)) for i in range(self.n_workers)]
        try:
            for thread in threads:
                thread.start()
                self.serving += 1
            self._listen(None)
        except KeyboardInterrupt:
            with contextlib.suppress(KeyboardInterrupt):  # a second one: do not wait for the workers
                self._stop()
                self._listen(time.monotonic() + GRACE)
        finally:
            self._kill()
            for thread in threads:
                if thread.ident is not None:
                    thread.join()

    def _listen(self, deadline: float | None) -> None:
        """Pass events on until all workers are done, or the deadline."""
        while self.serving:
            try:
                timeout = None if deadline is None else max(0.0, deadline - time.monotonic())
                event = self.events.get(timeout=timeout)
            except queue.Empty:
                return
            if event is None:
                self.serving -= 1
            elif self.on_progress is not None:
                self.on_progress(event)

    def _stop(self) -> None:
        self.stopping = True
        with self.lock:
            for process in self.processes.values():
                _send(process, {"stop": True})

    def _kill(self) -> None:
        with self.lock:
            self.waiting.clear()
            for process in self.processes.values():
                process.kill()

    # in the thread of one worker ----------------------------------------------------------------------------

    def _serve(self, number: int) -> None:
        log = self.root / f"worker-{number}.log"
        try:
            while True:
                with self.lock:
                    if self.stopping or not self.waiting:
                        break
                    name = self.waiting.popleft()
                self.events.put(Progress(name, "running"))
                start = time.perf_counter()
                try:
                    end = self._run_one(number, name, log)
                except OSError as cause:  # the process could not be started
                    end = _failed(str(file_error("start a worker in", self.root, cause)), "")
                end.setdefault("seconds", time.perf_counter() - start)
                self.ends[name] = end
                self.events.put(Progress(name, end["status"], seconds=end["seconds"]))
        finally:
            process = self.processes.get(number)
            if process is not None:
                _dismiss(process)
            self.events.put(None)

    def _run_one(self, number: int, name: str, log: Path) -> dict[str, Any]:
        """Have the worker run one study; return how it ended."""
        with self.lock:
            if self.stopping:
                return _interrupted("Interrupted before it started.")
            process = self.processes.get(number)
            if process is None or process.poll() is not None:
                process = self.processes[number] = _start(log)
            read_from = log.stat().st_size
            _send(process, self.jobs[name])
        assert process.stdout is not None
        for line in process.stdout:
            message = json.loads(line)
            kind = message.pop("event")
            if kind == "end":
                return message
            self.events.put(Progress(name, "running", **message))
        _dismiss(process)
        code = process.returncode
        if self.stopping:
            return _interrupted("Interrupted.")
        tail = log.read_bytes()[read_from:].decode("utf-8", "replace")[-LOG_TAIL:]
        return _failed(_obituary(code), tail)


def _start(log: Path) -> subprocess.Popen[bytes]:
    """Start a worker: one thread for each numerical library, no window, no random hashes, our import path."""
    path = [entry or os.getcwd() for entry in sys.path]
    environment = {
        **os.environ,
        **ENVIRONMENT,
        "MPLBACKEND": "agg",
        "PYTHONHASHSEED": "0",
        "PYTHONPATH": os.pathsep.join(path),
    }
    with open(log, "ab") as stderr:
        return subprocess.Popen(
            [sys.executable, "-P", "-c", "from leadlight.studies._worker import main; main()"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=stderr,
            env=environment,
            start_new_session=True,  # Ctrl-C reaches the parent only, which stops the workers in order
        )


def _send(process: subprocess.Popen[bytes], message: dict[str, Any]) -> None:
    assert process.stdin is not None
    with contextlib.suppress(BrokenPipeError, ValueError):  # gone already: its silence will be noticed
        process.stdin.write(json.dumps(message).encode("ascii") + b"\n")
        process.stdin.flush()


def _dismiss(process: subprocess.Popen[bytes]) -> None:
    """Close the worker's input, which ends it, and wait for it."""
    assert process.stdin is not None
    assert process.stdout is not None
    with contextlib.suppress(BrokenPipeError):
        process.stdin.close()
    try:
        process.wait(2 * GRACE)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    process.stdout.close()


def _failed(error: str, details: str) -> dict[str, Any]:
    return {"status": "failed", "error": error, "traceback": details, "exit_code": 1}


def _obituary(code: int) -> str:
    if code == -signal.SIGKILL:
        return "The worker process was killed by SIGKILL, perhaps because the machine ran out of memory."
    if code < 0:
        return f"The worker process was ended by signal {signal.Signals(-code).name}."
    return f"The worker process ended by itself with exit code {code}."
