"""`leadlight run`: one verb for each study, with the study's own parameters as options, and `all`.

A study's verb is built when it is asked for (its module is imported then, for its parameters), so that the
others cost nothing. Running goes through `leadlight.studies.run_studies`; what comes back is written to the
output folder whatever happened to the studies, and summed up in the terminal.
"""

from __future__ import annotations

import inspect
import os
import signal
import tempfile
import typing
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import App, CoercionError, Group, Parameter, Token

from leadlight.errors import FileError, LeadlightError
from leadlight.studies.registry import STUDIES

if TYPE_CHECKING:
    from leadlight.studies.parameters import ParameterInfo
    from leadlight.studies.result import StudyResults

__all__ = ["run_app", "study_names"]

MINE = Group("Parameters of the study", sort_key=0)
COMMON = Group("Options", sort_key=1)


def strict(hint: Any, tokens: Sequence[Token]) -> Any:
    """Convert words to numbers without rounding (cyclopts would take 1.5 for the whole number 1)."""
    many = typing.get_origin(hint) is tuple
    kind = typing.get_args(hint)[0] if many else hint
    values = []
    for token in tokens:
        try:
            values.append(kind(token.value))
        except ValueError as cause:
            raise CoercionError(token=token, target_type=kind) from cause
    return tuple(values) if many else values[0]


Out = Annotated[Path, Parameter(help="folder for index.html, results.json and timings.json", group=COMMON)]
Seed = Annotated[
    int, Parameter(help="the seed from which everything random derives", converter=strict, group=COMMON)
]
Quick = Annotated[
    bool,
    Parameter(help="scale down: fewer seeds and epochs", negative=(), show_default=False, group=COMMON),
]
Workers = Annotated[int, Parameter(help="processes that take studies", converter=strict, group=COMMON)]

run_app = App(name="run", help="Run one study, or all of them, and write a report.")
for _study in STUDIES.values():
    run_app.command(
        f"{__name__}:{_study.name}", name=_study.name, help=f"{_study.title}.\n\n{_study.question}"
    )


def study_names() -> list[str]:
    """The names that `leadlight run` takes."""
    return list(STUDIES)


@run_app.command(name="all")
def run_all(*, out: Out = Path("report"), seed: Seed = 0, quick: Quick = False, workers: Workers = 2) -> int:
    """Every study, the longest first."""
    return _run(list(STUDIES), out, seed, quick, workers, {})


def __getattr__(name: str) -> Callable[..., int]:
    if name not in STUDIES:  # cyclopts asks for a study's verb by its name
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return _verb(name)


def _verb(name: str) -> Callable[..., int]:
    """A function that cyclopts can inspect: the common options, then the study's own parameters."""
    from leadlight.studies.parameters import describe

    study = STUDIES[name]
    infos = describe(study.load().Parameters)

    def verb(
        *, out: Path = Path("report"), seed: int = 0, quick: bool = False, workers: int = 2, **given: Any
    ) -> int:
        return _run([name], out, seed, quick, workers, {name: given} if given else {})

    common = [p for p in inspect.signature(run_all, eval_str=True).parameters.values() if p.name != "workers"]
    signature = inspect.Signature([*common, *map(_option, infos)], return_annotation=int)
    verb.__signature__ = signature  # type: ignore[attr-defined]
    verb.__annotations__ = {p.name: p.annotation for p in signature.parameters.values()}
    verb.__doc__ = f"{study.title}.\n\n{study.question}"
    return verb


def _option(info: ParameterInfo) -> inspect.Parameter:
    hint: Any = tuple[info.type, ...] if info.many else info.type  # type: ignore[name-defined]
    numeric = info.type in (int, float)
    shown = Parameter(
        name=info.option,
        help=_meaning(info),
        group=MINE,
        converter=strict if numeric else None,
        consume_multiple=info.many or None,
        negative=None if info.type is bool else (),
        show_default=info.default is not None,
        metavar=None if info.type is bool else info.type_name.upper().replace(" ", ""),
    )
    return inspect.Parameter(
        info.name, inspect.Parameter.KEYWORD_ONLY, default=info.default, annotation=Annotated[hint, shown]
    )


def _meaning(info: ParameterInfo) -> str:
    """The line of meaning with what is allowed, and what ``--quick`` makes of it."""
    notes = []
    if info.choices is not None:
        notes.append("one of " + ", ".join(map(str, info.choices)))
    if info.above is not None:
        notes.append(f"above {info.above:g}")
    if info.minimum is not None:
        notes.append(f"at least {info.minimum:g}")
    if info.maximum is not None:
        notes.append(f"at most {info.maximum:g}")
    if info.has_quick:
        quick = " ".join(map(str, info.quick)) if info.many else info.quick
        notes.append(f"{quick} with --quick")
    return info.help + (f" ({'; '.join(notes)})" if notes else "")


def _run(names: list[str], out: Path, seed: int, quick: bool, workers: int, parameters: dict) -> int:
    from leadlight._cli_terminal import StudyProgress, print_summary
    from leadlight.studies import run_studies
    from leadlight.studies._files import prepare_folder

    prepare_folder(out)  # before hours of work, not after
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # a polite kill loses no more than Ctrl-C
    with StudyProgress(names) as progress:
        results = run_studies(
            names, seed=seed, quick=quick, workers=workers, parameters=parameters, on_progress=progress
        )
    mistake = next((r.error for r in results if r.exit_code == 2), None)
    if mistake is not None and len(results) == 1 and not results.studies[0].figures:
        raise LeadlightError(mistake)  # nothing to report on: the sentence alone, exit code 2
    usual = signal.signal(
        signal.SIGINT, signal.SIG_IGN
    )  # an impatient second Ctrl-C must not cost the report
    page, trouble = _write(results, out)
    signal.signal(signal.SIGINT, usual)
    print_summary(results, page)
    if trouble is not None:
        raise trouble
    return results.exit_code


def _write(results: StudyResults, out: Path) -> tuple[Path | None, FileError | None]:
    """Write the page and the numbers; where `out` fails (a full disk), into a temporary folder instead."""
    from leadlight import report
    from leadlight.studies import write_results

    def everything(folder: Path) -> Path:
        write_results(results, folder)
        return report.write(results, folder)

    try:
        return everything(out), None
    except FileError as trouble:
        try:
            rescue = everything(Path(tempfile.mkdtemp(prefix="leadlight-report-")))
        except (FileError, OSError):
            return None, trouble
        return rescue, FileError(f"{trouble} The report was written to {os.fspath(rescue.parent)} instead.")
