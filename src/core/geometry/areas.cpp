#include "areas.hpp"

#include <algorithm>
#include <cmath>

namespace leadlight::geometry {

double size_unit(const Net &net) {
    double largest = 0.0;
    for (double v : net.corners) largest = std::max(largest, std::fabs(v));
    return std::ldexp(1.0, std::ilogb(largest));
}

void measure_areas(Growing &cells, double unit) {
    const std::size_t n = cells.n_cells();
    double *const areas = cells.areas.extend(n);
    for (std::size_t i = 0; i < n; ++i) {
        const auto stop = i + 1 < n ? std::size_t(cells.starts[i + 1]) : cells.points.size();
        const Point *const corners = cells.points.data() + cells.starts[i], *const end = cells.points.data() + stop;
        // Seen from the first corner, so that small cells far from the origin lose no digits.
        const double first_x = corners->x / unit, first_y = corners->y / unit;
        double twice = 0.0, x = 0.0, y = 0.0;
        for (const Point *corner = corners + 1; corner < end; ++corner) {
            const double next_x = corner->x / unit - first_x, next_y = corner->y / unit - first_y;
            twice += x * next_y - y * next_x;
            x = next_x;
            y = next_y;
        }
        areas[i] = std::max(twice, 0.0) / 2.0 * unit * unit;
    }
}

}  // namespace leadlight::geometry
