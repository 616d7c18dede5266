"""Run one study in this process and keep all that it adds: the path of `studies.run` and of the workers."""

from __future__ import annotations

import time
import traceback
from collections.abc import Callable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from leadlight.errors import LeadlightError

from ._journal import append
from .parameters import command_line, resolve
from .registry import Study

__all__ = ["execute"]


def execute(
    study: Study,
    folder: Path,
    *,
    seed: int = 0,
    quick: bool = False,
    given: Mapping[str, Any] | None = None,
    on_progress: Callable[[str, int, int], None] | None = None,
) -> tuple[dict[str, Any], BaseException | None]:
    """Run a study into `folder`; return how it ended and the exception that ended it, if any.

    Returns
    -------
    end : dict
        status, error, traceback, exit_code and seconds, as in `StudyResult`.
    cause : exception or None
    """
    start = time.perf_counter()
    cause: BaseException | None = None
    try:
        module = study.load()
        parameters = resolve(module.Parameters, given, quick)
        append(folder, "header", _header(study, parameters, seed, quick))
        from .page import Page

        module.run(parameters, Page(study.name, folder, seed=seed, quick=quick, on_progress=on_progress))
        end: dict[str, Any] = {"status": "ok", "error": "", "traceback": "", "exit_code": 0}
    except KeyboardInterrupt as interrupt:
        cause = interrupt
        end = {"status": "interrupted", "error": "Interrupted.", "traceback": "", "exit_code": 130}
    except (Exception, SystemExit) as crash:
        cause = crash
        mistake = isinstance(crash, LeadlightError)
        end = {
            "status": "failed",
            "error": str(crash) if mistake else traceback.format_exception_only(crash)[-1].strip(),
            "traceback": "".join(traceback.format_exception(crash)),
            "exit_code": crash.exit_code if mistake else 1,
        }
    end["seconds"] = time.perf_counter() - start
    return end, cause


def _header(study: Study, parameters: Any, seed: int, quick: bool) -> dict[str, Any]:
    # results.json names no folders of this machine: of a path only the last part is kept there
    values = {k: v.name if isinstance(v, Path) else v for k, v in asdict(parameters).items()}
    command = command_line(study.name, parameters, seed=seed, quick=quick)
    return {"parameters": values, "command": command}
