// Exact dyadic numbers: integers times powers of two, of any length. Sums, differences and products of floats
// stay exact, whatever their exponents (1e-30, 1e30, subnormals); there is no division and no rounding.
//
// Sign and magnitude in limbs of 64 bits, least significant first; the exponent counts whole limbs too, so that
// numbers line up without shifts. A float takes one or two limbs; up to six are held in the number itself, so
// common numbers allocate nothing. Products are schoolbook: numbers have a few limbs, or (depth 5, weights of
// 1e-30 and subnormals) a few dozen.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace leadlight::geometry {

using Limb = std::uint64_t;

class Dyadic {
  public:
    Dyadic() = default;
    Dyadic(double value);  // exact; the value must be finite
    Dyadic(const Dyadic &other);
    Dyadic(Dyadic &&other) noexcept;
    Dyadic &operator=(const Dyadic &other);
    Dyadic &operator=(Dyadic &&other) noexcept;
    ~Dyadic();

    int sign() const { return sign_; }
    int size() const { return size_; }
    std::int64_t exponent() const { return exponent_; }
    const Limb *limbs() const { return capacity_ == inline_limbs ? inline_ : heap_; }

    void negate() { sign_ = -sign_; }
    Dyadic operator-() const;

    // sign * limbs[0..n) * 2^(64 exponent); leading and trailing zero limbs are dropped.
    void assign(int sign, const Limb *limbs, int n, std::int64_t exponent);

    // The nearest double (ties to even, subnormals and overflow to infinity included).
    double to_double() const;
    // A fraction of [0.5, 1) or 0 and its power of two, for numbers beyond the range of doubles.
    double to_fraction(std::int64_t &power) const;
    // The leading 64 bits, cut off: |value| = (leading + less than 1) * 2^power; 0 for 0.
    Limb leading(std::int64_t &power) const;

  private:
    static constexpr int inline_limbs = 6;

    Limb *reserve(int n);  // storage for n limbs; what was there is lost

    std::int64_t exponent_ = 0;
    std::int32_t size_ = 0;
    std::int16_t sign_ = 0;
    std::int32_t capacity_ = inline_limbs;
    union {
        Limb inline_[inline_limbs];
        Limb *heap_;
    };
};

Dyadic operator+(const Dyadic &a, const Dyadic &b);
Dyadic operator-(const Dyadic &a, const Dyadic &b);
Dyadic operator*(const Dyadic &a, const Dyadic &b);
int compare(const Dyadic &a, const Dyadic &b);  // -1, 0, 1
inline bool operator==(const Dyadic &a, const Dyadic &b) { return compare(a, b) == 0; }
inline bool operator!=(const Dyadic &a, const Dyadic &b) { return compare(a, b) != 0; }

// x / y within 0.51 units in the last place (where the result is subnormal, within 2^-1074); y is not 0.
double quotient(const Dyadic &x, const Dyadic &y);

// A sum of products, exact: positive and negative terms are summed apart in fixed point, and subtracted at the
// end. Reuse one: it keeps its storage.
class DyadicSum {
  public:
    void clear();
    void add(const Dyadic &a, int sign = 1);
    void add_product(const Dyadic &a, const Dyadic &b, int sign = 1);
    void add_product(double a, const Dyadic &b);
    int sign() const;            // of the sum so far
    void result(Dyadic &value);  // the sum so far

  private:
    void add_limbs(int sign, const Limb *a, int n_a, std::int64_t exponent_a, const Limb *b, int n_b,
                   std::int64_t exponent_b);
    void cover(std::int64_t low, std::int64_t high);

    std::vector<Limb> sums_[2];  // of the positive and of the negative terms, of one length
    std::vector<Limb> scratch_;
    std::int64_t low_ = 0;  // exponent of their first limb
    bool used_[2] = {false, false};
};

}  // namespace leadlight::geometry
