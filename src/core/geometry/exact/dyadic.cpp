// Storage, sums, products and comparison of dyadic numbers.
#include "dyadic.hpp"

#include <algorithm>
#include <utility>
#include <vector>

#include "limbs.hpp"

namespace leadlight::geometry {

namespace {

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

}  // namespace leadlight::geometry
