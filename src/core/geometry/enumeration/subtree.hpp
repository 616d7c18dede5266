// What a thread makes of subtrees of the top, one behind the other until they are copied: arrays, and the rims, where
// they meet other subtrees.
#pragma once

#include <cstdint>

#include "../splitting/splitter.hpp"

namespace leadlight::geometry {

// Vertices on a rim are the top's, or the rim's alone: even numbers 2 v, or odd ones 2 i + 1.
inline std::int32_t of_top(std::size_t v) { return std::int32_t(2 * v); }
inline std::int32_t of_rim(std::size_t i) { return std::int32_t(2 * i + 1); }
inline bool is_of_top(std::int32_t vertex) { return vertex % 2 == 0; }

// Half-edges along the sides of the subtrees' polygons, in order, and the vertices there.
struct Rims {
    struct Side {
        std::int32_t slot;  // of the top
        std::int32_t end;   // in the next three, of the subtree's own
    };
    Buffer<Side> sides;
    Buffer<std::int32_t> half_edges;  // of the subtree
    Buffer<std::int32_t> vertices;    // where they start
    Buffer<std::int32_t> owners;      // cells of the subtree
    Buffer<Vertex> points;            // of the rims alone
};

struct Made {
    Growing arrays;
    Rims rims;

    // Empty, the storage kept.
    void reset();
};

struct Sizes {
    std::size_t cells = 0, corners = 0, vertices = 0, edges = 0, tree_nodes = 0;
    std::size_t rim_vertices = 0, rim_edges = 0, rim_sides = 0;  // vertices of the rim alone, half-edges
};

struct Subtree {
    Sizes first;             // where its own begins in what is made (vertices: with copies)
    Sizes sizes;             // of its own
    std::int32_t place = 0;  // in the tree: of its root
};

// Makes the cells below a task with a splitter that writes to the arrays of `made`. `numbers` has for each vertex there
// that corners and edges name its number among those inside the subtree, in their order and without the copies, or
// -1 - its number on the rim.
Subtree solve_subtree(Splitter &splitter, Made &made, const Task &task);

}  // namespace leadlight::geometry
