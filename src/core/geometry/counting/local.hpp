// Counting the cells of a polygon on which few units are open, from floats alone.
//
// On such a polygon the last two or three layers are a small network: the lines that cut the polygon, and for each
// unit i of a later layer that may cut one of its cells the form
//     z_i = base_i + sum_u C_iu h_u,   u the open units of the layers before,   h_u = what u gives: its piece of z_u.
// Activations are continuous here, so that units have one value at a vertex, whatever cell it is of (local_plane.hpp):
// all signs there are found once, and cells are split along the lines as words of such signs (local_outline.hpp). Signs
// at its corners say as well which units of the next layer cut a cell, and what lines they are. The cells of the last
// two layers are counted by signs alone (local_arrangement.hpp). Forms, lines and corners carry the bounds of
// filter.hpp; those of the forms are given and hold in every cell, as the splitter's do for whole contexts.
//
// Only strict signs are taken: lines that may cut a cell, and all units, must be certainly above or below at its
// corners, ends of chords on one side certainly apart where their order matters, and so must be crossings on one
// chord where three may meet. Otherwise nothing has been counted, and the splitter does it with exact signs. So a
// count is proven, and polygons have no special cases here.
#pragma once

#include <cstddef>
#include <cstdint>

#include "../kernels/filter.hpp"

namespace leadlight::geometry {

constexpr int local_lines = 32, local_corners = 24, local_units = 64;  // at most, on one polygon
constexpr std::size_t local_scratch = std::size_t(1) << 17;            // bytes: some 110,000 are used at most

// A unit with one breakpoint whose line cuts.
struct LocalLine {
    Line line;
    double a, b, c;  // its form
    double slopes[2], intercepts[2];
    const double *column;  // over the later units; see LocalUnits
};

// Units of the layers after that of the lines: first the n_next of the next layer, then from `next` on the n_after of
// the one after that. What rounds these up to 8 may be anything finite.
struct LocalUnits {
    int n_next, n_after;
    long next, stride;                        // rounded up to 8
    const double *breakpoints, *e_ab, *e_c;   // (stride,); what forms are off in any cell
    const double *slopes[2], *intercepts[2];  // (next,): where another layer follows
    bool zero_below;                          // the lower piece is 0 for all of these
    const double *columns;                    // (n_next, stride - next): weights of the layer after
};

struct LocalProblem {
    int n_corners;
    const double *x, *y, *e;
    const Line *const *sides;
    int n_lines;
    const LocalLine *lines;
    int n_layers;  // 2 or 3, that of the lines included
    LocalUnits units;
    const double *base;  // (3, stride)
    char *scratch;       // local_scratch bytes, on a line of the cache
    // Out: cells after each layer, and signs that were decided.
    std::int64_t cells[3];
    std::int64_t signs;
};

}  // namespace leadlight::geometry
