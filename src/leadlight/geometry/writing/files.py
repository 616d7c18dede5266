"""Complexes as files: .npz with everything, to be read again; .json for other programs.

The .npz holds plain arrays and no pickle, so that reading one runs no code. Its bytes depend on the complex
alone. The .json is GeoJSON in shape: a FeatureCollection with a Polygon (in one dimension a LineString at
height 0) for each cell, floats written so that they read back exactly:

    {"type": "FeatureCollection", "leadlight": {"format": "1", "network": {"layer_sizes": [2, 3, 1],
     "activations": ["relu"]}, "domain": [[x, y], ...], "slice": null or the points that span it,
     "certified": true, "n_cells": 7, "n_linear_regions": 7},
     "features": [{"type": "Feature", "id": 0, "geometry": {"type": "Polygon", "coordinates": [[[x, y], ...]]},
       "properties": {"pattern": ["011"], "linear_region": 0, "A": [[1.0, 0.0]], "c": [0.5]}}, ...]}

with a string of digits for each hidden layer, the linear piece that each unit is on, and f(x) = A x + c on
the cell (null for a number beyond float64).
"""

from __future__ import annotations

import json
import os
import zipfile
from collections.abc import Callable, Iterator
from inspect import signature
from pathlib import Path
from typing import Any

import numpy as np

from ..._writing import replacing
from ...activations import activation
from ...errors import FileError, LeadlightError, ParameterError
from ...network import Network
from ..cells.details import FoundDetails
from ..cells.edges import Edges
from ..domain import Domain
from ..polyhedral import PolyhedralComplex
from ..slices import Slice

__all__ = ["load", "save"]

FORMAT = "1"
SUFFIXES = (".npz", ".json", ".svg", ".png")
_STAMP = (1980, 1, 1, 0, 0, 0)  # the same bytes at any time
_ARRAYS = (
    "vertices", "vertex_errors", "cell_starts", "cell_vertices", "cell_edges", "packed_patterns", "layer_counts",
    "_pattern_starts", "_pattern_bits", "_lines",
)  # fmt: skip
_EDGES = ("cells", "vertices", "creases")


def save(cx: PolyhedralComplex, path: str | os.PathLike[str], **options: Any) -> None:
    """Write a complex to a file; what is written follows from the name's end.

    Parameters
    ----------
    path : path
        ``.npz``: everything, for `load`. ``.json``: the cells as GeoJSON with patterns and maps. ``.svg`` and
        ``.png``: pictures.
    **options
        Of pictures: see `leadlight.plots.vector.svg_parts` and `leadlight.plots.raster.picture`.

    Raises
    ------
    FileError
        The folder is missing or not writable, or the disk is full; a file that was there is unchanged.
    ParameterError
        Another ending, or options that do not fit it.
    """
    write, known = _writer(path)
    for name in options:
        if not known:
            raise ParameterError(
                f"{name} is an option of pictures: leave it out, or write a .svg or .png file."
            )
        if name not in known:
            raise ParameterError(
                f"{name} is no option of {Path(path).suffix} files: give some of {', '.join(known)}."
            )
    write(cx, path, **options)


def check_suffix(path: str | os.PathLike[str]) -> None:
    """Raise `ParameterError` unless `save` knows what to write to a file of this name."""
    if Path(path).suffix.lower() not in SUFFIXES:
        end = f"ends with {Path(path).suffix!r}" if Path(path).suffix else "has no suffix"
        raise ParameterError(f"{os.fspath(path)} {end}; expected {', '.join(SUFFIXES)}.")


def _writer(path: str | os.PathLike[str]) -> tuple[Callable[..., None], list[str]]:
    """What writes files of this name, and the names of its options."""
    check_suffix(path)
    match Path(path).suffix.lower():
        case ".npz":
            return _save_npz, []
        case ".json":
            return _save_json, []
        case ".svg":
            from ...plots.vector import svg_parts, write_svg

            return write_svg, list(signature(svg_parts).parameters)[1:]
        case _:
            from ...plots.raster import picture, write_png

            return write_png, list(signature(picture).parameters)[1:]


