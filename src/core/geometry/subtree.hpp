// What a thread makes of a subtree of the top: arrays numbered from 0, and the rim, where it meets other subtrees.
#pragma once

#include <cstdint>
#include <vector>

#include "top.hpp"

namespace leadlight::geometry {

// Half-edges along the sides of a subtree's polygon, in order, and the vertices there: first the top's, with their
// numbers, then those of this rim alone.
struct Rim {
    std::vector<std::int32_t> slots;       // of the top: for each side
    std::vector<std::size_t> ends;         // of each side in the next three
    std::vector<std::int32_t> half_edges;  // of the subtree
    std::vector<std::int32_t> vertices;    // where they start
    std::vector<std::int32_t> owners;      // cells of the subtree
    std::vector<Point> points;             // of this rim alone
    std::vector<double> errors;
    std::vector<std::int32_t> creases;     // with jumps only
};

struct Sizes {
    std::size_t cells = 0, corners = 0, vertices = 0, edges = 0, tree_nodes = 0;
    std::size_t rim_vertices = 0;  // of this rim alone
};

struct Subtree {
    Rim rim;
    Sizes sizes;
    std::int32_t place = 0;  // in the tree: of its root
};

// Makes the cells below a task with a splitter that writes to `out`. The vertices there are at last those inside the
// subtree, each once, and `numbers` has for each vertex that corners and edges name its number among them, or -1 - its
// number on the rim.
Subtree solve_subtree(Splitter &splitter, Growing &out, const Top &top, const Task &task);

}  // namespace leadlight::geometry
