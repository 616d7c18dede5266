// Chords of a polygon that cross, by signs at its corners. For kernel sources only, like vectors.hpp.
//
// An affine function has a chord if it has both signs at the corners. Two chords cross if all four pairs of signs
// occur: at corners, or within the sides on which both functions change sign. On a side from p to q, f changes before g
// where |f(p) g(q)| < |f(q) g(p)|; and likewise three chords are known not to meet in a point.
#pragma once

#include "local_outline.hpp"

namespace leadlight::LEADLIGHT_LEVEL {

namespace {

// Of an affine function: the corners, as they follow one another, where it is positive; and its values at vertices,
// each off by less than itself.
struct Chord {
    unsigned corners;
    const double *values, *errors;
};

struct Determinant {
    double value, error;
};

// f(p) g(q) - f(q) g(p).
inline Determinant determinant(const Chord &f, const Chord &g, int p, int q) {
    const double one = f.values[p] * g.values[q], two = f.values[q] * g.values[p];
    const double spread = (magnitude(f.values[p]) * g.errors[q] + 2.0 * magnitude(g.values[q]) * f.errors[p]) +
                          (magnitude(g.values[p]) * f.errors[q] + 2.0 * magnitude(f.values[q]) * g.errors[p]);
    return {one - two, (spread + 0x1p-50 * (magnitude(one) + magnitude(two))) * slack + 0x1p-1060};
}

// The polygon's vertices in their order.
struct Corners {
    const std::uint8_t *order;
    int n;
    Determinant on_side(const Chord &f, const Chord &g, int side) const {
        return determinant(f, g, order[side], order[side + 1 < n ? side + 1 : 0]);
    }
    unsigned changes(unsigned bits) const { return bits ^ (bits >> 1 | (bits & 1) << (n - 1)); }
};

// Whether no three chords meet in a point; `partners` of each: those after it that it crosses.
inline bool cross_apart(const Chord *chords, const unsigned *partners, int n, const Corners &corners) {
    for (int i = 0; i < n; ++i) {
        for (unsigned left = partners[i]; left; left &= left - 1) {
            const int j = __builtin_ctz(left);
            for (unsigned third = partners[i] & partners[j]; third; third &= third - 1) {
                // On the two sides where i changes, j and k are there as their determinants with i.
                const Chord *const others[2] = {chords + j, chords + __builtin_ctz(third)};
                double least[2] = {1.0, 1.0}, most[2] = {1.0, 1.0};
                unsigned sides = corners.changes(chords[i].corners);
                for (int end = 0; end < 2; ++end, sides &= sides - 1)
                    for (int which = 0; which < 2; ++which) {
                        const Determinant d = corners.on_side(chords[i], *others[which], __builtin_ctz(sides));
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

// How many pairs of n chords cross. False where that is in doubt, or three chords may meet.
inline bool count_pairs(const Chord *chords, int n, const std::uint8_t *order, int n_corners, int &pairs) {
    if (n > local_lines) return false;
    const Corners corners{order, n_corners};
    const unsigned whole = full(n_corners);
    unsigned partners[local_lines];
    for (int k = 0; k < n; ++k) {
        partners[k] = 0;
        const unsigned f = chords[k].corners;
        for (int l = k + 1; l < n; ++l) {
            const unsigned g = chords[l].corners;
            // Pairs of signs, f's in bit 1 and g's in bit 0 of their number.
            unsigned found = unsigned((f & g) != 0) << 3 | unsigned((f & ~g) != 0) << 2 | unsigned((g & ~f) != 0) << 1 |
                             unsigned((whole & ~(f | g)) != 0);
            unsigned both = corners.changes(f) & corners.changes(g);
            for (; both && found != 15; both &= both - 1) {
                const int side = __builtin_ctz(both);
                const Determinant d = corners.on_side(chords[k], chords[l], side);
                if (!(magnitude(d.value) > d.error)) return false;
                const bool f_at_p = f >> side & 1, g_at_p = g >> side & 1;
                const bool f_first = (d.value > 0.0) == (f_at_p == g_at_p);
                found |= 1u << (2 * (f_at_p != f_first) + (g_at_p == f_first));
            }
            partners[k] |= unsigned(found == 15) << l;
        }
        pairs += __builtin_popcount(partners[k]);
    }
    return pairs < 3 || cross_apart(chords, partners, n, corners);
}

}  // namespace

}  // namespace leadlight::LEADLIGHT_LEVEL
