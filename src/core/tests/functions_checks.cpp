// The functions of training/functions.hpp against the C library in the next wider precision, to the bounds stated
// there. (Against mpmath: tests/training/test_functions.py.)
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <limits>
#include <vector>

#include "checks.hpp"

using leadlight::Function;
using leadlight::Kernels;
using leadlight::Phi;

namespace {

template <typename Wide>
struct Case {
    const char *name;
    Function function;  // or, where it is `none`, the value of an activation
    Phi phi;
    double low, high;  // of the arguments
    double bound;      // units in the last place
    Wide (*exact)(Wide);
};

constexpr Function none = Function(-1);
constexpr double infinity = std::numeric_limits<double>::infinity();

template <typename Wide>
Wide sigmoid(Wide z) {
    const Wide e = std::exp(-std::fabs(z));
    return (z > 0 ? 1 : e) / (1 + e);
}

template <typename Wide>
Wide normal(Wide z) {
    return std::erfc(z * -std::sqrt(Wide(0.5))) / 2;
}

// |got - exact| in units in the last place of the exact value; below the normal range it is asked for less than
// the smallest normal number only.
template <typename Real, typename Wide>
double error_of(Real got, Wide exact) {
    using Limits = std::numeric_limits<Real>;
    const Wide error = std::fabs(Wide(got) - exact);
    if (!(std::fabs(exact) >= Limits::min())) return error < Limits::min() ? 0.0 : infinity;
    return double(std::ldexp(error, Limits::digits - 1 - std::ilogb(exact)));
}

template <typename Real, typename Wide, typename Bits>
void check_precision(const leadlight::TrainKernels<Real> &kernels, std::uint64_t stride) {
    const double exp_limit = sizeof(Real) == 4 ? 88.0 : 709.0, normal_limit = sizeof(Real) == 4 ? 13.26 : 37.65;
    const double normal_from = sizeof(Real) == 4 ? -12.9 : -37.4;  // Phi is a normal number from here on
    const Case<Wide> cases[] = {
        {"exp", Function::exp, Phi::identity, -infinity, exp_limit, 1.1, [](Wide x) { return std::exp(x); }},
        {"1 - exp", Function::one_minus_exp, Phi::identity, -infinity, 0, 1.3, [](Wide x) { return -std::expm1(x); }},
        {"log", Function::log, Phi::identity, double(std::numeric_limits<Real>::min()),
         double(std::numeric_limits<Real>::max()), 2.1, [](Wide x) { return std::log(x); }},
        {"log1p", Function::log1p, Phi::identity, 0, 1, 3.8, [](Wide x) { return std::log1p(x); }},
        {"normal", Function::normal, Phi::identity, -normal_limit, normal_limit, 10, normal<Wide>},
        {"sigmoid", none, Phi::sigmoid, -infinity, infinity, 2.6, sigmoid<Wide>},
        {"tanh", none, Phi::tanh, -infinity, infinity, 2.7, [](Wide z) { return std::tanh(z); }},
        {"softplus", none, Phi::softplus, -infinity, infinity, 4.3,
         [](Wide z) { return (z > 0 ? z : 0) + std::log1p(std::exp(-std::fabs(z))); }},
        {"gelu", none, Phi::gelu, normal_from, infinity, 11, [](Wide z) { return z * normal(z); }},
        {"elu", none, Phi::elu, -infinity, infinity, 1.3, [](Wide z) { return z > 0 ? z : std::expm1(z); }},
    };
    std::printf("  float%d, ulp:", int(8 * sizeof(Real)));
    constexpr std::size_t chunk = 4099;  // a prime, so that chunks end in the middle of a vector
    std::vector<Real> x, value, unused(chunk);
    for (const Case<Wide> &one : cases) {
        double worst = 0.0;
        std::uint64_t bits = 0;
        const auto compare = [&] {
            value.assign(x.size(), Real(-1));
            if (one.function == none)
                kernels.activation(one.phi, 1.0, x.data(), value.data(), unused.data(), long(x.size()));
            else
                kernels.function(one.function, x.data(), value.data(), long(x.size()));
            for (std::size_t i = 0; i < x.size(); ++i)
                if (std::isinf(x[i]) && value[i] == x[i])
                    check(one.exact(Wide(x[i])) == Wide(x[i]), one.name);
                else
                    worst = std::fmax(worst, error_of(value[i], one.exact(Wide(x[i]))));
            x.clear();
        };
        for (bool last = false; !last; bits += stride) {
            const Bits these = Bits(bits);
            Real number;
            std::memcpy(&number, &these, sizeof number);
            if (double(number) >= one.low && double(number) <= one.high) x.push_back(number);  // not NaN either
            last = std::numeric_limits<Bits>::max() - these < stride;
            if (last || x.size() == chunk) compare();
        }
        std::printf("%s %s %.2f", &one == cases ? "" : ",", one.name, worst);
        check(worst <= one.bound, one.name);
    }
    std::printf("\n");
}

}  // namespace

void check_functions(const Kernels &kernels, std::uint64_t stride) {
    check_precision<float, double, std::uint32_t>(kernels.train_f32, stride);
    if (std::numeric_limits<long double>::digits >= 64)
        check_precision<double, long double, std::uint64_t>(kernels.train_f64, stride << 32);
}
