// A polygon cut in two along a line.
#include <algorithm>
#include <cmath>

#include "frame.hpp"

namespace leadlight::geometry {

std::int32_t Splitter::cross(const Line &f, const Polygon &polygon, int side, Point &at, double &error) {
    const Line &g = *polygon.sides[side].line;
    const double X = f.b * g.c - g.b * f.c, Y = f.c * g.a - g.c * f.a, D = f.a * g.b - g.a * f.b;
    at = {X / D, Y / D};
    error = 0.0;
    if (options_.certified) {
        const double size = larger(std::fabs(at.x), std::fabs(at.y));
        const double dD = f.A * g.N + g.A * f.N, left = std::fabs(D) - dD * slack;
        double dX = f.A * std::fabs(g.c) + g.A * std::fabs(f.c) + f.N * g.C + g.N * f.C;
        if (f.c != 0.0 || g.c != 0.0 || dX != 0.0) dX += 0x1p-1060;
        error = ((dX + size * dD) / left + 0x1p-52 * size) * slack;
        const int end = side + 1 < polygon.n ? side + 1 : 0;
        const double length = std::fabs(polygon.x[side] - polygon.x[end]) + std::fabs(polygon.y[side] - polygon.y[end]);
        const double allowed = allowed_[std::size_t(std::max<int>(std::max(f.layer, g.layer), 0))] * size_;
        const auto serves = [&] { return error < allowed && error < 0x1p-6 * length; };
        if (!(left > tiny && serves())) {  // nearly parallel
            const CornerRef corner{reference(f), reference(g)};
            double xy[2];
            if (!(predicates_.nearby_coordinates(corner, xy, error) && serves())) {
                predicates_.coordinates(corner, xy);
                error = 0x1p-52 * larger(std::fabs(xy[0]), std::fabs(xy[1])) + 0x1p-1074;
            }
            at = {xy[0], xy[1]};
        }
        if (!(trusted(at.x) && trusted(at.y))) {
            const std::int32_t vertex = add_vertex(at, error, f.crease);
            error = infinity;
            return vertex;
        }
    }
    return add_vertex(at, error, f.crease);
}

namespace {

// Where the corners of one sign begin, how many follow, and how many there are.
struct Run {
    int first, count, total;
};

Run run_of(std::uint32_t bits, int n) {
    const std::uint32_t full = std::uint32_t((std::uint64_t(1) << n) - 1);
    const std::uint32_t before = (bits << 1 | bits >> (n - 1)) & full;
    const int first = __builtin_ctz(bits & ~before);
    const std::uint32_t turned = (bits >> first | bits << (n - first)) & full;
    return {first, __builtin_ctz(~turned), __builtin_popcount(bits)};
}

Run run_of(const std::vector<signed char> &signs, int wanted) {
    const int n = int(signs.size());
    Run run{0, 0, int(std::count(signs.begin(), signs.end(), wanted))};
    while (signs[std::size_t(run.first)] != wanted || signs[std::size_t((run.first + n - 1) % n)] == wanted) ++run.first;
    while (signs[std::size_t((run.first + run.count) % n)] == wanted) ++run.count;
    return run;
}

}  // namespace

Cut Splitter::split(Node &node, Node &below, Node &above) {
    const Polygon &polygon = node.polygon;
    const int n = polygon.n, chosen = node.n_candidates / 2;
    Candidate candidate = node.candidates[chosen];
    std::swap(node.candidates[chosen], node.candidates[node.n_candidates - 1]);
    const Line &line = *candidate.line;

    Run negative, positive;
    if (n <= 31) {
        std::uint32_t unknown = ((1u << n) - 1) & ~(candidate.positive | candidate.negative);
        for (; unknown; unknown &= unknown - 1) {
            const int corner = __builtin_ctz(unknown), s = float_sign(line, polygon, corner);
            candidate.positive |= std::uint32_t(s > 0) << corner;
            candidate.negative |= std::uint32_t(s < 0) << corner;
        }
        negative = run_of(candidate.negative, n);
        positive = run_of(candidate.positive, n);
    } else {
        std::vector<signed char> signs(static_cast<std::size_t>(n));
        for (int i = 0; i < n; ++i) signs[std::size_t(i)] = static_cast<signed char>(float_sign(line, polygon, i));
        negative = run_of(signs, -1);
        positive = run_of(signs, 1);
    }
    if (!options_.certified) {  // floats may contradict one another: then all but one run counts as below
        const int gap = (negative.first - positive.first - positive.count + 2 * n) % n;
        const int other_gap = (positive.first - negative.first - negative.count + 2 * n) % n;
        if (gap > 1 || other_gap > 1 || positive.count < positive.total || negative.count < negative.total)
            negative = {(positive.first + positive.count) % n, n - positive.count, 0};
    }
    const auto at = [n](int i) { return i >= n ? i - n : i; };
    // The chord leads from where the line comes up (p) to where it goes down (q), seen from below: a corner, or a point
    // inside the side that ends at the first corner above, or below.
    const int up = at(positive.first + n - 1), down = at(negative.first + n - 1);  // sides cut in two, or that begin there
    const bool at_up = up != at(negative.first + negative.count - 1);
    const bool at_down = down != at(positive.first + positive.count - 1);
    Point p, q;
    double p_error, q_error;
    std::int32_t p_vertex, q_vertex;
    if (at_up) {
        p = {polygon.x[up], polygon.y[up]}, p_error = polygon.e[up], p_vertex = polygon.sides[up].vertex;
    } else {
        p_vertex = cross(line, polygon, up, p, p_error);
    }
    if (at_down) {
        q = {polygon.x[down], polygon.y[down]}, q_error = polygon.e[down], q_vertex = polygon.sides[down].vertex;
    } else {
        q_vertex = cross(line, polygon, down, q, q_error);
    }

    Cut cut{&line, line.crease, -1, -1, q_vertex, {-1, -1}, {-1, -1}};
    Side up_above = polygon.sides[up], down_below = polygon.sides[down];
    if (options_.edges) {
        cut.below = new_slot();
        cut.above = new_slot();
        if (!at_up) {
            cut.side[0] = up_above.slot;
            cut.rest[0] = up_above.slot = new_slot();
        }
        if (!at_down) {
            cut.side[1] = down_below.slot;
            cut.rest[1] = down_below.slot = new_slot();
        }
    }
    const auto part = [&](Node &node_part, Run run, Side chord, const Side &closing, const Point &first, double first_error,
                          std::int32_t first_vertex, const Point &second, double second_error, std::int32_t second_vertex) {
        Polygon to = take_polygon(run.count + 2);
        int i = run.first;
        for (int k = 0; k < run.count; ++k) {
            to.x[k] = polygon.x[i];
            to.y[k] = polygon.y[i];
            to.e[k] = polygon.e[i];
            to.sides[k] = polygon.sides[i];
            if (++i == n) i = 0;
        }
        const int k = run.count;
        to.x[k] = first.x, to.y[k] = first.y, to.e[k] = first_error;
        chord.vertex = first_vertex;
        to.sides[k] = chord;
        to.x[k + 1] = second.x, to.y[k + 1] = second.y, to.e[k + 1] = second_error;
        to.sides[k + 1] = closing;
        to.sides[k + 1].vertex = second_vertex;
        pad(to);
        node_part.polygon = to;
        node_part.layer = node.layer;
    };
    part(below, negative, {&line, cut.below, 0}, down_below, p, p_error, p_vertex, q, q_error, q_vertex);
    part(above, positive, {&line, cut.above, 0}, up_above, q, q_error, q_vertex, p, p_error, p_vertex);
    return cut;
}

void Splitter::enter(const Node &node, Cut &cut, bool above, Node &part) {
    part.base = node.base;
    part.n_terms = node.n_terms;
    part.n_sloped = node.n_sloped;
    part.n_nonzero = node.n_nonzero;
    part.terms = nullptr;
    part.ahead = node.ahead;
    part.terms_after = nullptr;
    part.n_terms_after = node.n_terms_after;
    if (node.base) {
        part.terms = arena_.take<Term>(std::size_t(node.n_terms + most_open(node)));
        std::copy(node.terms, node.terms + node.n_terms, part.terms);
        if (node.ahead && node.ahead->columns_after) {
            part.terms_after = arena_.take<Term>(std::size_t(node.n_terms_after + most_open(node)));
            std::copy(node.terms_after, node.terms_after + node.n_terms_after, part.terms_after);
        }
    }
    decide(part, *cut.line, above ? 1 : -1);
    filter(part, node.candidates, node.n_candidates - 1, &cut);
    if (is_worth_looking(part)) look_ahead(part);
    if (part.n_candidates && part.n_terms >= 2) {
        const long stride = part.ahead ? part.ahead->stride : layers_.layers[std::size_t(node.layer + 1)].stride;
        double *const base = arena_.take<double>(3 * std::size_t(stride));
        kernels_.add_terms(base, part.base, nullptr, part.terms, part.n_terms, stride);
        part.base = base;
        part.n_terms = 0;
    }
}

TreeNode Splitter::tree_node(const Cut &cut) const {
    const Line &f = *cut.line;
    return {f.a, f.b, f.c, (f.A * 2.0 * size_ + f.C) * slack, {0, 0}, f.crease};
}

}  // namespace leadlight::geometry
