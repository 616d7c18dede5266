// Forms of the units of local.cpp. For kernel sources only, like vectors.hpp.
#pragma once

#include "local_outline.hpp"

namespace leadlight::LEADLIGHT_LEVEL {

using geometry::LocalUnits;
using geometry::Term;

namespace {

// Forms of the later units on an outline.
struct Forms {
    const double *base;
    long stride;
    const LocalUnits *units;
};

// Of eight units, those that are certainly on one side of their lines at all corners.
struct Tile {
    unsigned positive, negative;
};

// out = base + sum of terms, of `n` numbers (a multiple of 8) in each of three rows.
inline void add(double *out, long out_stride, const double *base, long base_stride, const Term *terms, int n_terms,
                long n) {
    for (long j = 0; j < n; j += lanes) {
        VectorF64 a = load(base + j), b = load(base + base_stride + j), c = load(base + 2 * base_stride + j);
        for (int t = 0; t < n_terms; ++t) {
            const VectorF64 w = load(terms[t].weights + j);
            a += w * terms[t].a;
            b += w * terms[t].b;
            c += w * terms[t].c;
        }
        store(out + j, a);
        store(out + out_stride + j, b);
        store(out + 2 * out_stride + j, c);
    }
}

// The term of a unit on one of its pieces; false if that is 0.
inline bool term_of(Term &term, const double *weights, double slope, double intercept, double a, double b, double c) {
    if (slope == 0.0 && intercept == 0.0) return false;
    term = {weights, slope * a, slope * b, slope * c + intercept};
    return true;
}

// Eight units at the corners.
inline Tile try_units(const Outline &outline, const double *base, long stride, const LocalUnits &units, long first) {
    Tile tile{0, 0};
    for (int v = 0; v < tile_vectors; ++v) {
        const long j = first + v * lanes;
        const VectorF64 a = load(base + j), b = load(base + stride + j);
        const VectorF64 c = load(base + 2 * stride + j) - load(units.breakpoints + j);
        const VectorF64 size_a = absolute(a), size_b = absolute(b), e = load(units.e_ab + j);
        const VectorF64 A = (e + 0x1p-51 * larger(size_a, size_b)) * slack + tiny;
        const VectorF64 N = (size_a + size_b + 2.0 * e) * slack + tiny;
        const VectorF64 C = (load(units.e_c + j) + 0x1p-50 * absolute(c)) * slack;
        VectorF64 least = all(infinity), most = all(-infinity);  // what forms are, at most that far off
        for (int i = 0; i < outline.n; ++i) {
            const double x = outline.x[i], y = outline.y[i];
            const VectorF64 f = (a * x + b * y) + c;
            const VectorF64 bound = (A * (magnitude(x) + magnitude(y)) + N * outline.e[i]) + C;
            const VectorF64 low = f - bound, high = f + bound;  // signs are right, rounded or not
            least = low < least ? low : least;
            most = larger(high, most);
        }
        tile.positive |= greater(least, all(0.0)) << (v * lanes);
        tile.negative |= greater(all(0.0), most) << (v * lanes);
    }
    return tile;
}

// The line of a later unit with the form a, b, c.
inline void make_line(Line &line, const LocalUnits &units, long j, double a, double b, double c) {
    line.a = a;
    line.b = b;
    line.c = c - units.breakpoints[j];
    const double size_a = magnitude(a), size_b = magnitude(b);
    line.A = (units.e_ab[j] + 0x1p-51 * largest(size_a, size_b)) * slack + tiny;
    line.N = (size_a + size_b + 2.0 * units.e_ab[j]) * slack + tiny;
    line.C = (units.e_c[j] + 0x1p-50 * magnitude(line.c)) * slack;
}

}  // namespace

}  // namespace leadlight::LEADLIGHT_LEVEL
