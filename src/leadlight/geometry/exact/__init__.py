"""Exact rational numbers for what floats cannot decide: forms of a cell, corners, polygons, the cells of the oracle;
`contexts` asks the core for many at once."""
