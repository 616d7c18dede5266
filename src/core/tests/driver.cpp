// Runs the core without Python: every level this machine has, the dispatch, the rates. Built by
// `make sanitize`, once with the address and undefined-behaviour sanitizers and once with the thread sanitizer.
//
// driver              a sample of numbers for exp and the functions of training (a few seconds)
// driver exhaustive   all 2^32 float32 for exp, every 101st for the others; the largest errors printed
#include <cmath>
#include <cstdio>
#include <cstring>
#include <string>

#include "../measure.hpp"
#include "checks.hpp"

using leadlight::Kernels;

namespace {

int failures = 0;

}  // namespace

void check(bool holds, const char *what) {
    if (holds) return;
    std::printf("FAILED: %s\n", what);
    ++failures;
}

int main(int n_arguments, char **arguments) {
    const bool exhaustive = n_arguments > 1 && std::strcmp(arguments[1], "exhaustive") == 0;
    const std::string name = leadlight::cpu_name();  // empty on arm64
    std::printf("%s, %d cores\n", name.empty() ? "unnamed processor" : name.c_str(), leadlight::usable_cores());
    check_dispatch();
    check_exact();
    check_count();

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
        check_training(kernels);
        check_targets(kernels);
        check_ball_terms(kernels);
        check_enumerate(kernels, *available[0]);
        check_stream(kernels);
        const double worst = check_exp(kernels, *available[0], exhaustive ? 1 : 1009);
        check(worst < 1.0, "exp is within one unit in the last place");
        std::printf("%-8s  %8.1f GFLOP/s float32  %8.1f GFLOP/s float64  %6.2f Gexp/s  largest error %.4f ulp\n",
                    leadlight::level_name(kernels.level), f32, f64, exps, worst);
        check_functions(kernels, exhaustive ? 101 : 20011);
    }
    std::printf(failures ? "%d checks failed\n" : "all checks hold\n", failures);
    return failures ? 1 : 0;
}
