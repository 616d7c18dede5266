// The cells of points, by descending the tree in which the complex was cut.
#pragma once

#include <cstdint>

namespace leadlight::geometry {

struct Tree {
    const double *lines;           // (n, 3): a, b, c of each node
    const double *errors;          // (n,): the line's float value is at most this far off on the domain
    const std::int32_t *children;  // (n, 2): below or on, above; a node, or -1 - cell
    std::int64_t n;
};

// For points from..to (n, 2): their cell; or -1 and the node whose line runs too near for floats to tell the side,
// else -1. Starts at node start[i] (-1 - cell: there already), or at the root if start is null. No tree: cell 0.
void locate(const Tree &tree, const double *points, const std::int32_t *start, std::int64_t from, std::int64_t to,
            std::int32_t *cells, std::int32_t *doubtful);

}  // namespace leadlight::geometry
