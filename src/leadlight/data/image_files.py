"""Labelled images from a folder or a zip: ``train/CLASS/*`` and ``val/CLASS/*``, made small.

Nothing is unpacked to disk. An archive is judged by its directory first (names, links, sizes, ratios), then
each member is read up to its limit; an image is judged by its header before it is decoded. Time is that of
the decoder (about a millisecond for a 512 x 512 JPEG), memory that of the small images and one large one.

Accepted: JPEG, PNG, WebP, BMP and GIF (its first frame). A single folder around `train` and `val` is looked
through. Hidden files (names that begin with a dot, ``__MACOSX``, ``Thumbs.db``, ``desktop.ini``) and
whatever lies beside `train` and `val` are ignored; anything else that is not an image in a class folder is
an error that names it.
"""

from __future__ import annotations

import io
import os
import stat
import struct
import warnings
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath

import numpy as np

from leadlight.data.arguments import check_count
from leadlight.data.images import ImageSet
from leadlight.errors import DataError, FileError, ParameterError

__all__ = ["read_images"]

FORMATS = ("JPEG", "PNG", "WEBP", "BMP", "GIF")
MAX_FILE_BYTES = 2**26  # 64 MiB for one image file
MAX_TOTAL_BYTES = 2**34  # 16 GiB for an archive, unpacked
MAX_FILES = 1_000_000
MAX_RATIO = 200  # unpacked to packed, for members above 1 MiB: images hardly compress further
MAX_PIXELS = 50_000_000
MAX_SIZE = 512
_CLUTTER = {"__macosx", "thumbs.db", "desktop.ini"}

# What Pillow's decoders raise on damaged files, as seen in its own fuzzing reports
_DECODER_ERRORS = (
    OSError, SyntaxError, ValueError, TypeError, ArithmeticError, LookupError, EOFError, AttributeError,
    MemoryError, struct.error, zlib.error,
)  # fmt: skip

# What zipfile raises on damaged archives: not only its own error (ValueError covers bad text and bad offsets)
_ZIP_ERRORS = (
    zipfile.BadZipFile,
    RuntimeError,
    ValueError,
    EOFError,
    OverflowError,
    struct.error,
    zlib.error,
)

Files = dict[PurePosixPath, Callable[[], bytes] | None]  # None: a folder


def read_images(path: str | os.PathLike, size: int = 32) -> tuple[ImageSet, ImageSet]:
    """Read ``train/CLASS/*`` and ``val/CLASS/*`` from a folder or zip file.

    Images are turned upright (EXIF), cropped to their central square, reduced to `size` x `size` and made
    RGB. Files are taken in the order of their names, classes too.

    Parameters
    ----------
    path : path of a folder or zip file
    size : int, 1 to 512
        Side of the images, pixels.

    Returns
    -------
    train, val : ImageSet

    Raises
    ------
    FileError
        A file that cannot be read, is damaged, too large or no image; an archive with names that leave it,
        links, encrypted or implausibly compressed members.
    DataError
        `train` or `val` missing, fewer than two classes, a class without images, classes that differ.

    Examples
    --------
    >>> import tempfile
    >>> from PIL import Image
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     for place in ("train/cat", "train/dog", "val/cat", "val/dog"):
    ...         Path(folder, place).mkdir(parents=True)
    ...         Image.new("RGB", (640, 480), "orange").save(Path(folder, place, "1.png"))
    ...     train, val = read_images(folder)
    >>> train.images.shape, train.class_names
    ((2, 32, 32, 3), ('cat', 'dog'))
    """
    if check_count("size", size) > MAX_SIZE:
        raise ParameterError(f"size must be at most {MAX_SIZE} pixels; got {size}.")
    root = Path(path)
    with _opened(root) as files:
        parts = _by_part_and_class(root, files)
        names = tuple(sorted(parts["train"]))
        sets = []
        for part in ("train", "val"):
            jobs = [(label, file) for label, name in enumerate(names) for file in sorted(parts[part][name])]
            images = np.empty((len(jobs), size, size, 3), dtype=np.uint8)
            for row, (_, file) in enumerate(jobs):
                read = files[file]
                assert read is not None
                images[row] = _decode(root, file, read(), size)
            sets.append(ImageSet(images, np.array([label for label, _ in jobs]), names))
    return sets[0], sets[1]


