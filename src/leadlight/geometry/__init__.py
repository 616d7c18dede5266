"""Exact geometry of piecewise-linear networks: cells, linear regions, unit lines, and bounds on their number."""

from .lines import clip_line, unit_lines

__all__ = ["clip_line", "unit_lines"]
