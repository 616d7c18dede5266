// What a thread makes of a subtree of the top: arrays numbered from 0, and the rim, where it meets other subtrees.
#pragma once

#include <cstdint>
#include <vector>

#include "splitter.hpp"

namespace leadlight::geometry {

// Vertices on a rim are the top's, or the rim's alone: even numbers 2 v, or odd ones 2 i + 1.
inline std::int32_t of_top(std::size_t v) { return std::int32_t(2 * v); }
inline std::int32_t of_rim(std::size_t i) { return std::int32_t(2 * i + 1); }
inline bool is_of_top(std::int32_t vertex) { return vertex % 2 == 0; }

// Half-edges along the sides of a subtree's polygon, in order, and the vertices there.
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
    std::size_t rim_vertices = 0, rim_edges = 0;  // vertices of this rim alone, half-edges
};

struct Subtree {
    Rim rim;
    Sizes sizes;
    std::int32_t place = 0;  // in the tree: of its root
};

// Makes the cells below a task with a splitter that writes to `out`. The vertices there are at last those inside the
// subtree, each once, and `numbers` has for each vertex that corners and edges name its number among them, or -1 - its
// number on the rim.
Subtree solve_subtree(Splitter &splitter, Growing &out, const Task &task);

}  // namespace leadlight::geometry
