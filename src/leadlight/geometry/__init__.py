"""Exact geometry of piecewise-linear networks: cells, linear regions, unit lines, bounds."""

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
from .complex import Cell, Crease, Facet, ReferenceComplex
from .lines import (
    CodedRegion,
    GeneralPosition,
    arrangement_regions_by_code,
    clip_line,
    general_position,
    unit_lines,
)
from .reference import enumerate_cells
from .skeleton import StepSkeleton, step_skeleton

__all__ = [
    "Bounds",
    "Cell",
    "CodedRegion",
    "Crease",
    "Facet",
    "GeneralPosition",
    "ReferenceComplex",
    "StepSkeleton",
    "arrangement_bounded_regions",
    "arrangement_regions",
    "arrangement_regions_by_code",
    "clip_line",
    "enumerate_cells",
    "general_position",
    "hardtanh_regions",
    "max_regions",
    "montufar2014_lower_bound",
    "montufar2017_bound",
    "patterns_bound",
    "serra2018_bound",
    "step_skeleton",
    "unit_lines",
]
