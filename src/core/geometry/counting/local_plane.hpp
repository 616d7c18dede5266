// Lines and units of local.cpp at the vertices that lines make. For kernel sources only, like vectors.hpp.
//
// At a point v the units of the layer after the lines' take the values
//     F_j(v) = base_j(v) + sum_u C_ju h_u(v),   h_u what the unit of line u gives on the piece that its float says.
// Activations are continuous, so F_j(v) is the same for all cells around v: each vertex is looked at once.
//
// Errors: v is known to within e. In a cell, the exact sum of the floats base_j, C_ju and of u's form is off by no more
// than forms of cells may be (LocalUnits::e_ab, e_c). They allow for what u's own form is off, d, times the larger of
// its slopes s: so they hold as well where u's float has the wrong sign, as the pieces meet and what u gives is then
// off by at most s (|f| + |f*|) = s |f - f*| <= s d. To this come the roundings of some 80 operations with numbers of
// which S_j bounds the sum of absolute values, and e times G_j, which bounds all slopes:
//     |error of F_j(v)| <= B_j + G_j e,   B_j = e_ab reach + e_c + 2^-44 S_j,
// S_j, G_j and the reach of |x| + |y| being those of a polygon that contains the cells; `reach` has room for its
// corners' own errors, and G_j's factors for those of the vertices inside.
#pragma once

#include "local_outline.hpp"

namespace leadlight::LEADLIGHT_LEVEL {

namespace {

// Each cut makes two vertices, which are given up with its cells.
constexpr int local_vertices = local_corners + 2 * local_lines;
static_assert(local_vertices <= 256, "their numbers have eight bits");

// Lines, by rows.
struct Lines {
    alignas(64) double a[local_lines], b[local_lines], c[local_lines];
    double A[local_lines], N[local_lines], C[local_lines];
    double constant[local_lines];  // c of the form whose breakpoint c has lost
    double slopes[2][local_lines], intercepts[2][local_lines];
};

// Units, in rows `stride` apart: a, b and c of their forms less their breakpoints, their bounds B and G, and their
// weights on what each line gives. (n rounded up to 8,) each.
struct Units {
    int n;
    long stride;
    const double *rows;
};
constexpr int rows_of_units = 5;  // those before the weights

// Of an outline that a line cuts: the corners above it; below ([0]) and above it the first corner, and how many there
// are; of the vertices where the border goes up ([0]) and down, the lines' bits and number, the side and the units'
// bits; and the chord, as a side.
struct Cut {
    unsigned above;
    int first[2], count[2];
    Word lines[2], sides[2], units[2], chord;
};

// The part of an outline below its cut (0), or above it (1).
inline void make_part(const Outline &outline, const Cut &cut, int which, Outline &part) {
    // Of its two last corners, the first is where the chord begins.
    const Word lines[2] = {cut.lines[which] | cut.chord, cut.lines[1 - which] | cut.sides[1 - which]};
    const Word units[2] = {cut.units[which], cut.units[1 - which]};
    copy_part(outline, cut.first[which], cut.count[which], lines, units, part);
}

// Lines in a polygon, whose corners are the first vertices, and units of the next layer. `keeps`: the units' values at
// each vertex.
template <bool keeps>
class Plane {
  public:
    Plane() {
        for (int u = 0; u < local_lines; ++u) sides[u] = {lines.a + u, local_lines};
    }
    Plane(const Plane &) = delete;
    Plane &operator=(const Plane &) = delete;

    // At vertices v and w: which of the lines `wanted` they are above, and what all lines give, in h[0] and h[1];
    // false if one of those wanted is in doubt. Two at a time take little longer than one.
    bool try_lines(int v, int w, Word wanted, double (*h)[local_lines], Word above[2]) const {
        const int at[2] = {v, w};
        Word sure[2] = {0, 0};
        above[0] = above[1] = 0;
        for (int u = 0; u < n_lines; u += lanes) {
            const VectorF64 a = load(lines.a + u), b = load(lines.b + u), c = load(lines.c + u);
            const VectorF64 A = load(lines.A + u), N = load(lines.N + u), C = load(lines.C + u);
            for (int k = 0; k < 2; ++k) {
                const double vx = x[at[k]], vy = y[at[k]];
                const VectorF64 p = vx * a + vy * b, f = p + c;
                const VectorF64 bound = (A * (magnitude(vx) + magnitude(vy)) + N * e[at[k]]) + C;
                above[k] |= Word(greater(f, all(0.0))) << u;
                sure[k] |= Word(greater(absolute(f), bound)) << u;
                store(h[k] + u, what_lines_give(u, p, f));
            }
        }
        above[0] &= wanted;
        above[1] &= wanted;
        return (sure[0] & sure[1] & wanted) == wanted;
    }

