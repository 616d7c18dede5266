// exp, log and what is made of them, a vector at a time, in float32 and float64.
//
//   exp         x = n ln 2 + r, |r| <= ln(2)/2 (Cody and Waite), 1 + r + r^2 q(r), times 2^n
//   log, log1p  x = 2^n m, 2 artanh(s) = 2 s + s^3 q(s^2) of s = (m - 1) / (m + 1), or of x / (2 + x)
//   Phi         the normal distribution: e^(-z^2/2) t q(1 - 2 k t) of t = 1 / (|z| + k), z^2 in two exact parts
//
// Each q is minimax in the relative error of the result (Remez exchange in 50 digits, then rounded): 3.2e-9,
// 4.5e-9, 2.8e-9 and 2.6e-8 in float32 for exp, log1p, log and Phi, 5.9e-18, 2.4e-18, 3.9e-19 and 5.5e-17 in
// float64, the last mostly from rounding the coefficients.
//
// Error, in units in the last place, at most (found, on any level, and held to by
// tests/training/test_functions.py against mpmath in every binade of either sign):
//
//   e^x         1.1 (1.01)      sigmoid     2.6 (2.46)      Phi     10   (8.3)
//   1 - e^x     1.3 (1.19)      tanh        2.7 (2.57)      gelu    11   (7.7), where Phi is normal
//   log x       2.1 (2.00)      softplus    4.3 (4.12), its derivative 3.9 (3.70)
//   log(1 + x)  3.8 (3.66)      elu         1.3 (1.19), its derivative 1.1
//
// The derivatives of sigmoid and tanh, taken from their rounded values, and that of gelu, which crosses 0, are
// right to 4 eps in absolute value. NaN stays NaN, the activations of +-infinity are their limits, tanh keeps the
// sign of 0. Where it is cut:
// - A result below the smallest normal number is 0 or off by less than that number. Training flushes such
//   numbers anyway, and 2^n with no exponent left is a 0 that costs nothing.
// - e^x for x > 88 (709) is e^88 (e^709): it is only used in 1 / (1 + e^x), where that is as good as infinity.
// - log takes normal x, log1p [0, 1]: the sum of exponentials of a softmax, whose largest is 1, and e^-|z|.
#pragma once

#include "real.hpp"

