#include "measure.hpp"

#include <chrono>
#include <vector>

namespace leadlight {

namespace {

// work(rounds) returns how many operations it did. The best rate, in 10^9 operations per second.
template <typename Work>
double best_rate(Work work, double seconds) {
    using Clock = std::chrono::steady_clock;
    const auto elapsed = [](Clock::time_point since) {
        return std::chrono::duration<double>(Clock::now() - since).count();
    };
    constexpr double slice = 1e-3;
    std::size_t rounds = 1;
    double best = 0.0;
    const auto start = Clock::now();
    do {
        const auto slice_start = Clock::now();
        const double operations = double(work(rounds));
        const double taken = elapsed(slice_start);
        if (taken < 0.5 * slice)
            rounds *= 2;  // still finding the size of a slice
        else
            best = operations / taken > best ? operations / taken : best;
    } while (elapsed(start) < seconds || best == 0.0);
    return best * 1e-9;
}

}  // namespace

double measure_multiply_add_f32(const Kernels &kernels, double seconds) {
    return best_rate(
        [&](std::size_t rounds) {
            float sink = 0.0f;
            return kernels.multiply_add_f32(rounds, &sink);
        },
        seconds);
}

double measure_multiply_add_f64(const Kernels &kernels, double seconds) {
    return best_rate(
        [&](std::size_t rounds) {
            double sink = 0.0;
            return kernels.multiply_add_f64(rounds, &sink);
        },
        seconds);
}

double measure_exp_f32(const Kernels &kernels, double seconds) {
    constexpr std::size_t n = 2048;  // 8 KiB in and 8 KiB out: both in the first-level cache
    std::vector<float> in(n), out(n);
    for (std::size_t i = 0; i < n; ++i) in[i] = -10.0f + 20.0f * float(i) / float(n);
    return best_rate(
        [&](std::size_t rounds) {
            for (std::size_t round = 0; round < rounds; ++round) kernels.exp_f32(in.data(), out.data(), n);
            return rounds * n;
        },
        seconds);
}

}  // namespace leadlight
