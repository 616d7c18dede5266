"""The folder that results go to, tried before hours of work."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

from leadlight._writing import file_error

__all__ = ["prepare_folder"]


def prepare_folder(path: str | os.PathLike[str]) -> Path:
    """Create the folder (with its parents) and make sure that files can be written into it.

    Raises
    ------
    FileError
        If it cannot be made, is a file, cannot be written, or the disk is full.
    """
    folder = Path(path)
    trial = folder / f".leadlight-{os.getpid()}.tmp"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        try:
            trial.write_bytes(b"leadlight")
        finally:
            with contextlib.suppress(OSError):
                trial.unlink(missing_ok=True)
    except OSError as cause:
        raise file_error("write to the folder", folder, cause) from cause
    return folder
