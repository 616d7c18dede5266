"""Curves through the cells, exactly: level sets, decision boundaries, preimages, and the creases of single units."""