def _save_npz(cx: PolyhedralComplex, path: str | os.PathLike[str]) -> None:
    net = cx.network
    arrays = {
        "format": np.array(FORMAT),
        "activations": np.array([act.spec for act in net.activations], dtype=np.str_),
        "output_activation": np.array(net.output_activation.spec),
        "domain": cx.domain.corners,
        "certified": np.array(cx.certified),
        "signs": np.array(list(cx.signs.values()), np.int64),
        "stages": np.array(list(cx.signs), dtype=np.str_),
        **{f"weights.{i}": W for i, W in enumerate(net.weights)},
        **{f"biases.{i}": b for i, b in enumerate(net.biases)},
        **{name.lstrip("_"): getattr(cx, name) for name in _ARRAYS},
        **{f"edges.{name}": getattr(cx.edges, name) for name in _EDGES},
        "maps": cx._details.maps,
        "map_errors": cx._details.map_errors,
        **{f"tree.{i}": part for i, part in enumerate(cx._details.tree)},
    }
    if cx.slice is not None:
        arrays["slice"] = cx.slice.through
    with replacing(path) as stream, zipfile.ZipFile(stream, "w", zipfile.ZIP_STORED) as archive:
        for name, array in arrays.items():
            entry = zipfile.ZipInfo(f"{name}.npy", _STAMP)
            with archive.open(entry, "w", force_zip64=True) as part:
                np.lib.format.write_array(part, np.asarray(array, order="C"), allow_pickle=False)


def load(path: str | os.PathLike[str]) -> PolyhedralComplex:
    """Read a complex from a .npz file that `save` wrote.

    Raises
    ------
    FileError
        The file is missing, damaged, or not of a complex.

    Examples
    --------
    >>> import tempfile, leadlight as ll
    >>> cx = ll.regions(ll.mlp(2, [5], 1), [(-1, 1), (-1, 1)])
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     cx.save(f"{folder}/cells.npz")
    ...     again = load(f"{folder}/cells.npz")
    >>> again.network.equals(cx.network), bool((again.vertices == cx.vertices).all())
    (True, True)
    """
    try:
        with open(path, "rb") as stream, np.load(stream, allow_pickle=False) as archive:
            arrays = {name: archive[name] for name in archive.files}
        return _from_arrays(arrays)
    except (FileError, MemoryError):
        raise
    except OSError as error:
        raise FileError(f"Cannot read {os.fspath(path)}: {error.strerror or error}.") from error
    except (ValueError, TypeError, KeyError, EOFError, zipfile.BadZipFile, LeadlightError) as error:
        raise FileError(
            f"{os.fspath(path)} is damaged or not the .npz file of a complex: write one with complex.save."
        ) from error


def _from_arrays(arrays: dict[str, np.ndarray]) -> PolyhedralComplex:
    if str(arrays["format"]) != FORMAT:
        raise FileError(f"The file has format {arrays['format']!s}, and this version reads {FORMAT}.")

    def numbered(name: str) -> tuple[np.ndarray, ...]:
        count = sum(key.startswith(f"{name}.") for key in arrays)
        return tuple(arrays[f"{name}.{i}"] for i in range(count))

    net = Network(
        numbered("weights"),
        numbered("biases"),
        tuple(activation(str(spec)) for spec in arrays["activations"]),
        activation(str(arrays["output_activation"])),
    )
    cut = Slice(arrays["slice"]) if "slice" in arrays else None
    arrays["domain"].setflags(write=False)
    cx = PolyhedralComplex(
        network=net,
        domain=Domain(arrays["domain"]),
        slice=cut,
        certified=bool(arrays["certified"]),
        edges=Edges(
            **{name: arrays[f"edges.{name}"] for name in _EDGES},
            lines=arrays["lines"],
            n_slice_layers=0 if cut is None else 2,
        ),
        signs=dict(zip(map(str, arrays["stages"]), arrays["signs"].tolist())),
        _sliced=net if cut is None else cut.network(net),
        _details=FoundDetails(arrays["maps"], arrays["map_errors"], numbered("tree")),
        **{name: arrays[name.lstrip("_")] for name in _ARRAYS},
    )
    _check(cx)
    return cx


