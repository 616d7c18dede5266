// The kernel of double-double forms on every vector level: its bounds against exact sums, with numbers of all sizes it
// takes, terms that cancel, units that are not 0 in one part only, and integers, whose sums are exact.
#include <cmath>
#include <random>
#include <vector>

#include "../geometry/dyadic.hpp"
#include "checks.hpp"

namespace {

using namespace leadlight::geometry;

struct BallCase {
    int n_terms;
    long stride;
    std::vector<double> weights, biases, out;
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
            const double value = std::ldexp(fraction, exponents ? int(bits() % std::uint64_t(2 * exponents)) - exponents : 0);
            return (bits() % 2 ? 1.0 : -1.0) * std::fmax(value, least);
        };
        for (long i = 0; i < n_terms * stride; ++i) weights.push_back(number(spread, 0x1p-400));
        for (long j = 0; j < stride; ++j) biases.push_back(number(spread, 0x1p-400));
        for (int t = 0; t < n_terms; ++t) {
            BallTerm term{weights.data() + t * stride, {}, {}, 0.0, 0.0, 0.0, 0.0};
            for (int i = 0; i < 3; ++i) {
                term.high[i] = number(spread + spread / 4, 0.0);
                term.low[i] = integers ? 0.0 : term.high[i] * number(0, 0.0) * 0x1p-53;
            }
            terms.push_back(term);
        }
        if (seed % 4 == 2)  // all but cancel: the second half undoes the first
            for (int t = 0; t + 1 < n_terms; t += 2)
                for (int i = 0; i < 3; ++i) {
                    for (long j = 0; j < stride; ++j)
                        weights[std::size_t((t + 1) * stride + j)] = -weights[std::size_t(t * stride + j)];
                    terms[std::size_t(t + 1)].high[i] = terms[std::size_t(t)].high[i];
                    terms[std::size_t(t + 1)].low[i] = terms[std::size_t(t)].low[i] * number(0, 0.0);
                }
        if (seed % 8 == 3)  // constants only
            for (BallTerm &term : terms) term.high[0] = term.high[1] = term.low[0] = term.low[1] = 0.0;
        for (BallTerm &term : terms) {
            const double size = std::fmax(std::fabs(term.high[0]), std::fabs(term.high[1]));
            term.size_ab = size == 0.0 ? 0.0 : std::fmax(size, 0x1p-500);
            term.size_c = term.high[2] == 0.0 ? 0.0 : std::fmax(std::fabs(term.high[2]), 0x1p-500);
        }
        out.resize(std::size_t(ball_arrays * stride));
    }
};

void check_case(const leadlight::GeometryKernels &kernels, std::uint64_t seed, double &worst) {
    BallCase made(seed);
    const ExactSums exact = made.integers ? ExactSums{0x1p50, 0x1p50} : ExactSums();
    const auto at = [&](int array, long j) { return made.out[std::size_t(array * made.stride + j)]; };
    kernels.add_ball_terms(made.out.data(), made.biases.data(), made.terms.data(), made.n_terms, exact, made.stride);
    for (long j = 0; j < made.stride; ++j)
        for (int i = 0; i < 3; ++i) {
            DyadicSum sum;
            sum.clear();
            double size = 0.0;
            if (i == 2) sum.add(Dyadic(made.biases[std::size_t(j)])), size += std::fabs(made.biases[std::size_t(j)]);
            for (const BallTerm &term : made.terms) {
                sum.add_product(term.weights[j], Dyadic(term.high[i]) + Dyadic(term.low[i]));
                size += std::fabs(term.weights[j]) * (i < 2 ? term.size_ab : term.size_c);
            }
            Dyadic value;
            sum.result(value);
            Dyadic off = value - (Dyadic(at(2 * i, j)) + Dyadic(at(2 * i + 1, j)));
            if (off.sign() < 0) off.negate();
            const double error = at(6 + i / 2, j);
            check(compare(off, Dyadic(error)) <= 0, "a sum of balls holds the exact sum");
            check(std::fabs(at(2 * i + 1, j)) <= 0x1p-53 * std::fabs(at(2 * i, j)), "the low part is half a unit of the high part");
            check(!made.integers || error == 0.0, "sums of small integers are exact");
            check(error <= 0x1p-93 * size, "the bound is that of double-doubles");
            if (error > 0.0) worst = std::fmax(worst, off.to_double() / error);
        }
    // What the terms are off comes to the bound, times the weights.
    const std::vector<double> before = made.out;
    for (BallTerm &term : made.terms) term.error_ab = term.size_ab * 0x1p-90, term.error_c = term.size_c * 0x1p-70;
    kernels.add_ball_terms(made.out.data(), made.biases.data(), made.terms.data(), made.n_terms, exact, made.stride);
    for (long j = 0; j < made.stride; ++j)
        for (int k = 0; k < 2; ++k) {
            DyadicSum sum;
            sum.clear();
            sum.add(Dyadic(before[std::size_t((6 + k) * made.stride + j)]));
            for (const BallTerm &term : made.terms)
                sum.add_product(std::fabs(term.weights[j]), Dyadic(k == 0 ? term.error_ab : term.error_c));
            Dyadic least;
            sum.result(least);
            // Of two sums of bounds that were rounded up: up to one part in 2^29.
            check(compare(Dyadic(at(6 + k, j)) * Dyadic(1.0 + 0x1p-29), least) >= 0, "errors of terms are in the bound");
        }
}

}  // namespace

void check_ball_terms(const leadlight::Kernels &kernels) {
    double worst = 0.0;
    for (std::uint64_t seed = 0; seed < 2000; ++seed) check_case(kernels.geometry, seed, worst);
    check(worst > 0x1p-12, "the bound of double-doubles is no wild guess");
}
