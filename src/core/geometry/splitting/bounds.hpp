// Error bounds of single lines, as filter.hpp derives them.
#pragma once

#include <cmath>
#include <limits>
#include <vector>

#include "../kernels/filter.hpp"
#include "../network/network.hpp"

namespace leadlight::geometry {

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double slack = 1.0 + 0x1p-40;  // more than any handful of roundings
constexpr double huge = 0x1p900, tiny = 0x1p-900;

inline double larger(double a, double b) { return a > b ? a : b; }

// Beyond these sizes the float filter's bounds do not hold.
inline bool trusted(double v) { return v == 0.0 || (std::fabs(v) > 0x1p-100 && std::fabs(v) < 0x1p100); }

// A product of numbers of at least 0, from above even where it underflows: 0 only if one of them is.
inline double bound_product(double p, double q) { return p == 0.0 || q == 0.0 ? 0.0 : p * q + 0x1p-1000; }

// Bounds for a line whose coefficients are off by at most e_ab (a and b) and e_c.
inline void set_bounds(Line &line, double e_ab, double e_c, bool certified) {
    if (!certified) {
        line.A = line.N = line.C = 0.0;
        return;
    }
    const double largest = larger(std::fabs(line.a), std::fabs(line.b));
    const double least = largest == 0.0 && e_ab == 0.0 ? 0.0 : tiny;
    line.A = (e_ab + 0x1p-51 * largest) * slack + least;
    line.N = (std::fabs(line.a) + std::fabs(line.b) + 2.0 * e_ab) * slack + least;
    line.C = (e_c + 0x1p-51 * std::fabs(line.c)) * slack;
    if (!(largest < huge && std::fabs(line.c) < huge)) line.C = infinity;
}

// The lines of the domain's sides: positive inside, like those of the predicates.
std::vector<Line> domain_sides(const Net &net, bool certified);

}  // namespace leadlight::geometry
