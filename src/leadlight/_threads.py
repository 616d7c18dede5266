"""How many threads the compiled core takes when nobody says."""

from __future__ import annotations

import os

from . import _core

__all__ = ["default_threads"]


def default_threads() -> int:
    """OMP_NUM_THREADS, which studies and clusters set, or else the cores this process may use."""
    wanted = os.environ.get("OMP_NUM_THREADS", "")
    return int(wanted) if wanted.isdigit() and int(wanted) > 0 else _core.usable_cores()
