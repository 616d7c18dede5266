// The forms of a whole layer as double-doubles with error bounds, in vectors.
//
// z_j = b_j + sum_u W_ju h_u over the N - 1 units u that are not 0, for each of a, b and c. An h is H + L, within e:
// |L| <= 2^-53 |H|, and m >= |H|; so is each z, like a Ball (double_double.hpp). u = 2^-53; numbers here are common to
// a and b where they are bounds.
//
//  * M >= |b_j| + sum_u |W_ju| m_u is added up first. For the power of two M < 2^(k-1) <= 2 M,
//    partial sums of W H being at most M, an accumulator S that starts at sigma = 3/2 2^k stays within (2^k, 2^(k+1)),
//    where the floats are the multiples of 2^(k-52) (Rump, Ogita and Oishi 2008, "Accurate floating-point summation":
//    the extraction of leading digits). So in
//        S' = fma(W, H, S),  q = S' - S,  r = fma(W, H, -q)
//    q is exact, what S' leaves out is at most v = 2^(k-53), r is that with one rounding of at most u v. Without a
//    fused multiply-add W H = p + d by Dekker's splitting, S' = S + p, and r = (p - q) + d, where p - q is exact: |r|
//    <= 3/2 v.
//  * The r are added up, after t of them with a rounding of at most u (3/2) t v; the W L likewise, |sum W L| <= u M
//    <= v/2, each with one of at most u v/2; then both with one of u (3/2 N + 1/2) v. S - sigma is exact, and so is its
//    sum with the rest as high + low (two_sum). All roundings together: at most
//        u v (3/4 N (N + 1) + 3/2 N + 1/2 N + 3/2 N + 1/2) (1 + 2^-30) <= u v N (N + 6) <= 2^-104 N (N + 6) M,
//    as u v = 2^-106 2^k and 2^k <= 4 M. To which comes sum_u |W_ju| e_u: what z_j is off grows by a row norm a layer,
//    but from 2^-104 and not from 2^-53.
//  * Where all h are H, exactly, and all products multiples of a power of two (integer weights) that is at least
//    2^(k-52), r is 0 and so are these roundings: where it is at least 2^-50 M.
//  * Sums of bounds have terms of one sign: with N < 2^20 a factor 1 + 2^-30 makes up for their roundings.
//  * Weights and biases other than 0 are between 2^-400 and 2^400, sizes m other than 0 are at least 2^-500, errors e
//    other than 0 at least 2^-600, all at most 2^500; where they are not the splitter does without. Then nothing
//    overflows, no bound is 0 but one of an exact 0, and what underflows of products (2^-1073 each) is nothing beside
//    2^-104 M.
// Must not be compiled with reassociation or with contraction.
#pragma once

#include <cmath>

namespace leadlight::geometry {

// The arrays of a layer's units, `stride` apart: high parts of a, b and c, low parts, sizes m and errors of a and b,
// and of c; and how far the high parts alone may be off.
enum BallArray { ball_high = 0, ball_low = 3, ball_size = 6, ball_error = 8, ball_off = 10, ball_arrays = 12 };

// What a unit adds to a layer's forms.
struct BallTerm {
    const double *weights;  // its column, over the units of the layer
    const double *h;        // its numbers, as above
    long stride;
};

// Sums of a and b, and of c, up to which they are exact; 0 where nothing is known.
struct ExactSums {
    double ab = 0.0, c = 0.0;
};

// The largest size or error of a layer, and the largest numbers in ball_off.
struct BallRange {
    double largest, off_ab, off_c;
};

// Whether a form is known within a part of its slope, or its Context had better make it one by one: `rough` for the
// sides of polygons it lies on, `fine` for where it crosses others.
constexpr double rough = 0x1p-14, fine = 0x1p-36;

inline bool serves(double a, double b, double error, double part) {
    return error <= part * (std::fabs(a) + std::fabs(b)) || (a == 0.0 && b == 0.0);
}

constexpr int most_ball_terms = (1 << 20) - 2;

}  // namespace leadlight::geometry
