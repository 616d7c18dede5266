// The kernel of double-double forms, compiled once per vector level; ball_terms.hpp has the bounds.
#include "ball_terms.hpp"

#include "../vectors.hpp"

#if defined(__AVX512F__) || defined(__FMA__)
#include <immintrin.h>
#elif defined(__aarch64__)
#include <arm_neon.h>
#endif

namespace leadlight::LEADLIGHT_LEVEL {

using geometry::BallTerm;
using geometry::ExactSums;

namespace {

typedef long long VectorI64 __attribute__((vector_size(LEADLIGHT_VECTOR_BYTES)));
constexpr int lanes = LEADLIGHT_VECTOR_BYTES / 8;

inline VectorF64 load(const double *p) {
    VectorF64 v;
    __builtin_memcpy(&v, p, sizeof v);
    return v;
}

inline void store(double *p, VectorF64 v) { __builtin_memcpy(p, &v, sizeof v); }

inline VectorF64 all(double x) {
    VectorF64 v;
    for (int i = 0; i < lanes; ++i) v[i] = x;
    return v;
}

inline VectorF64 absolute(VectorF64 v) { return (VectorF64)((VectorI64)v & 0x7fffffffffffffffLL); }

// The power of two in [v / 2, v]; 0 of 0.
inline VectorF64 leading_power(VectorF64 v) { return (VectorF64)((VectorI64)v & 0x7ff0000000000000LL); }

// What S, and beside it the rest, gain by w h. Of one coefficient.
struct Sum {
    VectorF64 leading, rest, low;
};

#if defined(__AVX512F__)
inline VectorF64 fused(VectorF64 a, VectorF64 b, VectorF64 c) {
    return (VectorF64)_mm512_fmadd_pd((__m512d)a, (__m512d)b, (__m512d)c);
}
#elif defined(__FMA__)
inline VectorF64 fused(VectorF64 a, VectorF64 b, VectorF64 c) {
    return (VectorF64)_mm256_fmadd_pd((__m256d)a, (__m256d)b, (__m256d)c);
}
#elif defined(__aarch64__)
inline VectorF64 fused(VectorF64 a, VectorF64 b, VectorF64 c) {
    return (VectorF64)vfmaq_f64((float64x2_t)c, (float64x2_t)a, (float64x2_t)b);
}
#endif

#if defined(__AVX512F__) || defined(__FMA__) || defined(__aarch64__)
inline VectorF64 multiply_add(VectorF64 a, double b, VectorF64 c) { return fused(a, all(b), c); }

inline void add(Sum &sum, VectorF64 w, double high, double low) {
    const VectorF64 h = all(high);
    const VectorF64 leading = fused(w, h, sum.leading), gained = leading - sum.leading;
    sum.rest += fused(w, h, -gained);
    sum.low = fused(w, all(low), sum.low);
    sum.leading = leading;
}
#else
inline VectorF64 multiply_add(VectorF64 a, double b, VectorF64 c) { return a * b + c; }

inline void halve(VectorF64 v, VectorF64 &upper, VectorF64 &lower) {  // in 26 bits each
    const VectorF64 shifted = v * 0x1.0000002p27;
    upper = shifted - (shifted - v);
    lower = v - upper;
}

inline void add(Sum &sum, VectorF64 w, double high, double low) {
    const VectorF64 h = all(high), product = w * h;
    VectorF64 w1, w2, h1, h2;
    halve(w, w1, w2);
    halve(h, h1, h2);
    const VectorF64 error = ((w1 * h1 - product) + w1 * h2 + w2 * h1) + w2 * h2;
    const VectorF64 leading = sum.leading + product, gained = leading - sum.leading;
    sum.rest += (product - gained) + error;
    sum.low += w * low;
    sum.leading = leading;
}
#endif

constexpr double inflation = 1.0 + 0x1p-30;

// Units j to j + width * lanes of n.
template <int width>
inline void add_up(double *out, const double *biases, const BallTerm *terms, int n_terms, ExactSums exact, long n, long j) {
    VectorF64 size[2][width], error[2][width];
    for (int v = 0; v < width; ++v) {
        size[0][v] = error[0][v] = error[1][v] = VectorF64{};
        size[1][v] = absolute(load(biases + j + v * lanes));
    }
    for (int t = 0; t < n_terms; ++t) {
        const BallTerm &term = terms[t];
        for (int v = 0; v < width; ++v) {
            const VectorF64 w = absolute(load(term.weights + j + v * lanes));
            size[0][v] = multiply_add(w, term.size_ab, size[0][v]);
            size[1][v] = multiply_add(w, term.size_c, size[1][v]);
            error[0][v] = multiply_add(w, term.error_ab, error[0][v]);
            error[1][v] = multiply_add(w, term.error_c, error[1][v]);
        }
    }
    const double n_all = n_terms + 1.0, rounding = 0x1p-104 * n_all * (n_all + 6.0);
    for (int i = 0; i < 2; ++i) {
        const VectorF64 exact_to = all(i == 0 ? exact.ab : exact.c), none{};
        for (int v = 0; v < width; ++v) {
            size[i][v] *= inflation;
            const VectorF64 rounded = size[i][v] > exact_to ? rounding * size[i][v] : none;
            store(out + (6 + i) * n + j + v * lanes, (error[i][v] + rounded) * inflation);
        }
    }
    for (int i = 0; i < 3; ++i) {
        Sum sum[width];
        VectorF64 start[width];
        for (int v = 0; v < width; ++v) {
            start[v] = leading_power(size[i / 2][v]) * 6.0;
            sum[v] = {start[v], VectorF64{}, VectorF64{}};
            if (i < 2) continue;
            const VectorF64 bias = load(biases + j + v * lanes);
            sum[v].leading += bias;
            sum[v].rest = bias - (sum[v].leading - start[v]);
        }
        for (int t = 0; t < n_terms; ++t)
            for (int v = 0; v < width; ++v)
                add(sum[v], load(terms[t].weights + j + v * lanes), terms[t].high[i], terms[t].low[i]);
        for (int v = 0; v < width; ++v) {
            const VectorF64 a = sum[v].leading - start[v], b = sum[v].rest + sum[v].low;
            const VectorF64 high = a + b, virtual_b = high - a;
            store(out + 2 * i * n + j + v * lanes, high);
            store(out + (2 * i + 1) * n + j + v * lanes, (a - (high - virtual_b)) + (b - virtual_b));
        }
    }
}

}  // namespace

// out = biases + sum of terms: the balls of n units, a multiple of 8.
void add_ball_terms(double *out, const double *biases, const BallTerm *terms, int n_terms, ExactSums exact, long n) {
    constexpr int wide = 2;
    long j = 0;
    for (; j + wide * lanes <= n; j += wide * lanes) add_up<wide>(out, biases, terms, n_terms, exact, n, j);
    for (; j < n; j += lanes) add_up<1>(out, biases, terms, n_terms, exact, n, j);
}

}  // namespace leadlight::LEADLIGHT_LEVEL
