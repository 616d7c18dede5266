#include "locate.hpp"

#include <cmath>

namespace leadlight::geometry {

void locate(const Tree &tree, const double *points, const std::int32_t *start, std::int64_t from, std::int64_t to,
            std::int32_t *cells, std::int32_t *doubtful) {
    for (std::int64_t i = from; i < to; ++i) {
        const double x = points[2 * i], y = points[2 * i + 1];
        std::int32_t node = start ? start[i] : tree.n ? 0 : -1;
        doubtful[i] = -1;
        while (node >= 0) {
            const double *const line = tree.lines + 3 * std::int64_t(node);
            const double value = (line[0] * x + line[1] * y) + line[2];
            if (!(std::fabs(value) > tree.errors[node])) {
                doubtful[i] = node;
                break;
            }
            node = tree.children[2 * std::int64_t(node) + (value > 0.0)];
        }
        cells[i] = node >= 0 ? -1 : -1 - node;
    }
}

}  // namespace leadlight::geometry
