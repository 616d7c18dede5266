// Sums of products of dyadic numbers, in fixed point.
#include "limbs.hpp"

namespace leadlight::geometry {

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
