"""`leadlight regions`: the exact complex of a model file, or of a network described by its layer sizes."""

from __future__ import annotations

import math
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Literal

from cyclopts import Group, Parameter

from leadlight._cli_regions_input import (
    check_dimension,
    check_outputs,
    read_domain,
    read_network,
    read_slice,
)
from leadlight._cli_run import strict
from leadlight._cli_stream import check_streamed, streamed
from leadlight.errors import ParameterError

__all__ = ["regions"]

NETWORK = Group("A network described by its sizes", sort_key=1)
PICTURE = Group("Pictures", sort_key=2)

Colouring = Literal["pattern", "linear_region", "output", "slope", "direction", "area"]


def regions(
    model: str,
    /,
    *,
    domain: Annotated[tuple[float, ...], Parameter(consume_multiple=True, converter=strict, negative=())],
    slice: Annotated[tuple[str, ...], Parameter(consume_multiple=1, negative=(), show_default=False)] = (),
    count: Annotated[bool, Parameter(negative=(), show_default=False)] = False,
    certified: Annotated[bool, Parameter(negative="--fast", show_default=False)] = True,
    threads: Annotated[int | None, Parameter(converter=strict)] = None,
    max_cells: Annotated[int | None, Parameter(converter=strict)] = None,
    stream: Annotated[bool, Parameter(negative=(), show_default=False)] = False,
    output: Annotated[
        tuple[Path, ...],
        Parameter(name=["--output", "-o"], consume_multiple=1, negative=(), show_default=False),
    ] = (),
    init: Annotated[str | None, Parameter(group=NETWORK)] = None,
    activation: Annotated[str | None, Parameter(group=NETWORK)] = None,
    bias: Annotated[str | None, Parameter(group=NETWORK)] = None,
    seed: Annotated[int | None, Parameter(group=NETWORK, converter=strict)] = None,
    colour: Annotated[Colouring, Parameter(group=PICTURE)] = "pattern",
    width: Annotated[int, Parameter(group=PICTURE, converter=strict)] = 1200,
    edges: Annotated[bool | None, Parameter(group=PICTURE, show_default=False)] = None,
    creases: Annotated[bool, Parameter(group=PICTURE, negative=(), show_default=False)] = False,
) -> int:
    """Find the exact cells and linear regions of a piecewise-linear network.

    Parameters
    ----------
    model
        A .safetensors file that leadlight wrote, or layer sizes such as 2-64-64-1 for random weights.
    domain
        The interval A B, the box X0 X1 Y0 Y1, or the corners X Y of a convex polygon, three or more (but a
        box has four numbers); on a slice, in its coordinates.
    slice
        Two points that span a line, or three that span a plane, through an input space of any dimension. Each
        is numbers with commas, such as -1,0,0.5, or one file of rows holds them all (.npy, or text).
    count
        Say only how many cells there are.
    certified
        Prove every sign that shapes the complex (the default); --fast takes the signs that float64 gives.
    threads
        Threads to work with; all cores by default.
    max_cells
        Stop beyond so many cells; by default, what half of the free memory holds. Not with --count, which builds few.
    stream
        Take the cells in batches, so that memory holds any number; says how large they are, how many sides
        they have and how steep the network is. Pictures only, without borders; no linear regions.
    output
        Files to write: .npz (everything), .json (polygons with patterns and maps), .svg, .png.
    init
        Scheme of the random weights (default: torch), as in "he_normal" or "xavier_normal(gain=1.4)".
    activation
        Of all hidden layers (default: relu).
    bias
        "zeros", "uniform" or "normal(0.5)"; by default what belongs to the scheme.
    seed
        Of the random weights (default: 0).
    colour
        What the colours of a picture show; those of patterns and linear regions only that they differ.
    width
        Pixels of a picture.
    edges
        Draw the borders of the cells; by default where they leave something to see.
    creases
        Draw each border in the colour of the layer that makes it.
    """
    net = read_network(model, {"init": init, "activation": activation, "bias": bias, "seed": seed})
    where, cut = read_domain(domain), read_slice(slice)
    check_dimension(net, where, cut)
    picture = {"colour": colour, "width": width, "edges": edges, "creases": creases}
    if stream:
        check_streamed(output, {"count": count, "max-cells": max_cells is not None, **picture})
    if count and max_cells is not None:
        raise ParameterError(
            "--max-cells does not go with --count, which builds few cells: leave one of them out."
        )
    check_outputs(output, count, picture, where)
    from leadlight.geometry import count_regions
    from leadlight.geometry import regions as find

    begin = time.perf_counter()
    shared = {"slice": cut, "certified": certified, "threads": threads}
    if count:
        with _progress() as progress:
            counted = count_regions(net, where, **shared, progress=progress)
        if counted.proven:
            print(f"{counted.n_cells:,} cell{'s' * (counted.n_cells != 1)}")
        else:
            print(counted.statement if certified else f"{counted.n_cells:,} cells (not certified)")
        return 0
    if stream:
        with _progress() as progress:
            print(streamed(net, where, shared | {"progress": progress}, output, colour=colour, width=width))
        print(f"seconds                     {time.perf_counter() - begin:.3g}")
        for path in output:
            print(f"wrote                       {path}")
        return 0
    with _progress() as progress:
        cx = find(net, where, **shared, max_cells=max_cells, progress=progress)
    seconds = time.perf_counter() - begin
    print(cx.summary())
    print(f"seconds                     {seconds:.3g}")
    for path in output:
        cx.save(path, **(picture if path.suffix.lower() in (".svg", ".png") else {}))
        print(f"wrote                       {path}")
    return 0


@contextmanager
def _progress() -> Iterator[Callable[[int], None] | None]:
    """Cells so far on a line of the terminal; nothing where stderr is none."""
    if not sys.stderr.isatty():
        yield None
        return
    begin, shown = time.perf_counter(), -math.inf

    def show(cells: int) -> None:
        nonlocal shown
        now = time.perf_counter()
        if now - begin > 0.5 and now - shown > 0.1:
            shown = now
            print(f"\r{cells:,} cells, {now - begin:.0f} s ", end="", file=sys.stderr, flush=True)

    try:
        yield show
    finally:
        print("\r\x1b[K", end="", file=sys.stderr, flush=True)
