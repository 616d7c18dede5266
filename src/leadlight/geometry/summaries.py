"""A complex in a few lines of text."""

from __future__ import annotations

from typing import Any

import numpy as np

__all__ = ["summary"]


def summary(cx: Any) -> str:
    """See `PolyhedralComplex.summary`."""
    what = "length of a cell" if cx.dim == 1 else "area of a cell"
    decided = ", ".join(f"{count:,} {stage}" for stage, count in cx.signs.items())
    of_layers = cx.layer_counts[1 + cx._n_slice_layers :].tolist()
    lines = [
        f"{cx.network!r} on {cx.domain}" + (f", {cx.slice}" if cx.slice else ""),
        f"cells (activation regions)  {len(cx):,}",
        f"linear regions              {cx.n_linear_regions:,}",
        f"cells after each layer      {' '.join(f'{count:,}' for count in of_layers)}",
        f"points between cells        {len(cx) - 1:,}"
        if cx.dim == 1
        else f"vertices, edges             {len(cx.vertices):,}, {len(cx.edges):,}",
        f"{what:<28}min {cx.areas.min():.3g}, median {np.median(cx.areas):.3g}, max {cx.areas.max():.3g}",
        f"signs decided by            {decided}"
        if cx.certified
        else "not certified: float64 signs as they came",
    ]
    return "\n".join(lines)
