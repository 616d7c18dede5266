"""Picture files of the cells of a stream, written while they come."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from .._writing import replacing, write_atomically
from ..errors import ParameterError
from .colours import cell_colours
from .raster import encode_png
from .streamed import StreamPicture
from .vector import fills, head, picture_size

__all__ = ["PngOfStream", "SvgOfStream", "check_stream_file", "picture_file", "save"]

SUFFIXES = (".svg", ".png")
KNOWN_SCALES = ("pattern", "direction")


class PngOfStream:
    """A PNG file of the cells that are added within a ``with`` block; options as of `StreamPicture`."""

    def __init__(self, stream: Any, path: str | os.PathLike[str], width: int = 1200, **options: Any) -> None:
        self._path = path
        self._picture = StreamPicture(stream, width, **options)

    def __enter__(self) -> Self:
        return self

    def add(self, cells: Any) -> None:
        """Draw a batch of cells."""
        self._picture.add(cells)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None
    ) -> None:
        if kind is None:
            write_atomically(self._path, encode_png(self._picture.pixels()))


class SvgOfStream:
    """An SVG file of the cells that are added within a ``with`` block, without borders.

    Parameters
    ----------
    stream : RegionStream
        Whose domain it shows; nothing is taken from it.
    path : path
    width : int
        In CSS pixels; the height follows.
    colour : str
        ``"pattern"`` or ``"direction"``: those whose scale is known before the last cell is.
    output : int
        The output that ``"direction"`` is about.
    """

    def __init__(
        self,
        stream: Any,
        path: str | os.PathLike[str],
        width: int = 800,
        *,
        colour: str = "pattern",
        output: int = 0,
    ) -> None:
        if colour not in KNOWN_SCALES:
            raise ParameterError(
                f"The colouring was {colour!r}; an SVG file of a stream is written before all values are "
                f"known: choose {' or '.join(KNOWN_SCALES)}, or write a .png file."
            )
        self._path, self._width, self._size = path, width, picture_size(stream.domain)
        self._colour, self._output = colour, output
        self._open = contextlib.ExitStack()

    def __enter__(self) -> Self:
        self._file = self._open.enter_context(replacing(self._path))
        self._file.write(head(self._size, self._width, "the cells of a network").encode())
        return self

    def add(self, cells: Any) -> None:
        """Write a batch of cells."""
        for part in fills(cells, cell_colours(cells, self._colour, self._output)):
            self._file.write(part.encode())

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None
    ) -> bool | None:
        if kind is None:
            self._file.write(b"</g>\n</svg>\n")
        return self._open.__exit__(kind, error, where)


def check_stream_file(path: str | os.PathLike[str]) -> None:
    """Raise `ParameterError` unless a stream can be written to a file of this name."""
    if Path(path).suffix.lower() not in SUFFIXES:
        raise ParameterError(
            f"{os.fspath(path)} is no picture: the cells of a stream go to {' and '.join(SUFFIXES)} files; find "
            "the whole complex for others."
        )


def picture_file(stream: Any, path: str | os.PathLike[str], **options: Any) -> PngOfStream | SvgOfStream:
    """A file of the kind that its name says, to enter and add cells to."""
    check_stream_file(path)
    kind = SvgOfStream if Path(path).suffix.lower() == ".svg" else PngOfStream
    return kind(stream, path, **options)


def save(stream: Any, paths: Sequence[str | os.PathLike[str]], **options: Any) -> None:
    """Draw all cells that are left in a stream into files; see `RegionStream.save`."""
    with contextlib.ExitStack() as stack:
        files = [stack.enter_context(picture_file(stream, path, **options)) for path in paths]
        for cells in stream:
            for file in files:
                file.add(cells)
