// Arithmetic modulo the prime 2^61 - 1, and dyadic numbers taken modulo it.
//
// Dyadic numbers form a ring in which only powers of two are inverted, so their residues respect sums and products.
// Different residues prove that two numbers differ, without any rounding; equal residues make them candidates,
// which exact arithmetic decides. (Two numbers that differ agree by chance once in 10^18.)
#pragma once

#include <cstdint>
#include <vector>

#include "limbs.hpp"

namespace leadlight::geometry {

class Residue {
  public:
    static constexpr std::uint64_t prime = (std::uint64_t(1) << 61) - 1;

    Residue() = default;
    explicit Residue(double value) {  // finite
        const DoubleLimbs limbs(value);
        *this = of_limbs(limbs.sign, limbs.limb, limbs.size, limbs.exponent);
    }
    explicit Residue(const Dyadic &value)
        : Residue(of_limbs(value.sign(), value.limbs(), value.size(), value.exponent())) {}

    static Residue raw(std::uint64_t below_prime) {
        Residue r;
        r.value_ = below_prime;
        return r;
    }

    std::uint64_t value() const { return value_; }
    bool is_zero() const { return value_ == 0; }

    friend Residue operator+(Residue a, Residue b) { return reduced(a.value_ + b.value_); }
    friend Residue operator-(Residue a, Residue b) { return reduced(a.value_ + (prime - b.value_)); }
    friend Residue operator*(Residue a, Residue b) {
        __extension__ typedef unsigned __int128 Wide;
        const Wide product = Wide(a.value_) * b.value_;
        return reduced((std::uint64_t(product) & prime) + std::uint64_t(product >> 61));
    }
    friend bool operator==(Residue a, Residue b) { return a.value_ == b.value_; }
    friend bool operator!=(Residue a, Residue b) { return a.value_ != b.value_; }

    // Of a number that is not 0 modulo the prime: its power p - 2.
    Residue inverse() const {
        Residue result = raw(1), power = *this;
        for (std::uint64_t bits = prime - 2; bits; bits >>= 1) {
            if (bits & 1) result = result * power;
            power = power * power;
        }
        return result;
    }

  private:
    static Residue reduced(std::uint64_t below_twice) {
        return raw(below_twice >= prime ? below_twice - prime : below_twice);
    }

    // Limbs by Horner's rule from the leading one: 2^64 = 2^3 modulo the prime, and 2^(64 e) = 2^(3 e mod 61).
    static Residue of_limbs(int sign, const Limb *limbs, int n, std::int64_t exponent) {
        Residue sum;
        for (int i = n; i-- > 0;) sum = sum * raw(8) + reduced((limbs[i] & prime) + (limbs[i] >> 61));
        const std::int64_t shift = (3 * (exponent % 61) % 61 + 61) % 61;
        sum = sum * raw(std::uint64_t(1) << shift);
        return sign < 0 ? Residue() - sum : sum;
    }

    std::uint64_t value_ = 0;
};

// Each number replaced by its inverse, all for one inversion (Montgomery's trick); none is 0.
inline void invert_all(std::vector<Residue> &numbers) {
    std::vector<Residue> before(numbers.size());
    Residue product = Residue::raw(1);
    for (std::size_t i = 0; i < numbers.size(); ++i) {
        before[i] = product;
        product = product * numbers[i];
    }
    Residue inverse = product.inverse();
    for (std::size_t i = numbers.size(); i-- > 0;) {
        const Residue number = numbers[i];
        numbers[i] = inverse * before[i];
        inverse = inverse * number;
    }
}

}  // namespace leadlight::geometry
