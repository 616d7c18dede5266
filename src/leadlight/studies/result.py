"""What a study leaves behind, as plain data: figures, tables, claims, answers, mends, derivations, numbers.

Everything here is made of strings, numbers, booleans and None, so that it crosses process borders as JSON
(never as a pickle) and two runs can be compared byte by byte. `plain` is the gate: it turns NumPy scalars
into Python ones and refuses what JSON cannot say, NaN and infinity included.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from leadlight.errors import ParameterError, UnknownNameError

__all__ = [
    "Answer",
    "Claim",
    "Derivation",
    "FigureFile",
    "Interval",
    "Mend",
    "StudyResult",
    "StudyResults",
    "Table",
    "canonical_json",
    "plain",
]


@dataclass(frozen=True)
class Interval:
    """A middle value with its interval over ``n`` runs, and the kind of the interval.

    ``"interquartile"``: median and quartiles. ``"bootstrap"``: median and the 95 % percentile bootstrap
    interval of the median. ``"wilson"``: a share (in ``median``) and its 95 % Wilson score interval.
    """

    median: float
    low: float
    high: float
    n: int
    kind: str = "interquartile"

    def __format__(self, spec: str) -> str:
        spec = spec or ".4g"
        return f"{self.median:{spec}} [{self.low:{spec}}, {self.high:{spec}}]"

    def __str__(self) -> str:
        return format(self, "")


Value = None | bool | int | float | str | Interval


@dataclass(frozen=True)
class FigureFile:
    """A picture of the report: SVG (ids unique to it, no XML prologue) or a raster image, with its bytes."""

    name: str
    caption: str
    alt: str
    mime: str
    content: bytes = field(repr=False)
    section: str | None = None

    @property
    def is_svg(self) -> bool:
        """Whether the content is SVG text, to be inlined as it is."""
        return self.mime == "image/svg+xml"


@dataclass(frozen=True)
class Table:
    """Named columns; each row has one value a column, shown by the column's entry of ``formats`` or as is."""

    name: str
    caption: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Value, ...], ...]
    formats: tuple[str | None, ...]
    section: str | None = None


@dataclass(frozen=True)
class Claim:
    """One checkable sentence, whether it holds in this run, and the numbers it was decided by."""

    name: str
    sentence: str
    holds: bool
    evidence: dict[str, Value]
    must_hold: bool = True


@dataclass(frozen=True)
class Answer:
    """A question of the course sheet, answered from this run's numbers."""

    question: str
    text: str


@dataclass(frozen=True)
class Mend:
    """A mistake of the sheets: what it is, and wrong beside right (values, or names of figures)."""

    title: str
    text: str
    wrong: str | int | float | None = None
    right: str | int | float | None = None


@dataclass(frozen=True)
class Derivation:
    """Steps of a derivation (with ``$LaTeX$``), and a numerical check of its last line."""

    title: str
    steps: tuple[str, ...]
    check: str
    error: float
    tolerance: float

    @property
    def holds(self) -> bool:
        """Whether the numerical error is within the tolerance."""
        return self.error <= self.tolerance