@contextmanager
def _opened(root: Path) -> Iterator[Files]:
    """The files of a folder or archive: relative name to a function that reads it."""
    try:
        if root.is_dir():
            yield _folder_files(root)
        elif zipfile.is_zipfile(root):
            with _open_archive(root) as archive:
                yield _archive_files(root, archive)
        elif root.exists():
            raise FileError(f"{root} is neither a folder nor a zip file of images.")
        else:
            raise FileError(
                f"{root} does not exist: give a folder or zip file with train/CLASS and val/CLASS."
            )
    except FileError:
        raise
    except OSError as error:
        raise FileError(f"{error.filename or root} cannot be read: {error.strerror or error}.") from error


def _folder_files(root: Path) -> Files:
    """Names three levels below `root` at most four deep; links may not leave it."""
    files: Files = {}
    home = root.resolve()
    pending = [(root, 0)]
    while pending:
        folder, depth = pending.pop()
        for entry in sorted(folder.iterdir()):
            name = PurePosixPath(entry.relative_to(root).as_posix())
            if _is_clutter(name):
                continue
            if entry.is_symlink() and not entry.resolve().is_relative_to(home):
                raise FileError(f"{entry} is a link out of {root}: copy the images instead.")
            if entry.is_dir():
                files[name] = None
                if depth < 4:
                    pending.append((entry, depth + 1))
            else:
                files[name] = lambda entry=entry: _read_file(entry)
            if len(files) > MAX_FILES:
                raise FileError(f"{root} holds more than {MAX_FILES:,} files.")
    return files


def _read_file(path: Path) -> bytes:
    if not path.is_file():
        raise FileError(f"{path} is not a regular file: remove it.")
    size = path.stat().st_size
    if size > MAX_FILE_BYTES:
        raise FileError(f"{path} holds {size:,} bytes, more than the {MAX_FILE_BYTES:,} read for one image.")
    return path.read_bytes()


def _open_archive(root: Path) -> zipfile.ZipFile:
    try:
        return zipfile.ZipFile(root)
    except _ZIP_ERRORS as error:
        raise FileError(f"{root} is a damaged zip file: {error}.") from error


def _archive_files(root: Path, archive: zipfile.ZipFile) -> Files:
    """Members of a zip, after its directory has been checked."""
    members = archive.infolist()
    if len(members) > MAX_FILES:
        raise FileError(f"{root} holds {len(members):,} files, more than {MAX_FILES:,}.")
    total = sum(member.file_size for member in members)
    if total > MAX_TOTAL_BYTES:
        raise FileError(f"{root} unpacks to {total:,} bytes, more than {MAX_TOTAL_BYTES:,}: refused.")
    files: Files = {}
    for member in members:
        _check_member(root, member)
        name = PurePosixPath(member.filename)
        if _is_clutter(name):
            continue
        if name in files and files[name] is not None:
            raise FileError(f"{root} holds {member.filename!r} twice: refused.")
        for parent in list(name.parents)[:-1]:
            files.setdefault(parent, None)
        files[name] = None if member.is_dir() else lambda member=member: _read_member(root, archive, member)
    return files


def _check_member(root: Path, member: zipfile.ZipInfo) -> None:
    # orig_filename: zipfile cuts names at a NUL and turns the separators of its own system into slashes
    name, shown = member.orig_filename, f"{root} member {member.orig_filename!r}"
    if name.startswith("/") or "\\" in name or "\0" in name or name[1:2] == ":" or ".." in name.split("/"):
        raise FileError(f"{shown} has a name that points out of the archive: refused.")
    kind = stat.S_IFMT(member.external_attr >> 16)
    if kind not in (0, stat.S_IFREG, stat.S_IFDIR):
        raise FileError(f"{shown} is a link or a special file: refused.")
    if member.flag_bits & 1:
        raise FileError(f"{shown} is encrypted: unpack it first.")
    if member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        # the readers of the other methods cannot be told where to stop
        raise FileError(
            f"{shown} uses compression method {member.compress_type}; only stored and deflate are read."
        )
    if member.file_size > MAX_FILE_BYTES:
        raise FileError(
            f"{shown} unpacks to {member.file_size:,} bytes, more than {MAX_FILE_BYTES:,}: refused."
        )
    if member.file_size > 2**20 and member.file_size > MAX_RATIO * member.compress_size:
        raise FileError(
            f"{shown} unpacks from {member.compress_size:,} to {member.file_size:,} bytes, "
            "as decompression bombs do: refused."
        )


