"""Study results to one self-contained HTML page.

`render` gives the page as text; `write` puts ``index.html`` into a folder. Everything is inlined (figures,
style, a font subset, a few lines of script), so the page opens offline and can be sent as one file.
"""

from __future__ import annotations

import functools
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from jinja2 import Environment

    from leadlight.studies.result import StudyResults

__all__ = ["render", "write"]


def render(results: StudyResults, command: str | None = None) -> str:
    """The whole page.

    Parameters
    ----------
    results : StudyResults
        What the studies found; crashed and interrupted ones included.
    command : str, optional
        The command that made the results, as it was typed; derived from the results when not given.
    """
    from .font import font_faces
    from .view import page_view, study_view

    studies = [study_view(result) for result in results]
    template = _environment().get_template("page.html.j2")
    page = page_view(results, studies, command)
    bare = template.render(page=page, studies=studies, fonts="")
    return template.render(page=page, studies=studies, fonts=font_faces(bare))


def write(results: StudyResults, out_dir: str | Path, command: str | None = None) -> Path:
    """Write ``index.html`` into `out_dir` and return its path.

    The page appears whole or not at all: it is written beside and then renamed.

    Raises
    ------
    FileError
        The folder cannot be written, or the disk is full.
    """
    from leadlight._writing import write_atomically

    path = Path(out_dir) / "index.html"
    write_atomically(path, render(results, command))
    return path


@functools.cache
def _environment() -> Environment:
    from jinja2 import Environment, PackageLoader, StrictUndefined

    return Environment(
        loader=PackageLoader("leadlight.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
