// The kernel of double-double forms on every vector level: its bounds against exact sums, with numbers of all sizes it
// takes, terms that cancel, units that are not 0 in one part only, and integers, whose sums are exact.
#include <array>
#include <cmath>
#include <random>
#include <vector>

#include "../geometry/exact/dyadic.hpp"
#include "checks.hpp"

namespace {

using namespace leadlight::geometry;

struct BallCase {
    int n_terms;
    long stride;
    std::vector<double> weights, biases, out;
    std::vector<std::array<double, ball_arrays>> units;
    std::vector<BallTerm> terms;
    bool integers;

    explicit BallCase(std::uint64_t seed) : integers(seed % 4 == 0) {
        std::mt19937_64 bits(seed);
        n_terms = int(bits() % 20);
        stride = 8 * long(1 + bits() % 4);
        const int spread = seed % 4 == 1 ? 400 : int(bits() % 8);
        const auto number = [&](int exponents, double least) {
            if (bits() % 8 == 0) return 0.0;
            if (integers) return double(int(bits() % 15) - 7);
            const double fraction = std::ldexp(double(bits() >> 11) + 1.0, -53);
            const double value =
                std::ldexp(fraction, exponents ? int(bits() % std::uint64_t(2 * exponents)) - exponents : 0);
            return (bits() % 2 ? 1.0 : -1.0) * std::fmax(value, least);
        };
        for (long i = 0; i < n_terms * stride; ++i) weights.push_back(number(spread, 0x1p-400));
        for (long j = 0; j < stride; ++j) biases.push_back(number(spread, 0x1p-400));
        for (int t = 0; t < n_terms; ++t) {
            std::array<double, ball_arrays> h{};
            for (std::size_t i = 0; i < 3; ++i) {
                h[i] = number(spread + spread / 4, 0.0);
                h[ball_low + i] = integers ? 0.0 : h[i] * number(0, 0.0) * 0x1p-53;
            }
            units.push_back(h);
        }
        if (seed % 4 == 2)  // all but cancel: the second half undoes the first
            for (int t = 0; t + 1 < n_terms; t += 2)
                for (std::size_t i = 0; i < 3; ++i) {
                    for (long j = 0; j < stride; ++j)
                        weights[std::size_t((t + 1) * stride + j)] = -weights[std::size_t(t * stride + j)];
                    units[std::size_t(t + 1)][i] = units[std::size_t(t)][i];
                    units[std::size_t(t + 1)][ball_low + i] = units[std::size_t(t)][ball_low + i] * number(0, 0.0);
                }
        if (seed % 8 == 3)  // constants only
            for (auto &h : units) h[0] = h[1] = h[ball_low] = h[ball_low + 1] = 0.0;
        const auto floored = [](double size) { return size == 0.0 ? 0.0 : std::fmax(size, 0x1p-500); };
        for (int t = 0; t < n_terms; ++t) {
            auto &h = units[std::size_t(t)];
            h[ball_size] = floored(std::fmax(std::fabs(h[0]), std::fabs(h[1])));
            h[ball_size + 1] = floored(std::fabs(h[2]));
            terms.push_back({weights.data() + t * stride, h.data(), 1});
        }
        out.resize(std::size_t(ball_arrays * stride));
    }
};

void check_case(const leadlight::GeometryKernels &kernels, std::uint64_t seed, double &worst) {
    BallCase made(seed);
    const ExactSums exact = made.integers ? ExactSums{0x1p50, 0x1p50} : ExactSums();
    const auto at = [&](int array, long j) { return made.out[std::size_t(array * made.stride + j)]; };
    const auto add_up = [&] {
        return kernels.add_ball_terms(made.out.data(), made.biases.data(), made.terms.data(), made.n_terms, exact,
                                      made.stride);
    };
    const BallRange range = add_up();
    for (long j = 0; j < made.stride; ++j)
        for (int i = 0; i < 3; ++i) {
            DyadicSum sum;
            sum.clear();
            double size = 0.0;
            if (i == 2) sum.add(Dyadic(made.biases[std::size_t(j)])), size += std::fabs(made.biases[std::size_t(j)]);
            for (const BallTerm &term : made.terms) {
                sum.add_product(term.weights[j], Dyadic(term.h[i]) + Dyadic(term.h[ball_low + i]));
                size += std::fabs(term.weights[j]) * term.h[ball_size + i / 2];
            }
            Dyadic value;
            sum.result(value);
            Dyadic off = value - (Dyadic(at(ball_high + i, j)) + Dyadic(at(ball_low + i, j)));
            if (off.sign() < 0) off.negate();
            const double error = at(ball_error + i / 2, j);
            check(compare(off, Dyadic(error)) <= 0, "a sum of balls holds the exact sum");
            check(std::fabs(at(ball_low + i, j)) <= 0x1p-53 * std::fabs(at(ball_high + i, j)),
                  "the low part is half a unit of the high part");
            check(!made.integers || error == 0.0, "sums of small integers are exact");
            check(error <= 0x1p-93 * size + 0x1p-599, "the bound is that of double-doubles");
            check(at(ball_off + i / 2, j) >= std::fabs(at(ball_low + i, j)) + error &&
                      at(ball_size + i / 2, j) >= std::fabs(at(ball_high + i, j)) &&
                      range.largest >= std::fmax(at(ball_size + i / 2, j), error) &&
                      (i < 2 ? range.off_ab : range.off_c) >= at(ball_off + i / 2, j),
                  "what is known of a layer's balls holds");
            if (error > 0.0) worst = std::fmax(worst, off.to_double() / error);
        }
    // What the terms are off comes to the bound, times the weights.
    const std::vector<double> before = made.out;
    for (auto &h : made.units) h[ball_error] = h[ball_size] * 0x1p-90, h[ball_error + 1] = h[ball_size + 1] * 0x1p-70;
    add_up();
    for (long j = 0; j < made.stride; ++j)
        for (int k = 0; k < 2; ++k) {
            DyadicSum sum;
            sum.clear();
            const double rounded = before[std::size_t((ball_error + k) * made.stride + j)];
            if (rounded > 0x1p-600) sum.add(Dyadic(rounded));  // or it may be the least bound there is
            for (const BallTerm &term : made.terms)
                sum.add_product(std::fabs(term.weights[j]), Dyadic(term.h[ball_error + k]));
            Dyadic least;
            sum.result(least);
            // Of two sums of bounds that were rounded up: up to one part in 2^29.
            check(compare(Dyadic(at(ball_error + k, j)) * Dyadic(1.0 + 0x1p-29), least) >= 0,
                  "errors of terms are in the bound");
        }
}

}  // namespace

void check_ball_terms(const leadlight::Kernels &kernels) {
    double worst = 0.0;
    for (std::uint64_t seed = 0; seed < 2000; ++seed) check_case(kernels.geometry, seed, worst);
    check(worst > 0x1p-12, "the bound of double-doubles is no wild guess");
}
