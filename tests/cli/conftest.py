"""The real command in a process of its own, as it is or with toy studies added to the table."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

MODULE = """
import os, pathlib, time
from dataclasses import dataclass
from leadlight.errors import DataError
from leadlight.studies.parameters import parameter


@dataclass(frozen=True)
class Parameters:
    n_steps: int = parameter(3, "steps of work", minimum=1, maximum=10_000, quick=2)
    rate: float = parameter(0.5, "learning rate", above=0.0)
    widths: tuple[int, ...] = parameter((2, 4), "hidden units", minimum=1)
    mode: str = parameter("fair", "rule", choices=("fair", "course"))
    data: pathlib.Path | None = parameter(None, "a CSV file")
    loud: bool = parameter(False, "say more")


def run(parameters, page):
    page.method("We count to $n$.")
    page.claim("count", "One is less than two.", True, {"one": 1})
    BODY
"""

BODIES = {
    "fine": "page.table('steps', ['n'], [[i] for i in range(parameters.n_steps)], 'Steps.')",
    "boom": "raise ZeroDivisionError('nothing to divide by')",
    "picky": "raise DataError('The column colour holds text; numbers were expected: drop it.')",
    "untrue": "page.claim('wrong', 'Two is less than one.', False, {'two': 2})",
    "slow": """report = page.progress('counting', 1200)
    pathlib.Path(os.environ['TOY_MARK']).touch()
    for i in range(1200):
        report(i)
        time.sleep(0.05)""",
    "big": "page.table('many', ['n', 'm'], [[i / 7, i / 3] for i in range(4000)], 'Many numbers.')",
}

DRIVER = f"""
import sys
from leadlight.studies.registry import STUDIES, Study
STUDIES.clear()
for name in {list(BODIES)!r}:
    STUDIES[name] = Study(name, "toy_" + name, name.title(), "What does " + name + " do?", "Toys")
for name in sys.argv.pop(1).split():
    del STUDIES[name]
from leadlight.cli import main
sys.exit(main())
"""

Finished = subprocess.CompletedProcess[str]


class Toys:
    """``leadlight ARGUMENTS`` with toy studies in place of the real ones."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.mark = folder, folder / "mark"
        for name, body in BODIES.items():
            (folder / f"toy_{name}.py").write_text(MODULE.replace("BODY", body))
        path = [str(folder), *filter(None, [os.environ.get("PYTHONPATH")])]
        path = [os.path.abspath(entry) for part in path for entry in part.split(os.pathsep)]
        self.environment = {
            **os.environ,
            "PYTHONPATH": os.pathsep.join(path),
            "TOY_MARK": str(self.mark),
            "HOME": str(folder),
            "COLUMNS": "100",
        }

    def command(self, *arguments: str, without: str = "slow") -> list[str]:
        return [sys.executable, "-c", DRIVER, without, *arguments]

    def run(self, *arguments: str, without: str = "slow", prefix: tuple[str, ...] = ()) -> Finished:
        return subprocess.run(
            [*prefix, *self.command(*arguments, without=without)],
            cwd=self.folder,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )

    def start(self, *arguments: str, without: str = "") -> subprocess.Popen[str]:
        """In a process group of its own, as a terminal starts it."""
        return subprocess.Popen(
            self.command(*arguments, without=without),
            cwd=self.folder,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )


@pytest.fixture
def toys(tmp_path: Path) -> Toys:
    return Toys(tmp_path)


@pytest.fixture
def leadlight(tmp_path: Path) -> Callable[..., Finished]:
    """The command as it is, in an empty folder."""
    path = [os.path.abspath(p) for p in os.environ.get("PYTHONPATH", "").split(os.pathsep) if p]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(path), "COLUMNS": "100"}

    def run(*arguments: str) -> Finished:
        return subprocess.run(
            [sys.executable, "-m", "leadlight.cli", *arguments],
            cwd=tmp_path,
            env=environment,
            capture_output=True,
            text=True,
            timeout=600,
            check=False,
        )

    return run
