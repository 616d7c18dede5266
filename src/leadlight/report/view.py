"""What the templates show, prepared: text converted, numbers formatted, marks and moods decided.

The templates hold the order and the markup; every decision (which figure belongs to a mend, what counts as
failing, which columns are numbers) is made here, on plain dictionaries.
"""

from __future__ import annotations

import base64
import io
import os
import platform
from typing import TYPE_CHECKING, Any

from markupsafe import Markup, escape

from leadlight.studies.writing import versions

from . import numbers
from .prose import block, inline, plain
from .svg import inlined, natural_width

if TYPE_CHECKING:
    from leadlight.studies.result import Claim, FigureFile, Mend, StudyResult, StudyResults, Table

__all__ = ["duration", "headline", "held", "page_view", "study_view"]

GOOD, BAD, WARN, NONE = "good", "bad", "warn", "none"
MARKS = {GOOD: "✓", BAD: "✗", WARN: "!", NONE: "·"}


def held(result: StudyResult) -> tuple[int, int]:
    """How many of a study's claims hold, and how many it makes."""
    return sum(claim.holds for claim in result.claims), len(result.claims)


def headline(result: StudyResult) -> str:
    """The summary's sentence: why it failed, else a must-hold claim that fails, else the first claim."""
    if result.status == "failed":
        return result.error
    if result.failing:
        return f"Does not hold: {result.failing[0].sentence}"
    return next((c.sentence for c in result.claims if c.holds), result.error or result.question)


def duration(seconds: float) -> str:
    """Time as a person says it.

    Examples
    --------
    >>> duration(0.24), duration(42.3), duration(312)
    ('0.2 s', '42 s', '5 min 12 s')
    """
    if seconds < 10:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest:02d} s" if minutes else f"{rest} s"


def page_view(results: StudyResults, studies: list[dict[str, Any]], command: str | None) -> dict[str, Any]:
    """The facts of the whole page."""
    counts = [held(result) for result in results]
    good, total = sum(c[0] for c in counts), sum(c[1] for c in counts)
    failing = sum(len(result.failing) for result in results)
    crashed = [result.name for result in results if result.status == "failed"]
    noun = "study" if len(studies) == 1 else "studies"
    lead = f"{len(studies)} {noun}, {good} of {total} claims hold in this run."
    if failing:
        lead += f" {failing} {'claim that must' if failing == 1 else 'claims that must'} hold did not."
    if crashed:
        lead += f" Did not finish: {', '.join(crashed)}."
    single = studies[0] if len(studies) == 1 else None
    default = f"leadlight run all --seed {results.seed}" + (" --quick" if results.quick else "")
    return {
        "title": single["title"] if single else "The course's questions, answered by this run",
        "lead": lead,
        "quick": results.quick,
        "interrupted": results.interrupted,
        "command": command or (single["command"] if single else default),
        "seed": results.seed,
        "time": duration(results.seconds),
        "machine": f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores; "
        f"{results.workers} worker {'process' if results.workers == 1 else 'processes'}",
        "versions": [("Python", platform.python_version()), *((k, v) for k, v in versions().items() if v)],
    }


def study_view(result: StudyResult) -> dict[str, Any]:
    """One study for the template ``study.html.j2``."""
    slug = f"study-{result.name}"
    status, short, mood = _status(result)
    figures = {figure.name: _figure(figure, slug) for figure in result.figures}
    mends = [_mend(mend, figures) for mend in result.mends]
    in_mends = {
        side["figure"]["name"] for m in mends for side in (m["wrong"], m["right"]) if side and side["figure"]
    }
    return {
        "id": slug,
        "name": result.name,
        "title": result.title,
        "question": inline(result.question),
        "status": status,
        "short_status": short,
        "mood": mood,
        "mark": MARKS[mood],
        "headline": inline(headline(result)),
        "time": duration(result.seconds),
        "seed": result.seed,
        "command": result.command or f"leadlight run {result.name} --seed {result.seed}",
        "error": _error(result),
        "has_content": bool(result.method or result.figures or result.tables or result.claims),
        "method": block(result.method) if result.method else "",
        "parts": _parts(result, figures, in_mends, slug),
        "claims": [_claim(claim) for claim in result.claims],
        "answers": [{"question": inline(a.question), "text": block(a.text)} for a in result.answers],
        "mends": mends,
        "derivations": [_derivation(derivation) for derivation in result.derivations],
        "limits": [inline(limit) for limit in result.limits],
        "parameters": [{"name": k, "value": _parameter(v)} for k, v in result.parameters.items()],
    }


def _status(result: StudyResult) -> tuple[str, str, str]:
    good, total = held(result)
    count = f"{good}/{total} claims"
    if result.status == "failed":
        return (f"did not finish ({count} hold so far)" if total else "did not finish"), "did not finish", BAD
    if result.status == "interrupted":
        return (f"interrupted ({count} hold so far)" if total else "interrupted"), "interrupted", WARN
    if not total:
        return "no claims", "no claims", NONE
    mood = BAD if result.failing else GOOD if good == total else WARN
    return (f"all {total} claims hold" if good == total else f"{good} of {total} claims hold"), count, mood


