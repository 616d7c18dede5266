// The areas of cells from their rounded corners, as leadlight.geometry.cells.measures computes them.
#pragma once

#include "network/network.hpp"
#include "splitting/complex.hpp"

namespace leadlight::geometry {

// A power of two of which the domain's largest coordinate is one to two.
double size_unit(const Net &net);

// Appends the area of each cell of a stream, computed in that unit so that no product leaves the floats' range.
void measure_areas(Growing &cells, double unit);

}  // namespace leadlight::geometry
