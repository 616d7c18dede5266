"""Exact geometry of piecewise-linear networks: cells, linear regions, unit lines, bounds."""

from .ball_counts import count_in_ball
from .balls import ball
from .batches import CellBatch
from .bends import Bend
from .bounds import (
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
from .callback import RegionCallback
from .count import RegionCount, count_regions
from .creases import UnitCrease
from .distribution import Distribution
from .domain import Domain, domain
from .edges import Edges
from .evolution import Evolution, evolution
from .level_sets import DecisionPartition, LevelSet
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
from .preimages import Preimage
from .regions import regions
from .segments import count_along, random_segments
from .skeleton import StepSkeleton, step_skeleton
from .slices import Slice, slice_line, slice_plane
from .statistics import RegionStatistics
from .stream import RegionStream, iter_regions

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
