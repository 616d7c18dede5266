"""``results.json`` and ``timings.json``: what was found, and, apart from it, how long it took on what.

``results.json`` is canonical: sorted keys, shortest round-trip floats, no times, versions, devices or paths,
so the same seed on the same machine and versions gives the same bytes whatever the number of workers.
"""

from __future__ import annotations

import importlib.metadata
import os
import platform
from pathlib import Path
from typing import Any

from .._writing import write_atomically
from ._files import prepare_folder
from .result import StudyResults, canonical_json

__all__ = ["timings", "write_results"]

PACKAGES = ("leadlight", "numpy", "scipy", "scikit-learn", "matplotlib", "pillow", "torch")


def write_results(results: StudyResults, out: str | os.PathLike[str]) -> Path:
    """Write ``results.json`` and ``timings.json`` into the folder `out` and return it.

    Raises
    ------
    FileError
        If the folder cannot be written or the disk is full; no half-written file is left.
    """
    folder = prepare_folder(out)
    write_atomically(folder / "results.json", canonical_json(results.to_json()))
    write_atomically(folder / "timings.json", canonical_json(timings(results)))
    return folder


def timings(results: StudyResults) -> dict[str, Any]:
    """Return seconds, versions and machine of a run: everything that may differ between equal results."""
    return {
        "seconds": {result.name: round(result.seconds, 3) for result in results},
        "total_seconds": round(results.seconds, 3),
        "workers": results.workers,
        "threads_per_worker": 1,
        "versions": {"python": platform.python_version(), **versions()},
        "machine": {
            "system": platform.system(),
            "architecture": platform.machine(),
            "cores": os.cpu_count(),
        },
    }


def versions() -> dict[str, str | None]:
    """Return the installed versions of what results depend on (None: not installed); imports nothing."""
    found: dict[str, str | None] = {}
    for package in PACKAGES:
        try:
            found[package] = importlib.metadata.version(package)
        except importlib.metadata.PackageNotFoundError:
            found[package] = None
    return found
