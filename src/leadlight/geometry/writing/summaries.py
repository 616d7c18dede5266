"""A complex, and the cells of a stream, in a few lines of text."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from ..analysis.distribution import Distribution
    from ..analysis.statistics import RegionStatistics

__all__ = ["stream_summary", "summary"]


def summary(cx: Any, linear_regions: bool = True) -> str:
    """See `PolyhedralComplex.summary`; linear regions, which take a while to find, may be left out."""
    what = "length of a cell" if cx.dim == 1 else "area of a cell"
    lines = [
        _what(cx),
        *_before_the_end(cx.network),
        f"cells (activation regions)  {len(cx):,}",
        *([f"linear regions              {cx.n_linear_regions:,}"] if linear_regions else []),
        *_of_layers(cx),
        f"points between cells        {len(cx) - 1:,}"
        if cx.dim == 1
        else f"vertices, edges             {len(cx.vertices):,}, {len(cx.edges):,}",
        f"{what:<28}min {cx.areas.min():.3g}, median {np.median(cx.areas):.3g}, max {cx.areas.max():.3g}",
        _decided(cx),
    ]
    return "\n".join(lines)


def stream_summary(stream: Any, found: RegionStatistics) -> str:
    """What `RegionStream.statistics` found, and while cells are still to come that these are not all."""
    lines = [_what(stream), *_before_the_end(stream.network)]
    if not stream.is_complete:
        lines.append("stopped before the last cell: what follows is of those before")
    lines.append(f"cells (activation regions)  {found.n_cells:,}")
    if found.n_cells == 0:
        return "\n".join(lines)
    if stream.is_complete:
        lines += _of_layers(stream)
    if stream.dim == 2:
        lines.append(f"sides of a cell             mean {found.mean_sides:.4g}, max {len(found.sides) - 1}")
    lines += [
        f"{'length' if stream.dim == 1 else 'area'} of a cell".ljust(28) + _spread(found.areas),
        f"{'norm of the gradient':<28}{_spread(found.gradients)}",
    ]
    if stream.is_complete:
        lines.append(_decided(stream))
    return "\n".join(lines)


def _spread(some: Distribution) -> str:
    """Extremes and, from the bins, three quantiles."""
    low, middle, high = some.quantile(np.array([0.1, 0.5, 0.9])).tolist()
    return (
        f"min {some.minimum:.3g}, 10 % about {low:.2g}, median about {middle:.2g}, 90 % about {high:.2g}, "
        f"max {some.maximum:.3g}, mean {some.mean():.4g}"
    )


def _what(found: Any) -> str:
    return f"{found.network!r} on {found.domain}" + (f", {found.slice}" if found.slice else "")


def _before_the_end(net: Any) -> list[str]:
    """That bends of the outputs themselves are left out, where their activation makes any."""
    last = net.output_activation
    if not last.is_piecewise_linear or last.name == "identity":
        return []
    return [f"outputs                     before their {last.spec}, which would bend them once more"]


def _of_layers(found: Any) -> list[str]:
    n_slice_layers = 0 if found.slice is None else 2
    counts = found.layer_counts[1 + n_slice_layers :].tolist()
    if not counts:  # no hidden layer
        return []
    return [f"cells after each layer      {' '.join(f'{count:,}' for count in counts)}"]


def _decided(found: Any) -> str:
    if not found.certified:
        return "not certified: float64 signs as they came"
    return "signs decided by            " + ", ".join(f"{n:,} {stage}" for stage, n in found.signs.items())
