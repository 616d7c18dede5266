"""The exceptions leadlight raises: one type for each kind of mistake.

Each message is one clear sentence: what was given, what was expected, what to do. The command line prints
it without a traceback and exits with `exit_code`. Where a built-in type fits it is a base too, so that
``except ValueError`` keeps working.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable

__all__ = [
    "DataError",
    "FileError",
    "LeadlightError",
    "MissingExtraError",
    "ModelError",
    "ParameterError",
    "ShapeError",
    "TooLargeError",
    "UnknownNameError",
]


class LeadlightError(Exception):
    """Base of all errors that leadlight raises on purpose."""

    exit_code = 2


class ParameterError(LeadlightError, ValueError):
    """An argument has the wrong type or lies outside its range."""


class ShapeError(LeadlightError, ValueError):
    """Arrays whose shapes do not fit one another."""


class DataError(LeadlightError, ValueError):
    """Data that cannot be used: not finite, empty, one class only, a column of text."""


class ModelError(LeadlightError, ValueError):
    """A model that leadlight cannot describe, named with the reason."""


class FileError(LeadlightError, OSError):
    """A file or folder that cannot be read or written: missing, damaged, not allowed, disk full."""

    def __str__(self) -> str:  # OSError shows (errno, strerror) tuples; ours is always one sentence
        return str(self.args[0]) if self.args else ""


class TooLargeError(LeadlightError, MemoryError):
    """A result that would not fit into memory, or goes beyond the limit given."""


class MissingExtraError(LeadlightError, ImportError):
    """An optional dependency is needed and not installed."""

    def __init__(self, package: str, extra: str, purpose: str) -> None:
        super().__init__(
            f"{purpose} needs the package {package}, which is not installed: pip install 'leadlight[{extra}]'."
        )


class UnknownNameError(LeadlightError, KeyError):
    """A name that is not in a table; the nearest match is offered.

    Parameters
    ----------
    kind : str
        What the name should name, e.g. ``"study"``.
    name : str
        The name given.
    known : iterable of str
        The names there are.

    Examples
    --------
    >>> str(UnknownNameError("study", "sofmax", ["softmax", "rings"]))
    "Unknown study 'sofmax': did you mean 'softmax'? Known: rings, softmax."
    """

    def __init__(self, kind: str, name: str, known: Iterable[str]) -> None:
        self.kind, self.name, self.known = kind, name, sorted(known)
        near = difflib.get_close_matches(str(name), self.known, n=1, cutoff=0.4)
        hint = f": did you mean {near[0]!r}?" if near else "."
        super().__init__(f"Unknown {kind} {name!r}{hint} Known: {', '.join(self.known)}.")

    def __str__(self) -> str:  # KeyError would show the repr
        return str(self.args[0])

    def __reduce__(self) -> tuple:  # must survive the way back from a worker process
        return type(self), (self.kind, self.name, self.known)
