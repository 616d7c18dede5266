#include "layers.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>

#include "../exact/dyadic.hpp"
#include "../kernels/ball_terms.hpp"

namespace leadlight::geometry {

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

// The largest power of two that divides x; infinity for 0.
double quantum(double x) {
    if (x == 0.0) return infinity;
    std::uint64_t bits;
    std::memcpy(&bits, &x, sizeof bits);
    const std::uint64_t biased = bits >> 52 & 0x7ff,
                        last = (biased - 52 + std::uint64_t(__builtin_ctzll(bits | std::uint64_t(1) << 52))) << 52;
    if (biased > 52 && biased < 0x7ff) {  // its last digit is a normal number, as nearly always
        double power;
        std::memcpy(&power, &last, sizeof power);
        return power;
    }
    int exponent;
    double fraction = std::frexp(x, &exponent);
    fraction = std::fabs(fraction) * 0x1p53;
    const auto digits = static_cast<std::uint64_t>(fraction);
    return std::ldexp(1.0, exponent - 53 + __builtin_ctzll(digits));  // 0 if it underflows: no quantum
}

bool in_ball_range(double x) { return x == 0.0 || (std::fabs(x) >= 0x1p-400 && std::fabs(x) <= 0x1p400); }

double product(double a, double b) {  // of quanta; infinity stands for that of zero
    return a == infinity || b == infinity ? infinity : a * b;
}

bool meets(const Pieces &pieces, int k) {
    const Dyadic t(pieces.breakpoints[k]);
    const Dyadic left = Dyadic(pieces.slopes[k]) * t + Dyadic(pieces.intercepts[k]);
    return left == Dyadic(pieces.slopes[k + 1]) * t + Dyadic(pieces.intercepts[k + 1]);
}

// Bounds for each unit cost as much again as the forms, and pay in deep networks only: after a few layers that bend,
// in wide layers after a few more.
bool keeps_bounds_by_unit(const NetworkLayer &layer, int n_bending) {
    return n_bending >= (double(layer.n_in) * layer.n_out > 16384.0 ? 6 : 3);
}

// Where forms are small, double-doubles cost no more than floats with bounds for each unit.
bool is_from_balls(const std::vector<Layer> &layers, int l, int n_hidden) {
    const auto in_range = [](const Layer &layer) { return layer.in_ball_range; };
    const Layer &layer = layers[std::size_t(l)];
    return l < n_hidden && layer.bounds_by_unit && !is_wide(layer) &&
           std::all_of(layers.begin(), layers.begin() + l + 1, in_range);
}

// Null where all lines of a layer differ.
std::unique_ptr<Repeats> find_repeats(const Net &net, int l) {
    if (!may_have_equal_lines(net, l)) return nullptr;
    EqualLines found = find_equal_lines(net, l);
    auto repeats = std::make_unique<Repeats>();
    std::size_t line = 0;
    std::vector<std::vector<EqualLine>> copies(found.equals.size());
    bool any = false;
    for (int unit = 0; unit < net.layers[std::size_t(l)].n_out; ++unit)
        for (int k = 0; line < std::size_t(found.first[std::size_t(unit) + 1]); ++k, ++line) {
            EqualLine &equal = found.equals[line];
            if (equal.unit < 0) equal = {unit, k, 1};  // constant: each on its own
            if (equal.unit == unit && equal.breakpoint == k) continue;
            copies[std::size_t(found.first[std::size_t(equal.unit)] + equal.breakpoint)].push_back(
                {unit, k, equal.sign});
            any = true;
        }
    if (!any) return nullptr;
    repeats->first = std::move(found.equals);
    repeats->starts.push_back(0);
    for (const std::vector<EqualLine> &of_one : copies) {
        repeats->copies.insert(repeats->copies.end(), of_one.begin(), of_one.end());
        repeats->starts.push_back(int(repeats->copies.size()));
    }
    return repeats;
}

}  // namespace

