// Schoolbook arithmetic on rows of limbs, the least significant first, and floats as such rows.
#pragma once

#include <cstring>

#include "dyadic.hpp"

namespace leadlight::geometry {

__extension__ typedef unsigned __int128 Wide;

// to[0..n) += a[0..n) * factor; returns the carry.
inline Limb add_multiple(Limb *to, const Limb *a, int n, Limb factor) {
    Limb carry = 0;
    for (int i = 0; i < n; ++i) {
        const Wide sum = Wide(a[i]) * factor + to[i] + carry;
        to[i] = Limb(sum);
        carry = Limb(sum >> 64);
    }
    return carry;
}

// The caller has left room above for the carry.
inline void add_carry(Limb *to, Limb carry) {
    while (carry) {
        *to += carry;
        carry = *to++ < carry;
    }
}

// to = a - b for a >= b, both of n limbs.
inline void subtract(Limb *to, const Limb *a, const Limb *b, int n) {
    Limb borrow = 0;
    for (int i = 0; i < n; ++i) {
        const Limb difference = a[i] - b[i];
        const Limb next = (a[i] < b[i]) | (difference < borrow);
        to[i] = difference - borrow;
        borrow = next;
    }
}

// A finite double as at most two limbs: sign * (limb[0] + 2^64 limb[1]) * 2^(64 exponent).
struct DoubleLimbs {
    explicit DoubleLimbs(double value);

    Limb limb[2];
    int size;  // 0 for zero
    int sign;  // -1, 0, 1
    std::int64_t exponent;
};

inline DoubleLimbs::DoubleLimbs(double value) {
    std::uint64_t bits;
    std::memcpy(&bits, &value, sizeof bits);
    std::uint64_t mantissa = bits & ((std::uint64_t(1) << 52) - 1);
    int power = int(bits >> 52 & 0x7ff);
    if (power) mantissa |= std::uint64_t(1) << 52;
    power = (power ? power : 1) - 1075;  // value = mantissa * 2^power
    if (mantissa == 0) {
        size = sign = 0;
        exponent = 0;
        limb[0] = limb[1] = 0;
        return;
    }
    sign = bits >> 63 ? -1 : 1;
    const int biased = power + 1088;  // a multiple of 64 more, so that it is positive
    exponent = biased / 64 - 17;
    const int shift = biased % 64;
    limb[0] = mantissa << shift;
    limb[1] = shift ? mantissa >> (64 - shift) : 0;
    size = limb[1] ? 2 : 1;
    if (limb[0] == 0) {
        limb[0] = limb[1];
        limb[1] = 0;
        size = 1;
        ++exponent;
    }
}

}  // namespace leadlight::geometry