def _read_member(root: Path, archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> bytes:
    """Unpack one member, whatever size it really has, no further than its limit."""
    try:
        with archive.open(member) as stream:
            content = stream.read(MAX_FILE_BYTES + 1)
    except (*_ZIP_ERRORS, OSError) as error:
        raise FileError(f"{root} member {member.filename!r} is damaged: {error}.") from error
    if len(content) != member.file_size:
        raise FileError(
            f"{root} member {member.filename!r} unpacks to {len(content):,} bytes, "
            f"not the {member.file_size:,} it declares: refused."
        )
    return content


def _is_clutter(name: PurePosixPath) -> bool:
    return any(part.startswith(".") or part.lower() in _CLUTTER for part in name.parts)


def _by_part_and_class(root: Path, files: Files) -> dict[str, dict[str, list[PurePosixPath]]]:
    """Image names by part (train, val) and class, with the layout checked."""
    tops = {name.parts[0] for name, read in files.items() if read is None or len(name.parts) > 1}
    prefix: tuple[str, ...] = ()
    if len(tops) == 1 and not tops & {"train", "val"}:
        prefix = (tops.pop(),)
    parts: dict[str, dict[str, list[PurePosixPath]]] = {}
    for name, read in files.items():
        inner = name.parts[len(prefix) :]
        if not inner or inner[0] not in ("train", "val"):
            continue
        where = f"{root}: {name}"
        if read is None:
            if len(inner) == 1:
                parts.setdefault(inner[0], {})
            elif len(inner) == 2:
                parts.setdefault(inner[0], {}).setdefault(inner[1], [])
            else:
                raise DataError(f"{where} is a folder inside a class folder; put its images into {inner[1]}.")
        elif len(inner) == 3:
            parts.setdefault(inner[0], {}).setdefault(inner[1], []).append(name)
        else:
            raise DataError(f"{where} lies outside of a class folder; expected {inner[0]}/CLASS/IMAGE.")
    for part in ("train", "val"):
        if part not in parts:
            found = ", ".join(sorted(tops)) or "nothing"
            raise DataError(
                f"{root} has no folder {part!r} (found: {found}); expected train/CLASS and val/CLASS."
            )
        for name, images in sorted(parts[part].items()):
            if not images:
                raise DataError(f"{root}: class folder {part}/{name} holds no images.")
    if set(parts["train"]) != set(parts["val"]):
        odd = sorted(set(parts["train"]) ^ set(parts["val"]))
        raise DataError(f"{root}: train and val must hold the same classes; {odd[0]!r} is in one only.")
    if len(parts["train"]) < 2:
        raise DataError(f"{root} holds {len(parts['train'])} classes; at least 2 class folders are needed.")
    return parts


def _decode(root: Path, name: PurePosixPath, content: bytes, size: int) -> np.ndarray:
    """Image file to uint8 (size, size, 3); its pixels are counted before they are unpacked."""
    from PIL import Image, ImageOps, UnidentifiedImageError

    shown = f"{root}: {name}"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Pillow warns of what is checked here, and of odd metadata
        try:
            image = Image.open(io.BytesIO(content), formats=FORMATS)
            width, height = image.size
            if width * height > MAX_PIXELS:
                raise FileError(
                    f"{shown} has {width} x {height} pixels, more than {MAX_PIXELS:,}: reduce or remove it."
                )
            image.draft("RGB", (2 * size, 2 * size))  # lets the JPEG decoder skip detail that is thrown away
            image = ImageOps.exif_transpose(image)
            square = ImageOps.fit(image.convert("RGB"), (size, size), Image.Resampling.BILINEAR)
        except FileError:
            raise
        except Image.DecompressionBombError as error:
            raise FileError(f"{shown} has more than {MAX_PIXELS:,} pixels: reduce or remove it.") from error
        except UnidentifiedImageError as error:
            raise FileError(f"{shown} is not an image ({', '.join(FORMATS)} are read): remove it.") from error
        except _DECODER_ERRORS as error:
            raise FileError(f"{shown} is a damaged image ({error}): replace or remove it.") from error
    return np.asarray(square)
