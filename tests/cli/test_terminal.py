"""What a terminal shows: progress with an ETA while studies run, a table that fits the screen at the end."""

from __future__ import annotations

import os
import pty
import re
import select
import subprocess
import time

import pytest

from leadlight._cli_terminal import print_summary, terminal_text
from leadlight.studies.result import Claim, StudyResult, StudyResults

CONTROL = re.compile(r"\x1b\[[0-9;?]*[a-zA-Z]")


def in_a_terminal(command: list[str], environment: dict[str, str], cwd: str) -> tuple[int, str]:
    """Run with a pseudo-terminal for stdout and stderr; return the exit code and all that was shown."""
    parent, child = pty.openpty()
    environment = {**environment, "TERM": "xterm-256color", "COLUMNS": "90", "LINES": "40"}
    process = subprocess.Popen(command, stdin=child, stdout=child, stderr=child, env=environment, cwd=cwd)
    os.close(child)
    shown, end = b"", time.monotonic() + 60
    while time.monotonic() < end:
        if select.select([parent], [], [], 0.1)[0]:
            try:
                data = os.read(parent, 65536)
            except OSError:  # Linux's way of saying that the other side has closed
                break
            shown += data
    os.close(parent)
    return process.wait(timeout=10), shown.decode("utf-8", "replace")


def test_progress_has_an_eta_and_the_summary_fits(toys) -> None:
    body = (toys.folder / "toy_slow.py").read_text().replace("1200", "40")
    (toys.folder / "toy_slow.py").write_text(body)
    code, shown = in_a_terminal(toys.command("run", "slow", without=""), toys.environment, str(toys.folder))
    assert code == 0, shown
    text = CONTROL.sub("", shown)
    assert re.search(r"slow .*%.*ETA .*0:00:0\d.* counting", text), text
    assert "all studies" in text
    table = text[text.rindex("Study ") :]
    assert "Claims" in table
    assert "1/1" in table
    assert all(len(line.rstrip()) <= 90 for line in table.splitlines() if "Report:" not in line)


@pytest.mark.parametrize(
    ("markdown", "plain"),
    [
        ("At $k \\to 0$, *softmax* is `uniform`.", "At k → 0, softmax is uniform."),
        ("$0 \\le x \\le \\log(n)/k$", "0 ≤ x ≤ log(n)/k"),
        ("**81** of n_units", "81 of n_units"),
        ("at $10^{10}$, to $10^{-12}$, $x^2$", "at 10¹⁰, to 10⁻¹², x²"),
        ("plain", "plain"),
    ],
)
def test_terminal_text(markdown: str, plain: str) -> None:
    assert terminal_text(markdown) == plain


def test_only_the_sentence_of_the_summary_gives_way(capsys) -> None:
    claim = Claim("c", "A long sentence " * 20, True, {"n": 1})
    studies = [
        StudyResult(name, "T", "Q?", "S", seed=0, quick=False, claims=(claim,), seconds=12.0)
        for name in ("linear-regions", "iris")
    ]
    print_summary(StudyResults(studies=tuple(studies), seconds=24.0), None)
    lines = capsys.readouterr().out.splitlines()
    assert lines[1].startswith("linear-regions  done ")
    assert "1/1" in lines[1]
    assert "12 s" in lines[1]
    assert lines[1].rstrip().endswith("…")
