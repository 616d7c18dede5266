"""`leadlight regions --stream`: cells in batches, described and drawn while they come."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from leadlight.errors import ParameterError

__all__ = ["check_streamed", "streamed"]


def check_streamed(paths: Sequence[Path], given: dict[str, Any]) -> None:
    """Refuse, before the work, what belongs to a whole complex or to a count."""
    from leadlight.plots.stream_files import check_stream_file

    for name in ("count", "max-cells", "edges", "creases"):
        if given[name]:
            raise ParameterError(f"--{name} does not go with --stream: leave one of them out.")
    for path in paths:
        check_stream_file(path)


def streamed(net: Any, domain: Any, options: dict[str, Any], paths: Sequence[Path], **picture: Any) -> str:
    """Take all cells and draw them; returns what is to be said about them.

    On Ctrl-C says it about those so far, and leaves pictures unwritten.
    """
    from leadlight.geometry import RegionStatistics, iter_regions
    from leadlight.geometry.writing.summaries import stream_summary
    from leadlight.plots.stream_files import picture_file

    with contextlib.ExitStack() as stack:
        by_pattern = bool(paths) and picture["colour"] == "pattern"
        stream = stack.enter_context(iter_regions(net, domain, **options, patterns=by_pattern))
        found = RegionStatistics.empty(stream.dim)
        files = [stack.enter_context(picture_file(stream, path, **picture)) for path in paths]
        try:
            for cells in stream:
                found = found + RegionStatistics.of(cells)
                for file in files:
                    file.add(cells)
        except KeyboardInterrupt:
            print(stream_summary(stream, found))
            raise
    return stream_summary(stream, found)
