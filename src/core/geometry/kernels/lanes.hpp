// Small steps of the enumerator's kernels on vectors of doubles. For kernel sources only, like vectors.hpp.
#pragma once

#include "../../vectors.hpp"

#if defined(__AVX512F__) || defined(__AVX2__) || defined(__SSE2__)
#include <immintrin.h>
#endif

namespace leadlight::LEADLIGHT_LEVEL {

namespace {  // a copy of each for every level: the linker must not choose one

typedef long long VectorI64 __attribute__((vector_size(LEADLIGHT_VECTOR_BYTES)));
constexpr int lanes = LEADLIGHT_VECTOR_BYTES / 8;
constexpr int tile_vectors = 8 / lanes;  // vectors in 8 numbers

inline VectorF64 load(const double *p) {
    VectorF64 v;
    __builtin_memcpy(&v, p, sizeof v);
    return v;
}

inline void store(double *p, VectorF64 v) { __builtin_memcpy(p, &v, sizeof v); }

inline VectorF64 all(double x) { return x - VectorF64{}; }

inline VectorF64 absolute(VectorF64 v) {
#if defined(__AVX512DQ__)
    return (VectorF64)_mm512_abs_pd((__m512d)v);
#else
    return (VectorF64)((VectorI64)v & 0x7fffffffffffffffLL);
#endif
}

// Bit i: a[i] > b[i].
inline unsigned greater(VectorF64 a, VectorF64 b) {
#if defined(__AVX512F__)
    return _mm512_cmp_pd_mask((__m512d)a, (__m512d)b, _CMP_GT_OQ);
#elif defined(__AVX2__)
    return unsigned(_mm256_movemask_pd(_mm256_cmp_pd((__m256d)a, (__m256d)b, _CMP_GT_OQ)));
#elif defined(__SSE2__)
    return unsigned(_mm_movemask_pd(_mm_cmpgt_pd((__m128d)a, (__m128d)b)));
#else
    const VectorI64 mask = a > b;
    unsigned bits = 0;
    for (int i = 0; i < lanes; ++i) bits |= unsigned(mask[i] & 1) << i;
    return bits;
#endif
}

inline VectorF64 larger(VectorF64 a, VectorF64 b) { return a > b ? a : b; }

inline double highest(VectorF64 v) {
    double most = v[0];
    for (int i = 1; i < lanes; ++i) most = v[i] > most ? v[i] : most;
    return most;
}

}  // namespace

}  // namespace leadlight::LEADLIGHT_LEVEL
