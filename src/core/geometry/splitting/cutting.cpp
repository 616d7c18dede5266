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
bool both(PairI64 mask) { return (mask[0] & mask[1]) != 0; }

// Of two points.
bool are_trusted(Pair x, Pair y) {
    const Pair size_x = absolute(x), size_y = absolute(y);
    return both(((size_x > 0x1p-100) | (x == 0.0)) & ((size_y > 0x1p-100) | (y == 0.0)) & (size_x < 0x1p100) &
                (size_y < 0x1p100));
}

}  // namespace

// Where a line crosses two sides of a polygon, or one, given twice: then the other lane is not wanted.
void Splitter::cross(const Line &f, const Polygon &polygon, const int (&sides)[2], const bool (&wanted)[2], Parts &at) {
    const Line &g = *polygon.sides[sides[0]].line, &h = *polygon.sides[sides[1]].line;
    const Pair a{g.a, h.a}, b{g.b, h.b}, c{g.c, h.c};
    const Pair X = f.b * c - b * f.c, Y = f.c * a - c * f.a, D = f.a * b - a * f.b;
    const Pair x = X / D, y = Y / D;
    at.x = x;
    at.y = y;
    at.e = Pair{};
    if (!options_.certified) return;
    const Pair A{g.A, h.A}, N{g.N, h.N}, C{g.C, h.C};
    const Pair size = larger(absolute(x), absolute(y)), size_c = absolute(c);
    const Pair dD = f.A * N + A * f.N, left = absolute(D) - dD * slack;
    Pair dX = f.A * size_c + A * std::fabs(f.c) + f.N * C + N * f.C;
    const Pair underflow{0x1p-1060, 0x1p-1060};
    dX += Pair((dX + (size_c + std::fabs(f.c)) != 0.0) & PairI64(underflow));
    // A product with the inverse, which is there as soon as the coordinates are: no quotient has to wait for another.
    const Pair errors = ((dX + size * dD) * (1.0 / left) + 0x1p-52 * size) * slack;
    at.e = errors;
    const int from[2] = {sides[0], sides[1]},
              to[2] = {wrapped(from[0] + 1, polygon.n), wrapped(from[1] + 1, polygon.n)};
    const Pair x_from{polygon.x[from[0]], polygon.x[from[1]]}, x_to{polygon.x[to[0]], polygon.x[to[1]]};
    const Pair y_from{polygon.y[from[0]], polygon.y[from[1]]}, y_to{polygon.y[to[0]], polygon.y[to[1]]};
    const Pair length = absolute(x_from - x_to) + absolute(y_from - y_to), short_of = 0x1p-6 * length;
    const double allowed = allowed_[std::size_t(f.layer)] * size_;             // the sides are of no later layer
    const Pair most = allowed < short_of ? Pair{allowed, allowed} : short_of;  // not a number if the length is none
    const PairI64 is_small = (left > tiny) & (left < huge) & (errors < most);
    if (both(is_small)) return;
    for (int i = 0; i < 2; ++i) {
        if (is_small[i] || !wanted[i]) continue;
        Point point{x[i], y[i]};
        double error = errors[i];
        cross_anew(f, i ? h : g, most[i], point, error);
        at.x[i] = point.x;
        at.y[i] = point.y;
        at.e[i] = error;
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

// The point of a side nearest to a crossing, along the axis on which the side is longer. Uncertified signs may cut a
// side that their line does not cross, or runs along: then one of its ends, or its middle.
Point drawn_to_side(Point point, const Polygon &polygon, int from, int to) {
    const Point p{polygon.x[from], polygon.y[from]}, q{polygon.x[to], polygon.y[to]};
    const double dx = q.x - p.x, dy = q.y - p.y;
    double t = std::abs(dx) >= std::abs(dy) ? (point.x - p.x) / dx : (point.y - p.y) / dy;
    t = t >= 0.0 && t <= 1.0 ? t : t < 0.0 ? 0.0 : t > 1.0 ? 1.0 : 0.5;
    return {p.x + t * dx, p.y + t * dy};
}

}  // namespace

// Where a candidate cuts a polygon, and the corners on either side.
void Splitter::find_chord(const Polygon &polygon, Candidate candidate, Division &division) {
    const Line &line = *candidate.line;
    const int n = polygon.n;
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
    const bool crossed[2] = {!at_up, !at_down};
    Parts &parts = division.parts;
    parts.n_corners = n;
    parts.first[0] = negative.first;
    parts.first[1] = positive.first;
    parts.count[0] = negative.count;
    parts.count[1] = positive.count;
    division.ends[0] = up;
    division.ends[1] = down;
    division.crossed[0] = !at_up;
    division.crossed[1] = !at_down;
    if (!at_up || !at_down) {
        const int crossed_sides[2] = {at_up ? down : up, at_down ? up : down};
        cross(line, polygon, crossed_sides, crossed, parts);
    }
    if (at_up || at_down || !options_.certified)
        for (int i = 0; i < 2; ++i) {
            const int side = division.ends[i];
            Point point{polygon.x[side], polygon.y[side]};
            double error = polygon.e[side];
            if (crossed[i]) {
                point = {parts.x[i], parts.y[i]};
                error = parts.e[i];
                if (!options_.certified) point = drawn_to_side(point, polygon, side, at(side + 1));
            }
            parts.x[i] = point.x;
            parts.y[i] = point.y;
            parts.e[i] = error;
        }
    const auto vertex_at = [&](bool at_corner, int side, int i) {
        return at_corner ? polygon.sides[side].vertex : add_vertex({parts.x[i], parts.y[i]}, parts.e[i], line.crease);
    };
    division.vertices[0] = vertex_at(at_up, up, 0);
    division.vertices[1] = vertex_at(at_down, down, 1);
    if (options_.certified && !are_trusted(parts.x, parts.y))
        for (int i = 0; i < 2; ++i)
            if (!(trusted(parts.x[i]) && trusted(parts.y[i]))) parts.e[i] = infinity;
}

Division Splitter::split(Node &node) {
    const Polygon &polygon = node.polygon;
    const int chosen = node.n_candidates / 2;
    const Candidate candidate = node.candidates[chosen];
    std::swap(node.candidates[chosen], node.candidates[node.n_candidates - 1]);
    Division division;  // set one by one: to clear it first takes a tenth of the time that its making does
    find_chord(polygon, candidate, division);
    Cut &cut = division.cut;
    cut.line = candidate.line;
    cut.crease = candidate.line->crease;
    cut.below = cut.above = -1;
    cut.end = division.vertices[1];
    for (int i = 0; i < 2; ++i) {
        const Side &other_end = polygon.sides[division.ends[1 - i]];
        cut.side[i] = cut.rest[i] = -1;
        division.parts.n_cut[i] = division.parts.n_unsure[i] = 0;
        division.closing_lines[i] = other_end.line;
        division.closing_slots[i] = other_end.slot;
    }
    division.is_tried = polygon.n <= most_parted;
    if (options_.edges) {
        cut.below = new_slot();
        cut.above = new_slot();
        for (int i = 0; i < 2; ++i) {
            if (!division.crossed[i]) continue;
            cut.side[i] = polygon.sides[division.ends[i]].slot;
            cut.rest[i] = division.closing_slots[1 - i] = new_slot();
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
