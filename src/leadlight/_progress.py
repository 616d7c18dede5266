"""The check of a `progress` argument, said where it is given and not in the middle of the work."""

from __future__ import annotations

from typing import Any

from .errors import ParameterError

__all__ = ["check_progress"]


def check_progress(progress: Any, takes: str) -> None:
    """Raise `ParameterError` unless `progress` is None or callable; `takes` names what it will be called with.

    Examples
    --------
    >>> check_progress(print, "done, all")
    """
    if progress is not None and not callable(progress):
        raise ParameterError(f"progress must be a function of ({takes}), not {progress!r}.")
