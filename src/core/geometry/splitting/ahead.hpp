// What units that may still cut give on a polygon, between affine bounds.
#pragma once

#include "frame.hpp"

namespace leadlight::geometry {

// A unit gives slope * form + offset +- radius, its form being what it really is.
struct Enclosure {
    double slope, offset, radius;
};

// Where the form runs from `low` to `high` at most, which hold the breakpoint; `size` bounds the sum of all absolute
// values in it. The radius makes up for the roundings of slope * form + offset.
Enclosure enclose(const Layer &layer, int unit, double low, double high, double size);

// Of a line that cuts a polygon; its form as in a frame.
Enclosure enclose(const Layer &layer, const double *form, const Line &line, const Polygon &polygon, const Box &box);

}  // namespace leadlight::geometry