namespace leadlight::LEADLIGHT_LEVEL::LEADLIGHT_PRECISION {

namespace {

#ifdef LEADLIGHT_FLOAT64
constexpr Real exp_limit = 709.0;
constexpr Real to_integer = 0x1.8p+52;  // adding it rounds to an integer, left in the low bits
constexpr Unsigned to_integer_bits = 0x4338000000000000u;
constexpr Real ln2_high = 0x1.62e42feep-1, ln2_low = 0x1.a39ef35793c76p-33;
constexpr int mantissa_bits = 52, exponent_bias = 1023;
constexpr Unsigned sign_bit = 1ull << 63, upper_half = ~0ull << 27;
constexpr Real exp_terms[] = {
    0x1.ad209ba7729f2p-26, 0x1.289f7fc1dd04ap-22, 0x1.71df54d985f66p-19, 0x1.a019ab37c27b6p-16, 0x1.a01a011c584ep-13,
    0x1.6c16c17cc0079p-10, 0x1.11111111287d8p-7,  0x1.555555555321p-5,   0x1.5555555555501p-3,  0x1p-1};
constexpr Real log1p_terms[] = {0x1.5c5c55ccdf816p-3, 0x1.55cf2ffabc93dp-4, 0x1.efd192d38c638p-4, 0x1.10682ec08b901p-3,
                                0x1.3b1dd3a902cf6p-3, 0x1.745cb45a2af13p-3, 0x1.c71c741a00926p-3, 0x1.249249209125cp-2,
                                0x1.99999999a06bdp-2, 0x1.5555555555535p-1};
constexpr Real log_terms[] = {0x1.1b6588761ce3cp-3, 0x1.0dcfc59cf168cp-3, 0x1.3b3580480128bp-3, 0x1.745c4cdbdebccp-3,
                              0x1.c71c74871375bp-3, 0x1.24924921ee458p-2, 0x1.999999999c0cdp-2, 0x1.555555555554fp-1};
constexpr Real normal_limit = 37.66, normal_scale = 5;  // e^(-limit^2 / 2) comes as 0
constexpr Real normal_terms[] = {
    -0x1.9aa3b76f55c59p-32, -0x1.39346fc47fc61p-30, 0x1.2ff65d0760184p-29, 0x1.70ba8d1c2c0f5p-27,
    -0x1.26980d1339b96p-27, -0x1.2ce354a345cb7p-24, 0x1.598706ceaddf5p-25, 0x1.d465fbb4810fp-22,
    -0x1.674b31d88cc3p-22,  -0x1.73e048f69039fp-19, 0x1.0b14eeb7cb958p-18, 0x1.17df1083cd79ap-16,
    -0x1.a17013c4f9189p-15, -0x1.f21492a0b81b2p-15, 0x1.1daf1ae14f84dp-11, -0x1.a2503778cf22ap-11,
    -0x1.88590e985fb78p-9,  0x1.54b4d4f48aec5p-6,   -0x1.1b1c254ca3f75p-4, 0x1.51f6329f01ba2p-3,
    -0x1.410ed5f87594cp-2,  0x1.fb31653876f89p-2,   -0x1.54ad03f27ca18p-1, 0x1.89d3abe1f95aep-1};
#else
constexpr Real exp_limit = 88.0f;
constexpr Real to_integer = 0x1.8p+23f;
constexpr Unsigned to_integer_bits = 0x4b400000u;
constexpr Real ln2_high = 0x1.63p-1f, ln2_low = -0x1.bd0106p-13f;
constexpr int mantissa_bits = 23, exponent_bias = 127;
constexpr Unsigned sign_bit = 1u << 31, upper_half = ~0u << 12;
constexpr Real exp_terms[] = {0x1.6a45d0p-10f, 0x1.1239b2p-7f, 0x1.5558b8p-5f, 0x1.555492p-3f, 0x1.fffffcp-2f};
constexpr Real log1p_terms[] = {0x1.1ecbc2p-2f, 0x1.1ec002p-2f, 0x1.99d1cep-2f, 0x1.555502p-1f};
constexpr Real log_terms[] = {0x1.36ee6p-2f, 0x1.992a9ep-2f, 0x1.5555b4p-1f};
constexpr Real normal_limit = 13.27f, normal_scale = 4;
constexpr Real normal_terms[] = {-0x1.0fa02p-13f, 0x1.8339dp-13f, 0x1.9c0dbcp-10f, -0x1.ccb792p-9f, -0x1.ed4594p-8f,
                                 0x1.eed4acp-5f,  -0x1.7dffep-3f, 0x1.8c6d9cp-2f,  -0x1.373e3ap-1f, 0x1.82b4bcp-1f};
#endif
constexpr Real log2_e = Real(0x1.71547652b82fep+0L);

LEADLIGHT_INLINE Vector with_sign_of(Vector magnitude, Vector x) {
    return (Vector)((UnsignedVector)magnitude | ((UnsignedVector)x & sign_bit));
}

// c[0] x^(n - 1) + ... + c[n - 1].
template <int n>
LEADLIGHT_INLINE Vector polynomial(const Real (&c)[n], Vector x) {
    Vector sum = splat(c[0]);
#pragma GCC unroll 32
    for (int i = 1; i < n; ++i) sum = sum * x + c[i];
    return sum;
}

// r = x - n ln 2, n the integer nearest to about / ln 2, which is left in the low bits of `shifted`.
LEADLIGHT_INLINE Vector reduce(Vector x, Vector about, Vector &shifted) {
    shifted = about * log2_e + to_integer;
    const Vector n = shifted - to_integer;
    return (x - n * ln2_high) - n * ln2_low;
}

// e^(r + n ln 2) = scale (1 + rest), scale = 2^n, or 0 for the n below the normal numbers.
LEADLIGHT_INLINE void powers(Vector r, Vector shifted, Vector &scale, Vector &rest) {
    rest = r * r * polynomial(exp_terms, r) + r;
    scale = (Vector)(((UnsignedVector)shifted - (to_integer_bits - Unsigned(exponent_bias))) << mantissa_bits);
}

LEADLIGHT_INLINE void split_exp(Vector x, Vector &scale, Vector &rest) {
    Vector shifted;
    const Vector r = reduce(x, x, shifted);
    powers(r, shifted, scale, rest);
}

LEADLIGHT_INLINE Vector exp_of_negative(Vector x) {  // x <= 0 or NaN
    x = at_least(x, splat(-exp_limit));
    Vector scale, rest;
    split_exp(x, scale, rest);
    return scale * rest + scale;
}

LEADLIGHT_INLINE Vector exp_within_limits(Vector x) {
    x = at_most(x, splat(exp_limit));
    return exp_of_negative(x);
}

// x <= 0 or NaN: e^x and 1 - e^x.
LEADLIGHT_INLINE void exp_and_rest_of_negative(Vector x, Vector &e, Vector &rest_of_one) {
    x = at_least(x, splat(-exp_limit));
    Vector scale, rest;
    split_exp(x, scale, rest);
    e = scale * rest + scale;
    rest_of_one = (Real(1) - scale) - scale * rest;
}

LEADLIGHT_INLINE Vector sigmoid(Vector z) { return Real(1) / (Real(1) + exp_within_limits(-z)); }

LEADLIGHT_INLINE Vector tanh_of(Vector z) {
    Vector e, rest;
    exp_and_rest_of_negative(Real(-2) * absolute(z), e, rest);  // rest = 1 - e^(-2|z|), in [0, 1]
    return with_sign_of(rest / (Real(2) - rest), z);
}

// For e in [0, 1]: log(1 + e) and 1 / (1 + e), by one division.
LEADLIGHT_INLINE void log1p_and_inverse(Vector e, Vector &logarithm, Vector &inverse) {
    const Vector one_more = e + Real(1), two_more = e + Real(2);
    const Vector shared = Real(1) / (one_more * two_more);
    inverse = two_more * shared;
    const Vector s = e * (one_more * shared), square = s * s;
    logarithm = s * square * polynomial(log1p_terms, square) + Real(2) * s;
}

// log x for normal x.
LEADLIGHT_INLINE Vector log_of(Vector x) {
    // The exponent such that m lies in [2/3, 4/3): shift the bits by those of 2/3 first.
    constexpr Unsigned two_thirds = mantissa_bits == 52 ? Unsigned(0x3fe5555555555555ull) : Unsigned(0x3f2aaaabu);
    const IntegerVector n = (IntegerVector)((UnsignedVector)x - two_thirds) >> mantissa_bits;
    const Vector m = (Vector)((UnsignedVector)x - ((UnsignedVector)n << mantissa_bits));
    const Vector exponent = __builtin_convertvector(n, Vector);
    const Vector s = (m - Real(1)) / (m + Real(1)), square = s * s;
    const Vector log_m = s * square * polynomial(log_terms, square) + Real(2) * s;
    const Vector nan = x - x;  // not a number where x is none
    return (exponent * ln2_high + (log_m + exponent * ln2_low)) + nan;
}

// Phi(z) and its density, of the standard normal distribution, for |z| <= normal_limit.
LEADLIGHT_INLINE void normal_distribution(Vector z, Vector &below, Vector &density) {
    // z^2 / 2 in two parts: the first exact, as the upper half of z's bits squared.
    const Vector a = absolute(z), upper = (Vector)((UnsignedVector)a & upper_half);
    const Vector high = upper * upper * Real(-0.5), low = (upper - a) * (upper + a) * Real(0.5);
    Vector shifted, scale, rest;
    const Vector r = reduce(high, high + low, shifted) + low;
    powers(r, shifted, scale, rest);
    const Vector e = scale * rest + scale;
    const Vector inverse = Real(1) / (a + normal_scale);
    const Vector u = Real(1) - (Real(2) * normal_scale) * inverse;
    const Vector tail = e * (inverse * polynomial(normal_terms, u));
    below = z > Real(0) ? Real(1) - tail : tail;
    density = e * Real(0x1.9884533d43651p-2L);  // 1 / sqrt(2 pi)
}

}  // namespace

}  // namespace leadlight::LEADLIGHT_LEVEL::LEADLIGHT_PRECISION
