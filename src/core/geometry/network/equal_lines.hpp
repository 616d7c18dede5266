// The lines of a layer that are one line in every cell, because their rows are exactly proportional: duplicated,
// negated and scaled units, and breakpoints that coincide. Found once for a layer, in time proportional to its
// weights: rows are matched by their residues modulo a prime, and matches are confirmed exactly.
#pragma once

#include <vector>

#include "network.hpp"

namespace leadlight::geometry {

// The first line of the layer (by unit, then breakpoint) that a line is a multiple of, and the sign of the factor:
// itself and 1 for most. For a unit whose weights are all 0: unit -1, and the sign of the constant b - t.
struct EqualLine {
    int unit, breakpoint, sign;
};

struct EqualLines {
    std::vector<int> first;         // (n_out + 1,): line first[unit] + breakpoint is that breakpoint of that unit
    std::vector<EqualLine> equals;  // (number of lines,)
};

// False where all lines of a layer certainly differ, which floats tell quickly.
bool may_have_equal_lines(const Net &net, int layer);
EqualLines find_equal_lines(const Net &net, int layer);

}  // namespace leadlight::geometry
