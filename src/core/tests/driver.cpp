// Runs the core without Python: every level this machine has, the dispatch, the rates. Built by
// `make sanitize` with the address and undefined-behaviour sanitizers.
//
// driver              a sample of float32 numbers for exp (a few seconds)
// driver exhaustive   all 2^32 of them, and the largest error printed
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <limits>
#include <stdexcept>
#include <vector>

#include "../kernels.hpp"
#include "../measure.hpp"

using leadlight::Kernels;

namespace {

int failures = 0;

void check(bool holds, const char *what) {
    if (holds) return;
    std::printf("FAILED: %s\n", what);
    ++failures;
}

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

// The largest error of exp over the floats with bits 0, stride, 2 stride, ...; same bits as `reference`.
double sweep_exp(const Kernels &kernels, const Kernels &reference, std::uint64_t stride) {
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

void check_dispatch() {
    bool thrown = false;
    try {
        leadlight::choose_kernels("no such level");
    } catch (const std::runtime_error &error) {
        thrown = std::strstr(error.what(), "no such level") != nullptr;
    }
    check(thrown, "an unknown level is refused by name");
    check(&leadlight::choose_kernels(nullptr) == &leadlight::choose_kernels(""), "empty means not set");
    check(leadlight::usable_cores() >= 1, "at least one core");
}

}  // namespace

int main(int n_arguments, char **arguments) {
    const bool exhaustive = n_arguments > 1 && std::strcmp(arguments[1], "exhaustive") == 0;
    std::printf("%s, %d cores\n", leadlight::cpu_name().c_str(), leadlight::usable_cores());
    check_dispatch();

    const Kernels *available[leadlight::max_levels];
    const int n = leadlight::available_kernels(available);
    check(n >= 1, "at least one level");
    for (int i = 0; i < n; ++i) {
        const Kernels &kernels = *available[i];
        check(&leadlight::choose_kernels(leadlight::level_name(kernels.level)) == &kernels, "a level by its name");
        const double f32 = leadlight::measure_multiply_add_f32(kernels, 0.01);
        const double f64 = leadlight::measure_multiply_add_f64(kernels, 0.01);
        const double exps = leadlight::measure_exp_f32(kernels, 0.01);
        check(f32 > 0.0 && std::isfinite(f32) && f64 > 0.0 && std::isfinite(f64) && exps > 0.0, "rates");
        const double worst = sweep_exp(kernels, *available[0], exhaustive ? 1 : 1009);
        check(worst < 1.0, "exp is within one unit in the last place");
        std::printf("%-8s  %8.1f GFLOP/s float32  %8.1f GFLOP/s float64  %6.2f Gexp/s  largest error %.4f ulp\n",
                    leadlight::level_name(kernels.level), f32, f64, exps, worst);
    }
    std::printf(failures ? "%d checks failed\n" : "all checks hold\n", failures);
    return failures ? 1 : 0;
}
