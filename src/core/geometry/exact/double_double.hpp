// Double-doubles with a proven error: a number known to about 106 bits, and how far it may be off.
//
// A Ball stands for every real x with |x - (high + low)| <= error, where |low| <= 2^-53 |high|. Sums and products
// are those of Dekker 1971 ("A floating-point technique for extending the available precision"), but nothing that
// is rounded is estimated: each rounding error is itself computed, exactly, by the same transformations, and added
// to the bound. So the bound is 0, and a zero proven, as long as nothing was rounded (integer weights).
//
// Why the bounds hold. u = 2^-53.
//  * two_sum (Knuth) is exact barring overflow, subnormals included: a sum of floats is a multiple of 2^-1074.
//  * two_product by a fused multiply-add is exact if |ab| >= 2^-968: the error is a multiple of ulp(a) ulp(b) >=
//    2^-106 |ab| >= 2^-1074. Below that, both roundings together are off by at most 2^-1074 (2^-1075 each).
//  * The bound itself is a sum of products in floats, no term of which passes through more than 16 roundings. So it
//    is at least (1 - u)^16 times its real value, but for products that underflow; `times` adds 2^-1074 to those,
//    and the factor 1 + 2^-48 of `bound` exceeds (1 - u)^-17.
//  * After an overflow something is infinite or not a number, `sign` is not decided, and stage 3 has its turn.
// Must not be compiled with reassociation (-ffast-math) or with contraction.
#pragma once

#include <cmath>

namespace leadlight::geometry {

struct Ball {
    double high = 0.0, low = 0.0, error = 0.0;

    Ball() = default;
    Ball(double value) : high(value) {}
    Ball(double high, double low, double error) : high(high), low(low), error(error) {}

    bool is_zero() const { return high == 0.0 && error == 0.0; }  // exactly
    Ball operator-() const { return {-high, -low, error}; }

    // -1, 0 or 1 where it is proven; 2 where it is not.
    int sign() const {
        if (high == 0.0 && low == 0.0 && error == 0.0) return 0;
        // low is at most half a unit in the last place of high, so |high + low| >= |high| / 2.
        const double distance = std::fabs(high) - std::fabs(low);
        if (!(distance * (1.0 - 0x1p-50) > error) || !std::isfinite(high)) return 2;
        return high > 0.0 ? 1 : -1;
    }
};

namespace ball {

inline double two_sum(double a, double b, double &error) {
    const double sum = a + b, virtual_b = sum - a;
    error = (a - (sum - virtual_b)) + (b - virtual_b);
    return sum;
}

// What cannot be represented of the error, because it is too small, is added to `lost`.
inline double two_product(double a, double b, double &error, double &lost) {
    const double product = a * b;
    error = std::fma(a, b, -product);
    if (std::fabs(product) < 0x1p-968 && a != 0.0 && b != 0.0) lost += 0x1p-1074;
    return product;
}

// At least a * b up to the relative error that `bound` makes up for; a, b >= 0.
inline double times(double a, double b) {
    const double product = a * b;
    return product < 0x1p-968 && a != 0.0 && b != 0.0 ? product + 0x1p-1074 : product;
}

inline double bound(double sum_of_terms) { return sum_of_terms * (1.0 + 0x1p-48); }

}  // namespace ball

inline Ball operator+(const Ball &x, const Ball &y) {
    double e, f, g, low;
    const double s = ball::two_sum(x.high, y.high, e);
    const double t = ball::two_sum(x.low, y.low, f);
    const double r = ball::two_sum(e, t, g);
    const double high = ball::two_sum(s, r, low);
    return {high, low, ball::bound(x.error + y.error + std::fabs(f) + std::fabs(g))};
}

inline Ball operator-(const Ball &x, const Ball &y) { return x + (-y); }

inline Ball operator*(const Ball &x, const Ball &y) {
    if (x.is_zero() || y.is_zero()) return {};
    double lost = 0.0, e, t_error, s_error, f, g, low;
    const double p = ball::two_product(x.high, y.high, e, lost);
    const double t = ball::two_product(x.high, y.low, t_error, lost);
    const double s = ball::two_product(x.low, y.high, s_error, lost);
    const double r = ball::two_sum(t, s, f);
    const double q = ball::two_sum(r, e, g);
    const double high = ball::two_sum(p, q, low);
    lost += std::fabs(t_error) + std::fabs(s_error) + std::fabs(f) + std::fabs(g);
    const double size_x = std::fabs(x.high) + std::fabs(x.low), size_y = std::fabs(y.high) + std::fabs(y.low);
    lost += ball::times(std::fabs(x.low), std::fabs(y.low));  // the product of the low parts is left out
    lost += ball::times(size_x + x.error, y.error) + ball::times(size_y, x.error);
    return {high, low, ball::bound(lost)};
}

}  // namespace leadlight::geometry