def _error(result: StudyResult) -> dict[str, str] | None:
    if result.status == "interrupted":
        return {"title": "Interrupted", "summary": "The run was stopped here.", "trace": "", "mood": WARN}
    if result.status != "failed":
        return None
    mistake = result.exit_code == 2
    title = "This study could not run" if mistake else "This study crashed"
    return {
        "title": title,
        "summary": result.error,
        "trace": "" if mistake else result.traceback,
        "mood": BAD,
    }


def _figure(figure: FigureFile, slug: str) -> dict[str, Any]:
    identity = f"{slug}-figure-{figure.name}"
    if figure.is_svg:
        text = figure.content.decode("utf-8")
        body, width = inlined(text, identity, plain(figure.alt)), natural_width(text)
    else:
        data = base64.b64encode(figure.content).decode("ascii")
        body = Markup('<img src="data:{};base64,{}" alt="{}">').format(figure.mime, data, plain(figure.alt))
        width = _image_width(figure.content)
    return {
        "id": identity,
        "name": figure.name,
        "body": body,
        "caption": inline(figure.caption),
        "width": width,
    }


def _image_width(content: bytes) -> str:
    """Room for a raster image and its caption: its pixels, but never too narrow to read the caption in."""
    from PIL import Image, UnidentifiedImageError

    try:
        with Image.open(io.BytesIO(content)) as image:  # reads the header only
            return f"{max(image.width, 280)}px"
    except (UnidentifiedImageError, OSError):
        return "100%"


def _parts(result: StudyResult, figures: dict, in_mends: set[str], slug: str) -> list[dict[str, Any]]:
    """Figures and tables by section, sections in order of first mention; what has none comes first."""
    parts: dict[str | None, dict[str, Any]] = {}

    def part(section: str | None) -> dict[str, Any]:
        title = inline(section) if section else "Results"
        return parts.setdefault(section, {"title": title, "figures": [], "tables": []})

    for figure in result.figures:
        if figure.name not in in_mends:
            part(figure.section)["figures"].append(figures[figure.name])
    for table in result.tables:
        part(table.section)["tables"].append(_table(table, slug))
    return sorted(parts.values(), key=lambda p: p["title"] != "Results")


def _table(table: Table, slug: str) -> dict[str, Any]:
    columns = list(zip(*table.rows, strict=True)) if table.rows else [() for _ in table.columns]
    formats = table.formats or (None,) * len(table.columns)
    numeric = [
        any(map(numbers.is_number, c)) and all(v is None or numbers.is_number(v) for v in c) for c in columns
    ]
    return {
        "id": f"{slug}-table-{table.name}",
        "caption": inline(table.caption),
        "columns": [{"title": inline(c), "number": n} for c, n in zip(table.columns, numeric, strict=True)],
        "rows": [
            [_cell(v, spec, number) for v, spec, number in zip(row, formats, numeric, strict=True)]
            for row in table.rows
        ],
    }


def _cell(value: Any, spec: str | None, number: bool) -> dict[str, Any]:
    shown = inline(value) if isinstance(value, str) else escape(numbers.text(value, spec))
    number = number or numbers.is_number(value)
    short = isinstance(value, str) and len(value) <= 24
    return {"text": shown, "number": number, "short": short, "full": _full(value, shown)}


def _full(value: Any, shown: str) -> str:
    """What a hover shows: the unrounded number, or what an interval means."""
    if isinstance(value, float):
        return repr(value) if repr(value) != shown else ""
    if numbers.is_number(value) and not isinstance(value, int):
        interval = f"{value.kind} interval [{value.low!r}, {value.high!r}]"
        return f"{value.median!r}, {interval}, n = {value.n}"
    return ""


def _claim(claim: Claim) -> dict[str, Any]:
    mood = GOOD if claim.holds else BAD if claim.must_hold else WARN
    return {
        "mood": mood,
        "mark": "✓" if claim.holds else "✗",
        "verdict": "Holds."
        if claim.holds
        else "Does not hold."
        if claim.must_hold
        else "Does not hold in this run.",
        "sentence": inline(claim.sentence),
        "evidence": [
            {
                "name": name.replace("_", " ") if name.isidentifier() else name,
                "text": _cell(v, None, False)["text"],
                "full": _full(v, numbers.text(v)),
            }
            for name, v in claim.evidence.items()
        ],
    }


def _mend(mend: Mend, figures: dict[str, dict[str, Any]]) -> dict[str, Any]:
    def side(value: str | int | float | None) -> dict[str, Any] | None:
        if value is None:
            return None
        if isinstance(value, str):
            return {"figure": figures.get(value), "text": inline(value)}
        return {"figure": None, "text": numbers.text(value)}

    sides = {"wrong": side(mend.wrong), "right": side(mend.right)}
    return {"title": inline(mend.title), "text": block(mend.text), **sides}


def _derivation(derivation: Any) -> dict[str, Any]:
    mood = GOOD if derivation.holds else BAD
    return {
        "title": inline(derivation.title),
        "steps": [inline(step) for step in derivation.steps],
        "check": inline(derivation.check.rstrip(". ")),
        "error": numbers.text(float(derivation.error)),
        "tolerance": numbers.text(float(derivation.tolerance)),
        "mood": mood,
        "mark": MARKS[mood],
    }


def _parameter(value: Any) -> str:
    if isinstance(value, list | tuple):
        return ", ".join(map(_parameter, value))
    return "not given" if value is None else str(value)
