// Dyadic numbers from floats, and rounded to floats.
#include <algorithm>
#include <cmath>

#include "limbs.hpp"

namespace leadlight::geometry {

Dyadic::Dyadic(double value) {
    const DoubleLimbs limbs(value);
    sign_ = std::int16_t(limbs.sign);
    size_ = limbs.size;
    exponent_ = limbs.exponent;
    inline_[0] = limbs.limb[0];
    inline_[1] = limbs.limb[1];
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

double quotient(const Dyadic &x, const Dyadic &y) {
    if (x.sign() == 0) return 0.0;
    // Cutting off x, y and the quotient of at least 63 bits costs a part in 2^62 each: 0.01 units in the last place.
    std::int64_t x_power, y_power;
    const Wide numerator = Wide(x.leading(x_power)) << 63;
    const Wide bits = numerator / y.leading(y_power);
    const std::int64_t power = std::max<std::int64_t>(std::min<std::int64_t>(x_power - y_power - 63, 2000), -2000);
    return x.sign() * y.sign() * std::ldexp(double(std::uint64_t(bits)), int(power));
}

}  // namespace leadlight::geometry
