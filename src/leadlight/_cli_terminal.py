"""What the command shows in the terminal: tables, progress with an ETA, the summary at the end.

Progress goes to stderr and only to a terminal; tables go to stdout, plain where it is a pipe.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

if TYPE_CHECKING:
    from leadlight.doctor import Row
    from leadlight.studies.result import StudyResult, StudyResults
    from leadlight.studies.runner import Progress

__all__ = ["StudyProgress", "print_report", "print_studies", "print_summary"]

_STYLES = {"ok": "green", "failed": "bold red", "interrupted": "yellow"}


def print_studies(as_json: bool = False) -> None:
    """The studies and their questions, as a table or as JSON."""
    from leadlight.studies import list_studies

    if as_json:
        rows = [
            {"name": s.name, "title": s.title, "question": s.question, "sheet": s.sheet}
            for s in list_studies()
        ]
        print(json.dumps(rows, indent=1, ensure_ascii=False))
        return
    table = _table("Study", "Question")
    for study in list_studies():
        table.add_row(Text(study.name, style="bold"), Text(study.question))
    _console().print(table)


def print_report(rows: Iterable[Row]) -> bool:
    """The doctor's findings, section by section with remedies; whether all is well."""
    console = _console()
    well, section, table = True, None, _table("", "", "")
    table.show_header = False
    for row in rows:
        if row.section != section:
            section = row.section
            table.add_row("", Text(section, style="bold underline"), "")
        mark = {True: Text("✓", style="green"), False: Text("✗", style="bold red"), None: Text("")}[row.ok]
        table.add_row(mark, Text(row.name), Text(row.value))
        if row.remedy:
            table.add_row("", "", Text(f"→ {row.remedy}", style="yellow"))
        well = well and row.ok is not False
    console.print(table)
    return well


def print_summary(results: StudyResults, page: Path | None) -> None:
    """One screen: a line for each study, what failed, and where the report lies."""
    from leadlight.report.view import duration, headline, held

    console = _console()
    rows = []
    for result in results:
        good, total = held(result)
        style = "bold red" if result.failing else "" if good == total else "yellow"
        rows.append(
            [
                Text(result.name, style="bold"),
                Text(_status(result), style=_STYLES[result.status]),
                Text(f"{good}/{total}", style=style),
                Text(duration(result.seconds), justify="right"),
                Text(terminal_text(headline(result))),
            ]
        )
    # only the sentence gives way: rich would take the room from all columns
    titles = ("Study", "Status", "Claims", "Time", "In one sentence")
    others = [max(map(len, [title, *cells])) for title, *cells in zip(titles, *rows)][:-1]
    table = _table(*titles)
    for *cells, sentence in rows:
        sentence.truncate(max(20, console.width - sum(others) - 2 * len(others) - 2), overflow="ellipsis")
        table.add_row(*cells, sentence)
    console.print(table)
    for result in results:
        if result.status == "failed":
            console.print(Text.assemble(("✗ ", "bold red"), (result.name, "bold"), f" {result.error}"))
        for claim in result.failing:
            words = terminal_text(claim.sentence)
            console.print(
                Text.assemble(("✗ ", "bold red"), (result.name, "bold"), f" does not hold: {words}")
            )
    quick = " (quick mode: scaled down)" if results.quick else ""
    if page is not None:
        # soft_wrap: a path cut by a line break cannot be opened
        text = f"{duration(results.seconds)}{quick}. Report: {page}"
        console.print(Text(text), soft_wrap=True)


def _status(result: StudyResult) -> str:
    return {"ok": "done", "failed": "crashed" if result.exit_code == 1 else "failed"}.get(
        result.status, result.status
    )


def terminal_text(markdown: str) -> str:
    """Markdown with LaTeX as a line of plain text.

    Examples
    --------
    >>> terminal_text("The *median* at $k \\\\le 10$ is `0.9`.")
    'The median at k ≤ 10 is 0.9.'
    """
    signs = {
        "le": "≤",
        "ge": "≥",
        "times": "×",
        "to": "→",
        "approx": "≈",
        "cdot": "·",
        "infty": "∞",
        "pm": "±",
    }
    raised = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
    text = re.sub(r"\^\{?(-?\d+)\}?", lambda m: m.group(1).translate(raised), markdown)
    text = re.sub(r"\\([a-zA-Z]+)", lambda m: signs.get(m.group(1), m.group(1)), text)
    return " ".join(re.sub(r"[$`]|\*+|(?<!\w)_|_(?!\w)|\\(?=[,;! ])", "", text).split())


class StudyProgress:
    """Bars for the running studies, redrawn in place; nothing at all where stderr is not a terminal.

    Use as a context manager; the instance is the ``on_progress`` of `run_studies`.
    """

    def __init__(self, names: Iterable[str]) -> None:
        from rich import progress as rich_progress
        from rich.progress import TextColumn

        console = Console(stderr=True)
        self._n_studies = len(list(names))
        self._bars = rich_progress.Progress(
            TextColumn("{task.fields[study]:<14}"),
            rich_progress.BarColumn(bar_width=24),
            rich_progress.TaskProgressColumn(),
            TextColumn("ETA"),
            rich_progress.TimeRemainingColumn(),
            TextColumn("{task.description}"),
            console=console,
            transient=True,
            disable=not console.is_terminal,
        )
        self._tasks: dict[str, Any] = {}

    def __enter__(self) -> StudyProgress:
        self._bars.start()
        self._all = self._bars.add_task("", total=self._n_studies, study="all studies")
        return self

    def __exit__(self, *_: object) -> None:
        self._bars.stop()

    def __call__(self, event: Progress) -> None:
        """Take in one event of `run_studies`."""
        if event.state != "running":
            if event.study in self._tasks:
                self._bars.remove_task(self._tasks.pop(event.study))
            self._bars.advance(self._all)
            return
        if event.study not in self._tasks:
            self._tasks[event.study] = self._bars.add_task("", total=None, study=event.study)
        total = event.total or None  # unknown until the study says how much there is to do
        self._bars.update(
            self._tasks[event.study], description=event.label, completed=event.done, total=total
        )


def _table(*columns: str) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for column in columns:
        table.add_column(column, header_style="bold")
    return table


def _console() -> Console:
    """Of the terminal's width; wide where stdout is a pipe, so that nothing is cut."""
    return Console() if sys.stdout.isatty() else Console(width=200, no_color=True)
