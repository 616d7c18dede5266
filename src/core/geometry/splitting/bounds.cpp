#include "bounds.hpp"

namespace leadlight::geometry {

std::vector<Line> domain_sides(const Net &net, bool certified) {
    const int n = net.n_corners();
    std::vector<Line> lines(static_cast<std::size_t>(n));
    for (int k = 0; k < n; ++k) {
        const double *const p = net.corners.data() + 2 * k, *const q = net.corners.data() + 2 * ((k + 1) % n);
        Line &line = lines[std::size_t(k)];
        line.crease = -1 - k;
        line.unit = k;
        line.layer = -1;
        double e_ab = 0.0, e_c = 0.0;
        if (p[0] == q[0]) {
            line.a = p[1] > q[1] ? 1.0 : -1.0, line.b = 0.0, line.c = -line.a * p[0];
        } else if (p[1] == q[1]) {
            line.a = 0.0, line.b = p[0] < q[0] ? 1.0 : -1.0, line.c = -line.b * p[1];
        } else {
            line.a = p[1] - q[1];
            line.b = q[0] - p[0];
            line.c = p[0] * q[1] - q[0] * p[1];
            e_ab = 0x1p-53 * larger(std::fabs(line.a), std::fabs(line.b)) * slack;
            e_c = 0x1p-52 * (std::fabs(p[0] * q[1]) + std::fabs(q[0] * p[1])) * slack + 0x1p-1000;
        }
        set_bounds(line, e_ab, e_c, certified);
    }
    return lines;
}

}  // namespace leadlight::geometry
