// exp, expm1, log and what is made of them, a vector at a time, in float32 and float64.
//
// exp: x = n ln 2 + r, |r| <= ln(2)/2 (Cody and Waite), a polynomial in r (float32: minimax, 3.2e-9; float64:
// Taylor to r^13, 5e-18), times 2^n. Arguments are cut to +-87 (float32) and +-708 (float64), where results are
// still normal numbers: nothing overflows, 1 / (1 + e^x) needs no branch. log: x = 2^n m, the series of
// 2 artanh((m - 1) / (m + 1)). NaN stays NaN throughout.
//
// Error, against float64 and SciPy on 8,000 points (tests/training/test_compiled_engine.py): 8 units in the last
// place at most, for the sigmoid, tanh, softplus and elu.
#pragma once

#include "real.hpp"

namespace leadlight::LEADLIGHT_LEVEL::LEADLIGHT_PRECISION {

namespace {

#ifdef LEADLIGHT_FLOAT64
constexpr Real exp_limit = 708.0;
constexpr Real to_integer = 0x1.8p+52;  // adding it rounds to an integer, left in the low bits
constexpr Unsigned to_integer_bits = 0x4338000000000000u;
constexpr Real ln2_high = 0x1.62e42feep-1, ln2_low = 0x1.a39ef35793c76p-33;
constexpr int mantissa_bits = 52, exponent_bias = 1023;
constexpr Unsigned sign_bit = 1ull << 63, mantissa_of_one = 0x3ff0000000000000u;
constexpr Real exp_terms[] = {1.0 / 6227020800, 1.0 / 479001600, 1.0 / 39916800, 1.0 / 3628800,
                              1.0 / 362880,     1.0 / 40320,     1.0 / 5040,     1.0 / 720,
                              1.0 / 120,        1.0 / 24,        1.0 / 6,        1.0 / 2};
constexpr int n_log1p_terms = 16, n_log_terms = 10;
#else
constexpr Real exp_limit = 87.0f;
constexpr Real to_integer = 0x1.8p+23f;
constexpr Unsigned to_integer_bits = 0x4b400000u;
constexpr Real ln2_high = 0x1.63p-1f, ln2_low = -0x1.bd0106p-13f;
constexpr int mantissa_bits = 23, exponent_bias = 127;
constexpr Unsigned sign_bit = 1u << 31, mantissa_of_one = 0x3f800000u;
constexpr Real exp_terms[] = {0x1.6a45d0p-10f, 0x1.1239b2p-7f, 0x1.5558b8p-5f, 0x1.555492p-3f, 0x1.fffffcp-2f};
constexpr int n_log1p_terms = 7, n_log_terms = 5;
#endif
constexpr int n_exp_terms = sizeof exp_terms / sizeof exp_terms[0];
constexpr Real log2_e = Real(0x1.71547652b82fep+0L);

LEADLIGHT_INLINE Vector with_sign_of(Vector magnitude, Vector x) {
    return (Vector)((UnsignedVector)magnitude | ((UnsignedVector)x & sign_bit));
}

// e^x = scale (1 + rest), scale a power of two.
LEADLIGHT_INLINE void split_exp(Vector x, Vector &scale, Vector &rest) {
    const Vector shifted = x * log2_e + to_integer;
    const Vector n = shifted - to_integer;
    const Vector r = (x - n * ln2_high) - n * ln2_low;
    Vector q = splat(exp_terms[0]);
#pragma GCC unroll 16
    for (int i = 1; i < n_exp_terms; ++i) q = q * r + exp_terms[i];
    rest = r * r * q + r;
    scale = (Vector)(((UnsignedVector)shifted - (to_integer_bits - Unsigned(exponent_bias))) << mantissa_bits);
}

LEADLIGHT_INLINE Vector exp_of_negative(Vector x) {  // x <= 0 or NaN
    x = x < -exp_limit ? splat(-exp_limit) : x;
    Vector scale, rest;
    split_exp(x, scale, rest);
    return scale * rest + scale;
}

LEADLIGHT_INLINE Vector exp_within_limits(Vector x) {
    x = x > exp_limit ? splat(exp_limit) : x;
    return exp_of_negative(x);
}

LEADLIGHT_INLINE Vector expm1_of_negative(Vector x) {  // x <= 0 or NaN
    x = x < -exp_limit ? splat(-exp_limit) : x;
    Vector scale, rest;
    split_exp(x, scale, rest);
    return scale * rest + (scale - Real(1));
}

LEADLIGHT_INLINE Vector sigmoid(Vector z) { return Real(1) / (Real(1) + exp_within_limits(-z)); }

LEADLIGHT_INLINE Vector tanh_of(Vector z) {
    const Vector e = expm1_of_negative(Real(-2) * absolute(z));  // e^(-2|z|) - 1, in (-1, 0]
    return with_sign_of(-e / (Real(2) + e), z);
}

// 2 artanh(s) = 2 (s + s^3/3 + s^5/5 + ...), to n_terms terms.
template <int n_terms>
LEADLIGHT_INLINE Vector twice_artanh(Vector s) {
    const Vector square = s * s;
    Vector series = splat(Real(2) / Real(2 * n_terms - 1));
#pragma GCC unroll 16
    for (int k = n_terms - 2; k > 0; --k) series = series * square + Real(2) / Real(2 * k + 1);
    return s * square * series + Real(2) * s;
}

// For e in [0, 1]: log(1 + e) and 1 / (1 + e), by one division.
LEADLIGHT_INLINE void log1p_and_inverse(Vector e, Vector &logarithm, Vector &inverse) {
    const Vector one_more = e + Real(1), two_more = e + Real(2);
    const Vector shared = Real(1) / (one_more * two_more);
    inverse = two_more * shared;
    logarithm = twice_artanh<n_log1p_terms>(e * (one_more * shared));
}

// log x for normal x.
LEADLIGHT_INLINE Vector log_of(Vector x) {
    // The exponent such that m lies in [2/3, 4/3): shift the bits by those of 2/3 first.
    constexpr Unsigned two_thirds = mantissa_bits == 52 ? Unsigned(0x3fe5555555555555ull) : Unsigned(0x3f2aaaabu);
    const IntegerVector n = (IntegerVector)((UnsignedVector)x - two_thirds) >> mantissa_bits;
    const Vector m = (Vector)((UnsignedVector)x - ((UnsignedVector)n << mantissa_bits));
    const Vector exponent = __builtin_convertvector(n, Vector);
    const Vector nan = x - x;  // not a number where x is none
    return (exponent * ln2_high + (twice_artanh<n_log_terms>((m - Real(1)) / (m + Real(1))) + exponent * ln2_low)) +
           nan;
}

}  // namespace

}  // namespace leadlight::LEADLIGHT_LEVEL::LEADLIGHT_PRECISION
