#include "dyadic.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>

namespace leadlight::geometry {

namespace {

__extension__ typedef unsigned __int128 Wide;

// to[0..n) += a[0..n) * factor; returns the carry.
Limb add_multiple(Limb *to, const Limb *a, int n, Limb factor) {
    Limb carry = 0;
    for (int i = 0; i < n; ++i) {
        const Wide sum = Wide(a[i]) * factor + to[i] + carry;
        to[i] = Limb(sum);
        carry = Limb(sum >> 64);
    }
    return carry;
}

// The caller has left room above for the carry.
void add_carry(Limb *to, Limb carry) {
    while (carry) {
        *to += carry;
        carry = *to++ < carry;
    }
}

// to = a - b for a >= b, both of n limbs.
void subtract(Limb *to, const Limb *a, const Limb *b, int n) {
    Limb borrow = 0;
    for (int i = 0; i < n; ++i) {
        const Limb difference = a[i] - b[i];
        const Limb next = (a[i] < b[i]) | (difference < borrow);
        to[i] = difference - borrow;
        borrow = next;
    }
}

// The limb of a number at an exponent, 0 outside.
Limb limb_at(const Dyadic &a, std::int64_t exponent) {
    const std::int64_t i = exponent - a.exponent();
    return i >= 0 && i < a.size() ? a.limbs()[i] : 0;
}

int compare_magnitudes(const Dyadic &a, const Dyadic &b) {
    const std::int64_t top = std::max(a.exponent() + a.size(), b.exponent() + b.size());
    const std::int64_t bottom = std::min(a.exponent(), b.exponent());
    if (a.exponent() + a.size() != b.exponent() + b.size())  // leading limbs are not 0
        return a.exponent() + a.size() < b.exponent() + b.size() ? -1 : 1;
    for (std::int64_t e = top - 1; e >= bottom; --e) {
        const Limb x = limb_at(a, e), y = limb_at(b, e);
        if (x != y) return x < y ? -1 : 1;
    }
    return 0;
}

Dyadic sum(const Dyadic &a, const Dyadic &b, int sign_b) {
    if (b.sign() == 0) return a;
    if (a.sign() == 0) return sign_b < 0 ? -b : b;
    const std::int64_t bottom = std::min(a.exponent(), b.exponent());
    const std::int64_t top = std::max(a.exponent() + a.size(), b.exponent() + b.size()) + 1;
    const int n = int(top - bottom);
    Limb inline_limbs[16];
    std::vector<Limb> heap;
    if (n > 8) heap.resize(std::size_t(2 * n));
    Limb *const x = n > 8 ? heap.data() : inline_limbs, *const y = x + n;
    std::fill(x, x + 2 * n, Limb(0));
    std::copy(a.limbs(), a.limbs() + a.size(), x + (a.exponent() - bottom));
    std::copy(b.limbs(), b.limbs() + b.size(), y + (b.exponent() - bottom));
    Dyadic result;
    if (a.sign() == b.sign() * sign_b) {
        Limb carry = 0;
        for (int i = 0; i < n; ++i) {
            const Wide total = Wide(x[i]) + y[i] + carry;
            x[i] = Limb(total);
            carry = Limb(total >> 64);
        }
        result.assign(a.sign(), x, n, bottom);
    } else {
        const int order = compare_magnitudes(a, b);
        if (order > 0)
            subtract(x, x, y, n);
        else if (order < 0)
            subtract(x, y, x, n);
        if (order != 0) result.assign(order > 0 ? a.sign() : -a.sign(), x, n, bottom);
    }
    return result;
}

}  // namespace

DoubleLimbs::DoubleLimbs(double value) {
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

Dyadic::Dyadic(double value) {
    const DoubleLimbs limbs(value);
    sign_ = std::int16_t(limbs.sign);
    size_ = limbs.size;
    exponent_ = limbs.exponent;
    inline_[0] = limbs.limb[0];
    inline_[1] = limbs.limb[1];
}

Dyadic::Dyadic(const Dyadic &other) { *this = other; }

Dyadic::Dyadic(Dyadic &&other) noexcept { *this = std::move(other); }

Dyadic &Dyadic::operator=(const Dyadic &other) {
    if (this == &other) return *this;
    Limb *const to = reserve(other.size_);
    std::copy(other.limbs(), other.limbs() + other.size_, to);
    sign_ = other.sign_;
    size_ = other.size_;
    exponent_ = other.exponent_;
    return *this;
}

Dyadic &Dyadic::operator=(Dyadic &&other) noexcept {
    if (this == &other) return *this;
    if (capacity_ != inline_limbs) delete[] heap_;
    sign_ = other.sign_;
    size_ = other.size_;
    exponent_ = other.exponent_;
    capacity_ = other.capacity_;
    if (capacity_ == inline_limbs) {
        std::copy(other.inline_, other.inline_ + other.size_, inline_);
    } else {
        heap_ = other.heap_;
        other.capacity_ = inline_limbs;
        other.size_ = other.sign_ = 0;
        other.exponent_ = 0;
    }
    return *this;
}

Dyadic::~Dyadic() {
    if (capacity_ != inline_limbs) delete[] heap_;
}

Limb *Dyadic::reserve(int n) {
    if (n > capacity_) {
        Limb *const fresh = new Limb[std::size_t(n)];
        if (capacity_ != inline_limbs) delete[] heap_;
        heap_ = fresh;
        capacity_ = n;
    }
    return capacity_ == inline_limbs ? inline_ : heap_;
}

Dyadic Dyadic::operator-() const {
    Dyadic result(*this);
    result.negate();
    return result;
}

void Dyadic::assign(int sign, const Limb *limbs, int n, std::int64_t exponent) {
    while (n && limbs[n - 1] == 0) --n;
    while (n && *limbs == 0) {
        ++limbs;
        --n;
        ++exponent;
    }
    std::copy(limbs, limbs + n, reserve(n));
    sign_ = std::int16_t(n ? sign : 0);
    size_ = n;
    exponent_ = n ? exponent : 0;
}

Limb Dyadic::leading(std::int64_t &power) const {
    power = 0;
    if (sign_ == 0) return 0;
    const Limb *const data = limbs();
    const int zeros = __builtin_clzll(data[size_ - 1]);
    power = 64 * (exponent_ + size_ - 1) - zeros;
    const Limb below = size_ > 1 && zeros ? data[size_ - 2] >> (64 - zeros) : 0;
    return data[size_ - 1] << zeros | below;
}

double Dyadic::to_fraction(std::int64_t &power) const {
    const Limb bits = leading(power);
    if (bits == 0) return 0.0;
    power += 64;
    const Limb *const data = limbs();
    bool rest = size_ > 1 && data[size_ - 2] << __builtin_clzll(data[size_ - 1]) != 0;  // what `leading` cut off
    for (int i = 0; i < size_ - 2; ++i) rest |= data[i] != 0;
    const Limb half = Limb(1) << 10, below = bits & 2047;
    Limb mantissa = bits >> 11;
    if (below > half || (below == half && (rest || (mantissa & 1)))) ++mantissa;
    double fraction = std::ldexp(double(mantissa), -53);
    if (fraction == 1.0) {
        fraction = 0.5;
        ++power;
    }
    return sign_ < 0 ? -fraction : fraction;
}

double Dyadic::to_double() const {
    std::int64_t power;
    const double fraction = to_fraction(power);
    if (power >= -1021) return std::ldexp(fraction, int(std::min<std::int64_t>(power, 2000)));
    if (power < -1080) return sign_ < 0 ? -0.0 : 0.0;
    // Subnormal: rounding twice could be wrong, so count in units of 2^-1074 and round once.
    const Limb *const data = limbs();
    std::int64_t units = 0;
    bool half = false, rest = false;
    for (int i = 0; i < size_; ++i)
        for (int bit = 0; bit < 64; ++bit) {
            if (!(data[i] >> bit & 1)) continue;
            const std::int64_t position = 64 * (exponent_ + i) + bit + 1074;
            if (position >= 0)
                units |= std::int64_t(1) << position;
            else if (position == -1)
                half = true;
            else
                rest = true;
        }
    if (half && (rest || (units & 1))) ++units;
    const double magnitude = std::ldexp(double(units), -1074);
    return sign_ < 0 ? -magnitude : magnitude;
}

Dyadic operator+(const Dyadic &a, const Dyadic &b) { return sum(a, b, 1); }

Dyadic operator-(const Dyadic &a, const Dyadic &b) { return sum(a, b, -1); }

Dyadic operator*(const Dyadic &a, const Dyadic &b) {
    Dyadic result;
    if (a.sign() == 0 || b.sign() == 0) return result;
    const int n = a.size() + b.size();
    Limb inline_limbs[16];
    std::vector<Limb> heap;
    if (n > 16) heap.resize(std::size_t(n));
    Limb *const to = n > 16 ? heap.data() : inline_limbs;
    std::fill(to, to + n, Limb(0));
    for (int i = 0; i < b.size(); ++i) to[a.size() + i] = add_multiple(to + i, a.limbs(), a.size(), b.limbs()[i]);
    result.assign(a.sign() * b.sign(), to, n, a.exponent() + b.exponent());
    return result;
}

int compare(const Dyadic &a, const Dyadic &b) {
    if (a.sign() != b.sign()) return a.sign() < b.sign() ? -1 : 1;
    if (a.sign() == 0) return 0;
    return a.sign() * compare_magnitudes(a, b);
}

double quotient(const Dyadic &x, const Dyadic &y) {
    if (x.sign() == 0) return 0.0;
    // Cutting off x, y and the quotient of at least 63 bits costs a part in 2^62 each: 0.01 units in the last place.
    std::int64_t x_power, y_power;
    const Wide numerator = Wide(x.leading(x_power)) << 63;
    const Wide bits = numerator / y.leading(y_power);
    const std::int64_t power = std::max<std::int64_t>(std::min<std::int64_t>(x_power - y_power - 63, 2000), -2000);
    return x.sign() * y.sign() * std::ldexp(double(std::uint64_t(bits)), int(power));
}

void DyadicSum::clear() {
    sums_[0].clear();
    sums_[1].clear();
    used_[0] = used_[1] = false;
}

void DyadicSum::add(const Dyadic &a, int sign) {
    const Limb one = 1;
    add_limbs(sign * a.sign(), a.limbs(), a.size(), a.exponent(), &one, 1, 0);
}

void DyadicSum::add_product(const Dyadic &a, const Dyadic &b, int sign) {
    add_limbs(sign * a.sign() * b.sign(), a.limbs(), a.size(), a.exponent(), b.limbs(), b.size(), b.exponent());
}

void DyadicSum::add_product(double a, const Dyadic &b) {
    const DoubleLimbs limbs(a);
    add_limbs(limbs.sign * b.sign(), b.limbs(), b.size(), b.exponent(), limbs.limb, limbs.size, limbs.exponent);
}

void DyadicSum::add_limbs(int sign, const Limb *a, int n_a, std::int64_t exponent_a, const Limb *b, int n_b,
                          std::int64_t exponent_b) {
    if (sign == 0) return;
    const std::int64_t low = exponent_a + exponent_b;
    cover(low, low + n_a + n_b);
    const int which = sign < 0;
    used_[which] = true;
    Limb *const to = sums_[which].data() + (low - low_);
    for (int i = 0; i < n_b; ++i) add_carry(to + i + n_a, add_multiple(to + i, a, n_a, b[i]));
}

// Storage for limbs of exponents low to high, and one above for the carries of 2^64 terms.
void DyadicSum::cover(std::int64_t low, std::int64_t high) {
    ++high;
    if (sums_[0].empty()) {
        low_ = low;
        for (auto &sum : sums_) sum.assign(std::size_t(high - low), 0);
        return;
    }
    if (low < low_) {
        for (auto &sum : sums_) sum.insert(sum.begin(), std::size_t(low_ - low), 0);
        low_ = low;
    }
    if (high > low_ + std::int64_t(sums_[0].size()))
        for (auto &sum : sums_) sum.resize(std::size_t(high - low_), 0);
}

int DyadicSum::sign() const {
    for (std::size_t i = sums_[0].size(); i-- > 0;)
        if (sums_[0][i] != sums_[1][i]) return sums_[0][i] < sums_[1][i] ? -1 : 1;
    return 0;
}

void DyadicSum::result(Dyadic &value) {
    const int order = sign(), n = int(sums_[0].size());
    if (order == 0) {
        value.assign(0, nullptr, 0, 0);
        return;
    }
    std::vector<Limb> &larger = sums_[order < 0], &smaller = sums_[order > 0];
    if (!used_[order > 0]) {
        value.assign(order, larger.data(), n, low_);
        return;
    }
    scratch_.resize(std::size_t(n));
    subtract(scratch_.data(), larger.data(), smaller.data(), n);
    value.assign(order, scratch_.data(), n, low_);
}

}  // namespace leadlight::geometry
