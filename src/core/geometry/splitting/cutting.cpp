// A polygon cut in two along a line.
#include <algorithm>
#include <cmath>

#include "frame.hpp"

namespace leadlight::geometry {

namespace {

// Two numbers, for the divider takes two in the time of one.
typedef PairF64 Pair;
typedef long long PairI64 __attribute__((vector_size(16)));

Pair absolute(Pair v) { return Pair(PairI64(v) & 0x7fffffffffffffffLL); }
Pair larger(Pair a, Pair b) { return a > b ? a : b; }

}  // namespace

// Where a line crosses n <= 2 sides of a polygon; if only one, both are to be the same.
void Splitter::cross(const Line &f, const Polygon &polygon, const int (&sides)[2], int n, Point (&at)[2],
                     double (&error)[2]) {
    const Line *const g[2] = {polygon.sides[sides[0]].line, polygon.sides[sides[1]].line};
    const Pair a{g[0]->a, g[1]->a}, b{g[0]->b, g[1]->b}, c{g[0]->c, g[1]->c};
    const Pair X = f.b * c - b * f.c, Y = f.c * a - c * f.a, D = f.a * b - a * f.b;
    const Pair x = X / D, y = Y / D;
    for (int i = 0; i < n; ++i) at[i] = {x[i], y[i]}, error[i] = 0.0;
    if (!options_.certified) return;
    const Pair A{g[0]->A, g[1]->A}, N{g[0]->N, g[1]->N}, C{g[0]->C, g[1]->C};
    const Pair size = larger(absolute(x), absolute(y));
    const Pair dD = f.A * N + A * f.N, left = absolute(D) - dD * slack;
    Pair dX = f.A * absolute(c) + A * std::fabs(f.c) + f.N * C + N * f.C;
    const Pair underflow{0x1p-1060, 0x1p-1060};
    dX += Pair(((c != 0.0) | (dX != 0.0) | (PairI64{} - (f.c != 0.0))) & PairI64(underflow));
    const Pair errors = ((dX + size * dD) / left + 0x1p-52 * size) * slack;
    for (int i = 0; i < n; ++i) {
        const int side = sides[i], end = side + 1 < polygon.n ? side + 1 : 0;
        const double length = std::fabs(polygon.x[side] - polygon.x[end]) + std::fabs(polygon.y[side] - polygon.y[end]);
        const double allowed = allowed_[std::size_t(std::max<int>(std::max(f.layer, g[i]->layer), 0))] * size_;
        error[i] = errors[i];
        const double most = std::min(0x1p-6 * length, allowed);  // not a number if the length is none
        if (!(left[i] > tiny && error[i] < most)) cross_anew(f, *g[i], most, at[i], error[i]);
    }
}

// Where the error may not be below `most`, as of nearly parallel lines.
void Splitter::cross_anew(const Line &f, const Line &g, double most, Point &at, double &error) {
    const CornerRef corner{reference(f), reference(g)};
    double xy[2];
    if (!(predicates_.nearby_coordinates(corner, xy, error) && error < most)) {
        predicates_.coordinates(corner, xy);
        error = 0x1p-52 * geometry::larger(std::fabs(xy[0]), std::fabs(xy[1])) + 0x1p-1074;
    }
    at = {xy[0], xy[1]};
}

namespace {

// Where the corners of one sign begin, how many follow, and how many there are (0: nobody asks).
struct Run {
    int first, count, total;
};

Run run_of(std::uint32_t bits, int n, bool want_total) {
    const std::uint32_t full = std::uint32_t((std::uint64_t(1) << n) - 1);
    const std::uint32_t before = (bits << 1 | bits >> (n - 1)) & full;
    const int first = __builtin_ctz(bits & ~before);
    const std::uint32_t turned = (bits >> first | bits << (n - first)) & full;
    return {first, __builtin_ctz(~turned), want_total ? __builtin_popcount(bits) : 0};
}

Run run_of(const std::vector<signed char> &signs, int wanted) {
    const int n = int(signs.size());
    Run run{0, 0, int(std::count(signs.begin(), signs.end(), wanted))};
    while (signs[std::size_t(run.first)] != wanted || signs[std::size_t((run.first + n - 1) % n)] == wanted)
        ++run.first;
    while (signs[std::size_t((run.first + run.count) % n)] == wanted) ++run.count;
    return run;
}

// The corners of a part that are the polygon's, and the sides that begin there.
inline void copy_corners(const Polygon &from, int first, int count, Polygon &to) {
    const auto copy = [&](int i, int j) {
        to.x[j] = from.x[i];
        to.y[j] = from.y[i];
        to.e[j] = from.e[i];
        to.sides[j] = from.sides[i];
    };
    const int n = from.n;
    const auto copy_all = [&](int end) {
        for (int j = 0; j < end; ++j) copy(wrapped(first + j, n), j);
    };
    if (count <= few)
        copy_all(few);
    else
        copy_all(count);
}

// The point of a side nearest to a crossing, along the axis on which the side is longer. Uncertified signs may cut a side
// that their line does not cross, or runs along: then one of its ends, or its middle.
Point drawn_to_side(Point point, const Polygon &polygon, int from, int to) {
    const Point p{polygon.x[from], polygon.y[from]}, q{polygon.x[to], polygon.y[to]};
    const double dx = q.x - p.x, dy = q.y - p.y;
    double t = std::abs(dx) >= std::abs(dy) ? (point.x - p.x) / dx : (point.y - p.y) / dy;
    t = t >= 0.0 && t <= 1.0 ? t : t < 0.0 ? 0.0 : t > 1.0 ? 1.0 : 0.5;
    return {p.x + t * dx, p.y + t * dy};
}

}  // namespace

Division Splitter::split(Node &node) {
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
        negative = run_of(candidate.negative, n, !options_.certified);
        positive = run_of(candidate.positive, n, !options_.certified);
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
    const int up = at(positive.first + n - 1),
              down = at(negative.first + n - 1);  // sides cut in two, or that begin there
    const bool at_up = up != at(negative.first + negative.count - 1);
    const bool at_down = down != at(positive.first + positive.count - 1);
    const int cut_sides[2] = {at_up ? down : up, at_down ? up : down};
    Point crossings[2];
    double errors[2];
    if (!at_up || !at_down) cross(line, polygon, cut_sides, !at_up && !at_down ? 2 : 1, crossings, errors);
    int n_crossed = 0;
    const auto end_at = [&](bool at_corner, int side, Point &point, double &error) {
        if (at_corner) {
            point = {polygon.x[side], polygon.y[side]};
            error = polygon.e[side];
            return polygon.sides[side].vertex;
        }
        point = crossings[n_crossed];
        error = errors[n_crossed++];
        if (!options_.certified) point = drawn_to_side(point, polygon, side, at(side + 1));
        const std::int32_t vertex = add_vertex(point, error, line.crease);
        if (options_.certified && !(trusted(point.x) && trusted(point.y))) error = infinity;
        return vertex;
    };
    Point p, q;
    double p_error, q_error;
    const std::int32_t p_vertex = end_at(at_up, up, p, p_error), q_vertex = end_at(at_down, down, q, q_error);

    Division division{{&line, line.crease, -1, -1, q_vertex, {-1, -1}, {-1, -1}},
                      {n,
                       {negative.first, positive.first},
                       {negative.count, positive.count},
                       {p.x, q.x},
                       {p.y, q.y},
                       {p_error, q_error},
                       {nullptr, nullptr},
                       {0, 0},
                       {0, 0}},
                      {p_vertex, q_vertex},
                      {polygon.sides[down].line, polygon.sides[up].line},
                      {polygon.sides[down].slot, polygon.sides[up].slot},
                      n <= most_parted};
    if (options_.edges) {
        Cut &cut = division.cut;
        cut.below = new_slot();
        cut.above = new_slot();
        if (!at_up) {
            cut.side[0] = polygon.sides[up].slot;
            cut.rest[0] = division.closing_slots[1] = new_slot();
        }
        if (!at_down) {
            cut.side[1] = polygon.sides[down].slot;
            cut.rest[1] = division.closing_slots[0] = new_slot();
        }
    }
    const int n_others = node.n_candidates - 1;
    if (division.is_tried && n_others) {
        for (Candidate *&lines : division.parts.lines) lines = arena_.take<Candidate>(std::size_t(n_others));
        kernels_.filter_parts(node.candidates, n_others, &division.parts);
        float_signs_ += 2 * n_others;
    }
    return division;
}

void Splitter::enter(const Node &node, Division &division, bool above, Node &part) {
    const Parts &parts = division.parts;
    const int count = parts.count[above];
    part.polygon = take_polygon(count + 2);
    copy_corners(node.polygon, parts.first[above], count, part.polygon);
    for (int i = 0; i < 2; ++i) {
        const int end = above ? 1 - i : i;
        part.polygon.x[count + i] = parts.x[end];
        part.polygon.y[count + i] = parts.y[end];
        part.polygon.e[count + i] = parts.e[end];
    }
    part.polygon.sides[count] = division.chord(above);
    part.polygon.sides[count + 1] = division.closing(above);
    part.layer = node.layer;
    part.base = node.base;
    part.n_terms = node.n_terms;
    part.n_sloped = node.n_sloped;
    part.n_nonzero = node.n_nonzero;
    part.terms = nullptr;
    part.ahead = node.ahead;
    part.terms_after = nullptr;
    part.n_terms_after = node.n_terms_after;
    part.tried = node.tried;
    if (node.base) {
        part.terms = arena_.take<Term>(std::size_t(node.n_terms + most_open(node)));
        std::copy(node.terms, node.terms + node.n_terms, part.terms);
        if (node.ahead && node.ahead->columns_after) {
            part.terms_after = arena_.take<Term>(std::size_t(node.n_terms_after + most_open(node)));
            std::copy(node.terms_after, node.terms_after + node.n_terms_after, part.terms_after);
        }
    }
    decide(part, *division.cut.line, above ? 1 : -1);
    if (division.is_tried)
        take_tried(part, division, above, node.n_candidates - 1);
    else
        filter(part, node.candidates, node.n_candidates - 1, &division.cut);
    if (part.base && is_worth_looking(part)) look_ahead(part);
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
