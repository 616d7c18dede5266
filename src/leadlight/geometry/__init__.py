"""Exact geometry of piecewise-linear networks: cells, linear regions, unit lines, bounds.

Where to look. `regions`, `stream` and `counting` are the ways in: a network and a place (`domain`, `slices`, `balls`)
go to the compiled core and come back as a `polyhedral` complex (in arrays: `cells`), in batches, or as a number. What
one then asks is in `analysis` and `boundaries`; `writing` saves and shows it; `through_training` follows it step by
step. `reference` is the plain enumeration that all of it is tested against, on the rational numbers of `exact`.
`lines` and `skeleton` are for the course: the lines of a first layer, and units replaced by steps.
"""

from .analysis.distribution import Distribution
from .analysis.statistics import RegionStatistics
from .balls import ball
from .boundaries.bends import Bend
from .boundaries.creases import UnitCrease
from .boundaries.level_sets import DecisionPartition, LevelSet
from .boundaries.preimages import Preimage
from .cells.batches import CellBatch
from .cells.edges import Edges
from .counting.ball_counts import count_in_ball
from .counting.bounds import (
    Bounds,
    arrangement_bounded_regions,
    arrangement_regions,
    hardtanh_regions,
    max_regions,
    montufar2014_lower_bound,
    montufar2017_bound,
    patterns_bound,
    serra2018_bound,
)
from .counting.count import RegionCount, count_regions
from .counting.segments import count_along, random_segments
from .domain import Domain, domain
from .lines import (
    CodedRegion,
    GeneralPosition,
    arrangement_regions_by_code,
    clip_line,
    general_position,
    line_crossings,
    unit_lines,
)
from .polyhedral import PolyhedralComplex
from .regions import regions
from .skeleton import StepSkeleton, step_skeleton
from .slices import Slice, slice_line, slice_plane
from .stream import RegionStream, iter_regions
from .through_training.callback import RegionCallback
from .through_training.evolution import Evolution
from .through_training.measuring import evolution

__all__ = [
    "Bend",
    "Bounds",
    "CellBatch",
    "CodedRegion",
    "DecisionPartition",
    "Distribution",
    "Domain",
    "Edges",
    "Evolution",
    "GeneralPosition",
    "LevelSet",
    "PolyhedralComplex",
    "Preimage",
    "RegionCallback",
    "RegionCount",
    "RegionStatistics",
    "RegionStream",
    "Slice",
    "StepSkeleton",
    "UnitCrease",
    "arrangement_bounded_regions",
    "arrangement_regions",
    "arrangement_regions_by_code",
    "ball",
    "clip_line",
    "count_along",
    "count_in_ball",
    "count_regions",
    "domain",
    "evolution",
    "general_position",
    "hardtanh_regions",
    "iter_regions",
    "line_crossings",
    "max_regions",
    "montufar2014_lower_bound",
    "montufar2017_bound",
    "patterns_bound",
    "random_segments",
    "regions",
    "serra2018_bound",
    "slice_line",
    "slice_plane",
    "step_skeleton",
    "unit_lines",
]
