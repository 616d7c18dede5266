"""The journal of a page: one JSON line for each piece as it is added, so that nothing finished is lost.

A study may crash, be interrupted or be killed by the system; whatever lines (and figure files) are in its
folder by then are its result. No pickles: a worker process and the process that started it share these files
only.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from .._writing import file_error
from .registry import Study
from .result import (
    Answer,
    Claim,
    Derivation,
    FigureFile,
    Interval,
    Mend,
    StudyResult,
    Table,
    Value,
)

__all__ = ["append", "read_result"]

JOURNAL = "page.jsonl"


def append(folder: Path, kind: str, piece: dict[str, Any]) -> None:
    """Add one piece to the journal in `folder`."""
    # not canonical: evidence is shown in the order in which the study gave it
    line = json.dumps({"kind": kind, **piece}, ensure_ascii=False, allow_nan=False)
    try:
        with open(folder / JOURNAL, "ab") as stream:
            # the newline comes first too: a line that an interrupt cut short cannot spoil the next
            stream.write(b"\n" + line.encode("utf-8") + b"\n")
    except OSError as cause:
        raise file_error("keep a result in", folder, cause) from cause


def read_result(study: Study, folder: Path, *, seed: int, quick: bool, end: dict[str, Any]) -> StudyResult:
    """Build the result of a study from its folder and from `end`: how it ended, by the one who watched.

    ``end`` holds status, error, traceback, exit_code and seconds, as `StudyResult` does.
    """
    pieces: dict[str, list[dict[str, Any]]] = {}
    for kind, piece in _lines(folder):
        pieces.setdefault(kind, []).append(piece)
    header = pieces.get("header", [{}])[-1]
    return StudyResult(
        name=study.name,
        title=study.title,
        question=study.question,
        sheet=study.sheet,
        seed=seed,
        quick=quick,
        command=header.get("command", ""),
        parameters=header.get("parameters", {}),
        method="\n\n".join(p["text"] for p in pieces.get("method", [])),
        figures=tuple(_figure(folder, p) for p in pieces.get("figure", [])),
        tables=tuple(_table(p) for p in pieces.get("table", [])),
        claims=tuple(
            Claim(**{**p, "evidence": {key: _value(v) for key, v in p["evidence"].items()}})
            for p in pieces.get("claim", [])
        ),
        answers=tuple(Answer(**p) for p in pieces.get("answer", [])),
        mends=tuple(Mend(**p) for p in pieces.get("mend", [])),
        derivations=tuple(
            Derivation(**{**p, "steps": tuple(p["steps"])}) for p in pieces.get("derivation", [])
        ),
        limits=tuple(p["text"] for p in pieces.get("limit", [])),
        numbers={p["name"]: p["value"] for p in pieces.get("number", [])},
        **end,
    )


def _lines(folder: Path) -> list[tuple[str, dict[str, Any]]]:
    journal = folder / JOURNAL
    raw = journal.read_bytes() if journal.exists() else b""  # none: the study never started
    found = []
    for line in raw.splitlines():
        try:
            piece = json.loads(line) if line else None
        except ValueError:  # cut short when its process was killed
            continue
        if isinstance(piece, dict):
            found.append((piece.pop("kind"), piece))
    return found


def _value(value: Any) -> Value:
    if isinstance(value, dict):
        return Interval(**value)
    return value


def _table(piece: dict[str, Any]) -> Table:
    rows = tuple(tuple(_value(cell) for cell in row) for row in piece["rows"])
    return Table(
        **{**piece, "rows": rows, "columns": tuple(piece["columns"]), "formats": tuple(piece["formats"])}
    )


def _figure(folder: Path, piece: dict[str, Any]) -> FigureFile:
    content = (folder / piece.pop("file")).read_bytes()
    return FigureFile(content=content, **piece)