Layers::Layers(const Net &net) : net(net), n_hidden(int(net.layers.size()) - 1), pattern_bytes(0), continuous(true) {
    const auto keep = [&](std::size_t n) -> double * {
        // Room to start on a line of the cache.
        numbers_.emplace_back(n + 8, 0.0);
        double *p = numbers_.back().data();
        while (reinterpret_cast<std::uintptr_t>(p) % 64) ++p;
        return p;
    };
    double quantum_ab = 1.0, quantum_c = infinity;  // of the inputs x and y
    int n_bending = 0;                              // layers so far that are not affine
    for (int l = 0; l <= n_hidden; ++l) {
        const NetworkLayer &given = net.layers[std::size_t(l)];
        Layer layer{};
        layer.n_in = given.n_in;
        layer.n_out = given.n_out;
        layer.stride = (given.n_out + 7) / 8 * 8;
        const std::size_t stride = std::size_t(layer.stride);
        layer.bounds_by_unit = keeps_bounds_by_unit(given, n_bending);
        double *const weights = keep(std::size_t(given.n_in) * stride), *const biases = keep(stride);
        double *const numbers = keep(unit_numbers * stride);
        double *const breakpoints = numbers, *const row_norms = numbers + stride;
        double *const abs_biases = numbers + 2 * stride, *const pieces = numbers + 3 * stride;
        double quantum_W = infinity, quantum_b = infinity;
        layer.in_ball_range = given.n_in <= most_ball_terms;
        for (int j = 0; j < given.n_out; ++j) {
            double norm = 0.0;
            for (int u = 0; u < given.n_in; ++u) {
                const double w = given.W[std::size_t(j) * std::size_t(given.n_in) + std::size_t(u)];
                weights[std::size_t(u) * stride + std::size_t(j)] = w;
                norm += std::fabs(w);
                if (l == 0 && w != 0.0) uses_input[u] = true;
                quantum_W = std::min(quantum_W, quantum(w));
                layer.in_ball_range &= in_ball_range(w);
            }
            row_norms[j] = norm * (1.0 + (given.n_in + 8) * 0x1p-53);
            biases[j] = given.b[j];
            abs_biases[j] = std::fabs(given.b[j]);
            quantum_b = std::min(quantum_b, quantum(given.b[j]));
            layer.in_ball_range &= in_ball_range(given.b[j]);
            layer.max_row_norm = std::max(layer.max_row_norm, row_norms[j]);
            layer.max_abs_bias = std::max(layer.max_abs_bias, abs_biases[j]);
        }
        layer.weights = weights;
        layer.biases = biases;
        layer.numbers = numbers;
        layer.breakpoints = breakpoints;
        layer.row_norms = row_norms;
        layer.abs_biases = abs_biases;
        for (std::size_t i = 0; i < 2; ++i) {
            layer.slopes[i] = pieces + i * stride;
            layer.intercepts[i] = pieces + (2 + i) * stride;
        }
        layer.quantum_ab = quantum_ab = product(quantum_W, quantum_ab);
        layer.quantum_c = quantum_c = std::min(quantum_b, product(quantum_W, quantum_c));
        layer.pieces = given.pieces;
        if (l == n_hidden) {
            layers.push_back(layer);
            break;
        }
        first_lines_.emplace_back();
        int most = 0, fewest = std::numeric_limits<int>::max();
        double quantum_s = infinity, quantum_i = infinity;
        layer.zero_below = given.pieces != nullptr;
        for (int j = 0; j < given.n_out; ++j) {
            first_lines_.back().push_back(int(lines.size()));
            const int k = given.pieces ? given.pieces[j].n_breakpoints : 0;
            for (int i = 0; i < k; ++i) lines.push_back({l, j, i});
            most = std::max(most, k);
            fewest = std::min(fewest, k);
            if (k) breakpoints[j] = given.pieces[j].breakpoints[0];
            for (int i = 0; i <= k; ++i) {
                const double slope = given.pieces ? given.pieces[j].slopes[i] : 1.0;
                const double intercept = given.pieces ? given.pieces[j].intercepts[i] : 0.0;
                layer.max_slope = std::max(layer.max_slope, std::fabs(slope));
                layer.max_intercept = std::max(layer.max_intercept, std::fabs(intercept));
                layer.slopes_round |= slope != 0.0 && std::fabs(slope) != 1.0;
                quantum_s = std::min(quantum_s, quantum(slope));
                layer.in_ball_range &= in_ball_range(slope) && in_ball_range(intercept);
                quantum_i = std::min(quantum_i, quantum(intercept));
                if (i < k) continuous &= meets(given.pieces[j], i);
                if (i < 2) {
                    pieces[std::size_t(i) * stride + std::size_t(j)] = slope;
                    pieces[std::size_t(2 + i) * stride + std::size_t(j)] = intercept;
                }
                if (i == 0) layer.zero_below &= slope == 0.0 && intercept == 0.0;
            }
        }
        first_lines_.back().push_back(int(lines.size()));
        n_bending += most > 0;
        layer.kind = most == 0 ? Kind::straight : most == 1 && fewest == 1 ? Kind::single : Kind::several;
        layer.quantum_h_ab = quantum_ab = product(quantum_s, quantum_ab);
        layer.quantum_h_c = quantum_c = std::min(quantum_i, product(quantum_s, quantum_c));
        layer.pattern_bits = most == 0 ? 0 : most == 1 ? 1 : most <= 3 ? 2 : most <= 15 ? 4 : 8;
        layer.pattern_start = pattern_bytes;
        repeats_.push_back(find_repeats(net, l));
        layer.repeats = repeats_.back().get();
        pattern_bytes += (long(layer.n_out) * layer.pattern_bits + 7) / 8;
        layers.push_back(layer);
    }
    for (int l = 0; l < n_hidden; ++l) {
        layers[std::size_t(l)].first_line = first_lines_[std::size_t(l)].data();
        layers[std::size_t(l)].from_balls = is_from_balls(layers, l, n_hidden);
    }
}

}  // namespace leadlight::geometry
