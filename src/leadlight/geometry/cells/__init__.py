"""The complex in arrays: cells, edges, vertices and patterns, joined to linear regions, and found from points."""
