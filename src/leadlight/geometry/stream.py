"""`iter_regions`: the cells of a network in batches, so that any number of them fits into memory.

The same recursion as that of `regions`, without edges and tree. Its top is split into parts of some thousand
cells while it runs; threads take these in order and work ahead as far as a window allows, and batches are put
together in order. Memory: some 4 MB for each thread and a few batches of 8 MB (or of the size asked for), whatever
the number of cells.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from types import TracebackType
from typing import Any, Self

import numpy as np

from .. import _core
from .._progress import check_progress
from ..errors import ParameterError
from ..network import Network
from ._arguments import STAGES, flag, problem_of, thread_count
from .analysis.statistics import RegionStatistics
from .cells.batches import CellBatch, ends_of_strip
from .domain import Domain
from .slices import Slice

__all__ = ["RegionStream", "iter_regions"]

MOST_IN_BATCH = 65_536
BYTES_OF_BATCH = 8 * 2**20


class RegionStream(Iterator[CellBatch]):
    """The cells of a network on a domain, in batches. Made by `leadlight.iter_regions`.

    An iterator, and a context manager that stops the threads at its end. They also stop after the last batch, on
    any error and when the stream is no longer referred to. Several threads may take batches of one stream; each batch
    goes to one of them.

    Attributes
    ----------
    network, domain, slice, certified
        As given.
    batch : int
        Cells in a batch; the last one has what is left.
    n_cells : int
        Cells handed out so far.
    layer_counts : ndarray (depth + 1,) int64, or None
        Once all cells are handed out: cells of the first 0, 1, ... hidden layers alone.
    signs : dict of str to int, or None
        Once all are: how many signs float64, double-double and exact arithmetic decided.
    """

    def __init__(
        self,
        network: Network,
        domain: Domain,
        slice: Slice | None,
        certified: bool,
        batch: int,
        sliced: Network,
        cells: _core.CellStream,
        layout: tuple[np.ndarray, np.ndarray],
        progress: Callable[[int], None] | None,
    ) -> None:
        self.network = network
        self.domain = domain
        self.slice = slice
        self.certified = certified
        self.batch = batch
        self.n_cells = 0
        self.layer_counts: np.ndarray | None = None
        self.signs: dict[str, int] | None = None
        self._sliced = sliced
        self._cells = cells
        self._layout = layout  # of a row of patterns
        self._progress = progress
        self._everywhere = np.arange(0)
        self._is_closed = False
        self._reading = threading.RLock()

    @property
    def dim(self) -> int:
        """1 or 2."""
        return self.domain.dim

    @property
    def is_complete(self) -> bool:
        """Whether all cells have been handed out."""
        return self.signs is not None

    def __next__(self) -> CellBatch:
        with self._reading:
            if self._is_closed:
                raise StopIteration
            try:
                found = self._cells.next(self._progress)
                if found is None:
                    if not self._is_closed:  # while it waited
                        self.layer_counts = self._cells.layer_counts
                        self.signs = dict(zip(STAGES, self._cells.signs.tolist()))
                    raise StopIteration
            except BaseException:
                self.close()
                raise
            batch = self._batch(found)
            self.n_cells += len(batch)
            return batch

    def _batch(self, found: dict[str, np.ndarray]) -> CellBatch:
        vertices, starts = found["vertices"], found["starts"]
        if self.dim == 1:
            vertices = ends_of_strip(vertices, starts)
            starts = np.arange(0, len(vertices) + 1, 2)
        if len(self._everywhere) < len(vertices):
            self._everywhere = np.arange(len(vertices))
        return CellBatch(
            network=self.network,
            domain=self.domain,
            slice=self.slice,
            certified=self.certified,
            vertices=vertices,
            cell_starts=starts,
            cell_vertices=self._everywhere[: len(vertices)],
            packed_patterns=found["patterns"],
            _sliced=self._sliced,
            _pattern_starts=self._layout[0],
            _pattern_bits=self._layout[1],
            _maps=found["maps"],
            _areas=found["areas"],
            first=self.n_cells,
        )

    def statistics(self) -> RegionStatistics:
        """Statistics of all cells that are left, keeping none of them.

        Examples
        --------
        >>> import leadlight as ll
        >>> net, box = ll.mlp(2, [16, 16], 1, seed=0), [(-3, 3), (-3, 3)]
        >>> found = ll.iter_regions(net, box).statistics()
        >>> found.n_cells == int(ll.count_regions(net, box)), round(found.areas.total, 9)
        (True, 36.0)
        """
        total = RegionStatistics.empty(self.dim)
        for batch in self:
            total = total + RegionStatistics.of(batch)
        return total

    def save(self, *paths: str | os.PathLike[str], **options: Any) -> None:
        """Draw all cells that are left into .png and .svg files, keeping none of them.

        A .svg file has some 45 bytes for each cell larger than 1/20,000 of the domain's longer side.

        Parameters
        ----------
        *paths : path
        **options
            See `plots.streamed.StreamPicture` and `plots.stream_files.SvgOfStream`.

        Raises
        ------
        FileError
            The folder is missing or not writable, or the disk is full; a file that was there is unchanged.
        ParameterError
            Another ending, or options that do not fit it.
        """
        from ..plots import stream_files

        stream_files.save(self, paths, **options)

    def close(self) -> None:
        """Stop the threads; there are no more batches."""
        self._is_closed = True
        self._cells.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        end = ", all" if self.is_complete else ""
        return f"RegionStream({self.n_cells:,} cells so far{end}, on {self.domain})"


def iter_regions(
    net: Network,
    domain: Any,
    *,
    slice: Slice | None = None,
    certified: bool = True,
    threads: int | None = None,
    batch: int | None = None,
    patterns: bool = True,
    maps: bool = True,
    progress: Callable[[int], None] | None = None,
) -> RegionStream:
    """Find all cells of a piecewise-linear network on a domain, exactly, and hand them out in batches.

    For more cells than memory holds, or for work on the first ones while the others are being found. Cells come
    in the order in which `regions` numbers them; they know their polygons, patterns and affine maps, but not
    their neighbours.

    Parameters
    ----------
    net, domain, slice, certified, threads
        As of `regions`. Neither cells nor batches depend on the number of threads, which work beside the one
        that iterates.
    batch : int, optional
        Cells in a batch. Default: what takes about 8 MB, at most 65,536.
    patterns, maps : bool
        Whether the batches have the cells' patterns (a bit for each unit and cell) and affine maps.
    progress : callable, optional
        Called now and then as ``progress(cells_found_so_far)``, from the thread that iterates.

    Returns
    -------
    RegionStream
        An iterator of `CellBatch`. Leave a ``with`` block, or call ``close()``, to stop early.

    Raises
    ------
    ModelError, ShapeError, ParameterError
        As `regions`, at once.
    KeyboardInterrupt
        On Ctrl-C, while iterating.

    Examples
    --------
    >>> import leadlight as ll
    >>> net = ll.mlp(2, [64], 1, seed=0)
    >>> total = 0.0
    >>> for cells in ll.iter_regions(net, [(-3, 3), (-3, 3)], batch=100):
    ...     total += cells.areas.sum()
    >>> round(float(total), 9)
    36.0
    """
    sliced, given = problem_of(net, domain, slice)
    where = given.domain
    patterns, maps = flag("patterns", patterns), flag("maps", maps)
    check_progress(progress, "cells_found_so_far")
    size = _batch_size(batch, sliced, patterns, maps)
    cells = _core.CellStream(
        given.problem,
        threads=thread_count(threads),
        certified=flag("certified", certified),
        want_patterns=patterns,
        want_maps=maps,
        ascending=where.dim == 1,
        batch_cells=size,
    )
    layout = given.pattern_starts, given.pattern_bits
    return RegionStream(net, where, slice, bool(certified), size, sliced, cells, layout, progress)


def _batch_size(batch: Any, net: Network, patterns: bool, maps: bool) -> int:
    if batch is not None:
        if isinstance(batch, bool) or not isinstance(batch, int | np.integer) or not 1 <= batch < 2**31:
            raise ParameterError(f"batch must be a number of cells, at least 1, not {batch!r}.")
        return int(batch)
    bytes_per_cell = 88 + patterns * (net.n_units // 8) + maps * 24 * net.n_outputs
    return min(MOST_IN_BATCH, max(1, BYTES_OF_BATCH // bytes_per_cell))
