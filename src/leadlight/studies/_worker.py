"""A worker process: takes studies as JSON lines on stdin and reports on stdout, until told to stop.

Messages in: ``{"study": {...}, "folder", "seed", "quick", "given"}`` or ``{"stop": true}``; the end of the
input (its parent is gone) means stop too. Messages out: ``{"event": "progress", "label", "done", "total"}``
and ``{"event": "end", ...}``. A study's own prints go to stderr, which the parent keeps for a post-mortem. A
stop becomes a `KeyboardInterrupt` in the study; whoever ignores it for `GRACE` seconds is ended.
"""

from __future__ import annotations

import faulthandler
import json
import os
import queue
import signal
import sys
import threading
import time
from pathlib import Path
from typing import Any, BinaryIO

from ._execute import execute
from ._threads import one_thread
from .registry import Study

__all__ = ["GRACE", "main"]

GRACE = 5.0  # seconds between a polite stop and a forced one


class _Inbox:
    """Reads messages in a thread of its own, so that a stop reaches a study that is running."""

    def __init__(self, stream: BinaryIO) -> None:
        self.jobs: queue.SimpleQueue[dict[str, Any] | None] = queue.SimpleQueue()
        self.busy = False
        threading.Thread(target=self._read, args=(stream,), daemon=True).start()

    def _read(self, stream: BinaryIO) -> None:
        for line in stream:
            message = json.loads(line)
            if message.get("stop"):
                break
            self.jobs.put(message)
        self.jobs.put(None)
        if self.busy:
            main = threading.main_thread().ident
            assert main is not None
            signal.pthread_kill(main, signal.SIGINT)  # reaches system calls too, unlike interrupt_main
        time.sleep(GRACE)
        os._exit(1)  # a study that would not stop, or whose parent is gone


def main() -> None:
    """Run studies until the input ends."""
    signal.signal(signal.SIGINT, signal.default_int_handler)  # even if started from a shell's background job
    faulthandler.enable()
    events = os.fdopen(os.dup(1), "wb", buffering=0)
    os.dup2(2, 1)
    sys.stdout = sys.stderr

    def tell(event: str, **fields: Any) -> None:
        events.write(json.dumps({"event": event, **fields}).encode("ascii") + b"\n")

    def on_progress(label: str, done: int, total: int) -> None:
        tell("progress", label=label, done=done, total=total)

    inbox = _Inbox(sys.stdin.buffer)
    try:
        while (job := inbox.jobs.get()) is not None:
            inbox.busy = True
            with one_thread():
                end, _ = execute(
                    Study(**job["study"]),
                    Path(job["folder"]),
                    seed=job["seed"],
                    quick=job["quick"],
                    given=job["given"],
                    on_progress=on_progress,
                )
            inbox.busy = False
            tell("end", **end)
    except KeyboardInterrupt:  # the stop came between two studies
        return
    except BrokenPipeError:  # the parent is gone
        return
