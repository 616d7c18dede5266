// Edges, matched through the recursion.
//
// Where a polygon is cut along a chord, the cells of its two parts lie along the chord in two orders, one the reverse
// of the other. A continuous network cuts the chord at the same points from both sides: the first unit that changes
// its piece at a point of the chord on one side is there one affine function along the chord, and has the same values
// on the other side. So the k-th cell of one side meets the k-th last of the other, and the two copies of each point
// between are one vertex. With jumps (step) the points are compared along the chord. A point inside the chord is
// inside the polygon, so no later chord meets it: a vertex has at most two copies.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "../exact/predicates.hpp"
#include "../network/layers.hpp"
#include "complex.hpp"

namespace leadlight::geometry {

// How a node was cut.
struct Cut {
    const struct Line *line;
    std::int32_t crease;        // the earliest unit on the chord
    std::int32_t below, above;  // slots of the chord in the two parts
    std::int32_t end;           // the vertex at which the chord ends, seen from below
    // Sides cut in two: slots of where the list goes, and of what follows. -1: there is none.
    std::int32_t side[2], rest[2];
};

class EdgeMatcher {
  public:
    // Exact comparisons are counted by the predicates.
    EdgeMatcher(const Layers &layers, Predicates &predicates, bool certified)
        : layers_(layers), predicates_(predicates), certified_(certified) {}

    // The edges along a cut, once both parts have their cells.
    void match(Growing &out, Buffer<SideList> &slots, const Cut &cut);
    // The edge of two half-edges; it leads to vertex `to`.
    static void add_edge(Growing &out, std::int32_t left, std::int32_t right, std::int32_t to, std::int32_t crease);
    // The cells along side k of the domain.
    static void add_border(Growing &out, SideList list, std::int32_t end, int k);

  private:
    void match_in_order(Growing &out, SideList left, SideList right, const Cut &cut);
    void match_with_jumps(Growing &out, SideList left, SideList right, const Cut &cut);
    int compare(const Growing &out, std::int32_t p, std::int32_t p_cell, std::int32_t q, std::int32_t q_cell,
                std::int32_t from, std::int32_t crease);
    void gather(const Growing &out, SideList list);

    const Layers &layers_;
    Predicates &predicates_;
    const bool certified_;
    std::vector<std::int32_t> right_;
};

}  // namespace leadlight::geometry
