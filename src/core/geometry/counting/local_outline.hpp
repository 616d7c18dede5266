// Polygons of local.cpp, and what lines do to them. For kernel sources only, like vectors.hpp.
#pragma once

#include "../kernels/lanes.hpp"
#include "local.hpp"

namespace leadlight::LEADLIGHT_LEVEL {

using geometry::Line;
using geometry::local_corners;
using geometry::local_lines;
using geometry::LocalLine;

namespace {

constexpr double slack = 1.0 + 0x1p-40, tiny = 0x1p-900, infinity = __builtin_inf();

inline double magnitude(double v) { return __builtin_fabs(v); }
inline double largest(double a, double b) { return a > b ? a : b; }
inline bool trusted(double v) { return v == 0.0 || (magnitude(v) > 0x1p-100 && magnitude(v) < 0x1p100); }
inline unsigned full(int n) { return (1u << n) - 1; }
inline long rounded(int n) { return (long(n) + 7) / 8 * 8; }

struct Outline {
    int n;
    double *x, *y, *e;   // padded to 8 with the first corner
    const Line **sides;  // from corner i to corner i + 1
};

// Memory for steps of a recursion, which set `at` back.
struct Scratch {
    char *at, *end;

    bool has_room() const { return std::size_t(end - at) >= 48 * 1024; }  // for a step
    template <typename T>
    T *take(std::size_t n) {
        char *const p = at;
        at += (n * sizeof(T) + 63) / 64 * 64;
        return reinterpret_cast<T *>(p);
    }
    Outline take_outline(int n) {
        Outline outline;
        const auto padded = std::size_t(rounded(n));
        outline.n = n;
        outline.x = take<double>(3 * padded);
        outline.y = outline.x + padded;
        outline.e = outline.y + padded;
        outline.sides = take<const Line *>(padded);
        return outline;
    }
};

struct Active {
    const LocalLine *line;
    unsigned positive, negative;  // corners
};

struct Crossing {
    double x, y, error;
};

inline void pad(Outline &outline) {
    for (int i = outline.n; i % 8; ++i)
        outline.x[i] = outline.x[0], outline.y[i] = outline.y[0], outline.e[i] = outline.e[0];
}

// Where two lines cross; false where that is not certain, or beyond what bounds can be trusted for.
inline bool cross(const Line &f, const Line &g, Crossing &at) {
    const double X = f.b * g.c - g.b * f.c, Y = f.c * g.a - g.c * f.a, D = f.a * g.b - g.a * f.b;
    at.x = X / D;
    at.y = Y / D;
    const double size = largest(magnitude(at.x), magnitude(at.y));
    const double dD = f.A * g.N + g.A * f.N, left = magnitude(D) - dD * slack;
    const double dX = f.A * magnitude(g.c) + g.A * magnitude(f.c) + f.N * g.C + g.N * f.C + 0x1p-1060;
    at.error = ((dX + size * dD) / left + 0x1p-52 * size) * slack;
    return left > tiny && at.error < infinity && trusted(at.x) && trusted(at.y);
}

// A line at the corners; false where a sign is in doubt.
inline bool try_line(const Outline &outline, Active &active) {
    const Line &line = active.line->line;
    unsigned positive = 0, negative = 0;
    for (int i = 0; i < outline.n; i += lanes) {
        const VectorF64 x = load(outline.x + i), y = load(outline.y + i);
        const VectorF64 f = (line.a * x + line.b * y) + line.c;
        const VectorF64 bound = (line.A * (absolute(x) + absolute(y)) + line.N * load(outline.e + i)) + line.C;
        positive |= greater(f, bound) << i;
        negative |= greater(-f, bound) << i;
    }
    active.positive = positive & full(outline.n);
    active.negative = negative & full(outline.n);
    return (active.positive | active.negative) == full(outline.n);
}

// Of the corners of one sign, which are consecutive: the first, and how many.
inline void find_run(unsigned bits, int n, int &first, int &count) {
    const unsigned before = (bits << 1 | bits >> (n - 1)) & full(n);
    first = __builtin_ctz(bits & ~before);
    count = __builtin_popcount(bits);
}

// The part of an outline from corner `first` on, `count` corners and two crossings, with all sides.
inline void copy_part(const Outline &outline, int first, int count, const Crossing &one, const Crossing &two,
                      const Line *chord, const Line *closing, Outline &to) {
#if defined(__AVX512F__)
    // In vectors: numbers that are stored one by one and loaded as vectors at once make the loads wait.
    if (outline.n <= 8 && count <= 6) {
        const __m512i places = _mm512_set_epi64(7, 6, 5, 4, 3, 2, 1, 0), from = _mm512_set1_epi64(first);
        const __m512i moved = _mm512_add_epi64(places, from), n = _mm512_set1_epi64(outline.n);
        const __m512i wrapped = _mm512_mask_sub_epi64(moved, _mm512_cmpge_epi64_mask(moved, n), moved, n);
        const __m512i chosen = _mm512_mask_mov_epi64(from, __mmask8(full(count)), wrapped);  // pads too
        const auto at_one = __mmask8(1u << count), at_two = __mmask8(2u << count);
        const auto place = [&](double *out, const double *in, double p, double q) {
            __m512d v = _mm512_maskz_permutexvar_pd(0xff, chosen, _mm512_loadu_pd(in));
            v = _mm512_mask_mov_pd(v, at_one, _mm512_set1_pd(p));
            _mm512_storeu_pd(out, _mm512_mask_mov_pd(v, at_two, _mm512_set1_pd(q)));
        };
        place(to.x, outline.x, one.x, two.x);
        place(to.y, outline.y, one.y, two.y);
        place(to.e, outline.e, one.error, two.error);
        static_assert(sizeof(const Line *) == 8, "sides are moved as numbers of 64 bits");
        __m512i sides = _mm512_maskz_permutexvar_epi64(0xff, chosen, _mm512_loadu_si512(outline.sides));
        sides = _mm512_mask_mov_epi64(sides, at_one, _mm512_set1_epi64(reinterpret_cast<long long>(chord)));
        sides = _mm512_mask_mov_epi64(sides, at_two, _mm512_set1_epi64(reinterpret_cast<long long>(closing)));
        _mm512_storeu_si512(to.sides, sides);
        return;
    }
#endif
    int i = first;
    for (int k = 0; k < count; ++k) {
        to.x[k] = outline.x[i], to.y[k] = outline.y[i], to.e[k] = outline.e[i];
        to.sides[k] = outline.sides[i];
        if (++i == outline.n) i = 0;
    }
    to.x[count] = one.x, to.y[count] = one.y, to.e[count] = one.error;
    to.sides[count] = chord;
    to.x[count + 1] = two.x, to.y[count + 1] = two.y, to.e[count + 1] = two.error;
    to.sides[count + 1] = closing;
    pad(to);
}

// In two along a line that is strictly above or below each corner.
inline bool split(const Outline &outline, const Active &active, Scratch &scratch, Outline &below, Outline &above) {
    const int n = outline.n;
    int first_above, n_above, first_below, n_below;
    find_run(active.positive, n, first_above, n_above);
    find_run(active.negative, n, first_below, n_below);
    const int up = (first_above ? first_above : n) - 1, down = (first_below ? first_below : n) - 1;  // sides crossed
    const Line *const chord = &active.line->line;
    Crossing p, q;
    if (!cross(*chord, *outline.sides[up], p) || !cross(*chord, *outline.sides[down], q)) return false;
    const auto part = [&](int first, int count, const Crossing &one, const Crossing &two, const Line *closing) {
        Outline to = scratch.take_outline(count + 2);
        copy_part(outline, first, count, one, two, chord, closing, to);
        return to;
    };
    below = part(first_below, n_below, p, q, outline.sides[down]);
    above = part(first_above, n_above, q, p, outline.sides[up]);
    return true;
}

}  // namespace

}  // namespace leadlight::LEADLIGHT_LEVEL
