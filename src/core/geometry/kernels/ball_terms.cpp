// The kernel of double-double forms, compiled once per vector level; ball_terms.hpp has the bounds.
#include "ball_terms.hpp"

#include "lanes.hpp"

#if defined(__aarch64__)
#include <arm_neon.h>
#endif

namespace leadlight::LEADLIGHT_LEVEL {

using namespace geometry;

namespace {

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

// bound where it is more than 0, and at least `least` there.
inline VectorF64 floored(VectorF64 bound, double least) {
    const VectorF64 none{};
    return bound > none ? larger(bound, all(least)) : none;
}

struct Largest {
    VectorF64 all, off[2];
};

// Units j to j + width * lanes of n.
template <int width>
inline void add_up(double *out, const double *biases, const BallTerm *terms, int n_terms, ExactSums exact, long n,
                   long j, Largest &largest) {
    const auto array = [&](int i, int v) { return out + i * n + j + v * lanes; };
    VectorF64 size[2][width], error[2][width];
    for (int v = 0; v < width; ++v) {
        size[0][v] = error[0][v] = error[1][v] = VectorF64{};
        size[1][v] = absolute(load(biases + j + v * lanes));
    }
    for (int t = 0; t < n_terms; ++t) {
        const BallTerm &term = terms[t];
        for (int v = 0; v < width; ++v) {
            const VectorF64 w = absolute(load(term.weights + j + v * lanes));
            for (int i = 0; i < 2; ++i) {
                size[i][v] = multiply_add(w, term.h[(ball_size + i) * term.stride], size[i][v]);
                error[i][v] = multiply_add(w, term.h[(ball_error + i) * term.stride], error[i][v]);
            }
        }
    }
    const double n_all = n_terms + 1.0, rounding = 0x1p-104 * n_all * (n_all + 6.0);
    for (int i = 0; i < 2; ++i) {
        const VectorF64 exact_to = all(i == 0 ? exact.ab : exact.c), none{};
        for (int v = 0; v < width; ++v) {
            size[i][v] *= inflation;
            const VectorF64 rounded = size[i][v] > exact_to ? rounding * size[i][v] : none;
            error[i][v] = floored((error[i][v] + rounded) * inflation, 0x1p-600);
            store(array(ball_error + i, v), error[i][v]);
        }
    }
    VectorF64 high[3][width], low[3][width];
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
        for (int t = 0; t < n_terms; ++t) {
            const double *const h = terms[t].h + i * terms[t].stride;
            for (int v = 0; v < width; ++v)
                add(sum[v], load(terms[t].weights + j + v * lanes), h[0], h[ball_low * terms[t].stride]);
        }
        for (int v = 0; v < width; ++v) {
            const VectorF64 a = sum[v].leading - start[v], b = sum[v].rest + sum[v].low;
            high[i][v] = a + b;
            const VectorF64 virtual_b = high[i][v] - a;
            low[i][v] = (a - (high[i][v] - virtual_b)) + (b - virtual_b);
            store(array(ball_high + i, v), high[i][v]);
            store(array(ball_low + i, v), low[i][v]);
        }
    }
    for (int v = 0; v < width; ++v)
        for (int i = 0; i < 2; ++i) {
            const auto of = [&](const VectorF64(&part)[3][width]) {
                return i == 0 ? larger(absolute(part[0][v]), absolute(part[1][v])) : absolute(part[2][v]);
            };
            const VectorF64 m = floored(of(high), 0x1p-500);
            const VectorF64 off = (of(low) + error[i][v]) * inflation;
            store(array(ball_size + i, v), m);
            store(array(ball_off + i, v), off);
            largest.all = larger(larger(m, error[i][v]), largest.all);
            largest.off[i] = larger(off, largest.off[i]);
        }
}

inline double largest_of(VectorF64 v) {
    double result = 0.0;
    for (int i = 0; i < lanes; ++i) result = v[i] > result ? v[i] : result;
    return result;
}

}  // namespace

// out = biases + sum of terms: the arrays of n units, a multiple of 8.
BallRange add_ball_terms(double *out, const double *biases, const BallTerm *terms, int n_terms, ExactSums exact,
                         long n) {
    constexpr int wide = 2;
    Largest largest{VectorF64{}, {VectorF64{}, VectorF64{}}};
    long j = 0;
    for (; j + wide * lanes <= n; j += wide * lanes) add_up<wide>(out, biases, terms, n_terms, exact, n, j, largest);
    for (; j < n; j += lanes) add_up<1>(out, biases, terms, n_terms, exact, n, j, largest);
    return {largest_of(largest.all), largest_of(largest.off[0]), largest_of(largest.off[1])};
}

}  // namespace leadlight::LEADLIGHT_LEVEL
