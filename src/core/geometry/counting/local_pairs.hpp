// Chords of a polygon that cross, by signs at its corners. For kernel sources only, like vectors.hpp.
//
// An affine function has a chord if it has both signs at the corners. Two chords cross if all four pairs of signs
// occur: at corners, or within the sides on which both functions change sign. On a side from p to q, f changes before g
// where |f(p) g(q)| < |f(q) g(p)|; and likewise three chords are known not to meet in a point.
#pragma once

#include "local_outline.hpp"

namespace leadlight::LEADLIGHT_LEVEL {

namespace {

// Of an affine function: the corners, as they follow one another, where it is positive; its values f at each corner
// and at the next one, f', all off by no more than `error`; and |f| + |f'|.
struct Chord {
    unsigned corners;
    double error;
    alignas(64) double values[local_corners];
    alignas(64) double next[local_corners];
    alignas(64) double sizes[local_corners];
};

// Where the corners' values are: `stride` numbers from one vertex to the next.
struct Places {
    Places(const Outline &outline, long stride) : n(outline.n) {
        for (int i = 0; i < (lanes == 8 ? rounded(n) : n); ++i) at[i] = outline.vertex(i) * stride;
    }
    const int n;
    long at[local_corners];
};

inline void set_chord(Chord &chord, const Places &places, const double *values, double error, unsigned corners) {
    const int n = places.n;
    chord.corners = corners;
    chord.error = error;
#if defined(__AVX512F__)
    if (n <= 8) {  // in registers; see put_words
        __m512d f = _mm512_setzero_pd();
        for (int i = 0; i < 4; ++i)
            f = _mm512_mask_broadcastsd_pd(f, __mmask8(1u << i), _mm_load_sd(values + places.at[i]));
        for (int i = 4; n > 4 && i < 8; ++i)
            f = _mm512_mask_broadcastsd_pd(f, __mmask8(1u << i), _mm_load_sd(values + places.at[i]));
        const __m512i order = _mm512_set_epi64(7, 6, 5, 4, 3, 2, 1, 0), next = _mm512_set_epi64(0, 7, 6, 5, 4, 3, 2, 1);
        const __mmask8 goes_on = _mm512_cmplt_epi64_mask(order, _mm512_set1_epi64(n - 1));
        const __m512d g = _mm512_maskz_permutexvar_pd(0xff, _mm512_maskz_mov_epi64(goes_on, next), f);
        _mm512_store_pd(chord.values, f);
        _mm512_store_pd(chord.next, g);
        _mm512_store_pd(chord.sizes, (__m512d)(absolute((VectorF64)f) + absolute((VectorF64)g)));
        return;
    }
#endif
    for (int i = 0; i < n; ++i) chord.values[i] = values[places.at[i]];
    for (int i = 0; i < n; ++i) {
        chord.next[i] = chord.values[i + 1 < n ? i + 1 : 0];
        chord.sizes[i] = magnitude(chord.values[i]) + magnitude(chord.next[i]);
    }
    for (int i = n; i % 8; ++i) chord.values[i] = chord.next[i] = chord.sizes[i] = 0.0;
}

struct Determinant {
    double value, error;
};

// f(p) g(q) - f(q) g(p) where a side runs from p to q.
inline Determinant determinant(const Chord &f, const Chord &g, int side) {
    const double one = f.values[side] * g.next[side], two = f.next[side] * g.values[side];
    const double spread = f.sizes[side] * g.error + (g.sizes[side] + 2.0 * g.error) * f.error;
    return {one - two, (spread + 0x1p-50 * (magnitude(one) + magnitude(two))) * slack + 0x1p-1060};
}

// The sides where a chord ends.
inline unsigned changes(unsigned corners, int n) { return corners ^ (corners >> 1 | (corners & 1) << (n - 1)); }

// Whether no three chords meet in a point; `partners` of each: those after it that it crosses.
inline bool cross_apart(const Chord *chords, const unsigned *partners, int n, int n_corners) {
    for (int i = 0; i < n; ++i) {
        for (unsigned left = partners[i]; left; left &= left - 1) {
            const int j = __builtin_ctz(left);
            for (unsigned third = partners[i] & partners[j]; third; third &= third - 1) {
                // On the two sides where i changes, j and k are there as their determinants with i.
                const Chord *const others[2] = {chords + j, chords + __builtin_ctz(third)};
                double least[2] = {1.0, 1.0}, most[2] = {1.0, 1.0};
                unsigned sides = changes(chords[i].corners, n_corners);
                for (int end = 0; end < 2; ++end, sides &= sides - 1)
                    for (int which = 0; which < 2; ++which) {
                        const Determinant d = determinant(chords[i], *others[which], __builtin_ctz(sides));
                        const double size = magnitude(d.value);
                        least[end ^ which] *= largest(size - d.error, 0.0);
                        most[end ^ which] *= size + d.error;
                    }
                if (!(least[0] > most[1] * slack + tiny || least[1] > most[0] * slack + tiny)) return false;
            }
        }
    }
    return true;
}

// Whether two chords cross; `sure` becomes false where that is in doubt.
inline bool cross(const Chord &f, const Chord &g, int n_corners, bool &sure) {
    unsigned positive = 0, certain = 0;  // determinants, by sides
    for (int i = 0; i < n_corners; i += lanes) {
        const VectorF64 one = load(f.values + i) * load(g.next + i), two = load(f.next + i) * load(g.values + i);
        const VectorF64 spread = load(f.sizes + i) * g.error + (load(g.sizes + i) + 2.0 * g.error) * f.error;
        const VectorF64 error = (spread + 0x1p-50 * (absolute(one) + absolute(two))) * slack + 0x1p-1060;
        const VectorF64 value = one - two;
        positive |= greater(value, all(0.0)) << i;
        certain |= greater(absolute(value), error) << i;
    }
    const unsigned a = f.corners, b = g.corners, both = changes(a, n_corners) & changes(b, n_corners);
    // The signs between the two changes of such a side.
    const unsigned f_first = positive ^ a ^ b, c = a ^ f_first, d = b ^ ~f_first, whole = full(n_corners);
    const bool crossing = ((a & b) | (c & d & both)) != 0 && ((a & ~b) | (c & ~d & both)) != 0 &&
                          ((b & ~a) | (d & ~c & both)) != 0 && ((whole & ~(a | b)) | (both & ~(c | d))) != 0;
    sure &= (both & ~certain) == 0;
    return crossing;
}

// How many pairs of n chords cross. False where that is in doubt, or three chords may meet.
inline bool count_pairs(const Chord *chords, int n, int n_corners, int &pairs) {
    bool sure = true;
    if (n == 2) {
        pairs = cross(chords[0], chords[1], n_corners, sure);
        return sure;
    }
    unsigned partners[local_lines];
    pairs = 0;
    for (int k = 0; k < n; ++k) {
        partners[k] = 0;
        for (int l = k + 1; l < n; ++l) partners[k] |= unsigned(cross(chords[k], chords[l], n_corners, sure)) << l;
        pairs += __builtin_popcount(partners[k]);
    }
    return sure && (pairs < 3 || cross_apart(chords, partners, n, n_corners));
}

}  // namespace

}  // namespace leadlight::LEADLIGHT_LEVEL