@dataclass(frozen=True)
class StudyResult:
    """All that one study added to its page, and how it ended.

    Attributes
    ----------
    status : str
        ``"ok"``, ``"failed"`` or ``"interrupted"``; whatever was added before the end is kept.
    error : str
        One line saying why it failed, else empty; ``traceback`` holds the details.
    exit_code : int
        What the command line ends with: 0, 1 (crash), 2 (a user's mistake, e.g. bad data), 130 (interrupted).
    seconds : float
        Wall-clock time; never part of ``results.json``.
    command : str
        The shell command that repeats this run.
    """

    name: str
    title: str
    question: str
    sheet: str
    seed: int
    quick: bool
    status: str = "ok"
    error: str = ""
    traceback: str = ""
    exit_code: int = 0
    seconds: float = 0.0
    command: str = ""
    parameters: dict[str, Any] = field(default_factory=dict)
    method: str = ""
    figures: tuple[FigureFile, ...] = ()
    tables: tuple[Table, ...] = ()
    claims: tuple[Claim, ...] = ()
    answers: tuple[Answer, ...] = ()
    mends: tuple[Mend, ...] = ()
    derivations: tuple[Derivation, ...] = ()
    limits: tuple[str, ...] = ()
    numbers: dict[str, Any] = field(default_factory=dict)

    def figure(self, name: str) -> FigureFile:
        """Return the figure of that name."""
        return _by_name("figure", name, self.figures)

    def table(self, name: str) -> Table:
        """Return the table of that name."""
        return _by_name("table", name, self.tables)

    def claim(self, name: str) -> Claim:
        """Return the claim of that name."""
        return _by_name("claim", name, self.claims)

    @property
    def failing(self) -> tuple[Claim, ...]:
        """The claims that must hold and do not."""
        return tuple(claim for claim in self.claims if claim.must_hold and not claim.holds)

    def to_json(self) -> dict[str, Any]:
        """Return what depends on seed, parameters and versions only: no times, paths or tracebacks."""
        return {
            "name": self.name,
            "title": self.title,
            "question": self.question,
            "sheet": self.sheet,
            "seed": self.seed,
            "quick": self.quick,
            "status": self.status,
            "error": self.error,
            "parameters": self.parameters,
            "method": self.method,
            "figures": [{"name": f.name, "caption": f.caption, "mime": f.mime} for f in self.figures],
            "tables": [plain(asdict(table)) for table in self.tables],
            "claims": [plain(asdict(claim)) for claim in self.claims],
            "answers": [asdict(answer) for answer in self.answers],
            "mends": [asdict(mend) for mend in self.mends],
            "derivations": [{**plain(asdict(d)), "holds": d.holds} for d in self.derivations],
            "limits": list(self.limits),
            "numbers": plain(self.numbers),
        }


@dataclass(frozen=True)
class StudyResults:
    """The results of several studies, in the order in which they were asked for."""

    studies: tuple[StudyResult, ...]
    seed: int = 0
    quick: bool = False
    seconds: float = 0.0
    workers: int = 1
    interrupted: bool = False

    def __len__(self) -> int:
        return len(self.studies)

    def __iter__(self) -> Iterator[StudyResult]:
        return iter(self.studies)

    def __getitem__(self, name: str) -> StudyResult:
        return _by_name("study", name, self.studies)

    @property
    def exit_code(self) -> int:
        """130 if interrupted, else 1 if a study crashed, else 2 for a user's mistake, else 0."""
        codes = {result.exit_code for result in self.studies}
        if self.interrupted:
            return 130
        return next((code for code in (130, 1, 2) if code in codes), 0)

    def to_json(self) -> dict[str, Any]:
        """Return the content of ``results.json``."""
        return {
            "format": "leadlight-results-1",
            "seed": self.seed,
            "quick": self.quick,
            "studies": [result.to_json() for result in self.studies],
        }


def _by_name(kind: str, name: str, things: tuple[Any, ...]) -> Any:
    for thing in things:
        if thing.name == name:
            return thing
    raise UnknownNameError(kind, name, [thing.name for thing in things])


def plain(value: Any, where: str = "value") -> Any:
    """Return `value` as JSON can say it: NumPy to Python numbers, intervals to dicts, tuples to lists.

    Raises
    ------
    ParameterError
        If a number is NaN or infinite, a key is not a string, or the type has no JSON form.

    Examples
    --------
    >>> plain({"a": (1, Interval(0.5, 0.25, 0.75, 10))})["a"][1]["kind"]
    'interquartile'
    """
    if value is None or isinstance(value, bool | str):
        return value
    if isinstance(value, Interval):
        return {key: plain(part, where) for key, part in asdict(value).items()}
    if hasattr(value, "tolist"):  # NumPy scalars and arrays
        return plain(value.tolist(), where)
    if isinstance(value, int):
        return int(value)
    if isinstance(value, float):
        if not math.isfinite(value):
            raise ParameterError(
                f"{where} is {value}: only finite numbers can be recorded; use None for 'no number'."
            )
        return float(value)
    if isinstance(value, Mapping):
        for key in value:
            if not isinstance(key, str):
                raise ParameterError(f"{where} has the key {key!r}: expected text.")
        return {str(key): plain(part, f"{where}[{key!r}]") for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [plain(part, f"{where}[{i}]") for i, part in enumerate(value)]
    raise ParameterError(f"{where} is of type {type(value).__name__}, which cannot be recorded as JSON.")


def canonical_json(value: Any) -> str:
    """Return JSON text that is the same for equal values: sorted keys, shortest round-trip floats, no NaN."""
    text = json.dumps(plain(value), sort_keys=True, indent=1, ensure_ascii=False, allow_nan=False)
    return text + "\n"
