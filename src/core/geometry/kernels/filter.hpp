// The float64 filter: lines with error bounds, and the kernels that try many lines on one polygon.
//
// u = 2^-53. In a context (a cell of the layers before) unit j of a layer with weights W and biases b has the form
// z_j = a x + b y + c. Its floats are off by at most
//     e_ab(j) = K_ab rho_j            for a and for b,         rho_j = sum_u |W_ju|,
//     e_c(j)  = K_c rho_j + K_b |b_j|   for c,
// with three numbers K a context. The first layer's are the weights themselves: K = 0. For the next layer,
// z'_j = b_j + sum_u W_ju h_u is summed in some order, each unit once (the splitter adds a unit's term when the unit
// is decided and never takes it away): those decided at once in blocks of 16, which are then added up, the r others one
// by one. No term passes through more than m = 16 + n / 16 + r + 4 roundings (less where operations are fused), so
//     K'_ab = E_ab + gamma M_ab,  K'_c = E_c + gamma M_c,  K'_b = gamma,  gamma = m u / (1 - m u),
// where M bounds the floats h_u over all units and pieces, and E what they are off: E_ab = s K_ab max rho + u' M_ab for
// pieces of slope at most s (u' = 0 if slopes are 0 and +-1). Exact cases stay exact: no unit with a slope (constant)
// on gives K'_ab = 0 (K'_c = K'_b = 0), and so do M = E = 0 (zero biases) and numbers that are multiples of one power
// of two and stay below 2^53 of it (integer weights).
//
// Those bounds grow by a row norm a layer, much faster than errors do. So after a few layers they are kept for each
// unit:
//     e'_ab(j) = sum_u |W_ju| (s_u e_ab(u) + (gamma + 2 u') |h_u|),   e'_c(j) likewise, and gamma |b_j|,
// over the units that are not 0 on the cell, with the slope s_u each has there (the largest if it is still open). That
// is half the growth and less. Where even so a unit that may cut has a poor bound, the forms are made anew from
// double-doubles, and the bounds with them; those of narrow layers always are, from there on (renewal.cpp,
// ball_terms.hpp).
//
// A line f = a x + b y + c (a breakpoint subtracted from c) carries
//     A = e_ab + 4 u max(|a|, |b|),   N = |a| + |b| + 2 e_ab,   C = e_c + 4 u |c|,
// and a vertex its coordinates and a bound e on the error of each. Then the float a x + b y + c is off by at most
//     A (|x| + |y|) + N e + C:
// (a - a*) x + a* (x - x*) and the like, and three roundings. Two lines cross at (X, Y) / D, the cross product, with
//     |D - D*| <= A1 N2 + A2 N1,   |X - X*|, |Y - Y*| <= A1 |c2| + A2 |c1| + N1 C2 + N2 C1,
//     e = (dX + max(|x|, |y|) dD) / (|D| - dD) + 2 u max(|x|, |y|).
// Every bound is a handful of rounded operations on numbers of one sign, made up for by a factor 1 + 2^-40. Underflow:
// A and N of a line that is not constant are at least 2^-900, |D| - dD must exceed 2^-900, and coordinates other than
// 0 below 2^-100 are not trusted (e infinite); what is lost below 2^-1060 is then nothing beside the bound. Overflow:
// lines with a coefficient above 2^900 are not trusted (C infinite). A sum with infinity or NaN decides nothing.
#pragma once

#include <cstdint>

namespace leadlight::geometry {

constexpr int block_terms = 16;  // summed on their own first

struct alignas(64) Line {
    double a, b, c;
    double A, N, C;
    std::int32_t crease;  // its number among all (layer, unit, breakpoint); -1 - k for side k of the domain
    std::int32_t unit;
    std::int16_t breakpoint;
    std::int16_t layer;  // -1: a side of the domain
    std::int32_t spare;
};

// A line on a polygon of at most 32 corners: the corners where it is certainly positive, and negative.
struct Candidate {
    const Line *line;
    std::uint32_t positive, negative;
};

// What a kernel made of some lines: those that cut, those on one side, those it cannot tell.
struct Sorted {
    Candidate *cut, *decided, *unsure;
    int n_cut, n_decided, n_unsure;
};

// Lines on a polygon of at most `most_parted` corners that is cut in two along a chord, as seen from below: their signs
// at its corners are known, those at the chord's ends are found once for both parts.
constexpr int most_parted = 15;
typedef double PairF64 __attribute__((vector_size(16)));  // stored and loaded as one: else loads wait for stores
struct Parts {
    int n_corners;           // of the polygon
    int first[2], count[2];  // its corners below the chord, and above: the first, and how many follow one another
    PairF64 x, y, e;         // the chord's ends: the corner that follows those below, and the last; above the other way
    // Out, n each: from the front those that cut the part, from the back, in reverse, those on one side or unsure.
    Candidate *lines[2];
    int n_cut[2], n_unsure[2];
};

// The term of a decided unit in the forms of the next layer.
struct Term {
    const double *weights;  // its column, over the units of the next layer
    double a, b, c;
};

// All lines of a layer whose units have one breakpoint each, tried on a box around a polygon.
struct Scan {
    const double *base;  // forms so far: a, b and c of all units, `stride` apart
    const Term *terms;   // what is to be added to them
    int n_terms;
    long stride;    // units, rounded up to 8; what is beyond the last is 0
    double *forms;  // out, likewise; may be base
    const double *breakpoints, *row_norms, *abs_biases;
    double x, y, rx, ry;      // the box: |. - x| <= rx, |. - y| <= ry, roundings included
    double K_row, K_b;        // errors of the forms on it: K_row row_norm + K_b abs_bias
    std::uint8_t *above;      // out: a bit a unit, little-endian, certain where the unit does not survive
    std::int32_t *survivors;  // out, with room for 8 more than there can be
    double max_ab, max_c;     // out: of the forms' absolute values
};

}  // namespace leadlight::geometry
