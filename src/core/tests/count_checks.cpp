// Counting without building, on lines with small integer coefficients: against the cells counted line by line, with
// crossing points as exact fractions.
#include <algorithm>
#include <cmath>
#include <random>
#include <set>
#include <utility>
#include <vector>

#include "../geometry/counting/count.hpp"
#include "checks.hpp"

namespace {

using namespace leadlight::geometry;

std::mt19937_64 random_bits(11);

std::int64_t integer(std::int64_t magnitude) {
    return std::int64_t(random_bits() % (2 * std::uint64_t(magnitude) + 1)) - magnitude;
}

struct Integers {
    std::int64_t a, b, c;
};

using Fraction = std::pair<std::int64_t, std::int64_t>;

Fraction fraction(std::int64_t numerator, std::int64_t denominator) {
    std::int64_t a = std::abs(numerator), b = std::abs(denominator);
    while (b) a = std::exchange(b, a % b);
    if (denominator < 0) a = -a;
    return {numerator / a, denominator / a};
}

struct Case {
    std::vector<Integers> lines;  // each cuts the domain
    std::vector<std::int64_t> corners;

    std::int64_t value(const Integers &f, std::size_t corner) const {
        return f.a * corners[2 * corner] + f.b * corners[2 * corner + 1] + f.c;
    }
    bool cuts(const Integers &f) const {
        bool positive = false, negative = false;
        for (std::size_t i = 0; i < corners.size() / 2; ++i) {
            positive |= value(f, i) > 0;
            negative |= value(f, i) < 0;
        }
        return positive && negative;
    }
    // Strictly inside: x = X / D, y = Y / D with D > 0.
    bool inside(std::int64_t X, std::int64_t Y, std::int64_t D) const {
        const std::size_t n = corners.size() / 2;
        for (std::size_t i = 0; i < n; ++i) {
            const std::size_t j = (i + 1) % n;
            const std::int64_t dx = corners[2 * j] - corners[2 * i], dy = corners[2 * j + 1] - corners[2 * i + 1];
            if (dx * (Y - D * corners[2 * i + 1]) - dy * (X - D * corners[2 * i]) <= 0) return false;
        }
        return true;
    }
};

// Each new line adds one cell and one more for each point in which it crosses those before it.
std::int64_t count_by_adding(const Case &given) {
    std::int64_t cells = 1;
    for (std::size_t i = 0; i < given.lines.size(); ++i) {
        const Integers &f = given.lines[i];
        std::set<std::pair<Fraction, Fraction>> points;
        bool known = false;
        for (std::size_t j = 0; j < i && !known; ++j) {
            const Integers &g = given.lines[j];
            std::int64_t X = f.b * g.c - g.b * f.c, Y = f.c * g.a - g.c * f.a, D = f.a * g.b - g.a * f.b;
            known = X == 0 && Y == 0 && D == 0;
            if (D < 0) X = -X, Y = -Y, D = -D;
            if (D != 0 && given.inside(X, Y, D)) points.insert({fraction(X, D), fraction(Y, D)});
        }
        if (!known) cells += 1 + std::int64_t(points.size());
    }
    return cells;
}

// The lines as the first layer of a network, shifted by exact floats and scaled by any; the last units are the sides,
// positive inside or outside.
void check_case(const Case &given, double shift) {
    const int k = int(given.lines.size()), n = int(given.corners.size() / 2);
    static constexpr double breakpoints[] = {0.0}, slopes[] = {0.0, 1.0}, intercepts[] = {0.0, 0.0};
    const std::vector<Pieces> pieces(std::size_t(k + n), Pieces{1, breakpoints, slopes, intercepts});
    std::vector<double> W, b, x, y, e(std::size_t(n), 0.0);
    Net net;
    for (const Integers &f : given.lines) {
        const double scale = std::ldexp(double(1 + random_bits() % 1000), int(integer(60)));
        W.push_back(double(f.a) * scale);
        W.push_back(double(f.b) * scale);
        b.push_back((double(f.c) - double(f.a) * shift) * scale);
    }
    for (int i = 0; i < n; ++i) {
        x.push_back(double(given.corners[std::size_t(2 * i)]) + shift);
        y.push_back(double(given.corners[std::size_t(2 * i + 1)]));
        net.corners.push_back(x.back());
        net.corners.push_back(y.back());
    }
    for (std::size_t i = 0; i < std::size_t(n); ++i) {
        const std::size_t j = (i + 1) % std::size_t(n);
        const double scale = random_bits() % 2 ? 3.0 : -0.25;
        W.push_back((y[i] - y[j]) * scale);
        W.push_back((x[j] - x[i]) * scale);
        b.push_back((x[i] * y[j] - x[j] * y[i]) * scale);
    }
    net.layers.push_back({2, k + n, W.data(), b.data(), pieces.data()});
    const Context root(net);
    const auto line = [&](int unit) {
        const double f_a = W[std::size_t(2 * unit)], f_b = W[std::size_t(2 * unit + 1)], f_c = b[std::size_t(unit)];
        const double largest = std::max(std::fabs(f_a), std::fabs(f_b));
        return Line{f_a,
                    f_b,
                    f_c,
                    0x1p-51 * largest + 0x1p-900,
                    std::fabs(f_a) + std::fabs(f_b) + 0x1p-900,
                    0x1p-51 * std::fabs(f_c),
                    unit,
                    unit,
                    0,
                    0,
                    0};
    };
    std::vector<Line> lines, sides;
    for (int i = 0; i < k + n; ++i) (i < k ? lines : sides).push_back(line(i));
    std::vector<const Line *> line_pointers, side_pointers;
    for (const Line &f : lines) line_pointers.push_back(&f);
    for (const Line &f : sides) side_pointers.push_back(&f);
    Predicates predicates(net);
    const auto reference = [&](const Line &f) { return LineRef{&root, f.unit, f.breakpoint}; };
    const auto count = [&](bool certified, std::int64_t max_pairs, bool &proven) {
        const std::atomic<bool> stop(false);
        ChordCounter counter(predicates, reference, certified, max_pairs, stop);
        const std::int64_t cells =
            counter.count(x.data(), y.data(), e.data(), side_pointers.data(), n, line_pointers.data(), k);
        proven = counter.proven();
        return cells;
    };
    bool proven = false;
    const std::int64_t cells = count_by_adding(given);
    check(count(true, 1000000, proven) == cells && proven, "cells counted without building them");
    const std::int64_t bound = count(true, 0, proven);
    check(proven ? bound == cells : bound >= cells, "an upper bound where crossings are not looked at");
    check(count(false, 1000000, proven) > 0, "floats taken at their word");
}

Case random_case(int k, std::int64_t magnitude, int kind) {
    Case given;
    if (kind == 0)
        given.corners = {-4, -4, 4, -4, 4, 4, -4, 4};
    else if (kind == 1)
        given.corners = {-3, -5, 6, -1, 2, 5};
    else
        given.corners = {-4, -2, 0, -4, 4, -2, 4, 2, 0, 4, -4, 2};
    while (int(given.lines.size()) < k) {
        Integers f{integer(magnitude), integer(magnitude), integer(2 * magnitude)};
        if (random_bits() % 4 == 0) f.c = 0;
        if (random_bits() % 8 == 0) f = {0, 1, integer(3)};
        if (given.cuts(f)) given.lines.push_back(f);
    }
    return given;
}

}  // namespace

