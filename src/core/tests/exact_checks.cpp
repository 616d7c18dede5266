// Exact arithmetic and the signs made from it: ring identities, 128-bit integers and long doubles as oracles, and
// the bounds of double-doubles against the exact values.
#include <cmath>
#include <cstring>
#include <deque>
#include <random>
#include <thread>
#include <vector>

#include "../geometry/exact/predicates.hpp"
#include "checks.hpp"

namespace {

using namespace leadlight::geometry;

__extension__ typedef __int128 Wide;

std::mt19937_64 random_bits(7);

std::int64_t integer(std::int64_t magnitude) {
    return std::int64_t(random_bits() % (2 * std::uint64_t(magnitude) + 1) - std::uint64_t(magnitude));
}

// Any finite double: all exponents, subnormals and zeros.
double any_double() {
    double value = 0.0;
    do {
        const std::uint64_t bits = random_bits() >> (random_bits() % 4 == 0 ? 12 : 0);
        std::memcpy(&value, &bits, sizeof value);
    } while (!std::isfinite(value));
    return random_bits() % 16 == 0 ? 0.0 : value;
}

// A double of moderate size with few or many bits.
double common_double() {
    const double fraction = double(integer(std::int64_t(1) << (1 + random_bits() % 53)));
    return std::ldexp(fraction, int(integer(40)));
}

Dyadic dyadic(Wide value) {
    Dyadic sum;
    const bool negative = value < 0;
    for (int part = 0; value != 0; ++part) {
        const int bits = int(value % 65536);  // of the sign of value
        sum = sum + Dyadic(std::ldexp(double(bits), 16 * part));
        value /= 65536;
    }
    check(sum.sign() == (negative ? -1 : sum.sign() != 0), "the sign of an integer");
    return sum;
}

// Up to some forty limbs.
Dyadic any_dyadic() {
    Dyadic value(random_bits() % 2 ? any_double() : common_double());
    for (std::uint64_t n = random_bits() % 4; n > 0; --n) {
        const Dyadic other(random_bits() % 2 ? any_double() : common_double());
        value = random_bits() % 2 ? value * other : value + other;
    }
    return value;
}

void check_ring() {
    DyadicSum sum;
    for (int i = 0; i < 20000; ++i) {
        const Dyadic a = any_dyadic(), b = any_dyadic(), c = any_dyadic();
        check(a + b == b + a && a * b == b * a, "commutative");
        check((a + b) + c == a + (b + c) && (a * b) * c == a * (b * c), "associative");
        check((a + b) * c == a * c + b * c && (a - b) * c == a * c - b * c, "distributive");
        check((a + b) - b == a && (a - a).sign() == 0 && a - b == -(b - a), "subtraction undoes addition");
        check((a - b).sign() == compare(a, b) && compare(a, b) == -compare(b, a),
              "order is the sign of the difference");
        check((a * b).sign() == a.sign() * b.sign(), "the sign of a product");
        sum.clear();
        sum.add_product(a, b);
        sum.add_product(b, c, -1);
        sum.add(c);
        const double w = any_double();
        sum.add_product(w, a);
        Dyadic total;
        sum.result(total);
        check(total == a * b - b * c + c + Dyadic(w) * a && total.sign() == sum.sign(), "a sum of products");
        Dyadic copy = total, moved = std::move(copy);
        copy = a;
        check(moved == total && copy == a, "copied and moved");
    }
}

void check_against_integers() {
    for (int i = 0; i < 20000; ++i) {
        const int shift = int(random_bits() % 62);
        const std::int64_t a = integer((std::int64_t(1) << 62) >> shift), b = integer((std::int64_t(1) << 62) >> shift);
        const std::int64_t c = integer(std::int64_t(1) << 62), d = integer((std::int64_t(1) << 62) >> shift);
        const Wide exact = Wide(a) * b - Wide(c) * d;
        const Dyadic value = dyadic(a) * dyadic(b) - dyadic(c) * dyadic(d);
        check(value == dyadic(exact) && value.sign() == (exact > 0) - (exact < 0), "determinants of 62-bit integers");
    }
}

void check_rounding() {
    for (int i = 0; i < 100000; ++i) {
        const double value = any_double();
        check(Dyadic(value).to_double() == value, "a double and back");
        std::int64_t power = 0;
        const double fraction = Dyadic(value).to_fraction(power);
        check(std::ldexp(fraction, int(power)) == value && (value == 0.0 || std::fabs(fraction) >= 0.5), "a fraction");
        const std::int64_t n = integer(std::int64_t(1) << (1 + random_bits() % 62));
        const int exponent = random_bits() % 2 ? int(integer(80)) : -1074 - int(random_bits() % 70);
        const int half = exponent / 2;
        const Dyadic scaled = dyadic(n) * Dyadic(std::ldexp(1.0, half)) * Dyadic(std::ldexp(1.0, exponent - half));
        check(scaled.to_double() == double(std::ldexp((long double)n, exponent)), "rounded to the nearest");
    }
    const Dyadic large = Dyadic(1e300) * Dyadic(-1e300);
    check(std::isinf(large.to_double()) && large.to_double() < 0.0, "overflow");
    check((Dyadic(1e-300) * Dyadic(1e-300)).to_double() == 0.0, "underflow");
}

Dyadic magnitude(Dyadic value) {
    if (value.sign() < 0) value.negate();
    return value;
}

void check_ball(const Ball &x, const Dyadic &exact) {
    if (!std::isfinite(x.high) || !std::isfinite(x.low) || !std::isfinite(x.error)) {
        check(x.sign() == 2, "overflow decides nothing");
        return;
    }
    const Dyadic off = magnitude(exact - (Dyadic(x.high) + Dyadic(x.low)));
    check(compare(off, Dyadic(x.error)) <= 0, "a ball holds the exact value");
    check(std::fabs(x.low) <= 0x1p-53 * std::fabs(x.high), "the low part is half a unit of the high part");
    check(x.sign() == 2 || x.sign() == exact.sign(), "a sign that is decided is right");
}

void check_balls() {
    int exact_sums = 0, decided = 0, n = 0;
    for (int i = 0; i < 50000; ++i) {
        const bool wide = i % 2 == 0;
        const auto number = [&] { return wide ? any_double() : common_double(); };
        Ball x(number());
        Dyadic exact(x.high);
        check_ball(x, exact);
        for (int step = 0; step < 6; ++step) {
            const double value = number();
            switch (random_bits() % 4) {
                case 0: x = x + Ball(value), exact = exact + Dyadic(value); break;
                case 1: x = x * Ball(value), exact = exact * Dyadic(value); break;
                case 2: x = x - Ball(value) * x, exact = exact - Dyadic(value) * exact; break;
                default: x = x * x - Ball(value), exact = exact * exact - Dyadic(value);
            }
            check_ball(x, exact);
            if (!wide) decided += x.sign() != 2, exact_sums += x.error == 0.0, ++n;
        }
        check_ball(to_ball(exact), exact);
    }
    check(decided > n - n / 20, "common numbers are decided");
    check(exact_sums > n / 20, "numbers of few bits are exact");
    const Ball cancelled = Ball(3.0) * Ball(5.0) - Ball(15.0);
    check(cancelled.sign() == 0, "a zero is proven where nothing is rounded");
    check((Ball(0.1) * Ball(0.3) * Ball(0.7) * Ball(0.9) - Ball(0.0189)).sign() != 0, "and only there");
    check((Ball(1e-200) * Ball(1e-200)).sign() == 2, "underflow decides nothing");
}

// A network 2-3-3-1 of small integers in one cell, and its forms in 64-bit integers.
struct IntegerCase {
    std::vector<double> W[3], b[3];
    std::vector<Pieces> pieces;
    Net net;
    std::uint8_t piece[2][3];
    std::int64_t forms[3][3][3] = {};  // [layer][unit][a, b, c] of the preactivations