def _check(cx: PolyhedralComplex) -> None:
    """Raise `ValueError` where an index leads out of an array: a damaged file must not pass for a complex."""
    n, corners = len(cx), len(cx.cell_vertices)
    tree = cx._details.tree
    fits = (
        n >= 1
        and cx.vertices.shape == (len(cx.vertex_errors), cx.dim)
        and cx.cell_starts[0] == 0
        and cx.cell_starts[-1] == corners == len(cx.cell_edges)
        and bool((np.diff(cx.cell_starts) > 0).all())
        and _within(cx.cell_vertices, 0, len(cx.vertices))
        and _within(cx.cell_edges, -1, len(cx.edges))
        and _within(cx.edges.cells, -1, n)
        and _within(cx.edges.vertices, 0, len(cx.vertices))
        and all(len(getattr(cx.edges, name)) == len(cx.edges) for name in _EDGES)
        and cx._lines.ndim == 2
        and len(cx._lines) == 3
        and _within(cx.edges.creases, -len(cx.domain.corners), cx._lines.shape[1])
        and len(cx.packed_patterns) == n
        and cx._details.maps.shape == (n, cx.network.n_outputs, 3)
        and len(tree) == 4
        and _within(tree[2], -n, max(1, n - 1))
    )
    if not fits:
        raise ValueError("arrays that do not fit one another")


def _within(indices: np.ndarray, low: int, high: int) -> bool:
    return indices.size == 0 or (int(indices.min()) >= low and int(indices.max()) < high)


def _save_json(cx: PolyhedralComplex, path: str | os.PathLike[str]) -> None:
    with replacing(path) as stream:
        for part in _json_parts(cx):
            stream.write(part.encode())


def _json_parts(cx: PolyhedralComplex) -> Iterator[str]:
    net = cx.network
    head = {
        "format": FORMAT,
        "network": {
            "layer_sizes": list(net.layer_sizes),
            "activations": [act.spec for act in net.activations],
        },
        "domain": cx.domain.corners.tolist(),
        "slice": None if cx.slice is None else cx.slice.through.tolist(),
        "certified": cx.certified,
        "n_cells": len(cx),
        "n_linear_regions": cx.n_linear_regions,
    }
    yield '{"type": "FeatureCollection", "leadlight": ' + json.dumps(head) + ', "features": ['
    A, c = cx.affine_maps()
    labels = cx.linear_regions()
    ends = np.cumsum(net.widths)
    skipped = sum(cx._sliced.widths) - net.n_units
    block = 4096
    for first in range(0, len(cx), block):
        cells = np.arange(first, min(first + block, len(cx)))
        digits = cx._unpack(cells)[:, skipped:] + ord("0")
        for i, row in zip(cells.tolist(), digits):
            text = row.tobytes().decode("ascii")
            feature = {
                "type": "Feature",
                "id": i,
                "geometry": _shape(cx.polygon(i)),
                "properties": {
                    "pattern": [text[stop - width : stop] for stop, width in zip(ends, net.widths)],
                    "linear_region": int(labels[i]),
                    "A": _finite(A[i].tolist()),
                    "c": _finite(c[i].tolist()),
                },
            }
            yield ("\n" if i == 0 else ",\n") + json.dumps(feature, allow_nan=False)
    yield "\n]}\n"


def _shape(corners: np.ndarray) -> dict[str, Any]:
    if corners.shape[1] == 1:
        return {"type": "LineString", "coordinates": [[x, 0.0] for x in corners[:, 0].tolist()]}
    return {"type": "Polygon", "coordinates": [[*corners.tolist(), corners[0].tolist()]]}


def _finite(numbers: Any) -> Any:
    if isinstance(numbers, list):
        return [_finite(number) for number in numbers]
    return numbers if np.isfinite(numbers) else None
