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
from .lines import (
    CodedRegion,
    GeneralPosition,
    arrangement_regions_by_code,
    clip_line,
    general_position,
    unit_lines,
)
from .reference import Cell, Crease, Facet, ReferenceComplex, enumerate_cells

__all__ = [
    "Bounds",
    "Cell",
    "CodedRegion",
    "Crease",
    "Facet",
    "GeneralPosition",
    "ReferenceComplex",
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
    "unit_lines",
]
