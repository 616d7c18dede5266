// Forms of the units of local.cpp, and what bounds them. For kernel sources only, like vectors.hpp.
#pragma once

#include "local_outline.hpp"

namespace leadlight::LEADLIGHT_LEVEL {

namespace {

// Forms that units give to those of a later layer: a, b and c in rows `stride` apart, and each unit's weights.
struct Terms {
    const double *forms;
    long stride;
    const double *const *weights;
};

// out = base + sum of weights and terms, of the units `which`, of the numbers from j on in `V` vectors of each row.
template <int V>
inline void add_block(double *out, const double *base, long stride, Word which, const Terms &terms, long j) {
    VectorF64 a[V], b[V], c[V];
    for (int v = 0; v < V; ++v) {
        a[v] = load(base + j + v * lanes);
        b[v] = load(base + stride + j + v * lanes);
        c[v] = load(base + 2 * stride + j + v * lanes);
    }
    for (; which; which &= which - 1) {
        const int u = __builtin_ctzll(which);
        const double *const weights = terms.weights[u] + j, *const form = terms.forms + u;
        for (int v = 0; v < V; ++v) {
            const VectorF64 w = load(weights + v * lanes);
            a[v] += w * form[0];
            b[v] += w * form[terms.stride];
            c[v] += w * form[2 * terms.stride];
        }
    }
    for (int v = 0; v < V; ++v) {
        store(out + j + v * lanes, a[v]);
        store(out + stride + j + v * lanes, b[v]);
        store(out + 2 * stride + j + v * lanes, c[v]);
    }
}

// Of n numbers, a multiple of 8, in each row.
inline void add(double *out, const double *base, long stride, Word which, const Terms &terms, long n) {
    in_blocks(n, [&](auto block, long j) { add_block<block.vectors>(out, base, stride, which, terms, j); });
}

// What a line's unit, or an open one of a layer between, gives to units of a later layer: their weights, and bounds
// of the sum of absolute values in what it gives, and of its slope.
struct Giver {
    const double *weights;
    double size, steep;
};

inline double size_given(const double slopes[2], const double intercepts[2], double size) {
    return largest(magnitude(slopes[0]), magnitude(slopes[1])) * size +
           largest(magnitude(intercepts[0]), magnitude(intercepts[1]));
}

}  // namespace

}  // namespace leadlight::LEADLIGHT_LEVEL
