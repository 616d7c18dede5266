"""The studies: each question of the course sheets, answered by one run with numbers, figures and claims.

`run` answers one question here and now; `run_studies` runs many in worker processes. Both give plain results
(`leadlight.studies.result`) that the report turns into a page.
"""

from __future__ import annotations

import importlib
import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .registry import STUDIES, Study, find_study, list_studies

if TYPE_CHECKING:
    from .page import Page
    from .parameters import parameter
    from .result import Interval, StudyResult, StudyResults
    from .runner import Progress, run_studies
    from .writing import write_results

_HOME = {
    "Interval": "result",
    "Page": "page",
    "Progress": "runner",
    "StudyResult": "result",
    "StudyResults": "result",
    "parameter": "parameters",
    "run_studies": "runner",
    "write_results": "writing",
}

__all__ = [
    "STUDIES",
    "Interval",
    "Page",
    "Progress",
    "Study",
    "StudyResult",
    "StudyResults",
    "find_study",
    "list_studies",
    "parameter",
    "run",
    "run_studies",
    "write_results",
]


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(importlib.import_module(f"{__name__}.{_HOME[name]}"), name)
    globals()[name] = value
    return value


def run(
    study: str | Study,
    /,
    out: str | os.PathLike[str] | None = None,
    *,
    seed: int = 0,
    quick: bool = False,
    on_progress: Callable[[str, int, int], None] | None = None,
    **given: Any,
) -> StudyResult:
    """Run one study in this process, on one thread, and return its result.

    Parameters
    ----------
    study : str or Study
        Its name, e.g. ``"softmax"``.
    out : path, optional
        A folder for ``index.html``, ``results.json`` and ``timings.json``.
    seed : int
        The seed from which everything random derives.
    quick : bool
        Scale the study down (fewer seeds and epochs).
    on_progress : callable, optional
        Called with ``(label, done, total)``.
    **given
        The study's own parameters; ``leadlight run NAME --help`` lists them.

    Raises
    ------
    UnknownNameError, ParameterError
        If the study or a parameter is not known, or a value does not fit.
    FileError
        If `out` cannot be written.

    Notes
    -----
    An exception of the study, and Ctrl-C, pass through once what was finished is written to `out`; the
    partial result is the exception's attribute ``partial``.
    """
    from ._execute import execute
    from ._files import prepare_folder
    from ._journal import read_result
    from ._threads import one_thread
    from .parameters import checked_seed
    from .result import StudyResults

    found, seed = find_study(study), checked_seed(seed)
    target = None if out is None else prepare_folder(out)
    with tempfile.TemporaryDirectory(prefix="leadlight-") as folder:
        with one_thread():
            end, cause = execute(
                found, Path(folder), seed=seed, quick=quick, given=given, on_progress=on_progress
            )
        result = read_result(found, Path(folder), seed=seed, quick=quick, end=end)
    if target is not None:
        from leadlight import report

        from .writing import write_results

        results = StudyResults((result,), seed, quick, result.seconds, 1, result.status == "interrupted")
        write_results(results, target)
        report.write(results, target)
    if cause is not None:
        cause.partial = result  # type: ignore[attr-defined]
        raise cause
    return result
