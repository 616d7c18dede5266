// exp of float32 on every level: the same bits, and how far from the C library's in float64.
#include <cmath>
#include <cstddef>
#include <cstring>
#include <limits>
#include <vector>

#include "checks.hpp"

using leadlight::Kernels;

namespace {

float from_bits(std::uint32_t bits) {
    float x;
    std::memcpy(&x, &bits, sizeof x);
    return x;
}

// |got - exact| in units in the last place of the exact value (of the smallest float below the normal range).
double ulp_error(float got, double exact) {
    const int exponent = std::ilogb(exact);
    const double ulp = std::ldexp(1.0, (exponent < -126 ? -126 : exponent) - 23);
    return std::fabs(double(got) - exact) / ulp;
}

}  // namespace

double check_exp(const Kernels &kernels, const Kernels &reference, std::uint64_t stride) {
    constexpr std::size_t chunk = 4099;  // a prime, so that chunks end in the middle of a vector
    std::vector<float> in, out, expected;
    double worst = 0.0;
    for (std::uint64_t bits = 0; bits < (std::uint64_t(1) << 32);) {
        in.clear();
        for (; in.size() < chunk && bits < (std::uint64_t(1) << 32); bits += stride)
            in.push_back(from_bits(std::uint32_t(bits)));
        out.assign(in.size(), -1.0f);
        expected.assign(in.size(), -2.0f);
        kernels.exp_f32(in.data(), out.data(), in.size());
        reference.exp_f32(in.data(), expected.data(), in.size());
        for (std::size_t i = 0; i < in.size(); ++i) {
            if (std::isnan(in[i])) {
                check(std::isnan(out[i]), "exp(NaN) is NaN");
                continue;
            }
            check(std::memcmp(&out[i], &expected[i], sizeof(float)) == 0, "every level returns the same bits");
            const double exact = std::exp(double(in[i]));
            if (exact > double(std::numeric_limits<float>::max()))
                check(std::isinf(out[i]) || ulp_error(out[i], exact) < 1.0, "exp overflows to infinity");
            else if (exact == 0.0)
                check(out[i] == 0.0f, "exp underflows to zero");
            else
                worst = std::fmax(worst, ulp_error(out[i], exact));
        }
    }
    return worst;
}
