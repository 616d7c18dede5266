// Polygons of local.cpp, as signs at their corners. For kernel sources only, like vectors.hpp.
#pragma once

#include "../kernels/lanes.hpp"
#include "local.hpp"

namespace leadlight::LEADLIGHT_LEVEL {

using geometry::local_corners;
using geometry::local_lines;
using geometry::local_units;
using geometry::PairF64;

namespace {

typedef std::uint64_t Word;

constexpr double slack = 1.0 + 0x1p-40, tiny = 0x1p-900, infinity = __builtin_inf();

inline double magnitude(double v) { return __builtin_fabs(v); }
inline double largest(double a, double b) { return a > b ? a : b; }
inline unsigned full(int n) { return (1u << n) - 1; }
inline Word full_word(int n) { return n ? ~Word(0) >> (64 - n) : 0; }  // n <= 64
inline long rounded(int n) { return (long(n) + 7) / 8 * 8; }

template <int n>
struct Block {
    static constexpr int vectors = n;
};

// Calls f(block, j) for the numbers from j on in `block.vectors` vectors, of n (a multiple of 8) in all.
template <typename F>
inline void in_blocks(long n, F f) {
    long j = 0;
    for (; j + 2 * lanes <= n; j += 2 * lanes) f(Block<2>(), j);
    if (j < n) f(Block<1>(), j);
}

// Takes, of each of `n_rows` rows, the numbers that have the first eight bits (0 if there are no more); returns the
// bits beyond.
template <int n_rows>
inline Word pick(const double *const *from, Word which, double *const *to) {
#if defined(__AVX512F__)
    // In registers: numbers that are stored one by one and loaded as vectors at once make the loads wait.
    __m512d v[n_rows];
    for (int r = 0; r < n_rows; ++r) v[r] = _mm512_setzero_pd();
    for (unsigned place = 1; which && place < 256; place <<= 1, which &= which - 1) {
        const int i = __builtin_ctzll(which);
        for (int r = 0; r < n_rows; ++r)
            v[r] = _mm512_mask_broadcastsd_pd(v[r], __mmask8(place), _mm_load_sd(from[r] + i));
    }
    for (int r = 0; r < n_rows; ++r) _mm512_storeu_pd(to[r], v[r]);
#else
    for (int k = 0; k < 8; ++k, which &= which - 1)
        for (int r = 0; r < n_rows; ++r) to[r][k] = which ? from[r][__builtin_ctzll(which)] : 0.0;
#endif
    return which;
}

// What is known of a corner, in bits: the lines that it is above; from bit `at_vertex` on the number of its vertex;
// from bit `at_side` on that of the side to the next corner, a line's, or `local_lines` + that of one of the whole.
constexpr int at_vertex = 32, at_side = 40;
static_assert(local_lines <= 32 && local_lines + local_corners <= 256, "they fit");

constexpr Word corner_word(unsigned i) { return Word(i) << at_vertex | Word(local_lines + i) << at_side; }
// Of the corners of a whole that is above no line: they are the first vertices.
alignas(64) constexpr Word corner_words[local_corners] = {
    corner_word(0),  corner_word(1),  corner_word(2),  corner_word(3),  corner_word(4),  corner_word(5),
    corner_word(6),  corner_word(7),  corner_word(8),  corner_word(9),  corner_word(10), corner_word(11),
    corner_word(12), corner_word(13), corner_word(14), corner_word(15), corner_word(16), corner_word(17),
    corner_word(18), corner_word(19), corner_word(20), corner_word(21), corner_word(22), corner_word(23)};

// A polygon's corners: such words, and the units that are positive there. Both are padded to 8: with vertices' numbers.
struct Outline {
    alignas(64) Word lines[local_corners];
    alignas(64) Word units[local_corners];
    int n;
    int vertex(int i) const { return lines[i] >> at_vertex & 255; }
    int side(int i) const { return lines[i] >> at_side & 255; }
};

// Corners' words one after another, padded. In a register: words that are stored one by one and loaded as vectors at
// once make the loads wait.
inline void put_words(const Word *from, int n, Word *to) {
#if defined(__AVX512F__)
    if (n <= 8) {
        __m512i v = _mm512_set1_epi64(static_cast<long long>(from[0]));
        for (int i = 1; i < n; ++i) v = _mm512_mask_set1_epi64(v, __mmask8(1u << i), static_cast<long long>(from[i]));
        _mm512_storeu_si512(to, v);
        return;
    }
#endif
    for (int i = 0; i < local_corners; ++i) to[i] = from[i < n ? i : 0];
}

// Bits that some words have, and that all have.
struct Common {
    Word any, every;
};

#if defined(__AVX512F__)
inline Common common_bits(__m256i a, __m256i b, __m256i c, __m256i d) {  // any of a and b, every of c and d
    const __m256i any = _mm256_or_si256(a, b), every = _mm256_and_si256(c, d);
    const __m128i two = _mm_or_si128(_mm256_castsi256_si128(any), _mm256_extracti128_si256(any, 1));
    const __m128i both = _mm_and_si128(_mm256_castsi256_si128(every), _mm256_extracti128_si256(every, 1));
    return {Word(_mm_cvtsi128_si64(two)) | Word(_mm_extract_epi64(two, 1)),
            Word(_mm_cvtsi128_si64(both)) & Word(_mm_extract_epi64(both, 1))};
}
#endif

inline Common common_bits(const Word *words, int n) {
#if defined(__AVX512F__)
    if (n <= 8) {
        const __m256i *const halves = reinterpret_cast<const __m256i *>(words);
        const __m256i a = _mm256_loadu_si256(halves), b = _mm256_loadu_si256(halves + 1);
        return common_bits(a, b, a, b);
    }
#endif
    Common common{words[0], words[0]};
    for (int i = 1; i < n; ++i) common.any |= words[i], common.every &= words[i];
    return common;
}

// Of the corners that `which` holds.
inline Common common_bits(const Word *words, int n, unsigned which) {
#if defined(__AVX512F__)
    if (n <= 8) {
        const __m256i *const halves = reinterpret_cast<const __m256i *>(words);
        const __m256i a = _mm256_loadu_si256(halves), b = _mm256_loadu_si256(halves + 1), ones = _mm256_set1_epi8(-1);
        const auto low = __mmask8(which & 15), high = __mmask8(which >> 4);
        return common_bits(_mm256_maskz_mov_epi64(low, a), _mm256_maskz_mov_epi64(high, b),
                           _mm256_mask_mov_epi64(ones, low, a), _mm256_mask_mov_epi64(ones, high, b));
    }
#endif
    Common common{0, ~Word(0)};
    for (int i = 0; i < n; ++i)
        if (which >> i & 1) common.any |= words[i], common.every &= words[i];
    return common;
}

// The corners that have a bit.
inline unsigned corners_with(const Word *words, int n, int bit) {
#if defined(__AVX512F__)
    if (n <= 8) {
        const __m512i wanted = _mm512_set1_epi64(static_cast<long long>(Word(1) << bit));
        return _mm512_test_epi64_mask(_mm512_loadu_si512(words), wanted) & full(n);
    }
#endif
    unsigned corners = 0;
    for (int i = 0; i < n; ++i) corners |= unsigned(words[i] >> bit & 1) << i;
    return corners;
}

// The part of an outline from corner `first` on: `count` corners, then two new ones.
inline void copy_part(const Outline &outline, int first, int count, const Word lines[2], const Word units[2],
                      Outline &to) {
    to.n = count + 2;
#if defined(__AVX512F__)
    if (outline.n <= 8 && count <= 6) {
        const __m512i places = _mm512_set_epi64(7, 6, 5, 4, 3, 2, 1, 0), from = _mm512_set1_epi64(first);
        const __m512i moved = _mm512_add_epi64(places, from), n = _mm512_set1_epi64(outline.n);
        const __m512i wrapped = _mm512_mask_sub_epi64(moved, _mm512_cmpge_epi64_mask(moved, n), moved, n);
        const __m512i chosen = _mm512_mask_mov_epi64(from, __mmask8(full(count)), wrapped);  // pads too
        const auto at_one = __mmask8(1u << count), at_two = __mmask8(2u << count);
        const auto place = [&](Word *out, const Word *in, const Word made[2]) {
            __m512i v = _mm512_maskz_permutexvar_epi64(0xff, chosen, _mm512_loadu_si512(in));
            v = _mm512_mask_set1_epi64(v, at_one, static_cast<long long>(made[0]));
            _mm512_storeu_si512(out, _mm512_mask_set1_epi64(v, at_two, static_cast<long long>(made[1])));
        };
        place(to.lines, outline.lines, lines);
        place(to.units, outline.units, units);
        return;
    }
#endif
    int i = first;
    for (int k = 0; k < count; ++k) {
        to.lines[k] = outline.lines[i], to.units[k] = outline.units[i];
        if (++i == outline.n) i = 0;
    }
    for (int k = 0; k < 2; ++k) to.lines[count + k] = lines[k], to.units[count + k] = units[k];
    for (int k = count + 2; k % 8; ++k) to.lines[k] = lines[0], to.units[k] = units[0];
}

typedef long long PairI64 __attribute__((vector_size(16)));

inline PairF64 magnitude(PairF64 v) { return (PairF64)((PairI64)v & 0x7fffffffffffffffLL); }
inline PairI64 trusted(PairF64 v) { return (v == 0.0) | ((magnitude(v) > 0x1p-100) & (magnitude(v) < 0x1p100)); }

// The line of a side: a, b, c, A, N and C, `stride` apart.
struct Side {
    const double *first;
    long stride;
    double operator[](int i) const { return first[i * stride]; }
};

struct Crossings {
    PairF64 x, y, e;
};

// Where a line crosses two others; false where that is not certain, or beyond what bounds can be trusted for. As in
// filter.hpp, but that X and Y are multiplied by 1 / D as it is rounded, which rounds once more, and that
// (1 + 2^-19) / |D| stands for 1 / (|D| - dD), of which it is a bound where |D| > 2^20 dD.
inline bool cross(const Side &f, const Side &g, const Side &h, Crossings &at) {
    const double fa = f[0], fb = f[1], fc = f[2], fA = f[3], fN = f[4], fC = f[5];
    const PairF64 a = {g[0], h[0]}, b = {g[1], h[1]}, c = {g[2], h[2]};
    const PairF64 A = {g[3], h[3]}, N = {g[4], h[4]}, C = {g[5], h[5]};
    const PairF64 D = fa * b - a * fb, inverse = 1.0 / D;
    at.x = (fb * c - b * fc) * inverse;
    at.y = (fc * a - c * fa) * inverse;
    const PairF64 size_x = magnitude(at.x), size_y = magnitude(at.y), size = size_x > size_y ? size_x : size_y;
    const PairF64 dD = fA * N + A * fN;
    const PairF64 dX = fA * magnitude(c) + A * magnitude(fc) + fN * C + N * fC + 0x1p-1060;
    at.e = ((dX + size * dD) * magnitude(inverse) + 0x1p-51 * size) * (1.0 + 0x1p-18) + tiny;
    const PairI64 known = (magnitude(D) > 0x1p20 * dD + tiny) & (magnitude(D) < 0x1p900);
    const PairI64 sure = known & (at.e < infinity) & trusted(at.x) & trusted(at.y);
    return (sure[0] & sure[1]) != 0;
}

}  // namespace

}  // namespace leadlight::LEADLIGHT_LEVEL
