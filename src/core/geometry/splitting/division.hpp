// How a node's polygon is cut in two: all that its parts are made of, before they are.
#pragma once

#include <cstdint>

#include "edges.hpp"
#include "nodes.hpp"

namespace leadlight::geometry {

struct Division {
    Cut cut;
    Parts parts;
    // The chord's ends, as seen from below: a side that is cut there, or the one that begins there; and the vertex.
    int ends[2];
    bool crossed[2];
    std::int32_t vertices[2];
    // After the chord, the last side of the part below and of the part above.
    const Line *closing_lines[2];
    std::int32_t closing_slots[2];
    bool is_tried;  // the other lines, by the kernel: else the polygon has too many corners for it

    // The sides that begin at the chord's ends: those of a part that are new.
    Side chord(bool above) const { return {cut.line, above ? cut.above : cut.below, vertices[above]}; }
    Side closing(bool above) const { return {closing_lines[above], closing_slots[above], vertices[!above]}; }
    // Whether it is known that no other line cuts a part.
    bool is_whole(bool above) const { return is_tried && parts.n_cut[above] == 0 && parts.n_unsure[above] == 0; }
};

}  // namespace leadlight::geometry
