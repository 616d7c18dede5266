"""What `leadlight regions` is given: the network, the domain, the slice; and what it can be asked for at all."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from leadlight.errors import FileError, ParameterError

if TYPE_CHECKING:
    from leadlight.geometry import Domain, Slice
    from leadlight.network import Network

__all__ = ["check_dimension", "check_outputs", "read_domain", "read_network", "read_slice"]

_SIZES = re.compile(r"[0-9]+(-[0-9]+)+")
_KINDS = {1: "line", 2: "plane"}
_PLAIN = {"colour": "pattern", "width": 1200, "edges": None, "creases": False}


def read_network(model: str, described: dict[str, Any]) -> Network:
    """The network of a file, or one with random weights."""
    from leadlight.network import Network
    from leadlight.random_network import mlp

    given = {name: value for name, value in described.items() if value is not None}
    if _SIZES.fullmatch(model) and not Path(model).exists():
        n_inputs, *widths, n_outputs = map(int, model.split("-"))
        return mlp(n_inputs, widths, n_outputs, **given)
    if given:
        name = next(iter(given))
        raise ParameterError(
            f"--{name} is for layer sizes such as 2-64-64-1, and {model!r} names a file: leave --{name} out."
        )
    if not Path(model).exists():
        raise FileError(
            f"{model!r} is neither a file nor layer sizes such as 2-64-64-1: give the path of a .safetensors file "
            "or the sizes."
        )
    return Network.of(Path(model))


def read_domain(numbers: tuple[float, ...]) -> Domain:
    from leadlight.geometry import domain

    n = len(numbers)
    if n not in (2, 4) and (n < 6 or n % 2):
        raise ParameterError(
            f"--domain was given {n} number{'s' * (n != 1)}; expected A B, X0 X1 Y0 Y1, or the corners X Y of a "
            "polygon, at least three."
        )
    pairs = [numbers[i : i + 2] for i in range(0, n, 2)]
    return domain(pairs)


def read_slice(words: tuple[str, ...]) -> Slice | None:
    from leadlight.geometry import slice_line, slice_plane

    if not words:
        return None
    points = [point for word in words for point in _points(word)]
    if len(points) not in (2, 3):
        raise ParameterError(
            f"--slice was given {len(points)} point{'s' * (len(points) != 1)}; expected two for a line or three for "
            "a plane."
        )
    return slice_line(*points) if len(points) == 2 else slice_plane(*points)


def _points(word: str) -> list[Any]:
    """One point written out, or the rows of a file."""
    import numpy as np

    path = Path(word)
    if not path.exists():
        try:
            return [[float(number) for number in word.split(",")]]
        except ValueError:
            raise ParameterError(
                f"--slice was given {word!r}; expected numbers with commas between, or a file with a point in each "
                "row."
            ) from None
    try:
        if path.suffix.lower() == ".npy":
            rows = np.load(path, allow_pickle=False)
        else:
            text = path.read_text(encoding="utf-8")
            rows = np.loadtxt(text.replace(",", " ").splitlines(), dtype=np.float64, ndmin=2)
    except OSError as error:
        raise FileError(f"Cannot read {path}: {error.strerror or error}.") from error
    except (ValueError, EOFError):
        raise FileError(f"{path} does not hold a point in each row, in numbers.") from None
    return list(np.atleast_2d(rows))


def check_dimension(net: Network, where: Domain, cut: Slice | None) -> None:
    """Refuse a domain that has not the dimension of what is looked at."""
    if cut is None and net.n_inputs > 2:
        raise ParameterError(
            f"The network has {net.n_inputs} inputs: give two points of a line or three of a plane with --slice, and "
            "the domain in its coordinates."
        )
    dim = net.n_inputs if cut is None else cut.dim
    if where.dim != dim:
        what = f"network has {dim} input{'s' * (dim > 1)}" if cut is None else f"slice is a {_KINDS[dim]}"
        form = "A B" if dim == 1 else "X0 X1 Y0 Y1, or the corners X Y of a polygon"
        raise ParameterError(
            f"--domain is {'an interval' if where.dim == 1 else 'a part of a plane'}, but the {what}: give {form}."
        )


def check_outputs(paths: Sequence[Path], count: bool, picture: Mapping[str, Any], where: Domain) -> None:
    """Refuse, before the work, what cannot be written, and options of pictures that nobody asked for."""
    from leadlight.geometry.writing.files import check_suffix
    from leadlight.plots.raster import picture_height

    if count and paths:
        raise ParameterError("--count finds no polygons to write: leave --count out, or -o.")
    for path in paths:
        check_suffix(path)
        if not path.parent.is_dir():
            raise FileError(f"Cannot write {path}: there is no folder {path.parent}; make it first.")
    kinds = {path.suffix.lower() for path in paths}
    changed = [name for name, value in picture.items() if value != _PLAIN[name]]
    if changed and kinds.isdisjoint({".svg", ".png"}):
        raise ParameterError(
            f"--{changed[0]} is about pictures: write one with -o, a .svg or .png file, or leave it out."
        )
    if picture["width"] < 1:
        raise ParameterError(f"--width must be a number of pixels, at least 1, not {picture['width']}.")
    if ".png" in kinds:
        picture_height(where, picture["width"], None)
