#include "equal_lines.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "../exact/modular.hpp"

namespace leadlight::geometry {

namespace {

// One breakpoint's line: w . h + (b - t).
struct Row {
    const double *w;
    int pivot;  // of the first weight that is not 0; n_in where there is none
    double b, t;
};

bool equal_products(double a, double b, double c, double d) {  // a b == c d, exactly
    const double p = a * b, q = c * d;
    if (std::isfinite(p) && std::isfinite(q) && std::fabs(p) >= 0x1p-968 && std::fabs(q) >= 0x1p-968)
        return p == q && std::fma(a, b, -p) == std::fma(c, d, -q);
    return Dyadic(a) * Dyadic(b) == Dyadic(c) * Dyadic(d);
}

bool proportional(const Row &f, const Row &g, int n_in) {
    if (f.pivot != g.pivot) return false;
    const double f_pivot = f.w[f.pivot], g_pivot = g.w[g.pivot];
    for (int i = f.pivot + 1; i < n_in; ++i)
        if (!(f.w[i] == 0.0 && g.w[i] == 0.0) && !equal_products(f.w[i], g_pivot, g.w[i], f_pivot)) return false;
    if (f.t == 0.0 && g.t == 0.0) return equal_products(f.b, g_pivot, g.b, f_pivot);
    return (Dyadic(f.b) - Dyadic(f.t)) * Dyadic(g_pivot) == (Dyadic(g.b) - Dyadic(g.t)) * Dyadic(f_pivot);
}

// Fixed multipliers that look random (splitmix64), to make one number of a row.
Residue multiplier(std::uint64_t i) {
    std::uint64_t z = (i + 1) * 0x9e3779b97f4a7c15u;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return Residue::raw((z ^ (z >> 31)) % Residue::prime);
}

// Equal for rows that are proportional: a quotient's rounding depends on its exact value alone.
std::uint64_t quotient_key(std::uint64_t key, double w, double pivot) {
    const double quotient = w / pivot + 0.0;  // no negative zeros
    std::uint64_t bits;
    std::memcpy(&bits, &quotient, sizeof bits);
    key = (key ^ bits) * 0x9e3779b97f4a7c15u;
    return key ^ (key >> 29);
}

}  // namespace

bool may_have_equal_lines(const Net &net, int layer_index) {
    constexpr int most_weights = 4;  // that enter the key
    const NetworkLayer &layer = net.layers[std::size_t(layer_index)];
    std::size_t n_slots = 16;
    while (n_slots < 4 * std::size_t(layer.n_out)) n_slots *= 2;
    std::vector<std::uint64_t> seen(n_slots, 0);
    // b - t may be rounded: then the weights alone must do.
    bool at_zero = layer.pieces != nullptr;
    for (int unit = 0; unit < layer.n_out && at_zero; ++unit) {
        const Pieces &pieces = layer.pieces[unit];
        at_zero = std::all_of(pieces.breakpoints, pieces.breakpoints + pieces.n_breakpoints,
                              [](double t) { return t == 0.0; });
    }
    for (int unit = 0; unit < layer.n_out; ++unit) {
        const int n_breakpoints = layer.pieces ? layer.pieces[unit].n_breakpoints : 0;
        if (n_breakpoints == 0) continue;
        const double *const w = layer.W + std::size_t(unit) * std::size_t(layer.n_in);
        const int pivot = int(std::find_if(w, w + layer.n_in, [](double value) { return value != 0.0; }) - w);
        if (pivot == layer.n_in) continue;
        std::uint64_t key = std::uint64_t(pivot) + 1;
        const int end = std::min(layer.n_in, pivot + 1 + most_weights);
        for (int i = pivot + 1; i < end; ++i) key = quotient_key(key, w[i], w[pivot]);
        if (at_zero) key = quotient_key(key, layer.b[unit], w[pivot]);
        key += key == 0;
        std::size_t slot = key & (n_slots - 1);
        for (; seen[slot]; slot = (slot + 1) & (n_slots - 1))
            if (seen[slot] == key) return true;
        seen[slot] = key;
    }
    return false;
}

EqualLines find_equal_lines(const Net &net, int layer_index) {
    const NetworkLayer &layer = net.layers[std::size_t(layer_index)];
    const int n_in = layer.n_in;
    EqualLines result;
    result.first.assign(std::size_t(layer.n_out) + 1, 0);
    for (int unit = 0; unit < layer.n_out; ++unit)
        result.first[std::size_t(unit) + 1] =
            result.first[std::size_t(unit)] + (layer.pieces ? layer.pieces[unit].n_breakpoints : 0);
    const std::size_t n_lines = std::size_t(result.first.back());
    result.equals.reserve(n_lines);
    if (n_lines == 0) return result;

    std::vector<Residue> multipliers;
    for (int i = 0; i < n_in; ++i) multipliers.push_back(multiplier(std::uint64_t(i)));
    const Residue constant_multiplier = multiplier(std::uint64_t(n_in));

    // The row over its first weight, as one residue: the same for all multiples of a row.
    std::vector<int> pivots;
    std::vector<Residue> inverses;  // of the first weights
    for (int unit = 0; unit < layer.n_out; ++unit) {
        const double *const w = layer.W + std::size_t(unit) * std::size_t(n_in);
        const int pivot = int(std::find_if(w, w + n_in, [](double value) { return value != 0.0; }) - w);
        pivots.push_back(pivot);
        // Never 0 modulo the prime: 53 bits times a power of two.
        inverses.push_back(pivot < n_in ? Residue(w[pivot]) : Residue::raw(1));
    }
    invert_all(inverses);
    struct Key {
        std::uint64_t residue;
        int line;
        bool operator<(const Key &other) const {
            return residue != other.residue ? residue < other.residue : line < other.line;
        }
    };
    std::vector<Key> keys;
    std::vector<Row> rows;
    keys.reserve(n_lines);
    rows.reserve(n_lines);
    for (int unit = 0; unit < layer.n_out; ++unit) {
        const double *const w = layer.W + std::size_t(unit) * std::size_t(n_in);
        const int pivot = pivots[std::size_t(unit)];
        Residue sum;
        for (int i = pivot; i < n_in; ++i)
            if (w[i] != 0.0) sum = sum + Residue(w[i]) * multipliers[std::size_t(i)];
        const int n_breakpoints = result.first[std::size_t(unit) + 1] - result.first[std::size_t(unit)];
        for (int k = 0; k < n_breakpoints; ++k) {
            const double b = layer.b[unit], t = layer.pieces[unit].breakpoints[k];
            const int line = int(rows.size());
            rows.push_back({w, pivot, b, t});
            result.equals.push_back({unit, k, 1});
            if (pivot == n_in) {
                result.equals.back() = {-1, k, (b > t) - (b < t)};
            } else {
                const Residue constant = (Residue(b) - Residue(t)) * constant_multiplier;
                keys.push_back({((sum + constant) * inverses[std::size_t(unit)]).value(), line});
            }
        }
    }

    std::sort(keys.begin(), keys.end());
    std::vector<int> different;  // lines of one residue, of which none is a multiple of another
    for (std::size_t i = 0; i < keys.size(); ++i) {
        if (i == 0 || keys[i].residue != keys[i - 1].residue) different.clear();
        const Row &row = rows[std::size_t(keys[i].line)];
        const auto match = std::find_if(different.begin(), different.end(),
                                        [&](int line) { return proportional(row, rows[std::size_t(line)], n_in); });
        if (match == different.end()) {
            different.push_back(keys[i].line);
            continue;
        }
        EqualLine equal = result.equals[std::size_t(*match)];
        equal.sign = (row.w[row.pivot] > 0.0) == (rows[std::size_t(*match)].w[row.pivot] > 0.0) ? 1 : -1;
        result.equals[std::size_t(keys[i].line)] = equal;
    }
    return result;
}

}  // namespace leadlight::geometry
