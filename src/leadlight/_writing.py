"""Writing files so that a reader never meets half of one.

Bytes go to a temporary neighbour first and replace the old file in one step; when the disk is full or the
folder cannot be written, the neighbour is removed, the old file stays as it was, and one sentence says what
happened.
"""

from __future__ import annotations

import contextlib
import errno
import os
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from .errors import FileError

__all__ = ["file_error", "replacing", "write_atomically"]

_REASONS = {
    errno.ENOSPC: "the disk is full: free some space or choose another folder",
    errno.EDQUOT: "the disk quota is used up: free some space or choose another folder",
    errno.EACCES: "permission is denied: choose a folder that you may write",
    errno.EPERM: "permission is denied: choose a folder that you may write",
    errno.EROFS: "the file system is read-only: choose another folder",
    errno.EEXIST: "it exists and is not a folder: choose another name",
    errno.ENOTDIR: "a part of the path is a file, not a folder: choose another name",
    errno.EISDIR: "a folder of that name is in the way: choose another folder",
    errno.ENAMETOOLONG: "the name is too long: choose a shorter one",
}


def file_error(action: str, path: str | os.PathLike[str], cause: OSError) -> FileError:
    """Return the error that says in one sentence what could not be done, where and why."""
    reason = _REASONS.get(cause.errno or 0, cause.strerror or str(cause))
    return FileError(f"Cannot {action} {os.fspath(path)}: {reason}.")


@contextlib.contextmanager
def replacing(path: str | os.PathLike[str]) -> Iterator[BinaryIO]:
    """A stream whose content becomes the file when the block ends, or is dropped when it raises.

    Raises
    ------
    FileError
        If it cannot be written; a file that was there before is unchanged.
    """
    target = Path(path)
    neighbour = target.with_name(f".{target.name}.{os.getpid()}.tmp")
    try:
        try:
            with open(neighbour, "wb") as stream:
                yield stream
                stream.flush()
                os.fsync(stream.fileno())  # some file systems report a full disk only here
            os.replace(neighbour, target)
        finally:
            with contextlib.suppress(OSError):
                neighbour.unlink(missing_ok=True)
    except FileError:
        raise
    except OSError as cause:
        raise file_error("write", target, cause) from cause


def write_atomically(path: str | os.PathLike[str], content: bytes | str) -> None:
    """Write a whole file or nothing; see `replacing`."""
    with replacing(path) as stream:
        stream.write(content.encode("utf-8") if isinstance(content, str) else content)
