// The number, the vector and the mask that the training kernel is compiled for: float32, or float64 where
// LEADLIGHT_FLOAT64 is defined, each in its own namespace within the level's.
//
// Kernel sources only, like vectors.hpp. What these files define is in an unnamed namespace, so that no two
// levels can share a copy.
#pragma once

#ifdef __AVX512F__
#include <immintrin.h>
#endif

#ifdef LEADLIGHT_FLOAT64
#define LEADLIGHT_PRECISION f64
#define LEADLIGHT_LANES (LEADLIGHT_VECTOR_BYTES / 8)
#else
#define LEADLIGHT_PRECISION f32
#define LEADLIGHT_LANES (LEADLIGHT_VECTOR_BYTES / 4)
#endif

#define LEADLIGHT_INLINE inline __attribute__((always_inline))

namespace leadlight::LEADLIGHT_LEVEL::LEADLIGHT_PRECISION {

namespace {

#ifdef LEADLIGHT_FLOAT64
typedef double Real;
typedef long long Integer;
typedef unsigned long long Unsigned;
#else
typedef float Real;
typedef int Integer;
typedef unsigned Unsigned;
#endif
static_assert(sizeof(Real) == sizeof(Integer), "masks have the lanes of vectors");

typedef Real Vector __attribute__((vector_size(LEADLIGHT_VECTOR_BYTES)));
typedef Integer IntegerVector __attribute__((vector_size(LEADLIGHT_VECTOR_BYTES)));
typedef Unsigned UnsignedVector __attribute__((vector_size(LEADLIGHT_VECTOR_BYTES)));

constexpr int lanes = LEADLIGHT_LANES;

// Vectors of samples that a product works on at once: with four rows, as many sums as the registers hold
// (32 of AVX-512 and NEON, 16 of SSE and AVX).
#if LEADLIGHT_VECTOR_BYTES == 64 || defined(__aarch64__)
constexpr int columns_at_once = 4;
#else
constexpr int columns_at_once = 2;
#endif

LEADLIGHT_INLINE Vector load(const Real *from) {
    Vector v;
    __builtin_memcpy(&v, from, sizeof v);
    return v;
}

LEADLIGHT_INLINE void store(Real *to, Vector v) { __builtin_memcpy(to, &v, sizeof v); }

LEADLIGHT_INLINE Vector splat(Real x) { return x - Vector{}; }  // x + 0 would turn -0 into 0: an operation

LEADLIGHT_INLINE Vector absolute(Vector x) {
    constexpr Unsigned all_but_the_sign = ~Unsigned(0) >> 1;
    return (Vector)((UnsignedVector)x & all_but_the_sign);
}

// x, or the limit where x is beyond it; NaN stays. One instruction, of which GCC makes two on AVX-512.
LEADLIGHT_INLINE Vector at_most(Vector x, Vector limit) {
#if defined(__AVX512F__) && defined(LEADLIGHT_FLOAT64)
    return (Vector)_mm512_maskz_min_pd(0xff, (__m512d)limit, (__m512d)x);
#elif defined(__AVX512F__)
    return (Vector)_mm512_maskz_min_ps(0xffff, (__m512)limit, (__m512)x);
#else
    return limit < x ? limit : x;
#endif
}

LEADLIGHT_INLINE Vector at_least(Vector x, Vector limit) {
#if defined(__AVX512F__) && defined(LEADLIGHT_FLOAT64)
    return (Vector)_mm512_maskz_max_pd(0xff, (__m512d)limit, (__m512d)x);
#elif defined(__AVX512F__)
    return (Vector)_mm512_maskz_max_ps(0xffff, (__m512)limit, (__m512)x);
#else
    return limit > x ? limit : x;
#endif
}

// Rounded up to whole vectors.
LEADLIGHT_INLINE long padded(long n) { return (n + lanes - 1) / lanes * lanes; }

// The lanes below `count` as a mask: all bits set.
LEADLIGHT_INLINE IntegerVector first_lanes(long count) {
    IntegerVector index;
    for (int lane = 0; lane < lanes; ++lane) index[lane] = lane;
    return index < Integer(count);
}

// Lanes 2k of x then of y, plus lanes 2k + 1 of them: sums of neighbours, x's in the lower half.
LEADLIGHT_INLINE Vector pair_sums(Vector x, Vector y) {
#if LEADLIGHT_LANES == 16
    return __builtin_shufflevector(x, y, 0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30) +
           __builtin_shufflevector(x, y, 1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 23, 25, 27, 29, 31);
#elif LEADLIGHT_LANES == 8
    return __builtin_shufflevector(x, y, 0, 2, 4, 6, 8, 10, 12, 14) +
           __builtin_shufflevector(x, y, 1, 3, 5, 7, 9, 11, 13, 15);
#elif LEADLIGHT_LANES == 4
    return __builtin_shufflevector(x, y, 0, 2, 4, 6) + __builtin_shufflevector(x, y, 1, 3, 5, 7);
#else
    return __builtin_shufflevector(x, y, 0, 2) + __builtin_shufflevector(x, y, 1, 3);
#endif
}

// The sum of the lanes of each of N vectors, N <= lanes, in the first N lanes: all at once, in N - 1 pair sums
// and a few more, where one by one it would take N log2(lanes).
template <int N>
LEADLIGHT_INLINE Vector lane_sums_of(const Vector *v) {
    static_assert(N <= lanes, "one result a lane");
    Vector t[N];
#pragma GCC unroll 16
    for (int i = 0; i < N; ++i) t[i] = v[i];
    int count = N;
#pragma GCC unroll 16
    for (int width = lanes; width > 1; width /= 2) {
        const int half = (count + 1) / 2;
#pragma GCC unroll 16
        for (int i = 0; i < half; ++i) t[i] = pair_sums(t[2 * i], t[2 * i + 1 < count ? 2 * i + 1 : 2 * i]);
        count = half;
    }
    return t[0];
}

// The same for any N: out[i] = sum of the lanes of v[i]. `out` has room for whole vectors.
template <int N>
LEADLIGHT_INLINE void lane_sums(const Vector *v, Real *out) {
    if constexpr (N > lanes) {
        store(out, lane_sums_of<lanes>(v));
        lane_sums<N - lanes>(v + lanes, out + lanes);
    } else {
        store(out, lane_sums_of<N>(v));
    }
}

LEADLIGHT_INLINE Real lane_sum(Vector v) { return lane_sums_of<1>(&v)[0]; }

}  // namespace

}  // namespace leadlight::LEADLIGHT_LEVEL::LEADLIGHT_PRECISION