    // What the lines from u on give where they are f and their forms p + constant.
    VectorF64 what_lines_give(int u, VectorF64 p, VectorF64 f) const {
        const VectorF64 slope = f > 0.0 ? load(lines.slopes[1] + u) : load(lines.slopes[0] + u);
        const VectorF64 intercept = f > 0.0 ? load(lines.intercepts[1] + u) : load(lines.intercepts[0] + u);
        return (p + load(lines.constant + u)) * slope + intercept;
    }

    // The units that are positive at vertices v and w, where lines give h[0] and h[1]; false if one is in doubt.
    bool try_units(int v, int w, const double (*h)[local_lines], Word positive[2]) {
        Word above[2] = {0, 0}, sure = ~Word(0);
        const int at[2] = {v, w}, n = n_lines;
        const double *const rows = units.rows;
        const long stride = units.stride;
        double *const numbers = values;
        const double vx[2] = {x[v], x[w]}, vy[2] = {y[v], y[w]}, ve[2] = {e[v], e[w]};
        const auto block = [&](auto size, long j) {
            constexpr int V = size.vectors;
            const double *row = rows + j;
            VectorF64 f[2][V], bound[2][V];
            for (int i = 0; i < V; ++i)
                for (int k = 0; k < 2; ++k) {
                    const double *const r = row + i * lanes;
                    f[k][i] = (vx[k] * load(r) + vy[k] * load(r + stride)) + load(r + 2 * stride);
                    bound[k][i] = load(r + 3 * stride) + ve[k] * load(r + 4 * stride);
                }
            row += rows_of_units * stride;
            for (int u = 0; u < n; ++u, row += stride)
                for (int i = 0; i < V; ++i) {
                    const VectorF64 weights = load(row + i * lanes);
                    f[0][i] += h[0][u] * weights;
                    f[1][i] += h[1][u] * weights;
                }
            for (int i = 0; i < V; ++i) {
                for (int k = 0; k < 2; ++k) {
                    if (keeps) store(numbers + stride * at[k] + j + i * lanes, f[k][i]);
                    above[k] |= Word(greater(f[k][i], all(0.0))) << (j + i * lanes);
                }
                const unsigned both = greater(absolute(f[0][i]), bound[0][i]) & greater(absolute(f[1][i]), bound[1][i]);
                sure &= ~(Word(both ^ full(lanes)) << (j + i * lanes));
            }
        };
        if (keeps)
            for (long j = 0; j < units.n; j += lanes) block(Block<1>(), j);
        else
            in_blocks(rounded(units.n), block);
        const Word all_units = full_word(units.n);
        positive[0] = above[0] & all_units;
        positive[1] = above[1] & all_units;
        return (sure & all_units) == all_units;
    }

    // An outline's cut along a line, `others` being those that may cut its parts; false where a sign is in doubt. The
    // two vertices are `n_vertices` and the next.
    bool cut(const Outline &outline, int line, Word others, Cut &cut);

    Lines lines{};
    int n_lines = 0;
    Side sides[local_lines + local_corners];  // by their numbers
    Units units{};
    double x[local_vertices], y[local_vertices], e[local_vertices];
    int n_vertices = 0;
    double *values = nullptr;  // units.stride numbers a vertex
};

template <bool keeps>
inline bool Plane<keeps>::cut(const Outline &outline, int line, Word others, Cut &cut) {
    const int n = outline.n;
    if (n >= local_corners) return false;
    const unsigned above = corners_with(outline.lines, n, line);
    const unsigned before = (above << 1 | above >> (n - 1)) & full(n);
    const int first = __builtin_ctz(above & ~before), count = __builtin_popcount(above);
    const int first_below = first + count < n ? first + count : first + count - n;
    cut.above = above;
    cut.first[0] = first_below, cut.count[0] = n - count;
    cut.first[1] = first, cut.count[1] = count;
    // The border goes up through the side before the first corner above, and down before the first below.
    const int entered[2] = {outline.side((first ? first : n) - 1), outline.side((first_below ? first_below : n) - 1)};
    Crossings at;
    bool sure = cross(sides[line], sides[entered[0]], sides[entered[1]], at);
    const int v = n_vertices;
    alignas(64) double h[2][local_lines];
    for (int k = 0; k < 2; ++k) {
        x[v + k] = at.x[k], y[v + k] = at.y[k], e[v + k] = at.e[k];
        cut.sides[k] = Word(unsigned(entered[k])) << at_side;
    }
    sure &= try_lines(v, v + 1, others, h, cut.lines);
    sure &= try_units(v, v + 1, h, cut.units);
    for (int k = 0; k < 2; ++k) cut.lines[k] |= Word(unsigned(v + k)) << at_vertex;
    cut.chord = Word(unsigned(line)) << at_side;
    n_vertices += 2;
    return sure;
}

}  // namespace

}  // namespace leadlight::LEADLIGHT_LEVEL
