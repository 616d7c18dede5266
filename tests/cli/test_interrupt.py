"""Ctrl-C: what is finished stays finished, the report is written, the exit code is 130, nobody is left behind."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time

import pytest


def wait_for(condition, seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.05)


@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM"])
def test_interrupting_keeps_finished_and_partial_results(toys, name: str) -> None:
    process = toys.start("run", "all", "--quick", "--workers", "1", without="boom picky big")
    wait_for(toys.mark.exists)  # "fine" and "untrue" are done, "slow" is counting
    os.killpg(process.pid, getattr(signal, name))
    out, err = process.communicate(timeout=60)
    assert process.returncode == 130, err
    assert "Traceback" not in err + out
    results = json.loads((toys.folder / "report" / "results.json").read_text())
    status = {study["name"]: study["status"] for study in results["studies"]}
    assert status == {"fine": "ok", "untrue": "ok", "slow": "interrupted"}
    slow = next(study for study in results["studies"] if study["name"] == "slow")
    assert [claim["name"] for claim in slow["claims"]] == ["count"]  # added before Ctrl-C
    page = (toys.folder / "report" / "index.html").read_text()
    assert "Interrupted." in page
    assert "interrupted" in out
    left = subprocess.run(["pgrep", "-s", str(process.pid)], capture_output=True, text=True, check=False)
    assert left.stdout.strip() == ""


def test_an_impatient_second_interrupt_still_gets_its_report(toys) -> None:
    process = toys.start("run", "slow", "--quick")
    wait_for(toys.mark.exists)
    for _ in range(3):
        os.killpg(process.pid, signal.SIGINT)
        time.sleep(0.1)
    out, err = process.communicate(timeout=60)
    assert process.returncode == 130, err
    assert "Traceback" not in err + out
    assert (toys.folder / "report" / "index.html").exists()


@pytest.mark.long
def test_interrupting_the_real_studies(toys) -> None:
    words = [sys.executable, "-m", "leadlight.cli", "run", "all", "--quick"]
    process = subprocess.Popen(
        words,
        cwd=toys.folder,
        env=toys.environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    time.sleep(15)
    os.killpg(process.pid, signal.SIGINT)
    out, err = process.communicate(timeout=60)
    assert process.returncode == 130, err
    assert "Traceback" not in err + out
    results = json.loads((toys.folder / "report" / "results.json").read_text())
    assert "interrupted" in {study["status"] for study in results["studies"]}
    assert "Interrupted." in (toys.folder / "report" / "index.html").read_text()