void check_count() {
    for (int repeat = 0; repeat < 600; ++repeat) {
        const int k = int(random_bits() % (repeat % 10 == 0 ? 150 : 14));
        const Case given = random_case(k, repeat % 3 == 0 ? 2 : 12, repeat % 3);
        check_case(given, 0.0);
        check_case(given, 0.375);
    }
    Case pencils{{}, {-4, -4, 4, -4, 4, 4, -4, 4}};  // many lines through each of four points, some of them shared
    for (std::int64_t i = -30; i <= 30; ++i)
        for (const auto &[px, py] : {std::pair{0, 0}, {1, 2}, {-2, 1}, {3, 3}})
            pencils.lines.push_back({i, 7, -i * px - 7 * py});
    check_case(pencils, 0.0);
    check_case(pencils, 0.375);
    Case grid{{}, {-40, -40, 40, -40, 40, 40, -40, 40}};
    for (std::int64_t i = -30; i <= 30; ++i)
        for (const Integers &f : {Integers{1, 0, i}, {0, 1, i}, {1, 1, i}}) grid.lines.push_back(f);
    check_case(grid, 0.0);
    for (std::int64_t i = 0; i < 3000; ++i) grid.lines.push_back({1, 0, i % 30});  // coincident
    check_case(grid, 0.0);
}