    static constexpr double breakpoints[] = {0.0}, slopes[] = {0.0, 1.0}, intercepts[] = {0.0, 0.0};

    IntegerCase() : pieces(3, Pieces{1, breakpoints, slopes, intercepts}) {
        const int sizes[] = {2, 3, 3, 1};
        std::int64_t h[3][3] = {{1, 0, 0}, {0, 1, 0}, {0, 0, 0}};
        for (int l = 0; l < 3; ++l) {
            for (int j = 0; j < sizes[l + 1]; ++j) {
                std::int64_t *const z = forms[l][j];
                for (int i = 0; i < sizes[l]; ++i) {
                    const std::int64_t w = integer(3);
                    W[l].push_back(double(w));
                    for (int k = 0; k < 3; ++k) z[k] += w * h[i][k];
                }
                const std::int64_t bias = integer(2);
                b[l].push_back(double(bias));
                z[2] += bias;
            }
            for (int j = 0; j < 3 && l < 2; ++j) {
                piece[l][j] = std::uint8_t(random_bits() % 4 != 0);
                for (int k = 0; k < 3; ++k) h[j][k] = piece[l][j] ? forms[l][j][k] : 0;
            }
            net.layers.push_back({sizes[l], sizes[l + 1], W[l].data(), b[l].data(), l < 2 ? pieces.data() : nullptr});
        }
        net.corners = {-1.0, -1.0, 1.0, -1.0, 1.0, 1.0, -1.0, 1.0};
    }
    IntegerCase(const IntegerCase &) = delete;
};

int sign_of(std::int64_t value) { return (value > 0) - (value < 0); }

void check_lines() {
    std::int64_t crossings = 0, zeros = 0;
    for (int repeat = 0; repeat < 300; ++repeat) {
        const IntegerCase random;
        Predicates predicates(random.net);
        std::deque<Context> contexts;
        contexts.emplace_back(random.net);
        contexts.emplace_back(contexts[0], random.piece[0]);
        contexts.emplace_back(contexts[1], random.piece[1]);
        std::vector<LineRef> lines;
        std::vector<const std::int64_t *> forms;
        for (int l = 0; l < 2; ++l)
            for (int j = 0; j < 3; ++j) {
                lines.push_back({&contexts[std::size_t(l)], j, 0});
                forms.push_back(random.forms[l][j]);
                const std::int64_t *const f = forms.back();
                const int expected = f[0] == 0 && f[1] == 0 ? sign_of(f[2]) : 2;
                check(predicates.constant_sign(lines.back()) == expected, "a unit that is constant in a cell");
            }
        const std::int64_t edges[4][3] = {{0, 2, 2}, {-2, 0, 2}, {0, -2, 2}, {2, 0, 2}};  // inside is positive
        for (int e = 0; e < 4; ++e) {
            lines.push_back({nullptr, e, 0});
            forms.push_back(edges[e]);
        }
        for (std::size_t i = 0; i < lines.size(); ++i)
            for (std::size_t j = 0; j < lines.size(); ++j) {
                const std::int64_t *const f = forms[i], *const g = forms[j];
                const std::int64_t x = f[1] * g[2] - f[2] * g[1], y = f[2] * g[0] - f[0] * g[2];
                const std::int64_t w = f[0] * g[1] - f[1] * g[0];
                check(predicates.sign_of_direction(lines[i], lines[j]) == sign_of(w), "the direction of a crossing");
                if ((f[0] || f[1]) && (g[0] || g[1]))
                    check(predicates.same_line(lines[i], lines[j]) == (x == 0 && y == 0 && w == 0), "the same line");
                if (w == 0) continue;
                for (std::size_t k = 0; k < lines.size(); ++k) {
                    const std::int64_t *const h = forms[k];
                    const int expected = sign_of(h[0] * x + h[1] * y + h[2] * w) * sign_of(w);
                    check(predicates.sign_at(lines[k], {lines[i], lines[j]}) == expected, "a sign at a crossing");
                    ++crossings;
                    zeros += expected == 0;
                    const std::int64_t turn = f[0] * h[1] - f[1] * h[0];
                    if (turn == 0) continue;
                    // The crossing with h, by its own coordinates, against the one with g.
                    const std::int64_t hx = f[1] * h[2] - f[2] * h[1], hy = f[2] * h[0] - f[0] * h[2];
                    const std::int64_t along = (f[0] * y - f[1] * x) * turn, along_h = (f[0] * hy - f[1] * hx) * w;
                    const int order = sign_of(along - along_h) * sign_of(w) * sign_of(turn);
                    check(predicates.compare_along(lines[i], {lines[i], lines[j]}, {lines[k], lines[i]}) == order,
                          "the order of two crossings along a line");
                }
            }
        check(predicates.equal_outputs(contexts[2], contexts[2]), "a cell has the outputs it has");
        check(predicates.decided_by_double_double() > 0 && predicates.decided_exactly() == 0,
              "small integers need no more than double-doubles");
    }
    check(crossings > 10000 && zeros > 1000, "enough cases");
}

// Several threads ask the same contexts at once; run under the thread sanitizer.
void check_sharing() {
    const IntegerCase random;
    for (int repeat = 0; repeat < 20; ++repeat) {
        const Context root(random.net), middle(root, random.piece[0]), last(middle, random.piece[1]);
        std::vector<int> signs[3];
        std::vector<std::thread> threads;
        for (std::vector<int> &found : signs)
            threads.emplace_back([&] {
                Predicates predicates(random.net);
                for (const Context *context : {&last, &middle, &root})
                    for (int unit = 0; unit < (context == &last ? 1 : 3); ++unit) {
                        found.push_back(predicates.constant_sign({context, unit, 0}));
                        found.push_back(context->exact_form(unit).c.sign());
                    }
            });
        for (std::thread &thread : threads) thread.join();
        check(signs[0] == signs[1] && signs[0] == signs[2], "threads agree");
    }
}

}  // namespace

void check_exact() {
    check_ring();
    check_against_integers();
    check_rounding();
    check_balls();
    check_lines();
    check_sharing();
}
