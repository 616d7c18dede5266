"""The page that a study fills: figures, tables, claims, answers, and the random numbers to make them with.

Every piece is checked and written to the study's folder at once, so a crash or an interrupt loses nothing
that was added before. All randomness comes from one seed through NumPy's `SeedSequence`, keyed by the
study's name and a label: adding a draw under a new label leaves all others as they were, and the first seeds
of a longer list are those of a shorter one.
"""

from __future__ import annotations

import hashlib
import math
import re
import textwrap
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from leadlight.errors import ParameterError

from .._writing import write_atomically
from ._intervals import interval, share
from ._journal import append
from ._svg import svg_of
from .result import Interval, Value, plain

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["Page"]

_NAME = re.compile(r"[a-z0-9][a-z0-9_-]*")
_SUFFIX = {"image/svg+xml": "svg", "image/png": "png", "image/webp": "webp", "image/gif": "gif"}
PROGRESS_INTERVAL = 0.1  # seconds between two progress reports of one label


class Page:
    """The builder handed to a study's ``run(parameters, page)``.

    Parameters
    ----------
    study : str
        Name of the study; part of every random key and figure id.
    folder : path
        Where pieces are kept as they come; must exist.
    seed : int
        The one seed from which everything random derives.
    quick : bool
        Whether the run is scaled down.
    on_progress : callable, optional
        Called with ``(label, done, total)``.

    Notes
    -----
    Texts are CommonMark with ``$LaTeX$`` for mathematics; triple-quoted ones may be indented.
    """

    def __init__(
        self,
        study: str,
        folder: str | Path,
        *,
        seed: int = 0,
        quick: bool = False,
        on_progress: Callable[[str, int, int], None] | None = None,
    ) -> None:
        self.study, self.folder, self.seed, self.quick = study, Path(folder), int(seed), bool(quick)
        self._on_progress = on_progress
        self._names: set[tuple[str, str]] = set()

    # randomness ---------------------------------------------------------------------------------------------

    def seed_sequence(self, label: str) -> np.random.SeedSequence:
        """Return the `SeedSequence` of a label: key (hash of the study, hash of the label) under the seed."""
        return np.random.SeedSequence(self.seed, spawn_key=(_hash32(self.study), _hash32(label)))

    def rng(self, label: str) -> np.random.Generator:
        """Return a fresh generator for one purpose, e.g. ``page.rng("data")``; same label, same draws."""
        return np.random.default_rng(self.seed_sequence(label))

    def seeds(self, label: str, n: int) -> list[int]:
        """Return `n` distinct seeds below 2**32 (what scikit-learn takes too); longer lists only add."""
        words = self.seed_sequence(label).generate_state(n + 64, np.uint32).tolist()
        return list(dict.fromkeys(words))[:n]

    # text ---------------------------------------------------------------------------------------------------

    def method(self, text: str) -> None:
        """Add a paragraph on how the study was made."""
        self._add("method", {"text": _text(text)})

    def limits(self, *texts: str) -> None:
        """Add points to "What this does not show", one string a point."""
        for text in texts:
            self._add("limit", {"text": _text(text)})

    def answer(self, question: str, text: str) -> None:
        """Answer one question of the course sheet in two or three sentences."""
        self._add("answer", {"question": _text(question), "text": _text(text)})

    def mend(
        self,
        title: str,
        text: str,
        wrong: str | int | float | None = None,
        right: str | int | float | None = None,
    ) -> None:
        """Show a mistake of the sheets beside its correction (values, short texts or names of figures)."""
        self._add("mend", {"title": _text(title), "text": _text(text), "wrong": wrong, "right": right})

    def derivation(
        self, title: str, steps: Sequence[str], check: str, error: float, tolerance: float
    ) -> None:
        """Add a derivation: its steps, what was computed to check it, and the error of that check."""
        self._add(
            "derivation",
            {
                "title": _text(title),
                "steps": [_text(step) for step in steps],
                "check": _text(check),
                "error": float(error),
                "tolerance": float(tolerance),
            },
        )

    # pictures -----------------------------------------------------------------------------------------------

    def figure(
        self, name: str, figure: Figure, caption: str, *, alt: str | None = None, section: str | None = None
    ) -> None:
        """Keep a matplotlib figure as SVG with ids of its own; `alt` says in words what is seen."""
        self._picture(name, svg_of(figure, f"{self.study}-{name}-"), "image/svg+xml", caption, alt, section)
        figure.clear()  # figures are not used again; large images are given back at once

    def image(
        self,
        name: str,
        content: bytes,
        mime: str,
        caption: str,
        alt: str | None = None,
        *,
        section: str | None = None,
    ) -> None:
        """Keep a ready image file (``image/webp``, ``image/png``, ``image/gif`` or ``image/svg+xml``)."""
        if mime not in _SUFFIX:
            raise ParameterError(f"Image {name!r} is of type {mime!r}: expected one of {', '.join(_SUFFIX)}.")
        self._picture(name, content, mime, caption, alt, section)

    def _picture(
        self, name: str, content: bytes, mime: str, caption: str, alt: str | None, section: str | None
    ) -> None:
        self._claim_name("figure", name)
        file = f"{name}.{_SUFFIX[mime]}"
        write_atomically(self.folder / file, content)
        piece = {"name": name, "file": file, "mime": mime, "caption": _text(caption)}
        self._add("figure", {**piece, "alt": _text(alt if alt is not None else caption), "section": section})

    # numbers ------------------------------------------------------------------------------------------------

    def table(
        self,
        name: str,
        columns: Sequence[str],
        rows: Sequence[Sequence[Value]],
        caption: str,
        *,
        formats: Mapping[str, str] | Sequence[str | None] | None = None,
        section: str | None = None,
    ) -> None:
        """Add a table.

        Parameters
        ----------
        columns : sequence of str
            Headings.
        rows : sequence of sequences
            One value a column: text, number, bool, None or `Interval`; numbers must be finite.
        formats : mapping or sequence, optional
            Format specification (as in `format`) by column, e.g. ``{"loss": ".3f"}``.
        """
        columns = [_text(column) for column in columns]
        if isinstance(formats, Mapping):
            unknown = set(formats) - set(columns)
            if unknown:
                raise ParameterError(
                    f"Table {name!r} has formats for {sorted(unknown)}, which are not columns."
                )
            formats = [formats.get(column) for column in columns]
        formats = list(formats) if formats is not None else [None] * len(columns)
        if len(formats) != len(columns):
            raise ParameterError(f"Table {name!r} has {len(columns)} columns but {len(formats)} formats.")
        cells = []
        for i, row in enumerate(rows):
            if len(row) != len(columns):
                raise ParameterError(
                    f"Table {name!r}: row {i} has {len(row)} cells; expected {len(columns)}, one a column."
                )
            cells.append([_cell(f"Table {name!r}, row {i}, {c!r},", v) for c, v in zip(columns, row)])
        self._claim_name("table", name)
        piece = {"name": name, "columns": columns, "rows": cells, "formats": formats}
        self._add("table", {**piece, "caption": _text(caption), "section": section})

    def claim(
        self,
        name: str,
        sentence: str,
        holds: bool,
        evidence: Mapping[str, Value],
        must_hold: bool = True,
    ) -> None:
        """Add a checkable sentence with the numbers that decide it.

        Parameters
        ----------
        holds : bool
            Computed from the evidence of this run (a NumPy bool will do; nothing merely truthy).
        evidence : mapping
            Numbers (finite, or None for "no number"), texts, bools or intervals by a name to show.
        must_hold : bool
            Whether a failure is a defect (tests pin these) rather than a finding.
        """
        for label, value in (("holds", holds), ("must_hold", must_hold)):
            if not isinstance(value, bool | np.bool_):
                raise ParameterError(
                    f"Claim {name!r}: {label} must be a bool, got {value!r} of type {type(value).__name__}."
                )
        if not evidence:
            raise ParameterError(f"Claim {name!r} has no evidence: give the numbers that decide it.")
        known = {str(k): _cell(f"Claim {name!r}: evidence {k!r}", v) for k, v in evidence.items()}
        self._claim_name("claim", name)
        piece = {"name": name, "sentence": _text(sentence), "evidence": known}
        self._add("claim", {**piece, "holds": bool(holds), "must_hold": bool(must_hold)})

    def number(self, name: str, value: Any) -> None:
        """Record a value (number, text, bool, interval, lists and dicts of them) in ``results.json``."""
        self._claim_name("number", name)
        self._add("number", {"name": name, "value": plain(value, f"Number {name!r}")})

    @staticmethod
    def interval(values: Sequence[float] | np.ndarray, kind: str = "interquartile") -> Interval:
        """Return median and interval over runs: ``"interquartile"`` or ``"bootstrap"`` (95 %, fixed seed)."""
        return interval(values, kind)

    @staticmethod
    def share(successes: int, n: int) -> Interval:
        """Return the share of successes with its 95 % Wilson interval."""
        return share(successes, n)

    # progress -----------------------------------------------------------------------------------------------

    def progress(self, label: str, total: int) -> Callable[[int], None]:
        """Return a callable to tell how many of `total` steps are done; cheap enough for inner loops."""
        report = self.training_progress(label)
        return lambda done: report(done, total)

    def training_progress(self, label: str) -> Callable[[int, int], None]:
        """Return a callable ``(done, total)``, as `leadlight.train` takes for its ``progress``."""
        last = -math.inf

        def report(done: int, total: int) -> None:
            nonlocal last
            now = time.monotonic()
            if self._on_progress is not None and (done >= total or now - last >= PROGRESS_INTERVAL):
                last = now
                self._on_progress(label, int(done), int(total))

        return report

    # keeping ------------------------------------------------------------------------------------------------

    def _claim_name(self, kind: str, name: str) -> None:
        if kind != "number" and not _NAME.fullmatch(name):
            raise ParameterError(
                f"The {kind} name {name!r} must be lower-case letters, digits, hyphens and underscores."
            )
        if (kind, name) in self._names:
            raise ParameterError(
                f"There is already a {kind} named {name!r} on this page: choose another name."
            )
        self._names.add((kind, name))

    def _add(self, kind: str, piece: Mapping[str, Any]) -> None:
        append(self.folder, kind, plain(piece, f"A {kind} of study {self.study!r}"))


def _cell(where: str, value: Any) -> Any:
    """Return one value of a table or of evidence as JSON can say it; no lists."""
    result = plain(value, where)
    if isinstance(result, list) or (isinstance(result, dict) and not isinstance(value, Interval)):
        raise ParameterError(f"{where} is of type {type(value).__name__}: expected one value or an Interval.")
    return result


def _text(text: str) -> str:
    if not isinstance(text, str):
        raise ParameterError(f"Expected text, got {text!r} of type {type(text).__name__}.")
    return textwrap.dedent(text).strip()


def _hash32(text: str) -> int:
    """Return 32 bits of SHA-256: stable across processes, unlike `hash`."""
    return int.from_bytes(hashlib.sha256(text.encode("utf-8")).digest()[:4], "big")
